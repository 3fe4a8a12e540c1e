"""Goods of a purchase order that reach a location, now and then only a part of them."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

from replenisher.sandbox.documents import Adjustment, Receipt, ReceiptLine
from replenisher.sandbox.ledger import Location, post_adjustment, post_receipt
from replenisher.sandbox.notices import Arrival, arrival_of
from replenisher.sandbox.orders import Order, OrderLine, Stage, complete_if_done
from replenisher.sandbox.world import World


def receive_order(world: World, order: Order, at: datetime, random: Random, *, partial_share: float) -> int:
    """Book what arrives of an order; gives units received. The rest arrives later.

    What was announced by shipment notices and has not come yet arrives first and alone, as announced; without
    notices, the outstanding lines arrive, now and then a part of one.
    """
    location = world.location(order.location)
    if location is None:
        return 0
    arrivals = _announced(world, order, location, random) or _outstanding(world, order, location, random, partial_share)
    for arrival in arrivals:
        line = order.lines[arrival.sku]
        line.received += arrival.quantity
        line.serial_numbers.extend(arrival.serial_numbers)
        line.damaged.extend(arrival.damaged)
    if arrivals:
        number = world.paper_number(location.id, "RC")
        lines = tuple(ReceiptLine(arrival.sku, arrival.quantity, arrival.serial_numbers) for arrival in arrivals)
        post_receipt(location, Receipt(number, location.id, order.id, at, lines))
        _write_off_damaged(world, location, arrivals, at)
    order.arrives_at = at + timedelta(days=world.switches.remainder_days)
    complete_if_done(order)
    return sum(arrival.quantity for arrival in arrivals)


def _announced(world: World, order: Order, location: Location, random: Random) -> list[Arrival]:
    arrivals: list[Arrival] = []
    for notice in world.notices.take_open(order.id):
        row = location.rows[notice.sku]
        coming = [number for arrival in arrivals for number in arrival.serial_numbers]
        arrival = arrival_of(
            notice,
            serialised=row.product.serialised,
            present=[*row.serial_numbers, *coming],
            switches=world.switches,
            serials=world.serials,
            random=random,
        )
        if arrival.quantity and notice.sku in order.lines:
            arrivals.append(arrival)
    return arrivals


def _outstanding(world: World, order: Order, location: Location, random: Random, partial_share: float) -> list[Arrival]:
    arrivals = []
    for sku, line in order.lines.items():
        quantity = _arriving(line, random, partial_share)
        if quantity:
            serialised = location.rows[sku].product.serialised
            serials = tuple(world.serials.take(quantity)) if serialised else ()
            arrivals.append(Arrival(sku, quantity, serials))
    return arrivals


def _write_off_damaged(world: World, location: Location, arrivals: list[Arrival], at: datetime) -> None:
    """Received and not sellable: the receipt stands, and an adjustment of the same moment takes the units out."""
    for arrival in arrivals:
        if arrival.damaged_units:
            row = location.rows[arrival.sku]
            row.serial_numbers = [number for number in row.serial_numbers if number not in arrival.damaged]
            number = world.paper_number(location.id, "AD")
            units = -arrival.damaged_units
            post_adjustment(
                location,
                Adjustment(number, location.id, at, arrival.sku, units, "Damaged", 12, arrival.damaged),
            )


def commit_order(world: World, order: Order, at: datetime) -> None:
    """The retailer commits an order: from now on the goods are under way."""
    order.committed = True
    order.committed_at = at
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
