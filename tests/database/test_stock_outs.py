"""Days on which there was nothing to sell: a SKU is out when every reading of the day that lists it found none."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from replenisher.database.history_models import HistoryDay, StockOut
from replenisher.database.stock_outs import Reading, record_reading
from tests.database.history import COMPANY, LOCATION, NOON, History, day, days, line, pull


def read(history: History, empty: Sequence[str], in_stock: Sequence[str], *, on: int = 0, at: int = 0) -> None:
    reading = Reading(COMPANY, LOCATION, day(on), NOON + timedelta(minutes=at), empty, in_stock)
    with history.database.transaction() as session:
        record_reading(session, reading)


def outs(history: History) -> set[tuple[date, str]]:
    with history.database.transaction() as session:
        return {(row[0], row[1]) for row in session.execute(select(StockOut.business_date, StockOut.sku))}


def test_what_the_only_reading_of_a_day_found_empty_is_out(history: History) -> None:
    read(history, ["A", "B"], ["C"])
    assert outs(history) == {(day(0), "A"), (day(0), "B")}


def test_a_sku_that_a_later_reading_found_on_the_shelf_was_not_out(history: History) -> None:
    read(history, ["A", "B"], ["C"])
    read(history, ["A", "C"], ["B"], at=1)
    assert outs(history) == {(day(0), "A")}


def test_a_sku_that_a_later_reading_does_not_list_keeps_what_the_first_said(history: History) -> None:
    read(history, ["A"], [])
    read(history, [], [], at=1)
    assert outs(history) == {(day(0), "A")}


def test_each_day_has_readings_of_its_own(history: History) -> None:
    read(history, ["A"], [])
    read(history, [], ["A"], on=1)
    assert outs(history) == {(day(0), "A")}


def test_a_reading_leaves_what_is_known_of_the_day_s_sales(history: History) -> None:
    history.told(pull(days(0, 1)), line(0))
    read(history, ["A"], ["B"])
    assert history.read_days() == {day(0): True, day(1): False}
    history.told(pull(days(0, 1), at=5), line(0))
    assert outs(history) == {(day(0), "A")}
    read(history, [], ["A"], at=6)
    assert outs(history) == set()


skus = st.sets(st.sampled_from("ABCD"))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(skus, min_size=1, max_size=4), st.randoms(use_true_random=False))
def test_the_order_of_readings_does_not_matter_nor_does_one_that_is_recorded_again(
    history: History, empties: list[set[str]], shuffle: Any
) -> None:
    with history.database.transaction() as session:
        session.execute(delete(StockOut))
        session.execute(delete(HistoryDay))
    order = [*empties, *empties[:1]]
    shuffle.shuffle(order)
    for minute, empty in enumerate(order):
        read(history, sorted(empty), sorted(set("ABCD") - empty), at=minute)
    assert outs(history) == {(day(0), sku) for sku in set.intersection(*empties)}
