"""Every order of a run, worked out again from its explanation alone."""

from __future__ import annotations

import inspect
from collections import defaultdict

import numpy as np
import pytest

from replenisher.planning.constraints import Damping
from replenisher.planning.explain import explain_row
from replenisher.planning.policies.asking import Rounding, Trigger
from replenisher.planning.proposal import Rules, plan
from replenisher.planning.snapshot import snapshot
from tests.bench.bench_planning import inputs
from tests.planning import interpreter
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


def test_the_interpreter_is_short_enough_to_be_believed() -> None:
    assert len(inspect.getsource(interpreter).splitlines()) <= 80
