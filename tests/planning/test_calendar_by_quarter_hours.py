"""The review calendar against a clock that is looked at every quarter of an hour.

What should happen is read from the words of a calendar alone: dates are listed from its rules forwards, a holiday's
order walks day by day to where it is placed, and a cut-off is the first quarter-hour of a date at which the clock
shows its time. PEERS 28: fortnights and first Fridays went wrong in others.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import pytest

from replenisher.planning.calendar.order_days import MONDAY_TO_FRIDAY, MonthlyOrders, Weekday, WeeklyOrders
from replenisher.planning.calendar.review import Holidays, OnHoliday, ReviewCalendar
from tests.thorough import THOROUGH

QUARTER, DAY = timedelta(minutes=15), timedelta(days=1)
FIRST, LAST = date(2024, 1, 1), date(2030, 12, 31)

ZONES = (
    "America/New_York",
    "America/St_Johns",
    "America/Santiago",  # leaps at midnight
    "America/Nuuk",  # leaps from 23:00 to midnight
    "Europe/London",
    "Africa/Cairo",  # leaps at midnight
    "Asia/Kathmandu",  # 5:45 from UTC
    "Australia/Lord_Howe",  # leaps by half an hour
    "Pacific/Chatham",  # 12:45 from UTC, leaps at 2:45
    "Pacific/Apia",
)

CLOSED = frozenset(
    date(year, month, day)
    for year in range(2023, 2032)
    for month, day in [(1, 1), (1, 2), (5, 1), (12, 25), (12, 26), *((8, day) for day in range(3, 17))]
)
FORTNIGHT = WeeklyOrders(frozenset({Weekday.WEDNESDAY, Weekday.SUNDAY}), 2, date(2024, 1, 3))
FIRST_FRIDAY = MonthlyOrders(Weekday.FRIDAY, frozenset({1}))
FIFTH_AND_LAST = MonthlyOrders(Weekday.MONDAY, frozenset({5, -1}))
EVERY_DAY = WeeklyOrders(frozenset(Weekday))

PLAIN = ReviewCalendar("UTC", (WeeklyOrders(frozenset({Weekday.TUESDAY, Weekday.FRIDAY})),), time(17), 2)
CALENDARS = {
    "every day, a time that spring leaves out": replace(PLAIN, order_days=(EVERY_DAY,), cut_off=time(2, 30)),
    "every day but holidays, at the end of the day": replace(
        PLAIN,
        order_days=(EVERY_DAY,),
        cut_off=time(23, 45),
        holidays=Holidays("closed", CLOSED),
        on_holiday=OnHoliday.SKIP,
    ),
    "every day, soon after midnight": replace(PLAIN, order_days=(EVERY_DAY,), cut_off=time(0, 30)),
    "every day, a time that autumn shows twice": replace(PLAIN, order_days=(EVERY_DAY,), cut_off=time(1, 0)),
    "fortnights, holidays before": replace(
        PLAIN,
        order_days=(FORTNIGHT,),
        cut_off=time(1, 30),
        holidays=Holidays("closed", CLOSED),
        on_holiday=OnHoliday.BEFORE,
    ),
    "first Fridays and last Mondays, holidays after": replace(
        PLAIN,
        order_days=(FIRST_FRIDAY, FIFTH_AND_LAST),
        cut_off=time(15),
        holidays=Holidays("closed", CLOSED),
        on_holiday=OnHoliday.AFTER,
    ),
    "twice a week": PLAIN,
}


def named(calendar: ReviewCalendar) -> Iterator[date]:
    """Every date that the rules name, listed forwards from the anchor or month by month."""
    months = [date(year, month, 1) for year in range(FIRST.year - 1, LAST.year + 2) for month in range(1, 13)]
    days = [months[0] + number * DAY for number in range((months[-1] - months[0]).days)]
    for rule in calendar.order_days:
        if isinstance(rule, MonthlyOrders):
            for month in months:
                same = [month + number * DAY for number in range(31)]
                same = [day for day in same if day.month == month.month and day.weekday() == rule.weekday]
                yield from (
                    same[number - 1] for number in range(1, 6) if number in rule.ordinals and number <= len(same)
                )
                yield from same[-1:] if -1 in rule.ordinals else []
        elif rule.anchor is None:
            yield from (day for day in days if day.weekday() in rule.weekdays)
        else:
            monday = rule.anchor - rule.anchor.weekday() * DAY
            while monday < months[-1]:
                yield from (monday + weekday * DAY for weekday in rule.weekdays)
                monday += rule.every_weeks * 7 * DAY


def order_dates(calendar: ReviewCalendar) -> list[date]:
    """The order dates of a calendar, which are the same in every zone."""
    return _order_dates(replace(calendar, zone="UTC"))


@cache
def _order_dates(calendar: ReviewCalendar) -> list[date]:
    """Every date on which an order is placed: each named date stays, or walks until it may stay."""
    placed = set()
    for day in set(named(calendar)):
        if day in calendar.holidays.dates:
            if calendar.on_holiday is OnHoliday.SKIP:
                continue
            step = -DAY if calendar.on_holiday is OnHoliday.BEFORE else DAY
            while day in calendar.holidays.dates or day.weekday() not in MONDAY_TO_FRIDAY:
                day += step  # noqa: PLW2901 - the date walks
        placed.add(day)
    return sorted(placed)


def quarters(zone: ZoneInfo, first: date, last: date) -> Iterator[tuple[datetime, datetime]]:
    """Every quarter-hour that the zone's clocks show from the first date to the last: the instant and what is shown."""
    instant = datetime(first.year, first.month, first.day, tzinfo=UTC) - DAY
    while (shown := instant.astimezone(zone).replace(tzinfo=None)).date() <= last:
        if shown.date() >= first:
            yield instant, shown
        instant += QUARTER


