"""The demand of whole locations: since when a row is on sale, what lends to it, and where it borrows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest

from replenisher.planning.daily_demand import DailyDemand
from replenisher.planning.demand.choice import EstimateSettings
from replenisher.planning.demand.rows import COLUMNS, OLDER_THAN_KNOWN, demand_of_rows, first_days

DAYS = 60
Units = Sequence[float]
STEADY: Units = [2.0] * DAYS


def table(*rows: Units, **marks: Any) -> DailyDemand:
    units = np.array(rows, dtype=np.float64)
    none = np.zeros(units.shape, dtype=np.bool_)
    plain = {"stock_outs": none, "sold_out": none, "known": ~none}
    return DailyDemand(date(2026, 1, 1), units, **(plain | {name: np.array(one) for name, one in marks.items()}))


def demand(
    rows: Mapping[str, Units],
    *,
    ages: Mapping[str, int] | None = None,
    categories: Mapping[str, str] | None = None,
    follows: Mapping[str, str] | None = None,
    locations: Mapping[str, str] | None = None,
    settings: EstimateSettings | None = None,
    **marks: Any,
) -> dict[str, dict[str, Any]]:
    """The demand of rows by SKU; one that is not named otherwise is old, at L1 and in category Cases."""
    skus = list(rows)
    facts = pd.DataFrame(
        {
            "location": [(locations or {}).get(sku, "L1") for sku in skus],
            "sku": [sku.split("@")[0] for sku in skus],
            "age_days": np.array([(ages or {}).get(sku, OLDER_THAN_KNOWN) for sku in skus], dtype=np.int64),
            "category": [(categories or {}).get(sku, "Cases") for sku in skus],
        }
    )
    found = demand_of_rows(facts, table(*rows.values(), **marks), follows or {}, settings or EstimateSettings())
    assert tuple(found.columns) == COLUMNS
    return dict(zip(skus, found.to_dict("records"), strict=True))


def test_an_old_row_counts_every_known_day() -> None:
    found = demand({"A": STEADY})["A"]
    assert (found["rate_per_day"], found["sd_per_day"]) == (pytest.approx(2), 0)
    assert (found["days_used"], found["known_days"], found["lent_days"]) == (DAYS, DAYS, 0)
    assert (found["demand_class"], found["demand_method"]) == ("smooth", "exponential_smoothing")


@pytest.mark.parametrize(
    ("age", "units", "expected"),
    [
        (10, [0.0] * DAYS, 50),
        (10, [1.0] + [0.0] * 59, 0),
        (10, [0.0] * 49 + [1.0] + [0.0] * 10, 49),
        (10, [0.0] * 55 + [1.0] * 5, 50),
        (DAYS, [0.0] * DAYS, 0),
        (OLDER_THAN_KNOWN, [0.0] * DAYS, 0),
        (0, [0.0] * DAYS, DAYS),
    ],
)
def test_a_row_is_on_sale_since_it_was_listed_or_sold_whichever_came_first(
    age: int, units: Units, expected: int
) -> None:
    assert first_days(table(units), np.array([age])).tolist() == [expected]


def test_days_before_a_new_row_was_listed_do_not_lower_its_rate() -> None:
    units = [0.0] * 50 + [3.0] * 10
    found = demand({"NEW": units}, ages={"NEW": 10}, categories={"NEW": ""})["NEW"]
    assert (found["days_used"], found["demand_class"], found["rate_per_day"]) == (10, "too_new", pytest.approx(3))


def test_days_on_which_the_shelf_was_empty_do_not_count_and_are_told() -> None:
    empty = [[number < 30 for number in range(DAYS)]]
    found = demand({"A": [0.0] * 30 + [2.0] * 30}, stock_outs=empty)["A"]
    assert (found["days_used"], found["stock_out_days"]) == (30, 30)
    assert (found["rate_per_day"], found["known_days"]) == (pytest.approx(2), DAYS)


def test_a_day_that_sold_out_counts_with_what_it_sold() -> None:
    found = demand({"A": STEADY}, sold_out=[[number % 3 == 0 for number in range(DAYS)]])["A"]
    assert (found["days_used"], found["rate_per_day"], found["uplift"]) == (DAYS, pytest.approx(2), 1)


def test_days_of_which_nothing_was_read_are_not_known() -> None:
    found = demand({"A": STEADY}, known=[[number >= 33 for number in range(DAYS)]])["A"]
    assert (found["known_days"], found["days_used"], found["rate_per_day"]) == (27, 27, pytest.approx(2))


def test_a_predecessor_lends_the_days_before_its_follower_s_own() -> None:
    rows = {"OLD": [3.0] * 50 + [0.0] * 10, "NEW": [0.0] * 50 + [3.0] * 10}
    found = demand(rows, ages={"NEW": 10}, follows={"NEW": "OLD"})["NEW"]
    assert (found["days_used"], found["lent_days"]) == (DAYS, 50)
    assert (found["rate_per_day"], found["sd_per_day"], found["demand_class"]) == (pytest.approx(3), 0, "smooth")


def test_a_predecessor_elsewhere_lends_nothing() -> None:
    rows = {"OLD": [3.0] * 50 + [0.0] * 10, "NEW": [0.0] * 50 + [3.0] * 10}
    found = demand(
        rows,
        ages={"NEW": 10},
        follows={"NEW": "OLD"},
        locations={"OLD": "L2"},
    )["NEW"]
    assert (found["days_used"], found["lent_days"]) == (10, 0)


@pytest.mark.parametrize("before", ["OTHER", "nobody"])
def test_a_predecessor_that_is_not_there_or_never_sold_lends_nothing(before: str) -> None:
    rows = {"OTHER": [0.0] * DAYS, "NEW": [0.0] * 50 + [3.0] * 10}
    found = demand(rows, ages={"NEW": 10, "OTHER": 0}, categories={"NEW": ""}, follows={"NEW": before})["NEW"]
    assert (found["lent_days"], found["rate_per_day"]) == (0, pytest.approx(3))


def test_a_new_row_borrows_what_it_lacks_from_its_category_at_its_own_location() -> None:
    """Seven days at 4 a day of 28, the rest from a row that sells 1 a day: (7 x 4 + 21 x 1) / 28 = 1.75."""
    rows = {"A": [1.0] * DAYS, "B": [9.0] * DAYS, "C": [9.0] * DAYS, "NEW": [0.0] * 53 + [4.0] * 7}
    found = demand(rows, ages={"NEW": 7}, categories={"B": "Phones"}, locations={"C": "L2"})
    assert found["NEW"]["rate_per_day"] == pytest.approx(1.75)
    assert found["NEW"]["demand_rule"] == "category"
    assert found["A"]["demand_rule"] == "often_alike"


def test_a_row_without_a_category_borrows_nothing_and_lends_nothing() -> None:
    """The category of a predecessor that is no row of its own is not known."""
    rows = {"OLD": [9.0] * DAYS, "NEW": [0.0] * 53 + [4.0] * 7}
    for categories in ({"OLD": "", "NEW": ""}, {"OLD": "", "NEW": "Cases"}):
        found = demand(rows, ages={"NEW": 7}, categories=categories)["NEW"]
        assert (found["rate_per_day"], found["demand_rule"]) == (pytest.approx(4), "few_days")


@pytest.mark.parametrize(("days", "expected"), [(27, "category"), (28, "often_alike")])
def test_a_row_stands_alone_from_the_least_days_on(days: int, expected: str) -> None:
    rows = {"A": [1.0] * DAYS, "NEW": [0.0] * (DAYS - days) + [4.0] * days}
    assert demand(rows, ages={"NEW": days})["NEW"]["demand_rule"] == expected


def test_which_locations_are_read_together_changes_nothing() -> None:
    rows = {"A": [1.0] * DAYS, "NEW": [0.0] * 53 + [4.0] * 7, "A@L2": [5.0] * DAYS, "NEW@L2": [0.0] * 53 + [4.0] * 7}
    ages, places = {"NEW": 7, "NEW@L2": 7}, {"A@L2": "L2", "NEW@L2": "L2"}
    together = demand(rows, ages=ages, locations=places)
    for some in (["A", "NEW"], ["A@L2", "NEW@L2"]):
        assert demand({sku: rows[sku] for sku in some}, ages=ages, locations=places) == {
            sku: together[sku] for sku in some
        }
    assert together["NEW"]["rate_per_day"] != together["NEW@L2"]["rate_per_day"]


def test_a_row_that_fell_silent_tells_since_when_and_what_it_sold_before() -> None:
    found = demand({"A": [2.0] * 40 + [0.0] * 20, "B": STEADY})
    assert [found["A"][name] for name in ("silent_days", "rate_before_silence", "sd_before_silence")] == [20, 2.0, 0.0]
    assert found["B"]["silent_days"] == 0
    assert found["A"]["rate_per_day"] < 2


def test_no_rows_are_no_fault() -> None:
    facts = pd.DataFrame({"location": [], "sku": [], "category": []}, dtype="str").assign(
        age_days=np.zeros(0, np.int64)
    )
    nothing = DailyDemand(date(2026, 1, 1), *(np.zeros((0, 5), dtype=kind) for kind in (float, bool, bool, bool)))
    assert len(demand_of_rows(facts, nothing, {}, EstimateSettings())) == 0
