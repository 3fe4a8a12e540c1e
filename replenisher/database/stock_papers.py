"""Writing papers of sales and receipts into a location's book.

A movement is known by its paper and its key, so that overlapping reads count it once; a paper that is told with other
lines than before replaces its former lines of the days that were read. One that is not told any more stays: the
platform does not say why.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from datetime import date
from typing import Any

from sqlalchemy import ARRAY, BindParameter, ColumnElement, Text, and_, any_, delete, literal, or_, select
from sqlalchemy.dialects.postgresql import insert

from replenisher.database.session import Session
from replenisher.database.stock_models import StockBookReach, StockMovement
from replenisher.database.unnested import unnested
from replenisher.purchasing.platform import ReportWindow
from replenisher.purchasing.stock import Movement, MovementKind

RECEIPT = MovementKind.RECEIPT.value


def post(session: Session, company: str, location: str, window: ReportWindow, movements: Sequence[Movement]) -> None:
    """Write every movement of the window once, however often it is read, and note how far the book reaches."""
    opened_after = _extend(session, company, location, window)
    _replace(session, company, location, window, movements, opened_after=opened_after)


def _extend(session: Session, company: str, location: str, window: ReportWindow) -> date:
    """Note how far the book reaches now; gives the day before which everything was there before the book was opened.

    A book that reaches further back than before tells of days that nobody asked for when it was opened.
    """
    created = session.execute(
        insert(StockBookReach)
        .values(company=company, location=location, known_from=window.start, known_until=window.end)
        .on_conflict_do_nothing()
        .returning(StockBookReach.company)
    ).scalar_one_or_none()
    # Locked from here on: two workers that post the same papers take turns.
    reach = session.get_one(StockBookReach, (company, location), with_for_update=True)
    opened_after = date.max if created is not None else reach.known_from
    reach.known_from = min(reach.known_from, window.start)
    # Not the latest end ever: one answer of a clock gone wrong would hide an outage for as long as it was ahead.
    reach.known_until = window.end
    return opened_after


def _replace(
    session: Session,
    company: str,
    location: str,
    window: ReportWindow,
    movements: Sequence[Movement],
    *,
    opened_after: date,
) -> None:
    here = and_(StockMovement.company == company, StockMovement.location == location)
    receipts = {one.document for one in movements if one.kind is MovementKind.RECEIPT}
    invoices = {one.document for one in movements if one.kind is not MovementKind.RECEIPT}
    told = or_(
        and_(StockMovement.kind == RECEIPT, StockMovement.document == any_(_texts(receipts))),
        and_(StockMovement.kind != RECEIPT, StockMovement.document == any_(_texts(invoices))),
    )
    columns = (StockMovement.kind, StockMovement.document, StockMovement.key)
    more = (StockMovement.opening, StockMovement.moved_at)
    known = {tuple(row[:3]): row for row in session.execute(select(*columns, *more).where(here, told))}
    before = {(row[0] == RECEIPT, row[1], row[4].date()): row[3] for row in known.values()}
    # Only of days that were read: a refund may come weeks later under the number of its sale, which then is not told.
    read = {line for line, row in known.items() if window.start <= row[4].date() <= window.end}
    gone = read - {(one.kind.value, one.document, one.key) for one in movements}
    _delete(session, here, gone)
    lines = list({(one.kind.value, one.document, one.key): one for one in movements}.values())
    opening = [
        before.get(
            (one.kind is MovementKind.RECEIPT, one.document, one.moved_at.date()), one.moved_at.date() < opened_after
        )
        for one in lines
    ]
    _write(session, company, location, lines, opening)


def _texts(values: Iterable[str]) -> BindParameter[list[str]]:
    """One value of many texts: a statement holds 65,535 values at most, and a year has more papers."""
    return literal(list(values), ARRAY(Text))


def _delete(session: Session, here: ColumnElement[bool], lines: AbstractSet[tuple[Any, ...]]) -> None:
    if not lines:
        return
    kinds, documents, keys = zip(*lines, strict=True)
    gone = unnested({StockMovement.kind: kinds, StockMovement.document: documents, StockMovement.key: keys})
    where = (getattr(StockMovement, name) == gone.c[name] for name in ("kind", "document", "key"))
    session.execute(delete(StockMovement).where(here, *where))


def _write(
    session: Session, company: str, location: str, movements: Sequence[Movement], opening: Sequence[bool]
) -> None:
    if not movements:
        return
    told = unnested(
        {
            StockMovement.kind: [one.kind.value for one in movements],
            StockMovement.document: [one.document for one in movements],
            StockMovement.key: [one.key for one in movements],
            StockMovement.sku: [one.sku for one in movements],
            StockMovement.units: [one.units for one in movements],
            StockMovement.moved_at: [one.moved_at for one in movements],
            StockMovement.opening: opening,
        }
    )
    names = ["company", "location", *(column.key for column in told.c)]
    statement = insert(StockMovement).from_select(names, select(literal(company), literal(location), *told.c))
    changed = {name: statement.excluded[name] for name in ("sku", "units", "moved_at")}
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["company", "location", "kind", "document", "key"],
            set_=changed,
            where=or_(*(getattr(StockMovement, name) != value for name, value in changed.items())),
        )
    )
