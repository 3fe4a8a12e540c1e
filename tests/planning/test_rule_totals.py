"""What each rule plans and orders, added up over the frames of a run."""

from __future__ import annotations

from decimal import Decimal

import pandas as pd

from replenisher.planning.choosing import PolicyRule, Scope
from replenisher.planning.levels_by_rule import RuledBy, with_rules
from replenisher.planning.proposal import Rules, plan
from replenisher.planning.rule_set import PlanningRuleSet
from replenisher.planning.rule_totals import RuleSums
from tests.planning.shelves import known, product, shelf

SHOW = PolicyRule("show", "min_max", Scope(skus=frozenset({"A", "B"})), {"presentation_minimum": 12.0})
COVER = PolicyRule("cover", "days_of_cover", Scope(categories=frozenset({"Cases"})), {"least_days": 1, "most_days": 9})
NOBODY = PolicyRule("nobody", "min_max", Scope(categories=frozenset({"Casses"})))
RULES = PlanningRuleSet((SHOW, COVER, NOBODY))


def planned(location: str, rule_set: PlanningRuleSet = RULES) -> pd.DataFrame:
    """Four shelves: A asks for 2 to 12 as shown, B has it; of C no sales are known, D is in no category of a rule."""
    shelves = [
        shelf("A", location=location, minimum=1, maximum=2, on_hand=10),
        shelf("B", location=location, minimum=1, maximum=2, on_hand=12),
        shelf("C", location=location, minimum=3, maximum=5),
        shelf("D", location=location, minimum=3, maximum=5, category="Phones"),
    ]
    products = [product(sku, cost=None if sku == "D" else 15_000) for sku in "ABCD"]
    rows = known(shelves, products).assign(business_date=739_600)
    return plan(with_rules(rows, RuledBy(rule_set, "14146"), Rules()), Rules())


def test_rows_and_orders_are_added_up_by_rule_also_of_rules_that_match_nothing() -> None:
    sums = RuleSums(RULES)
    for location in ("L1", "L2"):
        sums.add(planned(location))
    assert [tuple(vars(one).values()) for one in sums.totals()] == [
        ("show", "min_max", 4, 0, 2, 4, Decimal("6.00")),
        ("cover", "days_of_cover", 2, 2, 2, 10, Decimal("15.00")),
        ("nobody", "min_max", 0, 0, 0, 0, Decimal("0.00")),
        ("", "", 2, 0, 2, 10, Decimal("0.00")),
    ]


def test_without_rules_there_is_nothing_to_tell() -> None:
    sums = RuleSums(PlanningRuleSet())
    sums.add(planned("L1", PlanningRuleSet()))
    assert sums.totals() == []


def test_frames_planned_without_rules_are_of_none() -> None:
    sums = RuleSums(RULES)
    sums.add(planned("L1", PlanningRuleSet()))
    assert [one.rows for one in sums.totals()] == [0, 0, 0, 4]
