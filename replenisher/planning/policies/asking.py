"""The policies: when a row asks for goods, and for how many before anything limits it.

**Min/max.** A row is triggered when its inventory position is below its `reorder_point` (or at it, by setting); it then
asks for what is missing to its `order_up_to_level`. Retailers call the two levels minimum and maximum, and read the
minimum as "the lowest quantity we are satisfied with": that is why `below` is the default.

**Sell-through.** A row asks for what was sold and is not on an order of ours yet: one out, one in, in whole packs. It
needs no count and no levels. What rounding orders too much is sold before anything more is asked for, and what is not
ordered now stays owed: over any number of runs no less is ordered than was sold, and less than one pack more.
"""

from __future__ import annotations

from enum import Enum

import numpy as np
import numpy.typing as npt


class Policy(Enum):
    """By which rule a row's quantity comes about."""

    MIN_MAX = "min_max"
    SELL_THROUGH = "sell_through"


class Trigger(Enum):
    """Which comparison of position and minimum asks for goods."""

    BELOW = "below"
    AT_OR_BELOW = "at_or_below"


class Rounding(Enum):
    """Which way a quantity goes to a whole number of case packs."""

    UP = "up"
    DOWN = "down"
    NEAREST = "nearest"
    THRESHOLD = "threshold"


def is_triggered(
    position: npt.NDArray[np.int64], reorder_point: npt.NDArray[np.int64], trigger: Trigger | npt.NDArray[np.bool_]
) -> npt.NDArray[np.bool_]:
    """Compare each row's position with its minimum; `trigger` is that of all rows, or of each (true: at or below).

    Worked example: position 10, minimum 10 triggers with AT_OR_BELOW and does not with BELOW.
    """
    if not isinstance(trigger, Trigger):
        return np.less(position, reorder_point + trigger)
    if trigger is Trigger.BELOW:
        return np.less(position, reorder_point)
    return np.less_equal(position, reorder_point)


def as_levels(
    sold_not_reordered: npt.NDArray[np.int64],
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Put sell-through as position, minimum and maximum: what is owed is missing to an empty shelf's 0.

    So trigger (`below`), rounding and every limit mean the same for both policies.

    Worked example: 5 sold and not yet ordered again is position -5 below the minimum 0, and 5 are missing to the
    maximum 0; in packs of 3, 6 are ordered, and the next run owes nothing until one more than the surplus is sold.
    """
    nothing = np.zeros_like(sold_not_reordered)
    return -sold_not_reordered, nothing, nothing


def whole_lots(
    position: npt.NDArray[np.int64],
    reorder_point: npt.NDArray[np.int64],
    lot: npt.NDArray[np.int64],
    at_or_below: npt.NDArray[np.bool_],
) -> npt.NDArray[np.int64]:
    """Count the units in whole lots until a row that is triggered would no longer ask; 0 where it orders in no lots.

    Worked example: at or below 8, position 8, lots of 10: 10, for 18 no longer asks; at position -3 it is 20.
    """
    lots = -((position - reorder_point - at_or_below) // np.maximum(lot, 1))
    return lots * lot


def missing_to_maximum(
    position: npt.NDArray[np.int64], order_up_to_level: npt.NDArray[np.int64]
) -> npt.NDArray[np.int64]:
    """Count the units that are missing to the maximum, for rows that are triggered.

    Worked example: position 7, maximum 30 gives 23.
    """
    return np.subtract(order_up_to_level, position)
