"""Follow an order: an accepted one until it is visible, a confirmed one until it is received.

Only a re-read of the order itself moves it; a status word or a report is a hint to read.
"""

from __future__ import annotations

import random

from replenisher.config import CompanySettings
from replenisher.database import exceptions, submissions
from replenisher.database.models import Order
from replenisher.database.session import Session
from replenisher.errors import AbsentError, CredentialsError, ForbiddenError, GatewayError
from replenisher.gateways.channel import Channel
from replenisher.logs import get_logger
from replenisher.purchasing.matching import find_ours
from replenisher.purchasing.platform import PlatformStatus
from replenisher.purchasing.schedule import next_look_up, next_poll
from replenisher.purchasing.states import AT_PLATFORM, OrderState
from replenisher.services import Services
from replenisher.workflows.confirm import ask_person, follow, found_at_platform, is_at_platform
from replenisher.workflows.order_matters import order_matter
from replenisher.workflows.pauses import pause_platform
from replenisher.workflows.reconcile import listed_orders
from replenisher.workflows.releasing import released

log = get_logger(__name__)

READS_BEFORE_A_PERSON_HEARS = 8
"""Failed reads in a row of a confirmed order: two hours at the default pace."""

FOLLOWED = AT_PLATFORM | {OrderState.ACCEPTED}


def track_order(services: Services, order_id: int) -> None:
    """Look once at an accepted or confirmed order; does nothing when it is not due or has moved on."""
    with services.database.transaction() as session:
        order = submissions.claim_for_looking(session, order_id, states=FOLLOWED, lease=services.settings.times.lease)
    if order is None:
        return
    company = services.settings.company(order.company)
    channel = services.channel(company)
    try:
        found = channel.read(company.id, order.platform_order_id or "", order.vendor_invoice_number)
        theirs, refusal = released(services, channel, order, found)
    except AbsentError as error:
        if is_at_platform(order):
            _vanished(services, company, channel, order, error)
        else:
            _not_there_yet(services, channel, order)
        return
    except GatewayError as error:
        _unread(services, company, order, error)
        return
    with services.database.transaction() as session:
        if refusal is not None:
            ask_person(services, session, order, refusal)
        elif is_at_platform(order):
            follow(services, session, order, theirs)
        else:
            found_at_platform(services, session, order, theirs)


def _vanished(services: Services, company: CompanySettings, channel: Channel, order: Order, error: AbsentError) -> None:
    """Ask a person about a confirmed order that the platform no longer knows.

    A bare 404 may also come from a proxy or a changed route; then only a whole list without the order counts.
    """
    try:
        gone = error.explained or not find_ours(listed_orders(company, channel, order), order.vendor_invoice_number)
    except GatewayError as unanswered:
        _unread(services, company, order, unanswered)
        return
    if not gone:
        _unread(services, company, order, error)
        return
    with services.database.transaction() as session:
        ask_person(services, session, order, f"it was confirmed, and now the platform does not know it: {error}")


def _not_there_yet(services: Services, channel: Channel, order: Order) -> None:
    status = _creation_status(channel, order)
    with services.database.transaction() as session:
        if status is PlatformStatus.FAILED:
            evidence = {"status": status.value}
            text = "the platform accepted it and then failed to create it; nothing is on its way"
            submissions.move(session, order, OrderState.FAILED, name="failed", actor=services.actor, evidence=evidence)
            exceptions.raise_matter(session, order_matter(order, "order_failed", text))
            exceptions.resolve(session, order.company, [order.vendor_invoice_number], ["order_unknown"])
        elif submissions.seconds_in_state(session, order) > services.settings.times.poll_limit:
            evidence = {"message": f"not visible {services.settings.times.poll_limit:g} s after it was accepted"}
            submissions.move(
                session,
                order,
                OrderState.UNKNOWN,
                name="not_visible",
                actor=services.actor,
                evidence=evidence,
                next_in=next_look_up(services.settings.times.look_ups, services.settings.times.settle_window, 0.0),
            )
        else:
            _poll_again(services, session, order)


def _creation_status(channel: Channel, order: Order) -> PlatformStatus | None:
    """Ask the status route why an accepted order is not there yet; None when it does not tell."""
    try:
        return channel.creation_status(order.company, order.location, order.platform_order_id or "")
    except GatewayError:
        # The order itself could not be read either; the next poll asks again, and the poll limit ends it.
        return None


def _unread(services: Services, company: CompanySettings, order: Order, error: GatewayError) -> None:
    """Look again later at an order that could not be read; tell a person when that goes on."""
    if isinstance(error, CredentialsError | ForbiddenError):
        pause_platform(services, company, error)
    log.warning("order_not_read", order_id=order.id, error=str(error))
    with services.database.transaction() as session:
        if is_at_platform(order):
            if order.polls + 1 >= READS_BEFORE_A_PERSON_HEARS:
                text = f"{order.polls + 1} reads in a row failed, so receipts go unseen: {error}"
                exceptions.raise_matter(session, order_matter(order, "order_not_read", text))
        elif submissions.seconds_in_state(session, order) > services.settings.times.poll_limit:
            text = f"it was accepted, and the platform does not say whether it exists: {error}"
            exceptions.raise_matter(session, order_matter(order, "order_unknown", text))
        _poll_again(services, session, order)


def _poll_again(services: Services, session: Session, order: Order) -> None:
    times = services.settings.times
    polls = order.polls + 1
    # The jitter spreads requests, it guards nothing.
    jittered = next_poll(times.polls, polls, random.random())  # noqa: S311
    wait = times.track_every if is_at_platform(order) else jittered
    submissions.look_again(session, order, next_in=wait, polls=polls)
