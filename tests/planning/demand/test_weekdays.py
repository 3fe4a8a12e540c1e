"""The pattern of the week, pulled towards a flat one where there is little to go by."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from replenisher.errors import PlanningInputError
from replenisher.planning.demand.panel import SERIES_AT_ONCE, Panel
from replenisher.planning.demand.weekdays import average_days, weekday_pattern

MONDAYS = [7.0, 0, 0, 0, 0, 0, 0]


def test_the_example_by_hand() -> None:
    pattern = weekday_pattern(Panel(np.array([MONDAYS * 2])), 0, flat_sales=2)
    assert pattern[0].tolist() == pytest.approx([1.75, *[0.875] * 6])
    assert average_days(pattern, np.array([0]), np.array([8])).tolist() == pytest.approx([8.75])


def test_a_history_that_begins_on_a_thursday_has_the_same_pattern() -> None:
    series = np.array([MONDAYS * 6])
    from_thursday = weekday_pattern(Panel(series[:, 3:]), 3)
    assert from_thursday.argmax() == 0
    assert weekday_pattern(Panel(series), 2)[0].argmax() == 2


def test_a_long_history_keeps_its_pattern_and_a_short_one_is_nearly_flat() -> None:
    shape = np.array([1.0, 2, 3, 4, 5, 6, 14])
    years, fortnight = np.tile(shape, 104)[None], np.tile(shape, 2)[None]
    assert weekday_pattern(Panel(years), 0)[0].tolist() == pytest.approx((shape / 5).tolist(), abs=0.3)
    assert np.abs(weekday_pattern(Panel(fortnight), 0)[0] - 1).max() < 0.2


def test_ten_units_to_one_customer_tell_of_one_day() -> None:
    once = [0.0] * 30 + [1.0] + [0.0] * 60
    ten = [units * 10 for units in once]
    one, other = weekday_pattern(Panel(np.array([once, ten])), 0)
    assert one.tolist() == pytest.approx(other.tolist())
    assert one.max() < 1.1


def test_a_weekday_that_was_always_out_of_stock_is_an_average_day_but_for_the_others() -> None:
    units = np.tile([2.0, 2, 2, 2, 2, 2, 0], 52)[None]
    counts = np.tile([True] * 6 + [False], 52)[None]
    assert weekday_pattern(Panel(units, counts), 0)[0].tolist() == pytest.approx([1.0] * 7)


def test_what_never_sold_and_a_history_shorter_than_a_week_are_flat_or_nearly() -> None:
    assert weekday_pattern(Panel(np.zeros((1, 30))), 4)[0].tolist() == [1.0] * 7
    short = weekday_pattern(Panel(np.array([[3.0, 0, 1]])), 0)[0]
    assert short.tolist() == pytest.approx([1.0] * 7, abs=0.1)


@given(
    series=st.lists(st.integers(0, 5), min_size=1, max_size=40),
    first=st.integers(0, 6),
    weekday=st.integers(0, 6),
    days=st.integers(0, 30),
)
def test_factors_have_a_mean_of_1_and_an_interval_adds_up_its_days(
    series: list[int], first: int, weekday: int, days: int
) -> None:
    pattern = weekday_pattern(Panel(np.array([series], dtype=np.float64)), first)
    assert pattern.mean() == pytest.approx(1)
    assert (pattern > 0).all()
    one_by_one = sum(float(pattern[0, (weekday + day) % 7]) for day in range(days))
    assert average_days(pattern, np.array([weekday]), np.array([days]))[0] == pytest.approx(one_by_one)


def test_blocks_of_series_change_nothing() -> None:
    units = np.random.default_rng(2).poisson(0.5, (SERIES_AT_ONCE + 2, 21)).astype(np.float64)
    whole, last = weekday_pattern(Panel(units), 1), weekday_pattern(Panel(units[-2:]), 1)
    assert whole[-2:].tolist() == last.tolist()


def test_what_is_no_weekday_or_interval_is_refused() -> None:
    panel = Panel(np.ones((1, 7)))
    for call, told in (
        (lambda: weekday_pattern(panel, 7), "from 0 .Monday. to 6, not 7"),
        (lambda: weekday_pattern(panel, 0, 0.0), "more than 0 sales, not 0"),
        (lambda: average_days(np.ones((1, 7)), np.array([0]), np.array([-1])), "0 days or more"),
        (lambda: average_days(np.ones((1, 7)), np.array([7]), np.array([1])), "a weekday from 0 to 6"),
    ):
        with pytest.raises(PlanningInputError, match=told):
            call()
