"""Strategies: rows of which demand and supply are known or not, and rules of every policy that may plan them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from hypothesis import strategies as st

from replenisher.planning.choosing import Ages, PolicyRule, Scope, tie_of
from replenisher.planning.demand.choice import METHOD_DTYPE, RULE_DTYPE
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
    """Any rows, with their demand and their locations' supply; which figure each has is thrown, to be quick."""
    snapshot = draw(anything.snapshots(capped=capped))
    rows, random = len(snapshot), np.random.default_rng(draw(st.integers(0, 2**16)))

    def each(*values: Any) -> Any:
        return random.choice(np.array(values), rows)

    rates = each(*RATES)
    found = snapshot.assign(
        rate_per_day=rates,
        sd_per_day=np.sqrt(rates) * each(0.5, 1.0, 2.0),
        rate_known=each(True, True, True, False),
        age_days=each(0, 29, 30, 36_500),
        demand_class=pd.Categorical.from_codes(random.integers(0, 6, rows), dtype=CLASS_DTYPE),
        demand_method=pd.Categorical(["tsb"] * rows, dtype=METHOD_DTYPE),
        demand_rule=pd.Categorical(["asked_for"] * rows, dtype=RULE_DTYPE),
        **dict.fromkeys(("adi", "cv2", "uplift"), np.ones(rows)),
        **dict.fromkeys(("days_used", "stock_out_days", "lent_days", "known_days"), np.ones(rows, dtype=np.int64)),
    )
    if draw(st.booleans()):
        return found
    return found.assign(
        expected_lead_time_days=each(0.0, 2.5, 9.0),
        lead_time_sd_days=each(0.0, 1.5),
        review_period_days=each(0.0, 1.0, 7.0),
        lead_time_source=pd.Categorical(["measured"] * rows, dtype=LEAD_TIME_DTYPE),
        order_day=each(True, True, True, False),
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
