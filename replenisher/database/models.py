"""The tables of orders and planning: what must never be lost, each with the keys that stop a second copy.

Instants are `timestamptz` and come from PostgreSQL's own clock; a slot is local wall-clock time and has no zone.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Date,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    Numeric,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from replenisher.database import (
    fulfilment_models,
    history_models,
    job_models,
    notice_models,
    override_models,
    report_models,
    sale_models,
    stock_models,
)
from replenisher.database.tables import Attempt, Document, Event, Instant, Move, Step, Table
from replenisher.purchasing.states import OrderState

__all__ = [
    "CompanyStanding",
    "CompanyState",
    "Heartbeat",
    "Instant",
    "KnownLocation",
    "Order",
    "OrderAttempt",
    "OrderEvent",
    "OrderLine",
    "OrderMove",
    "PlannerException",
    "PlanningRun",
    "RunBatch",
    "RunLocation",
    "Step",
    "Table",
    "fulfilment_models",
    "history_models",
    "job_models",
    "notice_models",
    "override_models",
    "report_models",
    "sale_models",
    "stock_models",
]


class CompanyState(Table):
    """What the daemon knows of a company beyond its configuration; a paused one is asked for nothing.

    Slots before `scheduled_since`, when the daemon first saw the company, are not made up for.
    """

    __tablename__ = "company_states"
    company: Mapped[str] = mapped_column(Text, primary_key=True)
    scheduled_since: Mapped[datetime] = mapped_column(Instant, server_default=func.now())
    paused_at: Mapped[datetime | None] = mapped_column(Instant)
    pause_reason: Mapped[str | None] = mapped_column(Text)


class CompanyStanding(Table):
    """How a configured company stood to the vendor at the platform when it was last asked."""

    __tablename__ = "company_standings"
    company: Mapped[str] = mapped_column(Text, primary_key=True)
    standing: Mapped[str] = mapped_column(Text)
    seen_at: Mapped[datetime] = mapped_column(Instant, server_default=func.now())


class KnownLocation(Table):
    """A location that a company has enabled, as last listed; `gone_since` when it no longer is."""

    __tablename__ = "locations"
    company: Mapped[str] = mapped_column(Text, primary_key=True)
    location: Mapped[str] = mapped_column(Text, primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    bill_to: Mapped[str] = mapped_column(Text)
    ship_to: Mapped[str] = mapped_column(Text)
    first_seen_at: Mapped[datetime] = mapped_column(Instant, server_default=func.now())
    last_seen_at: Mapped[datetime] = mapped_column(Instant, server_default=func.now())
    gone_since: Mapped[datetime | None] = mapped_column(Instant)
    report_rows: Mapped[int | None] = mapped_column(Integer)


class PlanningRun(Step, Table):
    """One planning of one company for one slot; a second row for the same slot cannot exist."""

    __tablename__ = "planning_runs"
    __table_args__ = (
        UniqueConstraint("company", "kind", "slot"),
        CheckConstraint("kind IN ('scheduled', 'manual')", name="kind"),
        CheckConstraint("state IN ('open', 'reading', 'closing', 'closed', 'skipped', 'failed')", name="state"),
        Index(
            "uq_planning_runs_one_open",
            "company",
            unique=True,
            postgresql_where=text("state IN ('open', 'reading', 'closing')"),
        ),
        Index("ix_planning_runs_next_at", "next_at", postgresql_where=text("next_at IS NOT NULL")),
    )
    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    company: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    slot: Mapped[datetime] = mapped_column(DateTime(timezone=False))
    state: Mapped[str] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text)
    only_locations: Mapped[list[str] | None] = mapped_column(ARRAY(Text))
    opened_at: Mapped[datetime] = mapped_column(Instant, server_default=func.now())
    cut_off_at: Mapped[datetime] = mapped_column(Instant)
    closed_at: Mapped[datetime | None] = mapped_column(Instant)
    inputs: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    engine_version: Mapped[str] = mapped_column(Text)
    close_frame: Mapped[str | None] = mapped_column(Text)
    shortage_asked: Mapped[int | None] = mapped_column(BigInteger)
    shortage_given: Mapped[int | None] = mapped_column(BigInteger)
    budget_cut: Mapped[Decimal | None] = mapped_column(Numeric(20, 4))


class RunBatch(Step, Table):
    """Some locations of a run that one worker reads and plans together; the frame it made is in the archive."""

    __tablename__ = "run_batches"
    __table_args__ = (
        CheckConstraint("state IN ('pending', 'planned', 'failed')", name="state"),
        Index("ix_run_batches_next_at", "next_at", postgresql_where=text("next_at IS NOT NULL")),
    )
    run_id: Mapped[int] = mapped_column(ForeignKey("planning_runs.id"), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    state: Mapped[str] = mapped_column(Text, server_default="pending")
    frame: Mapped[str | None] = mapped_column(Text)
    planned_at: Mapped[datetime | None] = mapped_column(Instant)
    older_proposals: Mapped[list[int] | None] = mapped_column(ARRAY(BigInteger))
    other_reports: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")


class RunLocation(Table):
    """What became of one location in one run."""

    __tablename__ = "run_locations"
    __table_args__ = (CheckConstraint("state IN ('pending', 'planned', 'refused', 'missing')", name="state"),)
    run_id: Mapped[int] = mapped_column(ForeignKey("planning_runs.id"), primary_key=True)
    location: Mapped[str] = mapped_column(Text, primary_key=True)
    batch: Mapped[int] = mapped_column(Integer)
    state: Mapped[str] = mapped_column(Text, server_default="pending")
    reason: Mapped[str | None] = mapped_column(Text)
    requested_at: Mapped[datetime | None] = mapped_column(Instant)
    answered_at: Mapped[datetime | None] = mapped_column(Instant)
    size_bytes: Mapped[int | None] = mapped_column(Integer)
    rows: Mapped[int | None] = mapped_column(Integer)
    ordering_rows: Mapped[int | None] = mapped_column(Integer)
    units: Mapped[int | None] = mapped_column(BigInteger)


STATES = ", ".join(f"'{state.value}'" for state in OrderState)


class Order(Document):
    """A purchase order of ours, from proposal to receipt; its keys make a second one for the same need impossible."""

    __tablename__ = "purchase_orders"
    __table_args__ = (
        CheckConstraint(f"state IN ({STATES})", name="state"),
        UniqueConstraint("company", "location", "slot", "kind", "sequence"),
        UniqueConstraint("vendor_invoice_number"),
        UniqueConstraint("company", "platform_order_id"),
        Index("ix_purchase_orders_next_at", "next_at", postgresql_where=text("next_at IS NOT NULL")),
        Index("ix_purchase_orders_company_location_state", "company", "location", "state"),
        Index("ix_purchase_orders_run_id", "run_id"),
    )
    location: Mapped[str] = mapped_column(Text)
    run_id: Mapped[int] = mapped_column(ForeignKey("planning_runs.id"))
    kind: Mapped[str] = mapped_column(Text)
    slot: Mapped[datetime] = mapped_column(DateTime(timezone=False))
    sequence: Mapped[int] = mapped_column(Integer)
    vendor_invoice_number: Mapped[str] = mapped_column(Text)
    hold_reasons: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    committed: Mapped[bool] = mapped_column(Boolean)
    bill_to: Mapped[str] = mapped_column(Text)
    ship_to: Mapped[str] = mapped_column(Text)
    estimated_arrival_date: Mapped[date] = mapped_column(Date)
    comments: Mapped[str] = mapped_column(Text, server_default="")
    shipping_method: Mapped[str] = mapped_column(Text, server_default="")
    value: Mapped[Decimal | None] = mapped_column(Numeric(18, 4))
    units: Mapped[int] = mapped_column(BigInteger)
    platform_order_id: Mapped[str | None] = mapped_column(Text)
    platform_order_number: Mapped[str | None] = mapped_column(Text)
    platform_status: Mapped[str | None] = mapped_column(Text)
    accepted_at: Mapped[datetime | None] = mapped_column(Instant)
    confirmed_at: Mapped[datetime | None] = mapped_column(Instant)
    received_at: Mapped[datetime | None] = mapped_column(Instant)
    polls: Mapped[int] = mapped_column(Integer, server_default="0")


class OrderLine(Table):
    """One line of a purchase order: units of one SKU, and what has been received of them."""

    __tablename__ = "purchase_order_lines"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity"),
        CheckConstraint("received >= 0", name="received"),
    )
    order_id: Mapped[int] = mapped_column(ForeignKey("purchase_orders.id"), primary_key=True)
    sku: Mapped[str] = mapped_column(Text, primary_key=True)
    quantity: Mapped[int] = mapped_column(Integer)
    unit_cost: Mapped[Decimal | None] = mapped_column(Numeric(18, 4))
    received: Mapped[int] = mapped_column(Integer, server_default="0")


class OrderAttempt(Attempt):
    """That an order was about to be sent."""

    __tablename__ = "order_attempts"
    order_id: Mapped[int] = mapped_column(ForeignKey("purchase_orders.id"), primary_key=True)


class OrderEvent(Event):
    """Everything that happened to an order, in order."""

    __tablename__ = "order_events"
    __table_args__ = (Index("ix_order_events_order_id", "order_id"),)
    order_id: Mapped[int] = mapped_column(ForeignKey("purchase_orders.id"))


class OrderMove(Move):
    """The legal moves of an order."""

    __tablename__ = "order_moves"


class PlannerException(Table):
    """Something a person should look at; the same open matter is one row, seen again and again."""

    __tablename__ = "exceptions"
    __table_args__ = (
        Index(
            "uq_exceptions_open",
            "company",
            "kind",
            "subject",
            unique=True,
            postgresql_where=text("resolved_at IS NULL"),
        ),
    )
    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    company: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    subject: Mapped[str] = mapped_column(Text)
    location: Mapped[str | None] = mapped_column(Text)
    sku: Mapped[str | None] = mapped_column(Text)
    report: Mapped[str | None] = mapped_column(Text)
    run_id: Mapped[int | None] = mapped_column(BigInteger)
    order_id: Mapped[int | None] = mapped_column(BigInteger)
    message: Mapped[str] = mapped_column(Text)
    raised_at: Mapped[datetime] = mapped_column(Instant, server_default=func.now())
    last_seen_at: Mapped[datetime] = mapped_column(Instant, server_default=func.now())
    times_seen: Mapped[int] = mapped_column(Integer, server_default="1")
    resolved_at: Mapped[datetime | None] = mapped_column(Instant)


class Heartbeat(Table):
    """When a part of the daemon last did its work; `status` shows how long ago that was."""

    __tablename__ = "heartbeats"
    name: Mapped[str] = mapped_column(Text, primary_key=True)
    at: Mapped[datetime] = mapped_column(Instant, server_default=func.now())
