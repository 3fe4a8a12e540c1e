"""Reading the sales history: the days of many locations at once, packed as `planning.daily_demand` takes them.

A million days as rows of objects take seconds and hundreds of megabytes; packed by the database they are a few bytes
each and one value a series. The layouts are `SALES_DAY` and `DAY` there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, LargeBinary, SmallInteger, cast, func, literal, select
from sqlalchemy.orm import InstrumentedAttribute

from replenisher.database.history_models import DailySales, HistoryDay, StockOut
from replenisher.database.session import Session
from replenisher.planning.daily_demand import RecordedDays
from replenisher.purchasing.platform import ReportWindow

NOTHING = b""


@dataclass(frozen=True)
class RecordedDay:
    """What is recorded of one SKU on one day; `moved` is units sold, returned, exchanged, transferred and other."""

    business_date: date
    moved: tuple[int, int, int, int, int]


def recorded_days(
    session: Session, company: str, locations: Sequence[str], window: ReportWindow, *, skus: Sequence[str] | None = None
) -> RecordedDays:
    """Give everything that is recorded of the locations in the window; with `skus`, of these alone.

    A day is known when its sales were read after it was over.
    """
    sales, outs = _of(DailySales, company, locations, window), _of(StockOut, company, locations, window)
    if skus is not None:
        sales, outs = [*sales, DailySales.sku.in_(skus)], [*outs, StockOut.sku.in_(skus)]
    units = [DailySales.sold, DailySales.returned, DailySales.exchanged, DailySales.transferred]
    day = _packed_day(DailySales.business_date, window)
    for column in units:
        day = day.concat(func.int4send(column, type_=LargeBinary))
    packed = func.string_agg(day, literal(NOTHING))
    by_sales = select(DailySales.location, DailySales.sku, packed).where(*sales)
    out = func.string_agg(_packed_day(StockOut.business_date, window), literal(NOTHING))
    by_outs = select(StockOut.location, StockOut.sku, out).where(*outs)
    read = func.string_agg(_packed_day(HistoryDay.business_date, window), literal(NOTHING))
    by_days = select(HistoryDay.location, read).where(*_of(HistoryDay, company, locations, window))
    return RecordedDays(
        {(row[0], row[1]): row[2] for row in session.execute(by_sales.group_by(DailySales.location, DailySales.sku))},
        {(row[0], row[1]): row[2] for row in session.execute(by_outs.group_by(StockOut.location, StockOut.sku))},
        {
            row[0]: row[1]
            for row in session.execute(by_days.where(HistoryDay.sales_complete).group_by(HistoryDay.location))
        },
    )


def _of(
    table: type[DailySales] | type[StockOut] | type[HistoryDay],
    company: str,
    locations: Sequence[str],
    window: ReportWindow,
) -> list[ColumnElement[bool]]:
    within = table.business_date.between(window.start, window.end)
    return [table.company == company, table.location.in_(locations), within]


def _packed_day(column: InstrumentedAttribute[date], window: ReportWindow) -> ColumnElement[bytes]:
    return func.int2send(cast(column - window.start, SmallInteger), type_=LargeBinary)


def days_of(session: Session, company: str, location: str, sku: str, window: ReportWindow) -> list[RecordedDay]:
    """Give the days of the window on which anything of one SKU was sold, came back or left, oldest first."""
    moved = (DailySales.sold, DailySales.returned, DailySales.exchanged, DailySales.transferred, DailySales.other)
    query = (
        select(DailySales.business_date, *moved)
        .where(*_of(DailySales, company, [location], window), DailySales.sku == sku)
        .order_by(DailySales.business_date)
    )
    return [RecordedDay(row[0], (row[1], row[2], row[3], row[4], row[5])) for row in session.execute(query)]


def newest_day(session: Session, company: str) -> date | None:
    """Give the newest day of which anything of the company was read."""
    newest: date | None = session.execute(
        select(func.max(HistoryDay.business_date)).where(HistoryDay.company == company)
    ).scalar_one()
    return newest
