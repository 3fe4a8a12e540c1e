"""The pattern of the week: by how much each weekday sells more or less than a day on average.

A weekday's factor is its rate per counting day by that of all days. A short history says little of seven days, so each
factor is pulled towards 1: it counts with the sales that were to be expected on that weekday, 1 with `flat_sales` of
them. The seven factors are then scaled to a mean of 1, so that a week stays what it was.

Sales are counted as days that sold something, not as units: ten units to one customer tell of one day.
"""

from __future__ import annotations

import numpy as np

from replenisher.errors import PlanningInputError
from replenisher.planning.demand.panel import Panel, Real, Whole

WEEK = 7
FLAT_SALES = 20.0


def weekday_pattern(panel: Panel, first_weekday: int, flat_sales: float = FLAT_SALES) -> Real:
    """Give seven factors per series, Monday (0) first, with a mean of 1; all 1 for a series without a sale.

    `first_weekday` is the weekday of the panel's first day.

    Worked example: two weeks in which 7 units are sold on each Monday and nothing else, `flat_sales` 2: 2 sales, so
    2/7 expected on each weekday; Monday (2/7 x 7 + 2) / (2/7 + 2) = 1.75, the others 2 / (2/7 + 2) = 0.875. Their
    mean is 1 already.
    """
    if not 0 <= first_weekday < WEEK:
        raise PlanningInputError(f"a weekday should be from 0 (Monday) to 6, not {first_weekday}")
    if not flat_sales > 0:
        raise PlanningInputError(f"a flat week should count as more than 0 sales, not {flat_sales:g}")
    result = np.ones((len(panel.units), WEEK))
    for rows, block in panel.blocks():
        result[rows] = _pattern(block, first_weekday, flat_sales)
    return result


def _pattern(panel: Panel, first_weekday: int, flat_sales: float) -> Real:
    counts = np.ones(panel.units.shape, dtype=np.bool_) if panel.counts is None else panel.counts
    counted = np.where(counts, panel.units, 0.0)
    sales = ((counted > 0).sum(axis=1) / np.maximum(counts.sum(axis=1), 1))[:, None]
    days, units = np.zeros((len(counted), WEEK)), np.zeros((len(counted), WEEK))
    for place in range(min(WEEK, counted.shape[1])):
        weekday = (first_weekday + place) % WEEK
        days[:, weekday] = counts[:, place::WEEK].sum(axis=1)
        units[:, weekday] = counted[:, place::WEEK].sum(axis=1)
    rate = (units.sum(axis=1) / np.maximum(days.sum(axis=1), 1.0))[:, None]
    usual = rate * days
    raw = np.where(usual > 0, units / np.where(usual > 0, usual, 1.0), 1.0)
    weight = sales * days
    factors = (weight * raw + flat_sales) / (weight + flat_sales)
    return np.asarray(factors / factors.mean(axis=1, keepdims=True))


def average_days(pattern: Real, first_weekday: Whole, days: Whole) -> Real:
    """Count what so many days from a weekday on are worth in average days, per series.

    Worked example: factors 1.75, 0.875, …: 8 days from a Monday on are 7 + 1.75 = 8.75.
    """
    if bool(np.any(days < 0)) or bool(np.any((first_weekday < 0) | (first_weekday >= WEEK))):
        raise PlanningInputError("an interval should have 0 days or more, and begin on a weekday from 0 to 6")
    weeks, rest = np.divmod(days, WEEK)
    # Two weeks in a row, so that an interval that goes past Sunday needs no second look.
    running = np.concatenate([np.zeros((len(pattern), 1)), np.cumsum(np.tile(pattern, 2), axis=1)], axis=1)
    rows = np.arange(len(pattern))
    result: Real = weeks * running[:, WEEK] + running[rows, first_weekday + rest] - running[rows, first_weekday]
    return result
