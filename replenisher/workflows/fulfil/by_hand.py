"""What a person decides about fulfilments: take them on, say that they cannot be shipped, retry or drop an update."""

from __future__ import annotations

from collections.abc import Sequence

from replenisher.database import exceptions, fulfilments
from replenisher.database.fulfilment_models import Fulfilment, FulfilmentUpdate
from replenisher.database.fulfilments import BY_HAND
from replenisher.database.session import Session
from replenisher.errors import IllegalMoveError, NotFoundError
from replenisher.logs import get_logger
from replenisher.purchasing.customer_orders import ItemState
from replenisher.purchasing.fulfilment_updates import UpdateState
from replenisher.purchasing.fulfilments import FulfilmentState
from replenisher.services import Services
from replenisher.workflows.fulfil.matters import OPEN_MATTERS, enter_update

log = get_logger(__name__)

ACCEPTABLE = (FulfilmentState.NEW, FulfilmentState.ERROR, FulfilmentState.NOT_AVAILABLE)
REFUSABLE = (FulfilmentState.NEW, FulfilmentState.ORDERED, FulfilmentState.ERROR)
STUCK = (UpdateState.REFUSED, UpdateState.NEEDS_PERSON)


def accept(services: Services, text: str, *, actor: str, reason: str) -> list[Fulfilment]:
    """Take fulfilments on: their items are set to Ordered.

    `text` is our number or id of one, or a customer's order, which means every one of its that can be. Raises
    NotFoundError, and IllegalMoveError when none can be.
    """
    return _answer(services, text, ACCEPTABLE, ItemState.ORDERED, actor=actor, reason=reason)


def refuse(services: Services, text: str, *, actor: str, reason: str) -> list[Fulfilment]:
    """Say that fulfilments cannot be shipped: their items become NotAvailable, with the reason. Errors as `accept`."""
    return _answer(services, text, REFUSABLE, ItemState.NOT_AVAILABLE, actor=actor, reason=reason)


def _answer(
    services: Services,
    text: str,
    allowed: tuple[FulfilmentState, ...],
    becomes: ItemState,
    *,
    actor: str,
    reason: str,
) -> list[Fulfilment]:
    with services.database.transaction() as session:
        found = _locked(session, text)
        able = [one for one in found if FulfilmentState(one.state) in allowed]
        if becomes is ItemState.NOT_AVAILABLE:
            able = _without_parcels(session, able)
        if not able:
            states = ", ".join(sorted({one.state for one in found}))
            words = ", ".join(state.value for state in allowed)
            raise IllegalMoveError(f"{text} is {states}; only one of these is set to {becomes.value}: {words}")
        for one in able:
            told = "" if becomes is ItemState.ORDERED else reason
            _give_up_the_other(session, one, becomes, actor)
            if enter_update(session, one, becomes, actor=actor, source=actor, reason=told) is None:
                raise IllegalMoveError(f"{one.number} is being set to {becomes.value} already")
            exceptions.resolve(session, one.company, [one.number], ["fulfilment_not_possible"])
    log.info("fulfilments_answered", numbers=[one.number for one in able], becomes=becomes.value, actor=actor)
    return able


def _without_parcels(session: Session, able: Sequence[Fulfilment]) -> list[Fulfilment]:
    """Leave out what has a parcel that is told or about to be; IllegalMoveError when that leaves nothing of some."""
    parcels = {
        one.number: f"parcel {update.tracking_number} of {update.quantity}"
        for one in able
        for update in fulfilments.updates_of(session, one.id)
        if update.tracking_number and update.standing
    }
    left = [one for one in able if one.number not in parcels]
    if able and not left:
        told = "; ".join(f"{number} has {parcel}" for number, parcel in parcels.items())
        raise IllegalMoveError(f"{told}: what is told as shipped is not refused; see `replenisher fulfilments show`")
    return left


def _give_up_the_other(session: Session, fulfilment: Fulfilment, becomes: ItemState, actor: str) -> None:
    """Cancel what waits to be sent and would say something else; an earlier answer that was sent may be given anew."""
    for update in fulfilments.updates_of(session, fulfilment.id):
        if update.tracking_number:
            continue
        if update.state == UpdateState.READY.value and update.item_state != becomes.value:
            BY_HAND.move(session, update, UpdateState.CANCELLED, name="overruled", actor=actor)
        elif update.state == UpdateState.SENT.value and update.item_state == becomes.value:
            fulfilments.retire(session, update)


def retry(services: Services, text: str, *, actor: str, reason: str) -> list[FulfilmentUpdate]:
    """Send the refused and doubtful updates of fulfilments again. Errors as `accept`."""
    return _stuck(services, text, UpdateState.READY, "retried", actor=actor, reason=reason)


def drop(services: Services, text: str, *, actor: str, reason: str) -> list[FulfilmentUpdate]:
    """Give up the refused and doubtful updates of fulfilments: their units may be shipped anew. Errors as `accept`."""
    return _stuck(services, text, UpdateState.CANCELLED, "dropped", actor=actor, reason=reason)


def _stuck(
    services: Services, text: str, to_state: UpdateState, name: str, *, actor: str, reason: str
) -> list[FulfilmentUpdate]:
    with services.database.transaction() as session:
        found = _locked(session, text)
        updates = [
            update
            for one in found
            for update in fulfilments.updates_of(session, one.id)
            if UpdateState(update.state) in STUCK
        ]
        if not updates:
            words = ", ".join(state.value for state in STUCK)
            raise IllegalMoveError(f"{text} has no update that is {words}")
        for update in updates:
            _move(session, update, to_state, name, actor, reason)
        for one in found:
            exceptions.resolve(session, one.company, [one.number], OPEN_MATTERS)
    log.info("fulfilment_updates_moved", updates=[update.id for update in updates], name=name, actor=actor)
    return updates


def _move(  # noqa: PLR0917 - a move and who makes it
    session: Session, update: FulfilmentUpdate, to_state: UpdateState, name: str, actor: str, reason: str
) -> None:
    next_in = 0.0 if to_state is UpdateState.READY else None
    if not fulfilments.move_by_hand(
        session, update, to_state, name=name, actor=actor, evidence={"reason": reason}, next_in=next_in
    ):
        raise IllegalMoveError(
            f"update {update.update_key} was just moved, or the same step is under way anew; look again"
        )
    session.refresh(update)


def _locked(session: Session, text: str) -> Sequence[Fulfilment]:
    found = fulfilments.named(session, text)
    if not found:
        raise NotFoundError(f"no fulfilment or customer order is known as {text!r}; see `replenisher fulfilments list`")
    orders = {(one.company, one.platform_order_id) for one in found}
    if len(orders) > 1:
        companies = ", ".join(sorted({company for company, _ in orders}))
        raise IllegalMoveError(
            f"{text} names {len(orders)} customers' orders, of {companies}; name what you mean by our number (F…)"
        )
    return fulfilments.locked(session, [one.id for one in found])
