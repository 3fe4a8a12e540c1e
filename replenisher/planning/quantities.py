"""From rows that ask for goods to their order quantities: every step in its order (`constraints` says why that order).

A step that is not set costs nothing: its column is the one before it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from replenisher.planning import constraints
from replenisher.planning.constraints import Whole
from replenisher.planning.order_limits import Candidates, OrderLimits, limit_orders
from replenisher.planning.order_minimum import OrderMinimum, OrderRows, keep_order_minimum
from replenisher.planning.overrides import NONE, reasons_by_hand, take_by_hand
from replenisher.planning.policies.asking import missing_to_maximum, whole_lots
from replenisher.planning.position import TERMS, PositionWeights
from replenisher.planning.reasons import Reason
from replenisher.planning.rules import Rules

STEPS = (
    "raw_quantity",
    "after_case_pack",
    "after_minimum_order_quantity",
    "after_maximum_line_quantity",
    "after_shelf_capacity",
    "after_damping",
    "after_maximum_order_lines",
    "after_maximum_order_units",
    "after_maximum_order_value",
    "after_order_minimum",
)
"""The quantity columns in the order in which the steps apply; the last one equals `order_quantity`."""

OVERRIDE_STEP = "after_override"
"""A step of those plans alone in which a planner set a quantity; all others are what they were before it was added."""

_NEEDED = (
    "inventory_position",
    "reorder_point",
    "order_up_to_level",
    "case_pack",
    "minimum_order_quantity",
    "maximum_line_quantity",
    "unit_cost",
    "cost_known",
)
"""What the steps after the trigger need to know of a row."""


def steps_with_override() -> tuple[str, ...]:
    """Name the quantity columns of a plan in which a planner set a quantity, in the order in which the steps apply."""
    place = STEPS.index("after_maximum_order_lines")
    return (*STEPS[:place], OVERRIDE_STEP, *STEPS[place:])


def coming_terms(weights: PositionWeights) -> tuple[str, ...]:
    """Name the terms that are goods on the shelf or on their way to it: those that raise the position."""
    return tuple(name for name in TERMS if getattr(weights, name) > 0)


@dataclass(frozen=True)
class Asking:
    """The rows that ask for goods: their columns, and the codes of their locations and the ranks of their SKUs."""

    columns: dict[str, npt.NDArray[Any]]
    location: Whole
    sku_rank: Whole

    @classmethod
    def of(
        cls, snapshot: pd.DataFrame, columns: dict[str, npt.NDArray[Any]], rows: npt.NDArray[np.intp], rules: Rules
    ) -> Asking:
        """Gather these rows of the snapshot; `columns` are all its numbers, as the policy sees them."""
        some = {name: columns[name][rows] for name in _NEEDED}
        if "shelf_capacity" in columns:
            some["shelf_capacity"] = columns["shelf_capacity"][rows]
            some["stock_and_coming"] = np.zeros(rows.size, dtype=np.int64)
            for name in coming_terms(rules.weights):
                some["stock_and_coming"] += columns[name][rows]
        for name in ("rate_per_day", "rate_known", "lot", "at_or_below", "override_quantity", "asks"):
            if name in columns:
                some[name] = columns[name][rows]
        texts = snapshot["sku"].cat.categories
        ranks = np.empty(len(texts), dtype=np.int64)
        ranks[texts.argsort()] = np.arange(len(texts))
        location = snapshot["location"].cat.codes.to_numpy()[rows].astype(np.int64)
        return cls(some, location, ranks[snapshot["sku"].cat.codes.to_numpy()[rows]])

    @property
    def known_cost(self) -> Whole:
        """The unit cost, 0 where it is not known."""
        return np.where(self.columns["cost_known"], self.columns["unit_cost"], 0)


def quantities(asking: Asking, rules: Rules) -> tuple[list[Whole], Whole]:
    """Take the rows that ask for goods through every step; returns the quantities of STEPS and the reason bits.

    Where the rows have `override_quantity`, `asks` tells which of them would ask for goods without it, and the
    quantities are those of `steps_with_override`.
    """
    columns = asking.columns
    raw = _asked(columns)
    overridden = "override_quantity" in columns
    if overridden:
        raw = np.where(columns["asks"], raw, 0)
    packed, bits = constraints.round_to_case_pack(
        columns,
        raw,
        rules.rounding,
        columns.get("at_or_below", rules.effective_trigger),
        rules.never_to_zero,
        rules.rounding_threshold_percent,
    )
    steps = [raw, packed]

    def then(result: tuple[Whole, Whole]) -> None:
        nonlocal bits
        steps.append(result[0])
        bits = bits | result[1]

    then(constraints.raise_to_minimum_order(columns, steps[-1]))
    then(constraints.cut_to_line_maximum(columns, steps[-1], rules.maximum_line_quantity))
    unchanged = np.zeros_like(raw)
    shelved = "shelf_capacity" in columns
    then(constraints.cut_to_shelf_capacity(columns, steps[-1]) if shelved else (steps[-1], unchanged))
    damped = rules.damping.applies
    then(constraints.drop_too_small(columns, steps[-1], rules.damping) if damped else (steps[-1], unchanged))
    bits[raw == 0] |= Reason.ALREADY_AT_MAXIMUM.bit
    bits[~columns["cost_known"]] |= Reason.COST_UNKNOWN.bit
    if overridden:
        then((take_by_hand(columns, steps[-1]), unchanged))
    limits = OrderLimits(rules.maximum_order_lines, rules.maximum_order_units, rules.maximum_order_value)
    if limits == OrderLimits(None, None, None):
        steps += [steps[-1]] * 3
    else:
        limited = limit_orders(_candidates(asking, steps[-1]), limits)
        steps += [limited.after_lines, limited.after_units, limited.after_value]
        bits |= limited.reasons
    within = steps[-1]
    if overridden:
        steps[-3:] = [take_by_hand(columns, step) for step in steps[-3:]]
    minimum = _order_minimum(rules)
    none = minimum.units is None and minimum.value is None
    then((steps[-1], unchanged) if none else keep_order_minimum(_order_rows(asking, steps[-1], rules), minimum))
    return steps, reasons_by_hand(columns, bits, within, rules.maximum_line_quantity) if overridden else bits


def _asked(columns: dict[str, npt.NDArray[Any]]) -> Whole:
    missing = missing_to_maximum(columns["inventory_position"], columns["order_up_to_level"])
    if "lot" not in columns:
        return missing
    names = ("inventory_position", "reorder_point", "lot", "at_or_below")
    return np.where(columns["lot"] > 0, whole_lots(*(columns[name] for name in names)), missing)


def _candidates(asking: Asking, quantity: Whole) -> Candidates:
    columns = asking.columns
    minimum = columns["reorder_point"]
    shortage = (minimum - columns["inventory_position"]) / np.maximum(minimum, 1)
    pack, lot = columns["case_pack"], constraints.smallest_lot(columns)
    if "override_quantity" in columns:
        # Taken as written: it has its place first, and the other rows share what is left.
        chosen = columns["override_quantity"] != NONE
        shortage, pack, lot = (np.where(chosen, *both) for both in ((np.inf, shortage), (1, pack), (1, lot)))
    return Candidates(
        location=asking.location,
        sku_rank=asking.sku_rank,
        shortage=shortage,
        quantity=quantity,
        case_pack=pack,
        smallest_lot=lot,
        unit_cost=asking.known_cost,
    )


def _order_minimum(rules: Rules) -> OrderMinimum:
    return OrderMinimum(
        units=rules.minimum_order_units,
        value=rules.minimum_order_value,
        top_up=rules.below_order_minimum == "top_up",
        most_units=rules.maximum_order_units,
        most_value=rules.maximum_order_value,
    )


def _order_rows(asking: Asking, quantity: Whole, rules: Rules) -> OrderRows:
    columns = asking.columns
    most = constraints.line_room(columns, rules.maximum_line_quantity)
    if "shelf_capacity" in columns:
        most = np.minimum(most, constraints.shelf_room(columns))
    if "override_quantity" in columns:
        most = np.where(columns["override_quantity"] != NONE, quantity, most)
    # Where no rates are known, every maximum is taken to last equally long.
    level = columns["order_up_to_level"]
    rate = np.where(columns.get("rate_known", np.True_), columns.get("rate_per_day", level), level)
    return OrderRows(
        location=asking.location,
        sku_rank=asking.sku_rank,
        position=columns["inventory_position"],
        rate=rate.astype(np.float64),
        quantity=quantity,
        case_pack=columns["case_pack"],
        most=most,
        unit_cost=asking.known_cost,
    )
