"""The best (s, S) of one row: order up to S as soon as the position is at or below s, at the least cost per period.

A period's demand is independent and in whole units; an order costs K, a unit kept for a period h, a unit short for a
period p; what is short is delivered later. After **Zheng & Federgruen 1991** (Operations Research 39:654):

1. G(y), the cost of a period that begins at position y, counted over lead time and review; y* where it is least.
2. m(j), how often a cycle stands j units below S; M(n), how many periods pass until n units are sold.
   c(s, S) = (K + sum of m(j) G(S - j) over j < S - s) / M(S - s).
3. A start (`bounded_approximation`) costs c0. The best S is at least y*, the best s less than y*, and neither S nor
   s + 1 has a G above c0: what remains is a box of few (s, S), whose costs are all computed at once.

So the result is the least of all, and not the first that its neighbours are not below.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from replenisher.errors import PlanningInputError
from replenisher.planning.distributions import negative_binomial_cdf, negative_binomial_short
from replenisher.planning.policies.levels import Real, Whole
from replenisher.planning.policies.power_approximation import bounded_approximation

LEAST_MEAN = 1e-9
"""Units; a period's demand below it is none."""
_CELLS = 1_000_000
"""Costs that are computed at once at most, so that a large box takes no more memory than a small one."""


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


Key = tuple[float, float, float, float]
"""Mean and sd of a period's demand, mean and sd of that over the protection interval."""


def solve(key: Key, costs: Costs) -> tuple[int, int, float]:
    """Solve one row; gives s, S and the cost per period.

    Worked example: mean 6, K 5, h 1, p 4: (4, 10) at 8.0341 (Snyder & Shen, example 4.7).
    """
    if key[0] < LEAST_MEAN:
        return 0, 0, 0.0
    first, period_costs = _no_dearer_than(average_cost(*_start(key, costs), key, costs), key, costs)
    cheapest, last = first + int(np.argmin(period_costs)), first + period_costs.size - 1
    visits = _visits(key, period_costs.size + 1)
    best = (cheapest - 1, cheapest, np.inf)
    rows = max(_CELLS // visits.size, 1)
    for high in range(cheapest, last + 1, rows):
        highs = np.arange(high, min(high + rows, last + 1), dtype=np.int64)
        found = _least_of(highs, (first, cheapest), period_costs, visits, costs.fixed)
        best = min(best, found, key=lambda one: one[2])
    return best


def _start(key: Key, costs: Costs) -> tuple[int, int]:
    """Give an (s, S) that costs little more than the best, for most rows."""
    mean, _, interval_mean, interval_sd = key
    spread = max(interval_sd, interval_mean**0.5)
    row = np.array([[mean], [interval_mean], [spread], [costs.fixed / costs.holding]])
    found = bounded_approximation(row[0], row[1], row[2], row[3], costs.backorder / costs.holding)
    low, high = (round(float(level[0])) for level in found)
    return low, max(high, low + 1)


def _no_dearer_than(cost: float, key: Key, costs: Costs) -> tuple[int, Real]:
    """Give the first of the levels whose G is at most this cost, and the G of each of them; at least that of y*.

    G(y) is at least h (y - mean) and p (mean - y), so no level outside of these can be among them.
    """
    mean = key[2]
    levels = np.arange(np.floor(mean - cost / costs.backorder), np.ceil(mean + cost / costs.holding) + 1.0)
    values = _period_costs(levels, key, costs)
    among = np.flatnonzero(values <= cost * (1.0 + 1e-12))
    return int(levels[among[0]]), values[among[0] : among[-1] + 1]


def _period_costs(levels: Real, key: Key, costs: Costs) -> Real:
    """Give G of these levels."""
    mean, sd = key[2:]
    short = negative_binomial_short(levels, mean, sd)
    result: Real = costs.holding * (levels - mean + short) + costs.backorder * short
    return result


def _least_of(
    highs: Whole, box: tuple[int, int], period_costs: Real, visits: Real, fixed: float
) -> tuple[int, int, float]:
    """Give the cheapest (s, S) of these S, each with every s from one below the box's first level to below its y*."""
    first, cheapest = box
    count = visits.size - 1
    periods = np.cumsum(visits[:count])
    falling = np.concatenate([period_costs[::-1], np.zeros(count)])
    windows = np.lib.stride_tricks.sliding_window_view(falling, count)
    from_high = windows[first + period_costs.size - 1 - highs]
    costs = (fixed + np.cumsum(from_high * visits[:count], axis=1)) / periods
    lows = highs[:, None] - np.arange(1, count + 1)
    costs[(lows >= cheapest) | (lows < first - 1)] = np.inf
    row, column = np.unravel_index(int(np.argmin(costs)), costs.shape)
    return int(lows[row, column]), int(highs[row]), float(costs[row, column])


def _visits(key: Key, count: int) -> Real:
    """Give m(0) to m(count - 1): m(j) = (sum of p(l) m(j - l) over l from 1 to j) / (1 - p(0)), m(0) = 1 / (1 - p(0)).

    M(n) is their sum up to m(n - 1).
    """
    falling = np.diff(negative_binomial_cdf(np.arange(count), *key[:2]), prepend=0.0)[::-1].copy()
    moves = 1.0 - falling[-1]
    visits = np.empty(count)
    visits[0] = 1.0 / moves
    for below in range(1, count):
        visits[below] = visits[:below] @ falling[count - 1 - below : count - 1] / moves
    return visits


def average_cost(low: int, high: int, key: Key, costs: Costs) -> float:
    """Give the cost per period of any (s, S).

    Worked example: (6, 18) of mean 6, K 5, h 1, p 4 costs 10.1938 (Snyder & Shen).
    """
    if low >= high:
        raise PlanningInputError(f"s should be less than S, not {low} and {high}")
    visits = _visits(key, high - low)
    spent = visits @ _period_costs(np.arange(high, low, -1, dtype=np.float64), key, costs)
    return float((costs.fixed + spent) / visits.sum())
