"""The supervisor's side of the connections: who holds the servers, and what each of them is told."""

from __future__ import annotations

import contextlib
import json
import selectors
import socket


class Holders:
    """The open connections. A holder is told of progress, then of readiness or failure, one JSON object a line."""

    def __init__(self, starter: socket.socket) -> None:
        self._selector = selectors.DefaultSelector()
        self._holding: set[socket.socket] = set()
        self._leaving: list[socket.socket] = []
        self._listener: socket.socket | None = None
        self._last_message = b""
        self._add(starter)

    @property
    def anyone(self) -> bool:
        """True while at least one connection is open."""
        return bool(self._holding)

    def listen(self, listener: socket.socket) -> None:
        """Accept further holders on this socket."""
        listener.setblocking(False)
        self._listener = listener
        self._selector.register(listener, selectors.EVENT_READ)

    def serve(self, seconds: float) -> None:
        """Wait up to `seconds` for a holder to come or go; nobody is counted as gone while another is knocking."""
        for key, _ in self._selector.select(seconds):
            if key.fileobj is self._listener:
                self._accept()
            elif isinstance(key.fileobj, socket.socket):
                self._read(key.fileobj)
        if not self._holding:
            self._accept()
        if self._holding:
            while self._leaving:
                self._leaving.pop().close()

    def tell(self, message: dict[str, str]) -> None:
        """Send a message to every holder, and to later ones as their first."""
        self._last_message = json.dumps(message).encode() + b"\n"
        for connection in list(self._holding):
            self._send(connection)

    def refuse_more(self) -> None:
        """Stop listening; those who knock now find nobody and start a supervisor of their own."""
        if self._listener:
            self._selector.unregister(self._listener)
            self._listener.close()
            self._listener = None

    def _add(self, connection: socket.socket) -> None:
        connection.setblocking(False)
        self._holding.add(connection)
        self._selector.register(connection, selectors.EVENT_READ)

    def _accept(self) -> None:
        while self._listener:
            try:
                connection, _ = self._listener.accept()
            except (BlockingIOError, ConnectionAbortedError):
                return
            self._add(connection)
            if self._last_message:
                self._send(connection)

    def _send(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError):  # a holder that has gone shows itself in the next read
            connection.sendall(self._last_message)

    def _read(self, connection: socket.socket) -> None:
        try:
            if connection.recv(4096):
                return
        except BlockingIOError:
            return
        except OSError:
            pass
        self._holding.discard(connection)
        self._selector.unregister(connection)
        # Left open: the last holder waits for the end of our process, which says that everything has stopped.
        self._leaving.append(connection)
