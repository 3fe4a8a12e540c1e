"""From the daily sales of planned rows to their demand: since when each was on sale, what it follows, what it borrows.

1. A product that is new at its location has no days before its first one; its predecessor lends its own.
2. What it still lacks it borrows from its category **at the same location**, so that which locations are read together
   changes nothing.
3. How long a row has been silent is measured beside its demand, for judging its stock.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from replenisher.planning.daily_demand import DailyDemand, Series
from replenisher.planning.demand.choice import EstimateSettings
from replenisher.planning.demand.estimate import estimate
from replenisher.planning.demand.panel import Whole
from replenisher.planning.demand.sales import Sales, with_predecessors
from replenisher.planning.demand.silence import silence_of

DEMAND_COLUMNS = (
    "demand_class",
    "demand_method",
    "demand_rule",
    "rate_per_day",
    "sd_per_day",
    "adi",
    "cv2",
    "uplift",
    "days_used",
    "stock_out_days",
    "lent_days",
    "known_days",
    "age_days",
)
"""What is known of a row's demand, as `demand.estimate` makes it; `known_days` are those of which the location's sales
are known, `age_days` those since the row was first seen."""

OLDER_THAN_KNOWN = 36_500
"""Days; the age of what was listed when its location was read for the first time."""

SILENCE_COLUMNS = ("silent_days", "rate_before_silence", "sd_before_silence")
"""How long a row has sold nothing, and what it sold before; see `planning.demand.silence`."""
COLUMNS = (*DEMAND_COLUMNS, *SILENCE_COLUMNS)


def demand_of_rows(
    facts: pd.DataFrame, table: DailyDemand, predecessors: Mapping[str, str], settings: EstimateSettings
) -> pd.DataFrame:
    """Estimate the demand of whole locations; gives COLUMNS, a row for each of `facts` in the same order.

    `facts` has location and sku (text), `age_days` (int64, since its report listed it first) and `category` (text, ""
    for none, and for a predecessor that is no row of its own); `table` their daily demand in the same order.

    Worked example: a SKU of age 10 that sold 2 a day, and follows one that sold 2 a day for a year before: 2 a day, of
    which all days but 10 are lent.
    """
    series = list(zip(facts["location"], facts["sku"], strict=True))
    first = first_days(table, facts["age_days"].to_numpy())
    sales = Sales(table.units, table.stock_outs, first, table.sold_out, known=table.known)
    sales = with_predecessors(sales, _places(series, predecessors))
    number = facts.groupby(["location", "category"], sort=False).ngroup().astype("float64")
    keys = facts[["location", "sku"]].assign(category=number.where(facts["category"] != ""))
    found = estimate(keys, sales, settings).rename(columns={"method": "demand_method", "rule": "demand_rule"})
    silence = silence_of(sales.panel(), settings.least_days)
    described = found.assign(
        known_days=table.known.sum(axis=1).astype(np.int64),
        age_days=facts["age_days"].to_numpy(),
        silent_days=silence.days,
        rate_before_silence=silence.rate,
        sd_before_silence=silence.sd,
    )
    return described[list(COLUMNS)]


def first_days(table: DailyDemand, age_days: Whole) -> Whole:
    """Find the column of each series' first day on sale: when it was listed, or sold, whichever came first.

    Worked example: 30 days, listed 10 days ago: column 20; sold on the first day all the same: column 0.
    """
    days = table.units.shape[1]
    sold = table.units > 0
    first_sale = np.where(sold.any(axis=1), np.argmax(sold, axis=1), days)
    return np.asarray(np.minimum(np.clip(days - age_days, 0, days), first_sale), dtype=np.int64)


def _places(series: Sequence[Series], predecessors: Mapping[str, str]) -> Whole:
    """Give the place of each series' predecessor among them, -1 for none."""
    place = {one: number for number, one in enumerate(series)}
    of = (place.get((location, predecessors[sku]), -1) if sku in predecessors else -1 for location, sku in series)
    return np.fromiter(of, dtype=np.int64, count=len(series))
