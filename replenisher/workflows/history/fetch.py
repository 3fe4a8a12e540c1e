"""Fetch the sales of older days into the history: for a new company, or after the daemon was down for long.

1. The days are cut into windows of a month, the oldest first, and no day is older than is kept.
2. Each window of each location is read and written as in a run; one that cannot be read stops no other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from replenisher.config import CompanySettings
from replenisher.database import companies
from replenisher.database.history_months import first_of_month
from replenisher.errors import CompanyPausedError, CredentialsError, ForbiddenError, GatewayError, IllegalMoveError
from replenisher.purchasing.platform import ReportWindow
from replenisher.services import Services
from replenisher.workflows.history.months import oldest_kept
from replenisher.workflows.history.record import Asked, record_lines
from replenisher.workflows.plan.start import wanted_locations

DAY = timedelta(days=1)


@dataclass
class Fetched:
    """What was read: locations, reports of a window each, and those that were not, with the reason."""

    locations: int
    windows: int = 0
    failed: dict[str, str] = field(default_factory=dict)


def fetch_history(
    services: Services,
    company: CompanySettings,
    start: date,
    end: date | None,
    *,
    only: Sequence[str] | None,
    tell: Callable[[int, int], None],
) -> Fetched:
    """Read the company's sales from `start` to `end` (else today); `tell` hears how many reports of how many are done.

    Raises IllegalMoveError for days that are to come or no longer kept, CompanyPausedError, and GatewayError when the
    locations cannot be listed or the platform refuses our credentials.
    """
    with services.database.transaction() as session:
        paused, oldest = (
            companies.pause_reason(session, company.id),
            oldest_kept(services, companies.now(session).date()),
        )
    if paused is not None:
        raise CompanyPausedError(f"company {company.id} is paused: {paused}")
    channel = services.channel(company)
    listed = channel.locations(company.id)
    today = channel.platform_now().astimezone(ZoneInfo(company.time_zone)).date()
    last = today if end is None else end
    if not oldest <= start <= last <= today:
        raise IllegalMoveError(
            f"{start} to {last} cannot be fetched; name days from {oldest} (history.months) to {today}, the first first"
        )
    wanted, absent = wanted_locations(company, only, listed)
    found = Fetched(len(wanted), failed=dict.fromkeys(absent, "the retailer has not enabled this location"))
    jobs = [(window, location) for window in months_between(start, last) for location in wanted]
    for done, (window, location) in enumerate(jobs):
        tell(done, len(jobs))
        _fetch(services, company, location, window, today, found)
    tell(len(jobs), len(jobs))
    return found


def months_between(start: date, end: date) -> Iterator[ReportWindow]:
    """Cut days into windows that each lie in one month."""
    while start <= end:
        last = min(first_of_month(start, 1) - DAY, end)
        yield ReportWindow(start, last)
        start = last + DAY


def _fetch(  # noqa: PLR0917 - one report, and where it is noted
    services: Services, company: CompanySettings, location: str, window: ReportWindow, today: date, found: Fetched
) -> None:
    with services.database.transaction() as session:
        now = companies.now(session)
    try:
        frame = services.channel(company).sales(company.id, location, window)
    except (CredentialsError, ForbiddenError):
        raise
    except GatewayError as error:
        found.failed[f"location {location}, {window.start} to {window.end}"] = str(error)
        return
    record_lines(services, company, Asked("sales", window, now, today), {location: frame})
    found.windows += 1
