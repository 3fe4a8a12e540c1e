"""Find an order by the number that the platform prints on it, and say which of ours it is."""

from __future__ import annotations

from dataclasses import dataclass

from replenisher.database import changes, orders
from replenisher.database.models import Order
from replenisher.gateways.abilities import FindsByNumber
from replenisher.gateways.composed import report_part
from replenisher.purchasing.platform import PlatformOrder
from replenisher.services import Services
from replenisher.workflows.offering import lacking


@dataclass(frozen=True)
class FoundByNumber:
    """What the platform holds under a printed number; `ours` is None for an order that is not one of ours."""

    printed_number: str
    theirs: PlatformOrder
    ours: Order | None


def find_number(services: Services, company_id: str, printed_number: str) -> FoundByNumber:
    """Ask the company's platform for a printed number; reads only.

    Ours is the one that has its id there, else the one that has its reference. Raises ConfigurationError for an unknown
    company, AbsentError when there is no such number, and RefusedError when the interface has no way to.
    """
    company = services.settings.company(company_id)
    finder = report_part(services.channel(company))
    if not isinstance(finder, FindsByNumber):
        raise lacking(company, FindsByNumber)
    theirs = finder.find_by_number(company.id, printed_number)
    with services.database.transaction() as session:
        ours = changes.order_at(session, company.id, theirs.platform_order_id)
        named = orders.order_with_number(session, theirs.vendor_invoice_number)
    if ours is None and named is not None and named.company == company.id:
        ours = named
    return FoundByNumber(printed_number, theirs, ours)
