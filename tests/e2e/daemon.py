"""The real processes of the daemon, Celery workers and beats, on a shop's configuration."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO
from urllib.parse import parse_qs, unquote, urlsplit

from replenisher.cli.processes import BEAT, WORKER, module
from tests.patience import PATIENCE_SECONDS
from tests.workflows.shop import Shop

CONFIG_VARIABLE = "REPLENISHER_CONFIG"


@dataclass
class Daemon:
    """Workers and beats that a test may kill and start again; their lines stand in one log file."""

    shop: Shop
    log: IO[str]
    processes: list[subprocess.Popen[str]] = field(default_factory=list)

    def start(self, command: tuple[str, ...], *options: str) -> subprocess.Popen[str]:
        """Start a process in a session of its own, as `up` does."""
        started = subprocess.Popen(
            module([*command, *options]),
            env={**os.environ, CONFIG_VARIABLE: str(self.shop.world.folder / "replenisher.yaml")},
            stdin=subprocess.DEVNULL,
            stdout=self.log,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.processes.append(started)
        return started

    def worker(self) -> subprocess.Popen[str]:
        return self.start(WORKER, "-n", f"worker{len(self.processes)}@test")

    def beat(self) -> subprocess.Popen[str]:
        # A second beat of the same data folder needs a schedule file of its own.
        return self.start(BEAT, "-s", str(self.shop.world.folder / f"beat-{len(self.processes)}"), "--pidfile=")

    def wait(self, until: Callable[[], bool]) -> None:
        """Wait until the daemon has brought this about; nothing is done in this process."""
        ends = time.monotonic() + PATIENCE_SECONDS
        while not until():
            assert all(one.poll() is None for one in self.processes), self.told()
            assert time.monotonic() < ends, self.told()
            time.sleep(0.05)

    def told(self) -> str:
        """Orders, runs and the end of the log, for a test that fails."""
        orders = [(one.location, one.state, one.attempts, str(one.next_at)) for one in self.shop.orders()]
        return f"{orders}\n{Path(self.log.name).read_text()[-4000:]}"

    def wait_for_states(self, *states: str, run: int | None = None) -> None:
        """Wait until there are orders and every one is in one of these states."""
        self.wait(lambda: bool(found := self.shop.orders(run)) and all(one.state in states for one in found))

    def wait_for_runs(self, *runs: int) -> None:
        """Wait until these runs have closed."""
        self.wait(lambda: all(self.shop.run(run).state == "closed" for run in runs))

    def kill(self, process: subprocess.Popen[str]) -> None:
        """Kill -9 the main process of a worker and all its children, as a machine that loses power would."""
        self.processes.remove(process)
        for pid in (*children_of(process.pid), process.pid):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        process.wait(10)

    def stop(self) -> None:
        """Stop everything: TERM, then KILL for what does not end soon.

        A pool process may wait up to 30 s for acknowledgements that its worker, once stopping, never counts (billiard).
        """
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                for pid in (*children_of(process.pid), process.pid):
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGKILL)
                process.wait(5)
        self.processes.clear()


def children_of(pid: int) -> list[int]:
    """The ids of a process's children, now."""
    found: list[int] = []
    with contextlib.suppress(FileNotFoundError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            found += [int(child) for child in (task / "children").read_text().split()]
    return found


@contextlib.contextmanager
def started_daemon(shop: Shop, *, workers: int = 1, beats: int = 1) -> Iterator[Daemon]:
    """The daemon's processes, stopped when the block ends."""
    path = shop.world.folder / "daemon.log"
    with path.open("a") as log:
        daemon = Daemon(shop, log)
        try:
            for _ in range(workers):
                daemon.worker()
            for _ in range(beats):
                daemon.beat()
            yield daemon
        finally:
            daemon.stop()


def own_database(broker_url: str, number: int) -> str:
    """The same broker with a database of its own, so that tests do not read each other's messages."""
    return broker_url.replace("virtual_host=0", f"virtual_host={number}")


def flush_broker(broker_url: str) -> None:
    """Empty the whole broker, as a Valkey that lost its disk would be."""
    parts = urlsplit(broker_url)
    assert parse_qs(parts.query)["virtual_host"]
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(5)
        connection.connect(unquote(parts.path))
        connection.sendall(b"FLUSHALL\r\n")
        assert connection.recv(64).startswith(b"+OK")
