"""The exact best (s, S): order up to S as soon as the position is at or below s, at the least cost per period.

For each row: a period's demand is independent and in whole units; an order costs K, a unit kept for a period h, a unit
short for a period p; what is short is delivered later. The search is that of **Zheng & Federgruen 1991** (Operations
Research 39:654), which is exact and needs few evaluations:

1. G(y), the cost of a period that begins at position y, counted over lead time and review; y* where it is least.
2. m(j), how often a cycle stands j units below S; M(n), how many periods pass until n units are sold.
   c(s, S) = (K + sum of m(j) G(S - j) over j < S - s) / M(S - s).
3. From y* down to the first s that pays an order; from y* up every S whose own G can still be below the best cost,
   with s raised while that makes the cost less.

Rows with the same parameters are solved once.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from replenisher.errors import PlanningInputError
from replenisher.planning.distributions import (
    negative_binomial_cdf,
    negative_binomial_quantile,
    negative_binomial_short,
)
from replenisher.planning.policies.levels import Demand, Levels, Real, Supply, over_protection_interval

LARGEST_MEAN = 2000.0
"""Units of demand over the protection interval; beyond it the power approximation is as good and far quicker."""
DIGITS = 3
"""Significant digits to which parameters are rounded before rows with the same ones are solved once."""
_TAIL = 1.0 - 1e-12


@dataclass(frozen=True)
class Costs:
    """What an order costs, a unit kept for a review period, and a unit short for one, in one currency."""

    fixed: float
    holding: float
    backorder: float

    def __post_init__(self) -> None:
        """Refuse costs by which nothing is best."""
        if self.fixed < 0 or self.holding <= 0 or self.backorder <= 0:
            raise PlanningInputError(
                "an order's fixed cost should be 0 or more, and those of a unit kept and of a unit short more than 0"
            )


def optimal_s_s(demand: Demand, supply: Supply, fixed_per_holding: Real, backorder_per_holding: float) -> Levels:
    """Give the best (s, S) of every row; a period is the row's review period, or a day where that is 0.

    Only what costs are to each other matters: `fixed_per_holding` is K / h per row (how many units kept for a period
    cost as much as an order), `backorder_per_holding` is p / h. Parameters are rounded to DIGITS significant digits
    first. A row without demand asks for nothing. Raises PlanningInputError where demand passes LARGEST_MEAN.

    Worked example: 10 a day Poisson, review every day, no lead time, K 64, h 1, p 9: s 6, S 40.
    """
    period = np.where(supply.review_period_days > 0, supply.review_period_days, 1.0)
    whole = Supply(supply.lead_time_days, supply.lead_time_sd_days, period)
    interval = over_protection_interval(demand, whole)
    per_period = (demand.rate_per_day * period, demand.sd_per_day * np.sqrt(period))
    keys = np.column_stack([*per_period, *interval, np.broadcast_to(fixed_per_holding, period.shape)])
    most = float(keys[:, :4].max(initial=0.0))
    if most > LARGEST_MEAN:
        raise PlanningInputError(
            f"demand over an interval is up to {most:,.0f} units; the exact (s, S) is for up to {LARGEST_MEAN:,.0f}: "
            "choose another policy for such products"
        )
    distinct, rows = np.unique(_rounded(keys), axis=0, return_inverse=True)
    solved = [
        solve((a, b, c, d), Costs(fixed, 1.0, backorder_per_holding))[:2] for a, b, c, d, fixed in distinct.tolist()
    ]
    found = np.array(solved, dtype=np.int64).reshape(-1, 2)[rows.reshape(-1)]
    nothing = demand.rate_per_day == 0
    return Levels(
        np.where(nothing, 0, found[:, 0]),
        np.where(nothing, 0, found[:, 1]),
        np.zeros(len(keys), dtype=np.int64),
        ~nothing,
    )


def _rounded(values: Real) -> Real:
    size = np.floor(np.log10(np.where(values > 0, values, 1.0)))
    unit = 10.0 ** (size - DIGITS + 1)
    return np.round(values / unit) * unit


Key = tuple[float, float, float, float]
"""Mean and sd of a period's demand, mean and sd of that over the protection interval."""


