"""Approval: rules let small, usual orders go; a person decides on the rest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from replenisher.config import CompanySettings
from replenisher.database import exceptions, orders, submissions
from replenisher.database.exceptions import Matter
from replenisher.database.models import Order
from replenisher.database.session import Session
from replenisher.errors import IllegalMoveError, NotFoundError
from replenisher.logs import get_logger
from replenisher.purchasing.approval import decide
from replenisher.purchasing.reference import same_reference
from replenisher.purchasing.states import DECLINABLE, OrderState
from replenisher.services import Services
from replenisher.workflows.plan.proposals import Proposal

log = get_logger(__name__)

OPEN_MATTERS = (
    "order_held",
    "order_needs_person",
    "order_duplicate",
    "order_unknown",
    "order_not_sent",
    "order_accepted_late",
)


def approve_proposals(
    session: Session, company: CompanySettings, proposals: Sequence[Proposal], *, actor: str
) -> dict[str, int]:
    """Approve or hold fresh proposals by the company's rules; gives how many of each."""
    rules = company.approval_rules()
    history = orders.placed_values(
        session, company.id, [proposal.location for proposal in proposals], rules.history_orders
    )
    approved: list[tuple[Proposal, tuple[str, ...]]] = []
    held: list[tuple[Proposal, tuple[str, ...]]] = []
    for proposal in proposals:
        reasons = (*proposal.hold, *decide(proposal.lines, history.get(proposal.location, []), rules).reasons)
        (held if reasons else approved).append((proposal, reasons))
    submissions.settle_proposals(session, [one.id for one, _ in approved], {one.id: list(why) for one, why in held})
    orders.add_events(
        session,
        [
            {
                "order_id": one.id,
                "name": "held" if why else "approved",
                "from_state": OrderState.PROPOSED.value,
                "to_state": (OrderState.HELD if why else OrderState.APPROVED).value,
                "actor": actor,
                "evidence": {"reasons": list(why)},
            }
            for one, why in [*approved, *held]
        ],
    )
    for one, why in held:
        text = f"order {one.vendor_invoice_number} for location {one.location} is held: {'; '.join(why)}"
        exceptions.raise_matter(
            session,
            Matter(company.id, "order_held", one.vendor_invoice_number, text, location=one.location, order_id=one.id),
        )
    return {"approved": len(approved), "held": len(held)}


def approve_order(services: Services, text: str, *, actor: str) -> Order:
    """Approve a held order because a person says so; it is sent within seconds when a worker is up.

    `text` is our id or the vendor invoice number. Raises NotFoundError, and IllegalMoveError when it is not held.
    """
    with services.database.transaction() as session:
        order = _locked(session, text)
        if OrderState(order.state) is not OrderState.HELD:
            raise IllegalMoveError(f"order {order.vendor_invoice_number} is {order.state}, only a held one is approved")
        _move(session, order, OrderState.APPROVED, actor=actor, next_in=0)
        exceptions.resolve(session, order.company, [order.vendor_invoice_number], ["order_held"])
    log.info("order_approved", order_id=order.id, vendor_invoice_number=order.vendor_invoice_number, actor=actor)
    return order


def decline_order(services: Services, text: str, *, actor: str, reason: str) -> Order:
    """Turn down a held order, stop an approved one before it is sent, or release one that needs a person or is double.

    A released order stops counting as in flight: the person has made sure that nothing of it will be shipped.
    Raises NotFoundError, and IllegalMoveError for an order in any other state.
    """
    with services.database.transaction() as session:
        order = _locked(session, text)
        state = OrderState(order.state)
        if state not in DECLINABLE:
            allowed = ", ".join(sorted(one.value for one in DECLINABLE))
            raise IllegalMoveError(
                f"order {order.vendor_invoice_number} is {order.state}; only one of these can be declined: {allowed}"
            )
        # An approved order that is being claimed right now is locked by its claim, and no longer approved after it.
        to_state = OrderState.DECLINED if state is OrderState.HELD else OrderState.CANCELLED
        known = {} if order.platform_order_id is None else {"platform_order_id": order.platform_order_id}
        evidence = {"reason": reason, **known}
        # The id may belong to another of our orders, which could never be confirmed while this one keeps it.
        _move(session, order, to_state, actor=actor, evidence=evidence, platform_order_id=None)
        exceptions.resolve(session, order.company, [order.vendor_invoice_number], OPEN_MATTERS)
    log.info("order_declined", order_id=order.id, vendor_invoice_number=order.vendor_invoice_number, actor=actor)
    return order


def accept_order(services: Services, text: str, *, actor: str, reason: str) -> Order:
    """Take an order that needs a person as the platform has it: it is confirmed and followed until received.

    For an order whose lines differ from what we asked for, once a person has settled that with the retailer. From then
    on the inventory report alone counts it. Raises NotFoundError, IllegalMoveError when it does not need a person or
    was never seen at the platform, and GatewayError when it cannot be read there now.
    """
    with services.database.transaction() as session:
        order = _found(session, text)
    if OrderState(order.state) is not OrderState.NEEDS_PERSON or order.platform_order_id is None:
        raise IllegalMoveError(
            f"order {order.vendor_invoice_number} is {order.state}"
            + ("" if order.platform_order_id else " and was never seen at the platform")
            + "; only one that needs a person and was seen there is accepted as it is"
        )
    company = services.settings.company(order.company)
    theirs = services.channel(company).read(company.id, order.platform_order_id, order.vendor_invoice_number)
    if not same_reference(order.vendor_invoice_number, theirs.vendor_invoice_number):
        raise IllegalMoveError(
            f"the platform's order {theirs.platform_order_id} carries the reference {theirs.vendor_invoice_number!r}, "
            f"not {order.vendor_invoice_number}: it is not ours"
        )
    lines = {line.sku: line.quantity_ordered for line in theirs.lines}
    with services.database.transaction() as session:
        order = _locked(session, text)
        evidence = {"reason": reason, "platform_order_id": theirs.platform_order_id, "lines": lines}
        values = {"confirmed_at": submissions.now(), "platform_status": theirs.raw_status}
        _move(session, order, OrderState.CONFIRMED, actor=actor, evidence=evidence, next_in=0, **values)
        exceptions.resolve(session, order.company, [order.vendor_invoice_number], OPEN_MATTERS)
    log.info("order_taken_as_it_is", order_id=order.id, vendor_invoice_number=order.vendor_invoice_number, actor=actor)
    return order


def _move(
    session: Session,
    order: Order,
    to_state: OrderState,
    *,
    actor: str,
    evidence: dict[str, Any] | None = None,
    next_in: float | None = None,
    **values: Any,
) -> None:
    """Move a locked order because a person says so, and read it anew; IllegalMoveError when somebody else moved it."""
    if not submissions.move(
        session, order, to_state, name=to_state.value, actor=actor, evidence=evidence, next_in=next_in, **values
    ):
        raise IllegalMoveError(
            f"order {order.vendor_invoice_number} has just been changed by somebody else; look again"
        )
    session.refresh(order)


def _locked(session: Session, text: str) -> Order:
    return orders.locked(session, [_found(session, text).id])[0]


def _found(session: Session, text: str) -> Order:
    found = orders.find_order(session, text)
    if found is None:
        raise NotFoundError(f"no order has the id or vendor invoice number {text!r}; see `replenisher orders list`")
    return found
