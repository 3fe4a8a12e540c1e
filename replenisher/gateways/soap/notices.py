"""Shipment notices in the shape that both SOAP services share: one element per product, one number per shipment."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from replenisher.gateways.http.paths import WHOLE_ID, guid
from replenisher.gateways.soap.cells import number, text, units
from replenisher.gateways.soap.replies import Reply
from replenisher.gateways.soap.rows import Cell, Rows, UnreadableRowError, child_of, needed, texts_of
from replenisher.purchasing.platform import NoticeAccepted, NoticeLine, NoticeRequest, NoticeSummary

NOTICES = Rows(
    "PurchaseOrderShipmentNotice",
    {
        "shipment_number": Cell("ShipmentNumber", text),
        "sku": Cell("VendorSKU", text),
        "item": Cell("ProductItemID", number),
        "quantity": needed("Quantity", units),
    },
    "shipment_number",
)


@dataclass(frozen=True)
class NoticeRow:
    """One product of a shipment as the platform holds it; `sku` is empty where only the platform's own id is told."""

    shipment_number: str
    sku: str
    item: str
    quantity: int
    serial_numbers: tuple[str, ...]


def notice_body(notice: NoticeRequest) -> dict[str, Sequence[dict[str, object]]]:
    """Write a notice: order and products by every name that is known; no date, carrier or tracking number."""
    order_number = notice.platform_order_number
    order: dict[str, object] = {
        "ShipmentNumber": notice.shipment_number,
        "PurchaseOrderID": guid(notice.platform_order_id, "purchase order"),
        "RQPurchaseOrderID": int(order_number) if WHOLE_ID.fullmatch(order_number) else None,
        "VendorInvoiceNumber": notice.vendor_invoice_number,
    }
    return {
        "PurchaseOrderShipmentNotice": [
            order
            | {
                "Quantity": line.quantity,
                "VendorSKU": line.sku,
                "SerialNumbers": {"string": list(line.serial_numbers)} if line.serial_numbers else None,
            }
            for line in notice.lines
        ]
    }


def notice_rows(reply: Reply) -> list[NoticeRow]:
    """Read a list of notices; UnreadableRowError for one without a quantity."""
    columns = NOTICES.read(reply.result)
    elements = () if reply.result is None else NOTICES.elements(reply.result)
    return [
        NoticeRow(
            shipment or "", sku or "", item or "", quantity, texts_of(child_of(element, "SerialNumbers"), "string")
        )
        for element, shipment, sku, item, quantity in zip(elements, *columns.values(), strict=True)
    ]


def notice_accepted(reply: Reply, notice: NoticeRequest) -> NoticeAccepted:
    """Read the echo of a notice; where it names products only by the platform's own ids, they stand in our order."""
    rows = notice_rows(reply)
    if not rows:
        raise UnreadableRowError("PurchaseOrderShipmentNotice", "the answer has none")
    asked = [line.sku for line in notice.lines]
    skus = [row.sku or (asked[place] if len(rows) == len(asked) else "") for place, row in enumerate(rows)]
    if not all(skus):
        raise UnreadableRowError("VendorSKU", "is missing, and there are not as many products as were sent")
    number_there = next((row.shipment_number for row in rows if row.shipment_number), notice.shipment_number)
    echo = tuple(NoticeLine(sku, row.quantity, row.serial_numbers) for sku, row in zip(skus, rows, strict=True))
    return NoticeAccepted(number_there, f"{len(rows)} products", echo)


def notice_summaries(rows: Sequence[NoticeRow], skus: Mapping[str, str]) -> list[NoticeSummary]:
    """Group notices by their shipment number; `skus` gives the SKU of a platform's product id where a row lacks it."""
    shipments: defaultdict[str, list[NoticeLine]] = defaultdict(list)
    for row in rows:
        sku = row.sku or skus.get(row.item, "")
        if not sku:
            raise UnreadableRowError("VendorSKU", f"is missing, and no line of the order has product {row.item}")
        shipments[row.shipment_number].append(NoticeLine(sku, row.quantity, row.serial_numbers))
    return [NoticeSummary(shipment, tuple(lines)) for shipment, lines in shipments.items()]
