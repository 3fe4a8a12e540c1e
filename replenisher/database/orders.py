"""Queries on purchase orders: what exists, what is in flight, what it was worth."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.sql.elements import ColumnElement

from replenisher.database.models import Order, OrderAttempt, OrderEvent, OrderLine
from replenisher.database.session import Session
from replenisher.database.unnested import unnested
from replenisher.purchasing.platform import RequestLine
from replenisher.purchasing.states import AT_PLATFORM, IN_FLIGHT, PLACED, UNAPPROVED, OrderState


@dataclass(frozen=True)
class InFlight:
    """Columns of our own open units by location and SKU, all of the same length."""

    location: list[str]
    sku: list[str]
    in_flight: list[int]


def _values(states: Iterable[OrderState]) -> list[str]:
    return [state.value for state in states]


def in_flight(session: Session, company: str, locations: Sequence[str]) -> InFlight:
    """Sum the open units of our orders that no inventory report need show; must be read before one is asked for."""
    open_units = func.greatest(OrderLine.quantity - OrderLine.received, 0)
    query = (
        select(Order.location, OrderLine.sku, func.sum(open_units))
        .join(OrderLine, OrderLine.order_id == Order.id)
        .where(Order.company == company, Order.location.in_(locations), Order.state.in_(_values(IN_FLIGHT)))
        .group_by(Order.location, OrderLine.sku)
        .having(func.sum(open_units) > 0)
        .order_by(Order.location, OrderLine.sku)
    )
    rows = session.execute(query).all()
    return InFlight([row[0] for row in rows], [row[1] for row in rows], [int(row[2]) for row in rows])


@dataclass(frozen=True)
class SeenOrder:
    """An order of ours that was seen at the platform, and when (UTC) it was sent first."""

    reference: str
    sent_at: datetime


def last_seen(session: Session, company: str, locations: Sequence[str]) -> dict[str, SeenOrder]:
    """Find by location the order at the platform that was sent last; must be read before a report is asked for."""
    sent = (
        select(OrderAttempt.order_id, func.min(OrderAttempt.started_at).label("at"))
        .join(Order, Order.id == OrderAttempt.order_id)
        .where(Order.company == company, Order.location.in_(locations), Order.state.in_(_values(AT_PLATFORM)))
        .group_by(OrderAttempt.order_id)
        .subquery()
    )
    query = (
        select(Order.location, Order.vendor_invoice_number, sent.c.at)
        .join(sent, sent.c.order_id == Order.id)
        .ext(distinct_on(Order.location))
        .order_by(Order.location, sent.c.at.desc())
    )
    return {location: SeenOrder(reference, at) for location, reference, at in session.execute(query)}


def keep_batches_out(session: Session, company: str) -> None:
    """Wait until no batch of the company is looking at our orders, and let none begin to, until the transaction ends.

    For what takes an order out of flight again. A batch looks for proposals first, and then for what was ordered: an
    order that is held in between would be in neither, and its need would be ordered twice.
    """
    session.execute(select(func.pg_advisory_xact_lock(_looks_of(company))))


def _looks_of(company: str) -> ColumnElement[int]:
    return func.hashtextextended(f"looks at orders of {company}", 0)


def unapproved(session: Session, company: str, locations: Sequence[str]) -> dict[int, str]:
    """Give the proposals at these locations that nobody has approved yet: location by id.

    Until this transaction ends no approved order of the company is held again (`keep_batches_out`).
    """
    session.execute(select(func.pg_advisory_xact_lock_shared(_looks_of(company))))
    query = select(Order.id, Order.location).where(
        Order.company == company, Order.location.in_(locations), Order.state.in_(_values(UNAPPROVED))
    )
    return {int(order): str(location) for order, location in session.execute(query)}


def locations_approved(session: Session, order_ids: Sequence[int]) -> set[str]:
    """Give the locations of those of these former proposals that somebody has approved."""
    turned_down = _values([*UNAPPROVED, OrderState.DECLINED, OrderState.SUPERSEDED])
    query = select(Order.location).where(Order.id.in_(order_ids), Order.state.not_in(turned_down))
    return set(session.execute(query).scalars())


def locked(session: Session, order_ids: Sequence[int]) -> Sequence[Order]:
    """Lock these orders until the transaction ends, lowest id first, and read them."""
    query = select(Order).where(Order.id.in_(order_ids)).order_by(Order.id).with_for_update()
    # What this session read before it had the lock may be out of date by now.
    return session.execute(query.execution_options(populate_existing=True)).scalars().all()


def placed_values(session: Session, company: str, locations: Sequence[str], each: int) -> dict[str, list[Decimal]]:
    """Give for each location the values of its last `each` placed orders, newest first; unknown values are left out."""
    age = func.row_number().over(partition_by=Order.location, order_by=Order.confirmed_at.desc())
    recent = (
        select(Order.location, Order.value, age.label("age"))
        .where(
            Order.company == company,
            Order.location.in_(locations),
            Order.state.in_(_values(PLACED)),
            Order.value.is_not(None),
        )
        .subquery()
    )
    query = select(recent.c.location, recent.c.value).where(recent.c.age <= each).order_by(recent.c.age)
    found: dict[str, list[Decimal]] = {}
    for location, value in session.execute(query):
        found.setdefault(location, []).append(value)
    return found


def add_orders(session: Session, orders: Sequence[dict[str, Any]], lines: Sequence[Sequence[RequestLine]]) -> list[int]:
    """Write proposed orders with their lines; gives the new ids in the same order."""
    if not orders:
        return []
    statement = insert(Order).returning(Order.id, sort_by_parameter_order=True)
    ids = [int(order) for order in session.execute(statement, list(orders)).scalars()]
    _add_lines(session, [(order, line) for order, ours in zip(ids, lines, strict=True) for line in ours])
    return ids


def _add_lines(session: Session, rows: Sequence[tuple[int, RequestLine]]) -> None:
    # A large run has tens of thousands of lines.
    lines = unnested(
        {
            OrderLine.order_id: [order for order, _ in rows],
            OrderLine.sku: [line.sku for _, line in rows],
            OrderLine.quantity: [line.quantity for _, line in rows],
            OrderLine.unit_cost: [line.unit_cost for _, line in rows],
        }
    )
    session.execute(insert(OrderLine).from_select(list(lines.c.keys()), select(*lines.c)))


def add_events(session: Session, events: Sequence[dict[str, Any]]) -> None:
    """Append events to the orders' histories."""
    if events:
        session.execute(insert(OrderEvent), list(events))


