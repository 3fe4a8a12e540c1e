"""Find out what became of a fulfilment update that may have arrived: read its order, and look at the item.

1. A `submitting` update whose lease has run out becomes `unknown`: its worker died or froze.
2. An `unknown` one is looked up at the listed ages and once more when the settle window ends: the item is as it was to
   become, and it is sent; its order can no longer be changed, and it is refused; it is not there by then, and it is
   sent again, a few times, for an update that is made twice makes what it makes once. Then it needs a person.

"Not there" counts only when the platform answered.
"""

from __future__ import annotations

from replenisher.config import CompanySettings
from replenisher.database import exceptions, fulfilments
from replenisher.database.fulfilment_models import FulfilmentUpdate
from replenisher.database.fulfilments import UPDATES
from replenisher.database.session import Session
from replenisher.errors import AbsentError
from replenisher.logs import get_logger
from replenisher.purchasing.customer_orders import (
    CustomerOrder,
    CustomerOrderState,
    differences_of_item,
)
from replenisher.purchasing.fulfilment_updates import UpdateState
from replenisher.services import Services
from replenisher.workflows.fulfil.matters import OPEN_MATTERS, fulfilment_matter
from replenisher.workflows.fulfil.update import change_of, taken, tell_refusal
from replenisher.workflows.looking_up import absent, look_once

log = get_logger(__name__)

MOST_ATTEMPTS = 3
"""After so many attempts that a look-up did not find, a person decides."""


def settle_update(services: Services, update_id: int) -> None:
    """Look once for an update whose fate is not known; does nothing when it is not due or has moved on."""
    look_once(services, UPDATES, update_id, ask=_ask, judge=_judge, not_told=_not_told)


def _ask(services: Services, company: CompanySettings, update: FulfilmentUpdate) -> CustomerOrder | None:
    try:
        return services.customer_orders(company).whole(company.id, update.platform_order_id)
    except AbsentError:
        return None


def _judge(services: Services, session: Session, update: FulfilmentUpdate, order: CustomerOrder | None) -> None:
    change = change_of(session, update)
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
    if not absent(services, session, UPDATES, update, evidence={"differences": list(wrong)}):
        return
    if update.attempts < MOST_ATTEMPTS:
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


def _not_told(session: Session, update: FulfilmentUpdate, text: str) -> None:
    fulfilment = fulfilments.fulfilment_of(session, update.fulfilment_id)
    matter = fulfilment_matter(fulfilment, "fulfilment_unknown", f"{update.update_key}: {text}")
    exceptions.raise_matter(session, matter)


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
