"""Give an order another comment at the platform because a person says so, and then here."""

from __future__ import annotations

import time
from functools import partial

from replenisher.database import changes, orders, submissions
from replenisher.database.models import Order
from replenisher.errors import AmbiguousError
from replenisher.gateways.abilities import CommentDesk
from replenisher.gateways.composed import order_part
from replenisher.logs import get_logger
from replenisher.services import Services
from replenisher.workflows.changing import Told, check_changeable, claim, found_order, look_at_once, put_back, tell
from replenisher.workflows.offering import lacking

log = get_logger(__name__)


def comment_order(services: Services, text: str, comments: str, *, actor: str) -> Order:
    """Replace the comment of an order that is at the platform; `text` is our id or the vendor invoice number.

    Raises NotFoundError; IllegalMoveError when it is not at the platform or being changed; GatewayError when the
    interface has no way to or refused, and AmbiguousError when the platform does not show the comment or does not tell:
    nothing is changed here then.
    """
    order = found_order(services, text)
    check_changeable(order)
    company = services.settings.company(order.company)
    channel = services.channel(company)
    desk = order_part(channel)
    if not isinstance(desk, CommentDesk):
        raise lacking(company, CommentDesk)
    claimed_at = time.monotonic()
    with services.database.transaction() as session:
        order = orders.locked(session, [order.id])[0]
        check_changeable(order)
        evidence = {"before": order.comments, "after": comments}
        claim(services, session, order, name="comment_asked", actor=actor, evidence=evidence)
    call = partial(desk.update_comments, company.id, order.platform_order_id or "", comments)
    told = tell(services, channel, order, [call], claimed_at=claimed_at)
    if not told.heard and told.error is not None:
        put_back(services, order, told.error, name="comment_refused", actor=actor)
        raise told.error
    shown = None if told.theirs is None else told.theirs.comments
    done = shown is not None and shown.split() == comments.split()
    with services.database.transaction() as session:
        now = orders.locked(session, [order.id])[0]
        changes.let_go(session, now, **({"comments": comments} if done else {}))
        name = "commented" if done else "comment_not_known"
        submissions.add_news(session, now, name=name, actor=actor, evidence=evidence | {"shown": shown})
        look_at_once(session, now)
    if not done:
        raise _not_shown(order, told, shown)
    log.info("order_commented", order_id=order.id, vendor_invoice_number=order.vendor_invoice_number, actor=actor)
    return now


def _not_shown(order: Order, told: Told, shown: str | None) -> AmbiguousError:
    """No goods depend on a comment, so it is the person who typed it who looks again."""
    read = f"the platform shows {shown!r}" if told.unread is None else f"it cannot be read now: {told.unread}"
    why = "" if told.error is None else f"{told.error}; "
    return AmbiguousError(
        f"order {order.vendor_invoice_number}: {why}{read}. Look at it there; the same comment may be sent again",
        operation="comment",
    )
