"""The review calendar: which dates are order dates, until when, when goods come, and what an order has to cover."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replenisher.errors import PlanningInputError
from replenisher.planning.calendar.dates import dates_of_locations, review_dates
from replenisher.planning.calendar.local_time import business_date, instant_of, occurs
from replenisher.planning.calendar.order_days import (
    EVERY_DAY,
    MONDAY_TO_FRIDAY,
    MonthlyOrders,
    OrderDays,
    Weekday,
    WeeklyOrders,
)
from replenisher.planning.calendar.review import Holidays, LeadTimeIn, OnHoliday, OrderDate, ReviewCalendar

DAY = timedelta(days=1)
NEW_YORK = ZoneInfo("America/New_York")
MONDAYS_AND_THURSDAYS = WeeklyOrders(frozenset({Weekday.MONDAY, Weekday.THURSDAY}))
THANKSGIVING = date(2026, 11, 26)


def calendar(*rules: OrderDays, **changes: Any) -> ReviewCalendar:
    made = ReviewCalendar("America/New_York", rules or (MONDAYS_AND_THURSDAYS,), time(17), 3)
    return replace(made, **changes)


def new_york(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=NEW_YORK).astimezone(UTC)


def placed(made: ReviewCalendar, first: date, last: date) -> list[date]:
    return [day for number in range((last - first).days + 1) if made.is_order_date(day := first + number * DAY)]


def test_a_fortnight_counts_from_its_anchor_in_both_directions() -> None:
    tuesdays = calendar(WeeklyOrders(frozenset({Weekday.TUESDAY}), 2, date(2026, 1, 6)))
    expected = [date(2025, 12, 23), date(2026, 1, 6), date(2026, 1, 20), date(2026, 2, 3)]
    assert placed(tuesdays, date(2025, 12, 16), date(2026, 2, 10)) == expected


def test_the_weeks_of_a_fortnight_begin_on_monday() -> None:
    both = calendar(WeeklyOrders(frozenset({Weekday.SUNDAY, Weekday.MONDAY}), 2, date(2026, 1, 11)))
    assert placed(both, date(2026, 1, 5), date(2026, 1, 18)) == [date(2026, 1, 5), date(2026, 1, 11)]


def test_the_first_and_the_last_friday_of_a_month() -> None:
    fridays = calendar(MonthlyOrders(Weekday.FRIDAY, frozenset({1, -1})))
    assert placed(fridays, date(2026, 1, 1), date(2026, 1, 31)) == [date(2026, 1, 2), date(2026, 1, 30)]


def test_a_month_without_a_fifth_monday_has_no_order_on_it() -> None:
    fifth = calendar(MonthlyOrders(Weekday.MONDAY, frozenset({5})))
    assert placed(fifth, date(2026, 1, 1), date(2026, 6, 30)) == [date(2026, 3, 30), date(2026, 6, 29)]


def test_rules_add_up_and_a_date_that_two_name_is_one_order() -> None:
    both = calendar(WeeklyOrders(frozenset({Weekday.FRIDAY})), MonthlyOrders(Weekday.FRIDAY, frozenset({1})))
    assert placed(both, date(2026, 1, 1), date(2026, 1, 12)) == [date(2026, 1, 2), date(2026, 1, 9)]


@pytest.mark.parametrize(
    ("on_holiday", "expected"),
    [
        (OnHoliday.BEFORE, [23, 25, 30]),
        (OnHoliday.AFTER, [23, 27, 30]),
        (OnHoliday.SKIP, [23, 30]),
    ],
)
def test_an_order_day_that_is_a_holiday_moves_or_is_left_out(on_holiday: OnHoliday, expected: list[int]) -> None:
    made = calendar(holidays=Holidays("us", frozenset({THANKSGIVING})), on_holiday=on_holiday)
    assert [day.day for day in placed(made, date(2026, 11, 20), date(2026, 11, 30))] == expected


def test_an_order_moves_over_weekends_and_further_holidays() -> None:
    closed = Holidays("bridge", frozenset({THANKSGIVING, date(2026, 11, 27)}))
    after = calendar(WeeklyOrders(frozenset({Weekday.THURSDAY})), holidays=closed)
    assert placed(after, date(2026, 11, 20), date(2026, 12, 2)) == [date(2026, 11, 30)]


def test_two_orders_that_meet_on_one_day_are_one() -> None:
    closed = Holidays("week", frozenset(date(2026, 11, day) for day in range(23, 28)))
    before = calendar(holidays=closed, on_holiday=OnHoliday.BEFORE)
    assert placed(before, date(2026, 11, 17), date(2026, 11, 30)) == [
        date(2026, 11, 19),
        date(2026, 11, 20),
        date(2026, 11, 30),
    ]


def test_an_order_on_a_saturday_stays_there_though_it_is_no_business_day() -> None:
    saturdays = calendar(WeeklyOrders(frozenset({Weekday.SATURDAY})))
    assert saturdays.is_order_date(date(2026, 11, 21))


def test_until_the_cut_off_todays_order_is_open_and_at_the_cut_off_it_is_not() -> None:
    made = calendar()
    today, thursday = OrderDate(date(2026, 11, 23), new_york(23, 17)), OrderDate(THANKSGIVING, new_york(26, 17))
    before, at = new_york(23, 16, 59), new_york(23, 17)
    assert (made.open_order(before), made.next_order(before)) == (today, today)
    assert (made.open_order(at), made.next_order(at)) == (None, thursday)


def test_the_business_date_is_the_locations_not_that_of_utc() -> None:
    assert business_date(datetime(2026, 1, 6, 4, 30, tzinfo=UTC), NEW_YORK) == date(2026, 1, 5)
    west, east = calendar(zone="America/Los_Angeles"), calendar(zone="Pacific/Auckland")
    instant = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
    assert west.open_order(instant - timedelta(hours=1)) is not None
    assert east.business_date(instant) == date(2026, 11, 24)
    assert east.open_order(instant) is None


def test_a_cut_off_that_spring_leaves_out_is_the_next_time_that_exists() -> None:
    assert instant_of(date(2026, 3, 8), time(2, 30), NEW_YORK) == datetime(2026, 3, 8, 7, 0, tzinfo=UTC)


def test_a_cut_off_that_autumn_shows_twice_is_the_first() -> None:
    assert instant_of(date(2026, 11, 1), time(1, 30), NEW_YORK) == datetime(2026, 11, 1, 5, 30, tzinfo=UTC)


@pytest.mark.parametrize(("cut_off", "minutes"), [(time(0, 30), 30), (time(1, 0), 60)])
def test_where_clocks_leap_at_midnight_a_date_is_not_over_before_it_begins(cut_off: time, minutes: int) -> None:
    cairo = calendar(WeeklyOrders(EVERY_DAY), zone="Africa/Cairo", cut_off=cut_off)
    leap = datetime(2026, 4, 23, 22, 0, tzinfo=UTC)  # 24 April begins at 01:00
    assert cairo.business_date(leap) == date(2026, 4, 24)
    assert cairo.cut_off_of(date(2026, 4, 24)) == leap + timedelta(minutes=minutes)


def test_a_date_that_a_zone_leaves_out_is_a_holiday_to_it() -> None:
    skipped = date(2011, 12, 30)
    assert not occurs(skipped, ZoneInfo("Pacific/Apia"))
    assert occurs(skipped, NEW_YORK)
    fridays = calendar(WeeklyOrders(frozenset({Weekday.FRIDAY})), zone="Pacific/Apia", cut_off=time(9))
    assert placed(fridays, date(2011, 12, 24), date(2012, 1, 5)) == [date(2012, 1, 2)]


def test_goods_come_after_the_lead_time_in_days_of_either_kind() -> None:
    thursday = date(2026, 11, 19)
    assert calendar().delivery_date(thursday) == date(2026, 11, 22)
    working = calendar(lead_time_in=LeadTimeIn.BUSINESS_DAYS)
    assert working.delivery_date(thursday) == date(2026, 11, 24)


def test_a_lead_time_of_no_days_is_delivered_on_the_day() -> None:
    for kind in LeadTimeIn:
        assert calendar(lead_time_days=0, lead_time_in=kind).delivery_date(THANKSGIVING) == THANKSGIVING


def test_goods_wait_for_a_delivery_day_that_is_no_holiday() -> None:
    made = calendar(delivery_days=frozenset({Weekday.THURSDAY}))
    assert made.delivery_date(date(2026, 11, 23)) == THANKSGIVING
    closed = replace(made, holidays=Holidays("us", frozenset({THANKSGIVING})))
    assert closed.delivery_date(date(2026, 11, 23)) == date(2026, 12, 3)


def test_a_holiday_is_no_business_day_of_a_lead_time() -> None:
    working = calendar(lead_time_in=LeadTimeIn.BUSINESS_DAYS, holidays=Holidays("us", frozenset({THANKSGIVING})))
    assert working.delivery_date(date(2026, 11, 24)) == date(2026, 11, 30)


def test_an_order_covers_the_days_until_the_next_one_is_delivered() -> None:
    """The worked example of ReviewCalendar."""
    made = calendar(
        lead_time_in=LeadTimeIn.BUSINESS_DAYS,
        delivery_days=MONDAY_TO_FRIDAY,
        holidays=Holidays("us", frozenset({THANKSGIVING})),
    )
    thursday = date(2026, 11, 19)
    assert made.delivery_date(thursday) == date(2026, 11, 24)
    assert made.next_order_date(thursday) == date(2026, 11, 23)
    assert made.delivery_date(date(2026, 11, 23)) == date(2026, 11, 27)
    assert (made.review_period_days(thursday), made.protection_days(thursday)) == (4, 8)


def test_the_dates_of_an_instant() -> None:
    dates = review_dates(calendar(), new_york(23, 16, 59))
    monday, thursday = date(2026, 11, 23), THANKSGIVING
    assert (dates.business_date, dates.is_open, dates.order_date) == (monday, True, monday)
    assert (dates.delivery_date, dates.next_order_date, dates.next_delivery_date) == (
        thursday,
        thursday,
        date(2026, 11, 29),
    )
    assert (dates.review_period_days, dates.protection_days) == (3, 6)
    assert not review_dates(calendar(), new_york(23, 17)).is_open


def test_locations_stand_in_a_frame_of_their_dates() -> None:
    made, other = calendar(), calendar(zone="Pacific/Auckland", lead_time_days=5)
    frame = dates_of_locations({"00123": made, "NA": other, "11412": made}, new_york(23, 9))
    assert frame["location"].tolist() == ["00123", "NA", "11412"]
    assert frame["business_date"].dt.strftime("%m-%d").tolist() == ["11-23", "11-24", "11-23"]
    assert frame["is_open"].tolist() == [True, False, True]
    assert frame["protection_days"].tolist() == [6, 9, 6]
    assert frame["cut_off"].iloc[0] == new_york(23, 17)
    assert [str(dtype) for dtype in frame.dtypes[1:4]] == ["datetime64[s]", "bool", "datetime64[s]"]
    assert len(dates_of_locations({}, new_york(23, 9))) == 0


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda: replace(calendar(), order_days=()), "order_days: there is none"),
        (lambda: calendar(zone="America/Gotham"), "zone: 'America/Gotham'"),
        (lambda: calendar(zone="America"), "zone: 'America' is no time zone"),
        (lambda: calendar(zone=""), "zone: '' is no time zone"),
        (lambda: calendar(cut_off=time(0)), "cut_off: 00:00 is over before"),
        (lambda: calendar(cut_off=time(9, 0, 30)), "cut_off: 09:00:30"),
        (lambda: calendar(cut_off=time(9, tzinfo=UTC)), "cut_off"),
        (lambda: calendar(delivery_days=frozenset()), "delivery_days: names no weekday"),
        (lambda: calendar(delivery_days=frozenset({7})), "delivery_days: 7 is no weekday"),
        (lambda: calendar(business_days=frozenset()), "business_days: names no weekday"),
        (lambda: calendar(lead_time_days=-1), "lead_time_days: -1"),
        (lambda: calendar(lead_time_days=731), "lead_time_days: 731"),
        (lambda: calendar(lead_time_days=True), "lead_time_days: True"),
        (lambda: WeeklyOrders(frozenset()), "order_days.weekdays: names no weekday"),
        (lambda: WeeklyOrders(EVERY_DAY, 0), "order_days.every_weeks: 0"),
        (lambda: WeeklyOrders(EVERY_DAY, 53, THANKSGIVING), "order_days.every_weeks: 53"),
        (lambda: WeeklyOrders(EVERY_DAY, 2), "order_days.anchor: is missing"),
        (lambda: WeeklyOrders(frozenset({Weekday.MONDAY}), 2, THANKSGIVING), "2026-11-26 is a Thursday"),
        (lambda: MonthlyOrders(Weekday.MONDAY, frozenset()), "order_days.ordinals: is empty"),
        (lambda: MonthlyOrders(Weekday.MONDAY, frozenset({0})), "order_days.ordinals: 0"),
        (lambda: MonthlyOrders(Weekday.MONDAY, frozenset({6})), "order_days.ordinals: 6"),
    ],
)
def test_a_calendar_that_cannot_be_kept_is_refused_with_its_key(make: Any, told: str) -> None:
    with pytest.raises(PlanningInputError, match=told):
        make()


@pytest.mark.parametrize(
    "make",
    [
        lambda: calendar(cut_off=time(0, 1)),
        lambda: calendar(cut_off=time(23, 59)),
        lambda: calendar(lead_time_days=0),
        lambda: calendar(lead_time_days=730),
        lambda: WeeklyOrders(EVERY_DAY, 52, THANKSGIVING),
        lambda: WeeklyOrders(EVERY_DAY, 1, THANKSGIVING),
        lambda: MonthlyOrders(Weekday.MONDAY, frozenset({1, 2, 3, 4, 5, -1})),
    ],
)
def test_a_calendar_at_the_edge_of_what_can_be_kept_is_accepted(make: Any) -> None:
    assert make() == make()


def test_holidays_that_leave_no_order_day_are_named() -> None:
    always = Holidays("typo", frozenset(date(2026, 1, 1) + number * DAY for number in range(2000)))
    with pytest.raises(PlanningInputError, match=r"order_days: no order day .*'typo'"):
        calendar(holidays=always).next_order(new_york(23, 9))


def test_an_instant_without_a_zone_is_refused() -> None:
    with pytest.raises(PlanningInputError, match="has no zone"):
        calendar().next_order(datetime(2026, 11, 23, 9))  # noqa: DTZ001 - that it has none is the point


WEEKDAYS = st.frozensets(st.sampled_from(Weekday), min_size=1)
DATES = st.dates(date(2026, 1, 1), date(2026, 12, 31))
RULES = st.builds(WeeklyOrders, WEEKDAYS) | st.builds(
    MonthlyOrders, st.sampled_from(Weekday), st.frozensets(st.sampled_from([1, 2, 3, 4, 5, -1]), min_size=1)
)
CALENDARS = st.builds(
    ReviewCalendar,
    zone=st.sampled_from(["America/New_York", "Africa/Cairo", "Australia/Lord_Howe", "Pacific/Apia"]),
    order_days=st.lists(RULES, min_size=1, max_size=2).map(tuple),
    cut_off=st.times().map(lambda at: time(at.hour, at.minute)).filter(lambda at: at != time(0)),
    lead_time_days=st.integers(0, 15),
    lead_time_in=st.sampled_from(LeadTimeIn),
    delivery_days=WEEKDAYS,
    business_days=WEEKDAYS,
    holidays=st.builds(Holidays, st.just("some"), st.frozensets(DATES, max_size=40)),
    on_holiday=st.sampled_from(OnHoliday),
)


@given(CALENDARS, DATES, st.integers(0, 60))
def test_a_later_order_never_comes_earlier(made: ReviewCalendar, day: date, later: int) -> None:
    assert day <= made.delivery_date(day) <= made.delivery_date(day + later * DAY)


@given(CALENDARS, DATES)
def test_goods_come_on_a_delivery_day_when_their_lead_time_is_over(made: ReviewCalendar, day: date) -> None:
    comes = made.delivery_date(day)
    assert comes.weekday() in made.delivery_days
    assert comes not in made.holidays.dates
    waited = [day + number * DAY for number in range(1, (comes - day).days + 1)]
    if made.lead_time_in is LeadTimeIn.BUSINESS_DAYS:
        waited = [one for one in waited if one.weekday() in made.business_days and one not in made.holidays.dates]
    assert len(waited) >= made.lead_time_days


@given(CALENDARS, st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31), timezones=st.just(UTC)))  # noqa: DTZ001 - the strategy adds the zone
def test_every_instant_belongs_to_the_first_order_date_whose_cut_off_is_to_come(
    made: ReviewCalendar, instant: datetime
) -> None:
    order = made.next_order(instant)
    assert made.is_order_date(order.day)
    assert order.cut_off == made.cut_off_of(order.day) > instant
    day = made.business_date(instant)
    between = [day + number * DAY for number in range((order.day - day).days)]
    assert all(made.cut_off_of(one) <= instant for one in between if made.is_order_date(one))
    assert made.next_order(order.cut_off).day == made.next_order_date(order.day)


@given(CALENDARS, DATES)
def test_the_protection_interval_holds_the_review_period_and_the_next_lead_time(
    made: ReviewCalendar, day: date
) -> None:
    following = made.next_order_date(day)
    assert made.review_period_days(day) == (following - day).days > 0
    assert made.protection_days(day) == made.review_period_days(day) + (made.delivery_date(following) - following).days


def test_an_instant_may_be_given_in_any_zone() -> None:
    instant = new_york(23, 16, 59)
    assert calendar().next_order(instant.astimezone(timezone(timedelta(hours=9)))) == calendar().next_order(instant)
