"""The plan: from a snapshot to an order quantity and a reason for every row, keeping every step in between.

1. position: the weighted terms added up (`position`);
2. exclusions (`exclusions`), trigger and raw quantity (`policies`: min/max or sell-through);
3. case pack, minimum order quantity, maximum per line, shelf capacity, damping (`constraints`); the quantity that a
   planner set takes their place (`overrides`);
4. maximum of lines, units and value per order (`order_limits`), minimum per order (`order_minimum`);
5. reasons: every row that orders nothing has one, and so has every change (`reasons`).

Pure and deterministic: the same snapshot and rules give the same frame, in any order of the rows, for one location
alone or among many.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from replenisher.planning.constraints import Whole
from replenisher.planning.exclusions import Marks, excluded, without_levels
from replenisher.planning.frames import FLAG, SNAPSHOT, SNAPSHOT_EXTRAS, WHOLE, check_columns, present
from replenisher.planning.overrides import NONE, by_hand
from replenisher.planning.policies.asking import Policy, Trigger, as_levels, is_triggered
from replenisher.planning.position import inventory_position
from replenisher.planning.quantities import STEPS, Asking, quantities, steps_with_override
from replenisher.planning.reasons import REASON_DTYPE, Reason, main_reason_codes
from replenisher.planning.rules import Rules
from replenisher.planning.snapshot import NOT_COUNTED

__all__ = ["STEPS", "Rules", "plan"]


def plan(snapshot: pd.DataFrame, rules: Rules) -> pd.DataFrame:
    """Plan every row: the snapshot's columns, and the position, each step's quantity, order quantity and reasons.

    Takes a frame as `replenisher.planning.snapshot.snapshot` makes it and never writes to it. Adds
    `inventory_position`, `triggered` (the bare comparison, also of excluded rows), the columns of STEPS (with
    `override_quantity` those of `steps_with_override`), `order_quantity` (int64 units), `reasons` (int64 bits, see
    Reason.bit) and `reason` (the main one, categorical).
    Raises PlanningInputError when a column is missing or of the wrong dtype; repeated ids are not looked for again.
    """
    check_columns(snapshot, SNAPSHOT)
    extras = present(snapshot, SNAPSHOT_EXTRAS)
    check_columns(snapshot, extras)
    numbers = [name for name, kind in SNAPSHOT.columns.items() if kind in (WHOLE, FLAG)]
    columns: dict[str, npt.NDArray[Any]] = {name: snapshot[name].to_numpy() for name in [*numbers, *extras.columns]}
    position = inventory_position(columns, rules.weights)
    columns["inventory_position"] = position
    marks: Marks = []
    if rules.policy is Policy.SELL_THROUGH:
        seen = as_levels(columns["sold_not_reordered"])
        columns |= dict(zip(("inventory_position", "reorder_point", "order_up_to_level"), seen, strict=True))
    else:
        source = snapshot["levels_source"]
        from_planner = ((source == "planner") | (source == "override")).to_numpy()
        not_counted = snapshot["on_hand_source"].cat.codes.to_numpy() == NOT_COUNTED
        marks = without_levels(columns, from_planner, not_counted)
    trigger = columns.get("at_or_below", rules.effective_trigger)
    triggered = is_triggered(columns["inventory_position"], columns["reorder_point"], trigger)
    reasons = excluded(
        columns,
        marks,
        unlisted_excluded=rules.unlisted == "exclude",
        unmapped_excluded=rules.unmapped == "exclude",
    )
    chosen = by_hand(columns, reasons)
    allowed = reasons == 0
    asks = allowed & triggered
    np.copyto(reasons, _by_trigger(columns, _not_triggered(rules), _NOT_TRIGGERED), where=allowed & ~triggered)
    if chosen is not None:
        columns |= {"asks": asks, "override_quantity": np.where(chosen, columns["override_quantity"], NONE)}
    rows = np.flatnonzero(asks if chosen is None else asks | chosen)
    steps, bits = quantities(Asking.of(snapshot, columns, rows, rules), rules)
    asking = {name: columns[name][rows] for name in ("at_or_below",) if name in columns}
    why = _by_trigger(asking, _triggered(rules), _TRIGGERED)
    reasons[rows] = bits | (why if chosen is None else asks[rows] * why)
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


_NOT_TRIGGERED = (Reason.ABOVE_MINIMUM, Reason.AT_OR_ABOVE_MINIMUM)
_TRIGGERED = (Reason.AT_OR_BELOW_MINIMUM, Reason.BELOW_MINIMUM)


def _by_trigger(
    columns: dict[str, npt.NDArray[Any]], of_all: Reason, by_row: tuple[Reason, Reason]
) -> npt.NDArray[np.int64] | int:
    """Give the reason that goes with each row's own comparison, where rows have their own."""
    if "at_or_below" not in columns:
        return of_all.bit
    return np.where(columns["at_or_below"], by_row[0].bit, by_row[1].bit)


def _note(reasons: Whole, columns: dict[str, npt.NDArray[Any]]) -> None:
    for name, reason in (
        ("negative_on_hand", Reason.NEGATIVE_ON_HAND),
        ("negative_open_quantity", Reason.NEGATIVE_OPEN_QUANTITY),
        ("demand_unknown", Reason.DEMAND_UNKNOWN),
    ):
        if name not in columns:
            continue
        reasons[np.flatnonzero(columns[name])] |= reason.bit


def _spread(index: pd.Index, rows: npt.NDArray[np.intp], steps: list[Whole]) -> pd.DataFrame:
    """Put the asking rows' quantities into columns of all rows, 0 elsewhere.

    One block for all columns: fresh memory costs more than the arithmetic, and a large block comes in large pages.
    """
    names = [*(STEPS if len(steps) == len(STEPS) else steps_with_override()), "order_quantity"]
    block = np.zeros((len(names), len(index)), dtype=np.int64)
    for column, values in zip(block, [*steps, steps[-1]], strict=True):
        column[rows] = values
    return pd.DataFrame(block.T, index=index, columns=names, copy=False)
