"""The channel of the VMI interface: what `gateways.channel.Channel` asks for, over SOAP."""

from __future__ import annotations

from types import TracebackType

import httpx

from replenisher.gateways.soap.service import SoapConnection, SoapService
from replenisher.gateways.unoffered import NoRelease
from replenisher.gateways.vmi.identity import Identity
from replenisher.gateways.vmi.level_desk import LevelSetter
from replenisher.gateways.vmi.listings import Listings
from replenisher.gateways.vmi.notice_desk import NoticeWriter
from replenisher.gateways.vmi.probe import Prober
from replenisher.gateways.vmi.report_source import ReportReader
from replenisher.gateways.vmi.returns import ReturnDesk


class Vmi(ReportReader, NoticeWriter, LevelSetter, Listings, ReturnDesk, Prober, NoRelease):
    """One service, one vendor, one process; usable from several threads and as a context manager.

    A company is the retailer's ClientID, a location its StoreID as text. Calls go out one after another. Every call
    raises only GatewayError kinds, and WrongProcessError in another process than the one that made it.
    `stores_per_report` is how many stores one inventory report may cover. `transport` replaces the network in tests.
    """

    def __init__(
        self,
        connection: SoapConnection,
        vendor_id: str,
        stores_per_report: int = 30,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        identity = Identity(vendor_id)
        ReportReader.__init__(self, SoapService(connection, "vmi", transport), identity, stores_per_report)

    def __enter__(self) -> Vmi:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give back the connections; in a forked child this does nothing."""
        self._service.close()
