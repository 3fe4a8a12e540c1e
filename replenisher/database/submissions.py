"""Queries that move an order: claim, compare-and-set, history. Every write names the state and fence it expects."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.sql.elements import ColumnElement

from replenisher.database.due import after, not_paused
from replenisher.database.models import CompanyState, Order, OrderAttempt, OrderEvent, OrderLine
from replenisher.database.session import Session
from replenisher.purchasing.states import AT_PLATFORM, OrderState, check_move


def claim_for_sending(session: Session, order_id: int, *, lease: float, at_once: int) -> Order | None:
    """Take a due approved order for `lease` seconds as `submitting`.

    None when it is not due, not approved any more, held by another worker, its company is paused, or `at_once` orders
    of its company are being sent already.
    """
    query = (
        select(Order)
        .where(
            Order.id == order_id,
            Order.state == OrderState.APPROVED.value,
            Order.next_at <= func.clock_timestamp(),
            not_paused(Order),
        )
        .with_for_update(skip_locked=True)
    )
    order = session.execute(query).scalar_one_or_none()
    if order is None:
        return None
    # One claim of a company at a time, or several would each count the others as not yet sending.
    session.execute(select(CompanyState.company).where(CompanyState.company == order.company).with_for_update())
    sending = session.execute(
        select(func.count()).where(Order.company == order.company, Order.state == OrderState.SUBMITTING.value)
    ).scalar_one()
    if sending >= at_once:
        return None
    statement = (
        update(Order)
        .where(Order.id == order_id)
        .values(
            state=OrderState.SUBMITTING.value,
            state_since=func.clock_timestamp(),
            fence=Order.fence + 1,
            attempts=Order.attempts + 1,
            first_sent_at=func.coalesce(Order.first_sent_at, func.clock_timestamp()),
            lease_until=after(lease),
            next_at=after(lease),
            hinted_at=None,
        )
        .returning(Order)
        .execution_options(populate_existing=True)
    )
    return session.execute(statement).scalar_one()


def owner_of(session: Session, order: Order, platform_order_id: str | None) -> str | None:
    """Give the vendor invoice number of another order of ours that has this id at the platform; None if free."""
    if platform_order_id is None:
        return None
    query = select(Order.vendor_invoice_number).where(
        Order.company == order.company, Order.platform_order_id == platform_order_id, Order.id != order.id
    )
    return session.execute(query).scalar_one_or_none()


def record_attempt(session: Session, order: Order, *, request_sha256: str, worker: str) -> None:
    """Write that the order is about to be sent; committed before the first byte."""
    session.execute(
        insert(OrderAttempt).values(
            order_id=order.id, attempt=order.attempts, fence=order.fence, request_sha256=request_sha256, worker=worker
        )
    )


def record_claim(session: Session, order: Order, *, actor: str) -> None:
    """Append to the history that an approved order was claimed for sending."""
    session.execute(
        insert(OrderEvent).values(
            order_id=order.id,
            name="claimed",
            from_state=OrderState.APPROVED.value,
            to_state=OrderState.SUBMITTING.value,
            actor=actor,
            attempt=order.attempts,
        )
    )


def now() -> ColumnElement[datetime]:
    """Give PostgreSQL's clock, to be written into a column."""
    return func.clock_timestamp()


def claim_for_looking(session: Session, order_id: int, *, states: frozenset[OrderState], lease: float) -> Order | None:
    """Take a due order in one of these states to look at it; None when not due, moved on or paused.

    Looking is harmless, so the lease only keeps two workers from asking the same thing at once.
    """
    statement = (
        update(Order)
        .where(
            Order.id == order_id,
            Order.state.in_([state.value for state in states]),
            Order.next_at <= func.clock_timestamp(),
            not_paused(Order),
        )
        .values(fence=Order.fence + 1, next_at=after(lease), hinted_at=None)
        .returning(Order)
    )
    return session.execute(statement).scalar_one_or_none()


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


def move(
    session: Session,
    order: Order,
    to_state: OrderState,
    *,
    name: str,
    actor: str,
    evidence: dict[str, Any] | None = None,
    next_in: float | None = None,
    **values: Any,
) -> bool:
    """Compare-and-set the order from the state and fence it was read with, and append the event.

    `next_in` seconds until its next step, None for never. When somebody else moved the order meanwhile nothing moves,
    the event is kept as news, and the answer is False.
    """
    from_state = OrderState(order.state)
    check_move(from_state, to_state)
    moved = session.execute(
        update(Order)
        .where(Order.id == order.id, Order.state == order.state, Order.fence == order.fence)
        .values(
            state=to_state.value,
            state_since=func.clock_timestamp(),
            next_at=None if next_in is None else after(next_in),
            hinted_at=None,
            lease_until=None,
            **values,
        )
        .returning(Order.id)
        .execution_options(synchronize_session=False)
    ).scalar_one_or_none()
    add_news(
        session,
        order,
        name=name if moved is not None else f"late_{name}",
        actor=actor,
        evidence=evidence,
        moved_to=to_state if moved is not None else None,
    )
    return moved is not None


def add_news(
    session: Session,
    order: Order,
    *,
    name: str,
    actor: str,
    evidence: dict[str, Any] | None = None,
    moved_to: OrderState | None = None,
) -> None:
    """Append to the order's history; without `moved_to` it is news that moved nothing."""
    session.execute(
        insert(OrderEvent).values(
            order_id=order.id,
            name=name,
            from_state=order.state,
            to_state=None if moved_to is None else moved_to.value,
            actor=actor,
            attempt=order.attempts or None,
            evidence=evidence or {},
        )
    )


def look_again(session: Session, order: Order, *, next_in: float, **values: Any) -> None:
    """Set when a looked-at order is looked at next, unless somebody else has moved it."""
    session.execute(
        update(Order)
        .where(Order.id == order.id, Order.state == order.state, Order.fence == order.fence)
        .values(next_at=after(next_in), hinted_at=None, **values)
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


def seconds_in_state(session: Session, order: Order) -> float:
    """Tell how long the order has been in its state, by PostgreSQL's clock."""
    age = session.execute(select(func.extract("epoch", func.clock_timestamp() - order.state_since))).scalar_one()
    return float(age)


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
