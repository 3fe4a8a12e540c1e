"""What the POS makes of a sale order once it has read it: an invoice, a promise, a failure, or nothing at all."""

from __future__ import annotations

import time

from replenisher.sandbox.documents import Invoice, InvoiceAction, InvoiceLine
from replenisher.sandbox.ledger import Location, StockRow, post_invoice
from replenisher.sandbox.sales_order_service.book import LogEntry, Sale, SaleLine
from replenisher.sandbox.selling import EMPLOYEES
from replenisher.sandbox.world import World


def settle_sales(world: World, *, everything: bool = False) -> None:
    """Let the POS read every sale order whose delay is over (or every one)."""
    now = time.monotonic()
    for sale in world.sales.sales.values():
        if sale.due is not None and (everything or sale.due <= now):
            sale.due = None
            if world.switches.sale_outcome == "silent":
                continue
            if world.switches.sale_outcome == "failure":
                fail(world, sale, world.switches.sale_failure_text)
            else:
                succeed(world, sale, "Sent to POS")


def succeed(world: World, sale: Sale, details: str) -> None:
    """The POS has it: goods are sold with an invoice, promised without one; a person may have ended it before."""
    sale.due = None
    sale.log.append(LogEntry(True, details, world.clock.now()))
    if sale.in_pos:
        return
    sale.in_pos = True
    if sale.invoice or sale.state == "Completed":
        _sell(world, sale)
    elif sale.state == "Pending":
        _promise(world, sale, +1)


def fail(world: World, sale: Sale, details: str) -> None:
    """The POS could not read it."""
    sale.due = None
    sale.log.append(LogEntry(False, details, world.clock.now()))


def change_state(world: World, sale: Sale, state: str, updated_by: int) -> None:
    """A person completes or cancels a pending sale order; what was promised is sold or released."""
    sale.state, sale.updated_by, sale.updated_at = state, updated_by, world.clock.now()
    if sale.promised:
        _promise(world, sale, -1)
        if state == "Completed":
            _sell(world, sale)


def _promise(world: World, sale: Sale, sign: int) -> None:
    sale.promised = sign > 0
    location = world.location(sale.location)
    if location is None:
        return
    for line in sale.lines:
        if line.quantity > 0:
            row = location.rows[line.sku]
            row.promised += sign * line.quantity
            # somebody may have set `allocated` below what is promised
            row.allocated = max(0, row.allocated + sign * line.quantity)


def _sell(world: World, sale: Sale) -> None:
    location = world.location(sale.location)
    if location is None:
        return
    lines = [entry for line in sale.lines for entry in _invoiced(world, location, line)]
    if lines:
        number = world.paper_number(location.id, "IN")
        invoice = Invoice(number, "", location.id, world.clock.now(), EMPLOYEES[0], tuple(lines))
        post_invoice(location, invoice, exchange_hands_out=world.switches.exchange_line == "handed_out")


def _invoiced(world: World, location: Location, line: SaleLine) -> list[InvoiceLine]:
    """Lines of the invoice: a serialised product is sold by the serial numbers that are there, and no further."""
    row, units = location.rows[line.sku], abs(line.quantity)
    price, action = row.product.retail_price, InvoiceAction.SOLD if line.quantity > 0 else InvoiceAction.REFUNDED
    if not row.product.serialised:
        return [InvoiceLine(line.sku, units, price, action)]
    if action is InvoiceAction.REFUNDED:
        known = not line.serial_number or line.serial_number in row.serial_numbers
        serials = tuple(world.serials.take(units)) if known else (line.serial_number,)
    else:
        serials = _taken(row, line)
    return [InvoiceLine(line.sku, 1, price, action, serial) for serial in serials]


def _taken(row: StockRow, line: SaleLine) -> tuple[str, ...]:
    if line.serial_number not in row.serial_numbers:
        return row.take_serials(line.quantity)
    row.serial_numbers.remove(line.serial_number)
    return (line.serial_number,)
