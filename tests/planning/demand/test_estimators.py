"""Estimators of demand: hand-worked examples, published values of one series and of 2,674, and what holds for all."""

from __future__ import annotations

import csv
import gzip
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from replenisher.errors import PlanningInputError
from replenisher.planning.demand.aggregation import adida, imapa, mean_interval
from replenisher.planning.demand.choice import METHODS
from replenisher.planning.demand.intermittent import croston, sba, tsb
from replenisher.planning.demand.panel import Panel, Real, by_period
from replenisher.planning.demand.smoothing import (
    ALPHAS,
    best_smoothing,
    best_weight,
    exponential_smoothing,
    moving_average,
)

FOLDER = os.environ.get("REPLENISHER_REFERENCE_DATA")
Estimator = Callable[[Panel], Real]


def panel(*series: list[float], counts: list[list[bool]] | None = None) -> Panel:
    return Panel(np.array(series, dtype=np.float64), None if counts is None else np.array(counts))


def one(estimator: Estimator, *units: float) -> float:
    return float(estimator(panel(list(units)))[0])


PUBLISHED = [0, 0, 3, 0, 0, 0, 2, 0, 5, 0, 0, 1, 0, 0, 0, 0, 4, 0, 0, 2]


@pytest.mark.parametrize(
    ("estimator", "value", "digits"),
    [
        (croston, 0.9166264802, 1e-10),
        (sba, 0.8707951562, 1e-10),
        (lambda panel: tsb(panel, 0.2, 0.3), 1.2147978140, 1e-10),
        (adida, 0.9693966667, 1e-10),
        # The published value stopped its search of one weight earlier: the last digits are not those of the best one.
        (imapa, 0.8728879736, 5e-9),
    ],
)
def test_the_published_values_of_one_series(estimator: Estimator, value: float, digits: float) -> None:
    """Values of statsforecast 2.1.1 (Apache-2.0)."""
    assert one(estimator, *PUBLISHED) == pytest.approx(value, abs=digits)


@pytest.mark.skipif(FOLDER is None, reason="REPLENISHER_REFERENCE_DATA does not name the reference data")
@pytest.mark.parametrize(
    ("column", "estimator", "digits"),
    [
        ("croston_a0.1", croston, 5.01e-7),
        ("sba_a0.1", sba, 5.01e-7),
        ("tsb_a0.1_0.1", tsb, 5.01e-7),
        ("sf_ADIDA", adida, 6e-7),
        ("sf_IMAPA", imapa, 6e-7),
        ("sf_SES_opt", best_smoothing, 7e-7),
    ],
)
def test_2674_series_of_car_parts_are_forecast_as_published(column: str, estimator: Estimator, digits: float) -> None:
    """39 months of each; the table has six decimals, so half of the last one and the search's own are allowed."""
    folder = Path(str(FOLDER))
    with gzip.open(folder / "carparts_monthly.csv.gz", "rt", newline="") as file:
        months = {
            row["part"]: [float(value or 0) for value in list(row.values())[1:40]] for row in csv.DictReader(file)
        }
    with gzip.open(folder / "truth_carparts_forecasts.csv.gz", "rt", newline="") as file:
        truth = {row["part"]: float(row[column]) for row in csv.DictReader(file)}
    assert len(truth) == 2674
    found = estimator(Panel(np.array([months[part] for part in truth])))
    assert float(np.abs(found - np.array(list(truth.values()))).max()) <= digits


def test_the_examples_by_hand() -> None:
    assert one(lambda panel: moving_average(panel, 2), 1, 2, 6) == 4
    assert one(lambda panel: moving_average(panel, 9), 1, 2, 6) == 3
    assert one(lambda panel: exponential_smoothing(panel, 0.5), 4, 0, 2) == 2
    assert one(best_smoothing, 4, 4, 4) == 4
    assert one(croston, 0, 0, 3, 0, 6) == pytest.approx(3.3 / 2.9)
    assert one(sba, 0, 0, 3, 0, 6) == pytest.approx(0.95 * 3.3 / 2.9)
    assert one(lambda panel: tsb(panel, 0.5, 0.5), 0, 4, 0) == 1
    assert one(adida, 4, 0, 4, 0, 4, 0) == pytest.approx(2)
    assert one(imapa, 4, 0, 4, 0, 4, 0) == pytest.approx((2.0908442 + 2) / 2, abs=1e-7)


@pytest.mark.parametrize("name", METHODS)
def test_a_series_that_never_sold_anything_and_one_that_always_does(name: str) -> None:
    assert one(METHODS[name], *[0] * 40) == 0
    constant = one(METHODS[name], *[2] * 40)
    # SBA takes its share off every series, that is its definition; TSB's chance is 1 from the first day on.
    assert constant == pytest.approx(2 * 0.95 if name == "sba" else 2)


@pytest.mark.parametrize("name", METHODS)
def test_one_period_alone_is_its_own_estimate(name: str) -> None:
    assert one(METHODS[name], 3) == pytest.approx(3 * 0.95 if name == "sba" else 3)
    assert one(METHODS[name], 0) == 0


