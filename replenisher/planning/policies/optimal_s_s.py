"""The best (s, S) of many rows: order up to S as soon as the position is at or below s, at the least cost per period.

1. Rows are brought to what decides: demand of a period and over the protection interval, and K / h, each rounded to
   DIGITS significant digits. Rows alike in all of these are solved once.
2. Up to LARGEST units each is solved exactly (`best_s_s`); beyond that, and where a lot would be of more than so many
   units, the closed formulas of `power_approximation` stand in. On 240 rows near these borders they cost 2 % more than
   the best on average, and 29 % more at worst, where a lot lasts for a few periods.
3. The model lets customers wait, so its best s may lie below 0: let some wait before an order is worth while. Nobody
   waits in front of a shelf, whose position would never get there: an s below 0 is 0 where anything is kept at all.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from replenisher.planning.policies.best_s_s import LEAST_MEAN, Costs, solve
from replenisher.planning.policies.levels import Demand, Levels, Real, Supply, Whole, over_protection_interval, whole_up
from replenisher.planning.policies.power_approximation import bounded_approximation

LARGEST = 2000.0
"""Units of demand over the protection interval, or of a lot, up to which a row is solved exactly."""
DIGITS = 3
"""Significant digits to which parameters are rounded before rows with the same ones are solved once."""


def optimal_s_s(demand: Demand, supply: Supply, fixed_per_holding: Real, backorder_per_holding: float) -> Levels:
    """Give the best (s, S) of every row; a period is the row's review period, or a day where that is 0.

    Only what costs are to each other matters: `fixed_per_holding` is K / h per row (how many units kept for a period
    cost as much as an order), `backorder_per_holding` is p / h. A row without demand asks for nothing.

    Worked example: 10 a day Poisson, review every day, no lead time, K 64, h 1, p 9: s 6, S 40.
    """
    period = np.where(supply.review_period_days > 0, supply.review_period_days, 1.0)
    whole = Supply(supply.lead_time_days, supply.lead_time_sd_days, period)
    per_period = (demand.rate_per_day * period, demand.sd_per_day * np.sqrt(period))
    interval = over_protection_interval(demand, whole)
    rows = np.column_stack([*per_period, *interval, np.broadcast_to(fixed_per_holding, period.shape)])
    distinct, places = _alike(_rounded(rows))
    low, high = (level[places] for level in _solved(distinct, backorder_per_holding))
    return Levels(
        np.where(high > 0, np.maximum(low, 0), low),
        high,
        np.zeros(len(rows), dtype=np.int64),
        per_period[0] >= LEAST_MEAN,
    )


def _solved(rows: Real, backorder_per_holding: float) -> tuple[Whole, Whole]:
    """Give s and S of distinct rows: exactly, by formula where they are too large, and 0 where nothing is sold."""
    low, high = np.zeros((2, len(rows)), dtype=np.int64)
    some = np.flatnonzero(rows[:, 0] >= LEAST_MEAN)
    mean, _, interval_mean, interval_sd, fixed = rows[some].T
    spread = np.maximum(interval_sd, np.sqrt(interval_mean))
    near = bounded_approximation(mean, interval_mean, spread, fixed, backorder_per_holding)
    # The lot as an economic one, for the formulas' own is cut where it is small.
    lot = np.sqrt(2.0 * fixed * mean)
    large = np.max([interval_mean, interval_sd, lot], axis=0, initial=0.0) > LARGEST
    low[some], high[some] = whole_up(near[0]), np.maximum(whole_up(near[1]), whole_up(near[0]) + 1)
    for place in some[~large]:
        *key, fixed_cost = rows[place].tolist()
        low[place], high[place], _ = solve(
            (key[0], key[1], key[2], key[3]), Costs(fixed_cost, 1.0, backorder_per_holding)
        )
    return low, high


def _rounded(values: Real) -> Real:
    """Round to DIGITS significant digits; what no digits matter of, far below LEAST_MEAN, to 0."""
    some = values >= LEAST_MEAN**2
    unit = 10.0 ** (np.floor(np.log10(np.where(some, values, 1.0))) - DIGITS + 1)
    return np.where(some, np.round(values / unit) * unit, 0.0)


def _alike(rows: Real) -> tuple[Real, Whole]:
    """Give the distinct rows, and for each row its place among them; many times faster than sorting whole rows."""
    places = np.zeros(len(rows), dtype=np.int64)
    for column in rows.T:
        values, distinct = pd.factorize(column)
        places = pd.factorize(places * max(len(distinct), 1) + values)[0].astype(np.int64)
    first = np.empty(int(places.max(initial=-1)) + 1, dtype=np.int64)
    first[places[::-1]] = np.arange(len(rows) - 1, -1, -1)
    return rows[first], places
