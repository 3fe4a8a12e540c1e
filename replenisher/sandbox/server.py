"""The process: a socket on the loopback address, one line of JSON when it listens, a clean end."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import msgspec
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from replenisher.sandbox.app import make_application
from replenisher.sandbox.openings import open_world
from replenisher.sandbox.platform import Platform
from replenisher.sandbox.rest.names import customers
from replenisher.sandbox.simulation import advance
from replenisher.sandbox.soap.identities import guid
from replenisher.sandbox.soap.operations import CMI, VMI
from replenisher.sandbox.switches import Setup, Switches
from replenisher.sandbox.world import World

_LOOPBACK = "127.0.0.1"
_PARENT_CHECK_SECONDS = 0.5


class _OpenProtocol(H11Protocol):
    """Hands each request its connection, so that a fault may break it."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn does
        self.app_state = {**self.app_state, "transport": transport}
        sock: socket.socket = transport.get_extra_info("socket")
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # head and body are two writes: 40 ms without it
        super().connection_made(transport)


class _Server(uvicorn.Server):
    """Leaves the signals alone: uvicorn would raise them again at the end, and a stop on request is no failure."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def serve(setup: Setup, switches: Switches, *, port: int, ready_file: Path | None, parent: int | None) -> None:
    """Serve until SIGINT or SIGTERM, or until the process with the id `parent` is this one's parent no more.

    Port 0 takes a free port. The ready line goes to standard output and, if asked for, whole into a file.
    """
    platform = Platform(_opened(setup, switches))
    listener = socket.create_server((_LOOPBACK, port), backlog=512)
    config = uvicorn.Config(
        make_application(platform),
        http=_OpenProtocol,
        loop="asyncio",
        lifespan="off",
        log_level="critical",
        access_log=False,
        server_header=False,
        date_header=False,
        timeout_keep_alive=60,
        timeout_graceful_shutdown=1,
    )
    server = _Server(config)
    with listener:
        asyncio.run(_run(server, listener, platform, ready_file, parent))


def _opened(setup: Setup, switches: Switches) -> World:
    world = World(setup, switches)
    open_world(world)
    return world


async def _run(
    server: uvicorn.Server, listener: socket.socket, platform: Platform, ready_file: Path | None, parent: int | None
) -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, functools.partial(_stop, server))
    async with _background(server, platform, parent):
        _announce(ready_line(platform, listener.getsockname()[1]), ready_file)
        await server.serve(sockets=[listener])


def _stop(server: uvicorn.Server) -> None:
    server.should_exit = True


@contextlib.asynccontextmanager
async def _background(server: uvicorn.Server, platform: Platform, parent: int | None) -> AsyncIterator[None]:
    tasks = [asyncio.create_task(_pass_days(platform))]
    if parent is not None:
        tasks.append(asyncio.create_task(_watch_parent(server, parent)))
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _watch_parent(server: uvicorn.Server, parent: int) -> None:
    while os.getppid() == parent:  # noqa: ASYNC110  # nothing tells of a parent's end; it has to be looked at
        await asyncio.sleep(_PARENT_CHECK_SECONDS)
    server.should_exit = True


async def _pass_days(platform: Platform) -> None:
    while True:
        seconds = platform.world.switches.day_seconds
        await asyncio.sleep(seconds or 1.0)
        if seconds and platform.world.switches.day_seconds:
            advance(platform.world, 1)


def ready_line(platform: Platform, port: int) -> dict[str, Any]:
    """What a client has to know: addresses, credentials, companies and locations."""
    url, setup = f"http://{_LOOPBACK}:{port}", platform.world.setup
    return {
        "url": url,
        "accounts_url": f"{url}/accounts/v1",
        "vendor_inventory_url": f"{url}/vendorinventory/v1/",
        "orders_url": f"{url}/order/v1/",
        "purchase_orders_url": f"{url}/purchaseorder/v1/",
        "sales_orders_url": f"{url}/salesorder/v1/",
        "vmi_url": f"{url}/{VMI.name}.asmx",
        "cmi_url": f"{url}/{CMI.name}.asmx",
        "admin_url": f"{url}/admin",
        "pid": os.getpid(),
        "vendor_id": setup.vendor_id,
        "vendor_guid": platform.world.identities.vendor_guid,
        "username": setup.username,
        "password": setup.password,
        "client_id": setup.client_id,
        "client_secret": setup.client_secret,
        "seed": setup.seed,
        "companies": [
            {
                "id": company.id,
                "guid": guid("company", company.id),
                "name": company.name,
                "customers": customers(company.id),
                "locations": list(company.locations),
                "stores": [platform.world.identities.store(location) for location in company.locations],
            }
            for company in platform.world.companies.values()
        ],
    }


def _announce(line: dict[str, Any], ready_file: Path | None) -> None:
    text = msgspec.json.encode(line) + b"\n"
    if ready_file is not None:
        partial = ready_file.with_name(ready_file.name + ".part")
        partial.write_bytes(text)
        partial.replace(ready_file)
    sys.stdout.buffer.write(text)
    sys.stdout.flush()
