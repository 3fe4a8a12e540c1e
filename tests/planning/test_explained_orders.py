"""Every order of a run, worked out again from its explanation alone."""

from __future__ import annotations

import inspect
from collections import defaultdict
from dataclasses import replace

import numpy as np
import pytest

from replenisher.planning.choosing import Scope
from replenisher.planning.constraints import Damping
from replenisher.planning.explain import explain_row
from replenisher.planning.levels_by_rule import with_rules
from replenisher.planning.policies.asking import Rounding, Trigger
from replenisher.planning.proposal import Rules, plan
from replenisher.planning.snapshot import snapshot
from tests.bench.bench_planning import inputs
from tests.planning import interpreter
from tests.planning.anything import TODAY
from tests.planning.ruled import by, rule, sells
from tests.thorough import cases

EVERYTHING = Rules(
    rounding=Rounding.THRESHOLD,
    rounding_threshold_percent=70,
    trigger=Trigger.AT_OR_BELOW,
    maximum_line_quantity=60,
    damping=Damping(units=2, level_percent=10, value=20_000),
    maximum_order_lines=150,
    maximum_order_units=2_000,
    maximum_order_value=100_000_000,
    minimum_order_units=1_900,
    below_order_minimum="top_up",
)


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("rules", [Rules(), EVERYTHING], ids=["plain", "everything"])
def test_every_order_of_a_run_follows_from_its_explanation_alone(rules: Rules) -> None:
    known = snapshot(**inputs(cases(4_000)))
    random = np.random.default_rng(1)
    known = known.assign(
        shelf_capacity=random.choice([0, 0, 20, 40], len(known)),
        rate_per_day=random.choice([0.0, 0.25, 1 / 3, 2.5], len(known)),
    )
    explained: dict[str, dict[str, dict[str, str]]] = defaultdict(dict)
    ordered: dict[str, dict[str, int]] = defaultdict(dict)
    for row in plan(known, rules).to_dict("records"):
        explained[row["location"]][row["sku"]] = {step.label: step.text for step in explain_row(row, rules)}
        ordered[row["location"]][row["sku"]] = row["order_quantity"]
    assert {location: interpreter.orders(rows) for location, rows in explained.items()} == ordered


POLICIES = (
    rule("reorder_point_lot", name="lots", cycle_service=0.9, lot=7),
    rule("optimal_s_s", name="best", order_cost=0.5),
    rule("days_of_cover", name="cover", least_days=7, most_days=21, presentation_minimum=3),
    rule("order_up_to", name="served", fill_rate=0.95),
    rule("min_max", name="own"),
)


@pytest.mark.timeout(900)
@pytest.mark.parametrize("rules", [Rules(), EVERYTHING], ids=["plain", "everything"])
def test_so_it_does_where_rules_plan_in_lots_and_at_or_below(rules: Rules) -> None:
    """Each SKU by one of five policies, and every sixth by none."""
    known = snapshot(**inputs(cases(1_500, 20_000)))
    random = np.random.default_rng(2)
    skus = known["sku"].cat.categories.tolist()
    chosen = [
        replace(one, scope=Scope(skus=frozenset(skus[place :: len(POLICIES) + 1])))
        for place, one in enumerate(POLICIES)
    ]
    known = sells(
        known.assign(business_date=TODAY, order_day=random.random(len(known)) > 0.05),
        random.choice([0.0, 0.25, 1 / 3, 2.5], len(known)),
        known_rate=random.random(len(known)) > 0.1,
    )
    proposal = plan(with_rules(known, by(*chosen), rules), rules)
    assert {(True, True), (True, False), (False, False)} <= set(
        zip(proposal["at_or_below"], proposal["lot"] > 0, strict=True)
    )
    explained: dict[str, dict[str, dict[str, str]]] = defaultdict(dict)
    ordered: dict[str, dict[str, int]] = defaultdict(dict)
    for row in proposal.to_dict("records"):
        steps = explain_row(row, rules, by(*chosen).rule_set)
        explained[row["location"]][row["sku"]] = {step.label: step.text for step in steps}
        ordered[row["location"]][row["sku"]] = row["order_quantity"]
    assert {location: interpreter.orders(rows) for location, rows in explained.items()} == ordered
    assert (proposal["order_quantity"] > 0)[(proposal["lot"] > 0).to_numpy()].any()


def test_the_interpreter_is_short_enough_to_be_believed() -> None:
    assert len(inspect.getsource(interpreter).splitlines()) <= 80
