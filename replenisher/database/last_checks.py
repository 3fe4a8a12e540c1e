"""Queries of the last check before an order is sent: what has become known of its lines since it was planned."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ScalarSelect, and_, exists, func, select

from replenisher.database.due import not_paused
from replenisher.database.models import (
    Order,
    OrderEvent,
    OrderLine,
    PlannerException,
    PlanningRun,
    RunBatch,
    RunLocation,
)
from replenisher.database.override_models import Override
from replenisher.database.session import Session
from replenisher.purchasing.states import OrderState


@dataclass(frozen=True)
class DueOrder:
    """An order that could be claimed for sending now, and what is known beside it.

    `newer_frame` names the frame of the newest run after the order's own that planned its location, None without one;
    `is_told` says whether the matter that was asked for is open.
    """

    order: Order
    now: datetime
    newer_frame: str | None
    is_told: bool


def due_order(session: Session, order_id: int, *, kind: str, subject: str) -> DueOrder | None:
    """Read an order that could be claimed for sending now; None when it is not approved, not due or paused.

    `kind` and `subject` name the matter of its company of which `is_told` tells.
    """
    is_told = exists().where(
        PlannerException.company == Order.company,
        PlannerException.kind == kind,
        PlannerException.subject == subject,
        PlannerException.resolved_at.is_(None),
    )
    query = select(Order, func.clock_timestamp(), _newer_frame(), is_told).where(
        Order.id == order_id,
        Order.state == OrderState.APPROVED.value,
        Order.next_at <= func.clock_timestamp(),
        not_paused(Order),
    )
    found = session.execute(query).one_or_none()
    return None if found is None else DueOrder(*found)


def _newer_frame() -> ScalarSelect[str | None]:
    return (
        select(RunBatch.frame)
        .join(RunLocation, (RunLocation.run_id == RunBatch.run_id) & (RunLocation.batch == RunBatch.number))
        .join(PlanningRun, PlanningRun.id == RunBatch.run_id)
        .where(
            PlanningRun.company == Order.company,
            RunLocation.run_id > Order.run_id,
            RunLocation.location == Order.location,
            RunLocation.state == "planned",
            RunBatch.frame.is_not(None),
        )
        .order_by(RunLocation.run_id.desc())
        .limit(1)
        .correlate(Order)
        .scalar_subquery()
    )


def lines_set_to_zero(session: Session, order: Order, *, on: date) -> dict[str, Override | None]:
    """Give the SKUs of an order's lines, each with the quantity of 0 that is in force for it on this business date.

    Whatever was in force when the order's run began was used up by that run: these were set since.
    """
    in_force = and_(
        Override.company == order.company,
        Override.location == order.location,
        Override.sku == OrderLine.sku,
        Override.kind == "quantity",
        Override.quantity == 0,
        Override.withdrawn_at.is_(None),
        Override.used_by_run.is_(None),
        Override.for_run.is_(None),
        Override.until >= on,
    )
    query = select(OrderLine.sku, Override).outerjoin(Override, in_force).where(OrderLine.order_id == order.id)
    return dict(session.execute(query.order_by(OrderLine.sku)).all())


def reasons_told(session: Session, order_id: int) -> set[str]:
    """Collect every reason for which the order has ever been held; whoever approved it since knew them."""
    query = select(OrderEvent.evidence).where(OrderEvent.order_id == order_id, OrderEvent.name == "held")
    return {str(reason) for evidence in session.execute(query).scalars() for reason in evidence.get("reasons", [])}
