"""The sales history: overlapping pulls count a sale once, corrections replace, and nothing else is touched."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete

from replenisher.database import sales_history
from replenisher.database.history_models import DailySales, HistoryDay, SalesLine
from replenisher.database.sales_history import Line, Replaced
from replenisher.purchasing.platform import ReportWindow
from tests.database.history import History, day, days, line, pull, sums_of


def test_overlapping_pulls_count_a_sale_once(history: History) -> None:
    first = (line(1), line(3, "2", units=2))
    assert history.told(pull(days(0, 5)), *first) == Replaced(2, 0)
    assert history.told(pull(days(2, 7), at=1), first[1], line(6, "3")) == Replaced(1, 0)
    assert history.lines() == {*first, line(6, "3")}
    assert history.sums() == {
        (day(1), "A"): {"sold": 1},
        (day(3), "A"): {"sold": 2},
        (day(6), "A"): {"sold": 1},
    }


def test_the_same_pull_twice_changes_nothing(history: History) -> None:
    told = (line(1), line(1, place=2), line(2, kind="returned"))
    history.told(pull(days(0, 5)), *told)
    assert history.told(pull(days(0, 5), at=1), *told) == Replaced(0, 0)
    assert history.sums() == {(day(1), "A"): {"sold": 2}, (day(2), "A"): {"returned": 1}}


def test_a_correction_replaces_and_leaves_its_neighbours_alone(history: History) -> None:
    history.told(pull(days(0, 5)), line(1, units=20), line(1, "2", "B"))
    assert history.told(pull(days(0, 5), at=1), line(1, units=2), line(1, "2", "B")) == Replaced(1, 1)
    assert history.sums() == {(day(1), "A"): {"sold": 2}, (day(1), "B"): {"sold": 1}}


def test_a_line_that_vanished_from_its_window_is_removed_with_its_sum(history: History) -> None:
    history.told(pull(days(0, 5)), line(1), line(2, "2"))
    assert history.told(pull(days(1, 1), at=1)) == Replaced(0, 1)
    assert history.sums() == {(day(2), "A"): {"sold": 1}}


@pytest.mark.parametrize(("first", "last", "left"), [(1, 3, 0), (2, 3, 1), (1, 2, 1), (2, 2, 2)])
def test_both_ends_of_a_window_belong_to_it(history: History, first: int, last: int, left: int) -> None:
    history.told(pull(days(0, 5)), line(1), line(3))
    history.told(pull(days(first, last), at=1))
    assert len(history.lines()) == left


def test_lines_of_days_that_nobody_asked_for_are_passed_over(history: History) -> None:
    assert history.told(pull(days(1, 2)), line(0), line(1), line(3)) == Replaced(1, 0)
    assert history.lines() == {line(1)}


def test_what_another_report_tells_stays_and_is_summed_beside(history: History) -> None:
    history.told(pull(days(0, 5)), line(1))
    moved = line(1, "T9", kind="transferred", units=4)
    assert history.transferred(days(0, 5), moved) == Replaced(1, 0)
    history.told(pull(days(0, 5), at=1), line(1, units=3))
    assert history.sums() == {(day(1), "A"): {"sold": 3, "transferred": 4}}
    history.transferred(days(0, 5))
    assert history.sums() == {(day(1), "A"): {"sold": 3}}


def test_another_location_is_another_history(history: History) -> None:
    history.told(pull(days(0, 5)), line(1))
    history.told(replace(pull(days(0, 5)), location="16"))
    assert history.lines() == {line(1)}
    history.told(replace(pull(days(0, 5)), company="20871"))
    assert history.lines() == {line(1)}


def test_a_whole_document_that_bears_another_date_leaves_its_old_day_even_outside_of_the_window(
    history: History,
) -> None:
    history.told(pull(days(-40, 5), whole_documents=True), line(-35, "7"), line(-35, "8"))
    assert history.told(pull(days(0, 5), at=1, whole_documents=True), line(2, "7")) == Replaced(1, 1)
    assert history.lines() == {line(2, "7"), line(-35, "8")}
    assert history.sums() == {(day(2), "A"): {"sold": 1}, (day(-35), "A"): {"sold": 1}}


def test_a_document_that_comes_in_parts_keeps_its_parts_of_other_days(history: History) -> None:
    history.told(pull(days(-40, 5)), line(-35, "7"))
    history.told(pull(days(0, 5), at=1), line(2, "7", kind="returned"))
    assert history.lines() == {line(-35, "7"), line(2, "7", kind="returned")}


def test_a_day_is_complete_once_it_was_over_when_it_was_read_and_stays_so(history: History) -> None:
    history.told(pull(days(0, 2)))
    assert history.read_days() == {day(0): True, day(1): True, day(2): False}
    history.told(pull(days(2, 3), at=1))
    assert history.read_days() == {day(0): True, day(1): True, day(2): True, day(3): False}
    history.told(pull(days(2, 2), at=2))
    assert history.read_days()[day(2)]


def test_an_answer_that_was_asked_for_before_the_newest_one_is_known_to_be_overtaken(history: History) -> None:
    history.told(pull(days(0, 5), at=10))
    with history.database.transaction() as session:
        overtaken = [sales_history.is_overtaken(session, pull(days(5, 9), at=minute)) for minute in (9, 10, 11)]
        apart = sales_history.is_overtaken(session, pull(days(6, 9), at=9))
    assert overtaken == [True, False, False]
    assert not apart


def test_what_is_known_of_a_window_is_counted_with_the_days_that_were_read(history: History) -> None:
    history.told(pull(days(0, 2)), line(0), line(1), line(2))
    with history.database.transaction() as session:
        assert sales_history.lines_known(session, pull(days(1, 9))) == (2, {day(1), day(2)})


def test_two_workers_that_write_one_location_take_turns(history: History) -> None:
    inside, overlapped = threading.Semaphore(1), []

    def write(minute: int) -> None:
        one = pull(days(0, 5), at=minute)
        with history.database.transaction() as session:
            sales_history.take_turn(session, one.company, one.location)
            if not inside.acquire(blocking=False):
                overlapped.append(minute)
            sales_history.replace_window(session, one, [line(1), line(2, units=minute + 1)])
            inside.release()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(8)))
    assert overlapped == []
    assert len(history.lines()) == 2
    assert history.sums() == sums_of(history.lines())


identities = st.tuples(
    st.integers(0, 9), st.sampled_from("123"), st.sampled_from("AB"), st.sampled_from(["sold", "returned"])
)
truths = st.dictionaries(identities, st.integers(1, 3), max_size=10)
windows = st.tuples(st.integers(0, 9), st.integers(0, 9)).map(lambda ends: days(min(ends), max(ends)))


def lines_of(truth: dict[tuple[int, str, str, str], int]) -> set[Line]:
    return {line(number, document, sku, units, kind) for (number, document, sku, kind), units in truth.items()}


def inside(window: ReportWindow, lines: set[Line]) -> set[Line]:
    return {one for one in lines if window.start <= one.business_date <= window.end}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(truths, windows), min_size=1, max_size=5))
def test_after_any_pulls_each_day_says_what_its_newest_pull_said_and_sums_are_those_of_the_lines(
    history: History, pulls: list[tuple[dict[tuple[int, str, str, str], int], ReportWindow]]
) -> None:
    with history.database.transaction() as session:
        for table in (SalesLine, DailySales, HistoryDay):
            session.execute(delete(table))
    expected: set[Line] = set()
    for minute, (truth, window) in enumerate(pulls):
        told = lines_of(truth)
        history.told(pull(window, at=minute), *told)
        expected = (expected - inside(window, expected)) | inside(window, told)
        assert history.lines() == expected
        assert history.sums() == sums_of(expected)
