"""The arithmetic of one planned row, step by step, in words and numbers that a planner can check by hand.

Nothing is planned again: every number is read from the row's own columns, and the terms are added up once more only
to be sure that the rules at hand are those that made the row.
"""

from __future__ import annotations

from datetime import date
from typing import cast

import pandas as pd

from replenisher.errors import PlanningInputError
from replenisher.planning.explain_levels import demand_steps, level_steps
from replenisher.planning.explain_quantities import ExplainStep, Row, is_set_by_hand, quantity_steps
from replenisher.planning.policies.asking import Policy, Trigger
from replenisher.planning.position import TERMS
from replenisher.planning.reasons import Effect, Reason, describe, reasons_in
from replenisher.planning.rule_set import PlanningRuleSet
from replenisher.planning.rules import Rules
from replenisher.planning.snapshot import FIGURES, SINCE_OPENING

__all__ = ["ExplainStep", "explain_row"]

_EXCLUSIONS = (
    Reason.DO_NOT_ORDER,
    Reason.DISCONTINUED,
    Reason.NOT_LISTED,
    Reason.LEVELS_MISSING,
    Reason.LEVELS_SET_TO_ZERO,
    Reason.LEVELS_INVERTED,
    Reason.NOT_COUNTED,
    Reason.PAST_LAST_ORDER_DATE,
    Reason.SNOOZED,
    Reason.NOT_MAPPED,
    Reason.NOT_AN_ORDER_DAY,
    Reason.LEVEL_BEYOND,
)


def explain_row(row: pd.Series | Row, rules: Rules, rule_set: PlanningRuleSet | None = None) -> list[ExplainStep]:
    """Explain one row of a planned frame: terms, position, levels, trigger, every constraint, the result.

    `rules` and `rule_set` are those that the row was planned with; PlanningInputError says when the position, the
    levels or the trigger do not follow from them.
    """
    known = cast(Row, row.to_dict()) if isinstance(row, pd.Series) else row
    reasons = reasons_in(known["reasons"])
    steps = [*_terms(known, rules), _position(known, rules)]
    by_rule = rule_set or PlanningRuleSet()
    if rules.policy is Policy.SELL_THROUGH:
        steps.append(_owed(known))
    else:
        steps.extend([*demand_steps(known, by_rule), *level_steps(known, by_rule)])
    exclusions = [reason for reason in reasons if reason in _EXCLUSIONS]
    steps.extend(ExplainStep("excluded", describe(reason) + _date(known, reason), 0) for reason in exclusions)
    if not exclusions:
        steps.append(_trigger(known, rules))
    if not exclusions and (bool(known["triggered"]) or is_set_by_hand(reasons)):
        steps.extend(quantity_steps(known, rules, reasons))
    steps.append(ExplainStep("order quantity", describe(reasons[0]), int(known["order_quantity"]), "order_quantity"))
    notes = [reason for reason in reasons if reason.effect is Effect.NOTES]
    return [*steps, *(ExplainStep("note", describe(reason), 0) for reason in notes)]


def _date(row: Row, reason: Reason) -> str:
    """Say which dates exclude the row; nothing where no date does."""
    names = {Reason.PAST_LAST_ORDER_DATE: "last_order_date", Reason.SNOOZED: "snoozed_until"}
    if reason not in names:
        return ""
    name = names[reason]
    dates = [date.fromordinal(int(row[each])).isoformat() for each in (name, "business_date")]
    return f" {_words(name).capitalize()} {dates[0]}, the run's date is {dates[1]}."


def _terms(row: Row, rules: Rules) -> list[ExplainStep]:
    steps = []
    for name in TERMS:
        value, weight = int(row[name]), getattr(rules.weights, name)
        text = f"{value} x weight {_signed(weight)} = {_signed(value * weight)}"
        if name == "on_hand" and bool(row["negative_on_hand"]):
            text += f" (reported {int(row['on_hand_reported'])}, counted as 0)"
        if name == "on_hand":
            text += _source(row)
        if name == "allocated":
            text += _promises(row)
        steps.append(ExplainStep(_words(name), text, value, name))
    return steps


def _promises(row: Row) -> str:
    """Say what an allocated figure is made of that is not the report's alone."""
    if "promised" not in row:
        return ""
    reported, ours = int(row["allocated_reported"]), int(row["promised"])
    if int(row["allocated"]) == max(reported + ours, 0):
        return f" (reported {reported} + {ours} on our sale orders)" if ours else ""
    return f" (on customers' orders and our sale orders; the report's {reported} is not counted)"


def _source(row: Row) -> str:
    """Say how an on hand came about that no report tells; nothing of a reported one."""
    if row.get("on_hand_source") == "not_counted":
        return "; not known: no count of it has been imported"
    if row.get("on_hand_source") != "derived":
        return ""
    counted, received, sold, returned = (int(row[name]) for name in FIGURES)
    when = str(row["counted_at"]).replace("T", " ")
    return f"; derived: counted {counted} ({when}) + received {received} - sold {sold} + returned {returned} since"


def _owed(row: Row) -> ExplainStep:
    owed = int(row["sold_not_reordered"])
    sold, ordered = (int(row.get(name, 0)) for name in SINCE_OPENING)
    ahead = f", {ordered - sold} ahead" if ordered > sold else ""
    text = f"sold {sold} - ordered {ordered} since the book was opened: {owed} owed{ahead}"
    return ExplainStep("sold, not reordered", f"{text}; no levels are needed", owed, "sold_not_reordered")


def _position(row: Row, rules: Rules) -> ExplainStep:
    parts = [int(row[name]) * int(getattr(rules.weights, name)) for name in TERMS]
    position = int(row["inventory_position"])
    if sum(parts) != position:
        raise PlanningInputError(
            f"the terms add up to {sum(parts)} and the row says {position}: it was planned with other weights"
        )
    sum_in_words = " ".join(_signed(part) for part in parts if part) or "0"
    return ExplainStep("inventory position", f"{sum_in_words} = {position}", position, "inventory_position")


def _trigger(row: Row, rules: Rules) -> ExplainStep:
    triggered = bool(row["triggered"])
    if rules.policy is Policy.SELL_THROUGH:
        owed = int(row["sold_not_reordered"])
        if triggered != (owed > 0):
            raise PlanningInputError("the row was planned with another policy than the rules at hand")
        return ExplainStep(
            "trigger", f"{owed} is {'' if triggered else 'not '}more than 0", int(triggered), "triggered"
        )
    position, minimum = int(row["inventory_position"]), int(row["reorder_point"])
    below = not bool(row["at_or_below"]) if "at_or_below" in row else rules.trigger is Trigger.BELOW
    if triggered != (position < minimum if below else position <= minimum):
        raise PlanningInputError("the row was planned with another trigger than the rules at hand")
    verdict = ("is " if triggered else "is not ") + ("below" if below else "at or below")
    return ExplainStep("trigger", f"position {position} {verdict} the minimum {minimum}", int(triggered), "triggered")


def _signed(number: int) -> str:
    return f"{number:+d}" if number else "0"


def _words(name: str) -> str:
    return name.replace("_", " ")
