"""Celery's settings are the ones whose faults were measured; each process has services of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

SETTINGS = """
import json
from replenisher.tasks.app import Step, app, transport_options
app.loader.import_default_modules()
conf = app.conf
names = (
    "result_backend", "task_ignore_result", "task_serializer", "accept_content", "task_acks_late",
    "task_reject_on_worker_lost", "task_time_limit", "task_soft_time_limit", "worker_prefetch_multiplier",
    "worker_max_tasks_per_child", "worker_send_task_events", "broker_connection_retry_on_startup",
    "broker_transport_options", "worker_concurrency", "timezone", "enable_utc", "beat_schedule",
)
urls = ("redis://h:6379/0", "rediss://h:6379/0", "redis+socket:///tmp/valkey.sock", "amqp://h//")
print(json.dumps({
    "conf": {name: conf[name] for name in names},
    "transport": {url: transport_options(url) for url in urls},
    "tasks": sorted(name for name in app.tasks if not name.startswith("celery.")),
    "plain": [name for name, task in app.tasks.items() if name.startswith("repl") and not isinstance(task, Step)],
}))
"""

FORK = """
import os
from sqlalchemy import text
from replenisher.tasks.process import process

def backend():
    with process.services().database.transaction() as session:
        return session.execute(text("SELECT pg_backend_pid()")).scalar_one()

ours, before = process.services(), backend()
assert process.services() is ours
child = os.fork()
if child == 0:
    theirs = process.services()
    fine = theirs is not ours and theirs.actor != ours.actor and backend() != before
    process.close()
    os._exit(0 if fine else 1)
_, status = os.waitpid(child, 0)
assert status == 0, status
idle = os.fork()
if idle == 0:
    process.close()  # it never built any: the parent's are not its to close
    os._exit(0)
os.waitpid(idle, 0)
assert process.services() is ours
assert backend() == before
process.close()
process.close()
assert process.services() is not ours
process.close()
"""

YAML = """
vendor: {{id: "5123", name: Acme Accessories}}
data_folder: {folder}/var
{servers}
platforms:
  retail:
    base_url: https://inventory.example.com/v1/
    accounts_url: https://accounts.example.com/v1/
    username: orders
    password: ${{env:PASSWORD}}
    client_id: acme
    client_secret: ${{env:PASSWORD}}
companies:
  - {{id: "14146", name: Kentel, platform: retail, time_zone: America/Regina, planning: {{unlisted: order}}}}
times: {{tick: 20, sweep: 4}}
work: {{worker_processes: 3}}
"""


def run(folder: Path, script: str, *, servers: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a script as a worker's process would: with the configuration named by the environment."""
    configuration = folder / "replenisher.yaml"
    configuration.write_text(YAML.format(folder=folder, servers=servers))
    known = {name: value for name, value in os.environ.items() if not name.startswith("REPLENISHER_")}
    return subprocess.run(
        [sys.executable, "-c", script],
        env={**known, "REPLENISHER_CONFIG": str(configuration), "PASSWORD": "opens nothing"} | environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What a worker's process says of its own settings."""
    done = run(tmp_path_factory.mktemp("app"), SETTINGS, servers="broker_url: redis://127.0.0.1:1/0")
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


REDIS = {
    "visibility_timeout": 3600,
    "unacked_restore_throttle": 1,
    "socket_timeout": 30,
    "socket_connect_timeout": 5,
    "health_check_interval": 25,
}


def test_the_settings_are_the_measured_ones(told: dict[str, Any]) -> None:
    conf = told["conf"]
    schedule = conf.pop("beat_schedule")
    assert conf == {
        "result_backend": None,
        "task_ignore_result": True,
        "task_serializer": "json",
        "accept_content": ["json"],
        "task_acks_late": True,
        "task_reject_on_worker_lost": False,
        "task_time_limit": 300,
        "task_soft_time_limit": 240,
        "worker_prefetch_multiplier": 1,
        "worker_max_tasks_per_child": 500,
        "worker_send_task_events": True,
        "broker_connection_retry_on_startup": True,
        "broker_transport_options": REDIS | {"socket_keepalive": True},
        "worker_concurrency": 3,
        "timezone": "UTC",
        "enable_utc": True,
    }
    assert conf["task_time_limit"] < REDIS["visibility_timeout"]
    assert {name: (one["task"].rpartition(".")[2], one["schedule"]) for name, one in schedule.items()} == {
        "tick": ("tick", 20),
        "sweep": ("sweep_due", 4),
    }
    # A hint that beat sent while no worker was up is worth nothing once the next one is there.
    assert all(one["options"] == {"expires": one["schedule"]} for one in schedule.values())


def test_only_redis_gets_the_options_of_redis(told: dict[str, Any]) -> None:
    keepalive = REDIS | {"socket_keepalive": True}
    assert list(told["transport"].values()) == [keepalive, keepalive, REDIS, {}]


def test_every_step_is_known_to_the_worker_and_reports_how_it_went(told: dict[str, Any]) -> None:
    steps = {name.rpartition(".")[2] for name in told["tasks"]}
    of_orders = {"submit_order", "track_order", "reconcile_order"}
    of_notices = {"announce_notice", "settle_notice"}
    of_customers = {"send_update", "settle_update", "submit_sale", "follow_sale", "settle_sale"}
    of_runs = {"tick", "sweep_due", "advance_run", "plan_batch", "run_job"}
    assert steps == of_runs | of_orders | of_notices | of_customers
    assert told["plain"] == []


def test_each_process_has_services_of_its_own_made_after_the_fork(tmp_path: Path, database_url: str) -> None:
    done = run(tmp_path, FORK, servers=f"database_url: {json.dumps(database_url)}\nbroker_url: redis://127.0.0.1:1/0")
    assert done.returncode == 0, done.stderr


def test_without_a_broker_the_worker_says_what_to_set(tmp_path: Path) -> None:
    done = run(tmp_path, "import replenisher.tasks.app", servers="")
    assert done.returncode != 0
    assert "no broker: set broker_url or REPLENISHER_BROKER_URL, or start with `replenisher up`" in done.stderr


def test_without_a_configuration_the_worker_says_what_to_set(tmp_path: Path) -> None:
    done = run(tmp_path, "import replenisher.tasks.app", servers="", REPLENISHER_CONFIG="")
    assert done.returncode != 0
    assert "set REPLENISHER_CONFIG to the path of the configuration file" in done.stderr


def test_without_a_database_the_first_step_says_what_to_set(tmp_path: Path) -> None:
    script = "from replenisher.tasks.process import process; process.services()"
    done = run(tmp_path, script, servers="broker_url: redis://127.0.0.1:1/0")
    assert done.returncode != 0
    assert "no database: set database_url" in done.stderr
