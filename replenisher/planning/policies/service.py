"""Levels that keep a service: by the share of cycles without a stock-out, or by the share of demand met at once.

Demand over the protection interval is taken as **negative binomial**, and as Poisson where it varies no more than that:
whole units, and as lopsided as sales are. A normal demand of the same mean and spread would not do, however many units
it is: with mean 105 and sd 80 it would ask for 237 units to cover 95 % of cycles, and these cover 93 %.

* **Cycle service** a: the smallest level that demand does not pass in a share a of cycles.
* **Fill rate** b: the smallest level at which the units short per cycle are at most a share 1 - b of the demand of a
  cycle. That counts the units short over the whole interval as this cycle's, which is a little on the safe side.

Sources: Silver, Pyke & Thomas, Inventory and Production Management in Supply Chains; Snyder & Shen, chapter 4.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from replenisher.planning.distributions import (
    inverse_standard_loss,
    negative_binomial_quantile,
    negative_binomial_short,
    normal_quantile,
    standard_loss,
)
from replenisher.planning.policies.levels import Real, Whole
from replenisher.planning.smallest import likely_level, smallest_level

_LOSSES = (1e-300, 1e6)
"""Standard deviations; outside of these, which takes a demand of next to nothing, the guess is the same anyway."""


def level_for_cycle_service(share: npt.ArrayLike, mean: Real, sd: Real) -> Whole:
    """Give the smallest whole level that demand does not pass in this share of cycles.

    Worked example: mean 6, sd sqrt(6), 0.8: 8 (Snyder & Shen, example 4.7). Mean 250, sd 17.8885, 0.795455: 265; of a
    normal demand it would be 264.77 (example 4.4).
    """
    return negative_binomial_quantile(share, mean, sd)


def level_for_fill_rate(rate: npt.ArrayLike, mean: Real, sd: Real, cycle_demand: Real) -> Whole:
    """Give the smallest whole level at which at most this share of a cycle's demand is not met.

    `cycle_demand` is what is ordered per cycle: demand of a review period, or the lot. Where it is 0 nothing is asked
    for, and the level is 0.

    Worked example: mean 2, sd 2 (negative binomial), cycle demand 2, fill rate 0.78: units short may be 0.44; at level
    3 they are 0.4375, at level 2 they are 0.75. So 3.
    """
    asked = np.flatnonzero((cycle_demand > 0) & (mean > 0))
    level = np.zeros(mean.shape, dtype=np.int64)
    shares = np.broadcast_to(np.asarray(rate, dtype=np.float64), mean.shape)[asked]
    allowed, m, d = (1.0 - shares) * cycle_demand[asked], mean[asked], sd[asked]
    loss = np.clip(allowed / np.maximum(d, np.sqrt(m)), *_LOSSES)
    guess = likely_level(inverse_standard_loss(loss), m, d)
    level[asked] = smallest_level(
        guess, lambda levels, rows: negative_binomial_short(levels, m[rows], d[rows]) <= allowed[rows]
    )
    return level


def safety_stock(share: npt.ArrayLike, sd: Real) -> Real:
    """Give the safety stock z sd of a normal demand for a cycle service: what a level has above the mean.

    Worked example: 0.95 of sd 15.6205 is 1.644854 x 15.6205 = 25.69 units.
    """
    return normal_quantile(share, np.zeros_like(sd), sd)


def fill_rate_of(level: npt.ArrayLike, mean: Real, sd: Real, lot: Real) -> Real:
    """Give the share of demand that a lot-sized (r, Q) policy meets at once under normal demand, in its exact form.

    1 - sd (G(z) - G(z + Q / sd)) / Q with z = (r - mean) / sd. Source: Silver, Pyke & Thomas.

    Worked example: r 100, mean 80, sd 20, Q 50: G(1) = 0.083315, G(3.5) = 0.000058; 1 - 20 x 0.083257 / 50 = 0.9667.
    """
    z = (np.asarray(level, dtype=np.float64) - mean) / sd
    result: Real = 1.0 - sd * (standard_loss(z) - standard_loss(z + lot / sd)) / lot
    return result
