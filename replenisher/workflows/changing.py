"""Tell the platform of a change that a person wants: claimed, told once, read again, and what is read decides.

No session is open during a call. A crash after the claim leaves the intention in the history and the order held for
its lease; the next read of the order finds what came of it, and says `order_changed` where that is not ours.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from replenisher.database import changes, orders, submissions
from replenisher.database.models import Order
from replenisher.database.session import Session
from replenisher.errors import AmbiguousError, GatewayError, IllegalMoveError, NotFoundError, NotSentError
from replenisher.gateways.channel import Channel
from replenisher.logs import get_logger
from replenisher.purchasing.platform import PlatformOrder
from replenisher.purchasing.states import AT_PLATFORM, OrderState
from replenisher.services import Services
from replenisher.workflows.confirm import ask_person

log = get_logger(__name__)


@dataclass(frozen=True)
class Told:
    """What came of the calls: the order as it was read afterwards, or the error that came instead of that.

    `error` is that of the call that failed; none was sent after it. `heard` says that anything may have arrived.
    """

    heard: bool
    error: GatewayError | None = None
    theirs: PlatformOrder | None = None
    unread: GatewayError | None = None


def found_order(services: Services, text: str) -> Order:
    """Find an order by our id or vendor invoice number; NotFoundError when there is none."""
    with services.database.transaction() as session:
        found = orders.find_order(session, text)
    if found is None:
        raise NotFoundError(f"no order has the id or vendor invoice number {text!r}; see `replenisher orders list`")
    return found


def check_changeable(order: Order, *, states: frozenset[OrderState] = AT_PLATFORM) -> None:
    """Raise IllegalMoveError unless the order is at the platform, in one of these states."""
    if OrderState(order.state) not in states or order.platform_order_id is None:
        allowed = " or ".join(sorted(one.value for one in states))
        raise IllegalMoveError(
            f"order {order.vendor_invoice_number} is {order.state}; only one that is {allowed} is changed there"
        )


def claim(
    services: Services,
    session: Session,
    order: Order,
    *,
    name: str,
    actor: str,
    evidence: dict[str, Any],
    calls: int = 1,
) -> None:
    """Hold a locked order for so many calls and write the intention into its history.

    Raises IllegalMoveError when somebody else holds it.
    """
    if not changes.claim(session, order, lease=services.settings.times.lease * (calls + 1)):
        raise IllegalMoveError(
            f"order {order.vendor_invoice_number} is being changed by somebody else just now; look again in a moment"
        )
    session.refresh(order)
    submissions.add_news(session, order, name=name, actor=actor, evidence=evidence)


def tell(
    services: Services, channel: Channel, order: Order, calls: Sequence[Callable[[], None]], *, claimed_at: float
) -> Told:
    """Make the calls one after another, each once and none that could outlast the hold, and read the order again.

    `claimed_at` is a moment of `time.monotonic` before the claim. A first call by which nothing happened is the end:
    the order is not read again then.
    """
    until = claimed_at + services.settings.times.lease * len(calls)
    done = 0
    error: GatewayError | None = None
    for call in calls:
        if time.monotonic() > until:
            error = NotSentError(f"order {order.vendor_invoice_number}: too slow; nothing more was sent")
            break
        try:
            call()
        except GatewayError as failure:
            error = failure
            break
        done += 1
    if error is not None and not done and not isinstance(error, AmbiguousError):
        return Told(heard=False, error=error)
    try:
        theirs = channel.read(order.company, order.platform_order_id or "", order.vendor_invoice_number)
    except GatewayError as failure:
        return Told(heard=True, error=error, unread=failure)
    return Told(heard=True, error=error, theirs=theirs)


def put_back(services: Services, order: Order, error: GatewayError, *, name: str, actor: str) -> None:
    """Record that nothing was changed: the platform's words stay in the history, and the order is looked at at once."""
    with services.database.transaction() as session:
        now = orders.locked(session, [order.id])[0]
        evidence = {"message": str(error), "answer": error.answer}
        submissions.add_news(session, now, name=name, actor=actor, evidence=evidence)
        changes.let_go(session, now)
        look_at_once(session, now)


def look_at_once(session: Session, order: Order) -> None:
    """Have a locked order read again, unless somebody has ended it meanwhile."""
    if OrderState(order.state) in AT_PLATFORM:
        submissions.look_again(session, order, next_in=0.0)


def hand_over(services: Services, order: Order, told: Told, wrong: Sequence[str], *, what: str) -> AmbiguousError:
    """Give an order of which the platform does not hold what was wanted to a person; makes the error that says so."""
    parts = [f"{what} was asked for"]
    if told.error is not None:
        parts.append(str(told.error))
    parts.append(f"it cannot be read now: {told.unread}" if told.theirs is None else "; ".join(wrong))
    text = "; ".join(parts)
    with services.database.transaction() as session:
        now = orders.locked(session, [order.id])[0]
        changes.let_go(session, now)
        if OrderState(now.state) in AT_PLATFORM:
            ask_person(services, session, now, text, evidence={"platform_order_id": now.platform_order_id})
        else:
            submissions.add_news(
                session, now, name="change_not_known", actor=services.actor, evidence={"message": text}
            )
    failed = told.error or told.unread
    return AmbiguousError(
        f"order {order.vendor_invoice_number} needs a person: {text}",
        operation=what,
        status=failed.status if failed else None,
        answer=failed.answer if failed else "",
    )
