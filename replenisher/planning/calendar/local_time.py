"""Dates and wall-clock times of a zone, as instants: what its clocks show twice, leave out, or leap over.

A time that an autumn night shows twice is the first of the two. A time that a spring night leaves out moves to the
next one that exists, as slots do. A date that a zone leaves out altogether does not occur.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from replenisher.errors import PlanningInputError

_MINUTE = timedelta(minutes=1)
_NOON = time(12)


def business_date(instant: datetime, zone: ZoneInfo) -> date:
    """Give the date that the zone's clocks show at an instant.

    Raises PlanningInputError for an instant without a zone of its own.

    Worked example: 04:30 UTC on 6 January is still 5 January in New York.
    """
    if instant.tzinfo is None:
        raise PlanningInputError(f"instant {instant.isoformat()} has no zone; give it in UTC")
    return instant.astimezone(zone).date()


@lru_cache(maxsize=1 << 14)
def occurs(day: date, zone: ZoneInfo) -> bool:
    """Tell whether the zone has this date at all: Apia went from 29 to 31 December 2011."""
    return _shown(_as_instant(datetime.combine(day, _NOON), zone), zone).date() == day


def instant_of(day: date, at: time, zone: ZoneInfo) -> datetime:
    """Give the UTC instant at which the zone's clocks show a time (whole minutes) of a date that occurs.

    Worked example: 02:30 in New York on 8 March 2026, whose clocks leap from 02:00 to 03:00, is 03:00, 07:00 UTC.
    """
    moment = datetime.combine(day, at)
    while _shown(instant := _as_instant(moment, zone), zone) != moment:
        moment += _MINUTE
    return instant


def _as_instant(local: datetime, zone: ZoneInfo) -> datetime:
    return local.replace(tzinfo=zone, fold=0).astimezone(UTC)


def _shown(instant: datetime, zone: ZoneInfo) -> datetime:
    """Give what the clocks show, without its zone."""
    return instant.astimezone(zone).replace(tzinfo=None, fold=0)
