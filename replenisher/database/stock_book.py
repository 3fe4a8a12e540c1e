"""The book of stock that no report tells: what was counted, what came and went since, and what is owed.

On hand of a SKU = its newest count + receipts - sales + returns after the count; without a count it is not known.
Papers are written by `stock_papers`. The first post opens a location's book: what was sold before is no debt.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, Select, Subquery, case, func, literal, select
from sqlalchemy.dialects.postgresql import distinct_on, insert

from replenisher.database import stock_papers
from replenisher.database.models import Order, OrderLine
from replenisher.database.session import Database, Session
from replenisher.database.stock_models import StockBookReach, StockCount, StockMovement
from replenisher.purchasing.platform import ReportWindow
from replenisher.purchasing.states import OrderState
from replenisher.purchasing.stock import Movement, MovementKind, Standing

OVERLAP = timedelta(days=3)
"""Days that are read again: a window may end a day ahead, and papers of a day may be written late."""
NOTHING_COMES = [
    state.value
    for state in (
        OrderState.PROPOSED,
        OrderState.HELD,
        OrderState.SUPERSEDED,
        OrderState.DECLINED,
        OrderState.REFUSED,
        OrderState.FAILED,
        OrderState.CANCELLED,
    )
]
"""States of an order by which nothing of it was ordered, or nothing of it will come: its units are owed again."""
SALE, RETURN, RECEIPT = (kind.value for kind in MovementKind)


@dataclass(frozen=True)
class NewCount:
    """A count to be written; `counted_at` is the location's wall-clock time."""

    location: str
    sku: str
    quantity: int
    counted_at: datetime


class KeptStockBook:
    """The book in PostgreSQL; each call is a short transaction of its own. Fills `gateways.stock_book.StockBook`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def window(self, company: str, location: str, asked: ReportWindow) -> ReportWindow:
        """Widen a window back to where the book ends, and to the oldest count that still counts."""
        with self._database.transaction() as session:
            reach = session.get(StockBookReach, (company, location))
            counted = session.execute(select(func.min(_newest_counts(company, location).c.counted_at))).scalar_one()
        starts = [asked.start]
        if reach is not None:
            starts.append(reach.known_until - OVERLAP)
        if counted is not None and (reach is None or counted.date() < reach.known_from):
            starts.append(counted.date())
        return ReportWindow(min(starts), asked.end)

    def post(self, company: str, location: str, window: ReportWindow, movements: Sequence[Movement]) -> None:
        """Write every movement of the window once, however often it is read."""
        with self._database.transaction() as session:
            stock_papers.post(session, company, location, window, movements)

    def standings(self, company: str, location: str) -> list[Standing]:
        """Give what the book says of every SKU that it knows at the location, in the order of the SKUs."""
        with self._database.transaction() as session:
            return standings(session, company, location)


class RehearsedStockBook(KeptStockBook):
    """A book in which nothing is written: what is posted counts for the next look at its location, and is given up."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self._posted: dict[tuple[str, str], tuple[ReportWindow, Sequence[Movement]]] = {}

    def post(self, company: str, location: str, window: ReportWindow, movements: Sequence[Movement]) -> None:
        """Keep the movements for the next look at the location."""
        self._posted[company, location] = (window, movements)

    def standings(self, company: str, location: str) -> list[Standing]:
        """Give what the book would say with the movements posted, in a transaction that is given up."""
        found: list[Standing] = []
        with contextlib.suppress(_GivenUpError), self._database.transaction() as session:
            if (company, location) in self._posted:
                stock_papers.post(session, company, location, *self._posted[company, location])
            found = standings(session, company, location)
            raise _GivenUpError
        return found


class _GivenUpError(Exception):
    """Ends a transaction of which nothing is kept."""


def _newest_counts(company: str, location: str) -> Subquery:
    return (
        select(StockCount.sku, StockCount.counted_at, StockCount.quantity)
        .where(StockCount.company == company, StockCount.location == location)
        .ext(distinct_on(StockCount.sku))
        .order_by(StockCount.sku, StockCount.counted_at.desc())
    ).subquery("newest")


def standings(session: Session, company: str, location: str) -> list[Standing]:
    """Work out what the book says of every SKU of a location."""
    counts = {row.sku: row for row in session.execute(_since_counts(company, location))}
    debts = {sku: int(units) for sku, units in session.execute(_debts(company, location))}
    ordered = {sku: int(units) for sku, units in session.execute(_ordered(company, location))}
    found = []
    for sku in sorted(counts.keys() | debts.keys()):
        debt, brought = debts.get(sku, 0), ordered.get(sku, 0)
        known = Standing(sku, None, max(0, debt - brought), sold_since_opening=debt, ordered_since_opening=brought)
        count = counts.get(sku)
        if count is not None:
            known = replace(
                known,
                on_hand=count.quantity + count.received - count.sold + count.returned,
                counted=count.quantity,
                counted_at=count.counted_at,
                received=count.received,
                sold=count.sold,
                returned=count.returned,
            )
        found.append(known)
    return found


