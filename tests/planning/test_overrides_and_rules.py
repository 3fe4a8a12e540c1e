"""What planners set by hand beside rules: levels by hand come first, and a quantity waits for an order day."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from replenisher.planning.choosing import PolicyRule, Scope
from replenisher.planning.explain import explain_row
from replenisher.planning.levels_by_rule import RuledBy, with_rules
from replenisher.planning.overrides import with_overrides
from replenisher.planning.proposal import Rules, plan
from replenisher.planning.rule_set import PlanningRuleSet
from tests.planning.shelves import known, quantities, reasons, shelf
from tests.planning.test_overrides import by_hand, marks

COVER = PolicyRule("cover", "days_of_cover", Scope(), {"least_days": 10.0, "most_days": 20.0}, place="rules.yaml:2")
LOTS = PolicyRule("lots", "reorder_point_lot", Scope(), {"cycle_service": 0.9, "lot": 25.0}, place="rules.yaml:2")


def ruled(rule: PolicyRule, *overrides: dict[str, Any], order_day: bool = True, on_hand: int = 5) -> pd.DataFrame:
    """Three shelves that sell 2 a day, planned by one rule and what was set by hand."""
    rows = known([shelf(sku, on_hand=on_hand) for sku in "ABC"])
    by_planner = pd.DataFrame(list(overrides)) if overrides else None
    rows = with_overrides(rows, by_planner).assign(
        business_date=np.full(3, 739_600, dtype=np.int64),
        rate_per_day=np.full(3, 2.0),
        sd_per_day=np.full(3, 1.5),
        rate_known=np.ones(3, dtype=np.bool_),
        order_day=np.full(3, order_day),
    )
    return plan(with_rules(rows, RuledBy(PlanningRuleSet((rule,)), "14146"), Rules()), Rules())


def test_levels_set_by_hand_come_before_a_rule_and_the_explanation_says_so() -> None:
    proposal = ruled(COVER, by_hand("B", minimum=6, maximum=9))
    assert quantities(proposal) == [35, 4, 35]
    assert proposal["rule"].isna().tolist() == [False, True, False]
    steps = explain_row(proposal.iloc[1].to_dict(), Rules(), PlanningRuleSet((COVER,)))
    told = {step.label: step.text for step in steps}
    assert told["rule"] == "levels that are set by hand come before any rule"
    assert told["maximum"].startswith("9, set by an override")


def test_levels_of_zero_set_by_hand_order_nothing_whatever_the_rule_says() -> None:
    proposal = ruled(COVER, by_hand("B", minimum=0, maximum=0))
    assert (quantities(proposal), reasons(proposal)[1]) == ([35, 0, 35], "levels_set_to_zero")


def test_a_quantity_takes_the_place_of_whole_lots_also_where_the_row_would_not_ask() -> None:
    asking = ruled(LOTS, by_hand("B", quantity=7), on_hand=0)
    assert quantities(asking) == [25, 7, 25]
    assert "at_or_below_minimum" in marks(asking, 1)
    full = ruled(LOTS, by_hand("B", quantity=7), on_hand=500)
    assert (quantities(full), full["raw_quantity"].tolist()) == ([0, 7, 0], [0, 0, 0])
    assert marks(full, 1) == {"set_by_planner"}


def test_on_a_day_without_orders_no_quantity_is_ordered() -> None:
    proposal = ruled(COVER, by_hand("B", quantity=7), order_day=False)
    assert (quantities(proposal), set(reasons(proposal))) == ([0, 0, 0], {"not_an_order_day"})
