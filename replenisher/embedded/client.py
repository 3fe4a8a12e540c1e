"""The side of whoever needs the servers: start or join the data folder's supervisor, and hold one connection to it."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import socket
import struct
import subprocess
import sys
import time
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from replenisher.embedded.folders import Folders, last_lines, read_state
from replenisher.embedded.programs import Programs, locate_programs
from replenisher.errors import EmbeddedServersError

_POLL_SECONDS = 0.01
_JOIN_SECONDS = 60.0  # the longest stop of a supervisor that is going down takes about 50
_LEAVE_SECONDS = 60.0
# The supervisor runs as another account when started by root: secrets in the environment stay here.
_PASSED_ON = ("PATH", "LD_LIBRARY_PATH", "TMPDIR", "PYTHONHOME", "PYTHONDONTWRITEBYTECODE")

_open_connections: weakref.WeakSet[socket.socket] = weakref.WeakSet()


@dataclass(frozen=True)
class EmbeddedServers:
    """Where the running servers answer: SQLAlchemy's URL, kombu's URL, and the folder of their logs."""

    database_url: str
    broker_url: str
    log_folder: Path


@contextmanager
def embedded_servers(
    data_folder: Path, on_progress: Callable[[str], None] | None = None, *, account: str | None = None
) -> Iterator[EmbeddedServers]:
    """Keep the PostgreSQL and the Valkey of `data_folder` running inside the block.

    The servers stop when the last block on this folder has ended, in whatever process and however it ended; whoever
    was last returns after they have stopped. `account` names the account of root's servers (default `nobody`).
    The connection closes on exec, and in a forked child at once: children get URLs and never hold servers.
    Raises EmbeddedServersError with the last log lines and what to do.
    """
    connection, servers = _connect(_folders(data_folder), account, on_progress or (lambda _: None))
    try:
        yield servers
    finally:
        _leave(connection)


def _connect(
    folders: Folders, account: str | None, on_progress: Callable[[str], None]
) -> tuple[socket.socket, EmbeddedServers]:
    programs = locate_programs()
    deadline = time.monotonic() + _JOIN_SECONDS
    while time.monotonic() < deadline:
        started = _start(folders, programs, account)
        connection = started or _join(folders)
        if connection is None:
            time.sleep(_POLL_SECONDS)
            continue
        _close_after_fork(connection)
        try:
            servers = _wait_until_ready(connection, on_progress)
        except BaseException:
            _leave(connection)
            raise
        if servers:
            return connection, servers
        connection.close()  # it was going down; the next round starts a new one
        if started:
            raise EmbeddedServersError(
                "The supervisor of the embedded servers ended without a word (killed?). Try again, choose another "
                "data_folder, or set database_url and broker_url in the configuration. The last lines of "
                f"{folders.supervisor_log}:\n{last_lines(folders.supervisor_log)}"
            )
    raise EmbeddedServersError(
        f"Another process holds {folders.lock} and does not answer. Find it with `fuser {folders.lock}`, end it, "
        "and try again; or choose another data_folder."
    )


def _folders(data_folder: Path) -> Folders:
    """Make `<data folder>/embedded`; as root it may be passed through by the account of the servers."""
    folders = Folders(data_folder.resolve() / "embedded")
    try:
        folders.top.parent.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(FileExistsError):
            folders.top.mkdir(mode=0o700)
            folders.top.chmod(0o711 if os.geteuid() == 0 else 0o700)
    except OSError as error:
        raise _unusable(folders, error) from error
    return folders


def _unusable(folders: Folders, error: OSError) -> EmbeddedServersError:
    return EmbeddedServersError(
        f"The data folder cannot be used by user {os.geteuid()}: {error}. "
        f"Start the program as the owner of {folders.top}, or choose another data_folder."
    )


def _start(folders: Folders, programs: Programs, account: str | None) -> socket.socket | None:
    """Start the supervisor if nobody holds the lock, and return the first connection to it.

    The lock belongs to the open file, not to a process: taken here and handed over, it lets exactly one of many
    starters through. The connection is a socket pair, so our end is noticed from the first moment on.
    """
    try:
        lock = os.open(folders.lock, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise _unusable(folders, error) from error
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return None
        ours, theirs = socket.socketpair()
        try:
            with theirs:
                _spawn(folders, programs, account, lock, theirs.fileno())
        except BaseException:
            ours.close()
            raise
        return ours
    finally:
        os.close(lock)


def _spawn(folders: Folders, programs: Programs, account: str | None, lock: int, connection: int) -> None:
    package_root = Path(__file__).resolve().parents[2]
    environment = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    if package_root.name not in {"site-packages", "dist-packages"}:
        environment["PYTHONPATH"] = str(package_root)
    command = [sys.executable, "-P", "-m", "replenisher.embedded", "--folder", str(folders.top)]
    command += ["--lock", str(lock), "--connection", str(connection)]
    command += ["--postgresql", str(programs.postgresql), "--valkey", str(programs.valkey)]
    command += ["--account", account] if account else []
    folders.supervisor_log.unlink(missing_ok=True)
    log = os.open(folders.supervisor_log, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
    try:
        subprocess.run(  # noqa: S603 - our own module; this first process ends at once, the supervisor is its child
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd="/",
            env=environment,
            pass_fds=(lock, connection),
            start_new_session=True,
            check=False,
        )
    finally:
        os.close(log)


def _join(folders: Folders) -> socket.socket | None:
    """Connect to the running supervisor; None while it is not listening (yet, or any more)."""
    state = read_state(folders.state)
    if state is None:
        return None
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(2.0)
    try:
        connection.connect(str(state.sockets.control))
        _, user_id, _ = struct.unpack("3i", connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
    except OSError:
        user_id = None
    if user_id != state.user_id:  # someone else's socket under a name that was ours
        connection.close()
        return None
    connection.settimeout(None)
    return connection


def _wait_until_ready(connection: socket.socket, on_progress: Callable[[str], None]) -> EmbeddedServers | None:
    """Read messages until the servers are ready; None when the supervisor went away instead."""
    received = b""
    while True:
        try:
            more = connection.recv(65536)
        except ConnectionError:
            more = b""
        if not more:
            return None
        *lines, received = (received + more).split(b"\n")
        for line in lines:
            message = json.loads(line)
            if "failed" in message:
                raise EmbeddedServersError(message["failed"])
            if "progress" in message:
                on_progress(message["progress"])
            else:
                return EmbeddedServers(message["database_url"], message["broker_url"], Path(message["log_folder"]))


def _leave(connection: socket.socket) -> None:
    """Say that we go, and wait for the answer: at once if others stay, else when the servers have stopped."""
    with connection:
        if connection.fileno() == -1:
            return  # a forked child runs the end of its parent's block
        with contextlib.suppress(OSError):
            connection.settimeout(_LEAVE_SECONDS)
            connection.shutdown(socket.SHUT_WR)
            while connection.recv(4096):
                pass


def _close_after_fork(connection: socket.socket) -> None:
    """Have a forked child close its copy, which exec would close but fork alone keeps open."""
    global _closes_after_fork  # noqa: PLW0603 - registered once, and only in programs that use the servers
    if not _closes_after_fork:
        os.register_at_fork(after_in_child=_close_in_child)
        _closes_after_fork = True
    _open_connections.add(connection)


_closes_after_fork = False


def _close_in_child() -> None:
    for connection in list(_open_connections):
        connection.close()
