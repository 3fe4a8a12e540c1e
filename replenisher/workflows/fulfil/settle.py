"""Find out what became of a fulfilment update that may have arrived: read its order, and look at the item.

1. A `submitting` update whose lease has run out becomes `unknown`: its worker died or froze.
2. An `unknown` one is looked up at the listed ages and once more when the settle window ends: the item is as it was to
   become, and it is sent; its order can no longer be changed, and it is refused; it is not there by then, and it is
   sent again, a few times, for an update that is made twice makes what it makes once. Then it needs a person.

"Not there" counts only when the platform answered.
"""

from __future__ import annotations

from replenisher.database import exceptions, fulfilments
from replenisher.database.fulfilment_models import FulfilmentUpdate
from replenisher.database.fulfilments import UPDATES
from replenisher.database.session import Session
from replenisher.errors import AbsentError, CredentialsError, ForbiddenError, GatewayError
from replenisher.logs import get_logger
from replenisher.purchasing.customer_orders import (
    CustomerOrder,
    CustomerOrderState,
    ItemChange,
    differences_of_item,
)
from replenisher.purchasing.fulfilment_updates import UpdateState
from replenisher.purchasing.schedule import next_look_up
from replenisher.services import Services
from replenisher.workflows.fulfil.matters import OPEN_MATTERS, fulfilment_matter
from replenisher.workflows.fulfil.update import change_of, taken, tell_refusal
from replenisher.workflows.pauses import pause_platform
from replenisher.workflows.reconcile import RETRY_SECONDS

log = get_logger(__name__)

AMBIGUOUS = frozenset({UpdateState.SUBMITTING, UpdateState.UNKNOWN, UpdateState.NEEDS_PERSON})
MOST_ATTEMPTS = 3
"""After so many attempts that a look-up did not find, a person decides."""


def settle_update(services: Services, update_id: int) -> None:
    """Look once for an update whose fate is not known; does nothing when it is not due or has moved on."""
    lease = services.settings.times.lease
    with services.database.transaction() as session:
        update = UPDATES.claim_for_looking(session, update_id, states=AMBIGUOUS, lease=lease)
        if update is None:
            return
        if update.state == UpdateState.SUBMITTING.value:
            _lease_expired(services, session, update)
            return
        change = change_of(session, update)
    company = services.settings.company(update.company)
    try:
        order: CustomerOrder | None = services.customer_orders(company).whole(company.id, update.platform_order_id)
    except AbsentError:
        order = None
    except GatewayError as error:
        if isinstance(error, CredentialsError | ForbiddenError):
            pause_platform(services, company, error)
        _unanswered(services, update, error)
        return
    with services.database.transaction() as session:
        _judge(services, session, update, change, order)


def _judge(
    services: Services, session: Session, update: FulfilmentUpdate, change: ItemChange, order: CustomerOrder | None
) -> None:
    items = {} if order is None else {item.item_id: item for item in order.items or ()}
    wrong = differences_of_item(change, items.get(change.item_id))
    if not wrong:
        if UPDATES.move(session, update, UpdateState.SENT, name="found", actor=services.actor):
            taken(session, update)
        return
    if order is None or order.state is not CustomerOrderState.PENDING:
        why = "its order is not there any more" if order is None else f"its order is {order.state.value}"
        _refuse(services, session, update, f"{why}, and the update is not on it: {'; '.join(wrong)}")
        return
    times = services.settings.times
    if update.state == UpdateState.NEEDS_PERSON.value:
        UPDATES.look_again(session, update, next_in=times.track_every)
        return
    waited = UPDATES.seconds_in_state(session, update)
    evidence = {"seconds_unknown": round(waited, 1), "differences": list(wrong)}
    UPDATES.add_news(session, update, name="looked_up_absent", actor=services.actor, evidence=evidence)
    wait = next_look_up(times.look_ups, times.settle_window, waited)
    if wait is not None:
        UPDATES.look_again(session, update, next_in=wait)
    elif update.attempts < MOST_ATTEMPTS:
        UPDATES.move(session, update, UpdateState.READY, name="absent_sent_again", actor=services.actor, next_in=0.0)
    else:
        _ask_person(services, session, update, f"sent {update.attempts} times, and it is not there: {'; '.join(wrong)}")


def _refuse(services: Services, session: Session, update: FulfilmentUpdate, message: str) -> None:
    evidence = {"message": message}
    name, actor = "too_late", services.actor
    if UPDATES.move(session, update, UpdateState.REFUSED, name=name, actor=actor, evidence=evidence):
        fulfilment = fulfilments.fulfilment_of(session, update.fulfilment_id)
        exceptions.resolve(session, fulfilment.company, [fulfilment.number], OPEN_MATTERS)
        tell_refusal(session, fulfilment, update, message)


def _lease_expired(services: Services, session: Session, update: FulfilmentUpdate) -> None:
    times = services.settings.times
    UPDATES.move(
        session,
        update,
        UpdateState.UNKNOWN,
        name="lease_expired",
        actor=services.actor,
        evidence={"message": "the worker that was sending it gave no answer within its lease"},
        next_in=next_look_up(times.look_ups, times.settle_window, 0.0),
    )
    log.warning("fulfilment_update_lease_expired", update_id=update.id, fulfilment_id=update.fulfilment_id)


def _unanswered(services: Services, update: FulfilmentUpdate, error: GatewayError) -> None:
    """Keep the update as it is: an order that was not read says nothing about what is on it."""
    times = services.settings.times
    log.warning("fulfilment_update_look_up_unanswered", update_id=update.id, error=str(error))
    with services.database.transaction() as session:
        wait = min(RETRY_SECONDS, times.look_ups[0])
        if UPDATES.seconds_in_state(session, update) > times.settle_window:
            wait = times.track_every
            fulfilment = fulfilments.fulfilment_of(session, update.fulfilment_id)
            text = f"the fate of {update.update_key} is not known, and the platform does not tell: {error}"
            exceptions.raise_matter(session, fulfilment_matter(fulfilment, "fulfilment_unknown", text))
        UPDATES.look_again(session, update, next_in=wait)


def _ask_person(services: Services, session: Session, update: FulfilmentUpdate, message: str) -> None:
    moved = UPDATES.move(
        session,
        update,
        UpdateState.NEEDS_PERSON,
        name="needs_person",
        actor=services.actor,
        evidence={"message": message},
        next_in=services.settings.times.track_every,
    )
    if moved:
        fulfilment = fulfilments.fulfilment_of(session, update.fulfilment_id)
        told = f"{update.update_key}: {message}. Ask the retailer; then `replenisher fulfilments retry` or `drop` it"
        exceptions.resolve(session, fulfilment.company, [fulfilment.number], ["fulfilment_unknown"])
        exceptions.raise_matter(session, fulfilment_matter(fulfilment, "fulfilment_needs_person", told))
        log.error("fulfilment_needs_person", number=fulfilment.number, update_id=update.id, reason=message)
