"""Queries on what our orders have committed: units of the vendor's stock, and money of a budget.

An order counts from its proposal on, whether anybody has approved it or not, until it ends without goods. Proposals
that are about to be superseded can be left out: they give their units and money back.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from psycopg.errors import LockNotAvailable
from sqlalchemy import ARRAY, DateTime, Text, and_, case, func, literal, not_, or_, select
from sqlalchemy.exc import OperationalError

from replenisher.database.models import Order, OrderLine
from replenisher.database.session import Session
from replenisher.purchasing.states import UNAPPROVED, WITHOUT_GOODS, OrderState

VENDOR_STOCK_LOCK = 0x5354_4F43_4B
"""Key of the advisory lock that runs take in turn which close on the vendor's stock."""


def wait_for_turn(session: Session) -> bool:
    """Keep every other run that closes on the vendor's stock out until this transaction ends.

    What is read after it holds everything that runs before it have promised. False when the wait was too long; the
    transaction can then only be rolled back.
    """
    try:
        session.execute(select(func.pg_advisory_xact_lock(VENDOR_STOCK_LOCK)))
    except OperationalError as error:
        if isinstance(error.orig, LockNotAvailable):
            return False
        raise
    return True


def claimed(
    session: Session,
    skus: Sequence[str],
    as_of: Sequence[datetime],
    *,
    beside: Sequence[str],
    superseded: Sequence[int] = (),
) -> dict[str, int]:
    """Sum the units of these SKUs that orders have claimed since the moment of each; SKUs without any are left out.

    An order claims unless the platform had it by that moment: then the figure knows of it. It claims what it orders,
    one that was received what came. Companies `beside` take from other stock.

    Worked example: 100 units as of noon. An order of 30 accepted in the morning claims nothing, one of 20 accepted at
    one 20, a held one of 5 claims 5, a declined one nothing: 25.
    """
    if not skus:
        return {}
    stock = (
        func.unnest(literal(list(skus), ARRAY(Text)), literal(list(as_of), ARRAY(DateTime(timezone=True))))
        .table_valued("sku", "as_of")
        .render_derived()
    )
    there_since = func.coalesce(Order.accepted_at, Order.confirmed_at)
    units = case(
        (Order.state == OrderState.RECEIVED.value, OrderLine.received),
        else_=func.greatest(OrderLine.quantity, OrderLine.received),
    )
    query = (
        select(OrderLine.sku, func.sum(units))
        .join(Order, Order.id == OrderLine.order_id)
        .join(stock, stock.c.sku == OrderLine.sku)
        .where(
            *_standing(superseded),
            Order.company.not_in(list(beside)),
            or_(there_since.is_(None), there_since > min(as_of)),
            or_(there_since.is_(None), there_since > stock.c.as_of),
        )
        .group_by(OrderLine.sku)
        .having(func.sum(units) > 0)
    )
    return {str(sku): int(total) for sku, total in session.execute(query)}


def spent(session: Session, company: str, first: date, last: date, *, superseded: Sequence[int] = ()) -> Decimal:
    """Sum the value of a company's orders whose run's slot is on these days.

    As ordered, whatever was received; lines of unknown cost are left out. Worked example: in November one order of 12
    at 2.50 and 6 of unknown cost: 30.00.
    """
    query = (
        select(func.coalesce(func.sum(OrderLine.quantity * OrderLine.unit_cost), 0))
        .join(Order, Order.id == OrderLine.order_id)
        .where(
            *_standing(superseded),
            Order.company == company,
            Order.slot >= datetime.combine(first, time()),
            Order.slot < datetime.combine(last + timedelta(days=1), time()),
        )
    )
    return Decimal(session.execute(query).scalar_one())


def _standing(superseded: Sequence[int]) -> list[Any]:
    """Write the condition that an order stands: it has not ended without goods, and no newer run supersedes it."""
    conditions: list[Any] = [Order.state.not_in([state.value for state in WITHOUT_GOODS])]
    if superseded:
        unapproved = Order.state.in_([state.value for state in UNAPPROVED])
        conditions.append(not_(and_(Order.id.in_(list(superseded)), unapproved)))
    return conditions
