"""From a table of daily sales to what planning needs of demand: a rate and a spread per day, and how they came about.

1. Days on which there was nothing to sell, and days before a product was on sale, do not count (`sales`).
2. Each series is classified by how often and how evenly it sells (`classes`).
3. Each class has its estimator, or every series the one that is asked for (`choice`).
4. The spread is the standard deviation of counting days, days without a sale among them.
5. Where days that sold out are known and the settings ask for it, rate and spread are raised to the demand behind them
   (`censoring`); the pool is the category.
6. A series with too few days borrows what it lacks from its category (`borrowing`).

Without step 5 a day that sold out counts with what it sold, which tells a little less than was wanted.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from replenisher.errors import PlanningInputError
from replenisher.planning.demand.borrowing import Estimated, borrow
from replenisher.planning.demand.censoring import CensoringLimits, uplift
from replenisher.planning.demand.choice import (
    METHOD_DTYPE,
    METHODS,
    NO_METHOD,
    RULE_DTYPE,
    EstimateSettings,
    Rule,
)
from replenisher.planning.demand.classes import CLASS_DTYPE, CLASSES, classify, shape_of
from replenisher.planning.demand.panel import Flags, Panel, Real, Whole
from replenisher.planning.demand.sales import Sales
from replenisher.planning.frames import NAMED, RATE, TEXT, WHOLE, Contract

DEMAND = Contract(
    "demand",
    {
        "location": TEXT,
        "sku": TEXT,
        "demand_class": NAMED,
        "method": NAMED,
        "rate_per_day": RATE,
        "sd_per_day": RATE,
        "days_used": WHOLE,
        "stock_out_days": WHOLE,
        "rule": NAMED,
        "adi": RATE,
        "cv2": RATE,
        "uplift": RATE,
        "lent_days": WHOLE,
    },
    ("location", "sku"),
)
"""Demand of each location and SKU: rate and standard deviation in units per day, the estimator (METHOD_DTYPE) and the
rule by which it was chosen (RULE_DTYPE; `choice.explained` makes a sentence of it), the class (CLASS_DTYPE) with the
ADI and CV² that it comes from, days that counted, days with nothing to sell. `uplift` is the factor from what was sold
to what was wanted (1 where it was not asked for), `lent_days` the days that are a predecessor's."""


_RULES = tuple(Rule)


@dataclass(frozen=True)
class _Found:
    """What one block of series comes to."""

    classes: Whole
    methods: Whole
    days: Whole
    rate: Real
    sd: Real
    adi: Real
    cv2: Real


def estimate(keys: pd.DataFrame, sales: Sales, settings: EstimateSettings | None = None) -> pd.DataFrame:
    """Estimate demand of every series; `keys` has its location and sku, and `category` where that may lend.

    Gives a frame that keeps DEMAND, a row per series. Raises PlanningInputError when keys and sales do not go together,
    or sales are below 0 or missing.

    Worked example: 2 units every day for 28 days: smooth, rate 2, spread 0.
    """
    if len(keys) != len(sales.units):
        raise PlanningInputError(f"there are keys of {len(keys):,} series and sales of {len(sales.units):,}")
    chosen = settings or EstimateSettings()
    panel = sales.panel()
    found = _joined([_estimated(block, chosen) for _, block in panel.blocks()], len(keys))
    category = _categories(keys)
    raised, factor = _raised(found, panel, sales, category, chosen.censoring)
    filled, borrowed = borrow(raised, category, chosen.least_days)
    rules = np.array([_RULES.index(chosen.rule_of(one)) for one in CLASSES])[found.classes]
    rules = np.where(borrowed, _RULES.index(Rule.CATEGORY), rules)
    return keys[["location", "sku"]].assign(
        demand_class=pd.Categorical.from_codes(found.classes.astype(np.int8), dtype=CLASS_DTYPE),
        method=pd.Categorical.from_codes(found.methods.astype(np.int8), dtype=METHOD_DTYPE),
        rate_per_day=filled.rate,
        sd_per_day=filled.sd,
        days_used=found.days,
        stock_out_days=sales.stock_out_days(),
        rule=pd.Categorical.from_codes(rules.astype(np.int8), dtype=RULE_DTYPE),
        adi=found.adi,
        cv2=found.cv2,
        uplift=factor,
        lent_days=np.zeros(len(keys), dtype=np.int64) if sales.lent_days is None else sales.lent_days,
    )


def _categories(keys: pd.DataFrame) -> Whole:
    """Number the categories; -1 where there is none."""
    if "category" not in keys.columns:
        return np.full(len(keys), -1, dtype=np.int64)
    return pd.factorize(keys["category"])[0].astype(np.int64)


def _raised(
    found: _Found, panel: Panel, sales: Sales, category: Whole, limits: CensoringLimits | None
) -> tuple[Estimated, Real]:
    """Raise rate and spread to the demand behind days that sold out."""
    factor = np.ones(len(found.rate))
    if limits is None or sales.sold_out is None:
        return Estimated(found.rate, found.sd, found.days), factor
    # Series of no category are a pool together.
    behind = uplift(panel, sales.sold_out, category + 1, limits)
    rate = found.rate * behind.factor
    likely = np.sqrt(rate + rate * rate / behind.size)
    sd = np.where(behind.factor > 1.0, np.maximum(found.sd, likely), found.sd)
    return Estimated(rate, sd, found.days), behind.factor


def _joined(parts: list[_Found], count: int) -> _Found:
    if not count:
        none, whole = np.zeros(0), np.zeros(0, dtype=np.int64)
        return _Found(whole, whole, whole, none, none, none, none)
    names = ("classes", "methods", "days", "rate", "sd", "adi", "cv2")
    return _Found(**{name: np.concatenate([getattr(part, name) for part in parts]) for name in names})


def _estimated(panel: Panel, settings: EstimateSettings) -> _Found:
    units, length = panel.packed()
    counted = Panel(units, None if panel.counts is None else _newest(length, units.shape[1]))
    shape = shape_of(counted)
    classes = classify(shape, settings.least_days)
    names = [settings.method_of(one) for one in CLASSES]
    methods = np.array([METHOD_DTYPE.categories.get_loc(name) for name in names], dtype=np.int64)[classes]
    rate = np.zeros(len(units))
    for name in dict.fromkeys(names):
        rows = np.flatnonzero(methods == METHOD_DTYPE.categories.get_loc(name))
        if rows.size and name != NO_METHOD:
            mine = None if counted.counts is None else counted.counts[rows]
            rate[rows] = METHODS[name](Panel(units[rows], mine))
    return _Found(classes, methods, length, rate, _spread(units, length), shape.adi, shape.cv2)


def _newest(length: Whole, periods: int) -> Flags:
    """Mark the newest so many periods of each series."""
    return np.arange(periods) >= (periods - length)[:, None]


def _spread(units: Real, length: Whole) -> Real:
    """Give the standard deviation of the counting days; what is packed before them is 0 and no day."""
    mean = units.sum(axis=1) / np.maximum(length, 1)
    gaps = units - mean[:, None]
    squares = np.einsum("ij,ij->i", gaps, gaps) - (units.shape[1] - length) * mean**2
    result: Real = np.sqrt(np.maximum(squares, 0.0) / np.maximum(length - 1, 1))
    return result
