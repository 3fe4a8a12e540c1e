"""Since when a SKU is listed at a location: what tells a new product from an old one that sells nothing.

The first report of a location lists products of every age, so it tells none: they count as old. What a later report
lists for the first time is new on that business date. A SKU that leaves the report and comes back keeps its first day.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import ARRAY, Date, Text, case, exists, func, literal, null, select
from sqlalchemy.dialects.postgresql import insert

from replenisher.database.history_models import Listing
from replenisher.database.session import Session

FirstDays = dict[tuple[str, str], date | None]


def record_listed(session: Session, company: str, location: str, day: date, skus: Sequence[str]) -> None:
    """Write that a report of this business date lists these SKUs; what is known already stays as it is.

    The caller has taken the location's turn.
    """
    known = exists().where(Listing.company == company, Listing.location == location)
    first = case((known, literal(day, Date)), else_=null())
    each = func.unnest(literal(list(skus), ARRAY(Text)))
    rows = select(literal(company), literal(location), each, first)
    columns = ["company", "location", "sku", "first_day"]
    session.execute(insert(Listing).from_select(columns, rows).on_conflict_do_nothing())


def first_days(session: Session, company: str, locations: Sequence[str]) -> FirstDays:
    """Give the first day of every SKU that was ever listed at the locations, None for those of a first report."""
    query = select(Listing.location, Listing.sku, Listing.first_day).where(
        Listing.company == company, Listing.location.in_(locations)
    )
    return {(location, sku): day for location, sku, day in session.execute(query)}
