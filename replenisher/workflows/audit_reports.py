"""The receiving reports that an audit compares with, and what they tell of one order."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from zoneinfo import ZoneInfo

import pandas as pd

from replenisher.config import CompanySettings
from replenisher.errors import GatewayError, UnavailableError
from replenisher.purchasing.audited_products import OurOrder, ToldReceipt, covers
from replenisher.purchasing.order_details import DetailedOrder
from replenisher.purchasing.platform import ReportWindow
from replenisher.services import Services

SECONDS = 120.0
"""How long receiving reports may be asked for; what was not asked for by then is not read."""

MARGIN = timedelta(days=1)
"""In whose zone a report's dates are is not told: what came in this evening may be of tomorrow there."""

Tell = Callable[[str], None]


@dataclass
class ReceivingReports:
    """Receipts by the platform's order id in small letters, and what was not read by location."""

    window: ReportWindow
    receipts: dict[str, list[ToldReceipt]] = field(default_factory=dict)
    good: list[str] = field(default_factory=list)
    errors: dict[str, GatewayError] = field(default_factory=dict)


def read_reports(
    services: Services, company: CompanySettings, locations: list[str], window: ReportWindow, tell: Tell
) -> ReceivingReports:
    """Read the receiving report of each location for these dates, network waits overlapping; no session may be open.

    A report that fails stands for its own location only.
    """
    channel = services.channel(company)
    reports = ReceivingReports(window)
    asked = ReportWindow(window.start - MARGIN, window.end + MARGIN)
    until = time.monotonic() + SECONDS

    def read_one(location: str) -> pd.DataFrame | GatewayError:
        try:
            if time.monotonic() > until:
                raise UnavailableError(f"not asked for: the reports of this audit had taken {SECONDS:g} s already")
            return channel.receiving(company.id, location, asked)
        except GatewayError as error:
            return error

    with ThreadPoolExecutor(max_workers=services.settings.platform_of(company).threads) as pool:
        for count, (location, answer) in enumerate(zip(locations, pool.map(read_one, locations), strict=True), 1):
            tell(f"receiving reports, {count} of {len(locations)}")
            if isinstance(answer, GatewayError):
                reports.errors[location] = answer
                continue
            reports.good.append(location)
            for order_id, receipt in _receipts_in(answer):
                reports.receipts.setdefault(order_id, []).append(receipt)
    return reports


def _receipts_in(frame: pd.DataFrame) -> Iterator[tuple[str, ToldReceipt]]:
    columns = ("platform_order_id", "sku", "quantity", "serial_numbers")
    for order_id, sku, quantity, serials in zip(*(frame[name].tolist() for name in columns), strict=True):
        if order_id:
            yield str(order_id).casefold(), ToldReceipt(str(sku), int(quantity), tuple(str(serials).split()))


def told_of(
    company: CompanySettings, reports: ReceivingReports, ours: OurOrder, theirs: DetailedOrder
) -> Sequence[ToldReceipt] | None:
    """Give what the reports tell of an order; None where they do not cover its receipts, or not its location."""
    zone = ZoneInfo(company.time_zone)
    ids = {ours.platform_order_id.casefold(), theirs.platform_order_id.casefold()}
    rows = [receipt for order_id in sorted(ids) for receipt in reports.receipts.get(order_id, ())]
    if ours.location in reports.errors or not covers(
        reports.window.start, reports.window.end, theirs, lambda moment: moment.astimezone(zone).date()
    ):
        return None
    elsewhere = theirs.location not in ("", ours.location) and theirs.location not in reports.good
    return None if elsewhere and not rows else rows
