"""Demand over a protection interval: its mean, its spread, and the distribution that it is taken to have.

| class | distribution | because |
|---|---|---|
| smooth | normal | many days sell, and their sum comes near to it |
| erratic, intermittent, too new | negative binomial | whole units that vary more than by chance alone |
| lumpy | empirical | what intervals of so many days did sell: no curve fits |
| none | Poisson | nothing is known but a rate |

Three rules come after the table. A normal demand whose mean is less than NORMAL_FROM standard deviations would often be
below 0: it is negative binomial instead. An empirical one needs LEAST_INTERVALS intervals of history, or is negative
binomial too. And a negative binomial one whose variance is not above its mean is Poisson.

Days are taken to be independent, except in the empirical spread: there, sales that come in runs show.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

import numpy as np
import pandas as pd

from replenisher.errors import PlanningInputError
from replenisher.planning.demand.classes import CLASSES, DemandClass
from replenisher.planning.demand.estimate import DEMAND
from replenisher.planning.demand.panel import Panel, Real, Whole
from replenisher.planning.frames import check_columns

NORMAL_FROM = 3.0
"""Standard deviations; a normal demand with this mean is below 0 once in 740 times."""
LEAST_INTERVALS = 8
"""Intervals, side by side, that a history should hold before its own sums are believed."""


class Distribution(Enum):
    """A distribution of demand; the value is its code in frames."""

    NORMAL = "normal"
    NEGATIVE_BINOMIAL = "negative_binomial"
    POISSON = "poisson"
    EMPIRICAL = "empirical"


DISTRIBUTIONS = tuple(Distribution)
DISTRIBUTION_DTYPE = pd.CategoricalDtype([one.value for one in DISTRIBUTIONS])
_NORMAL, _NEGATIVE_BINOMIAL, _POISSON, _EMPIRICAL = range(len(DISTRIBUTIONS))

BY_CLASS: Mapping[DemandClass, Distribution] = {
    DemandClass.SMOOTH: Distribution.NORMAL,
    DemandClass.ERRATIC: Distribution.NEGATIVE_BINOMIAL,
    DemandClass.INTERMITTENT: Distribution.NEGATIVE_BINOMIAL,
    DemandClass.LUMPY: Distribution.EMPIRICAL,
    DemandClass.TOO_NEW: Distribution.NEGATIVE_BINOMIAL,
    DemandClass.NONE: Distribution.POISSON,
}


def over_interval(
    demand: pd.DataFrame,
    days: Whole,
    history: Panel | None = None,
    worth: Real | None = None,
    by_class: Mapping[DemandClass, Distribution] = BY_CLASS,
) -> pd.DataFrame:
    """Give mean and spread of demand over so many days per row, and its distribution.

    `demand` keeps DEMAND, `history` has its rows (without one nothing is empirical), `worth` tells how many average
    days the interval is worth (`weekdays.average_days`; else `days`). Gives location, sku, `interval_days` (int64),
    `mean` and `sd` (float64 units) and `distribution` (DISTRIBUTION_DTYPE). Raises PlanningInputError when the
    arguments do not go together.

    Worked example: an intermittent 0.5 a day with sd 1 over 8 days: mean 4, sd √8 = 2.83; 8 is above 4, so negative
    binomial. With sd 0.5 the variance would be 2, so Poisson: mean 4, sd 2.
    """
    check_columns(demand, DEMAND)
    if days.shape != (len(demand),) or bool(np.any(days < 0)):
        raise PlanningInputError("an interval should be told of every row, in whole days from 0")
    if history is not None and len(history.units) != len(demand):
        raise PlanningInputError(f"there is demand of {len(demand):,} rows and history of {len(history.units):,}")
    average = days.astype(np.float64) if worth is None else worth
    mean = demand["rate_per_day"].to_numpy() * average
    sd = demand["sd_per_day"].to_numpy() * np.sqrt(average)
    table = np.array([DISTRIBUTIONS.index(by_class[one]) for one in CLASSES])
    code = table[demand["demand_class"].cat.codes.to_numpy()]
    code, sd = _empirical_where_known(code, sd, history, days)
    code = np.where((code == _NORMAL) & (mean < NORMAL_FROM * sd), _NEGATIVE_BINOMIAL, code)
    code = np.where((code == _NEGATIVE_BINOMIAL) & (sd * sd <= mean), _POISSON, code)
    return demand[["location", "sku"]].assign(
        interval_days=days,
        mean=mean,
        sd=np.where(code == _POISSON, np.sqrt(mean), sd),
        distribution=pd.Categorical.from_codes(code.astype(np.int8), dtype=DISTRIBUTION_DTYPE),
    )


def _empirical_where_known(code: Whole, sd: Real, history: Panel | None, days: Whole) -> tuple[Whole, Real]:
    asked = np.flatnonzero((code == _EMPIRICAL) & (days > 0))
    spread, known = sd.copy(), np.zeros(len(code), dtype=np.bool_)
    if history is not None and asked.size:
        own = Panel(history.units[asked], None if history.counts is None else history.counts[asked])
        found, counted = interval_spread(own, days[asked])
        enough = counted >= LEAST_INTERVALS * days[asked]
        known[asked] = enough
        spread[asked] = np.where(enough, found, sd[asked])
    return np.where((code == _EMPIRICAL) & ~known, _NEGATIVE_BINOMIAL, code), spread


def interval_sums(panel: Panel, days: Whole) -> tuple[Real, Whole]:
    """Add up each run of so many counting days: a row of sums per series, and how many they are, at the right end.

    `days` is 1 or more per series. Runs overlap: each begins a day after the one before. What is left of them is 0.

    Worked example: 1, 0, 2, 5 in runs of 2: 1, 2, 7.
    """
    units, length = panel.packed()
    periods = units.shape[1]
    running = np.concatenate([np.zeros((len(units), 1)), np.cumsum(units, axis=1)], axis=1)
    ends = np.arange(1, periods + 1)
    begins = ends - days[:, None]
    inside = begins >= (periods - length)[:, None]
    sums = running[:, 1:] - np.take_along_axis(running, np.maximum(begins, 0), axis=1)
    return np.where(inside, sums, 0.0), np.asarray(inside.sum(axis=1), dtype=np.int64)


def interval_spread(panel: Panel, days: Whole) -> tuple[Real, Whole]:
    """Give the standard deviation of each series' sums over so many days, and its counting days.

    Runs that overlap tell less than as many that do not: n of them of L days count as n / L.

    Worked example: 1, 0, 2, 5 in runs of 2: sums 1, 2, 7 with variance 62/9, three that count as 1.5: the factor of a
    sample is 1.5 / 0.5, so the variance is 62/3.
    """
    spread, counted = np.zeros(len(days)), np.zeros(len(days), dtype=np.int64)
    for rows, block in panel.blocks():
        sums, runs = interval_sums(block, days[rows])
        mean = sums.sum(axis=1) / np.maximum(runs, 1)
        inside = np.arange(sums.shape[1]) >= (sums.shape[1] - runs)[:, None]
        gaps = np.where(inside, sums - mean[:, None], 0.0)
        variance = np.einsum("ij,ij->i", gaps, gaps) / np.maximum(runs - days[rows], 1)
        spread[rows] = np.sqrt(np.where(runs > days[rows], variance, 0.0))
        counted[rows] = np.where(runs > 0, runs + days[rows] - 1, 0)
    return spread, counted


def empirical_quantile(panel: Panel, days: Whole, share: Real) -> Real:
    """Give the smallest sum over so many days that covers this share of all such runs in a series' own history.

    A series without a single run of so many days has 0.

    Worked example: 1, 0, 2, 5 in runs of 2 (1, 2, 7): two thirds are covered by 2, a hair more by 7.
    """
    if bool(np.any((share <= 0) | (share >= 1))) or bool(np.any(days < 1)):
        raise PlanningInputError("a share of demand should be more than 0 and less than 1, over 1 day or more")
    result = np.zeros(len(days))
    for rows, block in panel.blocks():
        sums, runs = interval_sums(block, days[rows])
        periods = sums.shape[1]
        outside = np.arange(periods) < (periods - runs)[:, None]
        ordered = np.sort(np.where(outside, -1.0, sums), axis=1)
        # A product that should be whole comes out a hair above: take the hair off before rounding up.
        rank = np.ceil(share[rows] * runs * (1.0 - 1e-12)).astype(np.int64)
        place = np.clip(periods - runs + rank - 1, 0, periods - 1)
        found = np.take_along_axis(ordered, place[:, None], axis=1)[:, 0]
        result[rows] = np.where(runs > 0, found, 0.0)
    return result
