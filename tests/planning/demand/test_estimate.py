"""From daily sales to classes, estimators, rates and spreads."""

from __future__ import annotations

import csv
import gzip
import os
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from replenisher.errors import PlanningInputError
from replenisher.planning.demand.censoring import CensoringLimits
from replenisher.planning.demand.choice import CHOICE, METHODS, RULE_DTYPE, EstimateSettings, explained
from replenisher.planning.demand.classes import ADI_LIMIT, CLASSES, CV2_LIMIT, DemandClass, Shape, classify, shape_of
from replenisher.planning.demand.estimate import DEMAND, estimate
from replenisher.planning.demand.panel import SERIES_AT_ONCE, Panel
from replenisher.planning.demand.sales import Sales, with_predecessors
from replenisher.planning.frames import check

FOLDER = os.environ.get("REPLENISHER_REFERENCE_DATA")


def keys(count: int) -> pd.DataFrame:
    skus = [f"{number:05}" for number in range(count)]
    return pd.DataFrame({"location": pd.Categorical(["11412"] * count), "sku": pd.Categorical(skus)})


def one(units: list[float], settings: EstimateSettings | None = None, **marks: Any) -> dict[str, Any]:
    sales = Sales(np.array([units], dtype=np.float64), **{name: np.array([mark]) for name, mark in marks.items()})
    return {str(name): value for name, value in estimate(keys(1), sales, settings).iloc[0].to_dict().items()}


@pytest.mark.skipif(FOLDER is None, reason="REPLENISHER_REFERENCE_DATA does not name the reference data")
def test_3000_products_have_the_published_class() -> None:
    with gzip.open(Path(str(FOLDER)) / "truth_adi_cv2_auto.csv.gz", "rt", newline="") as file:
        rows = list(csv.DictReader(file))
    units = np.array([[float(row[f"m{month}"]) for month in range(1, 18)] for row in rows])
    shape = shape_of(Panel(units))
    for published, found in (("adi_published", shape.adi), ("cv2_published", shape.cv2)):
        assert np.abs(found - np.array([float(row[published]) for row in rows])).max() <= 5.01e-7
    assert [CLASSES[place].value for place in classify(shape)] == [row["class_published"].lower() for row in rows]
    assert len(rows) == 3000


def test_the_shape_by_hand() -> None:
    shape = shape_of(Panel(np.array([[2.0, 0, 4, 0, 0, 0]])))
    assert (shape.adi.tolist(), shape.cv2.tolist(), shape.periods.tolist()) == ([3], [pytest.approx(2 / 9)], [6])


@pytest.mark.parametrize(
    ("adi", "cv2", "expected"),
    [
        (ADI_LIMIT, CV2_LIMIT, "lumpy"),
        (ADI_LIMIT, np.nextafter(CV2_LIMIT, 0), "intermittent"),
        (np.nextafter(ADI_LIMIT, 0), CV2_LIMIT, "erratic"),
        (np.nextafter(ADI_LIMIT, 0), np.nextafter(CV2_LIMIT, 0), "smooth"),
        (np.inf, 0.0, "none"),
    ],
)
def test_a_class_begins_at_its_limit(adi: float, cv2: float, expected: str) -> None:
    shape = Shape(np.array([adi]), np.array([cv2]), np.array([60]))
    assert CLASSES[int(classify(shape)[0])].value == expected


@pytest.mark.parametrize(("days", "expected"), [(27, "too_new"), (28, "smooth")])
def test_a_series_is_too_new_until_it_has_the_days_that_are_asked_for(days: int, expected: str) -> None:
    found = one([2.0] * days)
    assert (found["demand_class"], found["rate_per_day"], found["days_used"]) == (expected, pytest.approx(2), days)


def test_what_sold_every_day_alike_has_a_rate_and_no_spread() -> None:
    found = one([2.0] * 28)
    assert (found["method"], found["sd_per_day"], found["stock_out_days"]) == ("exponential_smoothing", 0, 0)


def test_the_spread_is_that_of_counting_days_those_without_a_sale_among_them() -> None:
    days = [0.0, 3, 0, 0, 1, 2] * 5
    assert one(days)["sd_per_day"] == pytest.approx(np.std(days, ddof=1))
    out = [True, *[False] * 29]
    assert one(days, stock_outs=out)["sd_per_day"] == pytest.approx(np.std(days[1:], ddof=1))


def test_days_before_the_first_and_days_without_stock_do_not_count() -> None:
    units = [0.0] * 20 + [1.0, 0, 0, 1] * 10
    out = [False] * 20 + [False, True, False, False] * 10
    found = one(units, first_day=20, stock_outs=out)
    assert (found["days_used"], found["stock_out_days"]) == (30, 10)
    assert found["adi"] == pytest.approx(1.5)
    assert one(units, first_day=20)["adi"] == 2


