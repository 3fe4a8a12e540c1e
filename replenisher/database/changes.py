"""Queries that change an order of which the platform has said that it is changed there."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from sqlalchemy import delete, func, insert, or_, select, update

from replenisher.database.due import after
from replenisher.database.models import Order, OrderLine
from replenisher.database.session import Session
from replenisher.purchasing.platform import RequestLine


def claim(session: Session, order: Order, *, lease: float) -> bool:
    """Hold an order for `lease` seconds, in which nobody else changes it; False while somebody holds it.

    Whoever looks at it just now moves nothing with what was read before, and the next look is when the lease is over.
    """
    statement = (
        update(Order)
        .where(Order.id == order.id, or_(Order.lease_until.is_(None), Order.lease_until <= func.clock_timestamp()))
        .values(fence=Order.fence + 1, lease_until=after(lease), next_at=after(lease), hinted_at=None)
        .returning(Order.id)
        .execution_options(synchronize_session=False)
    )
    return session.execute(statement).scalar_one_or_none() is not None


def let_go(session: Session, order: Order, **values: object) -> None:
    """End the hold on an order that the caller has locked, and write these values with it."""
    session.execute(
        update(Order)
        .where(Order.id == order.id)
        .values(lease_until=None, **values)
        .execution_options(synchronize_session=False)
    )
    session.refresh(order)


def replace_lines(session: Session, order: Order, lines: Sequence[RequestLine], value: Decimal | None) -> None:
    """Make these the lines of an order that the caller has locked; `value` is theirs, what was received is kept."""
    wanted = {line.sku: line for line in lines}
    known = set(session.execute(select(OrderLine.sku).where(OrderLine.order_id == order.id)).scalars())
    session.execute(
        delete(OrderLine)
        .where(OrderLine.order_id == order.id, OrderLine.sku.not_in(wanted))
        .execution_options(synchronize_session=False)
    )
    for sku, line in wanted.items():
        values = {"quantity": line.quantity, "unit_cost": line.unit_cost}
        if sku in known:
            changed = update(OrderLine).where(OrderLine.order_id == order.id, OrderLine.sku == sku).values(values)
            session.execute(changed.execution_options(synchronize_session=False))
        else:
            session.execute(insert(OrderLine).values(order_id=order.id, sku=sku, **values))
    session.expire_all()
    let_go(session, order, units=sum(line.quantity for line in lines), value=value)


def free_sequence(session: Session, order: Order, location: str) -> int:
    """Give a sequence that no order of the location has in the same run; the order's own where it is free."""
    query = select(Order.sequence).where(
        Order.company == order.company,
        Order.location == location,
        Order.slot == order.slot,
        Order.kind == order.kind,
        Order.id != order.id,
    )
    taken = set(session.execute(query).scalars())
    return order.sequence if order.sequence not in taken else max(taken) + 1


def order_at(session: Session, company: str, platform_order_id: str) -> Order | None:
    """Find the company's order that has this id at the platform."""
    query = select(Order).where(Order.company == company, Order.platform_order_id == platform_order_id)
    return session.execute(query).scalar_one_or_none()
