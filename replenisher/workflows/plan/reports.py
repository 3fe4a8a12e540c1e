"""The reports beside inventory: pulled, archived, and never a reason to stop planning."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pandas as pd

from replenisher.config import CompanySettings
from replenisher.errors import GatewayError
from replenisher.gateways.channel import Channel
from replenisher.purchasing.platform import ReportWindow
from replenisher.services import Services


@dataclass
class OtherReports:
    """Archive names by report, the platform orders that receipts name, and the error of each report not read."""

    names: dict[str, str] = field(default_factory=dict)
    received_orders: set[str] = field(default_factory=set)
    errors: dict[tuple[str, str], GatewayError] = field(default_factory=dict)


def report_window(company: CompanySettings, platform_now: datetime) -> ReportWindow:
    """Give the business dates to ask for: the last `report_days` up to today in the company's zone."""
    today = platform_now.astimezone(ZoneInfo(company.time_zone)).date()
    return ReportWindow(today - timedelta(days=company.report_days), today)


def pull_other_reports(
    services: Services, company: CompanySettings, channel: Channel, locations: list[str]
) -> OtherReports:
    """Read and archive the company's other reports, each as one frame of all these locations."""
    pulled = OtherReports()
    if not locations:
        return pulled
    window = report_window(company, channel.platform_now())
    threads = services.settings.platform_of(company).threads
    readers = {
        "sales": channel.sales,
        "receiving": channel.receiving,
        "transfers": channel.transfers,
        "adjustments": channel.adjustments,
    }
    for report in company.reports:
        if report not in readers:
            continue
        frames = []
        for location, answer in _read_all(readers[report], company.id, locations, window, threads):
            if isinstance(answer, GatewayError):
                pulled.errors[location, report] = answer
            else:
                frames.append(answer)
        if frames:
            whole = pd.concat(frames, ignore_index=True)
            pulled.names[report] = services.archive.put_frame(whole)
            if report == "receiving":
                pulled.received_orders |= set(whole["platform_order_id"].astype("str"))
    return pulled


def _read_all(
    read: Callable[[str, str, ReportWindow], pd.DataFrame],
    company: str,
    locations: list[str],
    window: ReportWindow,
    threads: int,
) -> Iterator[tuple[str, pd.DataFrame | GatewayError]]:
    """Read one report of many locations, network waits overlapping; an error stands for its own location only."""

    def read_one(location: str) -> pd.DataFrame | GatewayError:
        try:
            return read(company, location, window)
        except GatewayError as error:
            return error

    with ThreadPoolExecutor(max_workers=threads) as pool:
        yield from zip(locations, pool.map(read_one, locations), strict=True)
