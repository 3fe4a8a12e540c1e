"""A purchase order of the Order service in the ledger: on order as soon as it is pending, committed once processed."""

from __future__ import annotations

from typing import Any

from replenisher.sandbox.order_service.book import (
    CANCELLED,
    COMPLETED,
    CREATED,
    NOT_COMING,
    PENDING,
    PROCESSED,
    PURCHASE,
    RECEIVED,
    ServiceOrder,
)
from replenisher.sandbox.orders import Order, OrderLine, Stage
from replenisher.sandbox.receiving import commit_order
from replenisher.sandbox.world import World


def refresh(world: World, order: ServiceOrder) -> None:
    """Let an order follow its counterpart in the ledger, which the retailer commits and receives, or loses."""
    ours = world.orders.orders.get(order.id)
    if ours is None:
        return
    order.hidden = order.hidden or ours.vanished
    if order.state in (CANCELLED, COMPLETED):
        return
    if ours.committed and order.state == PENDING:
        order.state = PROCESSED
    if ours.stage in (Stage.COMPLETE, Stage.CLOSED_SHORT):
        order.state = COMPLETED
        for item in order.items:
            line = ours.lines.get(_sku(item))
            came = line is None or line.received > 0 or ours.stage is Stage.COMPLETE
            item["ItemStatusId"] = (RECEIVED if came else NOT_COMING)[int(item["ItemTypeId"])]


def enter(world: World, order: ServiceOrder) -> None:
    """Write a purchase order, or what was changed of it, into the ledger; nothing unless an item names our vendor."""
    ours = world.orders.orders.get(order.id)
    if order.kind != PURCHASE or order.state in (CREATED, CANCELLED, COMPLETED):
        if ours is not None and ours.stage is Stage.OPEN:
            ours.stage, ours.cancelled = Stage.CLOSED_SHORT, order.state != COMPLETED
        return
    if ours is None:
        if not any(_is_ours(world, item) for item in order.items):
            return
        ours = _made(world, order)
        world.orders.add(ours)
    elif order.state == PENDING:
        _follow(world, order, ours)
    if order.state == PROCESSED and not ours.committed:
        commit_order(world, ours, world.clock.now())


def _made(world: World, order: ServiceOrder) -> Order:
    return Order(
        company=order.company,
        location=order.location,
        vendor_invoice_number=_number(order),
        committed=False,
        accepted_at=world.clock.now(),
        lines=_lines(world, order),
        request={**order.fields, "Items": list(order.items)},
        made_by=order.made_by,
        fault=order.fault,
        stage=Stage.NEVER if order.hidden else Stage.OPEN,
        channel="orders",
        id=order.id,
    )


def _follow(world: World, order: ServiceOrder, ours: Order) -> None:
    if ours.location != order.location:
        world.orders.move(ours, order.location)
    ours.vendor_invoice_number = _number(order)
    ours.lines = _lines(world, order)


def _number(order: ServiceOrder) -> str:
    return str(order.fields.get("TenderId") or "")


def _sku(item: dict[str, Any]) -> str:
    return str(item.get("SKU") or "")


def _is_ours(world: World, item: dict[str, Any]) -> bool:
    return bool(item.get("SupplierEntityId") == world.setup.vendor_id)


def _lines(world: World, order: ServiceOrder) -> dict[str, OrderLine]:
    """Lines by SKU; an item that names another supplier or a SKU that the location does not have is none."""
    location = world.location(order.location)
    lines: dict[str, OrderLine] = {}
    for item in order.items:
        sku, units = _sku(item), int(item.get("Quantity") or 0)
        if _is_ours(world, item) and location is not None and sku in location.rows:
            before = lines[sku].quantity if sku in lines else 0
            lines[sku] = OrderLine(before + units, float(item.get("Cost") or 0))
    return lines
