"""Queries on planning runs: opened once for a slot, claimed, moved by compare-and-set."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, DateTime, func, literal, select, update
from sqlalchemy.dialects.postgresql import insert

from replenisher.database.due import after, not_paused
from replenisher.database.models import PlanningRun, RunLocation
from replenisher.database.session import Session

OPEN_STATES = ("open", "reading", "closing")


def open_run(
    session: Session,
    *,
    company: str,
    kind: str,
    slot: datetime,
    cut_off_seconds: float,
    engine_version: str,
    only_locations: Sequence[str] | None = None,
) -> int | None:
    """Open the run of a slot, due at once; None when this slot has its run, or another run of the company is open."""
    statement = (
        insert(PlanningRun)
        .values(
            company=company,
            kind=kind,
            slot=slot,
            state="open",
            only_locations=list(only_locations) if only_locations else None,
            cut_off_at=after(cut_off_seconds),
            engine_version=engine_version,
            next_at=func.now(),
        )
        .on_conflict_do_nothing()
        .returning(PlanningRun.id)
    )
    return session.execute(statement).scalar_one_or_none()


def record_skipped(
    session: Session, *, company: str, slots: Sequence[datetime], engine_version: str, reason: str
) -> None:
    """Write down slots that passed without a run, so that they are never run late."""
    if not slots:
        return
    # As one array: the minutes of a week would be more parameters than a statement may have.
    values: dict[str, Any] = {
        "company": literal(company),
        "kind": literal("scheduled"),
        "state": literal("skipped"),
        "reason": literal(reason),
        "cut_off_at": func.now(),
        "engine_version": literal(engine_version),
        "slot": func.unnest(literal(list(slots), ARRAY(DateTime))),
    }
    statement = insert(PlanningRun).from_select(list(values), select(*values.values()))
    session.execute(statement.on_conflict_do_nothing())


def last_slot(session: Session, company: str) -> datetime | None:
    """Give the newest scheduled slot that has a row, run or skipped."""
    query = select(func.max(PlanningRun.slot)).where(PlanningRun.company == company, PlanningRun.kind == "scheduled")
    newest: datetime | None = session.execute(query).scalar_one()
    return newest


def run_of(session: Session, run_id: int) -> PlanningRun | None:
    """Read one run."""
    return session.get(PlanningRun, run_id)


def open_run_of(session: Session, company: str) -> PlanningRun | None:
    """Read the company's open run, if there is one."""
    query = select(PlanningRun).where(PlanningRun.company == company, PlanningRun.state.in_(OPEN_STATES))
    return session.execute(query).scalar_one_or_none()


def latest_runs(session: Session, company: str | None = None, *, limit: int = 20) -> Sequence[PlanningRun]:
    """List runs, newest first, skipped slots left out."""
    query = select(PlanningRun).where(PlanningRun.state != "skipped").order_by(PlanningRun.id.desc()).limit(limit)
    if company is not None:
        query = query.where(PlanningRun.company == company)
    return session.execute(query).scalars().all()


def claim_run(session: Session, run_id: int, *, states: Sequence[str], lease: float) -> PlanningRun | None:
    """Take a due run in one of these states for `lease` seconds; None when it is not due, held, moved on or paused."""
    statement = (
        update(PlanningRun)
        .where(
            PlanningRun.id == run_id,
            PlanningRun.state.in_(states),
            PlanningRun.next_at <= func.clock_timestamp(),
            not_paused(PlanningRun),
        )
        .values(
            fence=PlanningRun.fence + 1,
            attempts=PlanningRun.attempts + 1,
            lease_until=after(lease),
            next_at=after(lease),
            hinted_at=None,
        )
        .returning(PlanningRun)
    )
    return session.execute(statement).scalar_one_or_none()


def move_run(session: Session, run: PlanningRun, to_state: str, **values: Any) -> bool:
    """Compare-and-set a claimed run to its next state; False when another worker moved it meanwhile."""
    statement = (
        update(PlanningRun)
        .where(PlanningRun.id == run.id, PlanningRun.state == run.state, PlanningRun.fence == run.fence)
        .values(state=to_state, lease_until=None, hinted_at=None, **values)
        .returning(PlanningRun.id)
        .execution_options(synchronize_session=False)
    )
    return session.execute(statement).scalar_one_or_none() is not None


def begin_closing(session: Session, run: PlanningRun, lease: float) -> None:
    """Set a run claimed in this transaction to `closing`: batches that come late are dropped from here on."""
    run.state = "closing"
    run.attempts = 1
    run.next_at = after(lease)
    session.flush()
    session.refresh(run)


def release_run(session: Session, run: PlanningRun, seconds: float, *, reason: str | None = None) -> None:
    """Give a claimed run back, as if it had not been tried; it is due again in so many seconds."""
    values = {} if reason is None else {"reason": reason}
    _set_claimed(session, run, next_at=after(seconds), attempts=0, **values)


def retry_run(session: Session, run: PlanningRun, seconds: float) -> None:
    """Let a claimed run be tried again in so many seconds; the attempt counts."""
    _set_claimed(session, run, next_at=after(seconds))


def _set_claimed(session: Session, run: PlanningRun, **values: Any) -> None:
    session.execute(
        update(PlanningRun)
        .where(PlanningRun.id == run.id, PlanningRun.state == run.state, PlanningRun.fence == run.fence)
        .values(lease_until=None, hinted_at=None, **values)
        .execution_options(synchronize_session=False)
    )


def run_with_location(session: Session, company: str, location: str, run_id: int | None) -> PlanningRun | None:
    """Find the newest run (or the given one) that planned this location."""
    query = (
        select(PlanningRun)
        .join(RunLocation, RunLocation.run_id == PlanningRun.id)
        .where(PlanningRun.company == company, RunLocation.location == location)
        .order_by(PlanningRun.id.desc())
        .limit(1)
    )
    if run_id is not None:
        query = query.where(PlanningRun.id == run_id)
    return session.execute(query).scalar_one_or_none()
