"""When a job comes round: by seconds from its end, or at local slots, whatever the clocks do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replenisher.config.cadence import AtSlots, Every
from replenisher.config.slots import next_slot, slots_between

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
BERLIN = "Europe/Berlin"


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_a_job_of_seconds_is_due_at_once_when_it_never_ran_and_later_after_its_end() -> None:
    assert Every(300).first_after(NOON, None) == NOON
    assert Every(300).next_after(NOON) == NOON + timedelta(seconds=300)


@pytest.mark.parametrize(("ago", "wait"), [(0, 300), (299, 1), (300, 0), (301, 0)])
def test_a_job_of_seconds_set_up_again_waits_for_what_is_left(ago: int, wait: int) -> None:
    started = NOON - timedelta(seconds=ago)
    assert Every(300).first_after(NOON, started) == NOON + timedelta(seconds=wait)


def test_a_job_of_slots_waits_for_the_next_one_even_when_it_never_ran() -> None:
    nightly = AtSlots("30 2 * * *", "America/Regina")
    assert nightly.first_after(NOON, None) == utc("2026-03-03T08:30")
    assert nightly.next_after(utc("2026-03-03T08:30")) == utc("2026-03-04T08:30")
    assert nightly.next_after(utc("2026-03-03T08:29:59")) == utc("2026-03-03T08:30")


def test_in_spring_a_time_that_the_clocks_leave_out_is_the_next_that_exists() -> None:
    nightly = AtSlots("30 2 * * *", BERLIN)
    nights = [utc("2026-03-27T12:00")]
    for _ in range(3):
        nights.append(nightly.next_after(nights[-1]))
    # 02:30 of the winter, 03:00 of the first summer day, 02:30 of the summer.
    assert nights[1:] == [utc("2026-03-28T01:30"), utc("2026-03-29T01:00"), utc("2026-03-30T00:30")]


def test_in_autumn_the_second_of_two_same_times_is_not_another_slot() -> None:
    nightly = AtSlots("30 2 * * *", BERLIN)
    first, second, next_night = utc("2026-10-25T00:30"), utc("2026-10-25T01:30"), utc("2026-10-26T01:30")
    assert nightly.next_after(utc("2026-10-25T00:29")) == first
    assert nightly.next_after(first) == next_night
    assert nightly.next_after(second - timedelta(minutes=20)) == next_night
    assert nightly.next_after(second) == next_night


def test_the_text_of_a_cadence_tells_two_apart() -> None:
    texts = {str(one) for one in (Every(5), Every(5.5), AtSlots("0 1 * * *", BERLIN), AtSlots("0 1 * * *", "UTC"))}
    assert texts == {"every 5 s", "every 5.5 s", "0 1 * * * (Europe/Berlin)", "0 1 * * * (UTC)"}


@given(
    st.sampled_from(["30 2 * * *", "*/15 * * * *", "0 0 * * *", "15 1 * * 0"]),
    st.sampled_from([BERLIN, "America/Santiago", "Australia/Lord_Howe", "UTC"]),
    st.integers(0, 2 * 365 * 24 * 60),
)
def test_the_next_slot_is_the_first_that_has_not_come(schedule: str, zone_name: str, minutes: int) -> None:
    now, zone = NOON + timedelta(minutes=minutes), ZoneInfo(zone_name)
    slot = next_slot(schedule, zone, now)
    instant = slot.replace(tzinfo=zone, fold=0)
    assert instant > now
    earlier = now.astimezone(zone).replace(tzinfo=None) - timedelta(days=1)
    assert slot not in slots_between(schedule, zone, earlier, now)
    assert slot in slots_between(schedule, zone, earlier, instant)
