"""The part of an explanation that tells where a row's levels come from: its demand, its supply, its rule.

What a rule's policy makes of them is worked out once more from the row alone, and has to be what the plan went by.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from replenisher.errors import PlanningInputError
from replenisher.planning.choosing import PolicyRule
from replenisher.planning.demand.choice import explained
from replenisher.planning.demand.rows import OLDER_THAN_KNOWN
from replenisher.planning.explain_quantities import ExplainStep, Row
from replenisher.planning.levels_by_rule import KNOWN_COLUMNS, SET_LEVELS, known_of, plannable, policies_of
from replenisher.planning.policies import every_row
from replenisher.planning.rule_set import PlanningRuleSet

_SOURCES = {"product": "the product's", "measured": "measured here", "calendar": "by the location's calendar"}


def demand_steps(row: Row, rule_set: PlanningRuleSet) -> list[ExplainStep]:
    """Explain what a row sells, how long it waits for goods, and which rule plans it; nothing where none is known."""
    steps = []
    if "rate_per_day" in row and "demand_class" in row:
        steps.append(ExplainStep("demand", _demand(row), 0))
    if "rule" in row:
        rule = rule_of(row, rule_set)
        if rule is not None and "expected_lead_time_days" in row:
            steps.append(ExplainStep("supply", _supply(row), 0))
        steps.append(ExplainStep("rule", _rule(row, rule), 0))
    return steps


def level_steps(row: Row, rule_set: PlanningRuleSet) -> list[ExplainStep]:
    """Explain minimum and maximum: set by a person, or by a policy, which is followed once more.

    Raises PlanningInputError when the rules at hand do not lead to the row's levels.
    """
    by_policy = bool(row.get("levels_by_policy", False))
    if by_policy:
        _check(row, rule_set)
    steps = []
    for label, name in (("minimum", "reorder_point"), ("maximum", "order_up_to_level")):
        value = int(row[name])
        if by_policy:
            text = f"{value}, by the policy (set {int(row[SET_LEVELS[name]])} by the {row['levels_source']})"
        else:
            source = str(row["levels_source"])
            text = f"{value}, set by {'an' if source == 'override' else 'the'} {source}"
            if source in ("planner", "override") and row.get("on_hand_source", "reported") == "reported":
                text += f" (the retailer says {int(row[f'retailer_{name}'])})"
        steps.append(ExplainStep(label, text, value, name))
    if int(row.get("lot", 0)):
        lot = int(row["lot"])
        steps.append(ExplainStep("lot", f"whole lots of {lot}, until the row would no longer ask", lot, "lot"))
    return steps


def rule_of(row: Row, rule_set: PlanningRuleSet) -> PolicyRule | None:
    """Find the rule that planned a row; None where none matched. Raises PlanningInputError where it is not at hand."""
    name = row.get("rule")
    if not isinstance(name, str):
        return None
    for rule in rule_set.rules:
        if rule.name == name:
            return rule
    raise PlanningInputError(f"the row was planned by rule {name!r}, which is not among the rules at hand")


def _demand(row: Row) -> str:
    text = f"{float(row['rate_per_day']):.3g} a day, spread {float(row['sd_per_day']):.3g}"
    text += f"; sales of {int(row['days_used'])} days count"
    if int(row["stock_out_days"]):
        text += f", {int(row['stock_out_days'])} days had nothing to sell"
    if int(row["lent_days"]):
        text += f", {int(row['lent_days'])} days are the predecessor's"
    if int(row["age_days"]) < OLDER_THAN_KNOWN:
        text += f", listed for {int(row['age_days'])} days"
    if float(row["uplift"]) > 1:
        text += f"; {float(row['uplift']):.2f} times what was sold, for days that sold out"
    if not bool(row.get("rate_known", True)):
        return f"{text}; too few days of the location are known ({int(row['known_days'])}) to go by it"
    names = {"method": row["demand_method"], "rule": row["demand_rule"]}
    return f"{text}; {explained({**row, **names})}"


def _supply(row: Row) -> str:
    lead_time, spread = float(row["expected_lead_time_days"]), float(row["lead_time_sd_days"])
    text = f"lead time {lead_time:.3g} days"
    text += f", spread {spread:.2g}" if spread else ""
    source = _SOURCES[str(row["lead_time_source"])]
    return f"{text} ({source}), and {float(row['review_period_days']):.3g} more until the next order's goods"


def _rule(row: Row, rule: PolicyRule | None) -> str:
    if rule is None and row["levels_source"] == "override":
        return "levels that are set by hand come before any rule"
    if rule is None and row["levels_source"] == "planner" and int(row["order_up_to_level"]) == 0:
        return "minimum and maximum 0 in the levels file come before any rule"
    if rule is None:
        return "no rule is for this row, so its minimum and maximum hold"
    given = ", ".join(f"{name} {value:g}" for name, value in sorted(rule.parameters.items()))
    text = f"{rule.name!r} ({rule.place}): {rule.policy}" + (f" with {given}" if given else "")
    if bool(row["demand_unknown"]):
        return f"{text}; not followed, for too few days of sales are known"
    return text


def _check(row: Row, rule_set: PlanningRuleSet) -> None:
    """Follow the row's policy once more from the row alone."""
    rule = rule_of(row, rule_set)
    if rule is None:
        raise PlanningInputError("the row's levels are by a policy, and no rule is told; its plan is damaged")
    place, count = rule_set.rules.index(rule), len(rule_set.rules)
    known = known_of(_alone(row))
    if bool(row["demand_unknown"]):
        place += count
    elif rule.policy != "min_max" and known.demand.rate_per_day[0] <= 0:
        place += 2 * count
    levels, _ = plannable(every_row.levels(np.array([place]), policies_of(rule_set), known))
    found = (int(levels.reorder_point[0]), int(levels.order_up_to_level[0]), int(levels.lot[0]))
    planned = (int(row["reorder_point"]), int(row["order_up_to_level"]), int(row["lot"]))
    if found != planned:
        raise PlanningInputError(
            f"rule {rule.name!r} leads to minimum, maximum and lot {found}, and the row was planned with {planned}: "
            "the rules or the engine are not those of the run"
        )


def _alone(row: Row) -> pd.DataFrame:
    """Make a frame of what a policy goes by in a row, with the levels that were set: of all columns it takes long."""
    levels = {level: [row[name]] for level, name in SET_LEVELS.items()}
    return pd.DataFrame({name: [row[name]] for name in KNOWN_COLUMNS if name in row} | levels)
