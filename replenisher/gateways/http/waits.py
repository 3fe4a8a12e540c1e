"""How long to wait: after a 429 by the platform's own headers, after a failed read by growing random steps."""

from __future__ import annotations

import math
import random
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from replenisher.errors import ThrottledError, UnavailableError

LONGEST_WAIT_SECONDS = 300.0
SHORTEST_WAIT_SECONDS = 1.0
UNTOLD_WAIT_SECONDS = 60.0
"""The documented window is about one minute: the wait when no header says anything usable."""
FIRST_STEP_SECONDS = 0.5
LARGEST_STEP_SECONDS = 10.0


class LastingError(UnavailableError):
    """A read that would fail the same way at once (too large, redirected, a page instead of data)."""


def wait_after_429(headers: Mapping[str, str], answered_at: datetime) -> float:
    """Tell the seconds to wait, between 1 and 300, from X-RateLimit-ResetSeconds, else Retry-After, else 60.

    Retry-After may be seconds or an HTTP date, which is compared with the answer's own Date header where it has
    one. A header that cannot be read is passed over.
    """
    told = _seconds(headers.get("x-ratelimit-resetseconds", ""))
    if told is None:
        told = _seconds(headers.get("retry-after", ""))
    if told is None:
        until = http_date(headers.get("retry-after", ""))
        told = (until - (http_date(headers.get("date", "")) or answered_at)).total_seconds() if until else None
    if told is None:
        return UNTOLD_WAIT_SECONDS
    return min(max(told, SHORTEST_WAIT_SECONDS), LONGEST_WAIT_SECONDS)


def _seconds(text: str) -> float | None:
    try:
        seconds = float(text.strip())
    except ValueError:
        return None
    return None if math.isnan(seconds) else seconds


def http_date(text: str) -> datetime | None:
    """Read an HTTP date as UTC; None when it is not one."""
    try:
        moment = parsedate_to_datetime(text.strip())
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


class Patience:
    """Decides whether a read is tried again and after how long; one object per read.

    The waits are random between 0 and a step that doubles (full jitter); all tries together end within
    `total_seconds`. A 429 waits what its headers say, or ends the read when that does not fit.
    """

    def __init__(self, total_seconds: float) -> None:
        self._ends = time.monotonic() + total_seconds
        self._step = FIRST_STEP_SECONDS

    def remaining(self) -> float:
        """Tell how many seconds all further tries have together."""
        return max(self._ends - time.monotonic(), 0.0)

    def __call__(self, error: Exception) -> bool | float:
        """Tell stamina the wait in seconds before another try, or False to give up."""
        if isinstance(error, ThrottledError):
            wait = error.retry_after_seconds + random.uniform(0, 0.1)  # noqa: S311 - spreads load, hides nothing
        elif isinstance(error, UnavailableError) and not isinstance(error, LastingError):
            wait = random.uniform(0, self._step)  # noqa: S311 - spreads load, hides nothing
            self._step = min(self._step * 2, LARGEST_STEP_SECONDS)
        else:
            return False
        return wait if wait < self.remaining() else False
