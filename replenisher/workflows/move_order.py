"""Have an order shipped to another location of the company because a person says so: there first, and then here."""

from __future__ import annotations

import time
from functools import partial
from typing import Any

from replenisher.database import changes, notices, orders, submissions
from replenisher.database.models import Order
from replenisher.database.session import Session
from replenisher.errors import IllegalMoveError, NotFoundError
from replenisher.gateways.abilities import MoveDesk
from replenisher.gateways.channel import Channel
from replenisher.gateways.composed import order_part
from replenisher.logs import get_logger
from replenisher.purchasing.platform import Location, PlatformOrder, PlatformStatus
from replenisher.purchasing.states import OrderState
from replenisher.services import Services
from replenisher.workflows.changing import check_changeable, claim, found_order, hand_over, look_at_once, put_back, tell
from replenisher.workflows.offering import lacking

log = get_logger(__name__)

MOVABLE = frozenset({OrderState.CONFIRMED})
"""Nothing of it was received yet: goods of one order lie at one location."""


def move_order(services: Services, text: str, location: str, *, actor: str, reason: str) -> Order:
    """Move a confirmed order to another location; `text` is our id or the vendor invoice number.

    Its location and ship-to follow once the platform shows them. Raises NotFoundError for an order or an enabled
    location that is not there; IllegalMoveError when anything was received or announced, or somebody else is changing
    it; GatewayError when the interface has no way to or refused, with nothing changed, and AmbiguousError when the
    platform ships it elsewhere or does not tell: the order needs a person then.
    """
    order = found_order(services, text)
    check_changeable(order, states=MOVABLE)
    company = services.settings.company(order.company)
    channel = services.channel(company)
    desk = order_part(channel)
    if not isinstance(desk, MoveDesk):
        raise lacking(company, MoveDesk)
    target = _target(channel, order, location)
    theirs = channel.read(company.id, order.platform_order_id or "", order.vendor_invoice_number)
    claimed_at = time.monotonic()
    with services.database.transaction() as session:
        order = orders.locked(session, [order.id])[0]
        _check(session, order, theirs)
        evidence = {"from": order.location, "to": target.id, "ship_to": target.ship_to, "reason": reason}
        claim(services, session, order, name="move_asked", actor=actor, evidence=evidence)
    if theirs.ship_to == target.ship_to:
        return _recorded(services, order, target, actor=actor, evidence=evidence)
    call = partial(desk.move_to_location, company.id, order.platform_order_id or "", target.ship_to)
    told = tell(services, channel, order, [call], claimed_at=claimed_at)
    if not told.heard and told.error is not None:
        put_back(services, order, told.error, name="move_refused", actor=actor)
        raise told.error
    if told.theirs is None or told.theirs.ship_to != target.ship_to:
        shown = told.theirs.ship_to if told.theirs else ""
        wrong = [f"the platform ships it to location {shown or 'not told'}, not to {target.ship_to}"]
        raise hand_over(services, order, told, wrong, what=f"a move to location {target.id}")
    return _recorded(services, order, target, actor=actor, evidence=evidence)


def _target(channel: Channel, order: Order, location: str) -> Location:
    listed = {one.id: one for one in channel.locations(order.company)}
    if location not in listed:
        raise NotFoundError(
            f"company {order.company} has no enabled location {location}; there are {', '.join(listed)}"
        )
    if location == order.location:
        raise IllegalMoveError(f"order {order.vendor_invoice_number} is for location {location} already")
    return listed[location]


def _check(session: Session, order: Order, theirs: PlatformOrder) -> None:
    check_changeable(order, states=MOVABLE)
    name = f"order {order.vendor_invoice_number}"
    if theirs.status is PlatformStatus.COMPLETE or any(line.quantity_received for line in theirs.lines):
        raise IllegalMoveError(f"{name}: something of it was received already; nothing was sent")
    if notices.announced(session, order.id):
        raise IllegalMoveError(
            f"{name} has shipment notices, and the goods go where they say; see `replenisher shipments list`"
        )


def _recorded(services: Services, order: Order, target: Location, *, actor: str, evidence: dict[str, Any]) -> Order:
    """Let location and ship-to follow the platform, unless somebody has moved the order on meanwhile."""
    with services.database.transaction() as session:
        now = orders.locked(session, [order.id])[0]
        late = OrderState(now.state) not in MOVABLE or now.location != order.location
        name = "late_moved" if late else "moved"
        submissions.add_news(session, now, name=name, actor=actor, evidence=evidence)
        if not late:
            # The key of the run's orders names their location; another order of the run may have this sequence there.
            sequence = changes.free_sequence(session, now, target.id)
            changes.let_go(session, now, location=target.id, ship_to=target.ship_to, sequence=sequence)
            look_at_once(session, now)
    if late:
        raise IllegalMoveError(
            f"the platform has moved order {order.vendor_invoice_number}, but it was changed here meanwhile: it is "
            f"{now.state}, for location {now.location}; look again"
        )
    log.info("order_moved", order_id=now.id, vendor_invoice_number=now.vendor_invoice_number, actor=actor)
    return now
