"""A wall-clock deadline that ends an exchange in any phase: handshake, dripped headers, dripped body.

httpx's own time-outs are per socket operation, so a server that sends one byte per second is never late. A timer
therefore shuts the socket down, which ends whatever operation is waiting on it.
"""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from types import TracebackType


class DeadlinePassedError(Exception):
    """The deadline passed before the exchange was complete."""


class Deadline:
    """A span of seconds that starts on entering the `with` block; `watch` names the socket to shut down."""

    def __init__(self, seconds: float) -> None:
        self.seconds = max(seconds, 0.0)
        self.passed = False
        self._ends = 0.0
        self._socket: socket.socket | None = None
        self._lock = threading.Lock()
        self._timer = threading.Timer(self.seconds, self._expire)
        self._timer.daemon = True

    def __enter__(self) -> Deadline:
        self._ends = time.monotonic() + self.seconds
        self._timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._timer.cancel()
        with self._lock:
            # The connection may serve another call from now on: a late timer must not touch it.
            self._socket = None

    def watch(self, connected: socket.socket) -> None:
        """Shut this socket down when the deadline passes; at once if it has passed."""
        with self._lock:
            self._socket = connected
        if self.passed:
            self._shut_down()

    def check(self) -> None:
        """Raise DeadlinePassedError if the time is over."""
        if self.passed or time.monotonic() > self._ends:
            raise DeadlinePassedError

    def _expire(self) -> None:
        self.passed = True
        self._shut_down()

    def _shut_down(self) -> None:
        with self._lock:
            if self._socket is None:
                return
            with contextlib.suppress(OSError):
                # Not SSLSocket.shutdown: that would drop the TLS layer under a thread that is reading through it.
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)
