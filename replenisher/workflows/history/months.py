"""Keep the months of the history: the ones that are written to made ahead, the ones that are too old dropped."""

from __future__ import annotations

from datetime import date, timedelta

from replenisher.database import companies, history_months
from replenisher.errors import DatabaseError
from replenisher.logs import get_logger
from replenisher.purchasing.platform import ReportWindow
from replenisher.services import Services

log = get_logger(__name__)

AHEAD = timedelta(days=10)
"""A month is made so long before it begins, so that no sale waits for it."""


def oldest_kept(services: Services, today: date) -> date:
    """Give the first day that is kept."""
    return history_months.first_of_month(today, -services.settings.history.months)


def keep_months(services: Services) -> None:
    """Make the present month and the coming one, and drop those that are older than is kept.

    A month that somebody reads from just now is dropped another time.
    """
    with services.database.transaction() as session:
        today = companies.now(session).date()
        made = history_months.ensure_months(session, today, today + AHEAD)
    if made:
        log.info("history_months_made", tables=made)
    try:
        with services.database.transaction() as session:
            dropped = history_months.drop_months_before(session, oldest_kept(services, today))
    except DatabaseError as error:
        log.warning("history_months_not_dropped", error=str(error))
        return
    if dropped:
        log.info("history_months_dropped", tables=dropped)


def make_months_of(services: Services, window: ReportWindow) -> None:
    """Make the months of a window that are not there."""
    with services.database.transaction() as session:
        made = history_months.ensure_months(session, window.start, window.end)
    if made:
        log.info("history_months_made", tables=made)
