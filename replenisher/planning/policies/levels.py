"""What every policy comes to: four columns per row, after which trigger, quantity and constraints are the same for all.

A policy is given what is known of demand and supply, a value per row, and gives `Levels`. Quantities are whole units,
rounded up, so that a service that was asked for is reached.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from replenisher.errors import PlanningInputError
from replenisher.planning.frames import LARGEST_QUANTITY

Real = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]

BEYOND = LARGEST_QUANTITY + 1
"""A level that no shelf holds: the row it is for cannot be planned."""

_HAIR = 1e-9
"""Relative; a figure so little above a whole number is that number and a rounding error of the arithmetic."""


@dataclass(frozen=True)
class Levels:
    """Levels of many rows.

    A row asks for goods when its position is below `reorder_point`, or at it where `at_or_below` is true. It asks for
    what is missing to `order_up_to_level` where `lot` is 0, else for whole lots until it is above the reorder point.
    """

    reorder_point: Whole
    order_up_to_level: Whole
    lot: Whole
    at_or_below: npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Demand:
    """Demand of many rows, independent from day to day: units per day and their standard deviation."""

    rate_per_day: Real
    sd_per_day: Real

    def __post_init__(self) -> None:
        """Refuse what is no demand."""
        _check_not_negative(self, ("rate_per_day", "sd_per_day"))


@dataclass(frozen=True)
class Supply:
    """Supply of many rows: lead time and its standard deviation, and days between two looks (0: looked at always)."""

    lead_time_days: Real
    lead_time_sd_days: Real
    review_period_days: Real

    def __post_init__(self) -> None:
        """Refuse times that are none."""
        _check_not_negative(self, ("lead_time_days", "lead_time_sd_days", "review_period_days"))


def _check_not_negative(of: object, names: tuple[str, ...]) -> None:
    for name in names:
        values = np.asarray(getattr(of, name))
        if not bool(np.all((values >= 0) & np.isfinite(values))):
            raise PlanningInputError(f"{name} should be 0 or more for every row, and a number")


def over_protection_interval(demand: Demand, supply: Supply) -> tuple[Real, Real]:
    """Give mean and standard deviation of demand until the next order's goods are here.

    Mean d (L + R), variance (L + R) sd^2 + d^2 sd_L^2: an order must last until the one after it arrives, and both
    demand and lead time may vary. Source: Hadley & Whitin 1963; with R = 0 it is the continuous review's lead time.

    Worked example: 10 a day with sd 4, lead time 6 days with sd 1, review every 3: mean 90, variance
    9 x 16 + 100 x 1 = 244.
    """
    days = supply.lead_time_days + supply.review_period_days
    variance = days * demand.sd_per_day**2 + demand.rate_per_day**2 * supply.lead_time_sd_days**2
    return demand.rate_per_day * days, np.sqrt(variance)


def whole_up(units: npt.ArrayLike) -> Whole:
    """Round up to whole units; a figure that is whole but for the arithmetic's last digits stays.

    What is more than LARGEST_QUANTITY becomes BEYOND, so that one such row does not stop the others. Raises
    PlanningInputError for what is no number.

    Worked example: 12.0 and 12.0000000001 are 12, 12.01 is 13.
    """
    values = np.asarray(units, dtype=np.float64)
    if bool(np.any(np.isnan(values))):
        raise PlanningInputError("a level should be a number")
    within = np.minimum(values, float(LARGEST_QUANTITY))
    up = np.ceil(within - _HAIR * np.maximum(np.abs(within), 1.0)).astype(np.int64)
    return np.where(values > LARGEST_QUANTITY, BEYOND, up)


def fill_up(reorder_point: Whole, order_up_to_level: Whole, *, at_or_below: bool = False) -> Levels:
    """Make the levels of rows that order up to a maximum."""
    return Levels(
        reorder_point,
        np.maximum(order_up_to_level, reorder_point),
        np.zeros_like(reorder_point),
        np.full(reorder_point.shape, at_or_below),
    )


def with_presentation_minimum(levels: Levels, presentation_minimum: Whole | np.int64) -> Levels:
    """Raise levels to what a shelf must show: nothing is sold from a hook that looks empty.

    The floor is a floor on either level: a row asks for goods once it would fall below it, and is filled to it at
    least. Where it was filled up, the room between the two levels is kept only as far as the policy's own maximum
    reaches.

    Worked example: minimum 2, maximum 5 and a presentation minimum of 4: minimum 4, maximum 5. With 6: 6 and 6.
    """
    if bool(np.any(presentation_minimum < 0)):
        raise PlanningInputError("a presentation minimum should be 0 units or more")
    return Levels(
        # `at or below 3` and `below 4` are the same floor of 4.
        np.maximum(levels.reorder_point, presentation_minimum - levels.at_or_below),
        np.maximum(levels.order_up_to_level, presentation_minimum),
        levels.lot,
        levels.at_or_below,
    )
