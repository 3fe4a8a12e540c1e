"""The tables of shipment notices: what was announced, and the keys that stop a second announcement of it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Computed,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from replenisher.database.tables import Attempt, Document, Event, Move, Table
from replenisher.purchasing.notice_states import NoticeState

NOTICE_STATES = ", ".join(f"'{state.value}'" for state in NoticeState)
STANDS = "state <> ALL (ARRAY['refused'::text, 'cancelled'::text])"
"""`purchasing.notice_states.STANDING`, as PostgreSQL writes it; a test compares the two."""


class ShipmentNotice(Document):
    """A shipment of goods on one of our orders; its keys make a second notice of the same shipment impossible.

    `shipped_at` is local to the company. `standing` follows the state, and the serial numbers follow it.
    """

    __tablename__ = "shipment_notices"
    __table_args__ = (
        CheckConstraint(f"state IN ({NOTICE_STATES})", name="state"),
        UniqueConstraint("order_id", "shipment_key"),
        UniqueConstraint("shipment_number"),
        UniqueConstraint("id", "standing"),
        Index("ix_shipment_notices_next_at", "next_at", postgresql_where=text("next_at IS NOT NULL")),
        Index("ix_shipment_notices_company_state", "company", "state"),
    )
    location: Mapped[str] = mapped_column(Text)
    order_id: Mapped[int] = mapped_column(ForeignKey("purchase_orders.id"))
    shipment_key: Mapped[str] = mapped_column(Text)
    shipment_number: Mapped[str] = mapped_column(Text)
    shipped_at: Mapped[datetime] = mapped_column(DateTime(timezone=False))
    tracking_number: Mapped[str] = mapped_column(Text, server_default="")
    carrier: Mapped[str] = mapped_column(Text, server_default="")
    content_sha256: Mapped[str] = mapped_column(Text)
    source: Mapped[str] = mapped_column(Text)
    outlet: Mapped[str] = mapped_column(Text)
    standing: Mapped[bool] = mapped_column(Boolean, Computed(STANDS, persisted=True))


class ShipmentNoticeLine(Table):
    """One product of a shipment."""

    __tablename__ = "shipment_notice_lines"
    __table_args__ = (CheckConstraint("quantity > 0", name="quantity"),)
    notice_id: Mapped[int] = mapped_column(ForeignKey("shipment_notices.id"), primary_key=True)
    sku: Mapped[str] = mapped_column(Text, primary_key=True)
    quantity: Mapped[int] = mapped_column(Integer)


class ShipmentSerial(Table):
    """One unit of a shipment by its serial number: as written, and as two are compared.

    The foreign key carries the notice's `standing` here whenever its state changes it, and the partial index then
    keeps a serial number from standing on two notices.
    """

    __tablename__ = "shipment_serials"
    __table_args__ = (
        ForeignKeyConstraint(
            ["notice_id", "standing"], ["shipment_notices.id", "shipment_notices.standing"], onupdate="CASCADE"
        ),
        Index("uq_shipment_serials_standing", "serial_key", unique=True, postgresql_where=text("standing")),
    )
    notice_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    serial_key: Mapped[str] = mapped_column(Text, primary_key=True)
    serial_number: Mapped[str] = mapped_column(Text)
    sku: Mapped[str] = mapped_column(Text)
    standing: Mapped[bool] = mapped_column(Boolean, server_default="true")


class NoticeAttempt(Attempt):
    """That a notice was about to be sent."""

    __tablename__ = "notice_attempts"
    notice_id: Mapped[int] = mapped_column(ForeignKey("shipment_notices.id"), primary_key=True)


class NoticeEvent(Event):
    """Everything that happened to a notice, in order."""

    __tablename__ = "notice_events"
    __table_args__ = (Index("ix_notice_events_notice_id", "notice_id"),)
    notice_id: Mapped[int] = mapped_column(ForeignKey("shipment_notices.id"))


class NoticeMove(Move):
    """The legal moves of a notice."""

    __tablename__ = "notice_moves"
