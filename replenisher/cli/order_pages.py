"""How purchase orders look: the list, one order on a page, and the same as data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.console import Console

from replenisher.cli.screen import add_row, facts, instant, literal, minute, money, out, slot, table

if TYPE_CHECKING:
    from replenisher.database.models import Order, OrderAttempt, OrderEvent, OrderLine
    from replenisher.database.tables import Attempt, Event

STYLES = {"held": "yellow", "unknown": "yellow", "needs_person": "bold red", "duplicate": "bold red", "refused": "red"}
"""States that ask for a look."""
LONGEST_SHOWN = 300
"""Characters of one piece of evidence on a page."""

_ORDER_NAMES = (
    "id",
    "vendor_invoice_number",
    "state",
    "company",
    "location",
    "run_id",
    "kind",
    "slot",
    "units",
    "value",
    "committed",
    "hold_reasons",
    "platform_order_id",
    "platform_status",
    "bill_to",
    "ship_to",
    "estimated_arrival_date",
    "comments",
    "shipping_method",
    "created_at",
    "state_since",
    "first_sent_at",
    "accepted_at",
    "confirmed_at",
    "received_at",
    "next_at",
    "attempts",
)
_LINE_NAMES = ("sku", "quantity", "received", "unit_cost")
_ATTEMPT_NAMES = ("attempt", "fence", "request_sha256", "worker", "started_at")
_EVENT_NAMES = ("at", "name", "from_state", "to_state", "actor", "attempt", "evidence")


def order_as_data(
    order: Order,
    lines: Sequence[OrderLine] | None = None,
    attempts: Sequence[OrderAttempt] = (),
    events: Sequence[OrderEvent] = (),
) -> dict[str, object]:
    """Put an order into plain data; with its lines, attempts and events when lines are given."""
    data = _picked(order, _ORDER_NAMES)
    if lines is None:
        return data
    return data | {
        "lines": [_picked(line, _LINE_NAMES) for line in lines],
        "attempt_log": [_picked(attempt, _ATTEMPT_NAMES) for attempt in attempts],
        "events": [_picked(event, _EVENT_NAMES) for event in events],
    }


def _picked(row: object, names: Sequence[str]) -> dict[str, object]:
    return {name: getattr(row, name) for name in names}


def print_list(found: Sequence[Order]) -> None:
    """Print orders as a table, and the reasons of held ones below it."""
    console = out()
    if not found:
        console.print(literal("no orders"))
        return
    made = table(
        "id",
        "invoice number",
        "company",
        "location",
        "run",
        "state",
        "units",
        "value",
        "created",
        right=("id", "run", "units", "value"),
        keep=("invoice number", "created"),
    )
    for order in found:
        state = literal(order.state, STYLES.get(order.state, ""))
        units, value = f"{order.units:,}", money(order.value)
        where = (order.company, order.location, order.run_id)
        add_row(made, order.id, order.vendor_invoice_number, *where, state, units, value, minute(order.created_at))
    console.print(made)
    for order in found:
        if order.state == "held" and order.hold_reasons:
            console.print(literal(f"{order.vendor_invoice_number} is held: {'; '.join(order.hold_reasons)}"))


def print_order(
    order: Order, lines: Sequence[OrderLine], attempts: Sequence[OrderAttempt], events: Sequence[OrderEvent]
) -> None:
    """Print one order on a page."""
    console = out()
    console.print(literal(f"Order {order.vendor_invoice_number}: {order.state}", "bold"))
    console.print(facts(_facts(order)))
    if order.hold_reasons and order.state == "held":
        console.print(literal("held because", "bold"))
        for reason in order.hold_reasons:
            console.print(literal(f"  {reason}"))
    _print_lines(console, lines)
    print_attempts(console, attempts)
    print_events(console, events)


def print_attempts(console: Console, attempts: Sequence[Attempt]) -> None:
    """Print the attempts to send a document, if there are any."""
    if not attempts:
        return
    made = table("attempt", "started", "worker", "request", right=("attempt",), title="Attempts to send")
    for attempt in attempts:
        request = f"sha256 {attempt.request_sha256[:12]}…"
        add_row(made, attempt.attempt, instant(attempt.started_at), attempt.worker, request)
    console.print(made)


def print_events(console: Console, events: Sequence[Event]) -> None:
    """Print everything that happened to a document."""
    made = table("at", "event", "move", "by", "evidence", title="What happened", keep=("at", "event", "move"))
    for event in events:
        add_row(made, instant(event.at), event.name, _move(event), event.actor, _evidence(event.evidence))
    console.print(made)


def _facts(order: Order) -> list[tuple[str, object]]:
    return [
        ("id", order.id),
        ("company", order.company),
        ("location", order.location),
        ("planned by", f"run {order.run_id}, {order.kind}, slot {slot(order.slot)}"),
        ("units", f"{order.units:,}"),
        ("value", money(order.value)),
        ("committed", "yes" if order.committed else "no"),
        ("bill to, ship to", f"{order.bill_to}, {order.ship_to}"),
        ("expected", order.estimated_arrival_date),
        ("at the platform", order.platform_order_id),
        ("platform says", order.platform_status),
        ("created", instant(order.created_at)),
        ("in this state since", instant(order.state_since)),
        ("next step", instant(order.next_at)),
        ("comments", order.comments),
    ]


def _print_lines(console: Console, lines: Sequence[OrderLine]) -> None:
    made = table("sku", "quantity", "received", "unit cost", right=("quantity", "received", "unit cost"), title="Lines")
    for line in lines:
        add_row(made, line.sku, f"{line.quantity:,}", f"{line.received:,}", money(line.unit_cost))
    console.print(made)


def _move(event: Event) -> str:
    return "" if event.to_state is None else f"{event.from_state or 'new'} → {event.to_state}"


def _evidence(evidence: dict[str, object]) -> str:
    parts = []
    for name, value in evidence.items():
        if value not in (None, "", [], {}):
            shown = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
            parts.append(f"{name}: {_cut(shown)}")
    return "; ".join(parts)


def _cut(shown: str) -> str:
    """Cut an answer's body, which may fill pages."""
    if len(shown) <= LONGEST_SHOWN:
        return shown
    return f"{shown[:LONGEST_SHOWN]}… ({len(shown):,} characters; --json shows all)"
