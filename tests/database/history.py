"""A location's sales history in tests: pulls in a few words, and questions about what is there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import select

from replenisher.database import sales_history
from replenisher.database.history_models import DailySales, HistoryDay, SalesLine
from replenisher.database.sales_history import Line, Pull, Replaced
from replenisher.database.session import Database
from replenisher.planning.history import SALES_KINDS, LineKind
from replenisher.purchasing.platform import ReportWindow

COMPANY, LOCATION = "14146", "15"
SUNDAY = date(2026, 3, 1)
NOON = datetime(2026, 3, 9, 12, tzinfo=UTC)
Sums = dict[tuple[date, str], dict[str, int]]


def day(number: int) -> date:
    """The day so many days after the first of March 2026."""
    return SUNDAY + timedelta(days=number)


def days(first: int, last: int) -> ReportWindow:
    return ReportWindow(day(first), day(last))


def line(  # noqa: PLR0917 - what a line says, in a few words
    number: int, document: str = "1", sku: str = "A", units: int = 1, kind: str = "sold", place: int = 1
) -> Line:
    """A line of the day so many days after the first."""
    return Line(day(number), document, sku, f"{kind}/{units}/{place}/", kind, units)


def pull(window: ReportWindow, *, at: int = 0, whole_documents: bool = False) -> Pull:
    """A pull of the sales report, asked for so many minutes after noon; the last day of its window is not over."""
    asked_at = NOON + timedelta(minutes=at)
    return Pull(COMPANY, LOCATION, window, asked_at, window.end, SALES_KINDS, whole_documents)


@dataclass
class History:
    """The history of one location."""

    database: Database

    def told(self, one: Pull, *lines: Line) -> Replaced:
        """Let a pull tell these lines."""
        with self.database.transaction() as session:
            sales_history.take_turn(session, one.company, one.location)
            return sales_history.replace_window(session, one, lines)

    def transferred(self, window: ReportWindow, *lines: Line) -> Replaced:
        return self.told(replace(pull(window), kinds=(LineKind.TRANSFERRED,)), *lines)

    def lines(self, location: str = LOCATION) -> set[Line]:
        columns = (
            SalesLine.business_date,
            SalesLine.document,
            SalesLine.sku,
            SalesLine.key,
            SalesLine.kind,
            SalesLine.units,
        )
        with self.database.transaction() as session:
            return {Line(*row) for row in session.execute(select(*columns).where(SalesLine.location == location))}

    def sums(self, location: str = LOCATION) -> Sums:
        """The sums of each day and SKU, zeros left out."""
        with self.database.transaction() as session:
            rows = session.execute(select(DailySales).where(DailySales.location == location)).scalars()
            return {
                (row.business_date, row.sku): {
                    kind.value: getattr(row, kind.value) for kind in LineKind if getattr(row, kind.value)
                }
                for row in rows
            }

    def read_days(self) -> dict[date, bool]:
        """Days of which the sales were read, and whether each was over by then."""
        with self.database.transaction() as session:
            rows = session.execute(select(HistoryDay).where(HistoryDay.sales_asked_at.is_not(None))).scalars()
            return {row.business_date: row.sales_complete for row in rows}


def sums_of(lines: Sequence[Line] | set[Line]) -> Sums:
    """The sums that lines make, from the definition."""
    found: dict[tuple[date, str], Counter[str]] = {}
    for one in lines:
        found.setdefault((one.business_date, one.sku), Counter())[one.kind] += one.units
    return {key: dict(counts) for key, counts in found.items()}
