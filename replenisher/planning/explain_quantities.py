"""The part of an explanation that follows a quantity through every constraint, from what is missing to what is ordered.

Each line says what the quantity was and became, what the constraint was set to, and all else of the row that it went
by: who reads the lines of all rows of a location can work out every order again with pencil and paper.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from replenisher.planning.constraints import Damping
from replenisher.planning.frames import from_money
from replenisher.planning.overrides import NONE
from replenisher.planning.policies.asking import Policy, Rounding
from replenisher.planning.quantities import OVERRIDE_STEP, coming_terms, steps_with_override
from replenisher.planning.reasons import Reason, describe
from replenisher.planning.rules import Rules

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


CHANGES: dict[str, tuple[Reason, ...]] = {
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
    "after_shelf_capacity": (Reason.NO_ROOM_ON_SHELF, Reason.CUT_TO_SHELF_CAPACITY),
    "after_damping": (Reason.TOO_SMALL,),
    "after_override": (Reason.SET_TO_ZERO_BY_PLANNER, Reason.SET_BY_PLANNER),
    "after_maximum_order_lines": (Reason.NO_ROOM_IN_ORDER_LINES,),
    "after_maximum_order_units": (Reason.NO_ROOM_IN_ORDER_UNITS, Reason.CUT_TO_ORDER_UNITS),
    "after_maximum_order_value": (Reason.NO_ROOM_IN_ORDER_VALUE, Reason.CUT_TO_ORDER_VALUE),
    "after_order_minimum": (Reason.TOPPED_UP,),
}
"""Which reasons each step can give; the first that the row has is the one to tell."""

_ASKING = (Reason.SOLD_SINCE, Reason.BELOW_MINIMUM, Reason.AT_OR_BELOW_MINIMUM)
"""What a row has that asks for goods by itself."""


def quantity_steps(row: Row, rules: Rules, reasons: list[Reason]) -> list[ExplainStep]:
    """Explain the quantities of a row that asks for goods, or that a planner set one for.

    A step that the plan does not have is left out.
    """
    position, maximum, raw = _asked(row, rules)
    label, sentence = "missing to maximum", f"{maximum} - {position} = {raw}"
    if int(row.get("lot", 0)):
        label, sentence = "whole lots", f"{raw // int(row['lot'])} of {int(row['lot'])} = {raw}"
    if rules.policy is Policy.SELL_THROUGH:
        label, sentence = "owed", f"{raw} sold and not reordered"
    if not any(reason in _ASKING for reason in reasons):
        sentence = "nothing was asked for"
    steps = [ExplainStep(label, sentence, raw, "raw_quantity")]
    settings = _of_row(row, rules) | _of_order(row, rules)
    for before_name, name in pairwise(step for step in steps_with_override() if step in row):
        before, after = int(row[before_name]), int(row[name])
        if before == 0 and not (name == OVERRIDE_STEP and is_set_by_hand(reasons)):
            continue
        told = [describe(reason) for reason in CHANGES[name] if reason in reasons][:1]
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


def is_set_by_hand(reasons: list[Reason]) -> bool:
    """Tell whether a planner set the quantity of a row with these reasons."""
    return Reason.SET_BY_PLANNER in reasons or Reason.SET_TO_ZERO_BY_PLANNER in reasons


def _asked(row: Row, rules: Rules) -> tuple[int, int, int]:
    """Give position, maximum and raw quantity as the policy saw them."""
    raw = int(row["raw_quantity"])
    if rules.policy is Policy.SELL_THROUGH:
        return -int(row["sold_not_reordered"]), 0, raw
    return int(row["inventory_position"]), int(row["order_up_to_level"]), raw


def _of_row(row: Row, rules: Rules) -> dict[str, tuple[str, str]]:
    """Name each step that looks at one row alone, and say what it was set to."""
    own, every = int(row["maximum_line_quantity"]), rules.maximum_line_quantity
    return {
        "after_case_pack": ("case pack", f"packs of {int(row['case_pack'])}, {_rounding(rules)}"),
        "after_minimum_order_quantity": (
            "minimum order quantity",
            _or_none(int(row["minimum_order_quantity"]) or None, "at least"),
        ),
        "after_maximum_line_quantity": (
            "maximum per line",
            f"product {_or_none(own or None, 'at most')}, company {_or_none(every, 'at most')}",
        ),
        "after_shelf_capacity": ("shelf capacity", _shelf(row, rules)),
        "after_damping": ("too small", _damping(row, rules.damping)),
        "after_override": ("planner's quantity", _by_hand(row)),
    }


def _by_hand(row: Row) -> str:
    units = int(row.get("override_quantity", NONE))
    return "none set" if units == NONE else f"{units} for this run"


def _rounding(rules: Rules) -> str:
    words = f"rounding {rules.rounding.value}"
    if rules.rounding is Rounding.THRESHOLD:
        words += f" of {rules.rounding_threshold_percent} %"
    if rules.rounding is not Rounding.UP and rules.never_to_zero:
        words += ", up where the row would ask again"
    return words


def _shelf(row: Row, rules: Rules) -> str:
    capacity = int(row.get("shelf_capacity", 0))
    if not capacity:
        return "none set"
    coming = sum(int(row[name]) for name in coming_terms(rules.weights))
    return f"room for {capacity} - {coming} on hand and coming = {max(capacity - coming, 0)}"


def _damping(row: Row, damping: Damping) -> str:
    limits = [
        f"{damping.units} units" if damping.units else "",
        f"{damping.level_percent} % of the maximum" if damping.level_percent else "",
        f"a value of {from_money(damping.value):f} ({_cost(row)})" if damping.value else "",
    ]
    if not any(limits):
        return "none set"
    return f"below {' or '.join(filter(None, limits))}, unless below {damping.floor_percent} % of the minimum"


def _of_order(row: Row, rules: Rules) -> dict[str, tuple[str, str]]:
    """Name each step that weighs the rows of a location against each other, and say what it was set to."""
    value = rules.maximum_order_value
    cost = _cost(row)
    need = f"{_shortage_percent(row)} % of the minimum is missing"
    if rules.policy is Policy.SELL_THROUGH:
        need = f"{int(row['sold_not_reordered'])} owed"
    if rules.maximum_order_lines is not None:
        # Whether a row's smallest lot could ever fit decides whether it takes a place.
        lot = -(-max(int(row["minimum_order_quantity"]), 1) // int(row["case_pack"])) * int(row["case_pack"])
        need += f"; smallest lot {lot}, {cost}"
    return {
        "after_maximum_order_lines": (
            "maximum lines per order",
            f"{_or_none(rules.maximum_order_lines, 'at most')}; {need}",
        ),
        "after_maximum_order_units": ("maximum units per order", _or_none(rules.maximum_order_units, "at most")),
        "after_maximum_order_value": (
            "maximum value per order",
            f"{_or_none(None if value is None else f'{from_money(value):f}', 'at most')}; {cost}",
        ),
        "after_order_minimum": ("minimum per order", _order_minimum(row, rules)),
    }


def _order_minimum(row: Row, rules: Rules) -> str:
    units, value = rules.minimum_order_units, rules.minimum_order_value
    limits = [
        "" if units is None else f"{units} units",
        "" if value is None else f"a value of {from_money(value):f}",
    ]
    if not any(limits):
        return "none set"
    least = f"at least {' and '.join(filter(None, limits))}"
    if rules.below_order_minimum == "hold":
        return f"{least}, or held"
    known = "rate_per_day" in row and bool(row.get("rate_known", True))
    rate = f"sells {float(row['rate_per_day'])} a day" if known else "the maximum stands for its sales"
    return f"{least}, topped up; {rate}"


def _cost(row: Row) -> str:
    return f"unit cost {from_money(row['unit_cost']):f}" if bool(row["cost_known"]) else "unit cost not known"


def _or_none(limit: int | str | None, words: str) -> str:
    return "none set" if limit is None else f"{words} {limit}"


def _shortage_percent(row: Row) -> int:
    minimum = int(row["reorder_point"])
    return (minimum - int(row["inventory_position"])) * 100 // max(minimum, 1)
