"""What the Order service answers, in our words: orders, items, parcels."""

from __future__ import annotations

from replenisher.errors import UnavailableError
from replenisher.gateways.http.answers import Answer
from replenisher.gateways.http.paths import as_guid
from replenisher.gateways.orders.words import ITEM_KINDS, ITEM_STATES, KINDS, STATES
from replenisher.gateways.rest.documents import Fields, entries, objects_in, single, unreadable
from replenisher.gateways.rest.values import amount_of, moment_of, text_of, whole_of
from replenisher.planning.frames import LARGEST_QUANTITY
from replenisher.purchasing.customer_orders import (
    CustomerOrder,
    CustomerOrderKind,
    CustomerOrderState,
    ItemKind,
    ItemState,
    OrderItem,
    Parcel,
)
from replenisher.purchasing.platform import PlatformLine


def orders_of(answer: Answer) -> list[CustomerOrder]:
    """Read a list of orders, without the items that it may show: one that cannot be read must hide no other order.

    UnreadableError when an entry has no id, for a list decides what is absent.
    """
    return [order_of({**fields, "items": None}) for fields in entries(answer, "list of orders")]


def whole_order(answer: Answer) -> CustomerOrder:
    """Read one order; its items are None where the answer told none."""
    return order_of(single(answer, "order"))


def order_of(fields: Fields) -> CustomerOrder:
    """Turn the fields of an order into ours; the id of its type counts, for its name is only for display."""
    order_id = as_guid(fields.get("id"))
    if order_id is None:
        raise unreadable("order", f"an order without an id ({text_of(fields.get('printableid'))})")
    items = objects_in(fields, "Items")
    word = text_of(fields.get("state"))
    return CustomerOrder(
        order_id=order_id,
        location=text_of(fields.get("entityid")),
        kind=KINDS.get(whole_of(fields.get("ordertypeid")) or 0, CustomerOrderKind.UNKNOWN),
        state=STATES.get(word.strip().casefold(), CustomerOrderState.UNKNOWN),
        raw_state=word,
        name=text_of(fields.get("name")),
        printable_id=text_of(fields.get("printableid")),
        tender_id=text_of(fields.get("tenderid")),
        created_at=moment_of(fields.get("createddateutc")),
        expires_at=moment_of(fields.get("orderexpirydate")),
        items=None if items is None else tuple(item_of(item) for item in items),
    )


def items_of(answer: Answer) -> tuple[OrderItem, ...]:
    """Read the items of an order."""
    return tuple(item_of(fields) for fields in entries(answer, "items"))


def item_of(fields: Fields) -> OrderItem:
    """Turn the fields of an item into ours; the ids of its type and status count, numbers or text."""
    item_id = as_guid(fields.get("id"))
    quantity = whole_of(fields.get("quantity", 0))
    if item_id is None or quantity is None or not -LARGEST_QUANTITY <= quantity <= LARGEST_QUANTITY:
        raise unreadable("items", f"an item without an id or a quantity (SKU {text_of(fields.get('sku'))})")
    kind = ITEM_KINDS.get(whole_of(fields.get("itemtypeid")) or 0, ItemKind.UNKNOWN)
    status = whole_of(fields.get("itemstatusid")) or 0
    serials = fields.get("serialnumbers")
    return OrderItem(
        item_id=item_id,
        sku=text_of(fields.get("sku")).strip(),
        quantity=quantity,
        kind=kind,
        state=ITEM_STATES.get(kind, {}).get(status, ItemState.UNKNOWN),
        catalog_id=as_guid(fields.get("productid")) or "",
        supplier=text_of(fields.get("supplierentityid")),
        description=text_of(fields.get("description")),
        notes=text_of(fields.get("notes")),
        supplier_reference=text_of(fields.get("supplierreference")),
        parcels=tuple(_parcel(parcel) for parcel in objects_in(fields, "TrackingInformation") or []),
        serial_numbers=tuple(text_of(one) for one in serials) if isinstance(serials, list) else (),
    )


def _parcel(fields: Fields) -> Parcel:
    return Parcel(text_of(fields.get("trackingnumber")), whole_of(fields.get("quantity")) or 0)


def lines_of(order: CustomerOrder, fields: Fields, supplier: str) -> tuple[PlatformLine, ...]:
    """Give the lines of a replenishment order: items that name us as supplier; one without a SKU makes it unreadable.

    The service tells no receipts line by line: an item that is received, or any of a completed order, has come whole.
    """
    found = []
    for raw in objects_in(fields, "Items") or []:
        item = item_of(raw)
        if item.supplier not in (supplier, "") or item.kind is ItemKind.SHIPPING:
            continue
        if not item.sku or item.quantity < 0:
            raise UnavailableError(f"order {order.order_id}: an item without a SKU or with less than nothing")
        here = item.state is ItemState.RECEIVED or order.state is CustomerOrderState.COMPLETED
        received = item.quantity if here and item.state is not ItemState.CANCELLED else 0
        cost = amount_of(raw.get("cost"))
        found.append(PlatformLine(item.sku, item.quantity, received, cost, item.serial_numbers))
    return tuple(found)
