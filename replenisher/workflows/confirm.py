"""Judge an order read at the platform: ours and equal, ours but different, further received, or failed."""

from __future__ import annotations

from typing import Any

from replenisher.database import exceptions, notices, orders, submissions
from replenisher.database.models import Order
from replenisher.database.session import Session
from replenisher.logs import get_logger
from replenisher.purchasing.matching import differences
from replenisher.purchasing.platform import PlatformOrder, PlatformStatus
from replenisher.purchasing.receipts import match_receipts
from replenisher.purchasing.receiving import Progress, progress
from replenisher.purchasing.states import AT_PLATFORM, OrderState
from replenisher.services import Services
from replenisher.workflows.order_matters import order_matter

log = get_logger(__name__)

RECEIPTS = ("receipt_short", "receipt_over", "receipt_damaged", "receipt_unknown_serial")
"""What receipts may say beside our shipment notices."""

PASSING = ("order_changed", "unknown_status", "order_not_read", *RECEIPTS)
"""What is settled when the next read no longer says it."""

SETTLED = ("order_needs_person", "order_duplicate", "order_unknown", "order_not_sent", "order_accepted_late")


def found_at_platform(services: Services, session: Session, order: Order, theirs: PlatformOrder) -> None:
    """Advance an order that was accepted or unknown by what the platform holds of it.

    Equal content confirms it and folds in what has been received; other content needs a person, as does a failure
    the platform reports for an order it nevertheless shows.
    """
    lines = orders.requested_lines(session, order.id)
    wrong = differences(order.vendor_invoice_number, lines, theirs)
    evidence: dict[str, Any] = {"platform_order_id": theirs.platform_order_id, "status": theirs.raw_status}
    owner = submissions.owner_of(session, order, theirs.platform_order_id)
    if owner is not None:
        ask_person(
            services, session, order, f"the platform's order {theirs.platform_order_id} belongs to {owner} already"
        )
        return
    if theirs.header_only and not theirs.lines:
        # It stays in flight: no report shows an order without lines, and the next run would order the need again.
        count = f"{len(lines)} line{'' if len(lines) == 1 else 's'}"
        text = f"its header is there; the retailer has to enter its {count}, which stand in the order's notes"
        ask_person(services, session, order, text, evidence=evidence)
        return
    if theirs.status is PlatformStatus.FAILED:
        wrong = (*wrong, f"the platform says {theirs.raw_status!r}")
    if wrong:
        ask_person(services, session, order, "; ".join(wrong), evidence=evidence)
        return
    moved = submissions.move(
        session,
        order,
        OrderState.CONFIRMED,
        name="confirmed",
        actor=services.actor,
        evidence=evidence,
        next_in=services.settings.times.track_every,
        platform_order_id=theirs.platform_order_id,
        platform_order_number=theirs.platform_order_number or order.platform_order_number,
        platform_status=theirs.raw_status,
        confirmed_at=submissions.now(),
        polls=0,
    )
    if not moved:
        return
    exceptions.resolve(session, order.company, [order.vendor_invoice_number], SETTLED)
    log.info("order_confirmed", order_id=order.id, vendor_invoice_number=order.vendor_invoice_number)
    confirmed = orders.order_of(session, order.id)
    if confirmed is not None:
        session.refresh(confirmed)
        follow(services, session, confirmed, theirs)


def follow(services: Services, session: Session, order: Order, theirs: PlatformOrder) -> None:
    """Fold what the platform says has been received into a confirmed order, and move it when that changes its state."""
    lines = orders.requested_lines(session, order.id)
    wrong = differences(order.vendor_invoice_number, lines, theirs)
    known = {"platform_status": theirs.raw_status, "polls": 0}
    if theirs.platform_order_number:
        known["platform_order_number"] = theirs.platform_order_number
    if theirs.status is PlatformStatus.FAILED:
        ask_person(services, session, order, f"it was confirmed, and now the platform says {theirs.raw_status!r}")
        return
    how_far: Progress = progress(lines, theirs)
    changed = submissions.record_received(session, order.id, how_far.received)
    done = how_far.state is OrderState.RECEIVED
    receipts = match_receipts(lines, notices.standing_lines(session, order.id), theirs.lines, closed=done)
    _tell(session, order, (*how_far.notes, *receipts, *(("order_changed", sentence) for sentence in wrong)))
    every = services.settings.times.track_every
    if how_far.state is OrderState(order.state) or (how_far.state is OrderState.CONFIRMED):
        submissions.look_again(session, order, next_in=every, **known)
        if changed:
            received = {"received": how_far.received}
            submissions.add_news(session, order, name="receipt", actor=services.actor, evidence=received)
        return
    submissions.move(
        session,
        order,
        how_far.state,
        name=how_far.state.value,
        actor=services.actor,
        evidence={"received": how_far.received, "status": theirs.raw_status},
        next_in=None if done else every,
        **known,
        **({"received_at": submissions.now()} if done else {}),
    )
    log.info("order_receipt", order_id=order.id, to_state=how_far.state.value, lines_changed=changed)


def _tell(session: Session, order: Order, notes: tuple[tuple[str, str], ...]) -> None:
    """Raise what a person should know of a followed order, by kind, and settle what is no longer so."""
    told: dict[str, list[str]] = {}
    for kind, text in notes:
        told.setdefault(kind, []).append(text)
    for kind, texts in told.items():
        exceptions.raise_matter(session, order_matter(order, kind, "; ".join(texts)))
    gone = [kind for kind in PASSING if kind not in told]
    exceptions.resolve(session, order.company, [order.vendor_invoice_number], gone)


def ask_person(
    services: Services, session: Session, order: Order, message: str, *, evidence: dict[str, Any] | None = None
) -> None:
    """Hand an order to a person: it keeps counting as in flight, and is looked at again from time to time."""
    exceptions.raise_matter(session, order_matter(order, "order_needs_person", message))
    every = services.settings.times.track_every
    full = {"message": message} | (evidence or {})
    values = {}
    if evidence and evidence.get("platform_order_id") and order.platform_order_id is None:
        values["platform_order_id"] = evidence["platform_order_id"]
    if OrderState(order.state) is OrderState.NEEDS_PERSON:
        # One that turned up late keeps where it was seen: a person can accept only what can be read.
        submissions.look_again(session, order, next_in=every, **values)
        return
    submissions.move(
        session,
        order,
        OrderState.NEEDS_PERSON,
        name="needs_person",
        actor=services.actor,
        evidence=full,
        next_in=every,
        **values,
    )
    log.error("order_needs_person", order_id=order.id, state=order.state, reason=message)


def is_at_platform(order: Order) -> bool:
    """Whether the order has been seen at the platform and is followed there."""
    return OrderState(order.state) in AT_PLATFORM
