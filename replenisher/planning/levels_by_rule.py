"""Levels by rule: each row of a snapshot gets the levels of the policy that its rule names.

1. `with_demand` and `with_supply` put beside each row what is known of its demand and supply;
2. `with_rules` finds the rule of each row (`choosing`), the most specific that is in force on the location's date;
3. a row that no rule matches, whose levels are set by hand, or whose rule names `min_max` keeps the minimum and maximum
   that were set; so does a row whose levels the planners set to 0, both, which says "never order this here" and is
   stronger than any rule;
4. a rule that goes by demand has to know it: where sales of too few days are known the row keeps its minimum and
   maximum and is marked `demand_unknown`; where nothing sells, nothing is kept but what the shelf must show;
5. every other row gets its levels from its policy, and the set ones stay visible beside them; a level beyond what any
   shelf holds is cut to that and marked, for such a row is not ordered.

The company's trigger (`below` or `at_or_below`) is that of rows that keep set levels; a policy has its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import pandas as pd

from replenisher.planning.choosing import NO_RULE, RowFacts, choose
from replenisher.planning.demand.classes import CLASS_DTYPE
from replenisher.planning.frames import LARGEST_QUANTITY
from replenisher.planning.policies import every_row
from replenisher.planning.policies.asking import Policy, Trigger
from replenisher.planning.policies.catalogue import PRESENTATION, Given, Known
from replenisher.planning.policies.levels import Demand, Levels, Supply
from replenisher.planning.rule_set import PlanningRuleSet
from replenisher.planning.rules import Rules

Flags = npt.NDArray[np.bool_]

SET_LEVELS = {"reorder_point": "set_reorder_point", "order_up_to_level": "set_order_up_to_level"}
"""Where the levels stand that the retailer or the planners set, once a rule has given others."""

BY_RULE = (
    *SET_LEVELS.values(),
    "rule",
    "policy",
    "lot",
    "at_or_below",
    "levels_by_policy",
    "demand_unknown",
    "level_beyond",
)
"""The columns that `with_rules` adds."""

KNOWN_COLUMNS = (
    "reorder_point",
    "order_up_to_level",
    "lead_time_days",
    "rate_per_day",
    "sd_per_day",
    "expected_lead_time_days",
    "lead_time_sd_days",
    "review_period_days",
    "case_pack",
    "minimum_order_quantity",
    "unit_cost",
    "cost_known",
)
"""The columns that `known_of` looks at: all that a policy goes by."""

LEAD_TIME_DTYPE = pd.CategoricalDtype(["product", "measured", "calendar"])
"""Where a row's lead time is from: the products file, our own orders of the location, or the location's calendar."""

NO_DEMAND_NEEDED = "min_max"
_NOTHING = {"least_days": 0.0, "most_days": 0.0}


@dataclass(frozen=True)
class RuledBy:
    """By what a frame's rows are ruled: the rules, and the company whose rows they are."""

    rule_set: PlanningRuleSet
    company: str


def with_demand(snapshot: pd.DataFrame, demand: pd.DataFrame, least_known_days: int) -> pd.DataFrame:
    """Put the demand of each row beside it; `demand` has a row for each, in the same order (`demand.rows`).

    `rate_known` tells where sales of so many days are known at the location that the rate may be gone by.
    """
    known = demand["known_days"].to_numpy() >= least_known_days
    return _beside(snapshot, {name: demand[name].array for name in demand.columns} | {"rate_known": known})


def with_supply(snapshot: pd.DataFrame, supply: pd.DataFrame) -> pd.DataFrame:
    """Put the supply of each row's location beside it.

    `supply` has a row per location, by index: `expected_lead_time_days` (float64; missing: that of each product),
    `lead_time_sd_days`, `review_period_days` (float64), `lead_time_source` (LEAD_TIME_DTYPE), and `order_day` (bool)
    where there are calendars. A lead time by calendar takes the place of the product's.
    """
    locations = snapshot["location"].cat
    here = supply.loc[locations.categories.astype("str")]
    codes = locations.codes.to_numpy()
    product = snapshot["lead_time_days"].to_numpy()
    expected = here["expected_lead_time_days"].to_numpy()[codes]
    source = here["lead_time_source"].astype(LEAD_TIME_DTYPE).cat.codes.to_numpy()[codes]
    by_calendar = source == LEAD_TIME_DTYPE.categories.get_loc("calendar")
    columns: dict[str, Any] = {
        "expected_lead_time_days": np.where(np.isnan(expected), product, expected),
        "lead_time_sd_days": here["lead_time_sd_days"].to_numpy()[codes],
        "review_period_days": here["review_period_days"].to_numpy()[codes],
        "lead_time_source": pd.Categorical.from_codes(source, dtype=LEAD_TIME_DTYPE),
        "lead_time_days": np.where(by_calendar, np.nan_to_num(np.ceil(expected)), product).astype(np.int64),
    }
    if "order_day" in here:
        columns["order_day"] = here["order_day"].to_numpy()[codes]
    return _beside(snapshot, columns)


