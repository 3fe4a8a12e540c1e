"""How long a location waits for goods and for its next order: by calendar, as measured, or as the products say."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime
from typing import Any

import pytest

from replenisher.config import CompanySettings
from replenisher.database.lead_times import LEAST_ORDERS, LeadTime
from replenisher.workflows.plan.inputs import Inputs, LeadTimes
from replenisher.workflows.plan.supply import calendar_of, supply_of

NOON = datetime(2026, 11, 19, 18, tzinfo=UTC)
"""A Thursday; in Regina it is noon."""
THURSDAY = date(2026, 11, 19)
Row = dict[str, Any]


def company(**settings: Any) -> CompanySettings:
    plain = {"id": "14146", "name": "Kentel", "platform": "retail", "time_zone": "America/Regina"}
    return CompanySettings.model_validate(plain | settings)


def calendar(name: str, *weekdays: str, **settings: Any) -> dict[str, Any]:
    return {"name": name, "weekdays": weekdays, "lead_time_days": 3} | settings


def supply(one: CompanySettings, *locations: str, measured: LeadTimes | None = None, at: datetime = NOON) -> list[Row]:
    found = supply_of(one, locations or ("15",), Inputs(THURSDAY, at, lead_times=measured or {}))
    assert found.index.tolist() == list(locations or ("15",))
    return found.to_dict("records")


def took(median: float, spread: float = 0.0, orders: int = LEAST_ORDERS) -> LeadTime:
    return LeadTime(orders, median, spread, median)


def test_without_anything_known_it_is_each_product_s_lead_time_and_a_look_every_day() -> None:
    (row,) = supply(company())
    assert math.isnan(row["expected_lead_time_days"])
    assert row["lead_time_source"] == "product"
    assert (row["lead_time_sd_days"], row["review_period_days"]) == (0.0, 1.0)
    assert (row["business_date"], "order_day" in row) == (THURSDAY, False)


@pytest.mark.parametrize(
    ("schedule", "days"),
    [
        ("0 5 * * *", 1.0),
        ("0 5 * * 1", 7.0),
        ("0 5 * * 1-5", 3.0),
        ("0 5,17 * * *", 0.5),
        ("0 5 * * 1,4", 4.0),
        (None, 1.0),
    ],
)
def test_an_order_lasts_as_long_as_the_longest_gap_of_the_schedule(schedule: str | None, days: float) -> None:
    """Whatever is planned on Friday has to last until Monday."""
    assert supply(company(schedule=schedule))[0]["review_period_days"] == days


def test_a_location_with_enough_received_orders_waits_as_long_as_they_did_another_as_the_company_s() -> None:
    measured = {"15": took(6, 1.5), "16": took(9, 2, LEAST_ORDERS - 1), None: took(7, 0.5, 9)}
    here, few, none = supply(company(schedule="0 5 * * 1"), "15", "16", "17", measured=measured)
    assert [(one["expected_lead_time_days"], one["lead_time_sd_days"]) for one in (here, few, none)] == [
        (6.0, 1.5),
        (7.0, 0.5),
        (7.0, 0.5),
    ]
    assert {one["lead_time_source"] for one in (here, few, none)} == {"measured"}
    assert {one["review_period_days"] for one in (here, few, none)} == {7.0}


def test_a_calendar_says_when_goods_come_and_the_orders_say_how_much_that_varies() -> None:
    """Ordered on Thursday, delivered on Sunday; the next is Monday's, delivered on Thursday: seven days in all."""
    twice = company(calendars=[calendar("twice", "monday", "thursday")])
    (row,) = supply(twice, measured={"15": took(9, 1.5)})
    assert (row["expected_lead_time_days"], row["review_period_days"], row["lead_time_sd_days"]) == (3.0, 4.0, 1.5)
    assert (row["lead_time_source"], row["order_day"], row["business_date"]) == ("calendar", True, THURSDAY)


def test_a_delivery_that_a_holiday_puts_off_is_part_of_what_an_order_has_to_last() -> None:
    """Monday's goods would come on Thursday the 26th, a holiday: they come on the 27th, eight days from the order."""
    twice = company(calendars=[calendar("twice", "monday", "thursday", holidays=["2026-11-26"])])
    (row,) = supply(twice)
    assert (row["expected_lead_time_days"], row["review_period_days"]) == (3.0, 5.0)


@pytest.mark.parametrize(("cut_off", "open_"), [("12:00", False), ("12:01", True)])
def test_from_its_cut_off_on_a_day_is_no_order_day_any_more(cut_off: str, open_: bool) -> None:
    once = company(calendars=[calendar("once", "thursday", cut_off=cut_off)])
    (row,) = supply(once)
    assert (row["order_day"], row["expected_lead_time_days"], row["review_period_days"]) == (open_, 3.0, 7.0)


def test_the_day_is_that_of_the_location_s_own_clocks() -> None:
    """Noon in Regina is Friday morning in Tokyo."""
    both = company(
        calendars=[calendar("east", "friday", locations=["16"], time_zone="Asia/Tokyo"), calendar("here", "thursday")]
    )
    here, east = supply(both, "15", "16")
    assert (here["business_date"], here["order_day"]) == (THURSDAY, True)
    assert (east["business_date"], east["order_day"]) == (date(2026, 11, 20), True)


def test_a_location_has_the_calendar_that_names_it_else_the_one_that_names_none() -> None:
    several = company(calendars=[calendar("rest", "monday"), calendar("own", "friday", locations=["15"])])
    assert [one.name for one in (calendar_of(several, "15"), calendar_of(several, "16")) if one] == ["own", "rest"]


def test_where_every_calendar_names_locations_another_one_is_planned_at_every_run() -> None:
    only = company(calendars=[calendar("own", "monday", locations=["15"])])
    assert calendar_of(only, "16") is None
    named, other = supply(only, "15", "16")
    assert (named["order_day"], named["lead_time_source"]) == (False, "calendar")
    assert (other["order_day"], other["lead_time_source"]) == (True, "product")


def test_no_locations_make_an_empty_frame() -> None:
    assert supply_of(company(), (), Inputs(THURSDAY, NOON)).empty
