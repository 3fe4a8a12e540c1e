"""The table of jobs that come round: one row for each company and job."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, Integer, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from replenisher.database.tables import Instant, Step, Table


class CompanyJob(Step, Table):
    """A job of a company: when it is due, at which cadence, and how it ended last.

    `next_at` is null for a job that is no longer configured. `attempts` and `failures` count since the last success,
    `attempts` the ones of workers that died too.
    """

    __tablename__ = "company_jobs"
    __table_args__ = (
        CheckConstraint("failures >= 0", name="failures"),
        Index("ix_company_jobs_next_at", "next_at", postgresql_where=text("next_at IS NOT NULL")),
    )
    company: Mapped[str] = mapped_column(Text, primary_key=True)
    job: Mapped[str] = mapped_column(Text, primary_key=True)
    cadence: Mapped[str] = mapped_column(Text)
    last_started_at: Mapped[datetime | None] = mapped_column(Instant)
    last_done_at: Mapped[datetime | None] = mapped_column(Instant)
    last_error: Mapped[str | None] = mapped_column(Text)
    failures: Mapped[int] = mapped_column(Integer, server_default="0")
