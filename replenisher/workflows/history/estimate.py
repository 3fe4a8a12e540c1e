"""Estimate the demand of planned rows from the sales history: what rules go by, and what explanations show.

1. Each row is a series; a product that follows another one has that one's series beside it, listed or not.
2. The history is read by blocks of whole locations, up to the day before the run: a day that is not over tells too
   little.
3. The arithmetic is `planning.demand.rows`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd

from replenisher.config import CompanySettings
from replenisher.database import listings
from replenisher.database.listings import FirstDays
from replenisher.planning.daily_demand import Series
from replenisher.planning.demand.rows import OLDER_THAN_KNOWN, demand_of_rows
from replenisher.purchasing.platform import ReportWindow
from replenisher.services import Services
from replenisher.workflows.history.read import read_demand

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Wanted:
    """The rows whose demand is wanted: location, SKU and category of each, and each product's predecessor by SKU."""

    rows: pd.DataFrame
    predecessors: Mapping[str, str]


def estimated_demand(
    services: Services, company: CompanySettings, wanted: Wanted, business_date: date
) -> pd.DataFrame | None:
    """Give the demand of every row, in their order, by the days before the run's; None without any rows."""
    if wanted.rows.empty:
        return None
    window = ReportWindow(business_date - DAY * company.demand.days, business_date - DAY)
    rows = wanted.rows.astype("str").reset_index(drop=True)
    series = list(zip(rows["location"], rows["sku"], strict=True))
    others = pd.DataFrame(_followed(series, wanted.predecessors), columns=["location", "sku"]).assign(category="")
    every = pd.concat([rows, others], ignore_index=True) if len(others) else rows
    with services.database.transaction() as session:
        known = listings.first_days(session, company.id, rows["location"].unique().tolist())
    keys = list(zip(every["location"], every["sku"], strict=True))
    facts = every.assign(age_days=pd.Series(_ages(keys, known, business_date), dtype="int64"))
    settings = company.demand.estimate_settings()
    parts = []
    for block in read_demand(services, company, keys, window):
        here = facts.iloc[block.places]
        found = demand_of_rows(here.reset_index(drop=True), block.demand, wanted.predecessors, settings)
        parts.append(found.set_index(here.index))
    return pd.concat(parts).sort_index().iloc[: len(series)]


def _followed(series: Sequence[Series], predecessors: Mapping[str, str]) -> Iterator[Series]:
    """Find the predecessors, and theirs, that are not among the series themselves."""
    if not predecessors:
        return
    have, waiting = set(series), list(series)
    while waiting:
        location, sku = waiting.pop()
        before = predecessors.get(sku)
        if before is not None and (location, before) not in have:
            have.add((location, before))
            waiting.append((location, before))
            yield location, before


def _ages(series: Sequence[Series], known: FirstDays, business_date: date) -> list[int]:
    """Tell how many days ago each series was listed first.

    One that no report has listed yet is listed today, unless its location is read for the first time.
    """
    read_before = {location for location, _ in known}
    ages = []
    for one in series:
        first = known[one] if one in known else (business_date if one[0] in read_before else None)
        ages.append(OLDER_THAN_KNOWN if first is None else max((business_date - first).days, 0))
    return ages
