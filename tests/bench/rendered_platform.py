"""A platform whose answers are rendered before the clock starts, by a process of its own: serving costs little.

`python -m tests.bench.rendered_platform <locations> <skus>` answers token, locations, inventory report and order
creation for any company on a port of its own, prints where as one line of JSON, and ends when its standard input does.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.utils import formatdate
from itertools import count
from uuid import UUID

from tests.bench.rendered_reports import inventory_report, location_ids, locations_list

TOKEN = json.dumps({"access_token": "bench-token", "expires_in": 43_199, "refresh_token": "bench-refresh"}).encode()
VENDOR = "5123"


@dataclass(frozen=True)
class Rendered:
    """Every body that is served, by the end of its path from `/locations` on."""

    bodies: dict[str, bytes]

    @classmethod
    def of(cls, locations: int, skus: int) -> Rendered:
        """Render them all."""
        ids = location_ids(locations)
        bodies = {f"/locations/{one}/reports/inventory": inventory_report(one, skus) for one in ids}
        return cls({**bodies, "/locations": locations_list(ids)})

    def of_path(self, path: str) -> bytes | None:
        """Find the body for a path; None when there is none."""
        return self.bodies.get(path[path.find("/locations") :])


class Conversation(asyncio.Protocol):
    """One connection: requests in, prepared answers out, kept alive."""

    orders = count(1)

    def __init__(self, rendered: Rendered) -> None:
        self._rendered = rendered
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember where to answer."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer every request that is complete."""
        self._received += data
        while (head_ends := self._received.find(b"\r\n\r\n")) >= 0:
            head = self._received[:head_ends].decode("latin-1")
            ends = head_ends + 4 + _content_length(head)
            if len(self._received) < ends:
                return
            self._received = self._received[ends:]
            method, target, _ = head.split(" ", 2)
            self._answer(method, target.partition("?")[0])

    def _answer(self, method: str, path: str) -> None:
        body = self._rendered.of_path(path) if method == "GET" else None
        if body is not None:
            self._send("200 OK", body)
        elif path.endswith("/oauth2/token"):
            self._send("200 OK", TOKEN)
        elif method == "POST" and path.endswith("/purchaseOrders"):
            order = str(UUID(int=next(self.orders)))
            status = f"v1{path.partition('/v1')[2]}/{order}/status"
            self._send("202 Accepted", json.dumps({"purchaseOrderId": order, "checkStatusEndpoint": status}).encode())
        else:
            self._send("404 Not Found", b'{"Message": "not rendered"}')

    def _send(self, status: str, body: bytes) -> None:
        head = (
            f"HTTP/1.1 {status}\r\nDate: {formatdate(time.time(), usegmt=True)}\r\n"
            f"Content-Type: application/json; charset=utf-8\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        self._transport.write(head.encode())
        self._transport.write(body)


def _content_length(head: str) -> int:
    for line in head.split("\r\n"):
        name, _, value = line.partition(":")
        if name.lower() == "content-length":
            return int(value)
    return 0


async def serve(locations: int, skus: int) -> None:
    """Serve until standard input ends."""
    rendered = Rendered.of(locations, skus)
    loop = asyncio.get_running_loop()
    stopped = asyncio.Event()
    loop.add_reader(sys.stdin.fileno(), stopped.set)
    server = await loop.create_server(lambda: Conversation(rendered), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    size = sum(len(body) for body in rendered.bodies.values())
    print(json.dumps({"url": f"http://127.0.0.1:{port}", "bytes": size}), flush=True)
    async with server:
        await stopped.wait()


@dataclass(frozen=True)
class Platform:
    """Where the running process answers, and how many bytes its reports have."""

    url: str
    bytes: int
    locations: list[str]

    @property
    def base_url(self) -> str:
        """The Vendor Inventory service."""
        return f"{self.url}/vendorinventory/v1/"

    def order_url(self) -> str:
        """The address that creates an order for the first location."""
        return f"{self.base_url}vendors/{VENDOR}/companies/14146/locations/{self.locations[0]}/purchaseOrders"

    def inventory_urls(self) -> list[str]:
        """The addresses that a cycle reads, dates included."""
        path = f"{self.base_url}vendors/{VENDOR}/companies/14146/locations"
        dates = "StartDate=2024-01-01&EndDate=2024-01-08"
        return [f"{path}/{location}/reports/inventory?{dates}" for location in self.locations]


@contextmanager
def rendered_platform(locations: int, skus: int) -> Iterator[Platform]:
    """Run the platform in its own process for the length of the block."""
    command = [sys.executable, "-m", "tests.bench.rendered_platform", str(locations), str(skus)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            yield Platform(**json.loads(process.stdout.readline()), locations=location_ids(locations))
        finally:
            process.stdin.close()
            process.wait(timeout=10)


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(int(sys.argv[1]), int(sys.argv[2])))
