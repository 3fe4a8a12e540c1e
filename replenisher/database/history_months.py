"""Months of the sales history: made before anything is written to them, and dropped whole when they are old.

A month is a partition of each of the four tables, `sales_lines_2026_03`. It is made beside its table and then attached,
which stops neither readers nor writers of the other months; dropping takes a lock that waits for them, briefly, and is
given up rather than let others queue behind it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from sqlalchemy import text

from replenisher.database.history_models import DailySales, HistoryDay, SalesLine, StockOut
from replenisher.database.session import Session
from replenisher.errors import DatabaseError

TABLES = tuple(table.__tablename__ for table in (SalesLine, DailySales, HistoryDay, StockOut))
LOCK = 7_305_714_922
"""Advisory lock: two workers that need the same month take turns."""

_THERE = text("""
    SELECT child.relname FROM pg_inherits
    JOIN pg_class child ON child.oid = inhrelid JOIN pg_class parent ON parent.oid = inhparent
    WHERE parent.relname = ANY(:tables) AND parent.relnamespace = current_schema()::regnamespace
""")


def first_of_month(day: date, later: int = 0) -> date:
    """Give the first day of the day's month, or of a month so many later (or, below 0, earlier)."""
    months = day.year * 12 + day.month - 1 + later
    return date(months // 12, months % 12 + 1, 1)


def ensure_months(session: Session, first: date, last: date) -> list[str]:
    """Make every month from `first` to `last`, both included, that is not there; gives the names of the new tables."""
    wanted = [(table, month) for month in _months(first, last) for table in TABLES]
    if not _missing(session, wanted):
        return []
    session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
    missing = _missing(session, wanted)
    for table, month in missing:
        name, until = name_of(table, month), first_of_month(month, 1)
        session.execute(text(f"CREATE TABLE {name} (LIKE {table} INCLUDING ALL)"))
        session.execute(text(f"ALTER TABLE {table} ATTACH PARTITION {name} FOR VALUES FROM ('{month}') TO ('{until}')"))
    return [name_of(*one) for one in missing]


def drop_months_before(session: Session, day: date) -> list[str]:
    """Drop every month that ended before the day; gives the names of the tables that went.

    Raises DatabaseError when a reader or writer is in the way for longer than a second: try again later.
    """
    old = sorted(name for name in _there(session) if first_of_month(_month_in(name), 1) <= day)
    if old:
        session.execute(text("SET LOCAL lock_timeout = '1s'"))
        session.execute(text(f"DROP TABLE {', '.join(old)}"))
    return old


def months_there(session: Session) -> list[date]:
    """List the months that are there, oldest first."""
    return sorted({_month_in(name) for name in _there(session)})


def name_of(table: str, month: date) -> str:
    """Name the partition of a table that holds a month."""
    return f"{table}_{month:%Y_%m}"


def _missing(session: Session, wanted: list[tuple[str, date]]) -> list[tuple[str, date]]:
    there = _there(session)
    return [one for one in wanted if name_of(*one) not in there]


def _there(session: Session) -> set[str]:
    return set(session.execute(_THERE, {"tables": list(TABLES)}).scalars())


def _months(first: date, last: date) -> Iterator[date]:
    month = first_of_month(first)
    while month <= last:
        yield month
        month = first_of_month(month, 1)


def _month_in(name: str) -> date:
    year, month = name.split("_")[-2:]
    if not (year + month).isdigit():
        raise DatabaseError(f"table {name} is a partition of the sales history and names no month; detach it")
    return date(int(year), int(month), 1)