def cut_offs(calendar: ReviewCalendar, first: date, last: date) -> dict[date, datetime]:
    """The quarter-hour at which each date is over: the first that shows the cut-off's time or a later one."""
    over: dict[date, datetime] = {}
    begun: dict[date, datetime] = {}
    for instant, shown in quarters(ZoneInfo(calendar.zone), first, last + DAY):
        begun.setdefault(shown.date(), instant)
        if shown.time() >= calendar.cut_off:
            over.setdefault(shown.date(), instant)
        elif shown.date() - DAY in begun:
            # A date whose last quarter-hours the clocks left out is over when the next one begins.
            over.setdefault(shown.date() - DAY, begun[shown.date()])
    after_midnight = datetime.combine(first, calendar.cut_off) - datetime.combine(first, time())
    return {day: instant + after_midnight * (instant == begun[day]) for day, instant in over.items()}


def slices(zone: str) -> list[tuple[date, date]]:
    """What is scanned: seven years, or in plain runs a few days about each clock change of 2026."""
    if THOROUGH:
        return [(FIRST, LAST)]
    noons = [datetime(2026, 1, 1, 12, tzinfo=UTC) + number * DAY for number in range(365)]
    offsets = [noon.astimezone(ZoneInfo(zone)).utcoffset() for noon in noons]
    changes = [noon.date() for noon, one, other in zip(noons, offsets, offsets[1:], strict=False) if one != other]
    return [(day - 2 * DAY, day + 2 * DAY) for day in changes or [date(2026, 8, 10)]]


def scan(calendar: ReviewCalendar, first: date, last: date) -> None:
    """Look at the clock every quarter of an hour, and order when the calendar says that today's order is open."""
    expected = [day for day in order_dates(calendar) if first <= day]
    over = cut_offs(calendar, first, min(day for day in expected if day > last))
    ordered: list[date] = []
    place = 0
    for instant, shown in quarters(ZoneInfo(calendar.zone), first, last):
        while instant >= over[expected[place]]:
            place += 1
        following = calendar.next_order(instant)
        assert (following.day, following.cut_off) == (expected[place], over[expected[place]]), instant
        is_open = calendar.open_order(instant)
        assert is_open == (following if expected[place] == shown.date() else None), instant
        if is_open is not None and is_open.day not in ordered[-1:]:
            ordered.append(is_open.day)
    assert ordered == [day for day in expected if day <= last]


@pytest.mark.timeout(1800)
@pytest.mark.parametrize(("zone", "number"), [(zone, number) for number, zone in enumerate(ZONES)])
def test_each_order_date_is_ordered_on_exactly_once_whatever_the_clocks_do(zone: str, number: int) -> None:
    rhythms = list(CALENDARS.values())
    for place in {number % len(rhythms), 2} if THOROUGH else {number % len(rhythms), 2, 3}:
        for first, last in slices(zone):
            scan(replace(rhythms[place], zone=zone), first, last)


@pytest.mark.parametrize("rhythm", CALENDARS)
@pytest.mark.parametrize("zone", ZONES if THOROUGH else ZONES[::3])
def test_the_order_dates_of_seven_years_are_the_listed_ones(zone: str, rhythm: str) -> None:
    calendar = replace(CALENDARS[rhythm], zone=zone)
    expected = [day for day in order_dates(calendar) if FIRST <= day <= LAST]
    days = [FIRST + number * DAY for number in range((LAST - FIRST).days + 1)]
    assert [day for day in days if calendar.is_order_date(day)] == expected
    followed = [FIRST - DAY]
    while followed[-1] < expected[-1]:
        followed.append(calendar.next_order_date(followed[-1]))
    assert followed[1:] == expected
    assert len(expected) > 80
