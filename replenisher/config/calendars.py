"""Settings of review calendars: on which days a location orders, until when, and when the goods come."""

from __future__ import annotations

from datetime import date, time
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from replenisher.config.kinds import Id, Section, Text, TimeZone, refusal
from replenisher.errors import PlanningInputError
from replenisher.planning.calendar.order_days import MonthlyOrders, OrderDays, Weekday, WeeklyOrders
from replenisher.planning.calendar.review import (
    LONGEST_LEAD_TIME_DAYS,
    Holidays,
    LeadTimeIn,
    OnHoliday,
    ReviewCalendar,
)

DayName = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
_EVERY_DAY: tuple[DayName, ...] = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def _clock_time(written: str) -> str:
    """Check a time of the day."""
    try:
        time.fromisoformat(written)
    except ValueError:
        raise refusal("should be a time of the day, hours and minutes such as 17:00") from None
    return written


ClockTime = Annotated[str, Field(pattern=r"^\d\d:\d\d$"), AfterValidator(_clock_time)]


class MonthlySettings(Section):
    """Order days by the month: its first, second … or last such weekday."""

    weekday: DayName = Field(description="The weekday.", examples=["friday"])
    ordinals: Annotated[tuple[Annotated[int, Field(ge=-1, le=5)], ...], Field(min_length=1)] = Field(
        description="1 to 5, or -1 for the month's last.", examples=[[1, -1]]
    )


class CalendarSettings(Section):
    """The rhythm in which some locations order and are delivered."""

    name: Text = Field(description="A name for messages.", examples=["twice a week"])
    locations: tuple[Id, ...] = Field(
        default=(), description="Its locations; empty = every one that no other calendar names.", examples=[["11412"]]
    )
    time_zone: TimeZone | None = Field(
        default=None,
        description="The zone of these locations' clocks; nothing = the company's.",
        examples=["America/New_York"],
    )
    weekdays: tuple[DayName, ...] = Field(
        default=(), description="Orders on these weekdays.", examples=[["monday", "thursday"]]
    )
    every_weeks: Annotated[int, Field(ge=1, le=52)] = Field(
        default=1, description="Of every so many weeks; above 1 it needs an `anchor`.", examples=[2]
    )
    anchor: date | None = Field(
        default=None, description="A date on which orders are placed, to count weeks from.", examples=["2026-01-06"]
    )
    monthly: tuple[MonthlySettings, ...] = Field(
        default=(),
        description="Order days by the month, besides the weekdays.",
        examples=[[{"weekday": "friday", "ordinals": [-1]}]],
    )
    cut_off: ClockTime = Field(
        default="23:59",
        description="From this time on, on the locations' clocks, it is too late to order on a date.",
        examples=["17:00"],
    )
    lead_time_days: Annotated[int, Field(ge=0, le=LONGEST_LEAD_TIME_DAYS)] = Field(
        description="Days from the order date to the delivery.", examples=[3]
    )
    lead_time_in: Literal["calendar_days", "business_days"] = Field(
        default="calendar_days", description="Which days the lead time counts.", examples=["business_days"]
    )
    delivery_days: tuple[DayName, ...] = Field(
        default=_EVERY_DAY, description="Weekdays on which goods come.", examples=[["tuesday", "friday"]]
    )
    business_days: tuple[DayName, ...] = Field(
        default=_EVERY_DAY[:5],
        description="Weekdays that `business_days` counts, and to which holidays move orders.",
        examples=[["monday", "tuesday", "wednesday", "thursday", "friday"]],
    )
    holidays: tuple[date, ...] = Field(
        default=(), description="Dates on which nothing is ordered or delivered.", examples=[["2026-12-25"]]
    )
    on_holiday: Literal["before", "after", "skip"] = Field(
        default="after", description="Where an order day goes that is a holiday.", examples=["before"]
    )

    @model_validator(mode="after")
    def _can_be_kept(self) -> CalendarSettings:
        """Refuse a calendar that contradicts itself, or whose holidays leave no day to order on."""
        try:
            calendar = self.review_calendar("UTC")
            if self.holidays:
                calendar.next_order_date(min(self.holidays))
        except PlanningInputError as error:
            raise refusal(str(error).replace("order_days.", "")) from None
        return self

    def review_calendar(self, company_zone: str) -> ReviewCalendar:
        """Give the calendar as planning takes it; raises PlanningInputError where it cannot be kept."""
        rules: list[OrderDays] = []
        if self.weekdays:
            rules.append(WeeklyOrders(_weekdays(self.weekdays), self.every_weeks, self.anchor))
        rules += [MonthlyOrders(_weekday(one.weekday), frozenset(one.ordinals)) for one in self.monthly]
        return ReviewCalendar(
            zone=self.time_zone or company_zone,
            order_days=tuple(rules),
            cut_off=time.fromisoformat(self.cut_off),
            lead_time_days=self.lead_time_days,
            lead_time_in=LeadTimeIn(self.lead_time_in),
            delivery_days=_weekdays(self.delivery_days),
            business_days=_weekdays(self.business_days),
            holidays=Holidays(self.name, frozenset(self.holidays)),
            on_holiday=OnHoliday(self.on_holiday),
        )


def _weekday(name: str) -> Weekday:
    return Weekday[name.upper()]


def _weekdays(names: tuple[str, ...]) -> frozenset[Weekday]:
    return frozenset(map(_weekday, names))


def repeated_location(calendars: tuple[CalendarSettings, ...]) -> str:
    """Say which location is in two calendars, or that two are for all the others; empty when neither is so."""
    first: dict[str, CalendarSettings] = {}
    for calendar in calendars:
        for location in calendar.locations or ("",):
            other = first.setdefault(location, calendar)
            if other is calendar:
                continue
            if not location:
                return f"{other.name!r} and {calendar.name!r} are both for all other locations; name those of one"
            return f"location {location} is in {other.name!r} and in {calendar.name!r}; a location has one calendar"
    return ""
