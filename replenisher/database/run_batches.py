"""Queries on the batches of a planning run and on what became of its locations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import exists, func, select, update
from sqlalchemy.dialects.postgresql import insert

from replenisher.database.due import after, not_paused
from replenisher.database.models import PlanningRun, RunBatch, RunLocation
from replenisher.database.session import Session
from replenisher.database.unnested import unnested


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
    if not _is_reading(session, batch.run_id):
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


def postpone_batch(session: Session, batch: RunBatch, seconds: float) -> bool:
    """Let a claimed batch be tried again after so many seconds; its worker lives, so counting attempts begins anew.

    False when another worker has it, or when the run is closing without this batch.
    """
    if not _is_reading(session, batch.run_id):
        return False
    postponed = session.execute(
        update(RunBatch)
        .where(RunBatch.run_id == batch.run_id, RunBatch.number == batch.number, RunBatch.fence == batch.fence)
        .values(next_at=after(seconds), lease_until=None, hinted_at=None, attempts=0)
        .returning(RunBatch.number)
        .execution_options(synchronize_session=False)
    ).scalar_one_or_none()
    return postponed is not None


def _is_reading(session: Session, run_id: int) -> bool:
    """Lock the run and tell whether it still waits for its batches: of two last ones exactly one sees the other."""
    query = select(PlanningRun.state).where(PlanningRun.id == run_id).with_for_update()
    return session.execute(query).scalar_one() == "reading"


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


def newest_frames(session: Session, company: str, locations: Sequence[str]) -> dict[str, tuple[int, str]]:
    """Give for each location the newest run that planned it, and the name of the frame that holds its rows."""
    newest = (
        select(RunLocation.location, func.max(RunLocation.run_id).label("run_id"))
        .join(PlanningRun, PlanningRun.id == RunLocation.run_id)
        .where(PlanningRun.company == company, RunLocation.location.in_(locations), RunLocation.state == "planned")
        .group_by(RunLocation.location)
        .subquery()
    )
    query = (
        select(RunLocation.location, RunLocation.run_id, RunBatch.frame)
        .join(newest, (newest.c.location == RunLocation.location) & (newest.c.run_id == RunLocation.run_id))
        .join(RunBatch, (RunBatch.run_id == RunLocation.run_id) & (RunBatch.number == RunLocation.batch))
        .where(RunBatch.frame.is_not(None))
    )
    return {str(location): (int(run), str(frame)) for location, run, frame in session.execute(query)}


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
