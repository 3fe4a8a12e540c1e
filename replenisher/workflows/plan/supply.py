"""How long each location waits for goods, and for its next order: by its calendar, or as measured on its orders.

1. A location with a calendar orders on its days; its lead time and what an order has to last follow from the dates.
2. One without is planned whenever the schedule says, and waits as long as its received orders did, where there are
   enough of them; else as long as each product's own lead time.
3. The spread of the lead time is the measured one in either case, for a calendar does not know who was late.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import pandas as pd

from replenisher.config import CompanySettings
from replenisher.config.calendars import CalendarSettings
from replenisher.config.slots import slots_between
from replenisher.database.lead_times import lead_time_at
from replenisher.planning.calendar.dates import review_dates
from replenisher.planning.levels_by_rule import LEAD_TIME_DTYPE
from replenisher.workflows.plan.inputs import Inputs

LONGEST_GAP_DAYS = 62
ONE_DAY = 1.0


def supply_of(company: CompanySettings, locations: Sequence[str], inputs: Inputs) -> pd.DataFrame:
    """Give the frame that `with_supply` takes, a row per location, and `business_date` (a date) with it."""
    gap = _days_between_runs(company, inputs.instant)
    rows = [_row(company, calendar_of(company, location), location, inputs, gap) for location in locations]
    columns = ["expected_lead_time_days", "lead_time_sd_days", "review_period_days", "lead_time_source", "order_day"]
    frame = pd.DataFrame(rows, columns=[*columns, "business_date"], index=pd.Index(list(locations), dtype="str"))
    frame["lead_time_source"] = pd.Categorical(frame["lead_time_source"], dtype=LEAD_TIME_DTYPE)
    numbers = dict.fromkeys(columns[:3], "float64")
    frame = frame.astype({**numbers, "order_day": "bool"})
    return frame if company.calendars else frame.drop(columns="order_day")


def calendar_of(company: CompanySettings, location: str) -> CalendarSettings | None:
    """Find a location's calendar: the one that names it, else the one that names none."""
    others = None
    for calendar in company.calendars:
        if location in calendar.locations:
            return calendar
        if not calendar.locations:
            others = calendar
    return others


def _row(
    company: CompanySettings, calendar: CalendarSettings | None, location: str, inputs: Inputs, gap: float
) -> tuple[float, float, float, str, bool, date]:
    measured = lead_time_at(inputs.lead_times, location)
    spread = 0.0 if measured is None else measured.spread_days
    if calendar is not None:
        dates = review_dates(calendar.review_calendar(company.time_zone), inputs.instant)
        lead_time = float((dates.delivery_date - dates.order_date).days)
        # What an order has to last is counted to the next delivery, which holidays may put off.
        rest = float(dates.protection_days) - lead_time
        return lead_time, spread, rest, "calendar", dates.is_open, dates.business_date
    if measured is not None:
        return measured.median_days, spread, gap, "measured", True, inputs.business_date
    return math.nan, 0.0, gap, "product", True, inputs.business_date


def _days_between_runs(company: CompanySettings, instant: datetime) -> float:
    """Give the longest gap in days between the next few slots of the schedule; a day without one."""
    if company.schedule is None:
        return ONE_DAY
    zone = ZoneInfo(company.time_zone)
    begins = instant.astimezone(zone).replace(tzinfo=None)
    ends = instant + pd.Timedelta(days=LONGEST_GAP_DAYS)
    slots = slots_between(company.schedule, zone, begins, ends)[:8]
    gaps = [(later - earlier).total_seconds() / 86_400 for earlier, later in pairwise(slots)]
    return max(gaps, default=ONE_DAY)
