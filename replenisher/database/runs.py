"""Queries on planning runs, their batches and locations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, DateTime, exists, func, literal, select, update
from sqlalchemy.dialects.postgresql import insert

from replenisher.database.due import after, not_paused
from replenisher.database.models import PlanningRun, RunBatch, RunLocation
from replenisher.database.session import Session
from replenisher.database.unnested import unnested

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


def add_batches(session: Session, run_id: int, batches: Sequence[Sequence[str]]) -> None:
    """Write the batches of a run, each due at once, and its locations."""
    if not batches:
        return
    session.execute(
        insert(RunBatch).values(
            [{"run_id": run_id, "number": number, "next_at": func.now()} for number in range(len(batches))]
        )
    )
    session.execute(
        insert(RunLocation).values(
            [
                {"run_id": run_id, "location": location, "batch": number}
                for number, locations in enumerate(batches)
                for location in locations
            ]
        )
    )


def claim_batch(session: Session, run_id: int, number: int, *, lease: float) -> RunBatch | None:
    """Take a due batch of a reading run for `lease` seconds; None when it is not due, held, done or paused."""
    reading = exists().where(PlanningRun.id == run_id, PlanningRun.state == "reading", not_paused(PlanningRun))
    statement = (
        update(RunBatch)
        .where(
            RunBatch.run_id == run_id,
            RunBatch.number == number,
            RunBatch.state == "pending",
            RunBatch.next_at <= func.clock_timestamp(),
            reading,
        )
        .values(
            fence=RunBatch.fence + 1,
            attempts=RunBatch.attempts + 1,
            lease_until=after(lease),
            next_at=after(lease),
            hinted_at=None,
        )
        .returning(RunBatch)
    )
    return session.execute(statement).scalar_one_or_none()


def finish_batch(session: Session, batch: RunBatch, state: str, **values: Any) -> bool:
    """Compare-and-set a claimed batch to planned or failed, and make the run due when it was the last one.

    False when another worker did it, or when the run has closed without this batch.
    """
    # The run's row is locked first, so that of two last batches exactly one sees the other done.
    run_state = session.execute(
        select(PlanningRun.state).where(PlanningRun.id == batch.run_id).with_for_update()
    ).scalar_one()
    if run_state != "reading":
        return False
    done = session.execute(
        update(RunBatch)
        .where(
            RunBatch.run_id == batch.run_id,
            RunBatch.number == batch.number,
            RunBatch.state == "pending",
            RunBatch.fence == batch.fence,
        )
        .values(state=state, next_at=None, lease_until=None, planned_at=func.clock_timestamp(), **values)
        .returning(RunBatch.number)
        .execution_options(synchronize_session=False)
    ).scalar_one_or_none()
    if done is None:
        return False
    pending = exists().where(RunBatch.run_id == batch.run_id, RunBatch.state == "pending")
    session.execute(
        update(PlanningRun)
        .where(PlanningRun.id == batch.run_id, PlanningRun.state == "reading", ~pending)
        .values(next_at=func.now(), hinted_at=None)
        .execution_options(synchronize_session=False)
    )
    return True


def postpone_batch(session: Session, batch: RunBatch, seconds: float) -> None:
    """Let a claimed batch be tried again after so many seconds; its worker lives, so counting attempts begins anew."""
    session.execute(
        update(RunBatch)
        .where(RunBatch.run_id == batch.run_id, RunBatch.number == batch.number, RunBatch.fence == batch.fence)
        .values(next_at=after(seconds), lease_until=None, hinted_at=None, attempts=0)
        .execution_options(synchronize_session=False)
    )


def note_other_reports(session: Session, batch: RunBatch, names: dict[str, str]) -> None:
    """Write down where a batch's other reports are in the archive."""
    session.execute(
        update(RunBatch)
        .where(RunBatch.run_id == batch.run_id, RunBatch.number == batch.number)
        .values(other_reports=names)
        .execution_options(synchronize_session=False)
    )


def batches_of(session: Session, run_id: int) -> Sequence[RunBatch]:
    """List the batches of a run."""
    return session.execute(select(RunBatch).where(RunBatch.run_id == run_id).order_by(RunBatch.number)).scalars().all()


def locations_of(session: Session, run_id: int, batch: int | None = None) -> Sequence[RunLocation]:
    """List the locations of a run, or of one of its batches."""
    query = select(RunLocation).where(RunLocation.run_id == run_id).order_by(RunLocation.location)
    if batch is not None:
        query = query.where(RunLocation.batch == batch)
    return session.execute(query).scalars().all()


def record_location(session: Session, run_id: int, location: str, state: str, **values: Any) -> None:
    """Write what became of one location."""
    session.execute(
        update(RunLocation)
        .where(RunLocation.run_id == run_id, RunLocation.location == location)
        .values(state=state, **values)
        .execution_options(synchronize_session=False)
    )


def record_planned(session: Session, run_id: int, figures: Mapping[str, Sequence[Any]]) -> None:
    """Write of many locations that they were planned: `figures` holds a column for each attribute, and `location`."""
    found = unnested({getattr(RunLocation, name): values for name, values in figures.items()})
    session.execute(
        update(RunLocation)
        .where(RunLocation.run_id == run_id, RunLocation.location == found.c.location)
        .values(state="planned", **{name: column for name, column in found.c.items() if name != "location"})
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
