"""What the tests of the embedded servers share: holders in processes of their own, and a data folder's processes."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import IO, Any, cast
from urllib.parse import urlparse

import psycopg

PACKAGE_ROOT = Path(__file__).parents[2]

_HOLDER = """
import json, sys
from pathlib import Path
from replenisher.embedded import embedded_servers
from replenisher.errors import EmbeddedServersError
say = lambda **words: print(json.dumps(words), flush=True)
try:
    with embedded_servers(Path(sys.argv[1]), lambda text: say(progress=text), account=sys.argv[2] or None) as servers:
        say(database_url=servers.database_url, broker_url=servers.broker_url, log_folder=str(servers.log_folder))
        sys.stdin.read()
except EmbeddedServersError as error:
    say(failed=str(error))
"""


class Holder:
    """A process that holds the servers of a data folder until its standard input closes."""

    def __init__(
        self,
        folder: Path,
        *,
        account: str = "",
        python: Iterable[str] = (sys.executable,),
        environment: dict[str, str] | None = None,
        user: int | None = None,
    ) -> None:
        as_user: dict[str, Any] = {} if user is None else {"user": user, "group": user, "extra_groups": []}
        self.process = subprocess.Popen(
            [*python, "-c", _HOLDER, str(folder), account],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": str(PACKAGE_ROOT), **(environment or {})},
            cwd="/",
            text=True,
            start_new_session=True,
            **as_user,
        )

    def next_message(self) -> dict[str, str]:
        """Return what the holder says next; it fails the test when it ended silently."""
        line = cast("IO[str]", self.process.stdout).readline()
        assert line, f"the holder ended with {self.process.wait()} and said nothing"
        return cast("dict[str, str]", json.loads(line))

    def ready(self) -> dict[str, str]:
        """Wait until both servers answer, and return their URLs (or the failure)."""
        message = self.next_message()
        while "progress" in message:
            message = self.next_message()
        return message

    def leave(self) -> None:
        """End the block in order and wait for the end of the process."""
        if self.process.stdin and not self.process.stdin.closed:
            self.process.stdin.close()
        self.process.wait(30)
        if self.process.stdout:
            self.process.stdout.close()

    def kill(self, number: signal.Signals) -> None:
        """Send a signal to the holder's whole process group, as a terminal does."""
        os.killpg(self.process.pid, number)
        self.process.wait(30)


def family(folder: Path) -> set[int]:
    """Return the ids of the supervisor of the data folder and of every process below it."""
    parents: dict[int, int] = {}
    found: set[int] = set()
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (state := _state(int(entry.name))) is not None:
            parents[int(entry.name)] = state[1]
            words = _command(int(entry.name))
            if b"replenisher.embedded" in words and os.fsencode(folder.resolve() / "embedded") in words:
                found.add(int(entry.name))
    grown = True
    while grown:
        below = {process for process, parent in parents.items() if parent in found}
        grown = not below <= found
        found |= below
    return found


def supervisors(folder: Path) -> list[int]:
    """Return the ids of the supervisors of the data folder; the servers name it in no argument of theirs."""
    return [process for process in family(folder) if b"replenisher.embedded" in _command(process)]


def one(folder: Path, program: str) -> int:
    """Return the id of the supervisor's own child that runs this program; its fresh forks look just like it."""
    (supervisor,) = supervisors(folder)
    children = [process for process in family(folder) if (state := _state(process)) and state[1] == supervisor]
    (found,) = [process for process in children if _command(process)[0].endswith(f"/{program}".encode())]
    return found


def alive(processes: Iterable[int]) -> set[int]:
    """Return those that still run; a zombie has ended."""
    return {process for process in processes if (state := _state(process)) is not None and state[0] not in "ZX"}


def eventually(condition: Callable[[], bool], seconds: float = 15.0) -> bool:
    """Tell whether the condition comes to hold within the time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def all_end(folder: Path) -> bool:
    """Tell whether every process of the data folder comes to its end."""
    return eventually(lambda: not alive(family(folder)))


def ping(broker_url: str) -> bytes:
    """Return Valkey's answer to one command sent by hand."""
    return tell_valkey(broker_url, b"PING\r\n")


def tell_valkey(broker_url: str, command: bytes) -> bytes:
    """Send one command line to Valkey and return its raw answer."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(5)
        connection.connect(urlparse(broker_url).path)
        connection.sendall(command)
        return connection.recv(4096)


def ask(database_url: str, statement: str) -> list[tuple[Any, ...]]:
    """Run one statement in its own connection and return its rows."""
    with psycopg.connect(database_url.replace("+psycopg", "")) as connection:
        cursor = connection.execute(cast("Any", statement))
        return cursor.fetchall() if cursor.description else []


def sockets_folder(servers: dict[str, str]) -> Path:
    """Return the folder of the three sockets."""
    return Path(urlparse(servers["broker_url"]).path).parent


def _state(process: int) -> tuple[str, int] | None:
    try:
        after_name = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return after_name[0], int(after_name[1])


def _command(process: int) -> list[bytes]:
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes().split(b"\0")
    except (FileNotFoundError, ProcessLookupError):
        return [b""]
