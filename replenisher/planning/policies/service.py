"""Levels that keep a service: by the share of cycles without a stock-out, or by the share of demand met at once.

Demand over the protection interval is taken as **negative binomial** (Poisson where it varies no more than that) while
it is few units, for then whole units matter, and as **normal** beyond `FEW_UNITS`, where the two agree to less than a
unit.

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
from replenisher.planning.policies.levels import Real, Whole, whole_up

FEW_UNITS = 100.0
"""Units of mean demand up to which whole units matter."""


def level_for_cycle_service(share: npt.ArrayLike, mean: Real, sd: Real) -> Whole:
    """Give the smallest whole level that demand does not pass in this share of cycles.

    Worked example: mean 6, sd sqrt(6), 0.8: 8 (Snyder & Shen, example 4.7). Mean 250, sd 17.8885, 0.795455: 264.77, so
    265 (example 4.4).
    """
    shares = np.broadcast_to(np.asarray(share, dtype=np.float64), mean.shape)
    few = mean <= FEW_UNITS
    level = np.zeros(mean.shape, dtype=np.int64)
    level[few] = negative_binomial_quantile(shares[few], mean[few], sd[few])
    level[~few] = whole_up(normal_quantile(shares[~few], mean[~few], sd[~few]))
    return np.maximum(level, 0)


def level_for_fill_rate(rate: npt.ArrayLike, mean: Real, sd: Real, cycle_demand: Real) -> Whole:
    """Give the smallest whole level at which at most this share of a cycle's demand is short.

    `cycle_demand` is what is ordered per cycle: demand of a review period, or the lot. Where it is 0 nothing is asked
    for, and the level is 0.

    Worked example: mean 2, sd 2 (negative binomial), cycle demand 2, fill rate 0.78: units short may be 0.44; at level
    3 they are 0.4375, at level 2 they are 0.75. So 3.
    """
    allowed = (1.0 - np.broadcast_to(np.asarray(rate, dtype=np.float64), mean.shape)) * cycle_demand
    level = np.zeros(mean.shape, dtype=np.int64)
    asked = (cycle_demand > 0) & (mean > 0)
    few, many = asked & (mean <= FEW_UNITS), asked & (mean > FEW_UNITS)
    level[few] = _smallest_short(allowed[few], mean[few], sd[few])
    spread = np.maximum(sd[many], 1e-6)  # without any, exactly what is allowed is short
    level[many] = whole_up(mean[many] + inverse_standard_loss(allowed[many] / spread) * spread)
    return np.maximum(level, 0)


def _smallest_short(allowed: Real, mean: Real, sd: Real) -> Whole:
    """Search the smallest whole level whose units short are at most what is allowed, by halving."""
    low = np.full(mean.shape, -1.0)
    high = np.ceil(mean + sd + 1.0)
    while bool(np.any(over := negative_binomial_short(high, mean, sd) > allowed)):
        low, high = np.where(over, high, low), np.where(over, 2.0 * high, high)
    while bool(np.any(high - low > 1)):
        middle = np.floor(0.5 * (low + high))
        over = negative_binomial_short(middle, mean, sd) > allowed
        low, high = np.where(over, middle, low), np.where(over, high, middle)
    return high.astype(np.int64)


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
