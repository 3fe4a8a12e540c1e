"""Strategies: rows of which demand and supply are known or not, and rules of every policy that may plan them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from hypothesis import strategies as st

from replenisher.planning.choosing import Ages, PolicyRule, Scope, tie_of
from replenisher.planning.demand.classes import CLASS_DTYPE
from replenisher.planning.levels_by_rule import LEAD_TIME_DTYPE
from tests.planning import anything

POLICIES: tuple[tuple[str, dict[str, float]], ...] = (
    ("min_max", {}),
    ("order_up_to", {"cycle_service": 0.95}),
    ("order_up_to", {"fill_rate": 0.98}),
    ("reorder_point_lot", {"cycle_service": 0.9, "lot": 7}),
    ("reorder_point_lot", {"fill_rate": 0.9, "order_cost": 1.5}),
    ("optimal_s_s", {"order_cost": 0.5}),
    ("days_of_cover", {"least_days": 7, "most_days": 21}),
    ("dynamic_buffer", {"variability_factor": 0.7}),
    ("newsvendor", {"days_left": 30, "shortage_cost": 3, "leftover_cost": 1}),
)
RATES = (0.0, 0.02, 0.25, 1 / 3, 1.0, 2.5)


@st.composite
def ruled_snapshots(draw: st.DrawFn, *, capped: bool = True) -> pd.DataFrame:
    """Any rows, with their demand and their locations' supply."""
    snapshot = draw(anything.snapshots(capped=capped))
    rows = len(snapshot)

    def each(values: st.SearchStrategy[Any], kind: Any) -> Any:
        return np.array([draw(values) for _ in range(rows)], dtype=kind)

    rates = each(st.sampled_from(RATES), np.float64)
    found = snapshot.assign(
        rate_per_day=rates,
        sd_per_day=np.sqrt(rates) * each(st.sampled_from([0.5, 1.0, 2.0]), np.float64),
        rate_known=each(st.sampled_from([True, True, True, False]), np.bool_),
        age_days=each(st.sampled_from([0, 29, 30, 36_500]), np.int64),
        demand_class=pd.Categorical.from_codes(each(st.integers(0, 5), np.int64), dtype=CLASS_DTYPE),
    )
    if draw(st.booleans()):
        return found
    return found.assign(
        expected_lead_time_days=each(st.sampled_from([0.0, 2.5, 9.0]), np.float64),
        lead_time_sd_days=each(st.sampled_from([0.0, 1.5]), np.float64),
        review_period_days=each(st.sampled_from([0.0, 1.0, 7.0]), np.float64),
        lead_time_source=pd.Categorical(["measured"] * rows, dtype=LEAD_TIME_DTYPE),
        order_day=each(st.sampled_from([True, True, True, False]), np.bool_),
    )


@st.composite
def rule_sets(draw: st.DrawFn) -> tuple[PolicyRule, ...]:
    """Up to four rules of which no two can tie."""
    made: list[PolicyRule] = []
    for number in range(draw(st.integers(0, 4))):
        policy, parameters = draw(st.sampled_from(POLICIES))
        floor = draw(st.sampled_from([{}, {}, {"presentation_minimum": 4}]))
        one = PolicyRule(f"rule {number}", policy, draw(scopes()), parameters | floor)
        if not any(tie_of(one, other) for other in made):
            made.append(one)
    return tuple(made)


@st.composite
def scopes(draw: st.DrawFn) -> Scope:
    named = draw(st.sampled_from(["", "", "skus", "locations", "regions", "classes", "ages", "skus locations"]))
    values: dict[str, Any] = {
        "skus": frozenset(draw(st.lists(st.sampled_from(anything.SKUS), min_size=1, max_size=2))),
        "locations": frozenset(draw(st.lists(st.sampled_from(anything.LOCATIONS), min_size=1, max_size=2))),
        "regions": frozenset({"west"}),
        "classes": frozenset({"smooth", "lumpy"}),
        "ages": Ages(0, 30),
    }
    return Scope(**{name: values[name] for name in named.split()})
