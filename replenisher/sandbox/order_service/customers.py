"""Customers' orders that the retailer's staff place, and what becomes of them when days pass."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from replenisher.sandbox.demand import poisson
from replenisher.sandbox.documents import Invoice, InvoiceAction, InvoiceLine
from replenisher.sandbox.ledger import Location, post_invoice
from replenisher.sandbox.order_service import ledger
from replenisher.sandbox.order_service.book import (
    CANCELLED,
    COMPLETED,
    IN_STOCK,
    ITEM_TYPES,
    NEW,
    PENDING,
    PROCESSED,
    RECEIVED,
    SALES,
    STATES,
    ServiceOrder,
)
from replenisher.sandbox.order_service.operations import place_order
from replenisher.sandbox.order_service.showing import whole
from replenisher.sandbox.rest.names import catalog_id, customers
from replenisher.sandbox.selling import EMPLOYEES
from replenisher.sandbox.world import World

_TYPES = {name: number for number, name in ITEM_TYPES.items()}
_AFTER = {"cancel": CANCELLED, "process": PROCESSED, "complete": COMPLETED}
ACTIONS = (*_AFTER, "expire", "drop_item")
"""What an administrator may do: change its state whatever it is, let it have expired, take its last item off."""


def place(world: World, body: dict[str, Any]) -> dict[str, Any]:
    """Place a customer's order at a location.

    `items` hold sku, quantity and type, and may name another supplier; unknown SKUs are allowed.

    Raises:
        KeyError: no such location or type, or a missing key.
        ValueError: no such state.
    """
    location = world.location(body["location"])
    if location is None:
        raise KeyError(f"no location {body['location']}")
    fields = {
        "Name": body.get("name", "Customer order"),
        "EntityId": location.id,
        "OrderTypeId": SALES,
        "BillingCustomerId": body.get("customer", customers(location.company)[0]),
        **({"OrderExpiryHours": body["expiry_hours"]} if "expiry_hours" in body else {}),
    }
    items = [_item(world, item) for item in body["items"]]
    state = body.get("state", PENDING)
    if state not in STATES:
        raise ValueError(f"unknown state {state!r}; known: {', '.join(STATES)}")
    order = place_order(world, location.company, fields, items, made_by="retailer")
    order.state = state
    return whole(world, order)


def _item(world: World, item: dict[str, Any]) -> dict[str, Any]:
    kind = _TYPES[item.get("type", "DropShip")]
    product = world.catalog.get(item["sku"])
    return {
        "ItemTypeId": str(kind),
        "ItemStatusId": NEW[kind],
        "SKU": item["sku"],
        "Quantity": item["quantity"],
        "ProductId": catalog_id(item["sku"]),
        "SupplierEntityId": item.get("supplier", world.setup.vendor_id),
        "Description": "" if product is None else product.description,
    }


def change(world: World, order_id: str, action: str) -> dict[str, Any]:
    """Do one of `ACTIONS` to an order behind the vendor's back.

    Raises:
        KeyError: no such order.
        ValueError: no such action.
    """
    order = world.service.orders[order_id]
    if action == "expire":
        order.expires_at = world.clock.now() - timedelta(hours=1)
    elif action == "drop_item":
        if not order.items:
            raise ValueError("the order has no item")
        order.items.pop()
        ledger.enter(world, order)
    elif action in _AFTER:
        order.state = _AFTER[action]
        ledger.enter(world, order)
    else:
        raise ValueError(f"unknown action {action!r}; known: {', '.join(ACTIONS)}")
    return whole(world, order)


def listed(world: World) -> list[dict[str, Any]]:
    """Every order, with who made it and how often it was changed."""
    return [
        {
            **whole(world, order),
            "company": order.company,
            "location": order.location,
            "made_by": order.made_by,
            "replaced": order.replaced,
            "fault": order.fault,
            "materialised": not order.hidden,
        }
        for order in world.service.orders.values()
    ]


def promised(world: World, location: Location) -> dict[str, int]:
    """Units of in-stock items on customers' pending orders, by SKU; nothing unless the switch says so."""
    found: dict[str, int] = {}
    if world.switches.reported_allocated == "yes":
        for order in world.service.orders.values():
            if order.location == location.id and not order.hidden and order.kind == SALES and order.state == PENDING:
                for item in _waiting(order):
                    sku, units = str(item.get("SKU", "")), int(item.get("Quantity", 0))
                    found[sku] = found.get(sku, 0) + units
    return found


def _waiting(order: ServiceOrder) -> list[dict[str, Any]]:
    new = NEW[IN_STOCK]
    return [one for one in order.items if int(one["ItemTypeId"]) == IN_STOCK and int(one["ItemStatusId"]) == new]


def pass_day(world: World) -> None:
    """Sell in-stock items of pending orders where there is stock, and place new orders where the switch says so."""
    for order in list(world.service.orders.values()):
        location = world.location(order.location)
        if location is not None and not order.hidden and order.kind == SALES and order.state == PENDING:
            for item in _waiting(order):
                _hand_out(world, location, item)
    rate = world.switches.customer_orders_per_day
    random = world.random("customer orders", world.days_passed)
    for location in world.locations() if rate else []:
        for _ in range(poisson(random, rate)):
            skus = random.sample(sorted(location.rows), 2)
            kinds = ("DropShip", "InStock")
            items = [{"sku": sku, "quantity": 1, "type": kind} for sku, kind in zip(skus, kinds, strict=True)]
            place(world, {"location": location.id, "items": items})


def _hand_out(world: World, location: Location, item: dict[str, Any]) -> None:
    sku, units = str(item.get("SKU", "")), int(item.get("Quantity", 0))
    row = location.rows.get(sku)
    if row is None or units < 1 or row.in_stock - row.allocated < units:
        return
    price, serials = row.product.retail_price, row.take_serials(units)
    lines = [InvoiceLine(sku, 1, price, InvoiceAction.SOLD, serial) for serial in serials]
    if not serials:
        lines = [InvoiceLine(sku, units, price, InvoiceAction.SOLD)]
    number = world.paper_number(location.id, "IN")
    invoice = Invoice(number, "", location.id, world.clock.now(), EMPLOYEES[0], tuple(lines))
    post_invoice(location, invoice, exchange_hands_out=world.switches.exchange_line == "handed_out")
    item["ItemStatusId"] = RECEIVED[IN_STOCK]
