"""`replenisher up`: everything comes up, Flower wants a password, and nothing is left behind however it ends."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from tests.world import World, started_sandbox

PATIENCE = 150.0
COMMAND = Path(sys.executable).with_name("replenisher")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def eventually(holds: Callable[[], bool], what: str, seconds: float = PATIENCE) -> None:
    until = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < until, what
        time.sleep(0.1)


def family(pid: int) -> set[int]:
    """The process and all its descendants."""
    found = {pid}
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                found |= family(int(child))
    return found


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] not in ("Z", "X")
    except (FileNotFoundError, ProcessLookupError):
        return False


@contextlib.contextmanager
def running_up(folder: Path, *options: str, port: int) -> Iterator[tuple[subprocess.Popen[str], Path]]:
    """The daemon on embedded servers in a folder of its own, with its output in a file."""
    with started_sandbox() as sandbox:
        world = World(folder, sandbox, database_url="", broker_url="")
        world.changes = {
            "database_url": None,
            "broker_url": None,
            "flower": {"port": port, "password": "${file:flower}"},
        }
        (folder / "flower").touch(mode=0o600)
        (folder / "flower").write_text("tulip-and-crocus")
        config, output = world.write(), folder / "output"
        environment = {name: value for name, value in os.environ.items() if not name.startswith("REPLENISHER_")}
        with output.open("w") as lines:
            command = [str(COMMAND), "--config", str(config), "up", *options]
            process = subprocess.Popen(command, stdout=lines, stderr=lines, text=True, env=environment, cwd=folder)
        try:
            yield process, output
        finally:
            process.kill()
            process.wait()


def everything_of(process: subprocess.Popen[str], folder: Path) -> set[int]:
    """`up`, its children, and the embedded servers, which are a family of their own: they name the data folder."""
    sockets = json.loads((folder / "var/embedded/state.json").read_text())["sockets"]
    pids = family(process.pid)
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            words = (entry / "cmdline").read_bytes().decode() if entry.name.isdigit() else ""
            if sockets in words or str(folder / "var") in words:
                pids |= family(int(entry.name))
    return pids


def worker_is_ready(output: Path) -> bool:
    return "ready." in output.read_text()


def test_flower_wants_a_password_and_ctrl_c_leaves_nothing_running(tmp_path: Path) -> None:
    port = free_port()
    with running_up(tmp_path, port=port) as (process, output):
        eventually(lambda: worker_is_ready(output), "the worker never came up")
        url = f"http://127.0.0.1:{port}/workers"

        def answers() -> bool:
            with contextlib.suppress(httpx.TransportError):
                return httpx.get(url, trust_env=False).status_code == 401
            return False

        eventually(answers, "Flower never answered")
        assert httpx.get(url, auth=("operator", "wrong"), trust_env=False).status_code == 401
        assert httpx.get(url, auth=("operator", "tulip-and-crocus"), trust_env=False).status_code == 200
        pids = everything_of(process, tmp_path)
        assert len(pids) >= 9, "up, worker with two children, beat, Flower, supervisor, PostgreSQL with its own, Valkey"
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE) == 0
        eventually(lambda: not any(alive(pid) for pid in pids), "something is still running", 10)
        told = output.read_text()
        assert "tulip-and-crocus" not in told
        assert "worker |" in told
        assert "stopping" in told


def test_a_taken_port_of_flower_does_not_stop_the_daemon(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        with running_up(tmp_path, port=int(other.getsockname()[1])) as (process, output):
            eventually(lambda: "going on without it" in output.read_text(), "Flower was never given up")
            assert worker_is_ready(output)
            assert process.poll() is None
            process.send_signal(signal.SIGINT)
            assert process.wait(PATIENCE) == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_nothing_is_left_running_after(number: signal.Signals, tmp_path: Path) -> None:
    with running_up(tmp_path, "--no-flower", port=free_port()) as (process, output):
        eventually(lambda: worker_is_ready(output), "the worker never came up")
        pids = everything_of(process, tmp_path)
        process.send_signal(number)
        assert process.wait(PATIENCE) == (0 if number is signal.SIGTERM else -signal.SIGKILL)
        # A pool process whose last acknowledgement was not counted waits 30 s for that (billiard) before it ends.
        eventually(lambda: not any(alive(pid) for pid in pids), "something is still running")


def test_a_killed_worker_is_started_again(tmp_path: Path) -> None:
    with running_up(tmp_path, "--no-flower", port=free_port()) as (process, output):
        eventually(lambda: worker_is_ready(output), "the worker never came up")
        worker = next(pid for pid in family(process.pid) if _is_worker(pid, process.pid))
        os.kill(worker, signal.SIGKILL)
        eventually(lambda: output.read_text().count("ready.") >= 2, "the worker was not started again")
        assert "worker ended with exit code -9; starting it again" in output.read_text()
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 0


def _is_worker(pid: int, parent: int) -> bool:
    command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    status = Path(f"/proc/{pid}/status").read_text()
    return b"worker" in command and f"PPid:\t{parent}\n" in status
