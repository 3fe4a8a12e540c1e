"""Laws of the book: whenever it is brought up to date, it says what a person would add up from all of the papers."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import uuid4

from hypothesis import given, settings
from hypothesis import strategies as st

from replenisher.database.session import Database
from replenisher.purchasing.platform import ReportWindow
from replenisher.purchasing.stock import Movement, MovementKind
from tests.database.ledger import Ledger

FIRST = date(2026, 11, 1)
DAYS = 24
SKUS = ("00123", "NA")
SIGNS = {MovementKind.SALE: -1, MovementKind.RETURN: 1, MovementKind.RECEIPT: 1}


@dataclass(frozen=True)
class History:
    """Papers (lines by number), counts by SKU and moment with the day of their import, and days on which is read."""

    papers: dict[str, tuple[Movement, ...]]
    counts: tuple[tuple[str, datetime, int, int], ...]
    readings: tuple[tuple[int, int], ...]

    def lines(self, start: date, end: date) -> list[Movement]:
        return [one for lines in self.papers.values() for one in lines if start <= one.moved_at.date() <= end]


def _day(number: int) -> date:
    return FIRST + timedelta(days=number)


MOMENTS = st.builds(
    lambda day, hour: datetime.combine(_day(day), time(hour)), st.integers(0, DAYS - 1), st.sampled_from([0, 9, 23])
)
LINES = st.lists(
    st.tuples(st.sampled_from(list(MovementKind)), st.sampled_from(SKUS), st.integers(0, 9)), min_size=1, max_size=4
)


@st.composite
def histories(draw: st.DrawFn) -> History:
    papers = {}
    for number, (moment, told) in enumerate(draw(st.lists(st.tuples(MOMENTS, LINES), max_size=14))):
        # A paper of sales and returns, or one of receipts.
        one_kind = told[0][0] is MovementKind.RECEIPT
        papers[f"P{number}"] = tuple(
            Movement(kind, f"P{number}", f"{sku}/{place}", sku, units, moment)
            for place, (kind, sku, units) in enumerate(told)
            if (kind is MovementKind.RECEIPT) is one_kind
        )
    count = st.tuples(st.sampled_from(SKUS), MOMENTS, st.integers(0, 60), st.integers(0, DAYS))
    counts = {(sku, moment): (sku, moment, units, seen) for sku, moment, units, seen in draw(st.lists(count))}
    days = sorted(draw(st.sets(st.integers(0, DAYS - 1), min_size=1, max_size=7)) | {DAYS - 1})
    readings = tuple((day, draw(st.integers(0, 6))) for day in days for _ in range(draw(st.integers(1, 2))))
    return History(papers, tuple(counts.values()), readings)


def read(ledger: Ledger, history: History) -> ReportWindow:
    """Read at the end of each of the days as the gateway does, importing the counts in between; gives the opening."""
    opening = None
    imported: set[int] = set()
    for day, back in history.readings:
        for place, (sku, moment, units, seen) in enumerate(history.counts):
            if place not in imported and max(seen, (moment.date() - FIRST).days) <= day:
                ledger.count(units, moment, sku)
                imported.add(place)
        window = ledger.window(ReportWindow(_day(day - back), _day(day + 1)))
        ledger.post(*history.lines(window.start, _day(day)), window=window)
        opening = opening or ReportWindow(window.start, _day(day))
    for place, (sku, moment, units, _) in enumerate(history.counts):
        if place not in imported:
            ledger.count(units, moment, sku)
    last = ledger.window(ReportWindow(_day(DAYS - 1), _day(DAYS)))
    ledger.post(*history.lines(last.start, last.end), window=last)
    assert opening is not None
    return opening


@settings(max_examples=60, deadline=None)
@given(history=histories())
def test_any_reading_of_a_history_in_overlapping_windows_gives_the_stock_and_the_debt_of_the_whole(
    shared_database: Database, history: History
) -> None:
    ledger = Ledger(shared_database, location=uuid4().hex)
    opening = read(ledger, history)
    everything = history.lines(FIRST, _day(DAYS))
    newest: dict[str, tuple[datetime, int]] = {}
    for sku, moment, units, _ in history.counts:
        newest[sku] = max(newest.get(sku, (moment, units)), (moment, units))
    owed: Counter[str] = Counter()
    for one in everything:
        if one.kind is not MovementKind.RECEIPT and one.moved_at.date() > opening.end:
            owed[one.sku] -= SIGNS[one.kind] * one.units
    standings = ledger.standings()
    assert newest.keys() <= standings.keys()
    for sku, standing in standings.items():
        assert standing.sold_not_reordered == max(0, owed[sku])
        if sku not in newest:
            assert standing.on_hand is None
            continue
        counted_at, counted = newest[sku]
        since = [line for line in everything if line.sku == sku and line.moved_at > counted_at]
        assert standing.on_hand == counted + sum(SIGNS[line.kind] * line.units for line in since)
        assert standing.on_hand == counted + standing.received - standing.sold + standing.returned
