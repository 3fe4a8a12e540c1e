"""Queries on exceptions: what a person should look at, one row for one open matter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert

from replenisher.database.models import PlannerException
from replenisher.database.session import Session


@dataclass(frozen=True)
class Matter:
    """Something for a person; `kind` and `subject` together say when two reports of it are the same matter."""

    company: str
    kind: str
    subject: str
    message: str
    location: str | None = None
    sku: str | None = None
    report: str | None = None
    run_id: int | None = None
    order_id: int | None = None


def raise_matter(session: Session, matter: Matter) -> None:
    """Open an exception, or note that the open one was seen again with its newest text."""
    statement = insert(PlannerException).values(**matter.__dict__)
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["company", "kind", "subject"],
            index_where=PlannerException.resolved_at.is_(None),
            set_={
                "message": matter.message,
                "run_id": func.coalesce(statement.excluded.run_id, PlannerException.run_id),
                "last_seen_at": func.now(),
                "times_seen": PlannerException.times_seen + 1,
            },
        )
    )


def resolve(session: Session, company: str, subjects: Sequence[str], kinds: Sequence[str]) -> int:
    """Close open exceptions about these subjects because the matter has settled; gives how many."""
    if not subjects:
        return 0
    closed = session.execute(
        update(PlannerException)
        .where(
            PlannerException.company == company,
            PlannerException.kind.in_(kinds),
            PlannerException.subject.in_(subjects),
            PlannerException.resolved_at.is_(None),
        )
        .values(resolved_at=func.now())
        .returning(PlannerException.id)
    ).all()
    return len(closed)


def resolve_one(session: Session, exception_id: int) -> bool:
    """Close one open exception because a person says so; False when it is not there or closed already."""
    closed = session.execute(
        update(PlannerException)
        .where(PlannerException.id == exception_id, PlannerException.resolved_at.is_(None))
        .values(resolved_at=func.now())
        .returning(PlannerException.id)
    ).all()
    return bool(closed)


def listed(
    session: Session, *, company: str | None = None, kind: str | None = None, everything: bool = False, limit: int = 200
) -> Sequence[PlannerException]:
    """List exceptions, newest first; only open ones unless `everything`."""
    query = select(PlannerException).order_by(PlannerException.last_seen_at.desc(), PlannerException.id.desc())
    if company is not None:
        query = query.where(PlannerException.company == company)
    if kind is not None:
        query = query.where(PlannerException.kind == kind)
    if not everything:
        query = query.where(PlannerException.resolved_at.is_(None))
    return session.execute(query.limit(limit)).scalars().all()


def counts(session: Session, company: str | None = None) -> dict[str, int]:
    """Count open exceptions by kind, the most frequent first."""
    query = (
        select(PlannerException.kind, func.count())
        .where(PlannerException.resolved_at.is_(None))
        .group_by(PlannerException.kind)
        .order_by(func.count().desc(), PlannerException.kind)
    )
    if company is not None:
        query = query.where(PlannerException.company == company)
    return {str(kind): int(count) for kind, count in session.execute(query)}
