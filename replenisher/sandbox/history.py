"""What happened before the first day: sales, receipts of the retailer's own orders, counts.

The stock of the first day is given; the opening is that stock with every past document taken back, so that the
reports of the past agree with it.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

from replenisher.sandbox.demand import poisson
from replenisher.sandbox.documents import Adjustment, Receipt, ReceiptLine
from replenisher.sandbox.ledger import Location, StockRow
from replenisher.sandbox.orders import Order, OrderLine, Stage
from replenisher.sandbox.selling import Basket, write_invoices
from replenisher.sandbox.world import World

_QUIET = timedelta(minutes=5)


def write_history(world: World, location: Location) -> None:
    """Write the location's papers of the days before the start."""
    days = world.setup.history_days
    random = world.random("history", location.id)
    rows = list(location.rows.values())
    today = {row.product.sku: row.in_stock for row in rows}
    since_order: dict[str, int] = {}
    # so that a count which is dated a little before the sandbox starts still holds
    begin = world.clock.now() - timedelta(days=days) - _QUIET
    for day in range(days):
        start = begin + timedelta(days=day)
        if day % 7 == 0 and since_order:
            _restock(world, location, start, since_order)
            since_order = {}
        wanted = [(row, poisson(random, row.daily_rate)) for row in rows]
        baskets = [Basket(row, quantity) for row, quantity in wanted if quantity]
        for basket in baskets:
            sku = basket.row.product.sku
            since_order[sku] = since_order.get(sku, 0) + basket.quantity
            if basket.row.product.serialised:
                basket.row.serial_numbers[:0] = world.serials.take(basket.quantity)
        write_invoices(world, location, baskets, start, random)
        _count_something(world, location, rows, start, random)
    for row in rows:
        row.opening = today[row.product.sku] - (row.in_stock - row.opening)
        row.in_stock = today[row.product.sku]


def _restock(world: World, location: Location, at: datetime, quantities: dict[str, int]) -> None:
    lines = {
        sku: OrderLine(quantity, float(location.rows[sku].product.unit_cost or 0), received=quantity)
        for sku, quantity in quantities.items()
        if not location.rows[sku].product.serialised
    }
    order = Order(
        company=location.company,
        location=location.id,
        vendor_invoice_number=f"{location.id}-{at:%y%m%d}",
        committed=True,
        accepted_at=at - timedelta(days=3),
        lines=lines,
        made_by="retailer",
        stage=Stage.COMPLETE,
    )
    world.orders.add(order)
    number = world.paper_number(location.id, "RC")
    location.receipts.append(
        Receipt(
            number, location.id, order.id, at, tuple(ReceiptLine(sku, line.quantity) for sku, line in lines.items())
        )
    )
    for sku, line in lines.items():
        location.rows[sku].in_stock += line.quantity


def _count_something(world: World, location: Location, rows: list[StockRow], at: datetime, random: Random) -> None:
    if random.random() >= min(1.0, world.switches.adjustments_per_day):
        return
    row = random.choice(rows)
    if row.product.serialised:
        return
    number = world.paper_number(location.id, "AD")
    location.adjustments.append(Adjustment(number, location.id, at, row.product.sku, -1, "Unexplained Shrinkage", 11))
    row.in_stock -= 1
