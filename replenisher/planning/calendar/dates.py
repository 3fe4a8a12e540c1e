"""The dates of many locations at one instant, a row per location, for the plan to join to its rows.

Locations of one calendar have the same dates, so each calendar is asked once, however many locations follow it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime

import pandas as pd

from replenisher.planning.calendar.review import ReviewCalendar

DATES_DTYPE = "datetime64[s]"
"""Business dates in a frame: dates at midnight, in no zone."""


@dataclass(frozen=True)
class ReviewDates:
    """What a calendar says at one instant; `is_open` tells whether the business date itself may be ordered on now."""

    business_date: date
    is_open: bool
    order_date: date
    cut_off: datetime
    delivery_date: date
    next_order_date: date
    next_delivery_date: date
    review_period_days: int
    protection_days: int


def review_dates(calendar: ReviewCalendar, instant: datetime) -> ReviewDates:
    """Give the dates of the first order whose cut-off is later than an instant, and of the order after it.

    Raises PlanningInputError for an instant without a zone, or a calendar whose holidays leave no order day.

    Worked example: in New York, orders on Mondays and Thursdays until 17:00, 3 calendar days: at 16:59 on Monday the
    order date is that Monday, delivered on Thursday; the next is Thursday, delivered on Sunday; it covers 3 + 3 days.
    """
    order = calendar.next_order(instant)
    following = calendar.next_order_date(order.day)
    next_delivery = calendar.delivery_date(following)
    here = calendar.business_date(instant)
    return ReviewDates(
        business_date=here,
        is_open=order.day == here,
        order_date=order.day,
        cut_off=order.cut_off,
        delivery_date=calendar.delivery_date(order.day),
        next_order_date=following,
        next_delivery_date=next_delivery,
        review_period_days=(following - order.day).days,
        protection_days=(next_delivery - order.day).days,
    )


def dates_of_locations(calendars: Mapping[str, ReviewCalendar], instant: datetime) -> pd.DataFrame:
    """Make a frame of ReviewDates, a row per location in the mapping's order, with the column `location` before them.

    Dates are datetime64 without a zone, `cut_off` is in UTC, the two counts of days are int64.
    """
    known = {calendar: review_dates(calendar, instant) for calendar in set(calendars.values())}
    columns: dict[str, pd.Series] = {"location": pd.Series(list(calendars), dtype="str").astype("category")}
    for field in fields(ReviewDates):
        values = [getattr(known[calendar], field.name) for calendar in calendars.values()]
        columns[field.name] = pd.Series(values, dtype=_dtype(field.name))
    return pd.DataFrame(columns)


def _dtype(name: str) -> str:
    if name == "is_open":
        return "bool"
    if name == "cut_off":
        return "datetime64[s, UTC]"
    return "int64" if name.endswith("_days") else DATES_DTYPE
