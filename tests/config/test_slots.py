"""Slots are local wall-clock times: each local day has its own once, whatever the clocks do."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replenisher.config.slots import MOST, existing, slots_between

ZONES = (
    "America/New_York",
    "America/Santiago",  # the clocks leave midnight out
    "Europe/Dublin",  # standard time is summer time
    "Australia/Lord_Howe",  # half an hour
    "Pacific/Chatham",  # an odd offset
    "America/Regina",  # no change at all
)
SOME_SCHEDULES = ("0 0 * * *", "15 1 * * *", "30 1 * * *", "0 2 * * *", "30 2 * * *", "45 2 * * *", "59 23 * * *")


def local(text: str) -> datetime:
    """A wall-clock time, without a zone."""
    return datetime.fromisoformat(text)


def slots(schedule: str, zone: str, after: str, now: str) -> list[str]:
    """Slots as text; `now` is an instant with its offset."""
    found = slots_between(schedule, ZoneInfo(zone), local(after), datetime.fromisoformat(now))
    return [slot.isoformat(" ", "minutes") for slot in found]


def wall_clock(zone: ZoneInfo, year: int) -> dict[date, set[tuple[int, int]]]:
    """By brute force, the minutes that the zone's clocks show on each local day: every instant of the year, asked."""
    shown: dict[date, set[tuple[int, int]]] = {}
    instant = datetime(year - 1, 12, 30, tzinfo=UTC)
    while instant.year <= year or instant.day < 3:
        moment = instant.astimezone(zone)
        shown.setdefault(moment.date(), set()).add((moment.hour, moment.minute))
        instant += timedelta(minutes=15)
    return shown


def test_a_slot_has_come_at_its_minute_and_not_before() -> None:
    def come(now: str) -> list[str]:
        return slots("0 6 * * *", "America/New_York", "2026-03-02 06:00", now)

    assert come("2026-03-03T10:59:59+00:00") == []
    assert come("2026-03-03T11:00:00+00:00") == ["2026-03-03 06:00"]


def test_the_slot_that_ran_last_does_not_come_again() -> None:
    assert slots("0 6 * * *", "America/New_York", "2026-03-03 06:00", "2026-03-03T23:00:00+00:00") == []


def test_missed_slots_are_listed_oldest_first() -> None:
    found = slots("0 6 * * 1-5", "Europe/Dublin", "2026-03-05 06:00", "2026-03-10T12:00:00+00:00")
    assert found == ["2026-03-06 06:00", "2026-03-09 06:00", "2026-03-10 06:00"]


def test_now_is_the_same_instant_in_whatever_zone_it_is_told() -> None:
    for now in ("2026-03-03T11:00:00+00:00", "2026-03-03T20:00:00+09:00", "2026-03-03T06:00:00-05:00"):
        assert slots("0 6 * * *", "America/New_York", "2026-03-02 06:00", now) == ["2026-03-03 06:00"]


@pytest.mark.parametrize(
    ("zone", "schedule", "day_before", "moved"),
    [
        ("America/New_York", "30 2 * * *", "2026-03-07", "2026-03-08 03:00"),
        ("Europe/Dublin", "15 1 * * *", "2026-03-28", "2026-03-29 02:00"),
        ("Australia/Lord_Howe", "15 2 * * *", "2026-10-03", "2026-10-04 02:30"),
        ("America/Santiago", "0 0 * * *", "2026-09-05", "2026-09-06 01:00"),
        ("Pacific/Chatham", "0 3 * * *", "2026-09-26", "2026-09-27 03:45"),
    ],
)
def test_a_time_that_spring_leaves_out_moves_to_the_next_one_that_exists(
    zone: str, schedule: str, day_before: str, moved: str
) -> None:
    after = f"{day_before} 12:00"
    the_day_after = (local(after) + timedelta(days=1)).replace(tzinfo=ZoneInfo(zone))
    assert slots(schedule, zone, after, the_day_after.isoformat()) == [moved]


def test_two_times_that_spring_moves_together_are_one_slot() -> None:
    found = slots("0,30 2,3 * * *", "America/New_York", "2026-03-08 00:00", "2026-03-08T12:00:00+00:00")
    assert found == ["2026-03-08 03:00", "2026-03-08 03:30"]
    # Asked again after the moved slot has run, nothing of the hour left out comes back.
    assert slots("0,30 2 * * *", "America/New_York", "2026-03-08 03:00", "2026-03-08T12:00:00+00:00") == []


