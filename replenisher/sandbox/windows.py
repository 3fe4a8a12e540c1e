"""The dates of a report request, turned into instants."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from replenisher.sandbox.replies import RefusalError, Request, message
from replenisher.sandbox.world import World


@dataclass(frozen=True)
class Window:
    """From `start` up to, not including, `end`; UTC."""

    start: datetime
    end: datetime


def read_window(world: World, request: Request) -> Window:
    """The window that StartDate and EndDate name, as the switches read them.

    Raises:
        RefusalError: 400 for a missing or malformed date, an end before the start, or too long a span.
    """
    first = _read_date(world, request, "StartDate")
    last = _read_date(world, request, "EndDate")
    if last < first:
        raise RefusalError(message(400, "'EndDate' should not be before 'StartDate'."))
    span = world.switches.max_span_days
    if span and (last - first).days >= span:
        raise RefusalError(message(400, f"The date range should not exceed {span} days."))
    after = last + timedelta(days=1) if world.switches.date_end == "inclusive" else last
    return Window(_midnight(world, first), _midnight(world, after))


def _read_date(world: World, request: Request, name: str) -> date:
    text = request.query.get(name.lower(), "")
    if not text:
        if world.switches.missing_dates == "today":
            return world.clock.local(world.clock.now()).date()
        raise RefusalError(message(400, f"'{name}' should not be empty."))
    try:
        return date.fromisoformat(text[:10])
    except ValueError as error:
        raise RefusalError(message(400, f"The value '{text}' is not valid for {name}.")) from error


def _midnight(world: World, day: date) -> datetime:
    return datetime.combine(day, time(), UTC) - world.clock.utc_offset
