"""How shipment notices look: the list, one notice on a page, what became of a file, and the same as data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from replenisher.cli.order_pages import STYLES, print_attempts, print_events
from replenisher.cli.screen import add_row, counted, facts, instant, literal, messages, minute, out, slot, table

if TYPE_CHECKING:
    from replenisher.database.notice_models import NoticeAttempt, NoticeEvent, ShipmentNotice
    from replenisher.purchasing.platform import NoticeLine
    from replenisher.workflows.ship.importing import Imported

_NOTICE_NAMES = (
    "id",
    "shipment_number",
    "state",
    "company",
    "location",
    "order_id",
    "shipped_at",
    "tracking_number",
    "carrier",
    "outlet",
    "source",
    "created_at",
    "state_since",
    "first_sent_at",
    "next_at",
    "attempts",
)
_ATTEMPT_NAMES = ("attempt", "fence", "request_sha256", "worker", "started_at")
_EVENT_NAMES = ("at", "name", "from_state", "to_state", "actor", "attempt", "evidence")


def notice_as_data(
    notice: ShipmentNotice,
    lines: Sequence[NoticeLine] | None = None,
    attempts: Sequence[NoticeAttempt] = (),
    events: Sequence[NoticeEvent] = (),
) -> dict[str, object]:
    """Put a notice into plain data; with its lines, attempts and events when lines are given."""
    data: dict[str, object] = {name: getattr(notice, name) for name in _NOTICE_NAMES}
    if lines is None:
        return data
    return data | {
        "lines": list(lines),
        "attempt_log": [{name: getattr(attempt, name) for name in _ATTEMPT_NAMES} for attempt in attempts],
        "events": [{name: getattr(event, name) for name in _EVENT_NAMES} for event in events],
    }


def print_notices(found: Sequence[ShipmentNotice], title: str | None = None) -> None:
    """Print notices as a table."""
    console = out()
    if not found:
        console.print(literal("no shipment notices"))
        return
    made = table(
        "id",
        "shipment number",
        "company",
        "location",
        "order",
        "state",
        "shipped",
        "tracking",
        "created",
        right=("id", "order"),
        keep=("shipment number", "shipped", "created"),
        title=title,
    )
    for one in found:
        state = literal(one.state, STYLES.get(one.state, ""))
        place = (one.company, one.location, one.order_id, state)
        shipped, created = slot(one.shipped_at), minute(one.created_at)
        add_row(made, one.id, one.shipment_number, *place, shipped, one.tracking_number, created)
    console.print(made)


def print_notice(
    notice: ShipmentNotice,
    lines: Sequence[NoticeLine],
    attempts: Sequence[NoticeAttempt],
    events: Sequence[NoticeEvent],
) -> None:
    """Print one notice on a page."""
    console = out()
    console.print(literal(f"Shipment notice {notice.shipment_number}: {notice.state}", "bold"))
    told = (
        ("id", notice.id),
        ("company", notice.company),
        ("location", notice.location),
        ("order", notice.order_id),
        ("shipped", slot(notice.shipped_at)),
        ("tracking number", notice.tracking_number),
        ("carrier", notice.carrier),
        ("goes through", notice.outlet),
        ("from", notice.source),
        ("created", instant(notice.created_at)),
        ("in this state since", instant(notice.state_since)),
        ("next step", instant(notice.next_at)),
    )
    console.print(facts(told))
    made = table("sku", "quantity", "serial numbers", right=("quantity",), title="Lines")
    for line in lines:
        add_row(made, line.sku, f"{line.quantity:,}", ", ".join(line.serial_numbers))
    console.print(made)
    print_attempts(console, attempts)
    print_events(console, events)


def print_imported(imported: Imported) -> None:
    """Print what became of each shipment of a file, and every fault."""
    console = out()
    if imported.entries:
        made = table("lines", "order", "shipment", "became", "shipment number", "notice is", keep=("shipment number",))
        for entry in imported.entries:
            lines = ", ".join(map(str, entry.file_lines))
            became = literal(entry.outcome.replace("_", " "), "red" if entry.outcome == "refused" else "")
            add_row(made, lines, entry.order, entry.reference, became, entry.shipment_number, entry.state)
        console.print(made)
    for fault in imported.faults:
        messages().print(literal(fault), soft_wrap=True)
    told = counted({outcome.replace("_", " "): count for outcome, count in imported.counts().items()})
    console.print(literal(f"{imported.file}: {told}"))
    if imported.faults and not imported.taken:
        text = "nothing of it was imported; correct it, or take the good shipments with --keep-good"
        messages().print(literal(text))
