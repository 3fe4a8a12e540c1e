"""What tables have in common: names of constraints, the columns of a step, and the shapes of a document's tables."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, Identity, Integer, MetaData, Text, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

Instant = DateTime(timezone=True)


class Table(DeclarativeBase):
    """Every table; constraints get predictable names so that migrations can name them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class Step:
    """Columns of a row that something must happen to: when, who holds it, and how often it was tried.

    `fence` rises with every claim; a result is written only while the writer's fence is still the row's.
    """

    next_at: Mapped[datetime | None] = mapped_column(Instant)
    hinted_at: Mapped[datetime | None] = mapped_column(Instant)
    lease_until: Mapped[datetime | None] = mapped_column(Instant)
    fence: Mapped[int] = mapped_column(Integer, server_default="0")
    attempts: Mapped[int] = mapped_column(Integer, server_default="0")


class Document(Step, Table):
    """Columns of what is sent to a platform once and then followed: whose it is, and where it stands since when."""

    __abstract__ = True
    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    company: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(Instant, server_default=func.now())
    state_since: Mapped[datetime] = mapped_column(Instant, server_default=func.now())
    first_sent_at: Mapped[datetime | None] = mapped_column(Instant)


class Attempt(Table):
    """That a document was about to be sent, written before the first byte; rows are never changed or deleted."""

    __abstract__ = True
    attempt: Mapped[int] = mapped_column(Integer, primary_key=True)
    fence: Mapped[int] = mapped_column(Integer)
    request_sha256: Mapped[str] = mapped_column(Text)
    worker: Mapped[str] = mapped_column(Text)
    started_at: Mapped[datetime] = mapped_column(Instant, server_default=func.now())


class Event(Table):
    """Everything that happened to a document, in order; rows are never changed or deleted.

    A row with `to_state` is a move; one without is news that moved nothing (a late answer, a look-up that found
    nothing). The moves themselves are checked where the document's state changes.
    """

    __abstract__ = True
    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    at: Mapped[datetime] = mapped_column(Instant, server_default=func.clock_timestamp())
    name: Mapped[str] = mapped_column(Text)
    from_state: Mapped[str | None] = mapped_column(Text)
    to_state: Mapped[str | None] = mapped_column(Text)
    actor: Mapped[str] = mapped_column(Text)
    attempt: Mapped[int | None] = mapped_column(Integer)
    evidence: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")


class Move(Table):
    """The legal moves of a kind of document; a trigger on its state reads them, so that no code path goes around."""

    __abstract__ = True
    from_state: Mapped[str] = mapped_column(Text, primary_key=True)
    to_state: Mapped[str] = mapped_column(Text, primary_key=True)
