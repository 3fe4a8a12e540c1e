"""The reports beside inventory: pulled when the plan is safe, archived, and never a reason to stop planning."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pandas as pd

from replenisher.config import CompanySettings
from replenisher.database import companies, exceptions, run_batches, submissions
from replenisher.database.exceptions import Matter
from replenisher.database.models import PlanningRun, RunBatch
from replenisher.errors import ArchiveError, GatewayError, UnavailableError
from replenisher.gateways.channel import Channel
from replenisher.logs import get_logger
from replenisher.purchasing.platform import ReportWindow
from replenisher.services import Services
from replenisher.workflows.history.record import KINDS, Asked, record_lines

log = get_logger(__name__)

SECONDS = 60.0
"""How long side reports may be asked for in one batch; what was not asked for by then is left to the next run."""

Reader = Callable[[str, str, ReportWindow], pd.DataFrame]


@dataclass
class OtherReports:
    """Archive names by report, what was read and what not by location and report, and the orders receipts name."""

    names: dict[str, str] = field(default_factory=dict)
    received_orders: set[str] = field(default_factory=set)
    good: list[tuple[str, str]] = field(default_factory=list)
    errors: dict[tuple[str, str], GatewayError] = field(default_factory=dict)


def report_window(company: CompanySettings, platform_now: datetime) -> ReportWindow:
    """Give the business dates to ask for: the last `report_days` up to today in the company's zone."""
    today = platform_now.astimezone(ZoneInfo(company.time_zone)).date()
    return ReportWindow(today - timedelta(days=company.report_days), today)


def record_other_reports(
    services: Services, company: CompanySettings, run: PlanningRun, batch: RunBatch, locations: list[str]
) -> None:
    """Pull the company's other reports, note what was not read, and let orders with new receipts be looked at soon."""
    try:
        pulled = _pull(services, company, locations)
    except ArchiveError as error:
        log.warning("other_reports_not_archived", run_id=run.id, batch=batch.number, error=str(error))
        return
    with services.database.transaction() as session:
        run_batches.note_other_reports(session, batch, pulled.names)
        for (location, report), fault in pulled.errors.items():
            text = f"location {location}, {report} report: {fault}"
            subject = f"{location}/{report}"
            matter = Matter(run.company, "report_not_read", subject, text, location, None, report, run.id)
            exceptions.raise_matter(session, matter)
        good = [f"{location}/{report}" for location, report in pulled.good]
        exceptions.resolve(session, run.company, good, ["report_not_read"])
        submissions.look_soon(session, run.company, pulled.received_orders)


def _pull(services: Services, company: CompanySettings, locations: list[str]) -> OtherReports:
    pulled = OtherReports()
    channel = services.channel(company)
    window = report_window(company, channel.platform_now())
    threads = services.settings.platform_of(company).threads
    until = time.monotonic() + SECONDS
    with services.database.transaction() as session:
        now = companies.now(session)
    for report, read in _readers(channel, company).items():
        if report not in company.reports or not locations:
            continue
        frames: dict[str, pd.DataFrame] = {}
        for location, answer in _read_all(_until(until, read), company.id, locations, window, threads):
            if isinstance(answer, GatewayError):
                pulled.errors[location, report] = answer
            else:
                pulled.good.append((location, report))
                frames[location] = answer
        if report in KINDS:
            record_lines(services, company, Asked(report, window, now, window.end), frames)
        if frames:
            whole = pd.concat(list(frames.values()), ignore_index=True)
            pulled.names[report] = services.archive.put_frame(whole)
            if report == "receiving":
                pulled.received_orders |= set(whole["platform_order_id"].astype("str"))
    return pulled


NOT_OFFERED = {"cmi": frozenset({"transfers", "adjustments"})}
"""Reports that an interface does not have: they are passed over, whatever the setting says."""


def _readers(channel: Channel, company: CompanySettings) -> dict[str, Reader]:
    readers = {
        "sales": channel.sales,
        "receiving": channel.receiving,
        "transfers": channel.transfers,
        "adjustments": channel.adjustments,
    }
    lacking = NOT_OFFERED.get(company.channel, frozenset())
    return {name: read for name, read in readers.items() if name not in lacking}


def _until(until: float, read: Reader) -> Reader:
    def read_in_time(company: str, location: str, window: ReportWindow) -> pd.DataFrame:
        if time.monotonic() > until:
            raise UnavailableError(f"not asked for: side reports of this batch had taken {SECONDS:g} s already")
        return read(company, location, window)

    return read_in_time


def _read_all(
    read: Reader, company: str, locations: list[str], window: ReportWindow, threads: int
) -> Iterator[tuple[str, pd.DataFrame | GatewayError]]:
    """Read one report of many locations, network waits overlapping; an error stands for its own location only."""

    def read_one(location: str) -> pd.DataFrame | GatewayError:
        try:
            return read(company, location, window)
        except GatewayError as error:
            return error

    with ThreadPoolExecutor(max_workers=threads) as pool:
        yield from zip(locations, pool.map(read_one, locations), strict=True)