@pytest.mark.parametrize(
    ("zone", "slot", "first", "second"),
    [
        ("America/New_York", "2026-11-01 01:30", "2026-11-01T05:30:00+00:00", "2026-11-01T06:30:00+00:00"),
        ("Europe/Dublin", "2026-10-25 01:30", "2026-10-25T00:30:00+00:00", "2026-10-25T01:30:00+00:00"),
        ("Australia/Lord_Howe", "2026-04-05 01:45", "2026-04-04T14:45:00+00:00", "2026-04-04T15:15:00+00:00"),
    ],
)
def test_the_second_half_past_one_of_autumn_is_the_same_slot(zone: str, slot: str, first: str, second: str) -> None:
    schedule = f"{slot[-2:]} 1 * * *"
    the_day_before = (local(slot) - timedelta(days=1)).isoformat()
    assert slots(schedule, zone, the_day_before, first) == [slot]
    assert slots(schedule, zone, the_day_before, second) == [slot]
    assert slots(schedule, zone, slot, second) == []


def test_an_hourly_schedule_has_a_slot_for_every_hour_the_clocks_show() -> None:
    spring = slots("0 * * * *", "America/New_York", "2026-03-08 00:00", "2026-03-08T09:00:00+00:00")
    assert [slot[-5:] for slot in spring] == ["01:00", "03:00", "04:00", "05:00"]
    autumn = slots("0 * * * *", "America/New_York", "2026-11-01 00:00", "2026-11-01T08:00:00+00:00")
    assert [slot[-5:] for slot in autumn] == ["01:00", "02:00", "03:00"]


def test_a_leap_day_has_its_slot() -> None:
    found = slots("0 6 29 2 *", "America/Regina", "2024-03-01 00:00", "2032-12-31T00:00:00+00:00")
    assert found == ["2028-02-29 06:00", "2032-02-29 06:00"]


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("schedule", SOME_SCHEDULES)
def test_a_daily_schedule_has_exactly_one_slot_on_every_local_day_of_a_year(zone: str, schedule: str) -> None:
    found = slots_between(
        schedule, ZoneInfo(zone), local("2025-12-31 23:59:30"), datetime(2027, 1, 1, tzinfo=ZoneInfo(zone))
    )
    in_the_year = [slot for slot in found if slot.year == 2026]
    days = [date(2026, 1, 1) + timedelta(days=day) for day in range(365)]
    assert [slot.date() for slot in in_the_year] == days


@pytest.mark.parametrize("zone", ZONES)
def test_every_time_that_the_clocks_show_is_one_slot_and_nothing_else_is(zone: str) -> None:
    shown = wall_clock(ZoneInfo(zone), 2026)
    ordinary = date(2026, 6, 17)
    odd = [day for day, minutes in shown.items() if day.year == 2026 and len(minutes) != 96]
    assert len(shown[ordinary]) == 96
    assert bool(odd) == (zone != "America/Regina")
    for day in (ordinary, *odd, *(day + timedelta(days=1) for day in odd)):
        midnight = datetime.combine(day, datetime.min.time())
        end = (midnight + timedelta(days=1)).replace(tzinfo=ZoneInfo(zone))
        found = slots_between("*/15 * * * *", ZoneInfo(zone), midnight - timedelta(minutes=1), end)
        that_day = [(slot.hour, slot.minute) for slot in found if slot.date() == day]
        assert that_day == sorted(shown[day])


def test_a_daemon_that_was_away_for_long_catches_up_in_steps() -> None:
    zone, after, now = ZoneInfo("America/Regina"), local("2026-01-01 00:00"), datetime(2026, 1, 2, tzinfo=UTC)
    first = slots_between("* * * * *", zone, after, now)
    assert len(first) == MOST
    rest = slots_between("* * * * *", zone, first[-1], now)
    assert len(first) + len(rest) == 18 * 60
    assert rest[0] == first[-1] + timedelta(minutes=1)


moments = st.datetimes(datetime.fromisoformat("2026-01-01"), datetime.fromisoformat("2026-12-31")).map(
    lambda moment: moment.replace(second=0, microsecond=0)
)


@settings(deadline=None)
@given(moments, st.sampled_from(ZONES))
def test_a_moment_that_exists_stays_and_another_moves_less_than_two_hours(moment: datetime, name: str) -> None:
    zone = ZoneInfo(name)
    moved = existing(moment, zone)
    assert existing(moved, zone) == moved
    assert moment <= moved < moment + timedelta(hours=2)
    there_and_back = moment.replace(tzinfo=zone).astimezone(UTC).astimezone(zone).replace(tzinfo=None)
    assert (moved == moment) == (there_and_back == moment)


@settings(deadline=None)
@given(moments, moments, moments, st.sampled_from(ZONES), st.sampled_from(SOME_SCHEDULES))
def test_asking_in_two_steps_gives_the_same_slots_as_asking_once(
    first: datetime, second: datetime, third: datetime, name: str, schedule: str
) -> None:
    zone = ZoneInfo(name)
    start, middle, end = sorted((first, second, third))
    once = slots_between(schedule, zone, start, end.replace(tzinfo=zone))
    before = slots_between(schedule, zone, start, middle.replace(tzinfo=zone))
    after = slots_between(schedule, zone, before[-1] if before else start, end.replace(tzinfo=zone))
    assert [*before, *after] == once
