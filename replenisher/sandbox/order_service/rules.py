"""What the service checks before it takes an order or an item, in the documents' words."""

from __future__ import annotations

import re
from typing import Any

from replenisher.sandbox.ledger import Company
from replenisher.sandbox.order_service.book import (
    CREATED,
    ITEM_FIELDS,
    MOVES,
    ORDER_FIELDS,
    ORDER_TYPES,
    PENDING,
    STATES,
    STATUSES,
    ServiceOrder,
)
from replenisher.sandbox.replies import RefusalError, message
from replenisher.sandbox.rest.names import location_of
from replenisher.sandbox.world import World

_MOST_HOURS = 24 * 3650


def bad(text: str) -> RefusalError:
    """A 400 with its text."""
    return RefusalError(message(400, text))


def invalid_move(from_state: str, to_state: str) -> RefusalError:
    """The 409 of a change of state that is not allowed."""
    return RefusalError(message(409, f"Resource state transition from {from_state} to {to_state} is invalid"))


def check_header(company: Company, body: Any) -> dict[str, Any]:
    """Check the fields of an order; gives those that the service knows, without its state."""
    if not isinstance(body, dict):
        raise bad("The request is invalid")
    for name in ("EntityId", "OrderTypeId"):
        if body.get(name) is None:
            raise bad(f"'{name}' should not be empty.")
    location_of(company, body["EntityId"])
    if body.get("ShippingEntityId") is not None:
        location_of(company, body["ShippingEntityId"])
        if body.get("ShippingCustomerId"):
            raise bad("'ShippingCustomerId' should be empty when 'ShippingEntityId' is provided.")
    if not _whole(body["OrderTypeId"]) or body["OrderTypeId"] not in ORDER_TYPES:
        raise bad(f"The value '{body['OrderTypeId']}' is not valid for OrderTypeId.")
    if body.get("State") is not None and body["State"] not in STATES:
        raise bad(f"The value '{body['State']}' is not valid for State.")
    hours = body.get("OrderExpiryHours")
    if hours is not None and (not _whole(hours) or not 1 <= hours <= _MOST_HOURS):
        raise bad(f"The value '{hours}' is not valid for OrderExpiryHours.")
    return {name: body[name] for name in ORDER_FIELDS if body.get(name) is not None}


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def check_items(world: World, items: Any) -> list[dict[str, Any]]:
    """Check items; gives their known fields and ids. A product may stand on an order once."""
    if not isinstance(items, list):
        raise bad("'Items' should be an array.")
    products: set[str] = set()
    for item in items:
        _check_item(world, item)
        product = str(item.get("ProductId") or "").lower()
        if product and product in products:
            raise bad(f"ProductId '{product}' appears more than once.")
        products.add(product)
    return [{name: item[name] for name in ("Id", *ITEM_FIELDS) if item.get(name) is not None} for item in items]


def _check_item(world: World, item: Any) -> None:
    if not isinstance(item, dict):
        raise bad("An item should be an object.")
    for name in ("ItemStatusId", "ItemTypeId"):
        if item.get(name) is None:
            raise bad(f"'{name}' should not be empty.")
    try:
        kind, status = int(item["ItemTypeId"]), int(item["ItemStatusId"])
    except (TypeError, ValueError, OverflowError) as error:
        raise bad("The request is invalid") from error
    if status not in STATUSES.get(kind, {}):
        raise bad(f"The value '{status}' is not valid for ItemStatusId.")
    _check_values(item)
    for parcel in item.get("TrackingInformation") or []:
        _check_parcel(world, parcel)


def _check_values(item: dict[str, Any]) -> None:
    """Values of the wrong kind are refused, absent ones are the service's defaults."""
    quantity = item.get("Quantity")
    if quantity is not None and (not _whole(quantity) or quantity < 0):
        raise bad("'Quantity' should be a whole number that is not negative.")
    for name in ("Cost", "ListPrice", "SellingPrice"):
        price = item.get(name)
        if price is not None and (isinstance(price, bool) or not isinstance(price, (int, float))):
            raise bad(f"The value '{price}' is not valid for {name}.")
    for name in ("TrackingInformation", "SerialNumbers"):
        if not isinstance(item.get(name) or [], list):
            raise bad(f"'{name}' should be an array.")


def _check_parcel(world: World, parcel: Any) -> None:
    """A tracking number that is not taken is the service's own 500, and nothing is changed."""
    if not isinstance(parcel, dict) or not parcel.get("Quantity") or not parcel.get("TrackingNumber"):
        raise bad("'Quantity' and 'TrackingNumber' should not be empty.")
    if not re.fullmatch(world.switches.tracking_pattern, str(parcel["TrackingNumber"])):
        raise RefusalError(message(500, "An error has occurred"))


def check_open(world: World, order: ServiceOrder) -> None:
    """Refuse to change an order that has expired."""
    if world.clock.now() >= order.expires_at:
        raise RefusalError(message(409, "Conflict: Order expired and can no longer be updated"))


def check_editable(order: ServiceOrder) -> None:
    """Refuse to change the items of an order that is further on than pending."""
    if order.state not in (CREATED, PENDING):
        raise invalid_move(order.state, order.state)


def check_move(order: ServiceOrder, state: str) -> None:
    """Refuse a change of state that people may not make."""
    if state != order.state and state not in MOVES.get(order.state, set()):
        raise invalid_move(order.state, state)
