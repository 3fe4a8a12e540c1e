"""Cancel an order at the platform because a person says so: one that is confirmed there and not committed."""

from __future__ import annotations

from replenisher.database import exceptions, notices, orders, submissions
from replenisher.database.models import Order
from replenisher.database.session import Session
from replenisher.errors import GatewayError, IllegalMoveError, NotFoundError
from replenisher.logs import get_logger
from replenisher.purchasing.states import OrderState
from replenisher.services import Services

log = get_logger(__name__)


def cancel_order(services: Services, text: str, *, actor: str, reason: str) -> Order:
    """Cancel an order at the platform with one call, then on our side; its need comes back with the next run.

    `text` is our id or the vendor invoice number. Raises NotFoundError; IllegalMoveError when it is committed, not
    confirmed, or has shipment notices; GatewayError when the platform refused, or may not have heard: nothing moves
    then, and the order is read again at once.
    """
    with services.database.transaction() as session:
        order = _cancellable(session, text)
        company = services.settings.company(order.company)
        channel = services.channel(company)
        evidence = {"reason": reason}
        submissions.add_news(session, order, name="cancel_asked", actor=actor, evidence=evidence)
        # Nobody looks at it meanwhile: its vanishing would be taken for the retailer's doing.
        submissions.look_again(session, order, next_in=services.settings.times.lease)
    try:
        channel.cancel(company.id, order.platform_order_id or "")
    except GatewayError as error:
        with services.database.transaction() as session:
            refusal = {"message": str(error), "answer": error.answer}
            submissions.add_news(session, order, name="cancel_not_done", actor=actor, evidence=refusal)
            submissions.look_again(session, order, next_in=0.0)
        raise
    with services.database.transaction() as session:
        moved = submissions.move(session, order, OrderState.CANCELLED, name="cancelled", actor=actor, evidence=evidence)
        if moved:
            exceptions.resolve(session, order.company, [order.vendor_invoice_number], ["order_changed"])
        now = orders.locked(session, [order.id])[0]
    if not moved:
        raise IllegalMoveError(
            f"the platform cancelled order {order.vendor_invoice_number}, but it is {now.state} here by now; look again"
        )
    log.info("order_cancelled", order_id=order.id, vendor_invoice_number=order.vendor_invoice_number, actor=actor)
    return now


def _cancellable(session: Session, text: str) -> Order:
    found = orders.find_order(session, text)
    if found is None:
        raise NotFoundError(f"no order has the id or vendor invoice number {text!r}; see `replenisher orders list`")
    order = orders.locked(session, [found.id])[0]
    name = f"order {order.vendor_invoice_number}"
    if OrderState(order.state) is not OrderState.CONFIRMED:
        raise IllegalMoveError(
            f"{name} is {order.state}; only a confirmed one is cancelled at the platform (see also `orders decline`)"
        )
    if order.committed:
        raise IllegalMoveError(f"{name} was created committed; only the retailer can cancel it")
    if notices.announced(session, order.id):
        raise IllegalMoveError(f"{name} has shipment notices; cancel them first, see `replenisher shipments list`")
    return order
