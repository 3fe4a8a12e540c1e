"""The table of what planners set by hand: kept for ever, used, withdrawn or run out, but never deleted."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, Date, ForeignKey, Identity, Index, Integer, Text, func, text
from sqlalchemy.orm import Mapped, mapped_column

from replenisher.database.tables import Instant, Table


class Override(Table):
    """Levels until a date, or the quantity of one run, for one SKU at one location.

    Only one of a kind is in force for a SKU at a location; a quantity is used by one run, and by none after it.
    """

    __tablename__ = "overrides"
    __table_args__ = (
        CheckConstraint("kind IN ('levels', 'quantity')", name="kind"),
        CheckConstraint(
            "CASE kind WHEN 'levels' THEN quantity IS NULL AND for_run IS NULL AND used_by_run IS NULL"
            " AND reorder_point IS NOT NULL AND order_up_to_level IS NOT NULL"
            " AND reorder_point >= 0 AND order_up_to_level >= reorder_point"
            " ELSE quantity IS NOT NULL AND quantity >= 0 AND reorder_point IS NULL AND order_up_to_level IS NULL END",
            name="figures",
        ),
        CheckConstraint("btrim(reason) <> ''", name="reason"),
        Index(
            "uq_overrides_in_force",
            "company",
            "location",
            "sku",
            "kind",
            unique=True,
            postgresql_where=text("withdrawn_at IS NULL AND used_by_run IS NULL"),
        ),
    )
    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    company: Mapped[str] = mapped_column(Text)
    location: Mapped[str] = mapped_column(Text)
    sku: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    reorder_point: Mapped[int | None] = mapped_column(Integer)
    order_up_to_level: Mapped[int | None] = mapped_column(Integer)
    quantity: Mapped[int | None] = mapped_column(Integer)
    until: Mapped[date] = mapped_column(Date)
    reason: Mapped[str] = mapped_column(Text)
    set_by: Mapped[str] = mapped_column(Text)
    set_at: Mapped[datetime] = mapped_column(Instant, server_default=func.now())
    for_run: Mapped[int | None] = mapped_column(ForeignKey("planning_runs.id"))
    used_by_run: Mapped[int | None] = mapped_column(ForeignKey("planning_runs.id"))
    withdrawn_at: Mapped[datetime | None] = mapped_column(Instant)
    withdrawn_by: Mapped[str | None] = mapped_column(Text)
    replaced_by: Mapped[int | None] = mapped_column(ForeignKey("overrides.id"))