def order_of(session: Session, order_id: int) -> Order | None:
    """Read one order."""
    return session.get(Order, order_id)


def find_order(session: Session, text: str) -> Order | None:
    """Find an order by our id or by its vendor invoice number, in any case."""
    return order_with_number(session, text) or _order_with_our_id(session, text)


def order_with_number(session: Session, text: str) -> Order | None:
    """Find an order by its vendor invoice number, in any case."""
    query = select(Order).where(Order.vendor_invoice_number == text.strip().upper())
    return session.execute(query).scalar_one_or_none()


def order_with_id(session: Session, text: str) -> Order | None:
    """Find an order by our id, else by its id at the platform, in any case; None when several have that one."""
    found = _order_with_our_id(session, text)
    if found is None:
        query = select(Order).where(func.lower(Order.platform_order_id) == text.strip().lower()).limit(2)
        named = session.execute(query).scalars().all()
        found = named[0] if len(named) == 1 else None
    return found


def _order_with_our_id(session: Session, text: str) -> Order | None:
    return session.get(Order, int(text)) if text.strip().isdecimal() and int(text) < 2**63 else None


def lines_of(session: Session, order_id: int) -> Sequence[OrderLine]:
    """List the lines of an order by SKU."""
    return (
        session.execute(select(OrderLine).where(OrderLine.order_id == order_id).order_by(OrderLine.sku)).scalars().all()
    )


def requested_lines(session: Session, order_id: int) -> tuple[RequestLine, ...]:
    """Give the lines of an order as they are sent."""
    return tuple(RequestLine(line.sku, line.quantity, line.unit_cost) for line in lines_of(session, order_id))


def events_of(session: Session, order_id: int) -> Sequence[OrderEvent]:
    """List everything that happened to an order, oldest first."""
    return (
        session.execute(select(OrderEvent).where(OrderEvent.order_id == order_id).order_by(OrderEvent.id))
        .scalars()
        .all()
    )


def attempts_of(session: Session, order_id: int) -> Sequence[OrderAttempt]:
    """List the attempts to send an order."""
    query = select(OrderAttempt).where(OrderAttempt.order_id == order_id).order_by(OrderAttempt.attempt)
    return session.execute(query).scalars().all()


def listed(
    session: Session,
    *,
    company: str | None = None,
    location: str | None = None,
    states: Sequence[str] = (),
    run_id: int | None = None,
    limit: int = 200,
) -> Sequence[Order]:
    """List orders, newest first."""
    query = select(Order).order_by(Order.id.desc()).limit(limit)
    if company is not None:
        query = query.where(Order.company == company)
    if location is not None:
        query = query.where(Order.location == location)
    if states:
        query = query.where(Order.state.in_(states))
    if run_id is not None:
        query = query.where(Order.run_id == run_id)
    return session.execute(query).scalars().all()


def biggest_line(session: Session, run_id: int) -> tuple[str, str] | None:
    """Give location and SKU of the largest line that a run ordered."""
    query = (
        select(Order.location, OrderLine.sku)
        .join(OrderLine, OrderLine.order_id == Order.id)
        .where(Order.run_id == run_id)
        .order_by(OrderLine.quantity.desc(), Order.location, OrderLine.sku)
        .limit(1)
    )
    found = session.execute(query).first()
    return None if found is None else (found[0], found[1])


def live_without(session: Session, companies: Sequence[str]) -> dict[str, int]:
    """Count the orders that still have a next step, by company, of companies other than these."""
    query = (
        select(Order.company, func.count())
        .where(Order.next_at.is_not(None), Order.company.not_in(companies))
        .group_by(Order.company)
    )
    return {str(company): int(count) for company, count in session.execute(query)}


def counts_by_state(session: Session, *, company: str | None = None) -> dict[str, tuple[int, int]]:
    """Count orders and their units by state."""
    query = select(Order.state, func.count(), func.coalesce(func.sum(Order.units), 0)).group_by(Order.state)
    if company is not None:
        query = query.where(Order.company == company)
    return {state: (int(count), int(units)) for state, count, units in session.execute(query)}
