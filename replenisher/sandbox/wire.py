"""Answers on the wire: the ordinary way through the server, or byte by byte on the bare connection."""

from __future__ import annotations

import asyncio
import socket
import struct
from http import HTTPStatus
from typing import Any

from starlette.types import Message, Receive, Scope, Send

from replenisher.sandbox.replies import Reply

_BLOCK = 65_536


class Wire:
    """One connection with one request on it. Headers that every answer carries come from the gate, by the scope."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._scope = scope
        self._receive = receive
        self._send = send
        self._transport: asyncio.Transport = scope["state"]["transport"]
        self.status: int | None = None

    async def whole_body(self) -> bytes:
        """The whole request body."""
        return await self.body(None) or b""

    async def body(self, largest: int | None) -> bytes | None:
        """The request body; None when it has more bytes than that, of which only so many were kept."""
        parts: list[bytes] = []
        size = 0
        more = True
        while more:
            event = await self._receive()
            size += len(event.get("body", b""))
            if largest is None or size <= largest:
                parts.append(event.get("body", b""))
            more = event.get("more_body", False)
        return b"".join(parts) if largest is None or size <= largest else None

    async def answer(self, reply: Reply) -> None:
        """Send an answer as a well-behaved server does."""
        self.status = reply.status
        length = [] if reply.status == 204 else [(b"content-length", str(len(reply.body)).encode())]
        await self._send(_start(reply, length))
        await self._send({"type": "http.response.body", "body": reply.body})

    async def stream(self, reply: Reply, blocks: int, block: bytes) -> None:
        """Send an answer's body followed by a block many times, without a length."""
        self.status = reply.status
        await self._send(_start(reply, []))
        await self._send({"type": "http.response.body", "body": reply.body, "more_body": True})
        for _ in range(blocks):
            await self._send({"type": "http.response.body", "body": block, "more_body": True})
            await asyncio.sleep(0)
        await self._send({"type": "http.response.body", "body": b""})

    async def raw(self, head: bytes, body: bytes, *, head_pause: float = 0.0, body_pause: float = 0.0) -> None:
        """Write bytes past the server, one by one where there is a pause, then close."""
        for data, pause in ((head, head_pause), (body, body_pause)):
            if not pause:
                self._transport.write(data)
                continue
            for position in range(len(data)):
                if self._transport.is_closing():
                    return
                self._transport.write(data[position : position + 1])
                await asyncio.sleep(pause)
        self._transport.close()
        await self.hung_up()

    def head(self, reply: Reply, length: int | None) -> bytes:
        """The status line and headers of an answer, with whatever length is to be announced."""
        self.status = reply.status
        headers: dict[str, Any] = {**self._scope["state"]["headers"], **reply.headers, "Connection": "close"}
        if reply.content_type:
            headers["Content-Type"] = reply.content_type
        if length is not None:
            headers["Content-Length"] = length
        lines = [f"HTTP/1.1 {reply.status} {HTTPStatus(reply.status).phrase}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        return "\r\n".join([*lines, "", ""]).encode()

    async def reset(self) -> None:
        """Break the connection so that the client sees a reset, not an end."""
        sock: socket.socket = self._transport.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._transport.abort()
        await self.hung_up()

    async def hung_up(self, seconds: float | None = None) -> bool:
        """Wait until the connection is gone, at most so long; gives whether it is."""
        try:
            async with asyncio.timeout(seconds):
                while (await self._receive())["type"] != "http.disconnect":
                    pass
        except TimeoutError:
            return False
        return True


def _start(reply: Reply, extra: list[tuple[bytes, bytes]]) -> Message:
    headers = [(name.lower().encode(), value.encode()) for name, value in reply.headers.items()]
    if reply.content_type:
        headers.append((b"content-type", reply.content_type.encode()))
    return {"type": "http.response.start", "status": reply.status, "headers": headers + extra}


def spaces(megabytes: int) -> tuple[int, bytes]:
    """How many blocks of spaces make so many megabytes, and the block."""
    return megabytes * 1_048_576 // _BLOCK, b" " * _BLOCK
