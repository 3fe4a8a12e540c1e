"""Send a fulfilment update exactly once: its order is read, one item of it changed, and the whole replaced.

Updates of one order go one after another. A crash after the claim leaves the update `submitting`; its lease runs out,
it becomes `unknown`, and the order is read again.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from replenisher.config import CompanySettings
from replenisher.database import exceptions, fulfilments
from replenisher.database.fulfilment_models import Fulfilment, FulfilmentUpdate
from replenisher.database.fulfilments import UPDATES
from replenisher.database.session import Session
from replenisher.errors import GatewayError
from replenisher.gateways.channel import CustomerOrders
from replenisher.logs import get_logger
from replenisher.purchasing.customer_orders import ItemChange, ItemsChanged, ItemState, Parcel
from replenisher.purchasing.fulfilment_updates import UpdateOutcome, UpdateState, update_outcome_of
from replenisher.purchasing.fulfilments import MOVES, FulfilmentState, item_state_after, state_after
from replenisher.purchasing.schedule import next_look_up
from replenisher.services import Services
from replenisher.workflows.fulfil.matters import OPEN_MATTERS, fulfilment_matter
from replenisher.workflows.sending import TRIES_BEFORE_A_PERSON_HEARS, Send, send_once

log = get_logger(__name__)


def send_update(services: Services, update_id: int) -> None:
    """Send one fulfilment update; does nothing when it is not due, must wait, or another worker has it.

    Raises NotFoundError, with nothing claimed, when its company is no longer configured.
    """
    sent = send_once(services, UPDATES, update_id, prepare=_prepare, outcome_of=update_outcome_of, record=_record)
    if sent is None:
        return
    update = sent.document
    log.info(
        "fulfilment_update_sent",
        update_id=update.id,
        fulfilment_id=update.fulfilment_id,
        company=update.company,
        step=update.update_key,
        attempt=update.attempts,
        fence=update.fence,
        outcome=sent.outcome.name,
        to_state=sent.outcome.state.value if sent.moved else None,
    )


def _prepare(services: Services, session: Session, update: FulfilmentUpdate, company: CompanySettings) -> Send:
    desk = services.customer_orders(company)
    change = change_of(session, update)
    return Send([change], partial(_change, desk, company.id, update.platform_order_id))


def _change(
    desk: CustomerOrders,
    company: str,
    order_id: str,
    changes: Sequence[ItemChange],
    *,
    send_before: float | None = None,
) -> ItemsChanged:
    return desk.change_items(company, order_id, changes, send_before=send_before)


def change_of(session: Session, update: FulfilmentUpdate) -> ItemChange:
    """Give what the item is to become, by the parcels that the platform has taken so far and this one."""
    fulfilment = fulfilments.fulfilment_of(session, update.fulfilment_id)
    if not update.tracking_number:
        return ItemChange(
            fulfilment.item_id,
            ItemState(update.item_state),
            notes=update.reason or None,
            supplier_reference=fulfilment.number,
        )
    before = fulfilments.units_under_way(session, fulfilment.id, only_sent=True)
    return ItemChange(
        fulfilment.item_id,
        item_state_after(before + update.quantity, fulfilment.quantity),
        (Parcel(update.tracking_number, update.quantity),),
        tuple(str(one) for one in update.serial_numbers),
        supplier_reference=fulfilment.number,
    )


def _record(
    services: Services,
    session: Session,
    update: FulfilmentUpdate,
    outcome: UpdateOutcome,
    answer: ItemsChanged | GatewayError,
) -> bool:
    evidence = {"message": outcome.message, "answer": answer.answer}
    if isinstance(answer, GatewayError):
        evidence["status"] = "" if answer.status is None else str(answer.status)
    moved = UPDATES.move(
        session,
        update,
        outcome.state,
        name=outcome.name,
        actor=services.actor,
        evidence=evidence,
        next_in=_next_in(services, outcome),
    )
    if moved and outcome.state is UpdateState.SENT:
        taken(session, update)
    elif moved:
        _tell_person(session, update, outcome)
    return moved


def taken(session: Session, update: FulfilmentUpdate) -> None:
    """Move the fulfilment of an update that is at the platform, and settle what is no longer so."""
    (fulfilment,) = fulfilments.locked(session, [update.fulfilment_id])
    shipped = fulfilments.units_under_way(session, fulfilment.id, only_sent=True)
    state = state_after(ItemState(update.item_state), shipped, fulfilment.quantity)
    exceptions.resolve(session, fulfilment.company, [fulfilment.number], OPEN_MATTERS)
    if state is FulfilmentState.SHIPPED:
        exceptions.resolve(session, fulfilment.company, [fulfilment.number], ["fulfilment_expiring"])
    was = FulfilmentState(fulfilment.state)
    if state is was or state in MOVES[was]:
        fulfilments.move(session, fulfilment, state, shipped=shipped, reason=update.reason)
        log.info("fulfilment_moved", number=fulfilment.number, to_state=state.value, shipped=shipped)


def _tell_person(session: Session, update: FulfilmentUpdate, outcome: UpdateOutcome) -> None:
    """Raise what a person should know of the answer, and settle what is no longer so."""
    fulfilment = fulfilments.fulfilment_of(session, update.fulfilment_id)
    if outcome.state is UpdateState.READY:
        if update.attempts >= TRIES_BEFORE_A_PERSON_HEARS:
            text = f"tried {update.attempts} times and not one got out: {outcome.message}"
            exceptions.raise_matter(session, fulfilment_matter(fulfilment, "fulfilment_not_sent", text))
        return
    exceptions.resolve(session, fulfilment.company, [fulfilment.number], OPEN_MATTERS)
    if outcome.state is UpdateState.REFUSED:
        tell_refusal(session, fulfilment, update, outcome.message)
    elif outcome.state is UpdateState.NEEDS_PERSON:
        exceptions.raise_matter(session, fulfilment_matter(fulfilment, "fulfilment_needs_person", outcome.message))


def tell_refusal(session: Session, fulfilment: Fulfilment, update: FulfilmentUpdate, message: str) -> None:
    """Tell a person that the platform does not take an update."""
    what = f"parcel {update.tracking_number}" if update.tracking_number else f"{update.item_state}"
    text = f"{what} was refused: {message.rstrip('.')}. Correct the cause and `replenisher fulfilments retry`, or "
    text += "`drop` the update"
    exceptions.raise_matter(session, fulfilment_matter(fulfilment, "fulfilment_refused", text))


def _next_in(services: Services, outcome: UpdateOutcome) -> float | None:
    times = services.settings.times
    if outcome.state is UpdateState.UNKNOWN and outcome.delay_seconds is None:
        return next_look_up(times.look_ups, times.settle_window, 0.0)
    return (outcome.delay_seconds or 0.0) if outcome.state in (UpdateState.READY, UpdateState.UNKNOWN) else None
