"""The contract probe of the CMI interface: which operations it asks, and by which arguments; it has no stock report."""

from __future__ import annotations

from collections.abc import Callable

from replenisher.gateways.cmi.identity import ClientIdentity, receiving_days, sales_days
from replenisher.gateways.observations import Findings, ProbeRequest
from replenisher.gateways.soap.movements import receiving_of, sales_of
from replenisher.gateways.soap.orders import Standing, heads_of, single_head
from replenisher.gateways.soap.packaged import Wsdl
from replenisher.gateways.soap.probe import Ask, Conversation
from replenisher.gateways.soap.service import SoapService
from replenisher.gateways.soap.stores import locations_of
from replenisher.purchasing.platform import ReportWindow

WHO = ClientIdentity()


class Prober:
    """The part of the channel that probes its interface; it only reads."""

    _service: SoapService

    def probe(self, request: ProbeRequest, tell: Callable[[str], None]) -> Findings:
        """Ask everything once; CredentialsError when signing in is refused, any other failure is a check."""
        return Conversation(self._service, _CmiDialect(), request, tell).held()


class _CmiDialect:
    """Questions in the words of the CMI description."""

    wsdl: Wsdl = "cmi"
    identity_elements = "client everywhere"

    def lists(self, company: str) -> list[Ask]:
        arguments = WHO.at(company)
        return [Ask("stores", "list of stores", "GetStoreList", arguments, lambda reply: locations_of(reply, company))]

    def reports(self, company: str, location: str, window: ReportWindow) -> list[Ask]:  # noqa: ARG002 - it has none
        return []

    def sales(self, company: str, location: str, window: ReportWindow) -> Ask:
        arguments = {**WHO.at(company, location), **sales_days(window, location)}
        return Ask("sales", "sales report", "GetProductSalesReport", arguments, lambda reply: sales_of(reply, location))

    def receiving(self, company: str, location: str | None, window: ReportWindow) -> Ask:
        arguments = {**WHO.at(company, location), **receiving_days(window)}
        if location is None:
            return Ask("receiving everywhere", "receiving report, all stores", "GetReceivingInfo", arguments, _unread)
        return Ask(
            "receiving", "receiving report", "GetReceivingInfo", arguments, lambda reply: receiving_of(reply, location)
        )

    def orders(self, company: str, standing: Standing, window: ReportWindow) -> Ask:
        arguments: dict[str, object] = {
            **WHO.at(company),
            "isCommitted": standing.committed,
            "isCompleted": standing.completed,
            "startDate": window.start.isoformat(),
            "endDate": window.end.isoformat(),
        }
        return Ask("orders", "list of orders", "GetPurchaseOrdersByStatus", arguments, heads_of)

    def by_reference(self, company: str, reference: str) -> Ask:
        arguments: dict[str, object] = {**WHO.at(company), "purchaseOrderReferenceNumber": reference}
        operation = "GetPurchaseOrderByReferenceNumber"
        return Ask("by reference", "order by an unknown reference", operation, arguments, single_head)


def _unread(_: object) -> None:
    """Read nothing: whose rows they are is all that is asked."""
