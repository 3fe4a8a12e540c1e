"""Jobs of a company that come round: when each is due, and what becomes of one that fails.

PostgreSQL holds the times; a worker that dies leaves its job due again when the lease runs out. Every job may run twice
without harm: each reads the platform, and what it writes has keys of its own.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from replenisher.config import CompanySettings
from replenisher.config.cadence import AtSlots, Cadence, Every
from replenisher.database import companies, exceptions, jobs
from replenisher.database.exceptions import Matter
from replenisher.database.job_models import CompanyJob
from replenisher.database.session import Session
from replenisher.errors import CredentialsError, ForbiddenError, ReplenisherError
from replenisher.logs import get_logger
from replenisher.services import Services
from replenisher.workflows.audit_receipts import audit_receipts
from replenisher.workflows.fulfil.look import look_for_fulfilments
from replenisher.workflows.pauses import pause_platform

log = get_logger(__name__)

FAILURES_BEFORE_A_PERSON_HEARS = 3
LONGEST_WAIT = 3600.0
"""Seconds between two tries of a scheduled job that fails, at most; its next slot may come sooner."""


@dataclass(frozen=True)
class Job:
    """A job: its name, how often a company wants it (None for never), and what does it for a company's id."""

    name: str
    cadence: Callable[[CompanySettings], Cadence | None]
    run: Callable[[Services, str], object]


def _audit_at(company: CompanySettings) -> Cadence | None:
    schedule = company.receipt_audit.schedule
    return None if schedule is None else AtSlots(schedule, company.time_zone)


def _look_every(company: CompanySettings) -> Cadence | None:
    wanted = company.fulfilments
    return Every(wanted.every) if wanted.enabled else None


JOBS: tuple[Job, ...] = (
    Job("fulfilments", _look_every, look_for_fulfilments),
    Job("receipt_audit", _audit_at, audit_receipts),
)
"""Every job there is."""


def wanted_jobs(settings_of: Iterable[CompanySettings], known: Iterable[Job] = JOBS) -> dict[tuple[str, str], Cadence]:
    """Give how often each configured (company, job) comes round."""
    asked = [(company.id, job.name, job.cadence(company)) for company in settings_of for job in known]
    return {(company, name): cadence for company, name, cadence in asked if cadence is not None}


def ensure_jobs(services: Services, known: Iterable[Job] = JOBS) -> None:
    """Let every configured job have its row, and let none be due that no longer is, nor anybody care how it failed."""
    with services.database.transaction() as session:
        for company, name in jobs.ensure_jobs(session, wanted_jobs(services.settings.companies, known)):
            exceptions.resolve(session, company, [name], ["job_failed"])


def run_job(services: Services, company_id: str, name: str, known: Iterable[Job] = JOBS) -> None:
    """Do a job that is due; does nothing when it is not due, not configured any more, or another worker has it.

    An error of ours is recorded and the job comes round again; any other is recorded and goes on to the caller.
    """
    by_name: Mapping[str, Job] = {job.name: job for job in known}
    company = services.settings.company(company_id)
    cadence = by_name[name].cadence(company) if name in by_name else None
    if cadence is None:
        return
    with services.database.transaction() as session:
        row = jobs.claim_job(session, company_id, name, lease=services.settings.times.batch_lease)
        if row is not None:
            _tell_of_deaths(session, row)
    if row is None:
        return
    started = time.monotonic()
    try:
        by_name[name].run(services, company_id)
    except (CredentialsError, ForbiddenError) as error:
        pause_platform(services, company, error)
        _failed(services, row, cadence, error, told=True)
    except ReplenisherError as error:
        _failed(services, row, cadence, error)
    except Exception as error:
        _failed(services, row, cadence, error)
        raise
    else:
        _done(services, row, cadence)
        log.info("job_done", company=company_id, job=name, seconds=round(time.monotonic() - started, 3))


def _tell_of_deaths(session: Session, row: CompanyJob) -> None:
    """Tell a person of a job that kills its workers: such a one never fails, so nobody else would hear of it."""
    deaths = row.attempts - 1 - row.failures
    if deaths >= FAILURES_BEFORE_A_PERSON_HEARS:
        text = f"job {row.job} was begun {deaths} times by a worker that never ended it, and is tried again"
        exceptions.raise_matter(session, Matter(row.company, "job_failed", row.job, text))


def _done(services: Services, row: CompanyJob, cadence: Cadence) -> None:
    with services.database.transaction() as session:
        if jobs.finish_job(session, row, next_at=cadence.next_after(companies.now(session))):
            exceptions.resolve(session, row.company, [row.job], ["job_failed"])


def _failed(services: Services, row: CompanyJob, cadence: Cadence, error: Exception, *, told: bool = False) -> None:
    """Record a failure; `told` says that a person hears of it already."""
    failures, reason = row.failures + 1, str(error) or type(error).__name__
    log.warning("job_failed", company=row.company, job=row.job, failures=failures, error=reason)
    with services.database.transaction() as session:
        next_at = _next_try(services, cadence, failures, companies.now(session))
        if not jobs.finish_job(session, row, next_at=next_at, error=reason):
            return
        if failures >= FAILURES_BEFORE_A_PERSON_HEARS and not told:
            text = f"job {row.job} failed {failures} times in a row, and is tried again: {reason}"
            exceptions.raise_matter(session, Matter(row.company, "job_failed", row.job, text))


def _next_try(services: Services, cadence: Cadence, failures: int, now: datetime) -> datetime:
    """A job with a schedule does not wait for its next slot, which may be a day away; one that is frequent may wait."""
    ordinary = cadence.next_after(now)
    if not isinstance(cadence, AtSlots):
        return ordinary
    wait = min(services.settings.times.resubmit_wait * 2.0 ** min(failures - 1, 10), LONGEST_WAIT)
    return min(ordinary, now + timedelta(seconds=wait))
