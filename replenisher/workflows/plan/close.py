"""Close a run: turn its planned rows into purchase orders, all of them in one transaction.

1. Claim the run when its last batch is recorded or its cut-off has come; locations without a plan are exceptions.
2. Read the rows that order something from the archive (no session open meanwhile).
3. Read what our orders have committed, as if the older proposals that nobody approved were superseded already. A
   location whose older proposal was approved after this run had read its shelves gets nothing (its plan did not know
   of it).
4. Work the close out: the vendor's shortage, the budget, the minimum per order (`planning.closing`). Archive it with
   every number that it went by.
5. In one transaction: supersede the older proposals, see that what was read in 3 is still so, write orders, lines and
   approvals, and close the run (`ordering`). Where something has changed, begin again at 3. A crash before the commit
   leaves nothing, a second worker finds the run moved.
"""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from replenisher.config import CompanySettings
from replenisher.database import companies, exceptions, run_batches, runs
from replenisher.database.exceptions import Matter
from replenisher.database.models import PlanningRun
from replenisher.database.session import Session
from replenisher.errors import ReplenisherError
from replenisher.logs import get_logger
from replenisher.planning.closing import close_rows
from replenisher.services import Services
from replenisher.workflows.plan.batch import frozen
from replenisher.workflows.plan.failing import fail_run
from replenisher.workflows.plan.findings import location_matter
from replenisher.workflows.plan.gather import ordering_rows
from replenisher.workflows.plan.limiting import archived, basis, committed, limits
from replenisher.workflows.plan.ordering import ChangedMeanwhileError, ReadyToOrder, order

log = get_logger(__name__)

TRIES = 5
"""How often a close is worked out again at once; each time somebody else has got on, so the sweeper may come back."""


def close_run(services: Services, run_id: int) -> None:
    """Close a run that is done or past its cut-off; does nothing otherwise, or when another worker has it."""
    run = _claim(services, run_id)
    if run is None:
        return
    try:
        _close(services, frozen(services, services.settings.company(run.company), run), run)
    except ChangedMeanwhileError:
        with services.database.transaction() as session:
            runs.release_run(session, run, 0)
    except ReplenisherError as error:
        log.exception("run_not_closed", company=run.company, run_id=run.id)
        text = f"run {run.id} cannot be closed and is tried again: {error}"
        with services.database.transaction() as session:
            runs.retry_run(session, run, services.settings.times.resubmit_wait)
            exceptions.raise_matter(session, Matter(run.company, "run_failed", run.company, text, run_id=run.id))


def _close(services: Services, company: CompanySettings, run: PlanningRun) -> None:
    archive, database = services.archive, services.database
    with database.transaction() as session:
        batches = run_batches.batches_of(session, run.id)
    rows = ordering_rows(archive, [batch.frame for batch in batches if batch.frame is not None])
    older = [one for batch in batches for one in batch.older_proposals or []]
    beside = services.settings.companies_beside(company)
    given = basis(archive, company, run, rows, beside=beside, older=older)
    today = services.channel(company).platform_now().astimezone(ZoneInfo(company.time_zone)).date()
    for last in (False,) * (TRIES - 1) + (True,):
        with database.transaction() as session:
            found = committed(session, company.id, given)
        closed = close_rows(rows, limits(given, found), company.planning.close_rules())
        ready = ReadyToOrder(given, found, closed, *archived(archive, given, found, closed), today)
        try:
            with database.transaction() as session:
                counts = order(session, services.actor, company, run, ready)
        except ChangedMeanwhileError:
            if last:
                raise
            continue
        if counts is not None:
            log.info("run_closed", company=company.id, run_id=run.id, **counts)
        return


def _claim(services: Services, run_id: int) -> PlanningRun | None:
    lease = services.settings.times.batch_lease
    with services.database.transaction() as session:
        run = runs.claim_run(session, run_id, states=["reading", "closing"], lease=lease)
        if run is None:
            return None
        now = companies.now(session)
        reason = _hopeless(run, now, services.settings.work.maximum_run_attempts)
        if reason is not None:
            fail_run(session, run, reason)
            return None
        pending = [batch for batch in run_batches.batches_of(session, run_id) if batch.state == "pending"]
        if pending and now < run.cut_off_at:
            runs.release_run(session, run, (run.cut_off_at - now).total_seconds())
            return None
        if run.state == "reading":
            _record_missing(session, run)
            runs.begin_closing(session, run, lease)
        return run


def _hopeless(run: PlanningRun, now: datetime, most_attempts: int) -> str | None:
    """Say why a run must not be closed any more: what it read is too old, or closing it fails again and again."""
    allowed = run.cut_off_at - run.opened_at
    if now > run.cut_off_at + allowed:
        return f"its reports are older than twice the {allowed.total_seconds() / 60:.0f} minutes until its cut-off"
    if run.state == "closing" and run.attempts > most_attempts:
        return f"closing it failed {run.attempts - 1} times"
    return None


def _record_missing(session: Session, run: PlanningRun) -> None:
    for location in run_batches.locations_of(session, run.id):
        if location.state == "pending":
            text = f"location {location.location}: no inventory report was planned before the cut-off of run {run.id}"
            text += f"; {location.reason}" if location.reason else ""
            run_batches.record_location(session, run.id, location.location, "missing", reason=text)
            matter = location_matter(run, location.location, "location_missing", text, "inventory")
            exceptions.raise_matter(session, matter)
