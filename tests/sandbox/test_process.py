from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from replenisher.sandbox.client import SandboxAdmin
from tests.sandbox.running import Vendor, process, vendor

SMALL = ("--companies", "1", "--locations", "2", "--skus", "10", "--history-days", "3")


def _command(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "replenisher.sandbox", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_process_with_success_even_while_a_request_hangs(number: signal.Signals) -> None:
    with process(*SMALL) as (server, ready):
        speaking = Vendor(ready)
        speaking.admin.add_faults({"operation": "enabled_companies", "fault": "accepted_then_timeout"})
        speaking.http.timeout = 0.1
        with pytest.raises(Exception, match="timed out"):
            speaking.call("GET", "companyRelationships")
        speaking.http.close()
        server.send_signal(number)
        assert server.wait(timeout=5) == 0


def test_the_ready_file_holds_the_ready_line(tmp_path: Path) -> None:
    with process(*SMALL, "--ready-file", str(tmp_path / "ready.json")) as (server, ready):
        assert json.loads((tmp_path / "ready.json").read_text()) == ready
        assert ready["pid"] == server.pid
        assert SandboxAdmin(ready["url"]).call("GET", "health") == {"ok": True}


def test_it_ends_when_its_parent_is_killed() -> None:
    """A parent that starts a sandbox is killed; the sandbox must be gone soon after."""
    start = (
        "import subprocess, sys, time\n"
        "command = [sys.executable, '-m', 'replenisher.sandbox', 'serve', '--exit-with-parent']\n"
        f"child = subprocess.Popen([*command, *{SMALL}])\n"
        "time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", start], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        child = json.loads(parent.stdout.readline())["pid"]
        parent.kill()
        until = time.monotonic() + 5
        while Path(f"/proc/{child}").exists() and _alive(child):
            assert time.monotonic() < until, "the sandbox outlived its parent"
            time.sleep(0.05)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    return state != "Z"


def test_the_same_seed_gives_the_same_world_and_another_seed_another() -> None:
    with vendor() as first, vendor() as second, vendor("--seed", "8") as third:
        assert first.inventory() == second.inventory()
        assert first.inventory() != third.inventory()


def test_the_clients_speak_to_a_running_sandbox(shop: Vendor) -> None:
    url = shop.ready["url"]
    advanced = json.loads(_command("advance", "--url", url, "--days", "2").stdout)
    assert advanced["days"] == 2
    assert advanced["units_sold"] > 0
    assert "accepted" in json.loads(_command("audit", "--url", url).stdout)
    fault = json.dumps({"operation": "*", "fault": "error_503"})
    assert [entry["fault"] for entry in json.loads(_command("faults", "--url", url, "--add", fault).stdout)] == [
        "error_503"
    ]
    assert json.loads(_command("faults", "--url", url, "--clear").stdout) == []
    switched = _command("switches", "--url", url, "--set", 'routes="sample"', "--set", "page_size=5")
    assert (json.loads(switched.stdout)["routes"], json.loads(switched.stdout)["page_size"]) == ("sample", 5)


@pytest.mark.parametrize(
    ("arguments", "code", "text"),
    [
        (("advance", "--url", "http://127.0.0.1:1", "--days", "2"), 1, "no sandbox answers"),
        (("serve", "--routes", "neither"), 2, "invalid choice"),
        ((), 2, "required: command"),
    ],
)
def test_a_command_that_cannot_work_says_why(arguments: tuple[str, ...], code: int, text: str) -> None:
    result = _command(*arguments)
    assert result.returncode == code
    assert text in result.stderr


@pytest.mark.parametrize("days", ["0", "-1", "100000"])
def test_days_that_cannot_pass_are_refused(shop: Vendor, days: str) -> None:
    result = _command("advance", "--url", shop.ready["url"], "--days", days)
    assert result.returncode == 1
    assert "days is a whole number" in result.stderr


def test_days_may_pass_by_themselves() -> None:
    with vendor("--day-seconds", "0.1") as shop:
        until = time.monotonic() + 5
        while shop.admin.audit()["days_passed"] < 2:
            assert time.monotonic() < until
            time.sleep(0.05)


def test_switches_that_do_not_exist_are_refused(shop: Vendor) -> None:
    for values in ({"route": "both"}, {"routes": "neither"}, {"creation_delay": "soon"}):
        answer = shop.http.post(f"{shop.ready['admin_url']}/switches", json=values)
        assert answer.status_code == 400
        assert next(iter(values)) in answer.json()["error"]


def test_the_start_has_what_a_planner_meets(shop: Vendor) -> None:
    with vendor("--skus", "250", "--locations", "12") as large:
        rows = []
        for company in large.ready["companies"]:
            for location in company["locations"]:
                rows += large.admin.state(location)["locations"][0]["rows"].values()
    below = sum(row["in_stock"] + row["on_order"][0] < row["minimum"] for row in rows) / len(rows)
    assert len(rows) == 6000
    assert 0.20 <= below <= 0.30
    assert 10 <= sum(row["in_stock"] < 0 for row in rows) <= 120
    assert 60 <= sum(row["do_not_order"] for row in rows) <= 300
    assert 150 <= sum(row["minimum"] == row["maximum"] == 0 for row in rows) <= 600
