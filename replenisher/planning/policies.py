"""The min/max policy: when a row asks for goods, and for how many before anything limits it.

A row is triggered when its inventory position is below its `reorder_point` (or at it, by setting); it then asks
for what is missing to its `order_up_to_level`. Retailers call the two levels minimum and maximum, and read the
minimum as "the lowest quantity we are satisfied with": that is why `below` is the default.
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


def is_triggered(
    position: npt.NDArray[np.int64], reorder_point: npt.NDArray[np.int64], trigger: Trigger
) -> npt.NDArray[np.bool_]:
    """Compare each row's position with its minimum.

    Worked example: position 10, minimum 10 triggers with AT_OR_BELOW and does not with BELOW.
    """
    if trigger is Trigger.BELOW:
        return np.less(position, reorder_point)
    return np.less_equal(position, reorder_point)


def missing_to_maximum(
    position: npt.NDArray[np.int64], order_up_to_level: npt.NDArray[np.int64]
) -> npt.NDArray[np.int64]:
    """Count the units that are missing to the maximum, for rows that are triggered.

    Worked example: position 7, maximum 30 gives 23.
    """
    return np.subtract(order_up_to_level, position)
