"""Queries on jobs that come round: one row for each company and job, claimed for a while, ended by who holds it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import func, or_, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.sql.elements import ColumnElement

from replenisher.config.cadence import Cadence
from replenisher.database.due import after, not_paused
from replenisher.database.job_models import CompanyJob
from replenisher.database.session import Session


def ensure_jobs(session: Session, wanted: Mapping[tuple[str, str], Cadence]) -> list[tuple[str, str]]:
    """Let each configured (company, job) have its row, due at its cadence, and let no other be due; gives these.

    A row is set anew when it is new, was not due at all, or had another cadence; one that a worker holds is left alone.
    In the ordinary case nothing is written. Rows stay: when a job comes back, it is known when it ran last.
    """
    now = session.execute(select(func.clock_timestamp())).scalar_one()
    there = {(row.company, row.job): row for row in session.execute(select(CompanyJob)).scalars()}
    for key, cadence in wanted.items():
        row = there.get(key)
        if row is None:
            first = cadence.first_after(now, None)
            new = {"company": key[0], "job": key[1], "cadence": str(cadence), "next_at": first}
            session.execute(insert(CompanyJob).values(new).on_conflict_do_nothing())
        elif row.next_at is None or row.cadence != str(cadence):
            first = cadence.first_after(now, row.last_started_at)
            _set_anew(session, row, cadence=str(cadence), next_at=first)
    left = [key for key, row in there.items() if row.next_at is not None and key not in wanted]
    if left:
        here = tuple_(CompanyJob.company, CompanyJob.job).in_(left)
        session.execute(update(CompanyJob).where(here).values(next_at=None, hinted_at=None))
    return left


def _set_anew(session: Session, row: CompanyJob, **values: object) -> None:
    as_read = (CompanyJob.company == row.company, CompanyJob.job == row.job, CompanyJob.fence == row.fence)
    session.execute(
        update(CompanyJob)
        .where(*as_read, _free())
        .values(hinted_at=None, **values)
        .execution_options(synchronize_session=False)
    )


def _free() -> ColumnElement[bool]:
    return or_(CompanyJob.lease_until.is_(None), CompanyJob.lease_until <= func.clock_timestamp())


def claim_job(session: Session, company: str, job: str, *, lease: float) -> CompanyJob | None:
    """Take a due job for `lease` seconds; None when it is not due, held, or its company is paused.

    When the worker dies the lease runs out, and the job is due again.
    """
    statement = (
        update(CompanyJob)
        .where(
            CompanyJob.company == company,
            CompanyJob.job == job,
            CompanyJob.next_at <= func.clock_timestamp(),
            _free(),
            not_paused(CompanyJob),
        )
        .values(
            fence=CompanyJob.fence + 1,
            attempts=CompanyJob.attempts + 1,
            lease_until=after(lease),
            next_at=after(lease),
            hinted_at=None,
            last_started_at=func.clock_timestamp(),
        )
        .returning(CompanyJob)
    )
    return session.execute(statement).scalar_one_or_none()


def finish_job(session: Session, row: CompanyJob, *, next_at: datetime | None, error: str | None = None) -> bool:
    """End a claimed job: done, or failed with `error`; False when its lease had run out and another worker took it."""
    ended = {"attempts": 0, "failures": 0, "last_error": None, "last_done_at": func.clock_timestamp()}
    failed = {"failures": CompanyJob.failures + 1, "last_error": error}
    statement = (
        update(CompanyJob)
        .where(CompanyJob.company == row.company, CompanyJob.job == row.job, CompanyJob.fence == row.fence)
        .values(next_at=next_at, lease_until=None, hinted_at=None, **(ended if error is None else failed))
        .returning(CompanyJob.company)
        .execution_options(synchronize_session=False)
    )
    return session.execute(statement).scalar_one_or_none() is not None


def jobs_of(session: Session, company: str) -> Sequence[CompanyJob]:
    """List the jobs that a company has or had, by name."""
    return (
        session.execute(select(CompanyJob).where(CompanyJob.company == company).order_by(CompanyJob.job))
        .scalars()
        .all()
    )
