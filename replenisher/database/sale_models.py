"""The tables of sale orders: what was sold, and the key that stops a second order with its number."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Boolean, CheckConstraint, Computed, ForeignKey, Index, Integer, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from replenisher.database.tables import Attempt, Document, Event, Move, Table
from replenisher.purchasing.sale_states import SaleState

SALE_STATES = ", ".join(f"'{state.value}'" for state in SaleState)
STANDS = "(state <> 'refused'::text) AND ((state <> 'cancelled'::text) OR (platform_sale_id IS NOT NULL))"
"""A number is free again when the platform refused it, or when it was cancelled before it got there."""


class SaleOrder(Document):
    """A sale order; `content` is the whole request, `log_status` what the platform's status log said last.

    `polls` counts the looks in a row that told nothing new, `failed_looks` those in a row that were not answered.
    """

    __tablename__ = "sale_orders"
    __table_args__ = (
        CheckConstraint(f"state IN ({SALE_STATES})", name="state"),
        Index("uq_sale_orders_standing", "company", "printable_id", unique=True, postgresql_where=text("standing")),
        Index("ix_sale_orders_next_at", "next_at", postgresql_where=text("next_at IS NOT NULL")),
        Index("ix_sale_orders_company_state", "company", "state"),
        Index("ix_sale_orders_printable_id", "printable_id"),
        Index(
            "ix_sale_orders_platform_sale_id",
            "platform_sale_id",
            postgresql_where=text("platform_sale_id IS NOT NULL"),
        ),
    )
    location: Mapped[str] = mapped_column(Text)
    printable_id: Mapped[str] = mapped_column(Text)
    customer_id: Mapped[str] = mapped_column(Text)
    invoice: Mapped[bool] = mapped_column(Boolean)
    platform_sale_id: Mapped[str | None] = mapped_column(Text)
    content: Mapped[dict[str, Any]] = mapped_column(JSONB)
    content_sha256: Mapped[str] = mapped_column(Text)
    source: Mapped[str] = mapped_column(Text)
    log_status: Mapped[str] = mapped_column(Text, server_default="")
    polls: Mapped[int] = mapped_column(Integer, server_default="0")
    failed_looks: Mapped[int] = mapped_column(Integer, server_default="0")
    standing: Mapped[bool] = mapped_column(Boolean, Computed(STANDS, persisted=True))


class SaleOrderLine(Table):
    """One product of a sale order; quantity in units, below 0 for a returned one."""

    __tablename__ = "sale_order_lines"
    sale_order_id: Mapped[int] = mapped_column(ForeignKey("sale_orders.id"), primary_key=True)
    line_number: Mapped[int] = mapped_column(Integer, primary_key=True)
    sku: Mapped[str] = mapped_column(Text)
    catalog_id: Mapped[str] = mapped_column(Text)
    quantity: Mapped[int] = mapped_column(Integer)
    drop_ship: Mapped[bool] = mapped_column(Boolean)


class SaleAttempt(Attempt):
    """That a sale order was about to be sent."""

    __tablename__ = "sale_attempts"
    sale_order_id: Mapped[int] = mapped_column(ForeignKey("sale_orders.id"), primary_key=True)


class SaleEvent(Event):
    """Everything that happened to a sale order, in order."""

    __tablename__ = "sale_events"
    __table_args__ = (Index("ix_sale_events_sale_order_id", "sale_order_id"),)
    sale_order_id: Mapped[int] = mapped_column(ForeignKey("sale_orders.id"))


class SaleMove(Move):
    """The legal moves of a sale order."""

    __tablename__ = "sale_moves"
