"""What limits a row: exclusions first, then everything that changes a quantity, in one fixed order.

1. **Exclusions**: do-not-order, discontinued, not listed, and with min/max levels missing, set to 0 or inverted, and
   stock that was never counted. First, so that nothing later can bring a forbidden row back.
2. **Trigger and raw quantity** (`policies`): only rows that ask for goods go on.
3. **Case pack**: goods come in whole packs, so every later step counts in packs.
4. **Minimum order quantity**: after rounding, for it may raise an order above zero and must never create one.
5. **Maximum per line**: after the minimum, because it is a promise not to flood a shelf and so has the last word on
   one row. It cuts to whole packs; when not even a pack or the minimum order fits, the row orders nothing.
6. **Maximum per order** (`order_limits`): lines, then units, then value. Last, for it weighs rows against each other
   and has to know what each of them ends up asking for.

Each step takes the quantities of the step before and returns new ones with the reason of every change; a step never
raises what an earlier maximum cut, except that the minimum order quantity raises what rounding left above zero.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from replenisher.planning.policies.asking import Rounding, Trigger, is_triggered
from replenisher.planning.reasons import Reason

Whole = npt.NDArray[np.int64]
Columns = Mapping[str, npt.NDArray[Any]]

NO_MAXIMUM = 1 << 40
"""Units; larger than any quantity, and small enough to calculate with."""


Marks = list[tuple[npt.NDArray[np.bool_], Reason]]


def without_levels(columns: Columns, from_planner: npt.NDArray[np.bool_], not_counted: npt.NDArray[np.bool_]) -> Marks:
    """Mark the rows that cannot be planned against a minimum and a maximum.

    `from_planner` is true where the levels are the planners' own. Levels of 0 and less mean that none are set.
    """
    reorder_point, order_up_to_level = columns["reorder_point"], columns["order_up_to_level"]
    no_levels = (order_up_to_level <= 0) & (reorder_point <= 0)
    return [
        (no_levels & ~from_planner, Reason.LEVELS_MISSING),
        (no_levels & from_planner, Reason.LEVELS_SET_TO_ZERO),
        ((order_up_to_level < reorder_point) & ~no_levels, Reason.LEVELS_INVERTED),
        (not_counted, Reason.NOT_COUNTED),
    ]


def excluded(columns: Columns, of_policy: Marks, unlisted_excluded: bool) -> Whole:
    """Mark every reason that keeps a row from ordering whatever its position is, as reason bits.

    `of_policy` are the marks that only the policy at hand makes.
    """
    marks = [
        (columns["do_not_order"], Reason.DO_NOT_ORDER),
        (columns["discontinued"], Reason.DISCONTINUED),
        *of_policy,
    ]
    if unlisted_excluded:
        marks.append((~columns["listed"], Reason.NOT_LISTED))
    bits = np.zeros(columns["do_not_order"].size, dtype=np.int64)
    for where, reason in marks:
        bits[np.flatnonzero(where)] |= reason.bit
    return bits


def round_to_case_pack(
    columns: Columns, quantity: Whole, rounding: Rounding, trigger: Trigger, never_to_zero: bool
) -> tuple[Whole, Whole]:
    """Bring each quantity to a whole number of case packs; returns the quantities and reason bits.

    Exact integer arithmetic; a half pack goes up with `nearest`. With `never_to_zero` a quantity that would leave the
    position where the next run asks again (zero always does) goes up instead: otherwise a second run orders twice.

    Worked example: 20 missing, packs of 3: up 21, down 18, nearest 21. Of 1 missing, down gives 3 with
    `never_to_zero` and 0 without.
    """
    pack = columns["case_pack"]
    over = quantity % pack
    rounded = quantity - over
    if rounding is Rounding.UP:
        rounded += np.where(over > 0, pack, 0)
        return rounded, _changes(quantity, rounded)
    if rounding is Rounding.NEAREST:
        rounded += np.where(2 * over >= pack, np.where(over > 0, pack, 0), 0)
    bits = _changes(quantity, rounded)
    if never_to_zero:
        asks_again = is_triggered(columns["inventory_position"] + rounded, columns["reorder_point"], trigger)
        lifted = asks_again & (rounded < quantity)
        rounded += np.where(lifted, pack, 0)
        bits[lifted] = Reason.ROUNDED_UP.bit | Reason.ROUNDED_UP_TO_REACH_MINIMUM.bit
    bits[(rounded == 0) & (quantity > 0)] |= Reason.ROUNDED_TO_ZERO.bit
    return rounded, bits


def _changes(before: Whole, after: Whole) -> Whole:
    bits = np.where(after > before, Reason.ROUNDED_UP.bit, 0)
    return np.where(after < before, Reason.ROUNDED_DOWN.bit, bits)


def smallest_lot(columns: Columns) -> Whole:
    """Count the units of the smallest order of each row: its minimum order quantity in whole packs, one pack at least.

    Worked example: minimum 10 in packs of 4 is 12; no minimum in packs of 4 is 4.
    """
    pack = columns["case_pack"]
    packs: Whole = -(-columns["minimum_order_quantity"] // pack)
    lot: Whole = np.maximum(packs, 1) * pack
    return lot


def raise_to_minimum_order(columns: Columns, quantity: Whole) -> tuple[Whole, Whole]:
    """Raise quantities above zero to the minimum order quantity, rounded up to whole packs; zero stays zero.

    Worked example: 4 with minimum 10 in packs of 4 becomes 12; 0 stays 0.
    """
    rows = np.flatnonzero((quantity > 0) & (quantity < columns["minimum_order_quantity"]))
    after, bits = quantity.copy(), np.zeros_like(quantity)
    after[rows] = smallest_lot({name: columns[name][rows] for name in ("case_pack", "minimum_order_quantity")})
    bits[rows] = Reason.RAISED_TO_MINIMUM_ORDER.bit
    return after, bits


def cut_to_line_maximum(columns: Columns, quantity: Whole, maximum: int | None) -> tuple[Whole, Whole]:
    """Cut each quantity to the maximum per line in whole packs; the company's or the product's, the lower one.

    Worked example: 24 with maximum 20 in packs of 6 becomes 18. With packs of 24, or a minimum order of 19, it
    becomes 0 with a reason of its own.
    """
    own = columns["maximum_line_quantity"]
    limit = np.minimum(np.where(own > 0, own, NO_MAXIMUM), NO_MAXIMUM if maximum is None else maximum)
    # A quantity is in whole packs and holds its minimum order already: only where the limit is lower can it fail.
    rows = np.flatnonzero(limit < quantity)
    after, bits = quantity.copy(), np.zeros_like(quantity)
    room = limit[rows] - limit[rows] % columns["case_pack"][rows]
    below_minimum = room < columns["minimum_order_quantity"][rows]
    after[rows] = np.where(below_minimum, 0, room)
    bits[rows] = np.where(
        room == 0,
        Reason.LINE_MAXIMUM_BELOW_CASE_PACK.bit,
        np.where(below_minimum, Reason.LINE_MAXIMUM_BELOW_MINIMUM_ORDER.bit, Reason.CUT_TO_LINE_MAXIMUM.bit),
    )
    return after, bits
