"""Demand over a protection interval: distribution by class, and the rules that come after the table."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from replenisher.errors import PlanningInputError
from replenisher.planning.demand.choice import METHOD_DTYPE, RULE_DTYPE
from replenisher.planning.demand.classes import CLASS_DTYPE, DemandClass
from replenisher.planning.demand.intervals import (
    BY_CLASS,
    LEAST_INTERVALS,
    empirical_quantile,
    interval_spread,
    interval_sums,
    over_interval,
)
from replenisher.planning.demand.panel import SERIES_AT_ONCE, Panel


def demand(demand_class: str, rate: float, sd: float, rows: int = 1) -> pd.DataFrame:
    whole, real = np.zeros(rows, dtype=np.int64), np.ones(rows)
    return pd.DataFrame(
        {
            "location": pd.Categorical(["11412"] * rows),
            "sku": pd.Categorical([f"{row:05}" for row in range(rows)]),
            "demand_class": pd.Categorical([demand_class] * rows, dtype=CLASS_DTYPE),
            "method": pd.Categorical(["sba"] * rows, dtype=METHOD_DTYPE),
            "rate_per_day": real * rate,
            "sd_per_day": real * sd,
            "days_used": whole + 60,
            "stock_out_days": whole,
            "rule": pd.Categorical(["rare_alike"] * rows, dtype=RULE_DTYPE),
            "adi": real,
            "cv2": real,
            "uplift": real,
            "lent_days": whole,
        }
    )


def one(demand_class: str, rate: float, sd: float, days: int, **more: Any) -> dict[str, Any]:
    found = over_interval(demand(demand_class, rate, sd), np.array([days]), **more)
    return {str(name): value for name, value in found.iloc[0].to_dict().items()}


def test_the_example_by_hand() -> None:
    found = one("intermittent", 0.5, 1.0, 8)
    assert (found["mean"], found["sd"], found["distribution"]) == (4, pytest.approx(8**0.5), "negative_binomial")
    calm = one("intermittent", 0.5, 0.5, 8)
    assert (calm["mean"], calm["sd"], calm["distribution"]) == (4, 2, "poisson")


def test_each_class_has_the_distribution_of_the_table() -> None:
    history = Panel(np.random.default_rng(1).poisson(9.0, (1, 200)).astype(np.float64))
    for demand_class, expected in BY_CLASS.items():
        found = one(demand_class.value, 9.0, 4.0, 7, history=history)
        assert found["distribution"] == (expected.value if demand_class is not DemandClass.NONE else "poisson")


@pytest.mark.parametrize(("sd", "expected"), [(3.0, "normal"), (3.0001, "negative_binomial")])
def test_a_normal_demand_is_far_enough_from_0(sd: float, expected: str) -> None:
    assert one("smooth", 9.0, sd, 1)["distribution"] == expected


@pytest.mark.parametrize(("sd", "expected"), [(2.0, "poisson"), (2.0001, "negative_binomial")])
def test_what_varies_no_more_than_by_chance_is_poisson(sd: float, expected: str) -> None:
    found = one("intermittent", 4.0, sd, 1)
    assert (found["distribution"], found["sd"]) == (expected, pytest.approx(sd))


@pytest.mark.parametrize(("days", "expected"), [(7 * LEAST_INTERVALS, "empirical"), (7 * LEAST_INTERVALS - 1, "other")])
def test_a_history_is_believed_when_it_holds_enough_intervals(days: int, expected: str) -> None:
    history = Panel(np.tile([0.0, 0, 0, 9, 0, 0, 1, 0], 20)[None, :days])
    found = one("lumpy", 1.25, 3.0, 7, history=history)
    assert found["distribution"] == ("empirical" if expected == "empirical" else "negative_binomial")
    if expected == "other":
        assert found["sd"] == pytest.approx(3.0 * 7**0.5)


def test_sales_that_come_in_runs_show_in_the_empirical_spread() -> None:
    """A fortnight of 2 a day, a fortnight of nothing: days look alike, weeks do not."""
    history = Panel(np.tile([2.0] * 14 + [0.0] * 14, 10)[None])
    independent = one("lumpy", 1.0, 1.0, 7)["sd"]
    assert one("lumpy", 1.0, 1.0, 7, history=history)["sd"] > 2 * independent


def test_an_interval_that_is_worth_more_than_its_days_has_more_demand() -> None:
    """Eight days with two Mondays, on which twice as much is sold."""
    found = one("smooth", 8.0, 2.0, 8, worth=np.array([9.0]))
    assert (found["mean"], found["sd"], found["interval_days"]) == (72, pytest.approx(6.0), 8)


def test_no_days_are_no_demand() -> None:
    found = one("lumpy", 3.0, 3.0, 0, history=Panel(np.ones((1, 90))))
    assert (found["mean"], found["sd"], found["distribution"]) == (0, 0, "poisson")


def test_the_sums_of_runs_by_hand() -> None:
    panel = Panel(np.array([[1.0, 0, 2, 5]]))
    sums, runs = interval_sums(panel, np.array([2]))
    assert (sums.tolist(), runs.tolist()) == ([[0, 1, 2, 7]], [3])
    spread, counted = interval_spread(panel, np.array([2]))
    assert (spread.tolist(), counted.tolist()) == ([pytest.approx((62 / 3) ** 0.5)], [4])
    two_thirds = np.array([2 / 3, np.nextafter(2 / 3, 1) + 1e-9])
    twice = Panel(np.repeat(panel.units, 2, axis=0))
    assert empirical_quantile(twice, np.array([2, 2]), two_thirds).tolist() == [2, 7]


@given(
    table=st.lists(st.tuples(st.integers(0, 9), st.booleans()), min_size=1, max_size=30),
    days=st.integers(1, 8),
    share=st.floats(0.01, 0.99),
)
def test_runs_and_their_quantile_are_those_of_the_counting_days_alone(
    table: list[tuple[int, bool]], days: int, share: float
) -> None:
    units = np.array([[float(sold) for sold, _ in table]])
    counts = np.array([[counted for _, counted in table]])
    kept = [sold for sold, counted in table if counted]
    runs = sorted(sum(kept[first : first + days]) for first in range(len(kept) - days + 1))
    sums, found = interval_sums(Panel(units, counts), np.array([days]))
    assert found.tolist() == [len(runs)]
    assert sorted(sums[0, sums.shape[1] - len(runs) :].tolist()) == runs
    covered = empirical_quantile(Panel(units, counts), np.array([days]), np.array([share]))[0]
    expected = next((y for y in runs if sum(run <= y for run in runs) >= share * len(runs) * (1 - 1e-12)), 0)
    assert covered == expected


def test_blocks_of_series_change_nothing() -> None:
    units = np.random.default_rng(4).poisson(0.5, (SERIES_AT_ONCE + 2, 40)).astype(np.float64)
    days = np.full(len(units), 5)
    whole, last = interval_spread(Panel(units), days), interval_spread(Panel(units[-2:]), days[-2:])
    assert whole[0][-2:].tolist() == last[0].tolist()


def test_independent_days_spread_as_the_root_of_their_number() -> None:
    """The correction for runs that overlap: without it the spread of ten runs of 20 days would be a twentieth less."""
    units = np.random.default_rng(6).poisson(5.0, (4000, 200)).astype(np.float64)
    spread, _ = interval_spread(Panel(units), np.full(4000, 20))
    assert np.mean(spread**2) == pytest.approx(20 * 5, rel=0.03)


def test_arguments_that_do_not_go_together_are_refused() -> None:
    rows = demand("smooth", 1, 1, rows=2)
    for call, told in (
        (lambda: over_interval(rows, np.array([3])), "told of every row"),
        (lambda: over_interval(rows, np.array([3, -1])), "whole days from 0"),
        (lambda: over_interval(rows, np.array([3, 1]), Panel(np.ones((1, 9)))), "demand of 2 rows and history of 1"),
        (lambda: over_interval(rows.drop(columns="rule"), np.array([3, 1])), "column rule is missing"),
        (lambda: empirical_quantile(Panel(np.ones((1, 9))), np.array([3]), np.array([1.0])), "less than 1"),
        (lambda: empirical_quantile(Panel(np.ones((1, 9))), np.array([0]), np.array([0.5])), "over 1 day or more"),
    ):
        with pytest.raises(PlanningInputError, match=told):
            call()
