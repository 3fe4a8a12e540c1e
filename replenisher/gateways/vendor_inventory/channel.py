"""The channel of the Vendor Inventory interface: what `gateways.channel.Channel` asks for, over REST."""

from __future__ import annotations

from types import TracebackType

import httpx

from replenisher.gateways.http.client import HttpClient
from replenisher.gateways.http.connection import Connection
from replenisher.gateways.unoffered import NoCancelling, NoLevels, NoNotices, NoRelease
from replenisher.gateways.vendor_inventory.order_desk import OrderWriter
from replenisher.gateways.vendor_inventory.probe import Prober
from replenisher.gateways.vendor_inventory.report_source import ReportReader
from replenisher.gateways.vendor_inventory.routes import Routes


class VendorInventory(ReportReader, OrderWriter, Prober, NoCancelling, NoNotices, NoLevels, NoRelease):
    """One platform, one vendor, one process; usable from several threads and as a context manager.

    Every call raises only GatewayError kinds, and WrongProcessError in another process than the one that made
    it. `transport` replaces the network in tests.
    """

    def __init__(self, connection: Connection, transport: httpx.BaseTransport | None = None) -> None:
        http, routes = HttpClient(connection, transport), Routes(connection.vendor_id)
        ReportReader.__init__(self, http, routes, connection.threads)
        OrderWriter.__init__(self, http, routes)

    def __enter__(self) -> VendorInventory:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give back connections and threads; in a forked child this does nothing."""
        if self._http.is_ours():
            ReportReader.close(self)
            self._http.close()
