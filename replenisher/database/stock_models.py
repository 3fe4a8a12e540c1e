"""The tables of stock that no report tells: counts, movements, and how far each location's book reaches.

Moments are the location's wall-clock times, without a zone, as counts and papers carry them.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Boolean, CheckConstraint, Date, DateTime, Index, Integer, Text, func
from sqlalchemy.orm import Mapped, mapped_column

from replenisher.database.tables import Instant, Table
from replenisher.purchasing.stock import MovementKind

KINDS = ", ".join(f"'{kind.value}'" for kind in MovementKind)
Local = DateTime(timezone=False)


class StockCount(Table):
    """Units that a person counted; `drift` is by how many they differ from what was derived for that moment."""

    __tablename__ = "stock_counts"
    __table_args__ = (CheckConstraint("quantity >= 0", name="quantity"),)
    company: Mapped[str] = mapped_column(Text, primary_key=True)
    location: Mapped[str] = mapped_column(Text, primary_key=True)
    sku: Mapped[str] = mapped_column(Text, primary_key=True)
    counted_at: Mapped[datetime] = mapped_column(Local, primary_key=True)
    quantity: Mapped[int] = mapped_column(Integer)
    drift: Mapped[int | None] = mapped_column(Integer)
    imported_at: Mapped[datetime] = mapped_column(Instant, server_default=func.now())
    imported_by: Mapped[str] = mapped_column(Text)


class StockMovement(Table):
    """One line of a paper, by the key that it has every time it is read; `opening` ones were there before the book."""

    __tablename__ = "stock_movements"
    __table_args__ = (
        CheckConstraint(f"kind IN ({KINDS})", name="kind"),
        CheckConstraint("units >= 0", name="units"),
        Index("ix_stock_movements_company_location_sku", "company", "location", "sku"),
    )
    company: Mapped[str] = mapped_column(Text, primary_key=True)
    location: Mapped[str] = mapped_column(Text, primary_key=True)
    kind: Mapped[str] = mapped_column(Text, primary_key=True)
    document: Mapped[str] = mapped_column(Text, primary_key=True)
    key: Mapped[str] = mapped_column(Text, primary_key=True)
    sku: Mapped[str] = mapped_column(Text)
    units: Mapped[int] = mapped_column(Integer)
    moved_at: Mapped[datetime] = mapped_column(Local)
    opening: Mapped[bool] = mapped_column(Boolean)
    first_seen_at: Mapped[datetime] = mapped_column(Instant, server_default=func.now())


class StockBookReach(Table):
    """From when to when the movements of a location are known, and when its book was opened."""

    __tablename__ = "stock_books"
    company: Mapped[str] = mapped_column(Text, primary_key=True)
    location: Mapped[str] = mapped_column(Text, primary_key=True)
    opened_at: Mapped[datetime] = mapped_column(Instant, server_default=func.now())
    known_from: Mapped[date] = mapped_column(Date)
    known_until: Mapped[date] = mapped_column(Date)
