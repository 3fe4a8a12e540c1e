"""Estimators that look at longer periods first: ADIDA and IMAPA.

Sales of several periods are added up, so that few of the sums are 0, and the sums are smoothed with their best weight.

* **ADIDA** (Nikolopoulos et al. 2011) adds up as many periods as lie between two sales on average.
* **IMAPA** (Petropoulos & Kourentzes 2015) does so for every length up to that one, and takes the mean of all rates.

The newest periods are used, those that do not fill a sum are left out. A series that never sold anything has 0.
"""

from __future__ import annotations

import numpy as np

from replenisher.planning.demand.panel import Panel, Real, Whole, by_period
from replenisher.planning.demand.smoothing import best_weight, smoothed

ALPHAS = (0.1, 0.3)
"""Between these the weight of the sums is looked for."""


def adida(panel: Panel) -> Real:
    """Give the rate of ADIDA.

    Worked example: 4, 0, 4, 0, 4, 0 sells every 5/3 periods, so sums of 2: 4, 4, 4, and the rate is 4 / 2 = 2.
    """
    units, length = panel.packed()
    periods = mean_interval(units, length)
    result = np.zeros(len(units))
    for count in np.unique(periods[periods > 0]).tolist():
        rows = np.flatnonzero(periods == count)
        result[rows] = _rate(units[rows], length[rows], int(count))
    return result


def imapa(panel: Panel) -> Real:
    """Give the rate of IMAPA.

    Worked example: for the series above the lengths are 1 and 2. Single periods are smoothed best with 0.3, which
    gives 2.0908; sums of 2 give 2. The mean is 2.0454.
    """
    units, length = panel.packed()
    periods = mean_interval(units, length)
    total = np.zeros(len(units))
    for count in range(1, int(periods.max(initial=0)) + 1):
        rows = np.flatnonzero(periods >= count)
        total[rows] += _rate(units[rows], length[rows], count)
    return total / np.maximum(periods, 1)


def mean_interval(units: Real, length: Whole) -> Whole:
    """Give the mean interval between sales in whole periods, the first counted from the beginning; 0 without a sale.

    A half goes to the even number, as in the published values.
    """
    sold = units > 0
    sales = sold.sum(axis=1)
    last = length - np.argmax(sold[:, ::-1], axis=1)
    interval = np.rint(last / np.maximum(sales, 1)).astype(np.int64)
    return np.where(sales > 0, np.maximum(interval, 1), 0)


def _rate(units: Real, length: Whole, periods: int) -> Real:
    """Smooth the sums of so many periods, and give the rate of one."""
    sums = units.shape[1] // periods
    newest = units[:, units.shape[1] - sums * periods :]
    turned = by_period(newest.reshape(len(units), sums, periods).sum(axis=2))
    own = length // periods
    return smoothed(turned, own, best_weight(turned, own, *ALPHAS))[0] / periods
