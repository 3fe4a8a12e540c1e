"""The embedded Valkey: starts it on its append-only files, knows when it is ready, stops it."""

from __future__ import annotations

import signal
import socket
import subprocess
from pathlib import Path
from urllib.parse import quote

from replenisher.embedded.folders import Sockets, bound_log
from replenisher.embedded.processes import Spawner, end

_SETTINGS = {
    "port": "0",
    "unixsocketperm": "700",
    "appendonly": "yes",
    "appendfsync": "everysec",
    "maxmemory-policy": "noeviction",
    "save": "",
    "daemonize": "no",
    "logfile": "",
    "set-proc-title": "no",
}


class Valkey:
    """One Valkey server on the folder `data`, reachable through a unix socket only."""

    name = "Valkey"

    def __init__(self, program: Path, data: Path, log: Path, sockets: Sockets, spawner: Spawner) -> None:
        self.log = log / "valkey.log"
        self._program = program
        self._folder = data
        self._sockets = sockets
        self._spawner = spawner
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The broker URL in kombu's form, which Celery and Flower read."""
        return f"redis+socket://{quote(str(self._sockets.valkey))}?virtual_host=0"

    def start(self) -> None:
        """Start the server; it is not ready yet."""
        bound_log(self.log)
        settings = _SETTINGS | {"dir": str(self._folder), "unixsocket": str(self._sockets.valkey)}
        options = [part for name, value in settings.items() for part in (f"--{name}", value)]
        self._process = self._spawner.spawn([self._program, *options], self.log, signal.SIGTERM)

    def has_ended(self) -> bool:
        """Tell whether the started server is gone."""
        return self._process is not None and self._process.poll() is not None

    def answers(self) -> bool:
        """Tell whether a PING is answered; while the files are being loaded it is not."""
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(0.2)
            try:
                connection.connect(str(self._sockets.valkey))
                connection.sendall(b"PING\r\n")
                return connection.recv(64).startswith(b"+PONG")
            except OSError:
                return False

    def finish_stop(self) -> None:
        """Wait for the stop; SIGKILL if that does not end within 15 s."""
        if self._process:
            end(self._process, ((None, 15.0),))

    def begin_stop(self) -> None:
        """Ask for the stop (TERM writes the append-only file out) without waiting for it."""
        if self._process and self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
