"""The channel of the CMI interface: what `gateways.channel.Channel` asks for, over SOAP."""

from __future__ import annotations

from collections.abc import Sequence
from types import TracebackType

import httpx

from replenisher.gateways.cmi.order_desk import OrderWriter
from replenisher.gateways.cmi.probe import Prober
from replenisher.gateways.cmi.report_source import ReportReader
from replenisher.gateways.soap.service import SoapConnection, SoapService
from replenisher.gateways.stock_book import StockBook
from replenisher.gateways.unoffered import NoCancelling, NoLevels, NoLineChanges, NoRelease


class Cmi(ReportReader, OrderWriter, Prober, NoCancelling, NoLineChanges, NoLevels, NoRelease):
    """One service, one account of a retailer, one process; usable from several threads and as a context manager.

    A company is the retailer's ClientID, a location its StoreID as text; `companies` are those that the account may be
    asked with. Calls go out one after another. Every call raises only GatewayError kinds, and WrongProcessError in
    another process than the one that made it. `transport` replaces the network in tests.
    """

    def __init__(
        self,
        connection: SoapConnection,
        vendor_id: str,
        companies: Sequence[str],
        book: StockBook,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        ReportReader.__init__(self, SoapService(connection, "cmi", transport), companies, book)
        self._vendor_id = vendor_id

    def __enter__(self) -> Cmi:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give back the connections; in a forked child this does nothing."""
        self._service.close()
