"""The gateway of the Order service: what `CustomerOrders` and `OrderDesk` ask for, over one client."""

from __future__ import annotations

from types import TracebackType

import httpx

from replenisher.gateways.http.client import HttpClient
from replenisher.gateways.http.connection import Connection
from replenisher.gateways.orders.customers import CustomerReader
from replenisher.gateways.orders.order_desk import DeskOptions, OrderWriter


class Orders(CustomerReader, OrderWriter):
    """One service, one supplier, one process; usable from several threads and as a context manager.

    Every call raises only GatewayError kinds, and WrongProcessError in another process than the one that made it.
    `transport` replaces the network in tests.
    """

    def __init__(
        self,
        connection: Connection,
        supplier_id: str,
        options: DeskOptions | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        http = HttpClient(connection, transport)
        CustomerReader.__init__(self, http)
        OrderWriter.__init__(self, http, supplier_id, options or DeskOptions())

    def __enter__(self) -> Orders:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give back connections; in a forked child this does nothing."""
        self._http.close()
