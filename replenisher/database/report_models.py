"""The table of what is remembered of reports: what the next report of the same location is judged by."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, Date, ForeignKey, Integer, Text, func
from sqlalchemy.orm import Mapped, mapped_column

from replenisher.database.tables import Instant, Table

PLANNED, REFUSED, ACCEPTED = "planned", "refused", "accepted"
"""What became of a report: planned from, refused by a guard, or refused and taken for good by a person afterwards."""


class JudgedReport(Table):
    """An inventory report that the guards judged in a run: its figures, and what became of it.

    `report_days` is how many days `sold` covers, `business_date` the day on which the report was read, and
    `first_read_on` the day on which this very content was first read. `accepted_…` say who took a refused report for
    good, when and why; such a row is kept for ever.
    """

    __tablename__ = "judged_reports"
    __table_args__ = (
        CheckConstraint(f"verdict IN ('{PLANNED}', '{REFUSED}', '{ACCEPTED}')", name="verdict"),
        CheckConstraint(
            "CASE verdict WHEN 'accepted' THEN accepted_at IS NOT NULL AND accepted_by IS NOT NULL"
            " AND accept_reason IS NOT NULL ELSE accepted_at IS NULL END",
            name="accepted",
        ),
    )
    company: Mapped[str] = mapped_column(Text, primary_key=True)
    location: Mapped[str] = mapped_column(Text, primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("planning_runs.id"), primary_key=True)
    rows: Mapped[int] = mapped_column(Integer)
    on_hand: Mapped[int] = mapped_column(BigInteger)
    sold: Mapped[int] = mapped_column(BigInteger)
    report_days: Mapped[int] = mapped_column(Integer)
    fingerprint: Mapped[str] = mapped_column(Text)
    business_date: Mapped[date] = mapped_column(Date)
    first_read_on: Mapped[date] = mapped_column(Date)
    verdict: Mapped[str] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text)
    judged_at: Mapped[datetime] = mapped_column(Instant, server_default=func.now())
    accepted_at: Mapped[datetime | None] = mapped_column(Instant)
    accepted_by: Mapped[str | None] = mapped_column(Text)
    accept_reason: Mapped[str | None] = mapped_column(Text)
