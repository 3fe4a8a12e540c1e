"""Purchase orders as both SOAP services answer them, in our words.

The wire does not tell whether an order is committed or complete; that follows from the list in which it stands, and
is given here as a `Standing`.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime

from lxml import etree

from replenisher.gateways.soap.cells import flag, guid, moment, money, number, text, units
from replenisher.gateways.soap.replies import Reply
from replenisher.gateways.soap.rows import Cell, Rows, UnreadableRowError, child_of, needed
from replenisher.logs import get_logger
from replenisher.purchasing.platform import (
    OrderAccepted,
    OrderSummary,
    PlatformLine,
    PlatformOrder,
    PlatformStatus,
)

logger = get_logger(__name__)

HEADS = Rows("PurchaseOrderInformation", {"id": needed("PurchaseOrderID", guid)}, "id")
NAMES = Rows("PurchaseOrderInformation", {"id": Cell("PurchaseOrderID", guid)}, "id")
"""The same for an answer that may be an order without an id, which is none."""
DATA = Rows(
    "PurchaseOrderData",
    {
        "platform_number": Cell("RetailiQPurchaseOrderID", number),
        "printed_number": Cell("RetailiQPurchaseOrderNumber", text),
        "ship_to": Cell("ShipToStoreID", number),
        "bill_to": Cell("BillToStoreID", number),
        "vendor_invoice_number": Cell("VendorInvoiceNumber", text),
        "estimated_arrival": Cell("EstimatedArrivalDate", moment),
        "comments": Cell("Comments", text),
        "created_at": Cell("CreatedDate", moment),
        "deleted": Cell("IsDeleted", flag),
    },
    "vendor_invoice_number",
)
ORDERED = Rows(
    "ProductInformation",
    {
        "sku": needed("VendorSKU", text),
        "item": Cell("ProductItemID", number),
        "quantity": needed("QuantityOrdered", units),
        "unit_cost": Cell("ProductCost", money),
    },
    "sku",
)
RECEIVED = Rows(
    "ProductInformation",
    {
        "sku": needed("VendorSKU", text),
        "item": Cell("ProductItemID", number),
        "quantity": needed("QuantityReceived", units),
    },
    "sku",
)
QUANTITIES = Rows(
    "ProductInformation",
    {
        "sku": Cell("VendorSKU", text),
        "ordered": Cell("QuantityOrdered", units),
        "received": Cell("QuantityReceived", units),
    },
    "sku",
)
SERIALS = Rows(
    "ProductSerialNumber",
    {
        "item": Cell("ProductItemID", number),
        "serial_number": needed("SerialNumber", text),
        "damaged": needed("NonSellable", flag),
    },
    "serial_number",
)


@dataclass(frozen=True)
class Standing:
    """In which of the platform's lists an order stands; `told` is false when none has shown it."""

    committed: bool = False
    completed: bool = False
    told: bool = True

    def __str__(self) -> str:
        """Write what the platform said: `committed, not completed`."""
        if not self.told:
            return "not listed by status"
        return f"{'' if self.committed else 'un'}committed, {'' if self.completed else 'not '}completed"


STANDINGS = tuple(Standing(committed, completed) for completed in (False, True) for committed in (False, True))
"""All four, in the order in which an order passes them: one that moves on between two reads is in one of them."""
NOT_TOLD = Standing(told=False)


@dataclass(frozen=True)
class OrderHead:
    """An order's names and dates; its lines are still unread in `element`."""

    id: str
    vendor_invoice_number: str
    platform_number: str
    printed_number: str
    ship_to: str
    bill_to: str
    estimated_arrival: datetime | None
    comments: str
    created_at: datetime | None
    deleted: bool
    element: etree._Element = field(repr=False)


def heads_of(reply: Reply) -> list[OrderHead]:
    """Read a list of orders, each with its names; UnreadableRowError when one has no id."""
    HEADS.read(reply.result)
    return [] if reply.result is None else [head_of(element) for element in HEADS.elements(reply.result)]


def single_head(reply: Reply) -> OrderHead | None:
    """Read an answer that is one order; None for a null or an empty one."""
    if reply.result is None or NAMES.one(reply.result)["id"] is None:
        return None
    return head_of(reply.result)


def head_of(element: etree._Element) -> OrderHead:
    """Read the names of one order."""
    data = child_of(element, DATA.row)
    if data is None:
        raise UnreadableRowError(DATA.row, "is missing")
    told = DATA.one(data)
    return OrderHead(
        id=HEADS.one(element)["id"],
        vendor_invoice_number=told["vendor_invoice_number"] or "",
        platform_number=told["platform_number"] or "",
        printed_number=told["printed_number"] or "",
        ship_to=told["ship_to"] or "",
        bill_to=told["bill_to"] or "",
        estimated_arrival=told["estimated_arrival"],
        comments=told["comments"] or "",
        created_at=told["created_at"],
        deleted=bool(told["deleted"]),
        element=element,
    )