def test_a_stock_out_before_a_product_was_on_sale_is_none() -> None:
    found = one([0.0] * 10 + [1.0] * 30, first_day=10, stock_outs=[True] * 10 + [False] * 30)
    assert (found["stock_out_days"], found["days_used"]) == (0, 30)


def test_a_series_that_never_was_on_sale_has_no_demand() -> None:
    found = one([0.0] * 40, first_day=40)
    assert (found["demand_class"], found["method"], found["rate_per_day"]) == ("none", "none", 0)


def test_each_class_has_the_estimator_of_the_table() -> None:
    rare_even = [0.0, 0, 0, 2] * 15
    rare_uneven = [0.0, 0, 0, 1, 0, 0, 0, 9, 0, 0, 0, 30] * 5
    uneven = [1.0, 1, 1, 1, 30] * 12
    for units, name in ((rare_even, "intermittent"), (rare_uneven, "lumpy"), (uneven, "erratic")):
        found = one(units)
        assert (found["demand_class"], found["method"]) == (name, CHOICE[DemandClass(name)])
        expected = METHODS[str(found["method"])](Panel(np.array([units])))[0]
        assert found["rate_per_day"] == pytest.approx(expected)


def test_a_planner_may_want_one_estimator_for_all_or_another_for_a_class() -> None:
    units = [0.0, 0, 0, 2] * 15
    assert one(units, EstimateSettings(only="croston"))["method"] == "croston"
    other = {**CHOICE, DemandClass.INTERMITTENT: "adida"}
    assert one(units, EstimateSettings(choice=other))["method"] == "adida"
    assert one([0.0] * 60, EstimateSettings(only="croston"))["method"] == "none"


def test_leaving_stock_out_days_out_comes_nearer_to_what_was_wanted() -> None:
    """Shelves that stand empty one week in five: what they sold is less than what was wanted."""
    random = np.random.default_rng(5)
    wanted = random.poisson(0.8, (400, 364)).astype(np.float64)
    out = np.repeat(random.random((400, 52)) < 0.2, 7, axis=1)
    sold = np.where(out, 0.0, wanted)
    as_demand, left_out = (
        estimate(keys(400), Sales(sold, marks), EstimateSettings(only="exponential_smoothing"))["rate_per_day"].mean()
        for marks in (None, out)
    )
    assert as_demand / 0.8 - 1 < -0.15
    assert abs(left_out / 0.8 - 1) < 0.03


def test_the_frame_keeps_its_contract() -> None:
    check(estimate(keys(3), Sales(np.ones((3, 40)))), DEMAND)
    check(estimate(keys(0), Sales(np.zeros((0, 40)))), DEMAND)


@pytest.mark.parametrize(
    ("units", "settings", "sentence"),
    [
        ([2.0] * 40, None, "ADI 1.00 is below 1.32 and CV² 0.00 below 0.49: smooth, so exponential_smoothing"),
        ([0.0, 2] * 20, None, "ADI 2.00 is 1.32 or more, CV² 0.00 below 0.49: intermittent, so sba"),
        ([1.0, 1, 1, 1, 30] * 8, None, "erratic, so exponential_smoothing"),
        ([0.0, 1, 0, 30] * 10, None, "lumpy, so tsb"),
        ([2.0] * 5, None, "only 5 days count, too few for a class, so moving_average"),
        ([0.0] * 40, None, "nothing was sold on the 40 days that count"),
        ([2.0] * 40, EstimateSettings(only="sba"), "the settings ask for sba, whatever the class"),
        ([0.0] * 40, EstimateSettings(only="sba"), "nothing was sold on the 40 days that count"),
    ],
)
def test_each_series_says_by_which_rule_it_has_its_estimator(
    units: list[float], settings: EstimateSettings | None, sentence: str
) -> None:
    found = one(units, settings)
    assert sentence in explained(found)
    assert found["rule"] in RULE_DTYPE.categories


def test_a_new_product_borrows_from_its_category_and_says_so() -> None:
    units = np.array([[1.0] * 28, [3.0] * 28, [0.0] * 21 + [4.0] * 7])
    sales = Sales(units, first_day=np.array([0, 0, 21]))
    found = estimate(keys(3).assign(category="cases"), sales)
    assert found["rate_per_day"].tolist() == pytest.approx([1, 3, 2.5])
    assert found["rule"].tolist() == ["often_alike", "often_alike", "category"]
    assert "only 7 days count; the mean of its category" in explained(found.iloc[2].to_dict())
    assert estimate(keys(3), sales)["rate_per_day"].tolist() == pytest.approx([1, 3, 4])


def test_a_product_without_a_category_borrows_nothing() -> None:
    units = np.array([[1.0] * 28, [0.0] * 21 + [4.0] * 7])
    categories = pd.Categorical(["cases", None])
    found = estimate(keys(2).assign(category=categories), Sales(units, first_day=np.array([0, 21])))
    assert found["rate_per_day"].tolist() == pytest.approx([1, 4])


