"""Queries of the last check before an order is sent: what has become known of its lines since it was planned."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import func, select

from replenisher.database.due import not_paused
from replenisher.database.models import Order, OrderEvent, PlanningRun, RunBatch, RunLocation
from replenisher.database.override_models import Override
from replenisher.database.session import Session
from replenisher.purchasing.states import OrderState


def due_order(session: Session, order_id: int) -> Order | None:
    """Read an order that could be claimed for sending now; None when it is not approved, not due or paused."""
    query = select(Order).where(
        Order.id == order_id,
        Order.state == OrderState.APPROVED.value,
        Order.next_at <= func.clock_timestamp(),
        not_paused(Order),
    )
    return session.execute(query).scalar_one_or_none()


def set_to_zero(session: Session, order: Order, skus: Sequence[str], *, on: date) -> Sequence[Override]:
    """List the quantities of 0 in force on this business date for lines of an order, by SKU.

    Whatever was in force when the order's run began was used up by that run: these were set since.
    """
    query = select(Override).where(
        Override.company == order.company,
        Override.location == order.location,
        Override.sku.in_(skus),
        Override.kind == "quantity",
        Override.quantity == 0,
        Override.withdrawn_at.is_(None),
        Override.used_by_run.is_(None),
        Override.for_run.is_(None),
        Override.until >= on,
    )
    return session.execute(query.order_by(Override.sku)).scalars().all()


def newer_frame(session: Session, order: Order) -> str | None:
    """Name the frame of the newest run after the order's own that planned its location; None without one."""
    query = (
        select(RunBatch.frame)
        .join(RunLocation, (RunLocation.run_id == RunBatch.run_id) & (RunLocation.batch == RunBatch.number))
        .join(PlanningRun, PlanningRun.id == RunBatch.run_id)
        .where(
            PlanningRun.company == order.company,
            RunLocation.run_id > order.run_id,
            RunLocation.location == order.location,
            RunLocation.state == "planned",
            RunBatch.frame.is_not(None),
        )
        .order_by(RunLocation.run_id.desc())
        .limit(1)
    )
    return session.execute(query).scalar_one_or_none()


def reasons_told(session: Session, order_id: int) -> set[str]:
    """Collect every reason for which the order has ever been held; whoever approved it since knew them."""
    query = select(OrderEvent.evidence).where(OrderEvent.order_id == order_id, OrderEvent.name == "held")
    return {str(reason) for evidence in session.execute(query).scalars() for reason in evidence.get("reasons", [])}
