"""What the POS makes of a sale order once it has read it: an invoice, a promise, a failure, or nothing at all."""

from __future__ import annotations

import time

from replenisher.sandbox.documents import Invoice, InvoiceAction, InvoiceLine
from replenisher.sandbox.ledger import post_invoice
from replenisher.sandbox.sales_order_service.book import LogEntry, Sale
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
    """The POS has it: goods are sold with an invoice, promised without one."""
    sale.due = None
    sale.log.append(LogEntry(True, details, world.clock.now()))
    if sale.in_pos:
        return
    sale.in_pos = True
    if sale.invoice:
        _sell(world, sale)
    else:
        _promise(world, sale, +1)


def fail(world: World, sale: Sale, details: str) -> None:
    """The POS could not read it."""
    sale.due = None
    sale.log.append(LogEntry(False, details, world.clock.now()))


def change_state(world: World, sale: Sale, state: str, updated_by: int) -> None:
    """A person completes or cancels a pending sale order; what was promised is sold or released."""
    sale.state, sale.updated_by = state, updated_by
    if sale.in_pos and not sale.invoice:
        _promise(world, sale, -1)
        if state == "Completed":
            _sell(world, sale)


def _promise(world: World, sale: Sale, sign: int) -> None:
    location = world.location(sale.location)
    if location is not None:
        for sku, units in sale.units.items():
            location.rows[sku].allocated = max(0, location.rows[sku].allocated + sign * units)


def _sell(world: World, sale: Sale) -> None:
    location = world.location(sale.location)
    if location is None:
        return
    lines = []
    for sku, units in sale.units.items():
        row = location.rows[sku]
        serials = row.take_serials(units)
        price = row.product.retail_price
        if serials:
            lines += [InvoiceLine(sku, 1, price, InvoiceAction.SOLD, serial) for serial in serials]
            units -= len(serials)  # noqa: PLW2901  # what is left has no serial number
        if units:
            lines.append(InvoiceLine(sku, units, price, InvoiceAction.SOLD))
    if lines:
        number = world.paper_number(location.id, "IN")
        invoice = Invoice(number, "", location.id, world.clock.now(), EMPLOYEES[0], tuple(lines))
        post_invoice(location, invoice, exchange_hands_out=world.switches.exchange_line == "handed_out")