@pytest.mark.parametrize("name", METHODS)
def test_periods_that_do_not_count_are_as_if_they_had_not_been(name: str) -> None:
    sold = [0, 3, 0, 0, 5, 1, 0, 2]
    counts = [True, False, True, True, False, True, True, True]
    left = [units for units, counted in zip(sold, counts, strict=True) if counted]
    with_mask = METHODS[name](panel([float(units) for units in sold], counts=[counts]))
    assert with_mask.tolist() == pytest.approx([one(METHODS[name], *left)])


@pytest.mark.parametrize("name", METHODS)
def test_a_series_of_which_nothing_counts_is_worth_nothing(name: str) -> None:
    assert METHODS[name](panel([3.0, 4.0], counts=[[False, False]])).tolist() == [0]


SERIES = st.lists(st.sampled_from([0.0, 0.0, 0.0, 1.0, 2.0, 7.0]), min_size=12, max_size=12)
TABLES = st.lists(SERIES, min_size=1, max_size=6)


@pytest.mark.parametrize("name", METHODS)
@given(table=TABLES)
def test_series_do_not_know_of_each_other(name: str, table: list[list[float]]) -> None:
    together = METHODS[name](panel(*table)).tolist()
    assert together[0] == pytest.approx(one(METHODS[name], *table[0]), abs=1e-9)
    assert together[::-1] == pytest.approx(METHODS[name](panel(*table[::-1])).tolist(), abs=1e-9)


@pytest.mark.parametrize("name", METHODS)
@given(table=TABLES, factor=st.sampled_from([2.0, 10.0, 144.0]))
def test_demand_in_smaller_units_is_so_many_times_as_much(name: str, table: list[list[float]], factor: float) -> None:
    units = np.array(table)
    larger, once = METHODS[name](Panel(units * factor)), METHODS[name](Panel(units))
    # A search for a weight stops where it is good enough, and not at the same digit of both.
    near = {"rel": 1e-5, "abs": 1e-7} if name in ("best_smoothing", "adida", "imapa") else {"rel": 1e-6, "abs": 1e-9}
    assert larger.tolist() == pytest.approx((once * factor).tolist(), **near)


@given(TABLES)
def test_croston_is_what_its_definition_says_sale_by_sale(table: list[list[float]]) -> None:
    for series, found in zip(table, croston(panel(*table)).tolist(), strict=True):
        size = interval = 0.0
        last = -1
        for place, units in enumerate(series):
            if units > 0:
                size = units if last < 0 else size + 0.1 * (units - size)
                interval = place - last if last < 0 else interval + 0.1 * (place - last - interval)
                last = place
        assert found == pytest.approx(size / interval if interval else 0.0)


@given(TABLES)
def test_the_best_smoothing_lies_between_the_smallest_and_the_largest_value(table: list[list[float]]) -> None:
    for series, found in zip(table, best_smoothing(panel(*table)).tolist(), strict=True):
        assert min(series) - 1e-9 <= found <= max(series) + 1e-9


@given(TABLES)
def test_the_best_weight_is_better_than_its_neighbours(table: list[list[float]]) -> None:
    """Forecast period by period from those before: a thousandth more or less of weight is no better."""
    units = np.array(table)
    length = np.full(len(units), units.shape[1])
    for series, weight in zip(table, best_weight(by_period(units), length, *ALPHAS).tolist(), strict=True):
        neighbours = [squared_error(series, min(max(weight + step, 0.01), 0.99)) for step in (-1e-3, 1e-3)]
        assert squared_error(series, weight) <= min(neighbours) * (1 + 1e-9) + 1e-9


def squared_error(series: list[float], weight: float) -> float:
    level, error = series[0], 0.0
    for value in series[1:]:
        error += (value - level) ** 2
        level += weight * (value - level)
    return error


@pytest.mark.parametrize(
    ("series", "interval"), [([0, 0, 3], 3), ([1, 0, 1], 2), ([1, 1, 1], 1), ([0, 0, 0], 0), ([1, 0, 1, 0, 1], 2)]
)
def test_the_mean_interval_counts_the_first_from_the_beginning(series: list[int], interval: int) -> None:
    units = np.array([series], dtype=np.float64)
    assert mean_interval(units, np.array([len(series)])).tolist() == [interval]


def test_no_series_at_all_is_no_fault() -> None:
    for method in METHODS.values():
        assert method(Panel(np.zeros((0, 5)))).shape == (0,)


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda: panel([-1.0, 2.0]), "0 units or more"),
        (lambda: panel([float("nan"), 2.0]), "and a number"),
        (lambda: Panel(np.zeros((3, 0))), "a period at least"),
        (lambda: Panel(np.zeros(3)), "a table of series by periods"),
        (lambda: Panel(np.zeros((2, 3)), np.ones((2, 2), dtype=np.bool_)), "of every period of every series"),
        (lambda: moving_average(panel([1.0]), 0), "1 period or more, not 0"),
        (lambda: exponential_smoothing(panel([1.0]), 0), "more than 0 and at most 1, not 0"),
        (lambda: croston(panel([1.0]), 1.5), "more than 0 and at most 1, not 1.5"),
        (lambda: tsb(panel([1.0]), 0.1, -1), "more than 0 and at most 1, not -1"),
    ],
)
def test_what_is_no_table_of_sales_is_refused(make: Callable[[], object], told: str) -> None:
    with pytest.raises(PlanningInputError, match=told):
        make()
