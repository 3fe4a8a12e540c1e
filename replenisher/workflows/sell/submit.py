"""Send a sale order exactly once; before any second attempt the platform is searched for it.

A crash after the claim leaves it `submitting`; its lease runs out, it becomes `unknown`, and it is looked up by its
printable id. A person alone sends it again.
"""

from __future__ import annotations

from functools import partial

from replenisher.config import CompanySettings
from replenisher.database import exceptions, sales
from replenisher.database.sale_models import SaleOrder
from replenisher.database.sales import SALES
from replenisher.database.session import Session
from replenisher.errors import AmbiguousError, CredentialsError, ForbiddenError, GatewayError, NotSentError
from replenisher.gateways.channel import SaleDesk
from replenisher.logs import get_logger
from replenisher.purchasing.sale_matching import sale_differences
from replenisher.purchasing.sale_orders import SaleAccepted, SaleOrderRequest
from replenisher.purchasing.sale_outcomes import SaleOutcome, sale_outcome_of
from replenisher.purchasing.sale_states import SaleState
from replenisher.purchasing.schedule import next_look_up, next_poll
from replenisher.services import Services
from replenisher.workflows.sell.matters import UNSENT_MATTERS, sale_matter, sale_request
from replenisher.workflows.sending import TRIES_BEFORE_A_PERSON_HEARS, Send, send_once

log = get_logger(__name__)

REFUSED_ADVICE = (
    "; correct its rows and import them again, or `replenisher sale-orders resend` it as it is once the cause is gone"
)


def submit_sale(services: Services, sale_id: int) -> None:
    """Send one sale order; does nothing when it is not due, not ready any more, or another worker has it.

    Raises NotFoundError, with nothing claimed, when its company is no longer configured.
    """
    sent = send_once(services, SALES, sale_id, prepare=_prepare, outcome_of=sale_outcome_of, record=_record)
    if sent is None:
        return
    sale = sent.document
    log.info(
        "sale_order_sent",
        sale_order_id=sale.id,
        printable_id=sale.printable_id,
        company=sale.company,
        location=sale.location,
        attempt=sale.attempts,
        fence=sale.fence,
        outcome=sent.outcome.name,
        to_state=sent.outcome.state.value if sent.moved else None,
    )


def _prepare(services: Services, session: Session, sale: SaleOrder, company: CompanySettings) -> Send:
    desk = services.sale_desk(company)
    # One that was given up before its fate was known may have arrived under the same number.
    if sale.attempts == 1 and not sales.tried_before(session, sale):
        return Send(sale_request(sale), desk.submit)
    return Send(sale_request(sale), partial(_searched_first, desk))


def _searched_first(desk: SaleDesk, order: SaleOrderRequest, *, send_before: float | None = None) -> SaleAccepted:
    """Send a sale order that was tried before, unless the platform has it: then that is the answer."""
    try:
        found = desk.find(order.company, order.printable_id)
    except (CredentialsError, ForbiddenError):
        raise
    except GatewayError as error:
        raise NotSentError(f"not sent again before the platform was searched for it: {error}") from error
    if not found:
        return desk.submit(order, send_before=send_before)
    if len(found) > 1 or sale_differences(order, found[0]):
        raise AmbiguousError(
            f"{len(found)} sale orders with this number are at the platform already; looked up instead"
        )
    return SaleAccepted(found[0].platform_sale_id, "", found=True)


def _record(
    services: Services, session: Session, sale: SaleOrder, outcome: SaleOutcome, answer: SaleAccepted | GatewayError
) -> bool:
    if outcome.platform_sale_id is not None:
        owner = sales.owner_of(session, sale, outcome.platform_sale_id)
        if owner is not None:
            text = f"the platform's answer names {outcome.platform_sale_id}, which is {owner}; it is looked up instead"
            outcome = SaleOutcome(SaleState.UNKNOWN, "foreign_id", text)
    evidence = {"message": outcome.message, "answer": answer.answer, "platform_sale_id": outcome.platform_sale_id}
    if isinstance(answer, GatewayError):
        evidence["status"] = None if answer.status is None else str(answer.status)
    values: dict[str, object] = {}
    if outcome.state is SaleState.ACCEPTED:
        values = {"platform_sale_id": outcome.platform_sale_id, "polls": 0}
    moved = SALES.move(
        session,
        sale,
        outcome.state,
        name=outcome.name,
        actor=services.actor,
        evidence=evidence,
        next_in=_next_in(services, outcome),
        **values,
    )
    if moved:
        _tell_person(session, sale, outcome)
    elif isinstance(answer, SaleAccepted):
        given_up = sales.locked(session, sale.id).state == SaleState.CANCELLED.value
        todo = "we hold it as cancelled; have it cancelled there" if given_up else "it is looked up"
        text = f"the platform took it after we had given up waiting: {answer.platform_sale_id}; {todo}"
        exceptions.raise_matter(session, sale_matter(sale, "sale_order_unknown", text))
    return moved


def _tell_person(session: Session, sale: SaleOrder, outcome: SaleOutcome) -> None:
    """Raise what a person should know of the answer, and settle what is no longer so."""
    if outcome.state is SaleState.READY:
        if sale.attempts >= TRIES_BEFORE_A_PERSON_HEARS:
            text = f"tried {sale.attempts} times and not one got out: {outcome.message}"
            exceptions.raise_matter(session, sale_matter(sale, "sale_order_not_sent", text))
        return
    exceptions.resolve(session, sale.company, [sale.printable_id], UNSENT_MATTERS)
    kinds = {SaleState.REFUSED: "sale_order_refused", SaleState.NEEDS_PERSON: "sale_order_needs_person"}
    if outcome.state in kinds:
        advice = REFUSED_ADVICE if outcome.state is SaleState.REFUSED else ""
        exceptions.raise_matter(
            session, sale_matter(sale, kinds[outcome.state], f"{outcome.message.rstrip('.')}{advice}")
        )


def _next_in(services: Services, outcome: SaleOutcome) -> float | None:
    times = services.settings.times
    if outcome.state is SaleState.ACCEPTED:
        return next_poll(times.polls, 0, 0.0)
    if outcome.state is SaleState.UNKNOWN and outcome.delay_seconds is None:
        return next_look_up(times.look_ups, times.settle_window, 0.0)
    return (outcome.delay_seconds or 0.0) if outcome.state in (SaleState.READY, SaleState.UNKNOWN) else None
