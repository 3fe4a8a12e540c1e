"""Estimators of a rate for demand that comes now and then: Croston, SBA and TSB.

* **Croston 1972** smooths the size of a sale and the interval between two, each only when something is sold; the rate
  is size / interval.
* **SBA** (Syntetos & Boylan 2005) takes a share alpha / 2 off, by which Croston's rate is too high.
* **TSB** (Teunter, Syntetos & Babai 2011) smooths the chance of a sale in every period instead of the interval, so that
  a product that stops selling fades away.

Each gives units per period; a series that never sold anything has 0.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from replenisher.errors import PlanningInputError
from replenisher.planning.demand.panel import Panel, Real, Whole, by_period


@dataclass(frozen=True)
class Pace:
    """Smoothed size of a sale and interval between two, per series; both 0 where nothing was ever sold."""

    size: Real
    interval: Real


def croston(panel: Panel, alpha: float = 0.1) -> Real:
    """Give Croston's rate.

    Worked example: 0, 0, 3, 0, 6 with 0.1: size 3 then 3.3, interval 3 then 2.9; 3.3 / 2.9 = 1.1379.
    """
    pace = _pace(panel, alpha)
    sold = pace.interval > 0
    return np.where(sold, pace.size / np.where(sold, pace.interval, 1.0), 0.0)


def sba(panel: Panel, alpha: float = 0.1) -> Real:
    """Give Croston's rate less the share alpha / 2.

    Worked example: 1.1379 of the example above becomes 0.95 x 1.1379 = 1.0810.
    """
    return (1.0 - 0.5 * alpha) * croston(panel, alpha)


def tsb(panel: Panel, alpha_size: float = 0.1, alpha_chance: float = 0.1) -> Real:
    """Give TSB's rate: smoothed chance of a sale times smoothed size of one.

    The chance starts as that of the oldest period, 0 or 1; the size as that of the first sale.

    Worked example: 0, 4, 0 with 0.5 and 0.5: chance 0, then 0.5, then 0.25; size 4; rate 1.
    """
    _check_weight(alpha_size)
    _check_weight(alpha_chance)
    units, length = panel.packed()
    turned = by_period(units)
    chance, size = np.zeros(len(units)), np.zeros(len(units))
    begins = turned.shape[0] - length
    for period, value in enumerate(turned):
        sold = value > 0
        moved = chance + alpha_chance * (sold - chance)
        chance = np.where(period > begins, moved, np.where(period == begins, sold, chance))
        size = np.where(sold, np.where(size > 0, size + alpha_size * (value - size), value), size)
    result: Real = chance * size
    return result


def _pace(panel: Panel, alpha: float) -> Pace:
    _check_weight(alpha)
    units, length = panel.packed()
    turned = by_period(units)
    size, interval = np.zeros(len(units)), np.zeros(len(units))
    since = -_before(turned, length)
    for value in turned:
        since += 1.0
        sold = value > 0
        known = sold & (size > 0)
        size = np.where(known, size + alpha * (value - size), np.where(sold, value, size))
        interval = np.where(known, interval + alpha * (since - interval), np.where(sold, since, interval))
        since = np.where(sold, 0.0, since)
    return Pace(size, interval)


def _before(turned: Real, length: Whole) -> Real:
    """Count the periods before a series begins."""
    return np.asarray(turned.shape[0] - length, dtype=np.float64)


def _check_weight(alpha: float) -> None:
    if not 0 < alpha <= 1:
        raise PlanningInputError(f"a smoothing weight should be more than 0 and at most 1, not {alpha:g}")
