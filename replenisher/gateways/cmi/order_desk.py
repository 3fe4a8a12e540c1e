"""Creating purchase orders and announcing shipments; what is sent is sent exactly once."""

from __future__ import annotations

from typing import NoReturn

from replenisher.errors import RefusedError
from replenisher.gateways.cmi.identity import ClientIdentity
from replenisher.gateways.http.answers import Subject
from replenisher.gateways.http.paths import guid, whole_id
from replenisher.gateways.soap.notices import notice_accepted, notice_body
from replenisher.gateways.soap.order_bodies import order_body
from replenisher.gateways.soap.order_finder import OrderFinder
from replenisher.gateways.soap.orders import accepted_of
from replenisher.gateways.soap.replies import Reply
from replenisher.gateways.soap.rows import UnreadableRowError
from replenisher.purchasing.platform import NoticeAccepted, NoticeRequest, NoticeSummary, OrderAccepted, OrderRequest


class OrderWriter(OrderFinder[ClientIdentity]):
    """The writing half of the channel; `vendor_id` is whose products an order is for."""

    takes_notices = True
    lists_notices = False
    _vendor_id: str

    def create(self, order: OrderRequest, *, send_before: float | None = None) -> OrderAccepted:
        """Send the order exactly once over a fresh connection, and not after `send_before` (`time.monotonic`).

        Its id is chosen by us and the same on every try: the platform refuses a second one, which is an ExistsError.
        """
        operation, name = (
            ("CreatePurchaseOrder", "PurchaseOrder")
            if order.committed
            else ("CreateUncommittedPurchaseOrder", "purchaseOrder")
        )
        subject = Subject("create", f"{order.vendor_invoice_number} for location {order.location}")
        who = self._identity.at(order.company, order.ship_to)
        arguments = {**who, "vendorId": guid(self._vendor_id, "vendor"), name: order_body(order)}
        return self._service.write(
            operation, arguments, lambda reply: accepted_of(reply, order.committed), subject, send_before
        )

    def announce(self, notice: NoticeRequest, *, send_before: float | None = None) -> NoticeAccepted:
        """Send the notice exactly once over a fresh connection, and not after `send_before` (`time.monotonic`).

        The wire has no place for the moment of shipping, the carrier and the tracking number.
        """
        subject = Subject("announce", f"shipment {notice.shipment_number} of order {notice.platform_order_id}")
        arguments = {**self._identity.at(notice.company, notice.location), "notice": notice_body(notice)}
        return self._service.write(
            "CreatePurchaseOrderShipmentNotice",
            arguments,
            lambda reply: notice_accepted(reply, notice),
            subject,
            send_before,
        )

    def notices(self, company: str, platform_order_id: str) -> list[NoticeSummary]:  # noqa: ARG002
        """Raise RefusedError: this interface does not tell what it knows of shipments."""
        _refuse("list shipment notices")

    def update_comments(self, company: str, platform_order_id: str, comments: str) -> None:
        """Write another comment on an order, exactly once."""
        order_id = guid(platform_order_id, "purchase order")
        arguments = {**self._identity.at(company), "purchaseOrderID": order_id, "comments": comments}
        subject = Subject("update comments", f"order {order_id}")
        self._service.write("UpdatePurchaseOrderComments", arguments, lambda _: None, subject)

    def move_to_location(self, company: str, platform_order_id: str, location: str) -> None:
        """Have an order shipped to another of the company's stores, exactly once; RefusedError when it may not be."""
        order_id = guid(platform_order_id, "purchase order")
        store = int(whole_id(location, "location"))
        arguments = {**self._identity.at(company), "purchaseOrderID": order_id, "shipToStoreId": store}
        subject = Subject("move to location", f"order {order_id}")
        if not self._service.write("UpdateSalesAndPurchaseOrderLocation", arguments, _yes_or_no, subject):
            raise RefusedError(f"{subject}: the platform did not move it", operation=subject.operation)


def _refuse(what: str) -> NoReturn:
    raise RefusedError(f"the CMI interface has no way to {what}; nothing was sent", operation=what)


def _yes_or_no(reply: Reply) -> bool:
    """Read a bare boolean; an empty answer is no failure, for the documents call this operation void."""
    answers = {"true": True, "false": False, "": True}
    if reply.text() not in answers:
        raise UnreadableRowError(f"{reply.operation}Result", "is neither true nor false")
    return answers[reply.text()]
