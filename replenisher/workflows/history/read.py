"""Read the sales history: tables of daily demand for planning, block by block, and the days of one SKU for a person."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from replenisher.config import CompanySettings
from replenisher.database import companies, recorded_days
from replenisher.errors import NotFoundError
from replenisher.planning.daily_demand import DailyDemand, Series, daily_demand
from replenisher.purchasing.platform import ReportWindow
from replenisher.services import Services

SERIES_AT_ONCE = 8192
"""Series of one block, unless one location alone has more."""
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Block:
    """Some series, each as its place among those asked for, and their daily demand in the same order."""

    places: list[int]
    series: list[Series]
    demand: DailyDemand


def read_demand(
    services: Services, company: CompanySettings, series: Sequence[Series], window: ReportWindow
) -> Iterator[Block]:
    """Give the daily demand of the series in a window of business dates, oldest first, in blocks of whole locations.

    Memory is that of one block, however many series there are. Each location and SKU is asked for once; one that the
    history does not know has sold nothing on known days. Take a window that ends before today: today is not over.
    """
    days = (window.end - window.start).days + 1
    rules = company.demand.demand_rules()
    for places in _blocks(series):
        wanted = [series[place] for place in places]
        locations = list(dict.fromkeys(location for location, _ in wanted))
        few = sorted({sku for _, sku in wanted}) if len(wanted) <= len(locations) else None
        with services.database.transaction() as session:
            recorded = recorded_days.recorded_days(session, company.id, locations, window, skus=few)
        yield Block(places, wanted, daily_demand(wanted, recorded, window.start, days, rules))


def _blocks(series: Sequence[Series]) -> Iterator[list[int]]:
    by_location: dict[str, list[int]] = {}
    for place, (location, _) in enumerate(series):
        by_location.setdefault(location, []).append(place)
    block: list[int] = []
    for places in by_location.values():
        if block and len(block) + len(places) > SERIES_AT_ONCE:
            yield block
            block = []
        block = block + places
    if block:
        yield block


@dataclass(frozen=True)
class ShownDay:
    """One day of one SKU: units by what became of them, demand by the company's rules, and marks."""

    business_date: date
    sold: int
    returned: int
    exchanged: int
    transferred: int
    other: int
    demand: int
    stock_out: bool
    sold_out: bool
    known: bool


def shown_days(
    services: Services, company: CompanySettings, location: str, sku: str, window: ReportWindow
) -> list[ShownDay]:
    """Give every day of the window for one SKU of a location, oldest first, as planning would take it."""
    (block,) = read_demand(services, company, [(location, sku)], window)
    table = block.demand
    with services.database.transaction() as session:
        recorded = {day.business_date: day for day in recorded_days.days_of(session, company.id, location, sku, window)}
    shown = []
    for place in range((window.end - window.start).days + 1):
        day = window.start + DAY * place
        units = recorded.get(day)
        moved = (0,) * 5 if units is None else units.moved
        flags = (table.stock_outs, table.sold_out, table.known)
        shown.append(ShownDay(day, *moved, int(table.units[0, place]), *(bool(one[0, place]) for one in flags)))
    return shown


def last_days(services: Services, company: CompanySettings, days: int) -> ReportWindow:
    """Give the window of so many days up to today in the company's zone."""
    with services.database.transaction() as session:
        today = companies.now(session).astimezone(ZoneInfo(company.time_zone)).date()
        newest = recorded_days.newest_day(session, company.id)
    last = today if newest is None else max(today, newest)  # a platform's clock may be ahead
    return ReportWindow(last - DAY * (days - 1), last)


def company_of(services: Services, location: str, company_id: str | None) -> CompanySettings:
    """Find the company that has the location: the given one, or the only one; NotFoundError says which there are."""
    wanted = services.settings.companies if company_id is None else (services.settings.company(company_id),)
    with services.database.transaction() as session:
        having = [one for one in wanted if location in companies.known_locations(session, one.id)]
    if len(having) == 1:
        return having[0]
    if having:
        named = ", ".join(one.id for one in having)
        raise NotFoundError(f"companies {named} have a location {location}; choose one with --company")
    whose = "no company" if company_id is None else f"company {company_id}"
    does = "has" if company_id is None else "does not have"
    raise NotFoundError(f"{whose} {does} a location {location} that a run has listed; see `replenisher status`")
