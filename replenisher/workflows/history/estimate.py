"""Estimate the demand of planned rows from the sales history: what rules and explanations go by.

1. Each row is a series; a product that follows another one has that one's series beside it, listed or not.
2. The history is read location by location, up to the day before the run: a day that is not over tells too little.
3. A product that is new at its location has no days before its first one; its predecessor lends its own.
4. What it still lacks it borrows from its category **at the same location**, so that which locations are read together
   changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
import pandas as pd

from replenisher.config import CompanySettings
from replenisher.database import listings
from replenisher.database.listings import FirstDays
from replenisher.planning.daily_demand import DailyDemand, Series
from replenisher.planning.demand.estimate import estimate
from replenisher.planning.demand.sales import Sales, with_predecessors
from replenisher.planning.demand.silence import silence_of
from replenisher.planning.levels_by_rule import DEMAND_COLUMNS
from replenisher.purchasing.platform import ReportWindow
from replenisher.services import Services
from replenisher.workflows.history.read import Block, read_demand

OLDER_THAN_KNOWN = 36_500
"""Days; the age of what was listed when its location was read for the first time."""
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Wanted:
    """The rows whose demand is wanted: a location, SKU and category each, and each product's predecessor by SKU."""

    rows: pd.DataFrame
    predecessors: Mapping[str, str]


def estimated_demand(
    services: Services, company: CompanySettings, wanted: Wanted, business_date: date
) -> pd.DataFrame | None:
    """Give DEMAND_COLUMNS for every row, in their order, by the days before the run's; None without any rows."""
    if wanted.rows.empty:
        return None
    window = ReportWindow(business_date - DAY * company.demand.days, business_date - DAY)
    locations = [str(one) for one in wanted.rows["location"].unique()]
    with services.database.transaction() as session:
        known = listings.first_days(session, company.id, locations)
    series = list(zip(wanted.rows["location"].astype("str"), wanted.rows["sku"].astype("str"), strict=True))
    every = series + list(_followed(series, wanted.predecessors))
    # A predecessor that is no row of its own lends its days to its follower alone, not to a category.
    pools = np.append(_pools(wanted.rows), np.full(len(every) - len(series), np.nan))
    age_days = _ages(every, known, business_date)
    parts = []
    for block in read_demand(services, company, every, window):
        places = np.array(block.places)
        facts = pd.DataFrame({"category": pools[places], "age_days": age_days[places]})
        parts.append(_of_block(company, block, facts, wanted.predecessors).set_index(places))
    found = pd.concat(parts).sort_index().iloc[: len(series)]
    return found[list(DEMAND_COLUMNS) + list(SILENCE_COLUMNS)]


SILENCE_COLUMNS = ("silent_days", "rate_before_silence", "sd_before_silence")
"""How long a row has sold nothing, and what it sold before; see `planning.demand.silence`."""


def _followed(series: list[Series], predecessors: Mapping[str, str]) -> Iterator[Series]:
    """Find the predecessors, and theirs, that are not among the series themselves."""
    have, waiting = set(series), list(series)
    while waiting:
        location, sku = waiting.pop()
        before = predecessors.get(sku)
        if before is not None and (location, before) not in have:
            have.add((location, before))
            waiting.append((location, before))
            yield location, before


def _pools(rows: pd.DataFrame) -> npt.NDArray[np.float64]:
    """Number the categories of each location; missing where a row has none."""
    location, category = (rows[name].astype("str") for name in ("location", "category"))
    number = rows.groupby([location, category], sort=False).ngroup().to_numpy().astype(np.float64)
    return np.where(category.to_numpy() == "", np.nan, number)


def _ages(series: list[Series], known: FirstDays, business_date: date) -> npt.NDArray[np.int64]:
    """Tell how many days ago each series was listed first.

    One that no report has listed yet is listed today, unless its location is read for the first time.
    """
    read_before = {location for location, _ in known}
    ages = np.empty(len(series), dtype=np.int64)
    for place, one in enumerate(series):
        first = known[one] if one in known else (business_date if one[0] in read_before else None)
        ages[place] = OLDER_THAN_KNOWN if first is None else (business_date - first).days
    return np.maximum(ages, 0)


def _of_block(
    company: CompanySettings, block: Block, facts: pd.DataFrame, predecessors: Mapping[str, str]
) -> pd.DataFrame:
    settings = company.demand.estimate_settings()
    age = facts["age_days"].to_numpy()
    table = block.demand
    sales = Sales(table.units, table.stock_outs, _first_days(table, age), table.sold_out, known=table.known)
    sales = with_predecessors(sales, _places(block.series, predecessors))
    keys = pd.DataFrame(block.series, columns=["location", "sku"]).assign(category=facts["category"].to_numpy())
    silence = silence_of(sales.panel(), settings.least_days)
    found = estimate(keys, sales, settings).rename(columns={"method": "demand_method", "rule": "demand_rule"})
    return found.assign(
        known_days=table.known.sum(axis=1).astype(np.int64),
        age_days=age,
        silent_days=silence.days,
        rate_before_silence=silence.rate,
        sd_before_silence=silence.sd,
    )


def _first_days(table: DailyDemand, age: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Find the column of each series' first day on sale: when it was listed, or sold, whichever came first."""
    days = table.units.shape[1]
    listed = np.clip(days - age, 0, days)
    sold = table.units > 0
    first_sale = np.where(sold.any(axis=1), np.argmax(sold, axis=1), days)
    first: npt.NDArray[np.int64] = np.minimum(listed, first_sale).astype(np.int64)
    return first


def _places(series: list[Series], predecessors: Mapping[str, str]) -> npt.NDArray[np.int64]:
    """Give the place of each series' predecessor in the block, -1 for none; a block holds whole locations."""
    place = {one: number for number, one in enumerate(series)}
    of = (place.get((location, predecessors[sku]), -1) if sku in predecessors else -1 for location, sku in series)
    return np.fromiter(of, dtype=np.int64, count=len(series))
