"""Days that pass: orders are committed and arrive, stock moves, customers buy, counts are corrected."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

from replenisher.sandbox.demand import poisson
from replenisher.sandbox.ledger import Location
from replenisher.sandbox.moving import correct_counts, receive_transfers, ship_transfers
from replenisher.sandbox.order_service.customers import pass_day
from replenisher.sandbox.orders import Order, Stage
from replenisher.sandbox.receiving import arrives_by, commit_order, receive_order
from replenisher.sandbox.selling import Basket, write_invoices, write_returns
from replenisher.sandbox.settling import settle
from replenisher.sandbox.world import World

_ONE_DAY = timedelta(days=1)
_COUNTED = (
    "units_sold",
    "units_returned",
    "units_received",
    "orders_committed",
    "orders_completed",
    "orders_partly_received",
    "transfers_shipped",
    "transfers_received",
    "counts_corrected",
)


def advance(world: World, days: int) -> dict[str, int]:
    """Let whole days pass and say what happened in them; orders still waiting for their creation are created first."""
    counts: Counter[str] = Counter(dict.fromkeys(_COUNTED, 0))
    settle(world, everything=True)
    for _ in range(days):
        _one_day(world, counts)
    return dict(counts)


def _one_day(world: World, counts: Counter[str]) -> None:
    start = world.clock.now()
    end = start + _ONE_DAY
    _commit_due(world, start, end, counts)
    _receive_due(world, start, end, counts)
    random = world.random("day", world.days_passed)
    for company in world.companies.values():
        counts["transfers_received"] += receive_transfers(company, end)
        counts["transfers_shipped"] += ship_transfers(world, company, start, random)
        for location in company.locations.values():
            _trade(world, location, start, counts)
    pass_day(world)
    world.days_passed += 1
    world.clock.advance(_ONE_DAY)


def _commit_due(world: World, start: datetime, end: datetime, counts: Counter[str]) -> None:
    if world.switches.commit_after_days < 0:
        return
    for order in world.orders.every_open():
        due = order.accepted_at + timedelta(days=world.switches.commit_after_days)
        if not order.committed and due < end:
            commit_order(world, order, max(due, start))
            counts["orders_committed"] += 1


def _receive_due(world: World, start: datetime, end: datetime, counts: Counter[str]) -> None:
    arriving: list[tuple[datetime, Order]] = []
    for order in world.orders.every_open():
        at = arrives_by(world, order, end)
        if at is not None:
            arriving.append((max(at, start), order))
    random = world.random("receipts", world.days_passed)
    for at, order in sorted(arriving, key=lambda pair: pair[0]):
        counts["units_received"] += receive_order(world, order, at, random, partial_share=world.switches.partial_share)
        done = order.stage is Stage.COMPLETE
        counts["orders_completed" if done else "orders_partly_received"] += 1


def _trade(world: World, location: Location, start: datetime, counts: Counter[str]) -> None:
    random = world.random("trade", location.id, world.days_passed)
    counts["units_returned"] += write_returns(world, location, start, random)
    baskets: list[Basket] = []
    for row in location.rows.values():
        wanted = min(poisson(random, row.daily_rate), max(0, row.in_stock - row.allocated))
        if row.allocated > row.promised and row.in_stock > 0 and random.random() < 0.4:
            row.allocated -= 1
            wanted += 1
        elif row.in_stock - row.allocated - wanted > 1 and random.random() < 0.002:
            row.allocated += 1
        if wanted:
            baskets.append(Basket(row, wanted))
    counts["units_sold"] += write_invoices(world, location, baskets, start, random)
    location.invoices.sort(key=lambda invoice: invoice.at)
    counts["counts_corrected"] += correct_counts(world, location, start, random)
