"""The one process per data folder that owns its PostgreSQL and Valkey.

1. prepare: account, folders, private view if needed, root given up; 2. start both servers; 3. tell the holders;
4. wait until the last holder has gone (or SIGTERM), starting again a server that died; 5. stop both.
"""

from __future__ import annotations

import datetime as dt
import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path

from replenisher.embedded.folders import Folders, Sockets, bound_log, last_lines
from replenisher.embedded.holders import Holders
from replenisher.embedded.postgresql import PostgreSQL
from replenisher.embedded.preparation import prepare
from replenisher.embedded.processes import Spawner
from replenisher.embedded.programs import Programs
from replenisher.embedded.valkey import Valkey
from replenisher.errors import EmbeddedServersError

_POLL_SECONDS = 0.004  # while a server starts: a second start takes about 0.1 s
_WATCH_SECONDS = 0.5
_START_SECONDS = 300.0  # a crash recovery or the loading of a large append-only file
_RESTARTS = 5  # within a minute; more of them mean a fault that a further start will not mend


class _Unwanted(Exception):  # noqa: N818 - no error: the normal end
    """Nobody holds the servers any more, or SIGTERM asked us to end."""


def supervise(
    *, folders: Folders, programs: Programs, account_name: str | None, lock: int, starter: socket.socket
) -> None:
    """Run the servers until nobody holds them; every failure is told to the holders in words."""
    holders = Holders(starter)
    for quiet in (signal.SIGINT, signal.SIGHUP):
        signal.signal(quiet, lambda *_: None)  # a handler, not SIG_IGN, which the servers would inherit
    try:
        prepared = prepare(folders, programs, account_name)
        spawner = Spawner(lock)
        postgresql = PostgreSQL(
            prepared.installation, prepared.folders.postgresql, prepared.folders.log, prepared.sockets, spawner
        )
        valkey = Valkey(
            prepared.programs.valkey, prepared.folders.valkey, prepared.folders.log, prepared.sockets, spawner
        )
        _Supervisor(holders, postgresql, valkey, prepared.sockets, folders.log).run()
    except EmbeddedServersError as error:
        _note(str(error))
        holders.tell({"failed": str(error)})
    except OSError as error:
        message = f"The embedded servers could not be started: {error}. Choose another data_folder or set database_url."
        _note(message)
        holders.tell({"failed": message})


class _Supervisor:
    def __init__(
        self, holders: Holders, postgresql: PostgreSQL, valkey: Valkey, sockets: Sockets, log_folder: Path
    ) -> None:
        self._holders = holders
        self._postgresql = postgresql
        self._valkey = valkey
        self._sockets = sockets
        self._log_folder = log_folder
        self._terminated = False
        self._restarts: list[float] = []

    def run(self) -> None:
        signal.signal(signal.SIGTERM, self._on_terminate)
        try:
            self._listen()
            self._start()
            self._watch()
        except _Unwanted:
            _note("stopping: terminated" if self._terminated else "stopping: the last holder has gone")
        finally:
            self._stop()

    def _listen(self) -> None:
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(str(self._sockets.control))
        listener.listen(128)
        self._holders.listen(listener)

    def _start(self) -> None:
        self._valkey.start()
        if self._postgresql.is_new:
            self._holders.tell({"progress": "making a new PostgreSQL data folder (the first time only)"})
            self._postgresql.initialise(self._wait_for)
        self._holders.tell({"progress": "starting PostgreSQL and Valkey"})
        self._postgresql.start()
        for server in (self._valkey, self._postgresql):
            self._wait_until_answering(server)
        _note("ready")
        self._holders.tell(
            {
                "database_url": self._postgresql.url,
                "broker_url": self._valkey.url,
                "log_folder": str(self._log_folder),
            }
        )

    def _wait_for(self, condition: Callable[[], bool]) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while not condition():
            self._holders.serve(_POLL_SECONDS)
            self._check_wanted()
            if time.monotonic() > deadline:
                raise EmbeddedServersError(
                    f"An embedded server was not ready within {_START_SECONDS:.0f} s; its log is in {self._log_folder}."
                )

    def _wait_until_answering(self, server: PostgreSQL | Valkey) -> None:
        self._wait_for(lambda: server.has_ended() or server.answers())
        if server.has_ended():
            raise EmbeddedServersError(
                f"The embedded {server.name} ended while it started. The last lines of {server.log.name} in "
                f"{self._log_folder}:\n{last_lines(server.log)}\nFree what they name, choose another data_folder, "
                "or set database_url and broker_url in the configuration to servers of your own."
            )

    def _watch(self) -> None:
        next_look_at_logs = 0.0
        while True:
            self._holders.serve(_WATCH_SECONDS)
            self._check_wanted()
            for server in (self._postgresql, self._valkey):
                if server.has_ended():
                    self._start_again(server)
            if time.monotonic() > next_look_at_logs:
                next_look_at_logs = time.monotonic() + 60
                for server in (self._postgresql, self._valkey):
                    bound_log(server.log)

    def _start_again(self, server: PostgreSQL | Valkey) -> None:
        """Start a server that was killed; what it held is on disk, and our URLs stay the same."""
        now = time.monotonic()
        self._restarts = [moment for moment in self._restarts if moment > now - 60] + [now]
        if len(self._restarts) > _RESTARTS:
            raise EmbeddedServersError(f"The embedded {server.name} ended again and again; see {self._log_folder}.")
        _note(f"{server.name} ended unexpectedly: starting it again")
        # Children of a killed PostgreSQL need a moment to notice before a new one may use their shared memory.
        time.sleep(0.1 * 2 ** len(self._restarts))
        server.start()
        self._wait_for(lambda: server.has_ended() or server.answers())

    def _check_wanted(self) -> None:
        if self._terminated or not self._holders.anyone:
            raise _Unwanted

    def _stop(self) -> None:
        self._holders.refuse_more()
        self._sockets.control.unlink(missing_ok=True)
        for server in (self._postgresql, self._valkey):
            server.begin_stop()  # both at once
        for server in (self._valkey, self._postgresql):
            server.finish_stop()
        self._sockets.remove()

    def _on_terminate(self, *_: object) -> None:
        self._terminated = True


def _note(text: str) -> None:
    moment = dt.datetime.now(dt.UTC).isoformat(timespec="milliseconds")
    sys.stderr.write(f"{moment} [{os.getpid()}] {text}\n")
    sys.stderr.flush()