def _since_counts(company: str, location: str) -> Select[str, datetime, int, int, int, int]:
    """Give each SKU's newest count and what was received, sold and returned after it.

    One look into the index for each count: joined the other way round, and before PostgreSQL knows how long the tables
    are, the counts are sorted again for every movement.
    """
    newest = _newest_counts(company, location)

    def units(kind: str) -> ColumnElement[int]:
        return func.coalesce(func.sum(case((StockMovement.kind == kind, StockMovement.units))), 0)

    since = (
        select(units(RECEIPT).label("received"), units(SALE).label("sold"), units(RETURN).label("returned"))
        .where(
            StockMovement.company == company,
            StockMovement.location == location,
            StockMovement.sku == newest.c.sku,
            StockMovement.moved_at > newest.c.counted_at,
        )
        .lateral("since")
    )
    return select(
        newest.c.sku, newest.c.counted_at, newest.c.quantity, since.c.received, since.c.sold, since.c.returned
    ).join(since, literal(True))


def _debts(company: str, location: str) -> Select[str, int]:
    """Add up what was sold of each SKU since the book was opened, less what was returned."""
    signed = case(
        (StockMovement.kind == SALE, StockMovement.units), (StockMovement.kind == RETURN, -StockMovement.units)
    )
    return (
        select(StockMovement.sku, func.coalesce(func.sum(case((~StockMovement.opening, signed))), 0))
        .where(StockMovement.company == company, StockMovement.location == location)
        .group_by(StockMovement.sku)
    )


def _ordered(company: str, location: str) -> Select[str, int]:
    """Add up what our orders of the location bring of each SKU, of those made since its book was opened.

    A received order brings what was received of it: one that was closed short owes its remainder again.
    """
    came = case((Order.state == OrderState.RECEIVED.value, OrderLine.received), else_=OrderLine.quantity)
    opened = (
        select(StockBookReach.opened_at)
        .where(StockBookReach.company == company, StockBookReach.location == location)
        .scalar_subquery()
    )
    return (
        select(OrderLine.sku, func.sum(came))
        .join(Order, Order.id == OrderLine.order_id)
        .where(
            Order.company == company,
            Order.location == location,
            Order.created_at >= opened,
            Order.state.not_in(NOTHING_COMES),
        )
        .group_by(OrderLine.sku)
    )


def derived_at(session: Session, company: str, location: str, sku: str, moment: datetime) -> int | None:
    """Work out what was on hand at a moment from the newest count before it.

    None without one, and where the movements between the two are not known: an unmoved shelf would be told as drift.
    """
    count = session.execute(
        select(StockCount.quantity, StockCount.counted_at)
        .where(
            StockCount.company == company,
            StockCount.location == location,
            StockCount.sku == sku,
            StockCount.counted_at < moment,
        )
        .order_by(StockCount.counted_at.desc())
        .limit(1)
    ).one_or_none()
    reach = session.get(StockBookReach, (company, location))
    if count is None or reach is None:
        return None
    if count.counted_at.date() < reach.known_from or moment.date() > reach.known_until:
        return None
    signed = case((StockMovement.kind == SALE, -StockMovement.units), else_=StockMovement.units)
    since = session.execute(
        select(func.coalesce(func.sum(signed), 0)).where(
            StockMovement.company == company,
            StockMovement.location == location,
            StockMovement.sku == sku,
            StockMovement.moved_at > count.counted_at,
            StockMovement.moved_at <= moment,
        )
    ).scalar_one()
    return int(count.quantity) + int(since)


def known_counts(session: Session, company: str, counts: Iterable[NewCount]) -> dict[NewCount, int]:
    """Give the quantity that is written already for each of these counts' location, SKU and moment."""
    wanted = {(one.location, one.sku, one.counted_at): one for one in counts}
    keys = (StockCount.location, StockCount.sku, StockCount.counted_at)
    rows = session.execute(
        select(*keys, StockCount.quantity).where(
            StockCount.company == company, StockCount.location.in_({location for location, _, _ in wanted})
        )
    )
    return {wanted[row[0], row[1], row[2]]: row[3] for row in rows if (row[0], row[1], row[2]) in wanted}


def add_count(session: Session, company: str, count: NewCount, *, drift: int | None, actor: str) -> None:
    """Write one count; one that is there already stays as it is."""
    session.execute(
        insert(StockCount)
        .values(
            company=company,
            location=count.location,
            sku=count.sku,
            counted_at=count.counted_at,
            quantity=count.quantity,
            drift=drift,
            imported_by=actor,
        )
        .on_conflict_do_nothing()
    )


def latest_counts(session: Session, company: str, *, location: str | None = None, limit: int) -> Sequence[StockCount]:
    """List counts, the newest import first."""
    query = (
        select(StockCount)
        .where(StockCount.company == company, literal(True) if location is None else StockCount.location == location)
        .order_by(StockCount.imported_at.desc(), StockCount.location, StockCount.sku)
        .limit(limit)
    )
    return session.execute(query).scalars().all()


def known_from(session: Session, company: str, location: str) -> date | None:
    """Tell from which day on the movements of a location are known; None when its book is not open."""
    reach = session.get(StockBookReach, (company, location))
    return None if reach is None else reach.known_from
