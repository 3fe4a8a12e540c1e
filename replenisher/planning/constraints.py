"""What changes the quantity of one row: packs, minimum order, maximum per line, shelf, and what is too small to order.

The whole order of the steps, of which `exclusions` and `order_limits` and `order_minimum` hold the others:

1. **Exclusions** (`exclusions`): what must not be ordered, whatever its position. First, so that nothing later can
   bring a forbidden row back.
2. **Trigger and raw quantity** (`policies`): only rows that ask for goods go on.
3. **Case pack**: goods come in whole packs, so every later step counts in packs.
4. **Minimum order quantity**: after rounding, for it may raise an order above zero and must never create one.
5. **Maximum per line**: after the minimum, because it is a promise not to flood a shelf.
6. **Shelf capacity**: what is there and coming, and the order, must fit. 5 and 6 cut to whole packs; when not even a
   pack or the minimum order fits, the row orders nothing.
7. **Damping**: what is too small to be worth its handling waits; after the cuts, for they may make it small.
8. **Override** (`overrides`): a planner's quantity for this run takes the place of what came out so far, as written.
9. **Maximum per order** (`order_limits`): lines, then units, then value. It weighs rows against each other and has to
   know what each of them ends up asking for.
10. **Minimum per order** (`order_minimum`): last, for only now is it known what the order lacks. It adds only within
   every maximum before it.

Each step takes the quantities of the step before and returns new ones with the reason of every change; a step never
raises what an earlier maximum cut.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from replenisher.errors import PlanningInputError
from replenisher.planning.policies.asking import Rounding, Trigger, is_triggered
from replenisher.planning.reasons import Reason

Whole = npt.NDArray[np.int64]
Columns = Mapping[str, npt.NDArray[Any]]

NO_MAXIMUM = 1 << 40
"""Units; larger than any quantity, and small enough to calculate with."""


@dataclass(frozen=True)
class Damping:
    """Which orders of a row are too small: below so many units, per cent of the order-up-to level, or value.

    Value in ten-thousandths; a line whose cost is not known is never too small by value. Any one of them is enough; 0
    means that it does not apply. A row whose position is below `floor_percent` of its reorder point orders all the
    same.
    """

    units: int = 0
    level_percent: int = 0
    value: int = 0
    floor_percent: int = 50

    def __post_init__(self) -> None:
        """Refuse figures that mean nothing."""
        for name in ("units", "level_percent", "value", "floor_percent"):
            if getattr(self, name) < 0:
                raise PlanningInputError(f"damping {name} should be 0 or more")
        if self.level_percent > 100:
            raise PlanningInputError("damping level_percent should be at most 100: no order is as large as that")

    @property
    def applies(self) -> bool:
        """Whether any order could be too small."""
        return bool(self.units or self.level_percent or self.value)


def round_to_case_pack(  # noqa: PLR0917 - the last one has a default that every caller but the engine takes
    columns: Columns,
    quantity: Whole,
    rounding: Rounding,
    trigger: Trigger | npt.NDArray[np.bool_],
    never_to_zero: bool,
    threshold_percent: int = 50,
) -> tuple[Whole, Whole]:
    """Bring each quantity to a whole number of case packs; returns the quantities and reason bits.

    Exact integer arithmetic; a half pack goes up with `nearest`, and with `threshold` the next pack is ordered once
    `threshold_percent` of it is needed. With `never_to_zero` a quantity that would leave the position where the next
    run asks again (zero always does) goes up instead: otherwise a second run orders twice.

    Worked example: 20 missing, packs of 3: up 21, down 18, nearest 21. Of 1 missing, down gives 3 with
    `never_to_zero` and 0 without. With a threshold of 80 %, 4 of a pack of 5 are a pack, and 3 are not.
    """
    pack = columns["case_pack"]
    over = quantity % pack
    rounded = quantity - over
    if rounding is Rounding.UP:
        rounded += np.where(over > 0, pack, 0)
        return rounded, _changes(quantity, rounded)
    if rounding is not Rounding.DOWN:
        percent = 50 if rounding is Rounding.NEAREST else threshold_percent
        rounded += np.where((over > 0) & (100 * over >= percent * pack), pack, 0)
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


def line_room(columns: Columns, maximum: int | None) -> Whole:
    """Give the maximum of each line in units: the company's or the product's, the lower one; NO_MAXIMUM for none."""
    own = columns["maximum_line_quantity"]
    return np.minimum(np.where(own > 0, own, NO_MAXIMUM), NO_MAXIMUM if maximum is None else maximum)


def cut_to_line_maximum(columns: Columns, quantity: Whole, maximum: int | None) -> tuple[Whole, Whole]:
    """Cut each quantity to the maximum per line in whole packs; the company's or the product's, the lower one.

    Worked example: 24 with maximum 20 in packs of 6 becomes 18. With packs of 24, or a minimum order of 19, it
    becomes 0 with a reason of its own.
    """
    limit = line_room(columns, maximum)
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


def shelf_room(columns: Columns) -> Whole:
    """Give the units that each shelf still has room for, 0 where it is full; NO_MAXIMUM where no capacity is set.

    `shelf_capacity` 0 means none; `stock_and_coming` is what is on hand and on its way, in units.

    Worked example: capacity 20, 7 on hand and coming: 13.
    """
    capacity = columns["shelf_capacity"]
    return np.where(capacity > 0, np.maximum(capacity - columns["stock_and_coming"], 0), NO_MAXIMUM)


def cut_to_shelf_capacity(columns: Columns, quantity: Whole) -> tuple[Whole, Whole]:
    """Cut each quantity to the whole packs that its shelf has room for, and to 0 where its smallest lot has none.

    Worked example: 24 in packs of 6 with room for 13 becomes 12; with packs of 24, or a minimum order of 13, 0.
    """
    room = shelf_room(columns)
    rows = np.flatnonzero(room < quantity)
    after, bits = quantity.copy(), np.zeros_like(quantity)
    some = {name: columns[name][rows] for name in ("case_pack", "minimum_order_quantity")}
    fitting = room[rows] - room[rows] % some["case_pack"]
    fits = fitting >= smallest_lot(some)
    after[rows] = np.where(fits, fitting, 0)
    bits[rows] = np.where(fits, Reason.CUT_TO_SHELF_CAPACITY.bit, Reason.NO_ROOM_ON_SHELF.bit)
    return after, bits


def drop_too_small(columns: Columns, quantity: Whole, damping: Damping) -> tuple[Whole, Whole]:
    """Let orders wait that are too small to be worth their handling, unless the row is in urgent need.

    Worked example: at least 5 units, floor 50 %. 4 ordered at position 8 of minimum 10 waits; at position 5 it waits
    too, and at position 4 it does not.
    """
    small = quantity < damping.units
    small |= 100 * quantity < damping.level_percent * columns["order_up_to_level"]
    small |= columns["cost_known"] & (quantity * columns["unit_cost"] < damping.value)
    urgent = 100 * columns["inventory_position"] < damping.floor_percent * columns["reorder_point"]
    rows = np.flatnonzero(small & ~urgent & (quantity > 0))
    after, bits = quantity.copy(), np.zeros_like(quantity)
    after[rows] = 0
    bits[rows] = Reason.TOO_SMALL.bit
    return after, bits
