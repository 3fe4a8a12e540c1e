"""Queries that move an order: what every document has, and what only orders have."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.sql.elements import ColumnElement

from replenisher.database.documents import Ledger
from replenisher.database.models import Order, OrderAttempt, OrderEvent, OrderLine
from replenisher.database.session import Session
from replenisher.purchasing.states import AT_PLATFORM, OrderState, check_move

ORDERS = Ledger(
    table=Order,
    attempts=OrderAttempt,
    events=OrderEvent,
    key="order_id",
    states=OrderState,
    ready=OrderState.APPROVED,
    sending=OrderState.SUBMITTING,
    unknown=OrderState.UNKNOWN,
    needs_person=OrderState.NEEDS_PERSON,
    check_move=check_move,
)

claim_for_sending = ORDERS.claim_for_sending
claim_for_looking = ORDERS.claim_for_looking
record_attempt = ORDERS.record_attempt
record_claim = ORDERS.record_claim
move = ORDERS.move
look_again = ORDERS.look_again
add_news = ORDERS.add_news
seconds_in_state = ORDERS.seconds_in_state


def owner_of(session: Session, order: Order, platform_order_id: str | None) -> str | None:
    """Give the vendor invoice number of another order of ours that has this id at the platform; None if free."""
    if platform_order_id is None:
        return None
    query = select(Order.vendor_invoice_number).where(
        Order.company == order.company, Order.platform_order_id == platform_order_id, Order.id != order.id
    )
    return session.execute(query).scalar_one_or_none()


def now() -> ColumnElement[datetime]:
    """Give PostgreSQL's clock, to be written into a column."""
    return func.clock_timestamp()


def settle_proposals(session: Session, approved: Sequence[int], held: dict[int, list[str]]) -> None:
    """Set fresh proposals to approved, due at once, or held with reasons; the caller appends the events."""
    proposed = OrderState.PROPOSED.value
    if approved:
        session.execute(
            update(Order)
            .where(Order.id.in_(approved), Order.state == proposed)
            .values(state=OrderState.APPROVED.value, state_since=func.clock_timestamp(), next_at=func.now())
            .execution_options(synchronize_session=False)
        )
    for order_id, reasons in held.items():
        session.execute(
            update(Order)
            .where(Order.id == order_id, Order.state == proposed)
            .values(state=OrderState.HELD.value, state_since=func.clock_timestamp(), hold_reasons=reasons)
            .execution_options(synchronize_session=False)
        )


def look_soon(session: Session, company: str, platform_order_ids: Collection[str]) -> None:
    """Make the orders that a receiving report names due now; what they hold is read from the platform itself."""
    if not platform_order_ids:
        return
    session.execute(
        update(Order)
        .where(
            Order.company == company,
            Order.platform_order_id.in_(platform_order_ids),
            Order.state.in_([state.value for state in AT_PLATFORM]),
        )
        .values(next_at=func.clock_timestamp(), hinted_at=None)
        .execution_options(synchronize_session=False)
    )


def record_received(session: Session, order_id: int, received: dict[str, int]) -> int:
    """Store the units received by SKU; a figure never falls. Gives how many lines changed."""
    changed = 0
    for sku, units in received.items():
        rows = session.execute(
            update(OrderLine)
            .where(OrderLine.order_id == order_id, OrderLine.sku == sku, OrderLine.received < units)
            .values(received=units)
            .returning(OrderLine.sku)
        ).all()
        changed += len(rows)
    return changed