def with_rules(snapshot: pd.DataFrame, by: RuledBy, rules: Rules) -> pd.DataFrame:
    """Give each row its rule and the levels of its policy; adds the columns BY_RULE.

    Without rules, and with sell-through, which knows no levels, the snapshot stays as it is. Raises PlanningInputError
    naming the policy's place when it cannot be followed.

    Worked example: 1.5 a day of known sales, minimum 3 and maximum 7 by the retailer, and a rule `days_of_cover` from
    7 to 21 days: levels 11 and 32. With sales of too few days known the row keeps 3 and 7.
    """
    if not by.rule_set.rules or rules.policy is Policy.SELL_THROUGH:
        return snapshot
    by_hand = (snapshot["levels_source"] == "override").to_numpy()
    chosen = np.where(by_hand | _never_ordered(snapshot), NO_RULE, _chosen(snapshot, by))
    known, count = known_of(snapshot), len(by.rule_set.rules)
    needs = _of_rules(chosen, [rule.policy != NO_DEMAND_NEEDED for rule in by.rule_set.rules])
    unknown = needs & ~(snapshot["rate_known"].to_numpy() if "rate_known" in snapshot else np.False_)
    quiet = needs & ~unknown & (known.demand.rate_per_day <= 0)
    places = chosen + np.where(unknown, count, 0) + np.where(quiet, 2 * count, 0)
    levels, beyond = plannable(every_row.levels(places, policies_of(by.rule_set), known))
    kept = (levels.reorder_point == known.reorder_point) & (levels.order_up_to_level == known.order_up_to_level)
    by_policy = (needs & ~unknown) | ~kept
    at_or_below = np.where(needs & ~unknown, levels.at_or_below, rules.trigger is Trigger.AT_OR_BELOW)
    names = pd.CategoricalDtype([rule.name for rule in by.rule_set.rules])
    policies = pd.CategoricalDtype(list(dict.fromkeys(rule.policy for rule in by.rule_set.rules)))
    of_rule = np.array([policies.categories.get_loc(rule.policy) for rule in by.rule_set.rules] + [NO_RULE])
    return _beside(
        snapshot,
        {
            **{name: snapshot[level].to_numpy(copy=True) for level, name in SET_LEVELS.items()},
            "reorder_point": levels.reorder_point,
            "order_up_to_level": levels.order_up_to_level,
            "rule": pd.Categorical.from_codes(chosen, dtype=names),
            "policy": pd.Categorical.from_codes(of_rule[chosen], dtype=policies),
            "lot": levels.lot,
            "at_or_below": at_or_below,
            "levels_by_policy": by_policy,
            "demand_unknown": unknown,
            "level_beyond": beyond,
        },
    )


def plannable(levels: Levels) -> tuple[Levels, Flags]:
    """Cut levels to LARGEST_QUANTITY; tells which rows had one beyond it."""
    names = ("reorder_point", "order_up_to_level", "lot")
    values = {name: getattr(levels, name) for name in names}
    beyond = np.logical_or.reduce([value > LARGEST_QUANTITY for value in values.values()])
    if not bool(beyond.any()):
        return levels, beyond
    return replace(levels, **{name: np.minimum(value, LARGEST_QUANTITY) for name, value in values.items()}), beyond


def without_rules(snapshot: pd.DataFrame) -> pd.DataFrame:
    """Undo `with_rules`: the levels that were set are the row's again, so that other rules can be tried."""
    if "set_reorder_point" not in snapshot:
        return snapshot
    set_ones = {level: snapshot[name].to_numpy(copy=True) for level, name in SET_LEVELS.items()}
    return _beside(snapshot.drop(columns=list(BY_RULE)), set_ones)