def summary_of(head: OrderHead, standing: Standing) -> OrderSummary:
    """Turn an order of a list into our words; of its lines only the quantities are looked at."""
    ordered = QUANTITIES.read(child_of(head.element, "ProductsOrdered"))["ordered"]
    received = QUANTITIES.read(child_of(head.element, "ProductsReceived"))["received"]
    status = status_of(sum(filter(None, ordered)), sum(filter(None, received)), standing)
    return OrderSummary(head.id, head.vendor_invoice_number, status, str(standing))


def order_of(head: OrderHead, standing: Standing) -> PlatformOrder:
    """Read an order whole, with what has been received of each line."""
    lines = lines_of(head)
    ordered, received = sum(line.quantity_ordered for line in lines), sum(line.quantity_received for line in lines)
    return PlatformOrder(
        platform_order_id=head.id,
        vendor_invoice_number=head.vendor_invoice_number,
        status=status_of(ordered, received, standing),
        raw_status=str(standing),
        lines=lines,
        platform_order_number=head.platform_number,
        ship_to=head.ship_to,
        comments=head.comments,
    )


def status_of(ordered: int, received: int, standing: Standing) -> PlatformStatus:
    """Tell the state of an order from its list and from what was received of it.

    One that no list shows, and of which nothing came, is pending: it is there, and nobody says that it is committed.
    """
    if standing.completed or (ordered and received >= ordered):
        return PlatformStatus.COMPLETE
    if received:
        return PlatformStatus.PARTLY_RECEIVED
    return PlatformStatus.COMMITTED if standing.committed else PlatformStatus.PENDING


def lines_of(head: OrderHead) -> tuple[PlatformLine, ...]:
    """Read the lines; a SKU that was received without having been ordered is a line of nothing ordered."""
    ordered = ORDERED.read(child_of(head.element, "ProductsOrdered"))
    received = RECEIVED.read(child_of(head.element, "ProductsReceived"))
    items = dict(zip(received["item"] + ordered["item"], received["sku"] + ordered["sku"], strict=True))
    quantities: defaultdict[str, int] = defaultdict(int)
    for sku, quantity in zip(received["sku"], received["quantity"], strict=True):
        quantities[sku] += quantity
    costs = dict(zip(ordered["sku"], ordered["unit_cost"], strict=True))
    serials, damaged = _serials(head, items)
    asked = list(zip(ordered["sku"], ordered["quantity"], strict=True))
    known = {sku for sku, _ in asked}
    if len(known) < len(asked):
        raise UnreadableRowError("VendorSKU", "an order has the same product twice")
    return tuple(
        PlatformLine(
            sku=sku,
            quantity_ordered=quantity,
            quantity_received=quantities[sku],
            unit_cost=costs.get(sku),
            serial_numbers=tuple(serials[sku]),
            damaged_serial_numbers=tuple(damaged[sku]),
        )
        for sku, quantity in [*asked, *((sku, 0) for sku in list(quantities) if sku not in known)]
    )


def skus_by_item(head: OrderHead) -> dict[str, str]:
    """Give the SKU of each of the platform's product ids on an order."""
    ordered = ORDERED.read(child_of(head.element, "ProductsOrdered"))
    return {item: sku for item, sku in zip(ordered["item"], ordered["sku"], strict=True) if item}


def _serials(head: OrderHead, items: dict[str | None, str]) -> tuple[defaultdict[str, list[str]], ...]:
    """Give the received serial numbers by SKU, and those of them that cannot be sold."""
    all_of: defaultdict[str, list[str]] = defaultdict(list)
    damaged_of: defaultdict[str, list[str]] = defaultdict(list)
    columns = SERIALS.read(child_of(head.element, "SerialsReceived"))
    only = next(iter(items.values())) if len(set(items.values())) == 1 else None
    for item, serial, damaged in zip(*columns.values(), strict=True):
        sku = items.get(item, only) if item is not None else only
        if sku is None:
            logger.warning("gateway.serial_without_line", platform_order_id=head.id, item=item)
            continue
        all_of[sku].append(serial)
        if damaged:
            damaged_of[sku].append(serial)
    return all_of, damaged_of


def accepted_of(reply: Reply, committed: bool) -> OrderAccepted:
    """Read the echo of a created order; UnreadableRowError when it has no id or a line cannot be read."""
    head = single_head(reply)
    if head is None:
        raise UnreadableRowError(f"{reply.operation}Result", "is missing")
    echo = order_of(head, Standing(committed=committed))
    return OrderAccepted(head.id, f"{head.printed_number} ({head.platform_number})", echo)
