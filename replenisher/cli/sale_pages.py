"""How sale orders look: the list, one sale order on a page, what became of a file, and the same as data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from replenisher.cli.order_pages import STYLES, print_attempts, print_events
from replenisher.cli.screen import add_row, counted, facts, instant, literal, messages, minute, out, table

if TYPE_CHECKING:
    from replenisher.database.sale_models import SaleAttempt, SaleEvent, SaleOrder, SaleOrderLine
    from replenisher.purchasing.sale_orders import StatusEntry
    from replenisher.workflows.sell.importing import ImportedSales

_NAMES = (
    "id",
    "printable_id",
    "state",
    "company",
    "location",
    "customer_id",
    "invoice",
    "platform_sale_id",
    "log_status",
    "source",
    "created_at",
    "state_since",
    "first_sent_at",
    "next_at",
    "attempts",
)
_LINE_NAMES = ("line_number", "sku", "catalog_id", "quantity", "drop_ship")
_ATTEMPT_NAMES = ("attempt", "fence", "request_sha256", "worker", "started_at")
_EVENT_NAMES = ("at", "name", "from_state", "to_state", "actor", "attempt", "evidence")


def sale_as_data(
    sale: SaleOrder,
    lines: Sequence[SaleOrderLine] | None = None,
    attempts: Sequence[SaleAttempt] = (),
    events: Sequence[SaleEvent] = (),
) -> dict[str, object]:
    """Put a sale order into plain data; with its lines, attempts and events when lines are given."""
    data: dict[str, object] = {name: getattr(sale, name) for name in _NAMES}
    if lines is None:
        return data
    return data | {
        "lines": [{name: getattr(line, name) for name in _LINE_NAMES} for line in lines],
        "attempt_log": [{name: getattr(attempt, name) for name in _ATTEMPT_NAMES} for attempt in attempts],
        "events": [{name: getattr(event, name) for name in _EVENT_NAMES} for event in events],
    }


def print_sales(found: Sequence[SaleOrder]) -> None:
    """Print sale orders as a table."""
    console = out()
    if not found:
        console.print(literal("no sale orders"))
        return
    made = table(
        "id",
        "printable id",
        "company",
        "location",
        "state",
        "invoice",
        "status log",
        "created",
        right=("id",),
        keep=("created",),
    )
    for one in found:
        state = literal(one.state, STYLES.get(one.state, ""))
        invoice = "yes" if one.invoice else "no"
        place = (one.company, one.location, state, invoice, one.log_status)
        add_row(made, one.id, one.printable_id, *place, minute(one.created_at))
    console.print(made)


def print_sale(
    sale: SaleOrder, lines: Sequence[SaleOrderLine], attempts: Sequence[SaleAttempt], events: Sequence[SaleEvent]
) -> None:
    """Print one sale order on a page."""
    console = out()
    console.print(literal(f"Sale order {sale.printable_id}: {sale.state}", "bold"))
    told = (
        ("id", sale.id),
        ("company", sale.company),
        ("location", sale.location),
        ("customer", sale.customer_id),
        ("invoice at once", "yes" if sale.invoice else "no"),
        ("id at the platform", sale.platform_sale_id),
        ("status log", sale.log_status),
        ("from", sale.source),
        ("created", instant(sale.created_at)),
        ("in this state since", instant(sale.state_since)),
        ("next step", instant(sale.next_at)),
    )
    console.print(facts(told))
    made = table("line", "sku", "catalog id", "quantity", "shipped by us", right=("line", "quantity"), title="Lines")
    for line in lines:
        by_us = "yes" if line.drop_ship else ""
        add_row(made, line.line_number, line.sku, line.catalog_id, f"{line.quantity:,}", by_us)
    console.print(made)
    print_attempts(console, attempts)
    print_events(console, events)


def print_log(log: Sequence[StatusEntry]) -> None:
    """Print the platform's status log of a sale order."""
    console = out()
    if not log:
        console.print(literal("the platform's status log says nothing yet"))
        return
    made = table("at", "status", "details", "by", "entry", keep=("at",), title="Status log at the platform")
    for entry in log:
        style = "red" if entry.succeeded is False else ""
        status = literal(entry.raw_status, style)
        add_row(made, instant(entry.updated_at), status, entry.details, entry.updated_by, entry.entry_id)
    console.print(made)


def print_imported_sales(imported: ImportedSales) -> None:
    """Print what became of each sale order of a file, and every fault."""
    console = out()
    if imported.entries:
        made = table("lines", "printable id", "company", "location", "became", "is now")
        for entry in imported.entries:
            lines = ", ".join(map(str, entry.file_lines))
            became = literal(entry.outcome.replace("_", " "), "red" if entry.outcome == "refused" else "")
            add_row(made, lines, entry.printable_id, entry.company, entry.location, became, entry.state)
        console.print(made)
    for fault in imported.faults:
        messages().print(literal(fault), soft_wrap=True)
    told = counted({outcome.replace("_", " "): count for outcome, count in imported.counts().items()})
    console.print(literal(f"{imported.file}: {told}"))
    if imported.faults and not imported.taken:
        text = "nothing of it was imported; correct it, or take the good sale orders with --keep-good"
        messages().print(literal(text))
