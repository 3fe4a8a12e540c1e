"""The audit of receipts: our orders, our notices, the receiving reports and the platform's orders in full, compared.

1. Read our orders of the last days that are at the platform, with their notices.
2. Ask for the platform's orders in full, then for the receiving report of each location (no session open meanwhile).
   Goods that arrive in between are on one paper only: where the two differ, the orders are asked for once more.
3. Compare (`purchasing.three_way`).
4. Record: an exception for each order and kind of difference, with its amount; what is no longer so is resolved.

Nothing is written at the platform.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import partial
from zoneinfo import ZoneInfo

from replenisher.config import CompanySettings
from replenisher.database import audited_orders, companies
from replenisher.errors import CompanyPausedError
from replenisher.intake.products import read_catalog
from replenisher.logs import get_logger
from replenisher.purchasing.audited_products import OurOrder
from replenisher.purchasing.order_pairs import Pairs, not_listed, pair_orders
from replenisher.purchasing.platform import ReportWindow
from replenisher.purchasing.three_way import RECEIVED, Comparison, Difference, compare_order
from replenisher.services import Services
from replenisher.workflows.audit_findings import AuditResult, record
from replenisher.workflows.audit_reports import ReceivingReports, Tell, read_reports, told_of

log = get_logger(__name__)


def audit_receipts(
    services: Services, company_id: str, *, days: int | None = None, tell: Tell = lambda _: None
) -> AuditResult:
    """Compare the company's orders of the last `days` days (its setting when None) and record what differs.

    Raises CompanyPausedError while the company is paused, ConfigurationError when its platform names no Purchase Order
    service, PlannerFileError for a products file with faults, and GatewayError when the orders in full are not told.
    """
    company = services.settings.company(company_id)
    days = days or company.receipt_audit.days
    details = services.order_details(company)
    products = services.settings.products_file_of(company)
    entries = {} if products is None else read_catalog(products)
    skus = {entry.catalog_id: entry.sku for entry in entries.values() if entry.catalog_id}
    ours = _our_orders(services, company, days)
    tell("orders in full")
    pairs = pair_orders(ours, details.detailed_orders(company.id))
    # By the clock of the answer that was just read: the channel's last answer may be of yesterday.
    today = details.platform_now().astimezone(ZoneInfo(company.time_zone)).date()
    window = ReportWindow(today - timedelta(days=days), today)
    reports = read_reports(services, company, sorted({one.location for one in ours}), window, tell)
    compare = partial(_compare, company, reports, skus)
    comparisons = compare(pairs)
    if any(one.kind == RECEIVED for comparison in comparisons for one in comparison.differences):
        tell("orders in full, once more")
        again = compare(pair_orders(ours, details.detailed_orders(company.id)))
        comparisons = _both(comparisons, again)
    result = record(services, company, days, pairs, comparisons, reports)
    log.info(
        "receipts_audited",
        company=company.id,
        orders=len(result.comparisons),
        differences=result.by_kind,
        amount=f"{result.amount:f}",
        unread=len(result.unread),
    )
    return result


def _our_orders(services: Services, company: CompanySettings, days: int) -> list[OurOrder]:
    with services.database.transaction() as session:
        reason = companies.pause_reason(session, company.id)
        if reason is not None:
            raise CompanyPausedError(
                f"company {company.id} is paused: {reason}\n"
                f"Correct that, then `replenisher resume --company {company.id}`."
            )
        settling = services.settings.times.settle_window
        return audited_orders.audited_orders(session, company.id, days=days, settling=settling)


def _compare(
    company: CompanySettings, reports: ReceivingReports, skus: dict[str, str], pairs: Pairs
) -> list[Comparison]:
    tolerance = company.receipt_audit.cost_tolerance
    compared = [
        compare_order(ours, theirs, told_of(company, reports, ours, theirs), skus=skus, cost_tolerance=tolerance)
        for ours, theirs in pairs.found
    ]
    return sorted((*compared, *map(not_listed, pairs.lacking)), key=lambda one: one.ours.order_id)


def _both(first: list[Comparison], second: list[Comparison]) -> list[Comparison]:
    """Give the second look, with the differences of received units that the first one found too."""
    before = {
        (one.vendor_invoice_number, one.sku)
        for comparison in first
        for one in comparison.differences
        if one.kind == RECEIVED
    }

    def stands(one: Difference) -> bool:
        return one.kind != RECEIVED or (one.vendor_invoice_number, one.sku) in before

    return [replace(one, differences=tuple(filter(stands, one.differences))) for one in second]
