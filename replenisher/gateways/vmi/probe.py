"""The contract probe of the VMI interface: which operations it asks, and by which arguments."""

from __future__ import annotations

from collections.abc import Callable

from replenisher.gateways.observations import Findings, ProbeRequest
from replenisher.gateways.soap.movements import receiving_of, sales_of
from replenisher.gateways.soap.orders import Standing, heads_of, single_head
from replenisher.gateways.soap.packaged import Wsdl
from replenisher.gateways.soap.probe import Ask, Conversation
from replenisher.gateways.soap.service import SoapService
from replenisher.gateways.soap.stores import locations_of
from replenisher.gateways.vmi.identity import Identity, american, dates, one_store
from replenisher.gateways.vmi.inventory import store_report
from replenisher.gateways.vmi.movements import adjustments_of, transfers_of
from replenisher.gateways.vmi.places import STANDINGS, companies_of
from replenisher.purchasing.platform import ReportWindow


class Prober:
    """The part of the channel that probes its interface; it only reads."""

    _service: SoapService
    _identity: Identity

    def probe(self, request: ProbeRequest, tell: Callable[[str], None]) -> Findings:
        """Ask everything once; CredentialsError when signing in is refused, any other failure is a check."""
        return Conversation(self._service, _VmiDialect(self._identity), request, tell).held()


class _VmiDialect:
    """Questions in the words of the VMI description."""

    wsdl: Wsdl = "vmi"
    identity_elements = "Vendor in reports, vendor in lists of companies and orders"

    def __init__(self, identity: Identity) -> None:
        self._identity = identity

    def lists(self, company: str) -> list[Ask]:
        alone = self._identity.alone()
        companies = [
            Ask(standing, f"companies, {standing}", operation, alone, companies_of)
            for operation, standing in STANDINGS.items()
        ]
        at = self._identity.at(company)
        return [
            *companies,
            Ask("stores", "list of stores", "GetStoreList", at, lambda reply: locations_of(reply, company)),
        ]

    def reports(self, company: str, location: str, window: ReportWindow) -> list[Ask]:
        at, area = self._identity.at(company, location), one_store(location)
        asked = {**at, **area, **dates(window)}
        return [
            Ask(
                "inventory",
                "inventory report",
                "GetInventoryReport",
                {**at, **dates(window)},
                lambda reply: store_report(reply, location, window.end),
            ),
            Ask(
                "adjustments",
                "adjustments report",
                "GetAdjustmentReport",
                asked,
                lambda reply: adjustments_of(reply, location, window),
            ),
            Ask(
                "transfers",
                "transfers report",
                "GetTransferCounts",
                asked,
                lambda reply: transfers_of(reply, location, window),
            ),
        ]

    def sales(self, company: str, location: str, window: ReportWindow) -> Ask:
        days = {"startDate": american(window.start), "endDate": american(window.end)}
        arguments = {**self._identity.at(company, location), **days, **one_store(location)}
        return Ask("sales", "sales report", "GetProductSalesReport", arguments, lambda reply: sales_of(reply, location))

    def receiving(self, company: str, location: str | None, window: ReportWindow) -> Ask:
        arguments = {**self._identity.at(company, location), **dates(window)}
        if location is None:
            return Ask("receiving everywhere", "receiving report, all stores", "GetReceivingInfo", arguments, _unread)
        return Ask(
            "receiving", "receiving report", "GetReceivingInfo", arguments, lambda reply: receiving_of(reply, location)
        )

    def orders(self, company: str, standing: Standing, window: ReportWindow) -> Ask:
        arguments = {
            **self._identity.at(company),
            "isCommitted": standing.committed,
            "isCompleted": standing.completed,
            "startDate": window.start.isoformat(),
            "endDate": window.end.isoformat(),
        }
        return Ask("orders", "list of orders", "GetClientPurchaseOrdersByStatus", arguments, heads_of)

    def by_reference(self, company: str, reference: str) -> Ask:
        arguments = {**self._identity.at(company), "purchaseOrderReferenceNumber": reference}
        operation = "GetPurchaseOrderByReferenceNumber"
        return Ask("by reference", "order by an unknown reference", operation, arguments, single_head)


def _unread(_: object) -> None:
    """Read nothing: whose rows they are is all that is asked."""
