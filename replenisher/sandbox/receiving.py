"""Goods of a purchase order that reach a location, now and then only a part of them."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

from replenisher.sandbox.documents import Receipt, ReceiptLine
from replenisher.sandbox.ledger import post_receipt
from replenisher.sandbox.orders import Order, OrderLine, Stage, complete_if_done
from replenisher.sandbox.world import World


def receive_order(world: World, order: Order, at: datetime, random: Random, *, partial_share: float) -> int:
    """Book what arrives of an order's outstanding lines; gives units received. The rest arrives later."""
    location = world.location(order.location)
    if location is None:
        return 0
    lines: list[ReceiptLine] = []
    for sku, line in order.lines.items():
        quantity = _arriving(line, random, partial_share)
        if quantity:
            serialised = location.rows[sku].product.serialised
            serials = tuple(world.serials.take(quantity)) if serialised else ()
            line.received += quantity
            line.serial_numbers.extend(serials)
            lines.append(ReceiptLine(sku, quantity, serials))
    if lines:
        number = world.paper_number(location.id, "RC")
        post_receipt(location, Receipt(number, location.id, order.id, at, tuple(lines)))
    order.arrives_at = at + timedelta(days=world.switches.remainder_days)
    complete_if_done(order)
    return sum(line.quantity for line in lines)


def commit_order(world: World, order: Order, at: datetime) -> None:
    """The retailer commits an order: from now on the goods are under way."""
    order.committed = True
    order.arrives_at = at + timedelta(days=world.switches.lead_time_days)


def arrives_by(world: World, order: Order, end: datetime) -> datetime | None:
    """When the next goods of an order arrive, if before `end`."""
    if order.stage is not Stage.OPEN or not order.committed or order.vanished:
        return None
    if order.arrives_at is None:
        order.arrives_at = order.accepted_at + timedelta(days=world.switches.lead_time_days)
    return order.arrives_at if order.arrives_at < end else None


def _arriving(line: OrderLine, random: Random, partial_share: float) -> int:
    if line.outstanding >= 2 and line.received == 0 and random.random() < partial_share:
        return line.outstanding // 2
    return line.outstanding