def test_a_successor_is_estimated_with_its_predecessors_days() -> None:
    units = np.array([[2.0] * 35 + [0.0] * 5, [0.0] * 35 + [2.0] * 5])
    sales = with_predecessors(Sales(units, first_day=np.array([0, 35])), np.array([-1, 0]))
    found = estimate(keys(2), sales).iloc[1].to_dict()
    assert (found["demand_class"], found["days_used"], found["lent_days"]) == ("smooth", 40, 35)
    assert found["rate_per_day"] == pytest.approx(2)


def test_days_that_sold_out_count_with_what_they_sold_until_the_settings_ask_for_more() -> None:
    random = np.random.default_rng(7)
    wanted = random.poisson(2.0, (300, 200)).astype(np.float64)
    stock = random.integers(0, 7, (300, 200))
    sold, out = np.minimum(wanted, stock), wanted >= stock
    sales = Sales(sold, sold_out=out)
    plain = estimate(keys(300), sales)
    behind = estimate(keys(300), sales, EstimateSettings(censoring=CensoringLimits()))
    assert plain["uplift"].tolist() == [1.0] * 300
    assert plain["rate_per_day"].mean() < 1.8
    assert behind["rate_per_day"].mean() == pytest.approx(2.0, rel=0.03)
    assert behind["sd_per_day"].mean() == pytest.approx(2.0**0.5, rel=0.06)
    assert (behind["rate_per_day"] / plain["rate_per_day"]).tolist() == pytest.approx(behind["uplift"].tolist())
    assert behind["stock_out_days"].tolist() == plain["stock_out_days"].tolist()


def test_without_days_that_sold_out_the_likelihood_changes_nothing() -> None:
    sales = Sales(np.random.default_rng(2).poisson(0.7, (20, 90)).astype(np.float64))
    asked = estimate(keys(20), sales, EstimateSettings(censoring=CensoringLimits()))
    pd.testing.assert_frame_equal(asked, estimate(keys(20), sales))


def test_series_do_not_depend_on_their_order() -> None:
    random = np.random.default_rng(12)
    units = random.poisson(random.gamma(0.5, 2.0, (60, 1)), (60, 90)).astype(np.float64)
    out = (random.random((60, 90)) < 0.2) & (units > 0)
    named = keys(60).assign(category=[f"c{number % 3}" for number in range(60)])
    settings, first = EstimateSettings(censoring=CensoringLimits()), random.integers(0, 90, 60)
    order = random.permutation(60)
    whole = estimate(named, Sales(units, sold_out=out, first_day=first), settings)
    mixed = estimate(named.iloc[order], Sales(units[order], sold_out=out[order], first_day=first[order]), settings)
    pd.testing.assert_frame_equal(whole.iloc[order], mixed)


def test_the_page_has_the_estimator_of_each_class() -> None:
    page = (Path(__file__).parents[3] / "docs" / "demand.md").read_text(encoding="utf-8")
    for demand_class, method in CHOICE.items():
        row = next(line for line in page.splitlines() if line.startswith(f"| `{demand_class.value}` |"))
        assert f"| `{method}` |" in row


def test_blocks_of_series_change_nothing() -> None:
    random = np.random.default_rng(8)
    count = SERIES_AT_ONCE + 3
    units = random.poisson(0.4, (count, 30)).astype(np.float64)
    whole = estimate(keys(count), Sales(units))
    last = estimate(keys(count).iloc[-3:], Sales(units[-3:]))
    pd.testing.assert_frame_equal(whole.iloc[-3:], last)


def test_no_series_at_all_is_an_empty_frame_with_every_column() -> None:
    found = estimate(keys(0), Sales(np.zeros((0, 30))))
    assert len(found) == 0
    assert {"demand_class", "method", "rate_per_day", "sd_per_day", "days_used"} <= set(found.columns)


def test_sales_are_not_written_to() -> None:
    units = np.array([[1.0, 0, 2] * 10])
    kept = units.copy()
    estimate(keys(1), Sales(units, np.array([[True, False, False] * 10])))
    assert units.tolist() == kept.tolist()


def test_keys_of_other_series_and_estimators_that_there_are_not_are_refused() -> None:
    with pytest.raises(PlanningInputError, match="keys of 2 series and sales of 1"):
        estimate(keys(2), Sales(np.zeros((1, 30))))
    with pytest.raises(PlanningInputError, match="there is no estimator crostom; there are moving_average"):
        EstimateSettings(only="crostom")
    with pytest.raises(PlanningInputError, match="demand of class lumpy has no estimator"):
        EstimateSettings(choice={one: "sba" for one in DemandClass if one is not DemandClass.LUMPY})