def policies_of(rule_set: PlanningRuleSet) -> list[tuple[str, Given]]:
    """List every rule's policy, then what stands in for each where demand is not known, and where nothing sells.

    What the shelf must show (`presentation_minimum`) holds in all three.
    """
    rules = rule_set.rules
    floors = [
        {PRESENTATION.name: rule.parameters[PRESENTATION.name]} if PRESENTATION.name in rule.parameters else {}
        for rule in rules
    ]
    own = [(rule.policy, rule.parameters) for rule in rules]
    return [
        *own,
        *((NO_DEMAND_NEEDED, floor) for floor in floors),
        *(("days_of_cover", {**_NOTHING, **floor}) for floor in floors),
    ]


def known_of(snapshot: pd.DataFrame) -> Known:
    """Gather what policies need to know of each row; without `with_supply` it is looked at every day."""
    nothing = np.zeros(len(snapshot))

    def real(name: str, default: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        return snapshot[name].to_numpy() if name in snapshot else default

    lead_time = snapshot["lead_time_days"].to_numpy().astype(np.float64)
    return Known(
        Demand(real("rate_per_day", nothing), real("sd_per_day", nothing)),
        Supply(
            real("expected_lead_time_days", lead_time),
            real("lead_time_sd_days", nothing),
            real("review_period_days", nothing + 1.0),
        ),
        reorder_point=snapshot["reorder_point"].to_numpy(),
        order_up_to_level=snapshot["order_up_to_level"].to_numpy(),
        case_pack=snapshot["case_pack"].to_numpy(),
        minimum_order_quantity=snapshot["minimum_order_quantity"].to_numpy(),
        unit_cost=np.where(snapshot["cost_known"], snapshot["unit_cost"], 0),
    )


def _chosen(snapshot: pd.DataFrame, by: RuledBy) -> npt.NDArray[np.int64]:
    """Choose each row's rule on its own location's date; at most a few dates are under way at one moment."""
    facts = _facts(snapshot, by.rule_set.regions)
    days = snapshot["business_date"].to_numpy()
    chosen = np.full(len(snapshot), NO_RULE, dtype=np.int64)
    for day in np.unique(days).tolist():
        np.copyto(chosen, choose(by.rule_set.rules, facts, by.company, date.fromordinal(day)), where=days == day)
    return chosen


def _never_ordered(snapshot: pd.DataFrame) -> Flags:
    nothing = (snapshot["reorder_point"].to_numpy() <= 0) & (snapshot["order_up_to_level"].to_numpy() <= 0)
    return nothing & (snapshot["levels_source"] == "planner").to_numpy()


def _facts(snapshot: pd.DataFrame, regions: Mapping[str, str]) -> RowFacts:
    location = snapshot["location"].array
    names = sorted(set(regions.values()))
    places = {name: place for place, name in enumerate(names)}
    of_location = np.array([places.get(regions.get(str(one), ""), -1) for one in location.categories], dtype=np.int64)
    region = np.append(of_location, -1)[location.codes]
    none = pd.Categorical.from_codes(np.full(len(snapshot), -1, dtype=np.int8), dtype=CLASS_DTYPE)
    age = snapshot["age_days"].to_numpy() if "age_days" in snapshot else np.full(len(snapshot), -1, dtype=np.int64)
    return RowFacts(
        sku=snapshot["sku"].array,
        location=location,
        category=snapshot["category"].array,
        demand_class=snapshot["demand_class"].array if "demand_class" in snapshot else none,
        region=cast(pd.Categorical, pd.Categorical.from_codes(region, dtype=pd.CategoricalDtype(names))),
        age_days=age,
    )


def _of_rules(chosen: npt.NDArray[np.int64], values: list[bool]) -> Flags:
    return np.array([*values, False])[chosen]


def _beside(frame: pd.DataFrame, columns: Mapping[str, Any]) -> pd.DataFrame:
    """Give a frame with columns added or replaced; what is not replaced is shared, and nothing of it is written to."""
    whole = {str(name): frame[name].array for name in frame.columns} | dict(columns)
    return pd.DataFrame(whole, index=frame.index, copy=False)
