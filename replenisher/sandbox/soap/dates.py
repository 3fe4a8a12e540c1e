"""Dates as the SOAP services read and write them; text is local time, instants are UTC."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from replenisher.sandbox.soap.refusals import server_fault
from replenisher.sandbox.windows import Window
from replenisher.sandbox.world import World

_US_DATE = re.compile(r"\d{2}/\d{2}/\d{4}")


def us_date(text: str | None) -> datetime | None:
    """Midnight of a `MM/dd/yyyy` date; None for any other text."""
    if text is None or not _US_DATE.fullmatch(text):
        return None
    try:
        return datetime.strptime(text, "%m/%d/%Y")  # noqa: DTZ007  # the platform names no zone
    except ValueError:
        return None


def report_window(world: World, first: str | None, last: str | None) -> Window:
    """From midnight of the first `MM/dd/yyyy` date to the end of the last, as `date_end` reads it.

    Raises:
        FaultError: a date that is missing (unless `missing_dates` is `today`) or malformed, or a window that the
            platform refuses.
    """
    return _window(world, *(_date(world, text) for text in (first, last)), whole_last_day=True)


def status_window(world: World, first: str | None, last: str | None) -> Window:
    """The window of the by-status lists: ISO dates, with or without a time of day.

    Raises:
        FaultError: text that is no ISO date.
    """
    moments = []
    for text in (first, last):
        try:
            moments.append(datetime.fromisoformat(text or "").replace(tzinfo=None))
        except ValueError as error:
            raise server_fault("String was not recognized as a valid DateTime.") from error
    return _window(world, *moments, whole_last_day=len(last or "") == len("2015-01-01"))


def _date(world: World, text: str | None) -> datetime:
    if not text and world.switches.missing_dates == "today":
        today = world.clock.local(world.clock.now())
        return today.replace(hour=0, minute=0, second=0, microsecond=0)
    moment = us_date(text)
    if moment is None:
        raise server_fault("String was not recognized as a valid DateTime.")
    return moment


def _window(world: World, first: datetime, last: datetime, *, whole_last_day: bool) -> Window:
    if last < first:
        raise server_fault("The end date must not be before the start date.")
    span = world.switches.max_span_days
    if span and (last - first).days >= span:
        raise server_fault(f"The date range must not exceed {span} days.")
    if whole_last_day and world.switches.date_end == "inclusive":
        last += timedelta(days=1)
    return Window(instant(world, first), instant(world, last))


def instant(world: World, moment: datetime) -> datetime:
    """The UTC instant of a local time."""
    return moment.replace(tzinfo=UTC) - world.clock.utc_offset


def twelve_hours(moment: datetime) -> str:
    """`7/22/2016 3:29:22 PM`, of a local time."""
    hour = moment.hour % 12 or 12
    half = "AM" if moment.hour < 12 else "PM"
    return f"{moment.month}/{moment.day}/{moment.year} {hour}:{moment:%M:%S} {half}"


def twenty_four_hours(moment: datetime) -> str:
    """`10/14/2016 09:39:05`, of a local time."""
    return f"{moment:%m/%d/%Y %H:%M:%S}"
