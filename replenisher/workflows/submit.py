"""Send an approved order exactly once: claim and commit, one call with no session open, record.

A crash after the commit leaves the order `submitting`; its lease runs out, it becomes `unknown`, and it is looked up by
its vendor invoice number. It is never sent again.
"""

from __future__ import annotations

from hashlib import sha256

import msgspec

from replenisher.database import exceptions, orders, submissions
from replenisher.database.exceptions import Matter
from replenisher.database.models import Order
from replenisher.database.session import Session
from replenisher.errors import GatewayError, UnauthorisedError
from replenisher.logs import get_logger
from replenisher.purchasing.outcomes import Outcome, outcome_of
from replenisher.purchasing.platform import OrderAccepted, OrderRequest
from replenisher.purchasing.schedule import next_look_up, next_poll
from replenisher.purchasing.states import OrderState
from replenisher.services import Services
from replenisher.workflows.pauses import pause_platform

log = get_logger(__name__)


MOST_UNAUTHORISED = 3
"""Fresh tokens refused in a row before a person is asked to look at the account."""


def submit_order(services: Services, order_id: int) -> None:
    """Send one approved order; does nothing when it is not due, not approved any more, or another worker has it."""
    times = services.settings.times
    with services.database.transaction() as session:
        order = submissions.claim_for_sending(
            session, order_id, lease=times.lease, at_once=services.settings.work.submissions_in_flight
        )
        if order is None:
            return
        request = request_of(session, order)
        submissions.record_attempt(session, order, request_sha256=fingerprint(request), worker=services.actor)
        submissions.record_claim(session, order, actor=services.actor)
    company = services.settings.company(order.company)
    answer: OrderAccepted | GatewayError
    try:
        answer = services.channel(company).create(request)
    except GatewayError as error:
        answer = error
    outcome = outcome_of(answer, resubmit_wait=times.resubmit_wait)
    stubborn = isinstance(answer, UnauthorisedError) and order.attempts >= MOST_UNAUTHORISED
    if (outcome.pause_company or stubborn) and isinstance(answer, GatewayError):
        pause_platform(services, company, answer)
    with services.database.transaction() as session:
        moved = _record(services, session, order, outcome, answer)
    log.info(
        "order_sent",
        order_id=order.id,
        vendor_invoice_number=order.vendor_invoice_number,
        company=order.company,
        location=order.location,
        attempt=order.attempts,
        fence=order.fence,
        outcome=outcome.name,
        to_state=outcome.state.value if moved else None,
    )


def request_of(session: Session, order: Order) -> OrderRequest:
    """Put an order into the form in which it is sent: the same content every time."""
    return OrderRequest(
        company=order.company,
        location=order.location,
        bill_to=order.bill_to,
        ship_to=order.ship_to,
        vendor_invoice_number=order.vendor_invoice_number,
        committed=order.committed,
        estimated_arrival_date=order.estimated_arrival_date,
        lines=orders.requested_lines(session, order.id),
        comments=order.comments,
        shipping_method=order.shipping_method,
    )


def fingerprint(request: OrderRequest) -> str:
    """Hash the whole content of a request: two attempts with one hash sent the same order."""
    return sha256(msgspec.json.encode(request)).hexdigest()


def _record(
    services: Services, session: Session, order: Order, outcome: Outcome, answer: OrderAccepted | GatewayError
) -> bool:
    evidence = {"message": outcome.message, "answer": answer.answer, "platform_order_id": outcome.platform_order_id}
    if isinstance(answer, GatewayError):
        evidence["status"] = None if answer.status is None else str(answer.status)
    values: dict[str, object] = {}
    if outcome.state is OrderState.ACCEPTED:
        values = {"platform_order_id": outcome.platform_order_id, "accepted_at": submissions.now(), "polls": 0}
    moved = submissions.move(
        session,
        order,
        outcome.state,
        name=outcome.name,
        actor=services.actor,
        evidence=evidence,
        next_in=_next_in(services, outcome),
        **values,
    )
    if moved and outcome.state in (OrderState.REFUSED, OrderState.NEEDS_PERSON):
        kind = "order_refused" if outcome.state is OrderState.REFUSED else "order_needs_person"
        exceptions.raise_matter(session, order_matter(order, kind, outcome.message))
    return moved


def _next_in(services: Services, outcome: Outcome) -> float | None:
    times = services.settings.times
    if outcome.state is OrderState.ACCEPTED:
        return next_poll(times.polls, 0, 0.0)
    if outcome.state is OrderState.UNKNOWN and outcome.delay_seconds is None:
        return next_look_up(times.look_ups, times.settle_window, 0.0)
    if outcome.state in (OrderState.APPROVED, OrderState.UNKNOWN):
        return outcome.delay_seconds or 0.0
    return None


def order_matter(order: Order, kind: str, message: str) -> Matter:
    """Describe a matter of one order."""
    text = f"order {order.vendor_invoice_number} for location {order.location}: {message}"
    return Matter(order.company, kind, order.vendor_invoice_number, text, location=order.location, order_id=order.id)
