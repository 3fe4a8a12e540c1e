"""Where a row's levels come from, in words: demand, supply, rule, and the policy followed once more."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from replenisher.errors import PlanningInputError
from replenisher.planning.choosing import PolicyRule, Scope
from replenisher.planning.demand.choice import METHOD_DTYPE, RULE_DTYPE
from replenisher.planning.demand.classes import CLASS_DTYPE
from replenisher.planning.explain import ExplainStep, explain_row
from replenisher.planning.explain_levels import demand_steps, level_steps, rule_of
from replenisher.planning.levels_by_rule import LEAD_TIME_DTYPE
from replenisher.planning.proposal import Rules
from replenisher.planning.rule_set import PlanningRuleSet
from tests.planning.ruled import by, of, rule, ruled, sells, waits
from tests.planning.shelves import override, product, shelf

COVER = rule("days_of_cover", least_days=7, most_days=21)
LOTS = PolicyRule(
    "in lots", "reorder_point_lot", Scope(), {"cycle_service": 0.8, "lot": 24}, place="/etc/shop/rules.yaml:7"
)
Row = dict[str, Any]


def described(snapshot: pd.DataFrame, **told: Any) -> pd.DataFrame:
    """Put the figures of an estimate beside rows."""
    plain = {
        "demand_class": pd.Categorical(["smooth"], dtype=CLASS_DTYPE),
        "demand_method": pd.Categorical(["exponential_smoothing"], dtype=METHOD_DTYPE),
        "demand_rule": pd.Categorical(["often_alike"], dtype=RULE_DTYPE),
        "adi": 1.0,
        "cv2": 0.25,
        "uplift": 1.0,
        "days_used": 60,
        "stock_out_days": 0,
        "lent_days": 0,
        "known_days": 60,
        "age_days": 36_500,
    }
    return snapshot.assign(**(plain | told))


def row_of(frame: pd.DataFrame) -> Row:
    (found,) = frame.to_dict("records")
    return {str(name): value for name, value in found.items()}


def told(steps: list[ExplainStep]) -> dict[str, str]:
    return {step.label: step.text for step in steps}


def demand(**figures: Any) -> str:
    frame = ruled(described(sells(of(shelf()), 2.5, 1.25), **figures), COVER)
    return told(demand_steps(row_of(frame), by(COVER).rule_set))["demand"]


def test_demand_is_told_with_its_spread_its_days_and_why_it_was_estimated_so() -> None:
    assert demand() == (
        "2.5 a day, spread 1.25; sales of 60 days count; "
        "ADI 1.00 is below 1.32 and CV² 0.25 below 0.49: smooth, so exponential_smoothing"
    )


@pytest.mark.parametrize(
    ("figures", "part"),
    [
        ({"stock_out_days": 3}, ", 3 days had nothing to sell; "),
        ({"lent_days": 40}, ", 40 days are the predecessor's; "),
        ({"age_days": 36_499}, ", listed for 36499 days; "),
        ({"age_days": 12}, ", listed for 12 days; "),
        ({"uplift": 1.2}, "; 1.20 times what was sold, for days that sold out; "),
    ],
)
def test_what_is_out_of_the_ordinary_is_told_and_only_then(figures: dict[str, Any], part: str) -> None:
    assert part in demand(**figures)
    assert part not in demand()


def test_an_estimate_that_is_not_gone_by_says_how_few_days_are_known_and_no_class() -> None:
    frame = ruled(described(sells(of(shelf()), 2.5, 1.25, known_rate=False), known_days=9, days_used=9), COVER)
    row = row_of(frame)
    steps = told(demand_steps(row, by(COVER).rule_set))
    assert steps["demand"].endswith("sales of 9 days count; too few days of the location are known (9) to go by it")
    assert steps["rule"].endswith(
        "days_of_cover with least_days 7, most_days 21; not followed, for too few days of sales are known"
    )
    levels = told(level_steps(row, by(COVER).rule_set))
    assert (levels["minimum"], levels["maximum"]) == ("10, set by the retailer", "30, set by the retailer")


@pytest.mark.parametrize(
    ("source", "spread", "expected"),
    [
        ("product", 0.0, "lead time 4 days (the product's), and 7 more until the next order's goods"),
        ("measured", 1.5, "lead time 4 days, spread 1.5 (measured here), and 7 more until the next order's goods"),
        ("calendar", 0.0, "lead time 4 days (by the location's calendar), and 7 more until the next order's goods"),
    ],
)
def test_supply_is_told_with_its_source(source: str, spread: float, expected: str) -> None:
    snapshot = waits(sells(of(shelf()), 2), 4, spread=spread, review=7)
    snapshot = snapshot.assign(lead_time_source=pd.Categorical([source], dtype=LEAD_TIME_DTYPE))
    assert told(demand_steps(row_of(ruled(snapshot, COVER)), by(COVER).rule_set))["supply"] == expected


def test_a_row_without_a_rule_tells_no_supply_for_nothing_goes_by_it() -> None:
    other = rule("days_of_cover", "B", least_days=1, most_days=2)
    row = row_of(ruled(waits(sells(of(shelf()), 2), 4), other))
    steps = told(demand_steps(row, by(other).rule_set))
    assert steps == {"rule": "no rule is for this row, so its minimum and maximum hold"}


def test_a_row_of_a_run_without_rules_and_without_history_tells_neither() -> None:
    assert demand_steps(row_of(ruled(of(shelf()))), PlanningRuleSet()) == []


def test_a_row_in_lots_is_explained_from_its_rule_to_its_order() -> None:
    """6 a day over one day: 8 cover four fifths, so position 8 asks for a lot of 24."""
    row = row_of(ruled(waits(sells(of(shelf(on_hand=8), products=[product()]), 6), 0), LOTS))
    steps = told(explain_row(row, Rules(), by(LOTS).rule_set))
    assert {label: steps[label] for label in ("rule", "minimum", "maximum", "lot", "trigger", "whole lots")} == {
        "rule": "'in lots' (/etc/shop/rules.yaml:7): reorder_point_lot with cycle_service 0.8, lot 24",
        "minimum": "8, by the policy (set 10 by the retailer)",
        "maximum": "32, by the policy (set 30 by the retailer)",
        "lot": "whole lots of 24, until the row would no longer ask",
        "trigger": "position 8 is at or below the minimum 8",
        "whole lots": "1 of 24 = 24",
    }
    assert "missing to maximum" not in steps
    assert steps["order quantity"] == "The inventory position is at or below the minimum."


def test_levels_by_a_policy_tell_the_planner_s_that_they_took_the_place_of() -> None:
    row = row_of(ruled(sells(of(shelf(), levels=[override(minimum=1, maximum=5)]), 2), COVER))
    steps = told(level_steps(row, by(COVER).rule_set))
    assert (steps["minimum"], steps["maximum"]) == (
        "14, by the policy (set 1 by the planner)",
        "42, by the policy (set 5 by the planner)",
    )


SHOW = rule("min_max", presentation_minimum=12)
QUIET = rule("days_of_cover", least_days=7, most_days=21, presentation_minimum=4)


@pytest.mark.parametrize(
    ("policy", "rate", "rate_known", "levels"),
    [
        (COVER, 2.0, True, (14, 42)),
        (SHOW, 2.0, False, (12, 30)),
        (QUIET, 0.0, True, (4, 4)),
        (LOTS, 0.0, True, (0, 0)),
        (rule("days_of_cover", least_days=7, most_days=21, presentation_minimum=12), 2.0, False, (12, 30)),
    ],
)
def test_levels_that_are_not_those_that_were_set_are_worked_out_again(
    policy: PolicyRule, rate: float, rate_known: bool, levels: tuple[int, int]
) -> None:
    """By the policy, by what the shelf must show alone, and by what stands in where nothing sells or is known."""
    row = row_of(ruled(sells(of(shelf()), rate, known_rate=rate_known), policy))
    steps = level_steps(row, by(policy).rule_set)
    assert tuple(step.value for step in steps) == levels
    assert "by the policy" in told(steps)["minimum"]
    for name in ("reorder_point", "order_up_to_level"):
        with pytest.raises(PlanningInputError, match=f"rule '{policy.name}' leads to minimum, maximum and lot"):
            level_steps(row | {name: row[name] + 1}, by(policy).rule_set)


def test_a_lot_that_the_rule_does_not_lead_to_is_refused() -> None:
    row = row_of(ruled(waits(sells(of(shelf(on_hand=8)), 6), 0), LOTS))
    with pytest.raises(PlanningInputError, match=r"lot \(8, 32, 24\), and the row was planned with \(8, 32, 12\)"):
        level_steps(row | {"lot": 12}, by(LOTS).rule_set)


def test_demand_or_supply_other_than_the_plan_s_is_refused() -> None:
    row = row_of(ruled(waits(sells(of(shelf(on_hand=8)), 6), 0), LOTS))
    for change in ({"rate_per_day": 9.0}, {"expected_lead_time_days": 3.0}, {"demand_unknown": True}):
        with pytest.raises(PlanningInputError, match="the rules or the engine are not those of the run"):
            level_steps(row | change, by(LOTS).rule_set)


def test_a_rule_that_is_not_at_hand_is_told_by_its_name() -> None:
    row = row_of(ruled(sells(of(shelf()), 2), COVER))
    with pytest.raises(PlanningInputError, match="planned by rule 'days_of_cover', which is not among the rules"):
        explain_row(row, Rules())
    with pytest.raises(PlanningInputError, match="no rule is told; its plan is damaged"):
        level_steps(row | {"rule": None}, by(COVER).rule_set)


@pytest.mark.parametrize("nothing", [None, np.nan, pd.NA])
def test_a_row_without_a_rule_has_none(nothing: object) -> None:
    assert rule_of({"rule": nothing}, by(COVER).rule_set) is None
    assert rule_of({}, by(COVER).rule_set) is None
    assert rule_of({"rule": "days_of_cover"}, by(COVER).rule_set) is COVER


def test_a_row_that_is_no_order_day_says_so_and_tells_its_levels_all_the_same() -> None:
    row = row_of(ruled(sells(of(shelf()), 2).assign(order_day=np.array([False])), COVER))
    steps = told(explain_row(row, Rules(), by(COVER).rule_set))
    assert steps["excluded"] == "The location's calendar has no order on this date."
    assert (steps["minimum"], "trigger" in steps) == ("14, by the policy (set 10 by the retailer)", False)
