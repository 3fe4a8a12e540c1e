"""Estimators of a rate for demand that comes in most periods: moving average and exponential smoothing.

Each takes a panel of sales and gives units per period for each series; a series without a counting period has 0.
Smoothing starts from the oldest counting period. Sources: Brown 1959; Gardner 2006.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from replenisher.errors import PlanningInputError
from replenisher.planning.demand.panel import Panel, Real, Whole, by_period

GOLDEN = (5.0**0.5 - 1.0) / 2.0
STEPS = 50
"""Cuts by the golden section: a range of 1 becomes one of 4e-11."""
FLAT = 1e-12
"""Relative; errors that differ by less are the same."""
ALPHAS = (0.01, 0.99)
"""Between these the best smoothing is looked for."""


def moving_average(panel: Panel, periods: int) -> Real:
    """Average the newest counting periods, as many as there are up to `periods`.

    Worked example: 1, 2, 6 over two periods is 4.
    """
    if periods < 1:
        raise PlanningInputError(f"a moving average takes 1 period or more, not {periods}")
    units, length = panel.packed()
    window = np.minimum(length, periods)
    result: Real = units[:, -periods:].sum(axis=1) / np.maximum(window, 1)
    return result


def exponential_smoothing(panel: Panel, alpha: float) -> Real:
    """Smooth with a fixed weight of the newest period.

    Worked example: 4, 0, 2 with 0.5: 4, then 2, then 2.
    """
    if not 0 < alpha <= 1:
        raise PlanningInputError(f"the weight of the newest period should be more than 0 and at most 1, not {alpha:g}")
    units, length = panel.packed()
    return smoothed(by_period(units), length, np.full(len(units), alpha))[0]


def best_smoothing(panel: Panel, least: float = ALPHAS[0], most: float = ALPHAS[1]) -> Real:
    """Smooth each series with the weight that would have forecast its own past best, between `least` and `most`.

    Worked example: 4, 4, 4 is 4 whatever the weight is.
    """
    units, length = panel.packed()
    turned = by_period(units)
    return smoothed(turned, length, best_weight(turned, length, least, most))[0]


def smoothed(turned: Real, length: Whole, alpha: Real) -> tuple[Real, Real]:
    """Smooth series that end in the last row of `turned` (a row per period); gives rate and summed squared error.

    Only the newest `length` periods of a series are its own; the error is that of forecasting each from those before.
    """
    periods, count = turned.shape
    rate, error = np.zeros(count), np.zeros(count)
    begins = periods - length
    for period in range(periods):
        value = turned[period]
        gap = value - rate
        inside = period > begins
        error += np.where(inside, gap * gap, 0.0)
        rate = np.where(period == begins, value, np.where(inside, rate + alpha * gap, rate))
    return rate, error


def best_weight(turned: Real, length: Whole, least: float, most: float) -> Real:
    """Search the weight of the least squared error by the golden section; the middle where the error is flat.

    The section keeps to one valley: where there are two, the one that its first two looks favour.
    """
    count = turned.shape[1]
    low, high = np.full(count, least), np.full(count, most)
    inner = (high - GOLDEN * (high - low), low + GOLDEN * (high - low))
    errors = tuple(smoothed(turned, length, one)[1] for one in inner)
    first, second, first_error, second_error = *inner, *errors
    for _ in range(STEPS):
        left = first_error <= second_error
        low, high = np.where(left, low, first), np.where(left, second, high)
        fresh = np.where(left, high - GOLDEN * (high - low), low + GOLDEN * (high - low))
        fresh_error = smoothed(turned, length, fresh)[1]
        first, second, first_error, second_error = (
            np.where(left, fresh, second),
            np.where(left, first, fresh),
            np.where(left, fresh_error, second_error),
            np.where(left, first_error, fresh_error),
        )
    best = 0.5 * (low + high)
    middle: npt.NDArray[np.float64] = np.full(count, 0.5 * (least + most))
    flat = smoothed(turned, length, middle)[1] <= smoothed(turned, length, best)[1] * (1.0 + FLAT)
    return np.where(flat, middle, best)
