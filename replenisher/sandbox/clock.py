"""The platform's clock: the machine's clock, moved ahead by the days that were advanced."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime


def _machine_now() -> datetime:
    return datetime.now(UTC)


class Clock:
    """Tells the time in UTC, in the locations' zone, and in the form of an HTTP `Date` header."""

    def __init__(self, machine_now: Callable[[], datetime] = _machine_now) -> None:
        self._machine_now = machine_now
        self.advanced = timedelta(0)
        self.skew = timedelta(0)
        self.utc_offset = timedelta(0)

    def now(self) -> datetime:
        """The platform's time, UTC."""
        return self._machine_now() + self.advanced + self.skew

    def local(self, instant: datetime) -> datetime:
        """That instant on the locations' wall clock, without a zone."""
        return (instant + self.utc_offset).replace(tzinfo=None)

    def advance(self, step: timedelta) -> None:
        """Let time pass at once."""
        self.advanced += step

    def http_date(self) -> str:
        """The platform's time as RFC 7231 wants it."""
        return format_datetime(self.now(), usegmt=True)
