"""When a location orders, until when, when the goods come, and how many days an order has to cover.

From a rule to the days that a row must cover:

1. the rules name dates (`order_days`); a date that is a holiday moves to the nearest earlier or later business day
   that is none, or is left out; two that meet are one order;
2. an order date ends at its **cut-off** on the location's own clocks. Every instant belongs to the first order date
   whose cut-off is still to come; at the cut-off itself it is too late;
3. the goods come on the first delivery day that is no holiday, `lead_time_days` or more after the order date;
4. the **review period** is the days from an order date to the next one;
5. the **protection interval** is the days from an order date to the delivery of the *next* order: until then nothing
   that is ordered later can help. Without holidays it is the lead time plus the review period.

A date that a zone leaves out (Apia, 30 December 2011) is treated as a holiday.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import Enum
from zoneinfo import ZoneInfo

from replenisher.errors import PlanningInputError
from replenisher.planning.calendar.local_time import business_date, instant_of, occurs
from replenisher.planning.calendar.order_days import (
    EVERY_DAY,
    MONDAY_TO_FRIDAY,
    OrderDays,
    Weekday,
    check_weekdays,
)

LONGEST_LEAD_TIME_DAYS = 730
LONGEST_GAP_DAYS = 1100
"""Three years; a calendar whose holidays leave no order day for so long is a slip of the pen."""

_DAY = timedelta(days=1)


class OnHoliday(Enum):
    """What becomes of an order day that is a holiday."""

    BEFORE = "before"
    AFTER = "after"
    SKIP = "skip"


class LeadTimeIn(Enum):
    """Which days a lead time counts."""

    CALENDAR_DAYS = "calendar_days"
    BUSINESS_DAYS = "business_days"


@dataclass(frozen=True)
class Holidays:
    """A named list of dates on which nothing is ordered or delivered; the name is for messages."""

    name: str = "none"
    dates: frozenset[date] = frozenset()


@dataclass(frozen=True)
class OrderDate:
    """A business date on which a location orders, and the UTC instant from which it is too late."""

    day: date
    cut_off: datetime


@dataclass(frozen=True)
class ReviewCalendar:
    """The rhythm in which a location orders and is delivered, in its own zone.

    Worked example: New York, orders on Mondays and Thursdays until 17:00, lead time 3 business days, deliveries from
    Monday to Friday. The order of Thursday 19 November 2026 comes on Tuesday the 24th. Its review period is 4 days,
    to Monday the 23rd. That order would come on Thursday the 26th, which is a holiday, so it comes on Friday the 27th:
    the order of the 19th has to cover 8 days.
    """

    zone: str
    order_days: tuple[OrderDays, ...]
    cut_off: time
    lead_time_days: int
    lead_time_in: LeadTimeIn = LeadTimeIn.CALENDAR_DAYS
    delivery_days: frozenset[Weekday] = EVERY_DAY
    business_days: frozenset[Weekday] = MONDAY_TO_FRIDAY
    holidays: Holidays = field(default_factory=Holidays)
    on_holiday: OnHoliday = OnHoliday.AFTER

    def __post_init__(self) -> None:
        """Refuse what cannot be or contradicts itself, naming the key."""
        _check_zone(self.zone)
        if not self.order_days:
            raise PlanningInputError("order_days: there is none, so nothing could ever be ordered; name at least one")
        check_weekdays("delivery_days", self.delivery_days)
        check_weekdays("business_days", self.business_days)
        _check_cut_off(self.cut_off)
        if type(self.lead_time_days) is not int or not 0 <= self.lead_time_days <= LONGEST_LEAD_TIME_DAYS:
            raise PlanningInputError(
                f"lead_time_days: {self.lead_time_days!r} should be a whole number from 0 to {LONGEST_LEAD_TIME_DAYS}"
            )

    def business_date(self, instant: datetime) -> date:
        """Give the date that the location's clocks show."""
        return business_date(instant, ZoneInfo(self.zone))

    def is_order_date(self, day: date) -> bool:
        """Tell whether orders are placed on a date: a rule names it, or a holiday nearby moved its order here."""
        if self._is_holiday(day):
            return False
        return self._is_named(day) or self._takes_in(day)

    def open_order(self, instant: datetime) -> OrderDate | None:
        """Give the order date that an instant's business date is, None when it is none or its cut-off has come."""
        day = self.business_date(instant)
        if not self.is_order_date(day):
            return None
        order = OrderDate(day, self.cut_off_of(day))
        return order if instant < order.cut_off else None

    def next_order(self, instant: datetime) -> OrderDate:
        """Give the first order date whose cut-off is later than an instant.

        Raises PlanningInputError naming the holidays when they leave no order day for three years.
        """
        day = self.business_date(instant)
        if self.is_order_date(day) and instant < self.cut_off_of(day):
            return OrderDate(day, self.cut_off_of(day))
        following = self.next_order_date(day)
        return OrderDate(following, self.cut_off_of(following))

    def next_order_date(self, day: date) -> date:
        """Give the first order date later than a date; raises PlanningInputError as `next_order` does."""
        for later in _later(day, LONGEST_GAP_DAYS):
            if self.is_order_date(later):
                return later
        raise PlanningInputError(
            f"order_days: no order day in the {LONGEST_GAP_DAYS} days after {day}; the holidays "
            f"{self.holidays.name!r} leave none. Take dates off that list, or set on_holiday to before or after"
        )

    def cut_off_of(self, day: date) -> datetime:
        """Give the UTC instant from which it is too late to order on a date.

        Where clocks leap at midnight the cut-off may fall on the first moment of its date. Then it stays as long after
        that moment as it is after midnight, so that no date ends before it begins.
        """
        zone = ZoneInfo(self.zone)
        cut_off = instant_of(day, self.cut_off, zone)
        begins = instant_of(day, time(), zone)
        after_midnight = timedelta(hours=self.cut_off.hour, minutes=self.cut_off.minute)
        return begins + after_midnight if cut_off == begins else cut_off

    def delivery_date(self, order_date: date) -> date:
        """Give the date on which the goods of an order come; a later order never comes earlier."""
        earliest = order_date
        if self.lead_time_in is LeadTimeIn.CALENDAR_DAYS:
            earliest += timedelta(days=self.lead_time_days)
        else:
            for _ in range(self.lead_time_days):
                earliest = self._first(earliest + _DAY, self.business_days)
        return self._first(earliest, self.delivery_days)

    def review_period_days(self, order_date: date) -> int:
        """Count the days from an order date to the next one."""
        return (self.next_order_date(order_date) - order_date).days

    def protection_days(self, order_date: date) -> int:
        """Count the days from an order date to the delivery of the next order."""
        return (self.delivery_date(self.next_order_date(order_date)) - order_date).days

    def _first(self, day: date, weekdays: frozenset[Weekday]) -> date:
        """Give the first date from `day` on that is such a weekday and no holiday."""
        while day.weekday() not in weekdays or self._is_holiday(day):
            day += _DAY
        return day

    def _is_named(self, day: date) -> bool:
        return any(rule.names(day) for rule in self.order_days)

    def _is_holiday(self, day: date) -> bool:
        return day in self.holidays.dates or not occurs(day, ZoneInfo(self.zone))

    def _takes_in(self, day: date) -> bool:
        """Tell whether an order day moved here: it is a holiday, and only closed days lie between."""
        if self.on_holiday is OnHoliday.SKIP or day.weekday() not in self.business_days:
            return False
        step = _DAY if self.on_holiday is OnHoliday.BEFORE else -_DAY
        other = day + step
        while self._is_holiday(other) or other.weekday() not in self.business_days:
            if self._is_holiday(other) and self._is_named(other):
                return True
            other += step
        return False


def _later(day: date, days: int) -> Iterator[date]:
    for number in range(1, days + 1):
        yield day + timedelta(days=number)


def _check_zone(zone: str) -> None:
    try:
        ZoneInfo(zone)
    except (KeyError, OSError, ValueError) as unknown:
        raise PlanningInputError(
            f"zone: {zone!r} is no time zone; write a name of the IANA list such as America/New_York"
        ) from unknown


def _check_cut_off(cut_off: time) -> None:
    if cut_off.tzinfo is not None or cut_off.second or cut_off.microsecond:
        raise PlanningInputError(f"cut_off: {cut_off} should be hours and minutes on the location's own clocks")
    if cut_off == time():
        raise PlanningInputError(
            "cut_off: 00:00 is over before its date begins; write 23:59, or order on the day before until late"
        )
