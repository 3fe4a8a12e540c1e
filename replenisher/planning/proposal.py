"""The plan: from a snapshot to an order quantity and a reason for every row, keeping every step in between.

1. position: the weighted terms added up (`position`);
2. exclusions (`constraints`), trigger and raw quantity (`policies`: min/max or sell-through);
3. case pack, minimum order quantity, maximum per line (`constraints`);
4. maximum of lines, units and value per order (`order_limits`);
5. reasons: every row that orders nothing has one, and so has every change (`reasons`).

Pure and deterministic: the same snapshot and rules give the same frame, in any order of the rows, for one location
alone or among many.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from replenisher.errors import PlanningInputError
from replenisher.planning import constraints
from replenisher.planning.constraints import Whole
from replenisher.planning.frames import FLAG, SNAPSHOT, WHOLE, check_columns
from replenisher.planning.order_limits import Candidates, OrderLimits, limit_orders
from replenisher.planning.policies.asking import Policy, Rounding, Trigger, as_levels, is_triggered, missing_to_maximum
from replenisher.planning.position import PositionWeights, inventory_position
from replenisher.planning.reasons import REASON_DTYPE, Reason, main_reason_codes
from replenisher.planning.snapshot import NOT_COUNTED

LARGEST_LIMIT = 2**53
"""Sums are compared with limits in float64, which is exact up to here."""

STEPS = (
    "raw_quantity",
    "after_case_pack",
    "after_minimum_order_quantity",
    "after_maximum_line_quantity",
    "after_maximum_order_lines",
    "after_maximum_order_units",
    "after_maximum_order_value",
)
"""The quantity columns in the order in which the steps apply; the last one equals `order_quantity`."""

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


@dataclass(frozen=True)
class Rules:
    """How a company's locations are planned.

    Maximums are units per line, and lines, units and value (ten-thousandths) per location's order; None means none.
    `unlisted` says what happens to a SKU that the products file does not list: "exclude" or "order".
    """

    policy: Policy = Policy.MIN_MAX
    weights: PositionWeights = field(default_factory=PositionWeights)
    trigger: Trigger = Trigger.BELOW
    rounding: Rounding = Rounding.UP
    never_to_zero: bool = True
    maximum_line_quantity: int | None = None
    maximum_order_lines: int | None = None
    maximum_order_units: int | None = None
    maximum_order_value: int | None = None
    unlisted: str = "exclude"

    @property
    def effective_trigger(self) -> Trigger:
        """Which comparison asks for goods; with sell-through nothing owed asks for nothing."""
        return Trigger.BELOW if self.policy is Policy.SELL_THROUGH else self.trigger

    def __post_init__(self) -> None:
        """Refuse rules that mean nothing."""
        if self.unlisted not in ("exclude", "order"):
            raise PlanningInputError(f"unlisted should be exclude or order, not {self.unlisted}")
        for name in (
            "maximum_line_quantity",
            "maximum_order_lines",
            "maximum_order_units",
            "maximum_order_value",
        ):
            limit = getattr(self, name)
            if limit is not None and not 1 <= limit <= LARGEST_LIMIT:
                raise PlanningInputError(f"{name} should be from 1 to {LARGEST_LIMIT}, or None for no maximum")


def plan(snapshot: pd.DataFrame, rules: Rules) -> pd.DataFrame:
    """Plan every row: the snapshot's columns, and the position, each step's quantity, order quantity and reasons.

    Takes a frame as `replenisher.planning.snapshot.snapshot` makes it and never writes to it. Adds
    `inventory_position`, `triggered` (the bare comparison, also of excluded rows), the columns of STEPS,
    `order_quantity` (int64 units), `reasons` (int64 bits, see Reason.bit) and `reason` (the main one, categorical).
    Raises PlanningInputError when a column is missing or of the wrong dtype; repeated ids are not looked for again.
    """
    check_columns(snapshot, SNAPSHOT)
    columns: dict[str, npt.NDArray[Any]] = {
        name: snapshot[name].to_numpy() for name, kind in SNAPSHOT.columns.items() if kind in (WHOLE, FLAG)
    }
    position = inventory_position(columns, rules.weights)
    columns["inventory_position"] = position
    marks: constraints.Marks = []
    if rules.policy is Policy.SELL_THROUGH:
        seen = as_levels(columns["sold_not_reordered"])
        columns |= dict(zip(("inventory_position", "reorder_point", "order_up_to_level"), seen, strict=True))
    else:
        from_planner = (snapshot["levels_source"] == "planner").to_numpy()
        not_counted = snapshot["on_hand_source"].cat.codes.to_numpy() == NOT_COUNTED
        marks = constraints.without_levels(columns, from_planner, not_counted)
    triggered = is_triggered(columns["inventory_position"], columns["reorder_point"], rules.effective_trigger)
    reasons = constraints.excluded(columns, marks, rules.unlisted == "exclude")
    allowed = reasons == 0
    np.copyto(reasons, _not_triggered(rules).bit, where=allowed & ~triggered)
    rows = np.flatnonzero(allowed & triggered)
    steps, bits = _quantities(snapshot, {name: columns[name][rows] for name in _NEEDED}, rows, rules)
    reasons[rows] = bits
    _note(reasons, columns)
    reason = pd.Categorical.from_codes(main_reason_codes(reasons), dtype=REASON_DTYPE, validate=False)
    # Built without copies: at a million rows copying the columns once more would cost more than computing them.
    first = pd.DataFrame({"inventory_position": position, "triggered": triggered}, index=snapshot.index, copy=False)
    last = pd.DataFrame({"reasons": reasons, "reason": reason}, index=snapshot.index, copy=False)
    return pd.concat([snapshot, first, _spread(snapshot.index, rows, steps), last], axis=1)


def _not_triggered(rules: Rules) -> Reason:
    if rules.policy is Policy.SELL_THROUGH:
        return Reason.NOTHING_SOLD
    return Reason.AT_OR_ABOVE_MINIMUM if rules.trigger is Trigger.BELOW else Reason.ABOVE_MINIMUM


def _triggered(rules: Rules) -> Reason:
    if rules.policy is Policy.SELL_THROUGH:
        return Reason.SOLD_SINCE
    return Reason.BELOW_MINIMUM if rules.trigger is Trigger.BELOW else Reason.AT_OR_BELOW_MINIMUM


def _note(reasons: Whole, columns: dict[str, npt.NDArray[Any]]) -> None:
    for name, reason in (
        ("negative_on_hand", Reason.NEGATIVE_ON_HAND),
        ("negative_open_quantity", Reason.NEGATIVE_OPEN_QUANTITY),
    ):
        reasons[np.flatnonzero(columns[name])] |= reason.bit


def _quantities(
    snapshot: pd.DataFrame, asking: dict[str, npt.NDArray[Any]], rows: npt.NDArray[np.intp], rules: Rules
) -> tuple[list[Whole], Whole]:
    """Take the rows that ask for goods through every step; returns the quantities of STEPS and the reason bits."""
    raw = missing_to_maximum(asking["inventory_position"], asking["order_up_to_level"])
    packed, bits = constraints.round_to_case_pack(
        asking, raw, rules.rounding, rules.effective_trigger, rules.never_to_zero
    )
    raised, raised_bits = constraints.raise_to_minimum_order(asking, packed)
    cut, cut_bits = constraints.cut_to_line_maximum(asking, raised, rules.maximum_line_quantity)
    bits |= raised_bits | cut_bits | _triggered(rules).bit
    bits[raw == 0] |= Reason.ALREADY_AT_MAXIMUM.bit
    bits[~asking["cost_known"]] |= Reason.COST_UNKNOWN.bit
    limits = OrderLimits(rules.maximum_order_lines, rules.maximum_order_units, rules.maximum_order_value)
    if limits == OrderLimits(None, None, None):
        return [raw, packed, raised, cut, cut, cut, cut], bits
    limited = limit_orders(_candidates(snapshot, asking, rows, cut), limits)
    after = [limited.after_lines, limited.after_units, limited.after_value]
    return [raw, packed, raised, cut, *after], bits | limited.reasons


def _candidates(
    snapshot: pd.DataFrame, asking: dict[str, npt.NDArray[Any]], rows: npt.NDArray[np.intp], quantity: Whole
) -> Candidates:
    minimum = asking["reorder_point"]
    texts = snapshot["sku"].cat.categories
    ranks = np.empty(len(texts), dtype=np.int64)
    ranks[texts.argsort()] = np.arange(len(texts))
    return Candidates(
        location=snapshot["location"].cat.codes.to_numpy()[rows].astype(np.int64),
        sku_rank=ranks[snapshot["sku"].cat.codes.to_numpy()[rows]],
        shortage=(minimum - asking["inventory_position"]) / np.maximum(minimum, 1),
        quantity=quantity,
        case_pack=asking["case_pack"],
        smallest_lot=constraints.smallest_lot(asking),
        unit_cost=np.where(asking["cost_known"], asking["unit_cost"], 0),
    )


def _spread(index: pd.Index, rows: npt.NDArray[np.intp], steps: list[Whole]) -> pd.DataFrame:
    """Put the asking rows' quantities into columns of all rows, 0 elsewhere.

    One block for all columns: fresh memory costs more than the arithmetic, and a large block comes in large pages.
    """
    names = [*STEPS, "order_quantity"]
    block = np.zeros((len(names), len(index)), dtype=np.int64)
    for column, values in zip(block, [*steps, steps[-1]], strict=True):
        column[rows] = values
    return pd.DataFrame(block.T, index=index, columns=names, copy=False)
