"""The daemon as it runs in production, beside a rendered platform: real servers, Celery worker and beat, real tasks.

Only times differ: due work is looked for four times a second instead of every 5 s, so that waiting for the sweeper
hides less. Oftener would hide more: sweeps are tasks of the same workers.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import text

from replenisher.cli.processes import BEAT, WORKER, Child, Children, module
from replenisher.config import load
from replenisher.database import companies
from replenisher.database.migrate import migrate
from replenisher.embedded import EmbeddedServers, embedded_servers
from replenisher.services import Services, build
from replenisher.workflows.plan.due import open_manual_run
from tests.bench.proc import children_of
from tests.bench.rendered_platform import VENDOR, Platform
from tests.bench.rendered_reports import write_planners_files

READY_SECONDS = 60.0
STEP_SECONDS = 120.0
QUICK_TIMES = {"tick": 3600.0, "sweep": 0.25, "rehint": 30.0, "polls": [3600.0], "poll_limit": 7200.0}
COMPANIES = tuple(str(14_146 + number) for number in range(8))
"""Each cycle is the first one of its own company: nothing is in flight, no older proposal is in its way."""


@dataclass
class Daemon:
    """One data folder with its servers and services, and workers that can be started and stopped."""

    folder: Path
    servers: EmbeddedServers
    services: Services
    config: Path
    logs: list[str] = field(default_factory=list)

    @contextmanager
    def workers(self, processes: int) -> Iterator[list[int]]:
        """Run worker and beat; gives the ids of the worker's children once all are up and one has swept."""
        children = Children(lambda name, line: self.logs.append(f"{name} | {line}"))
        environment = {"REPLENISHER_CONFIG": str(self.config)}
        # Sweeps are tasks too: so many of them would use a child up, and replace it, in the middle of a measurement.
        options = [f"--concurrency={processes}", "--max-tasks-per-child=1000000"]
        try:
            worker = Child("worker", [*module(WORKER), *options], environment)
            children.start(worker)
            children.start(Child("beat", module(BEAT), environment))
            assert worker.process is not None
            started = worker.process.pid
            self.execute("DELETE FROM heartbeats")
            self.wait(lambda: self._is_up(started, processes), READY_SECONDS)
            yield children_of(started)
        finally:
            children.stop(20.0)

    def _is_up(self, worker: int, processes: int) -> bool:
        with self.services.database.transaction() as session:
            return len(children_of(worker)) == processes and "sweeper" in companies.heartbeats(session)

    def open_run(self, company: str, only_locations: list[str] | None = None) -> int:
        """Open a run, as a person would by hand."""
        return open_manual_run(self.services, self.services.settings.company(company), only_locations)

    def ask(self, query: str, **values: Any) -> tuple[Any, ...]:
        """Read one row."""
        with self.services.database.transaction() as session:
            return tuple(session.execute(text(query), values).one())

    def execute(self, statement: str, **values: Any) -> None:
        """Change something that only a benchmark would."""
        with self.services.database.transaction() as session:
            session.execute(text(statement), values)

    def wait(self, done: Callable[[], bool], seconds: float = STEP_SECONDS) -> None:
        """Look every 10 ms; when it takes too long, the last lines of the processes say why."""
        until = time.monotonic() + seconds
        while not done():
            if time.monotonic() > until:
                raise TimeoutError("\n".join(["nothing came of it; the last lines:", *self.logs[-30:]]))
            time.sleep(0.01)

    def is_closed(self, run: int) -> bool:
        """Tell whether a run has come to its end."""
        return self.ask("SELECT state FROM planning_runs WHERE id = :run", run=run) == ("closed",)

    def set_aside(self, company: str) -> None:
        """Pause a company whose cycle is measured, and wait until no hint about its orders is left in the queue."""
        with self.services.database.transaction() as session:
            companies.pause(session, company, "the benchmark has what it wanted")
            paused = companies.now(session) + timedelta(seconds=0.2)
        # A sweep that waits in the queue longer than its interval is dropped: one that ran found the queue empty.
        swept = "SELECT count(*) FROM heartbeats WHERE name = 'sweeper' AND at > :paused"
        self.wait(lambda: self.ask(swept, paused=paused) == (1,))
        self.wait(lambda: self.ask("SELECT count(*) FROM purchase_orders WHERE state = 'submitting'") == (0,))


def document(platform: Platform, folder: Path, servers: EmbeddedServers) -> dict[str, Any]:
    """Give the configuration: the defaults, but for the times and for reading inventory reports only."""
    common = {
        "platform": "rendered",
        "time_zone": "America/Regina",
        "reports": ["inventory"],
        "approval": {"value_limit": None},
    }
    access = {
        "base_url": platform.base_url,
        "accounts_url": f"{platform.url}/v1",
        "username": "planner@vendor.example",
        "password": "${file:secret}",
        "client_id": "bench",
        "client_secret": "${file:secret}",
    }
    return {
        "vendor": {"id": VENDOR, "name": "Acme Accessories"},
        "data_folder": str(folder),
        "database_url": servers.database_url,
        "broker_url": servers.broker_url,
        "products_file": "products.csv",
        "levels_file": "levels.csv",
        "platforms": {"rendered": access},
        "companies": [{"id": company, "name": f"Retailer {company}", **common} for company in COMPANIES],
        "times": dict(QUICK_TIMES),
    }


@contextmanager
def daemon(folder: Path, platform: Platform, skus: int) -> Iterator[Daemon]:
    """Start the servers and write everything the daemon reads; workers are started apart."""
    with ExitStack() as stack:
        servers = stack.enter_context(embedded_servers(folder))
        write_planners_files(folder, platform.locations, skus)
        secret = folder / "secret"
        secret.touch(mode=0o600)
        secret.write_text("bench-secret", encoding="utf-8")
        config = folder / "replenisher.yaml"
        config.write_text(yaml.safe_dump(document(platform, folder, servers)), encoding="utf-8")
        services = build(load(config))
        stack.callback(services.close)
        migrate(services.database)
        yield Daemon(folder, servers, services, config)
