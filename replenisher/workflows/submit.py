"""Send an approved order exactly once, and record what its answer means.

Before it is claimed its lines are asked for the last time whether they may still be ordered (`last_check`).

A crash after the claim leaves the order `submitting`; its lease runs out, it becomes `unknown`, and it is looked up by
its vendor invoice number. It is never sent again.
"""

from __future__ import annotations

from replenisher.config import CompanySettings
from replenisher.database import exceptions, orders, submissions
from replenisher.database.models import Order
from replenisher.database.session import Session
from replenisher.errors import GatewayError
from replenisher.logs import get_logger
from replenisher.purchasing.matching import differences
from replenisher.purchasing.outcomes import Outcome, outcome_of
from replenisher.purchasing.platform import OrderAccepted, OrderRequest
from replenisher.purchasing.schedule import next_look_up, next_poll
from replenisher.purchasing.states import OrderState
from replenisher.services import Services
from replenisher.workflows.last_check import may_go_out
from replenisher.workflows.order_matters import order_matter
from replenisher.workflows.sending import TRIES_BEFORE_A_PERSON_HEARS, Send, send_once

log = get_logger(__name__)


def submit_order(services: Services, order_id: int) -> None:
    """Send one approved order; does nothing when it is not due, not approved any more, or another worker has it.

    An order that must not be ordered any more is held instead. Raises NotFoundError, with nothing claimed, when the
    order's company is no longer configured.
    """
    if not may_go_out(services, order_id):
        return
    sent = send_once(services, submissions.ORDERS, order_id, prepare=_prepare, outcome_of=outcome_of, record=_record)
    if sent is None:
        return
    order = sent.document
    log.info(
        "order_sent",
        order_id=order.id,
        vendor_invoice_number=order.vendor_invoice_number,
        company=order.company,
        location=order.location,
        attempt=order.attempts,
        fence=order.fence,
        outcome=sent.outcome.name,
        to_state=sent.outcome.state.value if sent.moved else None,
    )


def _prepare(services: Services, session: Session, order: Order, company: CompanySettings) -> Send:
    return Send(request_of(session, order), services.channel(company).create)


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


def _record(
    services: Services, session: Session, order: Order, outcome: Outcome, answer: OrderAccepted | GatewayError
) -> bool:
    owner = submissions.owner_of(session, order, outcome.platform_order_id)
    if owner is not None:
        # Writing it would break the rule that one order at the platform belongs to one of ours.
        text = f"the platform's answer names {outcome.platform_order_id}, which is {owner}; it is looked up instead"
        outcome = Outcome(OrderState.UNKNOWN, "foreign_id", text)
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
    _tell_person(session, order, outcome, moved=moved, accepted=isinstance(answer, OrderAccepted))
    if isinstance(answer, OrderAccepted):
        _compare_echo(session, order, answer)
    return moved


def _compare_echo(session: Session, order: Order, answer: OrderAccepted) -> None:
    """Tell a person when the platform's answer repeats another order than the one that was sent.

    The order itself is read and compared before it is confirmed; this is said earlier, and also when only the answer
    is wrong.
    """
    if answer.echo is None:
        return
    wrong = differences(order.vendor_invoice_number, orders.requested_lines(session, order.id), answer.echo)
    if wrong:
        text = f"the answer to its creation does not repeat what was sent: {'; '.join(wrong)}"
        exceptions.raise_matter(session, order_matter(order, "order_echo", text))


def _tell_person(session: Session, order: Order, outcome: Outcome, *, moved: bool, accepted: bool) -> None:
    """Raise what a person should know of the answer, and settle what is no longer so."""
    if not moved:
        if accepted:
            text = f"the platform accepted it after we had given up waiting: {outcome.platform_order_id}"
            exceptions.raise_matter(session, order_matter(order, "order_accepted_late", text))
        return
    if outcome.state is not OrderState.APPROVED:
        exceptions.resolve(session, order.company, [order.vendor_invoice_number], ["order_not_sent"])
    kinds = {OrderState.REFUSED: "order_refused", OrderState.NEEDS_PERSON: "order_needs_person"}
    if outcome.state in kinds:
        exceptions.raise_matter(session, order_matter(order, kinds[outcome.state], outcome.message))
    elif outcome.state is OrderState.APPROVED and order.attempts >= TRIES_BEFORE_A_PERSON_HEARS:
        text = f"tried {order.attempts} times and not one got out: {outcome.message}"
        exceptions.raise_matter(session, order_matter(order, "order_not_sent", text))


def _next_in(services: Services, outcome: Outcome) -> float | None:
    times = services.settings.times
    if outcome.state is OrderState.ACCEPTED:
        return next_poll(times.polls, 0, 0.0)
    if outcome.state is OrderState.UNKNOWN and outcome.delay_seconds is None:
        return next_look_up(times.look_ups, times.settle_window, 0.0)
    if outcome.state in (OrderState.APPROVED, OrderState.UNKNOWN):
        return outcome.delay_seconds or 0.0
    return times.track_every if outcome.state is OrderState.NEEDS_PERSON else None
