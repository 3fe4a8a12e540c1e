"""What a person decides about a shipment notice: send it (again), take it as sent, or cancel it."""

from __future__ import annotations

from replenisher.database import exceptions, notices, orders
from replenisher.database.notice_models import ShipmentNotice
from replenisher.database.session import Session
from replenisher.errors import IllegalMoveError, NotFoundError
from replenisher.intake.products import read_serial_kinds
from replenisher.logs import get_logger
from replenisher.purchasing.notice_states import NoticeState
from replenisher.purchasing.shipment_rules import check_shipment
from replenisher.purchasing.shipments import OrderReference, Shipment
from replenisher.services import Services
from replenisher.workflows.ship.entering import shippable
from replenisher.workflows.ship.matters import OPEN_MATTERS, way_out

log = get_logger(__name__)

RESENDABLE = (NoticeState.NEEDS_PERSON, NoticeState.REFUSED, NoticeState.RECORDED)
SETTLEABLE = (NoticeState.NEEDS_PERSON,)
CANCELLABLE = (NoticeState.READY, NoticeState.NEEDS_PERSON, NoticeState.REFUSED, NoticeState.RECORDED)


def resend_notice(services: Services, text: str, *, actor: str, reason: str) -> ShipmentNotice:
    """Send a notice again, or a recorded one for the first time: a person knows that the platform does not have it.

    `text` is our id or the shipment number. A refused notice passes the rules of shipments again, for its units and
    serial numbers may have been announced since. Raises NotFoundError, and IllegalMoveError when its state, the rules
    or the company's outlet do not allow it.
    """
    with services.database.transaction() as session:
        notice = _locked(session, text, RESENDABLE, "sent again")
        outlet, state = way_out(services, services.settings.company(notice.company))
        if state is NoticeState.RECORDED:
            raise IllegalMoveError(
                f"notice {notice.shipment_number} can only be kept: company {notice.company}'s outlet {outlet!r} "
                "takes no notices; see notices.outlet"
            )
        if notice.state == NoticeState.REFUSED.value:
            _check_again(services, session, notice)
        _move(session, notice, NoticeState.READY, "resent", actor=actor, reason=reason, next_in=0.0, outlet=outlet)
    log.info("notice_resent", notice_id=notice.id, shipment_number=notice.shipment_number, actor=actor)
    return notice


def settle_by_hand(services: Services, text: str, *, actor: str, reason: str) -> ShipmentNotice:
    """Take a notice that needs a person as sent: the retailer says that it is there. Errors as `resend_notice`."""
    with services.database.transaction() as session:
        notice = _locked(session, text, SETTLEABLE, "taken as sent")
        _move(session, notice, NoticeState.SENT, "settled", actor=actor, reason=reason)
    log.info("notice_settled_by_hand", notice_id=notice.id, shipment_number=notice.shipment_number, actor=actor)
    return notice


def cancel_notice(services: Services, text: str, *, actor: str, reason: str) -> ShipmentNotice:
    """Cancel a notice that the platform does not have: its units and serial numbers may be announced again.

    Nothing is said to the platform. Errors as `resend_notice`.
    """
    with services.database.transaction() as session:
        notice = _locked(session, text, CANCELLABLE, "cancelled")
        _move(session, notice, NoticeState.CANCELLED, "cancelled", actor=actor, reason=reason)
    log.info("notice_cancelled", notice_id=notice.id, shipment_number=notice.shipment_number, actor=actor)
    return notice


def _locked(session: Session, text: str, allowed: tuple[NoticeState, ...], done: str) -> ShipmentNotice:
    found = notices.find_notice(session, text)
    if found is None:
        raise NotFoundError(
            f"no shipment notice has the id or shipment number {text!r}; see `replenisher shipments list`"
        )
    # The order before the notice, as an import locks them: nothing else is announced for it meanwhile.
    orders.locked(session, [found.order_id])
    notice = notices.locked(session, found.id)
    if NoticeState(notice.state) not in allowed:
        words = ", ".join(state.value for state in allowed)
        raise IllegalMoveError(
            f"notice {notice.shipment_number} is {notice.state}; only one of these is {done}: {words}"
        )
    return notice


def _check_again(services: Services, session: Session, notice: ShipmentNotice) -> None:
    (order,) = orders.locked(session, [notice.order_id])
    lines = notices.notice_lines(session, notice.id)
    shipment = Shipment(OrderReference(order.vendor_invoice_number), notice.shipment_key, notice.shipped_at, lines)
    products = services.settings.products_file_of(services.settings.company(notice.company))
    serials = [serial for line in lines for serial in line.serial_numbers]
    wrong = check_shipment(
        shipment,
        shippable(session, order, without=notice.id),
        {} if products is None else read_serial_kinds(products),
        notices.serials_elsewhere(session, serials, without=notice.id),
    )
    if wrong:
        raise IllegalMoveError(f"notice {notice.shipment_number} may not go now: {'; '.join(wrong)}")


def _move(
    session: Session,
    notice: ShipmentNotice,
    to_state: NoticeState,
    name: str,
    *,
    actor: str,
    reason: str,
    next_in: float | None = None,
    **values: object,
) -> None:
    how = {"name": name, "actor": actor, "evidence": {"reason": reason}, "next_in": next_in, **values}
    if not notices.move_by_hand(session, notice, to_state, **how):
        raise IllegalMoveError(
            f"notice {notice.shipment_number} or one of its serial numbers has just been taken by somebody else; "
            "look again"
        )
    exceptions.resolve(session, notice.company, [notice.shipment_number], OPEN_MATTERS)
    session.refresh(notice)
