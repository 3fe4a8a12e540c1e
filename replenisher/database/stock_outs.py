"""Days on which there was nothing to sell, as readings of the inventory report tell them.

The first reading of a location's day marks every SKU of which it finds none; each later one takes the mark off those of
which it finds some. So a SKU stays marked that every reading which lists it found empty, and recording a reading twice,
or two in another order, changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ARRAY, Text, any_, delete, func, literal, select
from sqlalchemy.dialects.postgresql import insert

from replenisher.database.history_models import HistoryDay, StockOut
from replenisher.database.session import Session


@dataclass(frozen=True)
class Reading:
    """One reading of a location's stock: SKUs of which nothing, and of which something, is on hand."""

    company: str
    location: str
    business_date: date
    asked_at: datetime
    empty: Sequence[str]
    in_stock: Sequence[str]


def record_reading(session: Session, reading: Reading) -> None:
    """Write a reading; the day's month must be there, and the caller has taken the location's turn."""
    if _is_first(session, reading):
        _mark(session, reading)
    else:
        _take_off(session, reading)


def _is_first(session: Session, reading: Reading) -> bool:
    whose = (reading.company, reading.location, reading.business_date)
    row = session.get(HistoryDay, whose)
    first = row is None or row.stock_asked_at is None
    statement = insert(HistoryDay).values(
        company=whose[0], location=whose[1], business_date=whose[2], stock_asked_at=reading.asked_at
    )
    noted = func.greatest(HistoryDay.stock_asked_at, statement.excluded.stock_asked_at)
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["company", "location", "business_date"], set_={"stock_asked_at": noted}
        ).execution_options(synchronize_session=False)
    )
    return first


def _mark(session: Session, reading: Reading) -> None:
    skus = func.unnest(literal(list(reading.empty), ARRAY(Text)))
    columns = ["company", "location", "business_date", "sku"]
    rows = select(literal(reading.company), literal(reading.location), literal(reading.business_date), skus)
    session.execute(insert(StockOut).from_select(columns, rows).on_conflict_do_nothing())


def _take_off(session: Session, reading: Reading) -> None:
    session.execute(
        delete(StockOut).where(
            StockOut.company == reading.company,
            StockOut.location == reading.location,
            StockOut.business_date == reading.business_date,
            StockOut.sku == any_(literal(list(reading.in_stock), ARRAY(Text))),
        )
    )