def solve(key: Key, costs: Costs) -> tuple[int, int, float]:
    """Solve one row; gives s, S and the cost per period.

    Worked example: mean 6, K 5, h 1, p 4: (4, 10) at 8.0341 (Snyder & Shen, example 4.7).
    """
    mean, sd, interval_mean, interval_sd = key
    if mean == 0:
        return 0, 0, 0.0
    return _Search(mean, sd, interval_mean, interval_sd, costs).best()


class _Search:
    """The search for one row, with G, m and M as long as it has needed them so far."""

    def __init__(self, mean: float, sd: float, interval_mean: float, interval_sd: float, costs: Costs) -> None:
        self._costs = costs
        self._interval = (interval_mean, interval_sd)
        top = int(negative_binomial_quantile(_TAIL, mean, sd))
        cumulated = negative_binomial_cdf(np.arange(top + 1), mean, sd)
        self._mass: Real = np.diff(cumulated, prepend=0.0)
        self._first = -max(64, int(4 * interval_sd))
        self._cost: Real = np.empty(0)
        self._visits: Real = np.array([1.0 / (1.0 - self._mass[0])])
        self._periods: Real = np.concatenate([[0.0], self._visits])

    def best(self) -> tuple[int, int, float]:
        share = self._costs.backorder / (self._costs.backorder + self._costs.holding)
        least = int(negative_binomial_quantile(share, *self._interval))
        low, high = least - 1, least
        while self.average(low, high) > self._one(low):
            low -= 1
        best, cost = high, self.average(low, high)
        high += 1
        while self._one(high) <= cost:
            if self.average(low, high) < cost:
                best = high
                while self.average(low, best) <= self._one(low + 1):
                    low += 1
                cost = self.average(low, best)
            high += 1
        return low, best, cost

    def _one(self, level: int) -> float:
        """Give G at one level."""
        return float(self._between(level, level)[0])

    def _between(self, low: int, high: int) -> Real:
        """Give G of the levels from `low` to `high`."""
        if low < self._first or high >= self._first + self._cost.size:
            first = min(low, self._first) - (64 if low < self._first else 0)
            levels = np.arange(first, max(high, self._first + self._cost.size) + 65, dtype=np.float64)
            mean, sd = self._interval
            short = negative_binomial_short(levels, mean, sd)
            self._first = first
            self._cost = self._costs.holding * (levels - mean + short) + self._costs.backorder * short
        return self._cost[low - self._first : high - self._first + 1]

    def average(self, low: int, high: int) -> float:
        """Give c(s, S)."""
        span = high - low
        self._renew(span)
        spent = float(self._visits[:span] @ self._between(low + 1, high)[::-1])
        return (self._costs.fixed + spent) / float(self._periods[span])

    def _renew(self, count: int) -> None:
        """Lengthen m and M: m(j) = (sum of p(l) m(j - l) over l from 1 to j) / (1 - p(0))."""
        while self._visits.size < count:
            before = self._visits[::-1][: self._mass.size - 1]
            later = float(self._mass[1 : before.size + 1] @ before) / (1.0 - float(self._mass[0]))
            self._visits = np.append(self._visits, later)
            self._periods = np.append(self._periods, self._periods[-1] + later)


def average_cost(low: int, high: int, key: Key, costs: Costs) -> float:
    """Give the cost per period of any (s, S), for comparison.

    Worked example: (6, 18) of mean 6, K 5, h 1, p 4 costs 10.1938 (Snyder & Shen).
    """
    if low >= high:
        raise PlanningInputError(f"s should be less than S, not {low} and {high}")
    return _Search(*key, costs).average(low, high)
