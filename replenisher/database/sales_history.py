"""Writing the sales history of a location: what a pull says of its days replaces what was known of them.

1. Pulls of one location take turns; an answer that was asked for before the newest one replaces nothing.
2. Lines that the pull tells and the history lacks are added; lines of the window that it does not tell are removed.
   Those of other kinds, which another report tells, stay. A document that has moved to another day leaves its old one,
   where documents come whole.
3. The sums of exactly the days and SKUs that changed are made anew, and every day of the window is noted as read.

Months must be there (`history_months`). Readings of stock are kept beside: a SKU is out on a day on which every reading
found none of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ARRAY, ColumnElement, Text, and_, any_, delete, func, literal, select, text
from sqlalchemy.dialects.postgresql import insert

from replenisher.database.history_models import DailySales, HistoryDay, SalesLine
from replenisher.database.session import Session
from replenisher.database.unnested import unnested
from replenisher.planning.history import TRANSFER_KINDS, LineKind
from replenisher.purchasing.platform import ReportWindow

Key = tuple[date, str, str, str]
"""What tells the lines of a location apart: business date, document, SKU and key."""
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Line:
    """One line of the history; fields as in `history_models.SalesLine`."""

    business_date: date
    document: str
    sku: str
    key: str
    kind: str
    units: int

    @property
    def identity(self) -> Key:
        """What it is known by."""
        return (self.business_date, self.document, self.sku, self.key)


@dataclass(frozen=True)
class Pull:
    """One answer of a report: whose, of which days, and what it may replace.

    `asked_at` is PostgreSQL's time before the report was asked for; days before `open_day` were over by then. `kinds`
    are those that the report tells. Where `whole_documents`, a document always comes with all its lines and one date.
    """

    company: str
    location: str
    window: ReportWindow
    asked_at: datetime
    open_day: date
    kinds: Sequence[LineKind]
    whole_documents: bool


@dataclass(frozen=True)
class Replaced:
    """What a pull changed: lines that are new, and lines that are gone."""

    added: int
    removed: int


def take_turn(session: Session, company: str, location: str) -> None:
    """Wait until no other transaction writes the history of this location."""
    session.execute(
        text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 1))"), {"name": f"{company}/{location}/history"}
    )


def lines_known(session: Session, pull: Pull) -> tuple[int, set[date]]:
    """Count the lines that the history has of the pull's kinds in its window, and give the days that were read."""
    lines = session.execute(select(func.count()).select_from(SalesLine).where(*_told_by(pull))).scalar_one()
    asked = _asked_at(pull)
    days = session.execute(select(HistoryDay.business_date).where(*_days_of(pull), asked.is_not(None))).scalars()
    return lines, set(days)


def is_overtaken(session: Session, pull: Pull) -> bool:
    """Tell whether a day of the window was told by an answer that was asked for later."""
    asked = _asked_at(pull)
    newer = select(HistoryDay.business_date).where(*_days_of(pull), asked > pull.asked_at).limit(1)
    return session.execute(newer).scalar_one_or_none() is not None


def replace_window(session: Session, pull: Pull, lines: Iterable[Line]) -> Replaced:
    """Let what the pull says of its window replace what was known; lines of days outside of it are passed over."""
    window = pull.window
    told = {line.identity: line for line in lines if window.start <= line.business_date <= window.end}
    columns = (SalesLine.business_date, SalesLine.document, SalesLine.sku, SalesLine.key)
    known: set[Key] = {tuple(row) for row in session.execute(select(*columns).where(*_told_by(pull)))}  # type: ignore[misc]
    fresh = [line for identity, line in told.items() if identity not in known]
    gone = known - told.keys()
    if pull.whole_documents:
        gone |= _moved_from(session, pull, {line.document for line in fresh})
    _delete_lines(session, pull, gone)
    _add_lines(session, pull, fresh)
    _sum_anew(session, pull, {(key[0], key[2]) for key in gone} | {(line.business_date, line.sku) for line in fresh})
    _note_read(session, pull)
    return Replaced(len(fresh), len(gone))


def _here(pull: Pull) -> tuple[ColumnElement[bool], ...]:
    kinds = [kind.value for kind in pull.kinds]
    return (SalesLine.company == pull.company, SalesLine.location == pull.location, SalesLine.kind.in_(kinds))


def _told_by(pull: Pull) -> tuple[ColumnElement[bool], ...]:
    return (*_here(pull), SalesLine.business_date.between(pull.window.start, pull.window.end))


