"""A safe, read-only contract check of the interface that serves a company.

1. Look up which orders of ours the platform should know (a missing database is no obstacle, and is told).
2. Let the channel ask its interface everything that can be asked without writing.
3. Learn from our own partly received orders where the platform keeps their remainder.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from replenisher.config import CompanySettings
from replenisher.database import orders
from replenisher.database.migrate import check_migrated
from replenisher.errors import ConfigurationError, DatabaseError, GatewayError, NotFoundError, RefusedError
from replenisher.gateways.channel import Channel, Probed
from replenisher.gateways.observations import Check, Interview, Observation, OwnOrder, ProbeRequest, unanswered
from replenisher.purchasing.platform import ReportWindow
from replenisher.purchasing.states import AT_PLATFORM, OrderState
from replenisher.services import Services
from replenisher.workflows.back_orders import QUESTION, place_of_back_orders
from replenisher.workflows.plan.reports import report_window

OWN_ORDERS = 50
NO_STOCK_REPORT = frozenset({"cmi"})
"""Channels whose interface has no stock report to compare with."""


@dataclass(frozen=True)
class ProbeReport:
    """What a probe found of one company's interface; `location` is None when it came to none."""

    company: str
    name: str
    platform: str
    channel: str
    location: str | None
    window: ReportWindow
    probed_at: datetime
    seconds: float
    checks: list[Check]
    observations: list[Observation]

    @property
    def answered(self) -> bool:
        """Tell whether the platform answered anything at all."""
        return any(check.answered for check in self.checks)

    @property
    def needs_person(self) -> bool:
        """Tell whether something was not answered, or should be looked at or changed."""
        return any(not check.answered for check in self.checks) or any(
            one.attention or one.setting for one in self.observations
        )


def probe(services: Services, company_id: str, location: str | None, tell: Callable[[str], None]) -> ProbeReport:
    """Probe the interface of a company, telling what is asked next; writes nothing anywhere.

    Raises NotFoundError for a company that is not configured or a location that is not enabled, CredentialsError when
    signing in is refused.
    """
    started = time.monotonic()
    company = services.settings.company(company_id)
    channel = services.channel(company)
    if not isinstance(channel, Probed):
        raise RefusedError(f"the {company.channel} interface cannot be probed", operation="probe")
    own, unknown = _own_orders(services, company)
    window = report_window(company, channel.platform_now())
    wanted = location or next(iter(company.locations), None)
    found = channel.probe(ProbeRequest(company.id, wanted, window, tuple(own)), tell)
    if location is not None and found.listed is not None and location not in found.listed:
        raise NotFoundError(
            f"company {company.id} has not enabled location {location}; "
            "`replenisher check-config --connect` shows what is enabled"
        )
    ask = Interview(tell)
    if unknown:
        learned = unanswered(QUESTION, unknown)
    else:
        learned = _learned(channel, company, found.location, own=own, window=window, ask=ask)
    return ProbeReport(
        company=company.id,
        name=company.name,
        platform=company.platform,
        channel=company.channel,
        location=found.location,
        window=window,
        probed_at=datetime.now(UTC),
        seconds=round(time.monotonic() - started, 3),
        checks=[*found.checks, *ask.checks],
        observations=[*found.observations, learned],
    )


def write_report(path: Path, text: str) -> None:
    """Write a report to a file; ConfigurationError when it cannot be written."""
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ConfigurationError(f"{path}: cannot be written: {error.strerror or error}") from None


def _own_orders(services: Services, company: CompanySettings) -> tuple[list[OwnOrder], str]:
    """List our orders that the platform has, partly received ones first; else why they are not known."""
    try:
        check_migrated(services.database)
        with services.database.transaction() as session:
            states = [state.value for state in AT_PLATFORM]
            found = orders.listed(session, company=company.id, states=states, limit=OWN_ORDERS)
    except DatabaseError as error:
        return [], f"our own orders are not known: {error}"
    partly_first = sorted(found, key=lambda order: order.state != OrderState.PARTLY_RECEIVED.value)
    return [
        OwnOrder(order.location, order.platform_order_id, order.vendor_invoice_number)
        for order in partly_first
        if order.platform_order_id
    ], ""


def _learned(
    channel: Channel,
    company: CompanySettings,
    location: str | None,
    *,
    own: list[OwnOrder],
    window: ReportWindow,
    ask: Interview,
) -> Observation:
    if company.channel in NO_STOCK_REPORT:
        return unanswered(QUESTION, "this interface has no stock report")
    if location is None:
        return unanswered(QUESTION, "no location was read")
    here = [order for order in own if order.location == location]
    try:
        return place_of_back_orders(channel, company, here, window, ask)
    except GatewayError as error:
        return unanswered(QUESTION, str(error))
