"""Time lives here: what is due, claiming it for a while, and not hinting the same row again every few seconds."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Interval, bindparam, func, or_, select, text, update
from sqlalchemy.sql.elements import ColumnElement

from replenisher.database.fulfilment_models import FulfilmentUpdate
from replenisher.database.job_models import CompanyJob
from replenisher.database.models import CompanyState, Order, PlanningRun, RunBatch
from replenisher.database.notice_models import ShipmentNotice
from replenisher.database.sale_models import SaleOrder
from replenisher.database.session import Session
from replenisher.database.tables import Document

OfCompany = type[Document] | type[PlanningRun] | type[CompanyJob]


def after(seconds: float) -> ColumnElement[Any]:
    """Give the instant so many seconds from now, on PostgreSQL's clock."""
    return func.clock_timestamp() + bindparam(None, timedelta(seconds=seconds), type_=Interval)


def not_paused(table: OfCompany) -> ColumnElement[bool]:
    """Leave out what belongs to a paused company; claims ask it too, for a hint may be older than the pause."""
    paused = select(CompanyState.company).where(CompanyState.paused_at.is_not(None))
    return table.company.not_in(paused)


def _due(table: OfCompany | type[RunBatch], rehint: float) -> list[ColumnElement[bool]]:
    return [
        table.next_at <= func.clock_timestamp(),
        or_(table.hinted_at.is_(None), table.hinted_at < after(-rehint)),
    ]


def hint_orders(session: Session, companies: Sequence[str], *, rehint: float, limit: int) -> list[tuple[int, str]]:
    """Mark due orders of these companies as hinted, not twice within `rehint` seconds; give id and state of each."""
    return _hint(session, Order, companies, rehint=rehint, limit=limit)


def hint_notices(session: Session, companies: Sequence[str], *, rehint: float, limit: int) -> list[tuple[int, str]]:
    """Mark due shipment notices as hinted and give id and state of each."""
    return _hint(session, ShipmentNotice, companies, rehint=rehint, limit=limit)


def hint_fulfilment_updates(
    session: Session, companies: Sequence[str], *, rehint: float, limit: int
) -> list[tuple[int, str]]:
    """Mark due fulfilment updates as hinted and give id and state of each."""
    return _hint(session, FulfilmentUpdate, companies, rehint=rehint, limit=limit)


def hint_sales(session: Session, companies: Sequence[str], *, rehint: float, limit: int) -> list[tuple[int, str]]:
    """Mark due sale orders as hinted and give id and state of each."""
    return _hint(session, SaleOrder, companies, rehint=rehint, limit=limit)


def hint_runs(session: Session, companies: Sequence[str], *, rehint: float, limit: int) -> list[int]:
    """Mark due planning runs as hinted and give their ids."""
    return [run for run, _ in _hint(session, PlanningRun, companies, rehint=rehint, limit=limit)]


def _hint(
    session: Session, table: type[Document] | type[PlanningRun], companies: Sequence[str], *, rehint: float, limit: int
) -> list[tuple[int, str]]:
    wanted = (
        select(table.id)
        .where(*_due(table, rehint), not_paused(table), table.company.in_(companies))
        .order_by(table.next_at)
        .limit(limit)
        # Two sweepers at once take different rows instead of waiting for each other.
        .with_for_update(skip_locked=True)
        # As a plain subquery the server may run it once for each row, and then the limit is none.
        .cte("wanted")
    )
    statement = (
        update(table)
        .where(table.id.in_(select(wanted.c.id)))
        .values(hinted_at=func.clock_timestamp())
        .returning(table.id, table.state)
    )
    return [(row, state) for row, state in session.execute(statement)]


def hint_batches(session: Session, companies: Sequence[str], *, rehint: float, limit: int) -> list[tuple[int, int]]:
    """Mark due batches of running plans as hinted and give run and number of each."""
    rows = session.execute(
        select(RunBatch.run_id, RunBatch.number)
        .join(PlanningRun, PlanningRun.id == RunBatch.run_id)
        .where(
            *_due(RunBatch, rehint),
            PlanningRun.state == "reading",
            not_paused(PlanningRun),
            PlanningRun.company.in_(companies),
        )
        .order_by(RunBatch.next_at)
        .limit(limit)
        .with_for_update(skip_locked=True, of=RunBatch)
    ).all()
    for run, number in rows:
        session.execute(
            update(RunBatch)
            .where(RunBatch.run_id == run, RunBatch.number == number)
            .values(hinted_at=func.clock_timestamp())
        )
    return [(run, number) for run, number in rows]


def hint_jobs(session: Session, companies: Sequence[str], *, rehint: float, limit: int) -> list[tuple[str, str]]:
    """Mark due jobs that come round as hinted and give company and name of each."""
    wanted = (
        select(CompanyJob.company, CompanyJob.job)
        .where(*_due(CompanyJob, rehint), not_paused(CompanyJob), CompanyJob.company.in_(companies))
        .order_by(CompanyJob.next_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .cte("wanted")
    )
    statement = (
        update(CompanyJob)
        .where(CompanyJob.company == wanted.c.company, CompanyJob.job == wanted.c.job)
        .values(hinted_at=func.clock_timestamp())
        .returning(CompanyJob.company, CompanyJob.job)
    )
    return [(company, job) for company, job in session.execute(statement)]


def oldest_due_seconds(session: Session) -> float | None:
    """Tell how long the oldest due order has waited; None when nothing is due."""
    query = text(
        "SELECT extract(epoch FROM clock_timestamp() - min(next_at)) FROM purchase_orders WHERE next_at <= now()"
    )
    waited = session.execute(query).scalar_one()
    return None if waited is None else float(waited)
