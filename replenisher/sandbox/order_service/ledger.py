"""A purchase order of the Order service in the ledger: on order as soon as it is pending, committed once processed."""

from __future__ import annotations

from replenisher.sandbox.order_service.book import (
    CANCELLED,
    COMPLETED,
    CREATED,
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
    """Let an order follow its counterpart in the ledger, which the retailer commits and receives."""
    ours = world.orders.orders.get(order.id)
    if ours is None or order.state in (CANCELLED, COMPLETED):
        return
    if ours.committed and order.state == PENDING:
        order.state = PROCESSED
    if ours.stage is Stage.COMPLETE:
        order.state = COMPLETED
        for item in order.items:
            item["ItemStatusId"] = RECEIVED[int(item["ItemTypeId"])]


def enter(world: World, order: ServiceOrder) -> None:
    """Write a purchase order, or what was changed of it, into the ledger; nothing for orders of other types."""
    if order.kind != PURCHASE or order.state == CREATED:
        return
    ours = world.orders.orders.get(order.id)
    if order.state == CANCELLED:
        if ours is not None:
            ours.stage, ours.cancelled = Stage.CLOSED_SHORT, True
        return
    if ours is None:
        ours = _made(world, order)
        world.orders.add(ours)
    elif order.state == PENDING:
        ours.lines = _lines(world, order)
    if order.state == PROCESSED and not ours.committed:
        commit_order(world, ours, world.clock.now())


def _made(world: World, order: ServiceOrder) -> Order:
    return Order(
        company=order.company,
        location=order.location,
        vendor_invoice_number=str(order.fields.get("TenderId") or ""),
        committed=False,
        accepted_at=world.clock.now(),
        lines=_lines(world, order),
        request={**order.fields, "Items": list(order.items)},
        made_by=order.made_by,
        fault=order.fault,
        stage=Stage.OPEN,
        channel="orders",
        id=order.id,
    )


def _lines(world: World, order: ServiceOrder) -> dict[str, OrderLine]:
    location = world.location(order.location)
    lines: dict[str, OrderLine] = {}
    for item in order.items:
        sku = str(item.get("SKU") or "")
        if item.get("SupplierEntityId") == world.setup.vendor_id and location is not None and sku in location.rows:
            lines[sku] = OrderLine(int(item.get("Quantity") or 0), float(item.get("Cost") or 0))
    return lines
