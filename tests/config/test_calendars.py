"""Review calendars in the configuration: what they mean, and every fault with its line and what to do."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from replenisher.config import Settings
from replenisher.config.calendars import CalendarSettings
from replenisher.planning.calendar.dates import review_dates

Loaded = Callable[..., Settings]
Refused = Callable[..., list[str]]
COMPANY = "    planning:\n      unlisted: order"
MONDAY = datetime(2026, 11, 16, 12, tzinfo=UTC)
WHOLE = """
      - name: twice a week
        locations: ["11412"]
        time_zone: America/New_York
        weekdays: [monday, thursday]
        cut_off: "17:00"
        lead_time_days: 3
        lead_time_in: business_days
        delivery_days: [monday, tuesday, wednesday, thursday, friday]
        holidays: [2026-12-25, 2026-11-26]
"""


def calendars(text: str) -> tuple[str, str]:
    return COMPANY, f"{COMPANY}\n    calendars:{text.rstrip()}"


def one(*lines: str, lead_time: str = "lead_time_days: 3") -> tuple[str, str]:
    """A company with one calendar of these lines; its name stands in line 20."""
    return calendars(
        "".join(f"\n        {line}" for line in ("- name: mine", f"  {lead_time}", *(f"  {x}" for x in lines)))
    )


def test_a_whole_calendar_is_read_and_its_holidays_need_no_order(loaded: Loaded) -> None:
    """The worked example of the calendar: Thursday's order has to cover eight days, for Thanksgiving lies between."""
    (calendar,) = loaded(calendars(WHOLE)).companies[0].calendars
    kept = calendar.review_calendar("America/Regina")
    dates = review_dates(kept, datetime(2026, 11, 19, 12, tzinfo=UTC))
    assert (kept.zone, dates.order_date, dates.delivery_date) == (
        "America/New_York",
        date(2026, 11, 19),
        date(2026, 11, 24),
    )
    assert (dates.next_delivery_date, dates.protection_days) == (date(2026, 11, 27), 8)


def test_a_calendar_without_a_zone_has_the_company_s(loaded: Loaded) -> None:
    (calendar,) = loaded(one("weekdays: [monday]")).companies[0].calendars
    assert calendar.review_calendar("Asia/Tokyo").zone == "Asia/Tokyo"


def test_weekdays_and_months_may_be_named_together(loaded: Loaded) -> None:
    monthly = "monthly: [{weekday: friday, ordinals: [-1]}]"
    (calendar,) = loaded(one("weekdays: [monday]", monthly)).companies[0].calendars
    kept = calendar.review_calendar("UTC")
    named = [day for day in (MONDAY.date() + timedelta(days=number) for number in range(14)) if kept.is_order_date(day)]
    assert named == [date(2026, 11, 16), date(2026, 11, 23), date(2026, 11, 27)]


@pytest.mark.parametrize("written", ["cut_off: 17:00", 'cut_off: "17:00"', "cut_off: '17:00'"])
def test_a_time_of_the_day_may_be_written_with_quotes_or_without(loaded: Loaded, written: str) -> None:
    (calendar,) = loaded(one("weekdays: [monday]", written)).companies[0].calendars
    assert calendar.cut_off == "17:00"


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ((), "20: companies[0].calendars[0]: order_days: there is none, so nothing could ever be ordered; name at"),
        (("weekdays: []",), "20: companies[0].calendars[0]: order_days: there is none"),
        (("weekdays: [mondays]",), "22: companies[0].calendars[0].weekdays[0]: should be one of monday"),
        (("weekdays: [monday]", "cut_off: '25:00'"), "23: companies[0].calendars[0].cut_off: should be a time of"),
        (("weekdays: [monday]", "cut_off: noon"), "23: companies[0].calendars[0].cut_off: "),
        (("weekdays: [monday]", "cut_off: '00:00'"), "20: companies[0].calendars[0]: cut_off: 00:00 is over before"),
        (("weekdays: [monday]", "every_weeks: 2"), "companies[0].calendars[0]: anchor: is missing; every 2 weeks"),
        (("weekdays: [monday]", "every_weeks: 53"), "23: companies[0].calendars[0].every_weeks: should be at most 52"),
        (("weekdays: [monday]", "anchor: 2026-11-17"), "anchor: 2026-11-17 is a Tuesday, which is not among weekdays"),
        (("weekdays: [monday]", "holidays: [2026-02-30]"), "23: companies[0].calendars[0].holidays[0]: "),
        (("weekdays: [monday]", "delivery_days: []"), "companies[0].calendars[0]: delivery_days: names no weekday"),
        (("weekdays: [monday]", "business_days: []"), "companies[0].calendars[0]: business_days: names no weekday"),
        (("weekdays: [monday]", "time_zone: Mars/Olympus"), "23: companies[0].calendars[0].time_zone: "),
        (("weekdays: [monday]", "on_holiday: never"), "23: companies[0].calendars[0].on_holiday: should be one of"),
        (("weekdays: [monday]", "lead_times: 3"), "unknown key; nearest valid name: lead_time"),
        (("monthly: [{weekday: friday, ordinals: []}]",), "monthly[0].ordinals: should have at least one entry"),
        (("monthly: [{weekday: friday, ordinals: [6]}]",), "monthly[0].ordinals[0]: should be at most 5"),
        (("monthly: [{weekday: friday, ordinals: [0]}]",), "ordinals: 0 should be 1 to 5, or -1 for the month's last"),
    ],
)
def test_a_fault_is_told_with_its_line_and_what_is_allowed(refused: Refused, lines: tuple[str, ...], told: str) -> None:
    found = refused(one(*lines))
    assert any(told in fault for fault in found), found
    assert all(fault[0].isdigit() for fault in found)


