"""Find out what became of an order that may have arrived: list the platform's orders and match our reference.

1. A `submitting` order whose lease has run out becomes `unknown`: its worker died or froze.
2. An `unknown` order is looked up at the listed ages and once more when the settle window ends; found once and equal it
   is confirmed, found more than once it is a duplicate, and not found by then it needs a person.
3. An order that needs a person is still looked up now and then: one that turns up late is confirmed.

"Not found" counts only when the platform answered the whole list. Nothing here ever sends an order.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from replenisher.config import CompanySettings
from replenisher.database import companies, exceptions, submissions
from replenisher.database.models import Order
from replenisher.database.session import Session
from replenisher.errors import AbsentError
from replenisher.gateways.channel import Channel
from replenisher.logs import get_logger
from replenisher.purchasing.matching import find_ours
from replenisher.purchasing.platform import OrderSummary, PlatformOrder, ReportWindow
from replenisher.purchasing.states import OrderState
from replenisher.services import Services
from replenisher.workflows.confirm import ask_person, found_at_platform
from replenisher.workflows.looking_up import absent, look_once
from replenisher.workflows.order_matters import order_matter
from replenisher.workflows.releasing import released

log = get_logger(__name__)

MARGIN = timedelta(days=2)
"""A day for clocks and zones that differ, one for lists that leave out their last day."""


def reconcile_order(services: Services, order_id: int) -> None:
    """Look once for an order whose fate is not known; does nothing when it is not due or has moved on."""
    look_once(services, submissions.ORDERS, order_id, ask=_ask, judge=_judge, not_told=_not_told)


@dataclass(frozen=True)
class _Found:
    """Orders with our reference, the only one of them as it was read, and why it could not be released."""

    listed: list[OrderSummary]
    theirs: PlatformOrder | None = None
    refusal: str | None = None


def _ask(services: Services, company: CompanySettings, order: Order) -> _Found:
    channel = services.channel(company)
    found = find_ours(listed_orders(company, channel, order), order.vendor_invoice_number)
    if len(found) != 1:
        return _Found(found)
    try:
        theirs, refusal = _read(services, channel, order, found[0])
    except AbsentError as error:
        _note_not_readable(services, order, error)
        raise
    return _Found(found, theirs, refusal)


def _judge(services: Services, session: Session, order: Order, found: _Found) -> None:
    theirs = found.theirs
    if theirs is not None and found.refusal is not None:
        ask_person(services, session, order, found.refusal, evidence={"platform_order_id": theirs.platform_order_id})
    elif theirs is not None:
        found_at_platform(services, session, order, theirs)
    elif found.listed:
        _duplicate(services, session, order, found.listed)
    elif absent(services, session, submissions.ORDERS, order, evidence={}):
        text = (
            f"it may have been sent, and the platform does not list it {services.settings.times.settle_window:g} s "
            "later. Ask the retailer; if it is not there, `replenisher orders decline` releases it"
        )
        ask_person(services, session, order, text)


def _not_told(session: Session, order: Order, text: str) -> None:
    exceptions.raise_matter(session, order_matter(order, "order_unknown", text))


def _note_not_readable(services: Services, order: Order, error: AbsentError) -> None:
    with services.database.transaction() as session:
        if submissions.seconds_in_state(session, order) <= services.settings.times.settle_window:
            news = {"message": f"listed, but not readable yet: {error}"}
            submissions.add_news(session, order, name="listed_not_readable", actor=services.actor, evidence=news)


def _read(services: Services, channel: Channel, order: Order, found: OrderSummary) -> tuple[PlatformOrder, str | None]:
    theirs = channel.read(order.company, found.platform_order_id, order.vendor_invoice_number)
    return released(services, channel, order, theirs)


def listed_orders(company: CompanySettings, channel: Channel, order: Order) -> list[OrderSummary]:
    """List the platform's orders around the order's first sending.

    The first answer tells the platform's clock; when that moves the window, the list is asked for again.
    """
    window = look_up_window(company, channel, order)
    listed = channel.find(company.id, window)
    corrected = look_up_window(company, channel, order)
    return listed if corrected == window else [*listed, *channel.find(company.id, corrected)]


def look_up_window(company: CompanySettings, channel: Channel, order: Order) -> ReportWindow:
    """Give the business dates in which the order would be listed, by the platform's own clock and with a margin."""
    zone = ZoneInfo(company.time_zone)
    sent = order.first_sent_at or order.created_at
    now = channel.platform_now()
    return ReportWindow((min(sent, now).astimezone(zone) - MARGIN).date(), (now.astimezone(zone) + MARGIN).date())


def _duplicate(services: Services, session: Session, order: Order, found: list[OrderSummary]) -> None:
    ids = sorted(one.platform_order_id for one in found)
    text = f"the platform has {len(ids)} orders with this reference: {', '.join(ids)}; cancel all but one there"
    moved = submissions.move(
        session, order, OrderState.DUPLICATE, name="duplicate", actor=services.actor, evidence={"platform_orders": ids}
    )
    if moved:
        # Nothing more goes out for this company until a person has seen why an order is there twice.
        companies.pause(session, order.company, text)
        exceptions.raise_matter(session, order_matter(order, "order_duplicate", text))
        log.critical("order_duplicate", order_id=order.id, vendor_invoice_number=order.vendor_invoice_number, found=ids)
