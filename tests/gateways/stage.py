"""A loopback server of raw sockets that acts out what no well-behaved server does."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import struct
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any

from replenisher.gateways.http import Connection
from tests.patience import PATIENCE_SECONDS

REASONS = {200: "OK", 202: "Accepted", 204: "No Content", 404: "Not Found"}


@dataclass(frozen=True)
class Seen:
    """A request as it arrived, and the number of the connection that it came over."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes
    connection: int

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]

    def json(self) -> Any:
        return json.loads(self.body)


class Conversation:
    """The server's end of one connection."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock

    def send(self, data: bytes) -> None:
        self.sock.sendall(data)

    def drip(self, data: bytes, pause: float = 0.05) -> None:
        for index in range(len(data)):
            self.sock.sendall(data[index : index + 1])
            time.sleep(pause)

    def reset(self) -> None:
        """Close so that the other side reads a reset, not an end."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        # A file of the socket is still open: closing the descriptor itself is what sends the reset.
        os.close(self.sock.detach())


Play = Callable[[Seen, Conversation], None]
DRIPS = b" " * 1200
"""What takes a minute to drip."""
DRIPPED_SECONDS = 30.0
"""Whoever ends sooner than this has not waited for a drip to end."""


def reply(status: int, body: bytes = b"", kind: str = "application/json", **headers: str) -> bytes:
    """Write a whole HTTP answer; header names are given with underscores."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    lines = [f"HTTP/1.1 {status} {REASONS.get(status, 'Odd')}"]
    lines += [f"Content-Type: {kind}"] if kind else []
    lines += [f"Content-Length: {len(body)}"] if "Content-Length" not in named else []
    lines += [f"{name}: {value}" for name, value in named.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def json_reply(document: object, status: int = 200, **headers: str) -> bytes:
    return reply(status, json.dumps(document).encode(), **headers)


def token_reply(text: str = "token-1", seconds: int = 43199) -> bytes:
    return json_reply({"access_token": text, "expires_in": seconds, "refresh_token": "r"})


def says(*answers: bytes) -> Play:
    """Play the answers one per request, repeating the last."""
    left = list(answers)
    lock = threading.Lock()

    def play(_seen: Seen, conversation: Conversation) -> None:
        with lock:
            answer = left.pop(0) if len(left) > 1 else left[0]
        conversation.send(answer)

    return play


@dataclass
class Stage:
    """The server; `plays` maps the end of a path to a play, `requests` lists everything but token requests."""

    plays: dict[str, Play] = field(default_factory=dict)
    token_play: Play = field(default_factory=lambda: says(token_reply()))
    requests: list[Seen] = field(default_factory=list)
    token_requests: list[Seen] = field(default_factory=list)
    connections: int = 0

    def __enter__(self) -> Stage:
        self._server = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._accepting = threading.Thread(target=self._accept, daemon=True)
        self._accepting.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        with contextlib.suppress(OSError):
            self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        self._accepting.join(5)
        for sock in self._open:
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(5)
        for sock in self._open:
            sock.close()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._server.getsockname()[1]}"

    def connection(self, **changes: Any) -> Connection:
        """Settings that point at this stage; a test in which something is never answered shortens the deadline."""
        values: dict[str, Any] = {
            "base_url": f"{self.address}/vendorinventory/v1/",
            "accounts_url": f"{self.address}/v1",
            "username": "planner@vendor",
            "password": "pass-word-canary",
            "client_id": "client",
            "client_secret": "client-secret-canary",
            "vendor_id": "5123",
            "deadline_seconds": PATIENCE_SECONDS,
            "connect_seconds": PATIENCE_SECONDS,
            "read_seconds": PATIENCE_SECONDS,
            "read_total_seconds": PATIENCE_SECONDS,
            "send_within_seconds": PATIENCE_SECONDS,
            "read_attempts": 1,
        }
        return Connection(**(values | changes))

    def _accept(self) -> None:
        while True:
            try:
                sock, _ = self._server.accept()
            except OSError:
                return
            self.connections += 1
            self._open.append(sock)
            thread = threading.Thread(target=self._serve, args=(sock, self.connections), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, sock: socket.socket, number: int) -> None:
        with contextlib.suppress(OSError), sock.makefile("rb") as stream:
            while (seen := read_request(stream, number)) is not None:
                if seen.path == "/v1/oauth2/token":
                    self.token_requests.append(seen)
                    self.token_play(seen, Conversation(sock))
                    continue
                self.requests.append(seen)
                self._play(seen)(seen, Conversation(sock))
        with contextlib.suppress(OSError):
            sock.shutdown(socket.SHUT_RDWR)

    def _play(self, seen: Seen) -> Play:
        for end, play in self.plays.items():
            if seen.path.endswith(end):
                return play
        return says(reply(404))


def read_request(stream: Any, number: int) -> Seen | None:
    """Read one whole request; None when the connection ends instead."""
    line = stream.readline().decode("latin-1").split()
    if len(line) != 3:
        return None
    headers: dict[str, str] = {}
    while (header := stream.readline().decode("latin-1").strip()) != "":
        name, _, value = header.partition(":")
        headers[name.casefold()] = value.strip()
    body = stream.read(int(headers.get("content-length", "0")))
    return Seen(line[0], line[1], headers, body, number)
