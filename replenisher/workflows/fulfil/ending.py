"""End fulfilments that the retailer no longer wants, and tell whoever may be packing them.

Each function gives how many it ended.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from replenisher.database import exceptions, fulfilments
from replenisher.database.fulfilment_models import Fulfilment
from replenisher.database.fulfilments import UPDATES
from replenisher.database.session import Session
from replenisher.logs import get_logger
from replenisher.purchasing.customer_orders import CustomerOrder, CustomerOrderState
from replenisher.purchasing.fulfilment_updates import UpdateState
from replenisher.purchasing.fulfilments import OPEN, FulfilmentState
from replenisher.services import Services
from replenisher.workflows.fulfil.matters import fulfilment_matter

log = get_logger(__name__)


def end_taken_off(services: Services, session: Session, ours: Sequence[Fulfilment], item_ids: Collection[str]) -> int:
    """End the fulfilments of a pending order whose items are not among those it has now."""
    gone = [one for one in ours if one.item_id not in item_ids and FulfilmentState(one.state) in OPEN]
    return sum(end(services, session, one, "the retailer took the item off its order") for one in gone)


def withdraw(services: Services, session: Session, company: str, order_id: str, order: CustomerOrder | None) -> int:
    """End what we had still to ship of an order that is pending no more; None is one the platform does not know."""
    if order is not None and order.state in (CustomerOrderState.PENDING, CustomerOrderState.UNKNOWN):
        return 0
    why = "the platform does not know its order any more" if order is None else f"its order is {order.state.value}"
    ours = fulfilments.of_order(session, company, order_id)
    return sum(end(services, session, one, why) for one in ours if FulfilmentState(one.state) in OPEN)


def end(services: Services, session: Session, fulfilment: Fulfilment, why: str) -> bool:
    """End one fulfilment; False when somebody else has moved it meanwhile."""
    was = FulfilmentState(fulfilment.state)
    if not fulfilments.move(session, fulfilment, FulfilmentState.WITHDRAWN, reason=why):
        return False
    log.info("fulfilment_withdrawn", number=fulfilment.number, company=fulfilment.company, was=was.value, reason=why)
    exceptions.resolve(session, fulfilment.company, [fulfilment.number], ["fulfilment_expiring"])
    _give_up_answers(services, session, fulfilment, why)
    if was is not FulfilmentState.NEW:
        text = f"{why}, and {fulfilment.shipped} of {fulfilment.quantity} had been shipped; stop what is being packed"
        exceptions.raise_matter(session, fulfilment_matter(fulfilment, "fulfilment_withdrawn", text))
    return True


def _give_up_answers(services: Services, session: Session, fulfilment: Fulfilment, why: str) -> None:
    """Cancel the answers that nobody waits for any more; a parcel that has left stays with a person."""
    left = []
    for update in fulfilments.updates_of(session, fulfilment.id):
        if UpdateState(update.state) not in (UpdateState.READY, UpdateState.REFUSED):
            continue
        if update.tracking_number or not UPDATES.move(
            session, update, UpdateState.CANCELLED, name="order_ended", actor=services.actor, evidence={"reason": why}
        ):
            left.append(update)
    if not left:
        matters = ["fulfilment_refused", "fulfilment_not_sent"]
        exceptions.resolve(session, fulfilment.company, [fulfilment.number], matters)
