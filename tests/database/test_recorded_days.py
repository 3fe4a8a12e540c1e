"""Reading the history for many series at once: exactly what was written, of the window and the locations asked for."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np

from replenisher.database import recorded_days as reading
from replenisher.database.recorded_days import RecordedDay, days_of, newest_day
from replenisher.database.stock_outs import Reading, record_reading
from replenisher.planning.daily_demand import DAY, SALES_DAY, RecordedDays, daily_demand
from replenisher.planning.history import DemandRules
from replenisher.purchasing.platform import ReportWindow
from tests.database.history import COMPANY, LOCATION, NOON, SUNDAY, History, day, days, line, pull


def recorded(history: History, window: ReportWindow, *locations: str, skus: list[str] | None = None) -> RecordedDays:
    with history.database.transaction() as session:
        return reading.recorded_days(session, COMPANY, locations or [LOCATION], window, skus=skus)


def empty_on(history: History, number: int, *skus: str) -> None:
    with history.database.transaction() as session:
        record_reading(session, Reading(COMPANY, LOCATION, day(number), NOON, skus, []))


def unpacked(packed: bytes) -> list[tuple[int, ...]]:
    return sorted(tuple(int(value) for value in one) for one in np.frombuffer(packed, SALES_DAY).tolist())


def test_each_day_comes_with_its_units_by_what_became_of_them(history: History) -> None:
    history.told(
        pull(days(-20, 5)),
        line(-20, units=70_000),
        line(1, kind="returned", units=2),
        line(1, "2", kind="exchanged", units=3),
        line(1, "3", kind="other", units=9),
    )
    history.transferred(days(0, 5), line(2, "T", kind="transferred", units=4))
    found = recorded(history, days(-20, 4))
    assert {key: unpacked(packed) for key, packed in found.sales.items()} == {
        (LOCATION, "A"): [(0, 70_000, 0, 0, 0), (21, 0, 2, 3, 0), (22, 0, 0, 0, 4)]
    }


def test_a_day_whose_sales_were_not_over_when_they_were_read_is_not_known(history: History) -> None:
    history.told(pull(days(1, 3)))
    known = np.frombuffer(recorded(history, days(0, 4)).known[LOCATION], DAY)
    assert sorted(known.tolist()) == [1, 2]


def test_only_the_window_the_locations_and_the_skus_asked_for_come(history: History) -> None:
    for location in (LOCATION, "16", "17"):
        one = replace(pull(days(0, 5)), location=location)
        history.told(one, line(0), line(2), line(2, "2", "B"), line(4))
    found = recorded(history, days(1, 3), LOCATION, "17")
    assert set(found.sales) == {(LOCATION, "A"), (LOCATION, "B"), ("17", "A"), ("17", "B")}
    assert unpacked(found.sales[LOCATION, "A"]) == [(1, 1, 0, 0, 0)]
    assert set(found.known) == {LOCATION, "17"}
    assert set(recorded(history, days(1, 3), skus=["B"]).sales) == {(LOCATION, "B")}


def test_stock_outs_come_packed_as_planning_takes_them(history: History) -> None:
    history.told(pull(days(0, 4)), line(1, units=2))
    for number in (2, 3):
        empty_on(history, number, "A")
    table = daily_demand([(LOCATION, "A"), (LOCATION, "B")], recorded(history, days(0, 3)), SUNDAY, 4, DemandRules())
    assert table.units.tolist() == [[0, 2, 0, 0], [0, 0, 0, 0]]
    assert table.stock_outs.tolist() == [[False, False, True, True], [False] * 4]
    assert table.sold_out.tolist() == [[False, True, False, False], [False] * 4]
    assert table.known.all()
    assert set(recorded(history, days(0, 3), skus=["B"]).stock_outs) == set()


def test_an_empty_history_has_nothing_to_give(history: History) -> None:
    assert recorded(history, days(0, 3)) == RecordedDays({}, {}, {})
    with history.database.transaction() as session:
        assert newest_day(session, COMPANY) is None


def test_the_days_of_one_sku_come_oldest_first_with_every_kind(history: History) -> None:
    history.told(pull(days(0, 5)), line(3), line(1, "2", kind="other", units=9), line(2, "3", "B"))
    with history.database.transaction() as session:
        assert days_of(session, COMPANY, LOCATION, "A", days(0, 3)) == [
            RecordedDay(day(1), (0, 0, 0, 0, 9)),
            RecordedDay(day(3), (1, 0, 0, 0, 0)),
        ]
        assert days_of(session, COMPANY, LOCATION, "A", days(2, 2)) == []
        assert newest_day(session, COMPANY) == SUNDAY + timedelta(days=5)
