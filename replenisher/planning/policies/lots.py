"""Lots: how large, at which reorder point, and what they cost a year, a day or any other time.

A lot Q is ordered whenever the position falls to the reorder point r. Demand over the lead time is normal with this
`mean` and `sd`; what is short is delivered later. Costs are in one currency and rates in one unit of time: `fixed` for
each order, `holding` for a unit kept for that time.

* `economic_lot` weighs the two against each other as if demand were steady; `steady_cost` is what lots then cost.
* `lot_cost` is what (r, Q) costs when demand varies, exactly; `best_reorder_point` the cheapest r of a lot. Both take a
  unit short to cost `backorder` for that time.
* `lot_and_reorder_point` chooses both, where a unit short costs once, however long it is.

All are columns, a value per row. Beside `economic_lot`, rates, lots and standard deviations are above 0.
Source: Snyder & Shen, chapters 3 and 5; Hadley & Whitin 1963.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr, ndtri

from replenisher.errors import PlanningInputError
from replenisher.planning.distributions import density, normal_quantile, normal_short
from replenisher.planning.policies.levels import Real


def economic_lot(rate: Real, fixed: npt.ArrayLike, holding: Real) -> Real:
    """Give the economic order quantity sqrt(2 K d / h), in units; 0 where nothing is sold.

    Source: Harris 1913. Where what is short may wait at p for a unit and time, the lot is sqrt((h + p) / p) times that.

    Worked example: K 8, d 1300 a year, h 0.225 a year: 304.05 (Snyder & Shen, example 3.1). With p 7.5 it is 308.57
    (example 5.4).
    """
    if bool(np.any(np.asarray(fixed) < 0) or np.any(holding <= 0)):
        raise PlanningInputError(
            "an order's fixed cost should be 0 or more, and the holding cost of a unit more than 0"
        )
    result: Real = np.sqrt(2.0 * np.asarray(fixed) * rate / holding)
    return result


def steady_cost(lot: Real, rate: Real, fixed: npt.ArrayLike, holding: npt.ArrayLike) -> Real:
    """Give what lots cost when demand is steady: K d / Q + h Q / 2.

    Worked example: as above, a lot of 250 costs 69.725, and the economic one 68.41.
    """
    result: Real = np.asarray(fixed) * rate / lot + 0.5 * np.asarray(holding) * lot
    return result


def lot_cost(  # noqa: PLR0917 - the formula's own symbols, in the order in which the textbook has them
    reorder_point: Real, lot: Real, rate: Real, mean: Real, sd: Real, costs: tuple[float, float, float]
) -> Real:
    """Give what (r, Q) costs when demand varies; `costs` are fixed, holding and backorder.

    (K d + integral of g from r to r + Q) / Q, with g(y) = h (y - mean) + (h + p) n(y) the cost at position y. The
    integral of n, the units short, is sd^2 (H(z) - H(z + Q / sd)) with H(z) = ((z^2 + 1)(1 - Phi(z)) - z phi(z)) / 2.

    Worked example: r 126.8, Q 328.5, d 1300 a year with sd 150, a month of lead time, K 8, h 0.225, p 7.5: 78.07
    (Snyder & Shen, example 5.1).
    """
    fixed, holding, backorder = costs
    z = (reorder_point - mean) / sd
    kept = holding * lot * (reorder_point + 0.5 * lot - mean)
    short = (holding + backorder) * sd * sd * (_second_loss(z) - _second_loss(z + lot / sd))
    result: Real = (fixed * rate + kept + short) / lot
    return result


def _second_loss(z: Real) -> Real:
    result: Real = 0.5 * ((z * z + 1.0) * ndtr(-z) - z * density(z))
    return result


def best_reorder_point(lot: Real, mean: Real, sd: Real, holding: float, backorder: float) -> Real:
    """Give the r at which (r, Q) costs least: where positions r and r + Q cost the same.

    It lies within a lot below the best level for one period, so it is found by halving.

    Worked example: as in `lot_cost`, of a lot of 318: 127.788 (Snyder & Shen, example 5.1).
    """

    def cost(level: Real) -> Real:
        return holding * (level - mean) + (holding + backorder) * normal_short(level, mean, sd)

    high = normal_quantile(backorder / (backorder + holding), mean, sd)
    low = high - lot
    for _ in range(60):
        middle = 0.5 * (low + high)
        too_low = cost(middle) > cost(middle + lot)
        low, high = np.where(too_low, middle, low), np.where(too_low, high, middle)
    return 0.5 * (low + high)


def lot_and_reorder_point(rate: Real, mean: Real, sd: Real, costs: tuple[float, float, float]) -> tuple[Real, Real]:
    """Choose reorder point and lot where a unit short costs once; `costs` are fixed, holding and that one.

    Repeats r = mean + z sd with 1 - Phi(z) = h Q / (p d), and Q = sqrt(2 d (K + p n(r)) / h), until neither moves; from
    the economic lot on. That counts the units on hand as if none were ever short. Raises PlanningInputError where a
    unit short costs so little that no r is worth while: h Q >= p d.

    Worked example: as in `lot_cost`, with p 7.5 once: r 213.97, Q 318.59 (Snyder & Shen, example 5.2).
    """
    fixed, holding, shortage = costs
    lot = economic_lot(rate, fixed, np.full_like(rate, holding))
    for _ in range(500):
        share = holding * lot / (shortage * rate)
        if bool(np.any(share >= 1)):
            raise PlanningInputError("a unit short costs less than keeping a lot does: there is no best reorder point")
        reorder_point = mean - ndtri(share) * sd
        before, lot = lot, np.sqrt(2.0 * rate * (fixed + shortage * normal_short(reorder_point, mean, sd)) / holding)
        if bool(np.all(np.abs(lot - before) <= 1e-12 * lot)):
            break
    return reorder_point, lot