@pytest.mark.parametrize(
    ("lead_time", "told"),
    [
        ("on_holiday: skip", "20: companies[0].calendars[0].lead_time_days: is missing"),
        ("lead_time_days: -1", "21: companies[0].calendars[0].lead_time_days: should be at least 0"),
        ("lead_time_days: 731", "21: companies[0].calendars[0].lead_time_days: should be at most 730"),
        ("lead_time_days: soon", "21: companies[0].calendars[0].lead_time_days: should be a whole number"),
    ],
)
def test_a_lead_time_is_a_number_of_days(refused: Refused, lead_time: str, told: str) -> None:
    (fault,) = refused(one("weekdays: [monday]", lead_time=lead_time))
    assert fault.startswith(told)


def test_holidays_that_leave_no_day_are_named(refused: Refused) -> None:
    """Three years of Mondays; what may be done is told."""
    first = date(2026, 11, 16)
    mondays = ", ".join((first + timedelta(weeks=number)).isoformat() for number in range(160))
    (fault,) = refused(one("weekdays: [monday]", "on_holiday: skip", f"holidays: [{mondays}]"))
    assert fault.startswith("20: companies[0].calendars[0]: order_days: no order day in the 1100 days after 2026-11-16")
    assert "the holidays 'mine' leave none" in fault


def several(*locations: str) -> tuple[str, str]:
    listed = "".join(
        f"\n      - {{name: c{number}, weekdays: [monday], lead_time_days: 1, locations: {where}}}"
        for number, where in enumerate(locations)
    )
    return calendars(listed)


@pytest.mark.parametrize(
    ("locations", "told"),
    [
        (("['1', '2']", "['2']"), "location 2 is in 'c0' and in 'c1'; a location has one calendar"),
        (("[]", "['2']", "[]"), "'c0' and 'c2' are both for all other locations; name those of one"),
    ],
)
def test_a_location_has_one_calendar(refused: Refused, locations: tuple[str, ...], told: str) -> None:
    (fault,) = refused(several(*locations))
    assert fault.startswith(f"19: companies[0].calendars: {told}")


def test_one_calendar_may_be_for_all_locations_that_no_other_names(loaded: Loaded) -> None:
    assert len(loaded(several("['1', '1']", "['2']", "[]")).companies[0].calendars) == 3


def test_a_calendar_comes_back_from_the_archive_as_it_was(loaded: Loaded) -> None:
    (calendar,) = loaded(calendars(WHOLE)).companies[0].calendars
    assert CalendarSettings.model_validate(calendar.model_dump(mode="json")) == calendar


def test_a_company_s_own_rules_file_takes_the_place_of_the_common_one(loaded: Loaded, config: Path) -> None:
    folder = config.parent
    for name in ("rules.yaml", "own.yaml"):
        (folder / name).write_text("rules: []\n")
    common = ("companies:", "rules_file: rules.yaml\ncompanies:")
    settings = loaded(common)
    assert settings.rules_file_of(settings.companies[0]) == folder / "rules.yaml"
    settings = loaded(common, (COMPANY, f"{COMPANY}\n    rules_file: own.yaml"))
    assert settings.rules_file_of(settings.companies[0]) == folder / "own.yaml"
    settings = loaded()
    assert settings.rules_file_of(settings.companies[0]) is None


def test_a_rules_file_that_is_not_there_is_told_by_line(refused: Refused) -> None:
    (fault,) = refused(("companies:", "rules_file: nowhere.yaml\ncompanies:"))
    assert fault.startswith("12: rules_file: ")
    assert "nowhere.yaml" in fault
