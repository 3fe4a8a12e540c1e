"""Queries on sale orders: what was sold and is promised, and where each sale order stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from sqlalchemy import func, insert, or_, select
from sqlalchemy.exc import IntegrityError

from replenisher.database.documents import Ledger
from replenisher.database.sale_models import SaleAttempt, SaleEvent, SaleOrder, SaleOrderLine
from replenisher.database.session import Session
from replenisher.purchasing.sale_states import NOT_IN_POS, PROMISED, SaleState, check_sale_move

SALES = Ledger(
    table=SaleOrder,
    attempts=SaleAttempt,
    events=SaleEvent,
    key="sale_order_id",
    states=SaleState,
    ready=SaleState.READY,
    sending=SaleState.SUBMITTING,
    unknown=SaleState.UNKNOWN,
    needs_person=SaleState.NEEDS_PERSON,
    check_move=check_sale_move,
)
BY_HAND = replace(SALES, check_move=partial(check_sale_move, by_person=True))
"""The same sale orders in the hands of a person, who may send what the program may not."""


def add_sale(
    session: Session, values: dict[str, Any], lines: Sequence[dict[str, Any]], *, actor: str
) -> SaleOrder | None:
    """Write a sale order with its lines; None, with nothing written, when its number is taken already."""
    try:
        with session.begin_nested():
            sale = session.execute(insert(SaleOrder).values(values).returning(SaleOrder)).scalar_one()
            session.execute(insert(SaleOrderLine), [{"sale_order_id": sale.id, **line} for line in lines])
            event = {"sale_order_id": sale.id, "name": "imported", "to_state": sale.state, "actor": actor}
            session.execute(insert(SaleEvent).values(**event, evidence={"source": sale.source}))
    except IntegrityError:
        return None
    return sale


def standing_sale(session: Session, company: str, printable_id: str) -> SaleOrder | None:
    """Find the sale order of a company that stands under this number."""
    query = select(SaleOrder).where(
        SaleOrder.company == company, SaleOrder.printable_id == printable_id, SaleOrder.standing
    )
    return session.execute(query).scalar_one_or_none()


def owner_of(session: Session, sale: SaleOrder, platform_sale_id: str) -> str | None:
    """Give the printable id of another sale order of ours that has this id at the platform; None if free."""
    query = select(SaleOrder.printable_id).where(
        SaleOrder.company == sale.company, SaleOrder.platform_sale_id == platform_sale_id, SaleOrder.id != sale.id
    )
    return session.execute(query.limit(1)).scalar_one_or_none()


def locked(session: Session, sale_id: int) -> SaleOrder:
    """Lock a sale order until the transaction ends, and read it as it is now."""
    query = select(SaleOrder).where(SaleOrder.id == sale_id).with_for_update()
    return session.execute(query.execution_options(populate_existing=True)).scalar_one()


def named(session: Session, given: str) -> list[SaleOrder]:
    """Find sale orders by printable id (the newest of each company) or by our id, which `id:17` means alone."""
    text = given.strip()
    newest = select(func.max(SaleOrder.id)).where(SaleOrder.printable_id == text).group_by(SaleOrder.company)
    found = list(session.execute(select(SaleOrder).where(SaleOrder.id.in_(newest)).order_by(SaleOrder.id)).scalars())
    ours = text.removeprefix("id:")
    one = session.get(SaleOrder, int(ours)) if ours.isdecimal() and int(ours) < 2**63 else None
    return found if one is None or one in found else [*found, one]


def tried_before(session: Session, sale: SaleOrder) -> bool:
    """Tell whether an earlier sale order with this one's number was ever sent, whatever became of it."""
    query = select(SaleOrder.id).where(
        SaleOrder.company == sale.company,
        SaleOrder.printable_id == sale.printable_id,
        SaleOrder.id != sale.id,
        SaleOrder.attempts > 0,
    )
    return session.execute(query.limit(1)).first() is not None


def lines_of(session: Session, sale_id: int) -> Sequence[SaleOrderLine]:
    """List the lines of a sale order."""
    query = select(SaleOrderLine).where(SaleOrderLine.sale_order_id == sale_id).order_by(SaleOrderLine.line_number)
    return session.execute(query).scalars().all()


def events_of(session: Session, sale_id: int) -> Sequence[SaleEvent]:
    """List everything that happened to a sale order, oldest first."""
    query = select(SaleEvent).where(SaleEvent.sale_order_id == sale_id).order_by(SaleEvent.id)
    return session.execute(query).scalars().all()


def attempts_of(session: Session, sale_id: int) -> Sequence[SaleAttempt]:
    """List the attempts to send a sale order."""
    query = select(SaleAttempt).where(SaleAttempt.sale_order_id == sale_id).order_by(SaleAttempt.attempt)
    return session.execute(query).scalars().all()


def listed(
    session: Session,
    *,
    company: str | None = None,
    location: str | None = None,
    states: Sequence[str] = (),
    limit: int = 200,
) -> Sequence[SaleOrder]:
    """List sale orders, newest first."""
    query = select(SaleOrder).order_by(SaleOrder.id.desc()).limit(limit)
    if company is not None:
        query = query.where(SaleOrder.company == company)
    if location is not None:
        query = query.where(SaleOrder.location == location)
    if states:
        query = query.where(SaleOrder.state.in_(states))
    return session.execute(query).scalars().all()


def counts_by_state(session: Session, company: str) -> dict[str, int]:
    """Count a company's sale orders by state."""
    query = (
        select(SaleOrder.state, func.count())
        .where(SaleOrder.company == company)
        .group_by(SaleOrder.state)
        .order_by(SaleOrder.state)
    )
    return {str(state): int(count) for state, count in session.execute(query)}


def promised(
    session: Session, company: str, locations: Sequence[str], *, also_in_pos: bool
) -> list[tuple[str, str, int]]:
    """Sum the promised units by location and SKU: in-stock items, no longer once an invoice is written.

    Without `also_in_pos` only what the platform's own reports cannot know yet.
    """
    states = PROMISED if also_in_pos else NOT_IN_POS
    units = func.sum(SaleOrderLine.quantity)
    query = (
        select(SaleOrder.location, SaleOrderLine.sku, units)
        .join(SaleOrderLine, SaleOrderLine.sale_order_id == SaleOrder.id)
        .where(
            SaleOrder.company == company,
            SaleOrder.location.in_(locations),
            SaleOrder.state.in_([state.value for state in states]),
            or_(~SaleOrder.invoice, SaleOrder.state != SaleState.SUCCEEDED.value),
            ~SaleOrderLine.drop_ship,
            SaleOrderLine.quantity > 0,
            SaleOrderLine.sku != "",
        )
        .group_by(SaleOrder.location, SaleOrderLine.sku)
        .order_by(SaleOrder.location, SaleOrderLine.sku)
    )
    return [(str(location), str(sku), int(count)) for location, sku, count in session.execute(query)]
