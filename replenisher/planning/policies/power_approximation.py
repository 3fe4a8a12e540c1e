"""The power approximation of the best (s, S): closed formulas, fitted by regression to many exactly solved cases.

It starts the exact search, and stands in for it where demand or lot are so large that a search would take long.
Source: Ehrhardt & Mosier 1984 (Management Science 30:618); Snyder & Shen, section 4.4.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from replenisher.planning.policies.levels import Real


def power_approximation(
    mean: Real, interval_mean: Real, interval_sd: Real, fixed_per_holding: Real, backorder_per_holding: npt.ArrayLike
) -> tuple[Real, Real]:
    """Approximate the best (s, S) by the formulas as they are.

    `mean` is of a period's demand, the interval is that of protection; all are above 0. K / h is 0 or more: of 0 the
    formulas have no s, and a lot of 0.

    Worked example: mean 50, sd 8, no lead time, h 0.18, p 0.70, K 2.5: s 40.19, S 74.29 (Snyder & Shen, example 4.8).
    """
    lot = 1.30 * mean**0.494 * fixed_per_holding**0.506 * (1.0 + (interval_sd / mean) ** 2) ** 0.116
    # A lot of next to nothing: the formula's s goes beyond all bounds, as it would be for every unit one at a time.
    spread = np.sqrt(np.maximum(lot / (interval_sd * np.asarray(backorder_per_holding)), 1e-12))
    low = 0.973 * interval_mean + interval_sd * (0.183 / spread + 1.063 - 2.192 * spread)
    return low, low + lot


def bounded_approximation(
    mean: Real, interval_mean: Real, interval_sd: Real, fixed_per_holding: Real, backorder_per_holding: npt.ArrayLike
) -> tuple[Real, Real]:
    """Approximate the best (s, S), where a lot is for a period and a half at most by no more than the base stock.

    That is the second step of Ehrhardt & Mosier: orders so small come at nearly every review, and then the best level
    without an order's cost, mean + z sd with z of p / (p + h), bounds both.

    Worked example: as above, the base stock is 56.60 and the lot of 34.10 is for less than 75: s 40.19, S 56.60.
    """
    low, high = power_approximation(mean, interval_mean, interval_sd, fixed_per_holding, backorder_per_holding)
    ratio = np.asarray(backorder_per_holding, dtype=np.float64)
    most = np.where(high - low <= 1.5 * mean, interval_mean + ndtri(ratio / (1.0 + ratio)) * interval_sd, np.inf)
    return np.minimum(low, most), np.minimum(high, most)
