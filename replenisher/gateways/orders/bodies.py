"""Bodies that the Order service takes: an order with its items, and an order as it was read with some items changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from replenisher.errors import RefusedError
from replenisher.gateways.http.answers import Answer
from replenisher.gateways.http.paths import whole_id
from replenisher.gateways.orders.reading import item_of
from replenisher.gateways.orders.words import ITEM_STATE_NAMES, PURCHASE, item_status_id
from replenisher.gateways.rest.documents import Fields, folded, raw_entries
from replenisher.gateways.rest.values import money, text_of
from replenisher.purchasing.customer_orders import ItemChange, ItemKind, ItemState
from replenisher.purchasing.platform import OrderRequest, RequestLine

ENCODER = msgspec.json.Encoder(decimal_format="number")
LONGEST_TRACKING_NUMBER = 50


def header(order: OrderRequest, *, state: str, expiry_hours: int, billing_customer: str | None) -> dict[str, object]:
    """Give an order's fields without its items; the same for the same order on every try."""
    body: dict[str, object] = {
        "Name": order.comments or f"Replenishment {order.vendor_invoice_number}",
        "EntityId": int(whole_id(order.location, "location")),
        "OrderTypeId": PURCHASE,
        "OrderExpiryHours": expiry_hours,
        "State": state,
        "TenderId": order.vendor_invoice_number,
    }
    if order.ship_to != order.location:
        body["ShippingEntityId"] = int(whole_id(order.ship_to, "ship-to location"))
    return body if billing_customer is None else body | {"BillingCustomerId": billing_customer}


def item(line: RequestLine, supplier: str, index: int) -> dict[str, object]:
    """Give the fields of a new item that a location is to stock, bought of us."""
    body: dict[str, object] = {
        "ItemTypeId": "2",
        "ItemStatusId": item_status_id(ItemKind.IN_STOCK, ItemState.NEW),
        "Index": index,
        "SKU": line.sku,
        "Quantity": line.quantity,
        "SupplierEntityId": int(whole_id(supplier, "supplier")),
    }
    return body if line.unit_cost is None else body | {"Cost": money(line.unit_cost)}


def encoded(document: object) -> bytes:
    """Write a body, amounts exact; RefusedError, nothing sent, for a text that is no Unicode."""
    try:
        return ENCODER.encode(document)
    except UnicodeEncodeError as error:  # half a surrogate pair, which JSON can name and UTF-8 cannot hold
        raise RefusedError(f"a text of it cannot be written: {error.reason}; nothing was sent") from error


def as_read(answer: Answer) -> dict[str, Any]:
    """Give an order's document as it was read, unknown fields kept, links of HAL left out. Errors as `encoded`."""
    (document,) = raw_entries(answer, "order")
    if _has_no_number(document):
        raise RefusedError("a number of it cannot be written, for it is none in JSON; nothing was sent")
    return {name: value for name, value in document.items() if not name.startswith("_")}


def with_changes(document: dict[str, Any], changes: Sequence[ItemChange]) -> dict[str, Any]:
    """Give the document with some items changed; RefusedError, nothing sent, where a change cannot be made."""
    name, items = _items(document)
    by_id = {change.item_id: change for change in changes}
    changed = [_changed(item, by_id.pop(text_of(folded(item).get("id")).lower(), None)) for item in items]
    if by_id:
        raise RefusedError(f"item {', '.join(sorted(by_id))} is no longer on the order; nothing was sent")
    return {**document, name: changed}


def with_lines(document: dict[str, Any], wanted: dict[str, RequestLine | None], supplier: str) -> dict[str, Any]:
    """Give the document with quantity and cost of some of our items set, or (None) with the item taken off."""
    name, items = _items(document)
    left, kept = dict(wanted), []
    for raw in items:
        fields = folded(raw)
        ours = text_of(fields.get("supplierentityid")) in (supplier, "")
        sku = text_of(fields.get("sku")).strip()
        if not ours or sku not in left:
            kept.append(raw)
            continue
        line = left.pop(sku)
        if line is not None:
            cost = {} if line.unit_cost is None else {"Cost": money(line.unit_cost)}
            kept.append(_set(raw, {"Quantity": line.quantity, **cost}))
    if left:
        raise RefusedError(f"the order has no item of SKU {', '.join(sorted(left))}; nothing was sent")
    return {**document, name: kept}


def _has_no_number(value: Any) -> bool:
    """Tell whether NaN or an infinity is in it, which JSON cannot hold; any other fraction is read as a decimal."""
    left = [value]
    while left:
        one = left.pop()
        if isinstance(one, float):
            return True
        if isinstance(one, dict | list):
            left.extend(one.values() if isinstance(one, dict) else one)
    return False


def _items(document: dict[str, Any]) -> tuple[str, list[dict[str, Any]]]:
    name = next((name for name in document if name.casefold() == "items"), "Items")
    found = document.get(name)
    return name, found if isinstance(found, list) else []


def _changed(raw: dict[str, Any], change: ItemChange | None) -> dict[str, Any]:
    if change is None:
        return raw
    kind = item_of(folded(raw)).kind
    status = item_status_id(kind, change.state)
    if status is None:
        raise RefusedError(f"an item of kind {kind.value} cannot be {change.state.value}; nothing was sent")
    values: dict[str, Any] = {"ItemStatusId": status, "ItemStatus": ITEM_STATE_NAMES[change.state]}
    if change.notes is not None:
        values["Notes"] = change.notes
    if change.supplier_reference is not None:
        values["SupplierReference"] = change.supplier_reference
    fields = folded(raw)
    if change.parcels:
        values["TrackingInformation"] = _with_parcels(fields, change)
    if change.serial_numbers:
        there = [text_of(one) for one in _list_in(fields, "SerialNumbers")]
        new = [one for one in change.serial_numbers if one.casefold() not in {serial.casefold() for serial in there}]
        values["SerialNumbers"] = [*there, *new]
    return _set(raw, values)


def _with_parcels(fields: Fields, change: ItemChange) -> list[dict[str, Any]]:
    """Keep the parcels that are there and add ours, each once; one that is there under our number gets our quantity."""
    ours = {parcel.tracking_number.casefold(): parcel for parcel in change.parcels}
    there = _list_in(fields, "TrackingInformation")
    kept = [one for one in there if text_of(folded(one).get("trackingnumber")).casefold() not in ours]
    for parcel in change.parcels:
        number = parcel.tracking_number
        if not 1 <= len(number) <= LONGEST_TRACKING_NUMBER or not number.isprintable() or number != number.strip():
            raise RefusedError(
                f"tracking number {number[:60]!a} should be 1 to {LONGEST_TRACKING_NUMBER} printable characters;"
                " nothing was sent"
            )
    return [
        *kept,
        *({"Quantity": parcel.quantity, "TrackingNumber": parcel.tracking_number} for parcel in ours.values()),
    ]


def _list_in(fields: Fields, name: str) -> list[Any]:
    """Give a list of an item, empty where there is none; RefusedError for anything else, which must not be lost."""
    found = fields.get(name.casefold())
    if not isinstance(found, list | None):
        item = text_of(fields.get("sku")) or text_of(fields.get("id"))
        raise RefusedError(f"{name} of item {item} is no list; nothing was sent")
    return found or []


def _set(raw: dict[str, Any], values: dict[str, Any]) -> dict[str, Any]:
    """Set fields under the names that the document has for them, in whatever case."""
    names = {name.casefold(): name for name in raw}
    return {**raw, **{names.get(name.casefold(), name): value for name, value in values.items()}}
