"""The tables of fulfilments: items of customers' orders that we ship, the updates that say so, and promised items."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Computed,
    ForeignKey,
    Identity,
    Index,
    Integer,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from replenisher.database.tables import Attempt, Document, Event, Instant, Move, Table
from replenisher.purchasing.fulfilment_updates import UpdateState
from replenisher.purchasing.fulfilments import FulfilmentState

FULFILMENT_STATES = ", ".join(f"'{state.value}'" for state in FulfilmentState)
UPDATE_STATES = ", ".join(f"'{state.value}'" for state in UpdateState)
STANDS = "state <> ALL (ARRAY['refused'::text, 'cancelled'::text])"
"""`purchasing.fulfilment_updates.STANDING`, as PostgreSQL writes it; a test compares the two."""


class Fulfilment(Table):
    """One item of a customer's order that names us as supplier; `shipped` units have a parcel at the platform."""

    __tablename__ = "fulfilments"
    __table_args__ = (
        CheckConstraint(f"state IN ({FULFILMENT_STATES})", name="state"),
        UniqueConstraint("company", "platform_order_id", "item_id"),
        UniqueConstraint("number"),
        Index("ix_fulfilments_company_state", "company", "state"),
        # A person or a shipment file names an order without its company.
        Index("ix_fulfilments_printable_id", text("lower(printable_id)")),
        Index("ix_fulfilments_platform_order_id", "platform_order_id"),
    )
    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    number: Mapped[str] = mapped_column(Text)
    company: Mapped[str] = mapped_column(Text)
    location: Mapped[str] = mapped_column(Text)
    platform_order_id: Mapped[str] = mapped_column(Text)
    item_id: Mapped[str] = mapped_column(Text)
    printable_id: Mapped[str] = mapped_column(Text)
    sku: Mapped[str] = mapped_column(Text)
    catalog_id: Mapped[str] = mapped_column(Text, server_default="")
    description: Mapped[str] = mapped_column(Text, server_default="")
    quantity: Mapped[int] = mapped_column(Integer)
    shipped: Mapped[int] = mapped_column(Integer, server_default="0")
    state: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text, server_default="")
    expires_at: Mapped[datetime | None] = mapped_column(Instant)
    first_seen_at: Mapped[datetime] = mapped_column(Instant, server_default=func.now())
    last_seen_at: Mapped[datetime] = mapped_column(Instant, server_default=func.now())
    state_since: Mapped[datetime] = mapped_column(Instant, server_default=func.now())


class PromisedItem(Table):
    """An in-stock item of a customer's pending order, as last seen: the location keeps it for the customer."""

    __tablename__ = "promised_items"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity"),
        Index("ix_promised_items_company_location", "company", "location"),
    )
    company: Mapped[str] = mapped_column(Text, primary_key=True)
    platform_order_id: Mapped[str] = mapped_column(Text, primary_key=True)
    item_id: Mapped[str] = mapped_column(Text, primary_key=True)
    location: Mapped[str] = mapped_column(Text)
    sku: Mapped[str] = mapped_column(Text)
    quantity: Mapped[int] = mapped_column(Integer)
    seen_at: Mapped[datetime] = mapped_column(Instant, server_default=func.now())


class FulfilmentUpdate(Document):
    """What an item is to become at the platform; its key makes a second update of the same step impossible."""

    __tablename__ = "fulfilment_updates"
    __table_args__ = (
        CheckConstraint(f"state IN ({UPDATE_STATES})", name="state"),
        Index(
            "uq_fulfilment_updates_standing",
            "fulfilment_id",
            "update_key",
            unique=True,
            postgresql_where=text("standing"),
        ),
        Index("ix_fulfilment_updates_next_at", "next_at", postgresql_where=text("next_at IS NOT NULL")),
        Index("ix_fulfilment_updates_platform_order_id", "company", "platform_order_id"),
    )
    fulfilment_id: Mapped[int] = mapped_column(ForeignKey("fulfilments.id"))
    platform_order_id: Mapped[str] = mapped_column(Text)
    update_key: Mapped[str] = mapped_column(Text)
    item_state: Mapped[str] = mapped_column(Text)
    quantity: Mapped[int] = mapped_column(Integer, server_default="0")
    tracking_number: Mapped[str] = mapped_column(Text, server_default="")
    carrier: Mapped[str] = mapped_column(Text, server_default="")
    serial_numbers: Mapped[list[Any]] = mapped_column(JSONB, server_default="[]")
    reason: Mapped[str] = mapped_column(Text, server_default="")
    content_sha256: Mapped[str] = mapped_column(Text)
    source: Mapped[str] = mapped_column(Text)
    standing: Mapped[bool] = mapped_column(Boolean, Computed(STANDS, persisted=True))


class UpdateAttempt(Attempt):
    """That a fulfilment update was about to be sent."""

    __tablename__ = "fulfilment_attempts"
    update_id: Mapped[int] = mapped_column(ForeignKey("fulfilment_updates.id"), primary_key=True)


class UpdateEvent(Event):
    """Everything that happened to a fulfilment update, in order."""

    __tablename__ = "fulfilment_events"
    __table_args__ = (Index("ix_fulfilment_events_update_id", "update_id"),)
    update_id: Mapped[int] = mapped_column(ForeignKey("fulfilment_updates.id"))


class UpdateMove(Move):
    """The legal moves of a fulfilment update."""

    __tablename__ = "fulfilment_update_moves"
