"""The arithmetic of one planned row, step by step, in words and numbers that a planner can check by hand.

Nothing is planned again: every number is read from the row's own columns, and the terms are added up once more only
to be sure that the rules at hand are those that made the row.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, cast

import pandas as pd

from replenisher.errors import PlanningInputError
from replenisher.planning.frames import from_money
from replenisher.planning.policies.asking import Policy, Trigger
from replenisher.planning.position import TERMS
from replenisher.planning.proposal import STEPS, Rules
from replenisher.planning.reasons import Effect, Reason, describe, reasons_in
from replenisher.planning.snapshot import FIGURES, SINCE_OPENING

Row = Mapping[str, Any]


@dataclass(frozen=True)
class ExplainStep:
    """One line of the explanation: what it is, the arithmetic or sentence, and the number it ends in.

    `column` names the row's column that holds `value`; it is empty for a number that no column holds.
    """

    label: str
    text: str
    value: int
    column: str = ""


_EXCLUSIONS = (
    Reason.DO_NOT_ORDER,
    Reason.DISCONTINUED,
    Reason.NOT_LISTED,
    Reason.LEVELS_MISSING,
    Reason.LEVELS_SET_TO_ZERO,
    Reason.LEVELS_INVERTED,
    Reason.NOT_COUNTED,
)

_CHANGES: dict[str, tuple[Reason, ...]] = {
    "after_case_pack": (
        Reason.ROUNDED_UP_TO_REACH_MINIMUM,
        Reason.ROUNDED_UP,
        Reason.ROUNDED_TO_ZERO,
        Reason.ROUNDED_DOWN,
    ),
    "after_minimum_order_quantity": (Reason.RAISED_TO_MINIMUM_ORDER,),
    "after_maximum_line_quantity": (
        Reason.LINE_MAXIMUM_BELOW_CASE_PACK,
        Reason.LINE_MAXIMUM_BELOW_MINIMUM_ORDER,
        Reason.CUT_TO_LINE_MAXIMUM,
    ),
    "after_maximum_order_lines": (Reason.NO_ROOM_IN_ORDER_LINES,),
    "after_maximum_order_units": (Reason.NO_ROOM_IN_ORDER_UNITS, Reason.CUT_TO_ORDER_UNITS),
    "after_maximum_order_value": (Reason.NO_ROOM_IN_ORDER_VALUE, Reason.CUT_TO_ORDER_VALUE),
}
"""Which reasons each step can give; the first that the row has is the one to tell."""


def explain_row(row: pd.Series | Row, rules: Rules) -> list[ExplainStep]:
    """Explain one row of a planned frame: terms, position, levels, trigger, every constraint, the result.

    `rules` are those that the row was planned with; PlanningInputError says when the position or the trigger does not
    follow from them.
    """
    known = cast(Row, row.to_dict()) if isinstance(row, pd.Series) else row
    reasons = reasons_in(known["reasons"])
    steps = [*_terms(known, rules), _position(known, rules)]
    steps.extend([_owed(known)] if rules.policy is Policy.SELL_THROUGH else _levels(known))
    exclusions = [reason for reason in reasons if reason in _EXCLUSIONS]
    steps.extend(ExplainStep("excluded", describe(reason), 0) for reason in exclusions)
    if not exclusions:
        steps.append(_trigger(known, rules))
    if not exclusions and bool(known["triggered"]):
        steps.extend(_quantities(known, rules, reasons))
    steps.append(ExplainStep("order quantity", describe(reasons[0]), int(known["order_quantity"]), "order_quantity"))
    notes = [reason for reason in reasons if reason.effect is Effect.NOTES]
    return [*steps, *(ExplainStep("note", describe(reason), 0) for reason in notes)]


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


def _levels(row: Row) -> list[ExplainStep]:
    steps = []
    for label, name in (("minimum", "reorder_point"), ("maximum", "order_up_to_level")):
        value, source = int(row[name]), str(row["levels_source"])
        text = f"{value}, set by the {source}"
        if source == "planner" and row.get("on_hand_source", "reported") == "reported":
            text += f" (the retailer says {int(row[f'retailer_{name}'])})"
        steps.append(ExplainStep(label, text, value, name))
    return steps


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
    below = rules.trigger is Trigger.BELOW
    if triggered != (position < minimum if below else position <= minimum):
        raise PlanningInputError("the row was planned with another trigger than the rules at hand")
    verdict = ("is " if triggered else "is not ") + ("below" if below else "at or below")
    return ExplainStep("trigger", f"position {position} {verdict} the minimum {minimum}", int(triggered), "triggered")


def _quantities(row: Row, rules: Rules, reasons: list[Reason]) -> list[ExplainStep]:
    position, maximum, raw = _asked(row, rules)
    label, sentence = "missing to maximum", f"{maximum} - {position} = {raw}"
    if rules.policy is Policy.SELL_THROUGH:
        label, sentence = "owed", f"{raw} sold and not reordered"
    steps = [ExplainStep(label, sentence, raw, "raw_quantity")]
    settings = _settings(row, rules)
    for before_name, name in pairwise(STEPS):
        before, after = int(row[before_name]), int(row[name])
        if before == 0:
            break
        told = [describe(reason) for reason in _CHANGES[name] if reason in reasons][:1]
        change = f"{before} -> {after}" if before != after else f"{after} stays"
        label, setting = settings[name]
        steps.append(ExplainStep(label, ". ".join([f"{change}; {setting}", *told]), after, name))
    order_quantity = int(row["order_quantity"])
    above = position + order_quantity - maximum
    if order_quantity > 0 and above > 0:
        text = f"{position} + {order_quantity} - {maximum} = {above} above the maximum (whole packs, minimum order)"
        if rules.policy is Policy.SELL_THROUGH:
            text = f"{order_quantity} - {raw} = {above} more than was sold; they are sold before more is asked for"
        steps.append(ExplainStep("overshoot", text, above))
    return steps


def _asked(row: Row, rules: Rules) -> tuple[int, int, int]:
    """Give position, maximum and raw quantity as the policy saw them."""
    raw = int(row["raw_quantity"])
    if rules.policy is Policy.SELL_THROUGH:
        return -int(row["sold_not_reordered"]), 0, raw
    return int(row["inventory_position"]), int(row["order_up_to_level"]), raw


def _settings(row: Row, rules: Rules) -> dict[str, tuple[str, str]]:
    """Name each step and say what it was set to."""
    value = rules.maximum_order_value
    cost = f"unit cost {from_money(row['unit_cost']):f}" if bool(row["cost_known"]) else "unit cost not known"
    own, every = int(row["maximum_line_quantity"]), rules.maximum_line_quantity
    need = f"{_shortage_percent(row)} % of the minimum is missing"
    if rules.policy is Policy.SELL_THROUGH:
        need = f"{int(row['sold_not_reordered'])} owed"
    return {
        "after_case_pack": ("case pack", f"packs of {int(row['case_pack'])}, rounding {rules.rounding.value}"),
        "after_minimum_order_quantity": (
            "minimum order quantity",
            _or_none(int(row["minimum_order_quantity"]) or None, "at least"),
        ),
        "after_maximum_line_quantity": (
            "maximum per line",
            f"product {_or_none(own or None, 'at most')}, company {_or_none(every, 'at most')}",
        ),
        "after_maximum_order_lines": (
            "maximum lines per order",
            f"{_or_none(rules.maximum_order_lines, 'at most')}; {need}",
        ),
        "after_maximum_order_units": ("maximum units per order", _or_none(rules.maximum_order_units, "at most")),
        "after_maximum_order_value": (
            "maximum value per order",
            f"{_or_none(None if value is None else f'{from_money(value):f}', 'at most')}; {cost}",
        ),
    }


def _or_none(limit: int | str | None, words: str) -> str:
    return "none set" if limit is None else f"{words} {limit}"


def _shortage_percent(row: Row) -> int:
    minimum = int(row["reorder_point"])
    return (minimum - int(row["inventory_position"])) * 100 // max(minimum, 1)


def _signed(number: int) -> str:
    return f"{number:+d}" if number else "0"


def _words(name: str) -> str:
    return name.replace("_", " ")
