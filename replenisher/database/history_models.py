"""The tables of the sales history: what was sold on which business date, what was read, and where nothing was left.

Four are partitioned by the month of the business date; `history_months` makes the months and drops them. A row can
only be written once its month is there. The fifth, since when a SKU is listed, is kept as long as the location is.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Boolean, CheckConstraint, Date, Integer, Text
from sqlalchemy.orm import Mapped, mapped_column

from replenisher.database.tables import Instant, Table
from replenisher.planning.history import LineKind

BY_MONTH = {"postgresql_partition_by": "RANGE (business_date)"}
LINE_KINDS = ", ".join(f"'{kind.value}'" for kind in LineKind)


class SalesLine(Table):
    """One line of an invoice or a transfer, by the key that it has every time it is read; it is never changed."""

    __tablename__ = "sales_lines"
    __table_args__ = (
        CheckConstraint(f"kind IN ({LINE_KINDS})", name="kind"),
        CheckConstraint("units > 0", name="units"),
        BY_MONTH,
    )
    company: Mapped[str] = mapped_column(Text, primary_key=True)
    location: Mapped[str] = mapped_column(Text, primary_key=True)
    document: Mapped[str] = mapped_column(Text, primary_key=True)
    business_date: Mapped[date] = mapped_column(Date, primary_key=True)
    sku: Mapped[str] = mapped_column(Text, primary_key=True)
    key: Mapped[str] = mapped_column(Text, primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    units: Mapped[int] = mapped_column(Integer)


class DailySales(Table):
    """The sums of a day's lines of one SKU, by what became of the units; a day without a line has no row."""

    __tablename__ = "daily_sales"
    __table_args__ = (BY_MONTH,)
    company: Mapped[str] = mapped_column(Text, primary_key=True)
    location: Mapped[str] = mapped_column(Text, primary_key=True)
    sku: Mapped[str] = mapped_column(Text, primary_key=True)
    business_date: Mapped[date] = mapped_column(Date, primary_key=True)
    sold: Mapped[int] = mapped_column(Integer)
    returned: Mapped[int] = mapped_column(Integer)
    exchanged: Mapped[int] = mapped_column(Integer)
    transferred: Mapped[int] = mapped_column(Integer)
    other: Mapped[int] = mapped_column(Integer)


class HistoryDay(Table):
    """What was read of a location's day, and from which pulls; a day without a row is not known.

    The moments are those before the report was asked for. `sales_complete` says that the day was over by then.
    """

    __tablename__ = "history_days"
    __table_args__ = (BY_MONTH,)
    company: Mapped[str] = mapped_column(Text, primary_key=True)
    location: Mapped[str] = mapped_column(Text, primary_key=True)
    business_date: Mapped[date] = mapped_column(Date, primary_key=True)
    sales_asked_at: Mapped[datetime | None] = mapped_column(Instant)
    sales_complete: Mapped[bool] = mapped_column(Boolean, server_default="false")
    transfers_asked_at: Mapped[datetime | None] = mapped_column(Instant)
    stock_asked_at: Mapped[datetime | None] = mapped_column(Instant)


class StockOut(Table):
    """A SKU of which nothing was on hand at any reading of a location's day."""

    __tablename__ = "stock_outs"
    __table_args__ = (BY_MONTH,)
    company: Mapped[str] = mapped_column(Text, primary_key=True)
    location: Mapped[str] = mapped_column(Text, primary_key=True)
    sku: Mapped[str] = mapped_column(Text, primary_key=True)
    business_date: Mapped[date] = mapped_column(Date, primary_key=True)


class Listing(Table):
    """The business date on which a location's report first listed a SKU; empty for what its very first one listed."""

    __tablename__ = "listings"
    company: Mapped[str] = mapped_column(Text, primary_key=True)
    location: Mapped[str] = mapped_column(Text, primary_key=True)
    sku: Mapped[str] = mapped_column(Text, primary_key=True)
    first_day: Mapped[date | None] = mapped_column(Date)