def _days_of(pull: Pull) -> tuple[ColumnElement[bool], ...]:
    window = pull.window
    here = (HistoryDay.company == pull.company, HistoryDay.location == pull.location)
    return (*here, HistoryDay.business_date.between(window.start, window.end))


def _asked_at(pull: Pull) -> ColumnElement[datetime | None]:
    of_transfers = tuple(pull.kinds) == TRANSFER_KINDS
    column = HistoryDay.transfers_asked_at if of_transfers else HistoryDay.sales_asked_at
    return column.expression


def _moved_from(session: Session, pull: Pull, documents: set[str]) -> set[Key]:
    """Find lines of these documents on days outside of the window: the document bears another date now."""
    if not documents:
        return set()
    elsewhere = ~SalesLine.business_date.between(pull.window.start, pull.window.end)
    named = SalesLine.document == any_(literal(list(documents), ARRAY(Text)))
    columns = (SalesLine.business_date, SalesLine.document, SalesLine.sku, SalesLine.key)
    return {tuple(row) for row in session.execute(select(*columns).where(*_here(pull), elsewhere, named))}  # type: ignore[misc]


def _delete_lines(session: Session, pull: Pull, gone: set[Key]) -> None:
    if not gone:
        return
    names = ("business_date", "document", "sku", "key")
    values = zip(*gone, strict=True)
    keys = unnested({getattr(SalesLine, name): column for name, column in zip(names, values, strict=True)})
    same = (getattr(SalesLine, name) == keys.c[name] for name in names)
    session.execute(delete(SalesLine).where(*_here(pull), *same))


def _add_lines(session: Session, pull: Pull, fresh: Sequence[Line]) -> None:
    if not fresh:
        return
    names = ("document", "business_date", "sku", "key", "kind", "units")
    told = unnested({getattr(SalesLine, name): [getattr(line, name) for line in fresh] for name in names})
    rows = select(literal(pull.company), literal(pull.location), *told.c)
    session.execute(insert(SalesLine).from_select(["company", "location", *names], rows))


def _sum_anew(session: Session, pull: Pull, changed: set[tuple[date, str]]) -> None:
    """Make the sums of these days and SKUs from their lines."""
    if not changed:
        return
    days, skus = zip(*changed, strict=True)
    keys = unnested({SalesLine.business_date: days, SalesLine.sku: skus})
    between = (min(days), max(days))  # tells PostgreSQL which months it need not look into
    old = and_(DailySales.business_date == keys.c.business_date, DailySales.sku == keys.c.sku)
    whose = (DailySales.company == pull.company, DailySales.location == pull.location)
    session.execute(delete(DailySales).where(*whose, DailySales.business_date.between(*between), old))
    sums = [
        func.coalesce(func.sum(SalesLine.units).filter(SalesLine.kind == kind.value), 0).label(kind.value)
        for kind in LineKind
    ]
    these = and_(SalesLine.business_date == keys.c.business_date, SalesLine.sku == keys.c.sku)
    rows = (
        select(SalesLine.company, SalesLine.location, SalesLine.sku, SalesLine.business_date, *sums)
        .join(keys, these)
        .where(SalesLine.company == pull.company, SalesLine.location == pull.location)
        .where(SalesLine.business_date.between(*between))
        .group_by(SalesLine.company, SalesLine.location, SalesLine.sku, SalesLine.business_date)
    )
    names = ["company", "location", "sku", "business_date", *(kind.value for kind in LineKind)]
    session.execute(insert(DailySales).from_select(names, rows))


def _note_read(session: Session, pull: Pull) -> None:
    name = _asked_at(pull).key
    of_sales = name == "sales_asked_at"
    days = _every_day(pull.window)
    rows = [
        {
            "company": pull.company,
            "location": pull.location,
            "business_date": day,
            name: pull.asked_at,
            "sales_complete": of_sales and day < pull.open_day,
        }
        for day in days
    ]
    statement = insert(HistoryDay).values(rows)
    complete = HistoryDay.sales_complete | statement.excluded.sales_complete
    noted = {name: pull.asked_at, "sales_complete": complete}
    session.execute(
        statement.on_conflict_do_update(index_elements=["company", "location", "business_date"], set_=noted)
    )


def _every_day(window: ReportWindow) -> list[date]:
    return [window.start + DAY * number for number in range((window.end - window.start).days + 1)]
