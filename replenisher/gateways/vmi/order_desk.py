"""Creating purchase orders and changing them; what is sent is sent exactly once."""

from __future__ import annotations

from collections.abc import Sequence

from replenisher.errors import RefusedError
from replenisher.gateways.http.answers import Subject
from replenisher.gateways.http.paths import guid
from replenisher.gateways.soap.order_bodies import order_body, products
from replenisher.gateways.soap.order_finder import Found
from replenisher.gateways.soap.orders import accepted_of
from replenisher.gateways.soap.replies import Reply
from replenisher.gateways.soap.rows import UnreadableRowError
from replenisher.gateways.vmi.identity import american
from replenisher.gateways.vmi.order_lists import StoreLists
from replenisher.purchasing.platform import OrderAccepted, OrderRequest, RequestLine


class OrderWriter(StoreLists):
    """The ordering half of the channel.

    The only operation that changes lines replaces the whole list, so an order is read, changed and sent whole; what the
    retailer changes between the two is lost.
    """

    def create(self, order: OrderRequest, *, send_before: float | None = None) -> OrderAccepted:
        """Send the order exactly once over a fresh connection, and not after `send_before` (`time.monotonic`).

        Its id is chosen by us and the same on every try: the platform refuses a second one, which is an ExistsError.
        It exists when the answer comes; `echo` is what the platform understood. The wire has no shipping method.
        """
        operation, name = (
            ("CreatePurchaseOrder", "PurchaseOrder")
            if order.committed
            else ("CreateUncommittedPurchaseOrder", "purchaseOrder")
        )
        subject = Subject("create", f"{order.vendor_invoice_number} for location {order.location}")
        arguments = {**self._identity.at(order.company, order.ship_to), name: order_body(order)}
        return self._service.write(
            operation, arguments, lambda reply: accepted_of(reply, order.committed), subject, send_before
        )

    def update_lines(self, company: str, platform_order_id: str, lines: Sequence[RequestLine]) -> None:
        """Set quantity and cost of lines; RefusedError when anything was received already, or for an unknown SKU."""
        subject = Subject("update lines", f"order {platform_order_id}")
        found = self.found_by_id(company, platform_order_id, subject)
        kept = _lines(found)
        for line in lines:
            if line.sku not in kept:
                raise _refused(subject, f"{line.sku} is not on it")
            kept[line.sku] = RequestLine(line.sku, line.quantity, line.unit_cost or kept[line.sku].unit_cost)
        self._replace(company, found, kept, subject)

    def add_lines(self, company: str, platform_order_id: str, lines: Sequence[RequestLine]) -> None:
        """Add lines; RefusedError for a SKU that is on the order, whose quantity is to be raised instead."""
        subject = Subject("add lines", f"order {platform_order_id}")
        found = self.found_by_id(company, platform_order_id, subject)
        kept = _lines(found)
        for line in lines:
            if line.sku in kept:
                raise _refused(subject, f"{line.sku} is on it already")
            kept[line.sku] = line
        self._replace(company, found, kept, subject)

    def remove_lines(self, company: str, platform_order_id: str, skus: Sequence[str]) -> None:
        """Take lines off an order; RefusedError for the last one, for no list at all means an unchanged one."""
        subject = Subject("remove lines", f"order {platform_order_id}")
        found = self.found_by_id(company, platform_order_id, subject)
        kept = _lines(found)
        for sku in skus:
            if kept.pop(sku, None) is None:
                raise _refused(subject, f"{sku} is not on it")
        if not kept:
            raise _refused(subject, "an order keeps at least one line here; cancel it instead")
        self._replace(company, found, kept, subject)

    def cancel(self, company: str, platform_order_id: str) -> None:
        """Cancel an order that is not committed yet; RefusedError when the platform says no."""
        order_id = guid(platform_order_id, "purchase order")
        subject = Subject("cancel", f"order {order_id}")
        arguments = {**self._identity.at(company), "purchaseOrderId": order_id}
        if not self._service.write("CancelUncommittedPurchaseOrder", arguments, yes_or_no, subject):
            raise RefusedError(f"{subject}: the platform did not cancel it", operation=subject.operation)

    def _replace(self, company: str, found: Found, lines: dict[str, RequestLine], subject: Subject) -> None:
        """Send the order with its new list of lines; its other fields are sent as they were read."""
        head = found.head
        body = {
            "PurchaseOrderID": head.id,
            "PurchaseOrderData": {
                "PurchaseOrderID": head.id,
                "ShipToStoreID": int(head.ship_to) if head.ship_to else None,
                "BillToStoreID": int(head.bill_to) if head.bill_to else None,
                "VendorInvoiceNumber": head.vendor_invoice_number or None,
                "EstimatedArrivalDate": american(head.estimated_arrival.date()) if head.estimated_arrival else None,
                "Comments": head.comments or None,
            },
            "ProductsOrdered": products(lines.values()),
        }
        arguments = {**self._identity.at(company, head.ship_to or None), "purchaseOrder": body}
        if not self._service.write("UpdatePurchaseOrder", arguments, yes_or_no, subject):
            raise RefusedError(f"{subject}: the platform did not change it", operation=subject.operation)


def yes_or_no(reply: Reply) -> bool:
    """Read the answer of an operation that says whether it did what was asked."""
    answers = {"true": True, "false": False}
    if reply.text() not in answers:
        raise UnreadableRowError(f"{reply.operation}Result", "is neither true nor false")
    return answers[reply.text()]


def _lines(found: Found) -> dict[str, RequestLine]:
    return {
        line.sku: RequestLine(line.sku, line.quantity_ordered, line.unit_cost)
        for line in found.order.lines
        if line.quantity_ordered
    }


def _refused(subject: Subject, reason: str) -> RefusedError:
    return RefusedError(f"{subject}: {reason}; nothing was sent", operation=subject.operation)
