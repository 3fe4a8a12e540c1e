"""From a table of daily sales to what planning needs of demand: a rate and a spread per day, and how they came about.

1. Days on which there was nothing to sell, and days before a product was on sale, do not count.
2. Each series is classified by how often and how evenly it sells (`classes`).
3. Each class has its estimator (`CHOICE`), or every series the one that is asked for.
4. The spread is the standard deviation of counting days, days without a sale among them.

Leaving stock-out days out still tells a little less than was wanted, for a day that ended empty sold what there was.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from replenisher.errors import PlanningInputError
from replenisher.planning.demand.aggregation import adida, imapa
from replenisher.planning.demand.classes import CLASS_DTYPE, CLASSES, DemandClass, classify, shape_of
from replenisher.planning.demand.intermittent import croston, sba, tsb
from replenisher.planning.demand.panel import Flags, Panel, Real, Whole
from replenisher.planning.demand.smoothing import best_smoothing, exponential_smoothing, moving_average

WINDOW_DAYS = 28
SLOW, QUICK = 0.1, 0.2

METHODS: dict[str, Callable[[Panel], Real]] = {
    "moving_average": lambda panel: moving_average(panel, WINDOW_DAYS),
    "exponential_smoothing": lambda panel: exponential_smoothing(panel, SLOW),
    "best_smoothing": best_smoothing,
    "croston": croston,
    "sba": sba,
    "tsb": lambda panel: tsb(panel, QUICK, SLOW),
    "adida": adida,
    "imapa": imapa,
}
"""Estimators by name; the moving average is that of four weeks."""
NO_METHOD = "none"
METHOD_DTYPE = pd.CategoricalDtype([*METHODS, NO_METHOD])

CHOICE: Mapping[DemandClass, str] = {
    DemandClass.SMOOTH: "exponential_smoothing",
    DemandClass.ERRATIC: "exponential_smoothing",
    DemandClass.INTERMITTENT: "sba",
    DemandClass.LUMPY: "tsb",
    DemandClass.TOO_NEW: "moving_average",
    DemandClass.NONE: NO_METHOD,
}
"""Which estimator a class has: smoothing where most days sell; SBA where few do, evenly; TSB where few do, unevenly,
for such products often fade away; the plain mean where there is little to go by."""


@dataclass(frozen=True)
class EstimateSettings:
    """How demand is estimated: the estimator of each class, and days below which a series is too new to be classified.

    `only` names one estimator for every series that has sold anything.
    """

    choice: Mapping[DemandClass, str] = field(default_factory=lambda: dict(CHOICE))
    least_days: int = 28
    only: str | None = None

    def __post_init__(self) -> None:
        """Refuse estimators that there are not, and classes without one."""
        named = {*self.choice.values(), *([] if self.only is None else [self.only])}
        unknown = sorted(named - {*METHODS, NO_METHOD})
        if unknown:
            raise PlanningInputError(f"there is no estimator {', '.join(unknown)}; there are {', '.join(METHODS)}")
        missing = [one.value for one in CLASSES if one not in self.choice]
        if missing:
            raise PlanningInputError(f"demand of class {', '.join(missing)} has no estimator")

    def method_of(self, demand_class: DemandClass) -> str:
        """Name the estimator of a class."""
        if demand_class is DemandClass.NONE:
            return NO_METHOD
        return self.only or self.choice[demand_class]


@dataclass(frozen=True)
class Sales:
    """Daily sales of many series, oldest first: a row per series and a column per day.

    `stock_outs` marks days on which there was nothing to sell, `first_day` is the column of each series' first day on
    sale (the number of days for one that never was); None means none, and from the first column on.
    """

    units: Real
    stock_outs: Flags | None = None
    first_day: Whole | None = None

    def panel(self) -> Panel:
        """Give the panel of the days that count."""
        return Panel(self.units, self._counts())

    def _counts(self) -> Flags | None:
        counts = None if self.stock_outs is None else ~self.stock_outs
        if self.first_day is not None:
            on_sale = np.arange(self.units.shape[1]) >= self.first_day[:, None]
            counts = on_sale if counts is None else counts & on_sale
        return counts

    def stock_out_days(self) -> Whole:
        """Count each series' days on sale on which there was nothing to sell."""
        if self.stock_outs is None:
            return np.zeros(len(self.units), dtype=np.int64)
        out = self.stock_outs
        if self.first_day is not None:
            out = out & (np.arange(self.units.shape[1]) >= self.first_day[:, None])
        return np.asarray(out.sum(axis=1), dtype=np.int64)


def estimate(keys: pd.DataFrame, sales: Sales, settings: EstimateSettings | None = None) -> pd.DataFrame:
    """Estimate demand of every series; `keys` has its location and sku, a row per series.

    Gives their columns and `demand_class` (CLASS_DTYPE), `method` (METHOD_DTYPE), `rate_per_day` and `sd_per_day`
    (float64 units), `adi`, `cv2`, `days_used` and `stock_out_days` (int64). Raises PlanningInputError when keys and
    sales do not go together, or sales are below 0 or missing.

    Worked example: 2 units every day for 28 days: smooth, rate 2, spread 0.
    """
    if len(keys) != len(sales.units):
        raise PlanningInputError(f"there are keys of {len(keys):,} series and sales of {len(sales.units):,}")
    chosen = settings or EstimateSettings()
    parts = [_estimated(panel, chosen) for _, panel in sales.panel().blocks()] or [_NOTHING]
    columns = {name: np.concatenate([part[name] for part in parts]) for name in _NOTHING}
    return keys[["location", "sku"]].assign(
        demand_class=pd.Categorical.from_codes(columns["class"].astype(np.int8), dtype=CLASS_DTYPE),
        method=pd.Categorical.from_codes(columns["method"].astype(np.int8), dtype=METHOD_DTYPE),
        rate_per_day=columns["rate"],
        sd_per_day=columns["sd"],
        adi=columns["adi"],
        cv2=columns["cv2"],
        days_used=columns["days"],
        stock_out_days=sales.stock_out_days(),
    )


_NOTHING: dict[str, Real | Whole] = {
    **dict.fromkeys(("class", "method", "days"), np.zeros(0, dtype=np.int64)),
    **dict.fromkeys(("rate", "sd", "adi", "cv2"), np.zeros(0)),
}


def _estimated(panel: Panel, settings: EstimateSettings) -> dict[str, Real | Whole]:
    units, length = panel.packed()
    counted = Panel(units, None if panel.counts is None else _newest(length, units.shape[1]))
    shape = shape_of(counted)
    classes = classify(shape, settings.least_days)
    names: Sequence[str] = [settings.method_of(one) for one in CLASSES]
    methods = np.array([METHOD_DTYPE.categories.get_loc(name) for name in names], dtype=np.int64)[classes]
    rate = np.zeros(len(units))
    for name in dict.fromkeys(names):
        rows = np.flatnonzero(methods == METHOD_DTYPE.categories.get_loc(name))
        if rows.size and name != NO_METHOD:
            mine = None if counted.counts is None else counted.counts[rows]
            rate[rows] = METHODS[name](Panel(units[rows], mine))
    return {
        "class": classes,
        "method": methods,
        "days": length,
        "rate": rate,
        "sd": _spread(units, length),
        "adi": shape.adi,
        "cv2": shape.cv2,
    }


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
