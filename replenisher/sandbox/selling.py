"""Customers: units that were wanted become invoices, some of which come back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from replenisher.sandbox.documents import Employee, Invoice, InvoiceAction, InvoiceLine
from replenisher.sandbox.ledger import Location, StockRow, post_invoice
from replenisher.sandbox.world import World

EMPLOYEES = (Employee(2447, "Test", "Admin"), Employee(2448, "Zoé", "Marchand"), Employee(2450, "Lee", "O'Brien"))


@dataclass(frozen=True)
class Basket:
    """Units of one row that customers take."""

    row: StockRow
    quantity: int


def write_invoices(world: World, location: Location, baskets: list[Basket], start: datetime, random: Random) -> int:
    """Sell the baskets within the 24 hours from `start`, one to three lines per invoice; gives units sold."""
    lines = [line for basket in baskets for line in _sold_lines(basket)]
    random.shuffle(lines)
    groups: list[tuple[InvoiceLine, ...]] = []
    while lines:
        size = random.choice((1, 1, 1, 2, 2, 3))
        groups.append(tuple(lines[:size]))
        del lines[:size]
    for at, group in zip(_moments(start, len(groups), random), groups, strict=True):
        _post(world, location, at, group, random.choice(EMPLOYEES))
    return sum(basket.quantity for basket in baskets)


def write_returns(world: World, location: Location, start: datetime, random: Random) -> int:
    """Refund or exchange some lines of recent invoices; gives units that came back."""
    returned = 0
    recent = location.invoices[-150:]
    chosen = [invoice for invoice in recent if random.random() < world.switches.refund_share / 4]
    for at, invoice in zip(_moments(start, len(chosen), random), chosen, strict=True):
        index = random.randrange(len(invoice.lines))
        line = invoice.lines[index]
        if line.action is not InvoiceAction.SOLD or (invoice.id, index) in location.refunded:
            continue
        location.refunded.add((invoice.id, index))
        lines = _returned_lines(world, location.rows[line.sku], line, exchange=random.random() < 0.3)
        _post(world, location, at, lines, random.choice(EMPLOYEES), original=invoice.id)
        returned += sum(entry.quantity for entry in lines if entry.action is InvoiceAction.REFUNDED)
    return returned


def _sold_lines(basket: Basket) -> list[InvoiceLine]:
    product = basket.row.product
    serials = basket.row.take_serials(basket.quantity)
    if serials:
        return [InvoiceLine(product.sku, 1, product.retail_price, InvoiceAction.SOLD, serial) for serial in serials]
    return [InvoiceLine(product.sku, basket.quantity, product.retail_price, InvoiceAction.SOLD)]


def _returned_lines(world: World, row: StockRow, line: InvoiceLine, *, exchange: bool) -> tuple[InvoiceLine, ...]:
    back = InvoiceLine(line.sku, 1, line.list_price, InvoiceAction.REFUNDED, line.serial_number)
    if not exchange or row.product.serialised:
        return (back,)
    swap = InvoiceLine(line.sku, 1, line.list_price, InvoiceAction.EXCHANGE)
    return (swap,) if world.switches.exchange_line == "swap" else (back, swap)


def _post(
    world: World,
    location: Location,
    at: datetime,
    lines: tuple[InvoiceLine, ...],
    employee: Employee,
    *,
    original: str = "",
) -> None:
    number = world.paper_number(location.id, "IN")
    invoice = Invoice(number, original, location.id, at, employee, lines)
    post_invoice(location, invoice, exchange_hands_out=world.switches.exchange_line == "handed_out")


def _moments(start: datetime, count: int, random: Random) -> list[datetime]:
    return sorted(start + timedelta(milliseconds=random.randrange(86_400_000)) for _ in range(count))
