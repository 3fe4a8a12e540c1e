"""A store's orders by their standing, as only this interface lists them."""

from __future__ import annotations

from replenisher.gateways.http.answers import Subject
from replenisher.gateways.soap.order_finder import DAY, OrderFinder
from replenisher.gateways.soap.orders import NOT_TOLD, Standing, heads_of, order_of
from replenisher.gateways.soap.replies import Reply
from replenisher.gateways.vmi.identity import Identity
from replenisher.purchasing.platform import PlatformOrder, ReportWindow


class StoreLists(OrderFinder[Identity]):
    """Lists orders of one store."""

    list_operation = "GetClientPurchaseOrdersByStatus"

    def committed_orders(self, company: str, location: str) -> list[PlatformOrder]:
        """List a store's committed orders."""
        return self._of_store("GetCommittedPurchaseOrderList", company, location, Standing(committed=True))

    def uncommitted_orders(self, company: str, location: str) -> list[PlatformOrder]:
        """List a store's orders that wait to be committed."""
        return self._of_store("GetUncommittedPurchaseOrderList", company, location, Standing())

    def completed_orders(self, company: str, location: str, window: ReportWindow) -> list[PlatformOrder]:
        """List a store's orders that were completed in the window."""
        arguments: dict[str, object] = {"startDateReceived": window.start, "endDateReceived": window.end + DAY}
        completed = Standing(committed=True, completed=True)
        return self._of_store("GetCompletedPurchaseOrderList", company, location, completed, arguments)

    def all_orders(self, company: str, location: str) -> list[PlatformOrder]:
        """List a store's orders of any standing, which this list does not tell."""
        return self._of_store("GetPurchaseOrderList", company, location, NOT_TOLD)

    def _of_store(
        self,
        operation: str,
        company: str,
        location: str,
        standing: Standing,
        more: dict[str, object] | None = None,
    ) -> list[PlatformOrder]:
        def parse(reply: Reply) -> list[PlatformOrder]:
            return [order_of(head, standing) for head in heads_of(reply) if not head.deleted]

        arguments = {**self._identity.at(company, location), **(more or {})}
        return self._service.read(operation, arguments, parse, Subject("list of orders", f"location {location}"))
