"""The rules that name order days: weekdays of every so many weeks, and numbered weekdays of a month.

A rule knows dates alone. Holidays, zones and cut-offs come later (`planning.calendar.review`), so that "first Friday"
stays what a planner means by it.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from enum import IntEnum

from replenisher.errors import PlanningInputError

MOST_WEEKS = 52
LAST = -1
"""The ordinal of a month's last such weekday, be it the fourth or the fifth."""


class Weekday(IntEnum):
    """A day of the week, numbered as `date.weekday` does."""

    MONDAY = 0
    TUESDAY = 1
    WEDNESDAY = 2
    THURSDAY = 3
    FRIDAY = 4
    SATURDAY = 5
    SUNDAY = 6


EVERY_DAY = frozenset(Weekday)
MONDAY_TO_FRIDAY = frozenset(Weekday) - {Weekday.SATURDAY, Weekday.SUNDAY}


def check_weekdays(key: str, weekdays: frozenset[Weekday]) -> None:
    """Raise PlanningInputError naming the key when a set of weekdays is empty or holds something else."""
    if not weekdays:
        raise PlanningInputError(f"{key}: names no weekday; name at least one")
    strange = [day for day in weekdays if day not in EVERY_DAY]
    if strange:
        raise PlanningInputError(f"{key}: {strange[0]!r} is no weekday; 0 is Monday, 6 is Sunday")


@dataclass(frozen=True)
class WeeklyOrders:
    """Orders on these weekdays of every week, or of every so many weeks counted from the week of `anchor`.

    Weeks begin on Monday. The anchor is itself an order day, so that nobody has to guess which week it begins.

    Worked example: Tuesdays every 2 weeks, anchor 6 January 2026: 6 and 20 January, 3 February.
    """

    weekdays: frozenset[Weekday]
    every_weeks: int = 1
    anchor: date | None = None

    def __post_init__(self) -> None:
        """Refuse rules that name no day or contradict themselves."""
        check_weekdays("order_days.weekdays", self.weekdays)
        if type(self.every_weeks) is not int or not 1 <= self.every_weeks <= MOST_WEEKS:
            raise PlanningInputError(
                f"order_days.every_weeks: {self.every_weeks!r} should be a whole number from 1 to {MOST_WEEKS}"
            )
        if self.anchor is None and self.every_weeks > 1:
            raise PlanningInputError(
                f"order_days.anchor: is missing; every {self.every_weeks} weeks needs one date to count from"
            )
        if self.anchor is not None and self.anchor.weekday() not in self.weekdays:
            raise PlanningInputError(
                f"order_days.anchor: {self.anchor} is a {Weekday(self.anchor.weekday()).name.capitalize()}, which is "
                "not among order_days.weekdays; name a date on which orders are placed"
            )

    def names(self, day: date) -> bool:
        """Tell whether the rule names a date."""
        return day.weekday() in self.weekdays and self._in_turn(day)

    def _in_turn(self, day: date) -> bool:
        if self.anchor is None:
            return True
        weeks = (_monday(day) - _monday(self.anchor)).days // 7
        return weeks % self.every_weeks == 0


@dataclass(frozen=True)
class MonthlyOrders:
    """Orders on a month's first, second … fifth or last such weekday; a month without a fifth has none.

    Worked example: the first and the last Friday of January 2026 are the 2nd and the 30th.
    """

    weekday: Weekday
    ordinals: frozenset[int]

    def __post_init__(self) -> None:
        """Refuse rules that name no day."""
        check_weekdays("order_days.weekday", frozenset({self.weekday}))
        if not self.ordinals:
            raise PlanningInputError("order_days.ordinals: is empty; name 1 to 5, or -1 for the month's last")
        strange = [ordinal for ordinal in self.ordinals if ordinal not in (1, 2, 3, 4, 5, LAST)]
        if strange:
            raise PlanningInputError(
                f"order_days.ordinals: {strange[0]!r} should be 1 to 5, or -1 for the month's last"
            )

    def names(self, day: date) -> bool:
        """Tell whether the rule names a date."""
        if day.weekday() != self.weekday:
            return False
        is_last = day.day + 7 > monthrange(day.year, day.month)[1]
        return (day.day - 1) // 7 + 1 in self.ordinals or (is_last and LAST in self.ordinals)


OrderDays = WeeklyOrders | MonthlyOrders


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
