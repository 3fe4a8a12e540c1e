"""Which planning runs are due: PostgreSQL decides, so that two schedulers change nothing.

1. The slots of a company since its last one are worked out in its own zone.
2. Only the newest is run; the ones before it are written down as skipped.
3. A slot's unique key makes a second attempt to open it harmless.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from replenisher import __version__
from replenisher.config import CompanySettings
from replenisher.config.slots import MOST, slots_between
from replenisher.database import companies, exceptions, orders, runs
from replenisher.database.exceptions import Matter
from replenisher.database.session import Session
from replenisher.errors import CompanyPausedError, RunInProgressError
from replenisher.logs import get_logger
from replenisher.services import Services

log = get_logger(__name__)


def open_due_runs(services: Services) -> list[int]:
    """Open the run of every company whose slot has come; gives the ids of the new runs."""
    opened = []
    settings = services.settings
    with services.database.transaction() as session:
        companies.beat(session, "scheduler")
        configured = [company.id for company in settings.companies]
        seen = companies.introduce(session, configured)
        _tell_of_orphans(session, configured)
    for company in settings.companies:
        if company.schedule is None:
            continue
        with services.database.transaction() as session:
            run = _open_newest(session, company, seen[company.id].scheduled_since)
        if run is not None:
            log.info("run_opened", company=company.id, run_id=run, kind="scheduled")
            opened.append(run)
    return opened


def _open_newest(session: Session, company: CompanySettings, since: datetime) -> int | None:
    zone = ZoneInfo(company.time_zone)
    last = runs.last_slot(session, company.id)
    start = since.astimezone(zone).replace(tzinfo=None) if last is None else last
    slots = _slots(company.schedule or "", zone, start, companies.now(session))
    if not slots or runs.open_run_of(session, company.id) is not None:
        return None
    runs.record_skipped(
        session,
        company=company.id,
        slots=slots[:-1],
        engine_version=__version__,
        reason="a later slot had come before this one could run",
    )
    return runs.open_run(
        session,
        company=company.id,
        kind="scheduled",
        slot=slots[-1],
        cut_off_seconds=company.cut_off_minutes * 60,
        engine_version=__version__,
    )


def _slots(schedule: str, zone: ZoneInfo, start: datetime, now: datetime) -> list[datetime]:
    """List every slot since `start`, also after an absence of more than one portion: only the newest may run."""
    slots = found = slots_between(schedule, zone, start, now)
    while len(found) == MOST:
        found = slots_between(schedule, zone, found[-1], now)
        slots = slots + found
    return slots


def _tell_of_orphans(session: Session, configured: list[str]) -> None:
    """Raise orders whose company was taken out of the configuration: nothing follows them any more."""
    left = orders.live_without(session, configured)
    for company, count in left.items():
        text = f"{count} order(s) of company {company} are still open, and it is no longer in the configuration"
        exceptions.raise_matter(session, Matter(company, "company_not_configured", company, text))
    for matter in exceptions.listed(session, kind="company_not_configured"):
        if matter.company not in left:
            exceptions.resolve(session, matter.company, [matter.company], [matter.kind])


def open_manual_run(
    services: Services,
    company: CompanySettings,
    only_locations: list[str] | None = None,
    *,
    ahead: timedelta = timedelta(0),
) -> int:
    """Open a run that a person asks for, for this minute in the company's zone.

    `ahead` is how far a sandbox's clock is ahead of ours: its slots are.

    Raises RunInProgressError while another run of the company is open or this minute had one already, and
    CompanyPausedError while it is paused.
    """
    zone = ZoneInfo(company.time_zone)
    with services.database.transaction() as session:
        companies.introduce(session, [company.id])
        reason = companies.pause_reason(session, company.id)
        if reason is not None:
            raise CompanyPausedError(
                f"company {company.id} is paused: {reason}\n"
                f"Correct that, then `replenisher resume --company {company.id}`."
            )
        open_run = runs.open_run_of(session, company.id)
        if open_run is not None:
            raise RunInProgressError(
                f"run {open_run.id} of company {company.id} is still {open_run.state}; wait for it"
            )
        slot = (companies.now(session) + ahead).astimezone(zone).replace(tzinfo=None, second=0, microsecond=0)
        run = runs.open_run(
            session,
            company=company.id,
            kind="manual",
            slot=slot,
            cut_off_seconds=company.cut_off_minutes * 60,
            engine_version=__version__,
            only_locations=only_locations,
        )
    if run is None:
        raise RunInProgressError(f"company {company.id} had a manual run this minute already; try again in a minute")
    log.info("run_opened", company=company.id, run_id=run, kind="manual")
    return run
