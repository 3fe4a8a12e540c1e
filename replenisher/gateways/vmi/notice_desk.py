"""Announcing shipments, and what the platform holds of them."""

from __future__ import annotations

from replenisher.gateways.http.answers import Subject
from replenisher.gateways.http.paths import guid
from replenisher.gateways.soap.notices import notice_accepted, notice_body, notice_rows, notice_summaries
from replenisher.gateways.soap.orders import skus_by_item
from replenisher.gateways.vmi.order_desk import OrderWriter
from replenisher.purchasing.platform import NoticeAccepted, NoticeRequest, NoticeSummary


class NoticeWriter(OrderWriter):
    """The notice desk of the channel: one call carries all products of a shipment, under our shipment number."""

    takes_notices = True
    lists_notices = True

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

    def notices(self, company: str, platform_order_id: str) -> list[NoticeSummary]:
        """List the notices that the platform holds of one order, grouped by their shipment number.

        Where they name products only by the platform's own ids, the order is read to learn the SKUs.
        """
        order_id = guid(platform_order_id, "purchase order")
        subject = Subject("notices", f"order {order_id}")
        arguments = {**self._identity.at(company), "purchaseOrderID": order_id}
        rows = self._service.read("GetPurchaseOrderShipmentNotices", arguments, notice_rows, subject)
        named = all(row.sku for row in rows)
        skus = {} if named else skus_by_item(self.found_by_id(company, order_id, subject).head)
        return notice_summaries(rows, skus)
