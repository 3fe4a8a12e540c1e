"""Write what reports tell into the sales history; a location that cannot be believed keeps what was known of it.

1. The months of the window are made where they are missing.
2. Each location is a transaction of its own, one after another with others that write it.
3. An answer that tells too few of the lines known of the same days is not used, and a person is told; one that was
   asked for before the newest that was written is passed over.
4. Otherwise its window replaces what was known, line by line (`database.sales_history`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import pandas as pd

from replenisher.config import CompanySettings
from replenisher.database import exceptions, listings, sales_history, stock_outs
from replenisher.database.exceptions import Matter
from replenisher.database.sales_history import Line, Pull
from replenisher.database.session import Session
from replenisher.database.stock_outs import Reading
from replenisher.logs import get_logger
from replenisher.planning.history import SALES_KINDS, TRANSFER_KINDS, has_shrunk, sales_lines, transfer_lines
from replenisher.purchasing.platform import ReportWindow
from replenisher.services import Services
from replenisher.workflows.history.months import make_months_of

log = get_logger(__name__)

KINDS = {"sales": SALES_KINDS, "transfers": TRANSFER_KINDS}
"""The reports that the history is made of, and the kinds of lines that each tells."""


@dataclass(frozen=True)
class Asked:
    """What was asked for: the report, its window, PostgreSQL's time before, and the day that was not over yet."""

    report: str
    window: ReportWindow
    asked_at: datetime
    open_day: date


def record_lines(
    services: Services, company: CompanySettings, asked: Asked, frames: Mapping[str, pd.DataFrame]
) -> None:
    """Write a report of some locations, a frame of its contract for each, into the history."""
    if not frames:
        return
    make_months_of(services, asked.window)
    for location, frame in frames.items():
        made = sales_lines(frame) if asked.report == "sales" else transfer_lines(frame, location)
        _tell_undated(company, location, asked.report, frame)
        pull = Pull(
            company.id,
            location,
            asked.window,
            asked.asked_at,
            asked.open_day,
            KINDS[asked.report],
            whole_documents=company.channel == "vendor_inventory",
        )
        with services.database.transaction() as session:
            _record(session, company, asked.report, pull, lines_of(made))


MOMENTS = {"sales": "sold_at", "transfers": "shipped_at"}
"""The column of each report that says on which day a line belongs."""


def _tell_undated(company: CompanySettings, location: str, report: str, frame: pd.DataFrame) -> None:
    undated = int(frame[MOMENTS[report]].isna().sum())
    if undated:
        log.warning("history_lines_without_date", company=company.id, location=location, report=report, lines=undated)


def lines_of(frame: pd.DataFrame) -> list[Line]:
    """Give the rows of a frame of history lines as the database takes them."""
    days = frame["business_date"].dt.date.tolist()
    columns = (frame[name].tolist() for name in ("document", "sku", "key", "kind", "units"))
    return [Line(*row) for row in zip(days, *columns, strict=True)]


def _record(session: Session, company: CompanySettings, report: str, pull: Pull, lines: Sequence[Line]) -> None:
    sales_history.take_turn(session, pull.company, pull.location)
    if sales_history.is_overtaken(session, pull):
        log.info("history_answer_overtaken", company=pull.company, location=pull.location, report=report)
        return
    known, days = sales_history.lines_known(session, pull)
    told = sum(line.business_date in days for line in lines)
    subject = f"{pull.location}/{report}"
    if has_shrunk(known, told, company.guards.minimum_rows_share):
        message = (
            f"location {pull.location}, {report} report: tells {told:,} lines of {pull.window.start} to "
            f"{pull.window.end}, of which {known:,} are known, less than guards.minimum_rows_share = "
            f"{company.guards.minimum_rows_share:g}; the sales history keeps what was known"
        )
        matter = Matter(pull.company, "history_shrunk", subject, message, location=pull.location, report=report)
        exceptions.raise_matter(session, matter)
        return
    changed = sales_history.replace_window(session, pull, lines)
    exceptions.resolve(session, pull.company, [subject], ["history_shrunk"])
    log.info(
        "history_written",
        company=pull.company,
        location=pull.location,
        report=report,
        added=changed.added,
        removed=changed.removed,
    )


def record_stock(
    services: Services, company: CompanySettings, day: date, asked_at: datetime, frames: Mapping[str, pd.DataFrame]
) -> None:
    """Write of which SKUs nothing was on hand, by the inventory reports of some locations on their business date.

    A SKU whose stock is derived and was never counted is neither here nor there.
    """
    if not frames:
        return
    make_months_of(services, ReportWindow(day, day))
    for location, frame in frames.items():
        known = frame
        if "on_hand_source" in frame.columns:
            known = frame[(frame["on_hand_source"] != "not_counted").to_numpy()]
        empty = (known["on_hand"] <= 0).to_numpy()
        skus = known["sku"].astype("str")
        reading = Reading(company.id, location, day, asked_at, skus[empty].tolist(), skus[~empty].tolist())
        with services.database.transaction() as session:
            sales_history.take_turn(session, company.id, location)
            stock_outs.record_reading(session, reading)
            listings.record_listed(session, company.id, location, day, frame["sku"].astype("str").tolist())
