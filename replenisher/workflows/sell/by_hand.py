"""What a person decides about a sale order: send it (again), cancel it, or say that it is done."""

from __future__ import annotations

from replenisher.database import exceptions, sales
from replenisher.database.sale_models import SaleOrder
from replenisher.database.sales import BY_HAND
from replenisher.database.session import Session
from replenisher.errors import AbsentError, AmbiguousError, IllegalMoveError, NotFoundError
from replenisher.logs import get_logger
from replenisher.purchasing.sale_order_rules import check_sale_order
from replenisher.purchasing.sale_orders import PlatformSaleState
from replenisher.purchasing.sale_states import FOLLOWED, SaleState
from replenisher.services import Services
from replenisher.workflows.sell.matters import OPEN_MATTERS, sale_request

log = get_logger(__name__)

RESENDABLE = (SaleState.NEEDS_PERSON, SaleState.REFUSED)
CANCELLABLE_HERE = (SaleState.READY, SaleState.NEEDS_PERSON, SaleState.REFUSED)
"""Not at the platform, as far as the person who cancels knows."""


def resend_sale(services: Services, text: str, *, actor: str, reason: str) -> SaleOrder:
    """Send a sale order again: a person knows that the platform does not have it, and it is searched for first.

    `text` is the printable id or our id. Raises NotFoundError, and IllegalMoveError when its state does not allow it.
    """
    with services.database.transaction() as session:
        sale = _locked(session, text, RESENDABLE, "sent again")
        wrong = check_sale_order(sale_request(sale))
        other = sales.standing_sale(session, sale.company, sale.printable_id)
        if other is not None and other.id != sale.id:
            wrong = (*wrong, f"its number belongs to sale order {other.id} by now")
        if wrong:
            raise IllegalMoveError(f"sale order {sale.printable_id} may not go: {'; '.join(wrong)}")
        _move(session, sale, SaleState.READY, "resent", actor=actor, reason=reason, next_in=0.0)
    log.info("sale_order_resent", sale_order_id=sale.id, printable_id=sale.printable_id, actor=actor)
    return sale


def cancel_sale(services: Services, text: str, *, actor: str, reason: str) -> SaleOrder:
    """Cancel a sale order: at the platform first where it is there, else here alone. Errors as `end_sale`."""
    with services.database.transaction() as session:
        sale = named_sale(session, text)
    allowed: tuple[SaleState, ...] = CANCELLABLE_HERE
    gone = ""
    if SaleState(sale.state) in FOLLOWED:
        try:
            return end_sale(services, text, PlatformSaleState.CANCELLED, actor=actor, reason=reason)
        except AbsentError as error:
            # Only the platform's own words say so; a page or a route that is not there says nothing of the order.
            if not error.explained:
                raise
            allowed, gone = tuple(FOLLOWED), f"not there any more: {error}"
    with services.database.transaction() as session:
        sale = _locked(session, text, allowed, "cancelled")
        _move(session, sale, SaleState.CANCELLED, "cancelled", actor=actor, reason=reason, message=gone)
    log.info("sale_order_cancelled", sale_order_id=sale.id, printable_id=sale.printable_id, actor=actor)
    return sale


def end_sale(services: Services, text: str, state: PlatformSaleState, *, actor: str, reason: str) -> SaleOrder:
    """Complete or cancel a sale order at the platform, once, and record the state that is read there afterwards.

    The same state twice is as good as once. Raises NotFoundError, IllegalMoveError when its state does not allow it,
    and the GatewayError of a change that was not made or is not known to be.
    """
    with services.database.transaction() as session:
        sale = _locked(session, text, tuple(FOLLOWED), f"{state.value.lower()} at the platform")
        BY_HAND.add_news(session, sale, name=f"{state.value.lower()}_asked", actor=actor, evidence={"reason": reason})
    company = services.settings.company(sale.company)
    desk, theirs = services.sale_desk(company), sale.platform_sale_id or ""
    now = desk.state(company.id, theirs)
    if now is not state:
        now = desk.set_state(company.id, theirs, state, user_id=company.sale_orders.user_id)
    if now is not state:
        raise AmbiguousError(f"sale order {sale.printable_id} is {now.value} at the platform, not {state.value}")
    with services.database.transaction() as session:
        sale = sales.locked(session, sale.id)
        if SaleState(sale.state) in FOLLOWED:
            _move(session, sale, SaleState(state.value.lower()), state.value.lower(), actor=actor, reason=reason)
    log.info("sale_order_ended_by_hand", sale_order_id=sale.id, printable_id=sale.printable_id, actor=actor)
    return sale


def named_sale(session: Session, text: str) -> SaleOrder:
    """Find the one sale order that a person names; NotFoundError for none, IllegalMoveError for several."""
    found = sales.named(session, text)
    if not found:
        raise NotFoundError(f"no sale order has the printable id or id {text!r}; see `replenisher sale-orders list`")
    if len(found) > 1:
        told = ", ".join(f"id:{one.id} ({one.printable_id} of company {one.company})" for one in found)
        raise IllegalMoveError(f"{text} names {len(found)} sale orders: {told}; write the id: of the one that you mean")
    return found[0]


def _locked(session: Session, text: str, allowed: tuple[SaleState, ...], done: str) -> SaleOrder:
    sale = sales.locked(session, named_sale(session, text).id)
    if SaleState(sale.state) not in allowed:
        words = ", ".join(sorted(state.value for state in allowed))
        raise IllegalMoveError(f"sale order {sale.printable_id} is {sale.state}; only one of these is {done}: {words}")
    return sale


def _move(
    session: Session,
    sale: SaleOrder,
    to_state: SaleState,
    name: str,
    *,
    actor: str,
    reason: str,
    message: str = "",
    next_in: float | None = None,
) -> None:
    evidence = {"reason": reason} | ({"message": message} if message else {})
    if not BY_HAND.move(session, sale, to_state, name=name, actor=actor, evidence=evidence, next_in=next_in):
        raise IllegalMoveError(f"sale order {sale.printable_id} was just moved by somebody else; look again")
    exceptions.resolve(session, sale.company, [sale.printable_id], OPEN_MATTERS)
    session.refresh(sale)
