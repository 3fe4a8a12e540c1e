"""Change lines of an order at the platform because a person says so, and then here.

1. Read the order there: a change is made to what it holds now. Where that is what is wanted already, as after a crash
   between call and record, nothing is sent.
2. Check, claim the order and write the intention into its history.
3. Set, add, remove: each sent once, with no session open.
4. Read it again. Equal to what was wanted: our lines follow in one transaction. Anything else needs a person.

Of an order that is held the platform knows nothing: its lines are changed here alone, and it stays held.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial
from typing import Any

from replenisher.config import CompanySettings
from replenisher.database import changes, notices, orders, submissions
from replenisher.database.models import Order
from replenisher.database.session import Session
from replenisher.errors import IllegalMoveError
from replenisher.gateways.channel import Channel
from replenisher.intake.products import read_products
from replenisher.logs import get_logger
from replenisher.planning.frames import MONEY_SCALE
from replenisher.purchasing.approval import decide, order_value
from replenisher.purchasing.line_changes import LineChange, Plan, planned_change
from replenisher.purchasing.matching import differences
from replenisher.purchasing.platform import PlatformOrder, RequestLine
from replenisher.purchasing.states import AT_PLATFORM, OrderState
from replenisher.services import Services
from replenisher.workflows.changing import check_changeable, claim, found_order, hand_over, put_back, tell
from replenisher.workflows.confirm import follow

log = get_logger(__name__)


@dataclass(frozen=True)
class LinesChanged:
    """An order with its units by SKU before and after; `sent` is false when the platform was not told.

    It held it so already, or the order is held and the platform knows nothing of it yet.
    """

    order: Order
    before: dict[str, int]
    after: dict[str, int]
    sent: bool


def change_lines(
    services: Services, text: str, change: LineChange, *, actor: str, reason: str, over_limits: bool = False
) -> LinesChanged:
    """Change lines of an order that is at the platform, or held; `text` is our id or the vendor invoice number.

    Raises NotFoundError; IllegalMoveError, with nothing sent, when the change may not be made, would be held by the
    company's approval rules (unless `over_limits`), or somebody else is changing the order; GatewayError when the
    platform refused, with nothing changed, and AmbiguousError when it holds something else now or does not tell: the
    order needs a person then.
    """
    order = found_order(services, text)
    if OrderState(order.state) is OrderState.HELD:
        return _changed_here(services, order, change, actor=actor, reason=reason)
    check_changeable(order)
    company = services.settings.company(order.company)
    channel = services.channel(company)
    costs = _costs(services, company)
    theirs = channel.read(company.id, order.platform_order_id or "", order.vendor_invoice_number)
    claimed_at = time.monotonic()
    with services.database.transaction() as session:
        order = orders.locked(session, [order.id])[0]
        check_changeable(order)
        before = orders.requested_lines(session, order.id)
        plan = _planned(session, order, theirs, change, costs)
        already = not differences(order.vendor_invoice_number, plan.wanted, theirs)
        if not already:
            _check_unchanged(order, before, theirs)
        held = () if over_limits else _held(session, company, order, plan)
        if held:
            raise IllegalMoveError(f"{'; '.join(held)}; repeat it with --over-limits if it shall be made all the same")
        evidence = {"before": _units(before), "after": _units(plan.wanted), "reason": reason}
        calls = [] if already else _calls(channel, order, plan)
        claim(services, session, order, name="change_asked", actor=actor, evidence=evidence, calls=len(calls))
    if already:
        return _recorded(services, order, plan, before, theirs, actor=actor, evidence=evidence | {"sent": False})
    told = tell(services, channel, order, calls, claimed_at=claimed_at)
    if not told.heard and told.error is not None:
        put_back(services, order, told.error, name="change_refused", actor=actor)
        raise told.error
    wrong = differences(order.vendor_invoice_number, plan.wanted, told.theirs) if told.theirs else ()
    if told.theirs is None or wrong:
        raise hand_over(services, order, told, wrong, what=f"a change of its lines to {_units(plan.wanted)}")
    return _recorded(services, order, plan, before, told.theirs, actor=actor, evidence=evidence | {"sent": True})


def _changed_here(services: Services, order: Order, change: LineChange, *, actor: str, reason: str) -> LinesChanged:
    """Change lines of a held order; the approval rules are not asked, for a person approves it before it is sent."""
    costs = _costs(services, services.settings.company(order.company))
    with services.database.transaction() as session:
        now = orders.locked(session, [order.id])[0]
        if OrderState(now.state) is not OrderState.HELD:
            raise IllegalMoveError(f"order {now.vendor_invoice_number} is {now.state} since just now; look again")
        before = orders.requested_lines(session, now.id)
        try:
            plan = planned_change(before, change, received={}, announced={}, costs=costs)
        except IllegalMoveError as error:
            raise IllegalMoveError(f"order {now.vendor_invoice_number}: {error}; nothing was changed") from None
        changes.replace_lines(session, now, plan.wanted, order_value(plan.wanted))
        done = LinesChanged(now, _units(before), _units(plan.wanted), sent=False)
        evidence = {"before": done.before, "after": done.after, "reason": reason, "sent": False}
        submissions.add_news(session, now, name="lines_changed", actor=actor, evidence=evidence)
    log.info("order_lines_changed", order_id=now.id, vendor_invoice_number=now.vendor_invoice_number, actor=actor)
    return done


def _costs(services: Services, company: CompanySettings) -> dict[str, Decimal]:
    """Read the cost of each product that has one; PlannerFileError for a products file with faults."""
    path = services.settings.products_file_of(company)
    if path is None:
        return {}
    frame = read_products(path)
    rows = zip(frame["sku"], frame["unit_cost"], frame["cost_known"], strict=True)
    return {str(sku): Decimal(int(cost)) / MONEY_SCALE for sku, cost, known in rows if known}


def _planned(
    session: Session, order: Order, theirs: PlatformOrder, change: LineChange, costs: dict[str, Decimal]
) -> Plan:
    before = orders.requested_lines(session, order.id)
    received = {line.sku: line.received for line in orders.lines_of(session, order.id)}
    for line in theirs.lines:
        received[line.sku] = max(line.quantity_received, received.get(line.sku, 0))
    announced = notices.announced(session, order.id)
    try:
        return planned_change(before, change, received=received, announced=announced, costs=costs)
    except IllegalMoveError as error:
        raise IllegalMoveError(f"order {order.vendor_invoice_number}: {error}; nothing was sent") from None


def _check_unchanged(order: Order, before: tuple[RequestLine, ...], theirs: PlatformOrder) -> None:
    wrong = differences(order.vendor_invoice_number, before, theirs)
    if wrong:
        raise IllegalMoveError(
            f"order {order.vendor_invoice_number} is not at the platform as we know it: {'; '.join(wrong)}; nothing "
            "was sent. Settle that first: change it to what the platform has, or have the retailer put it right"
        )


def _held(session: Session, company: CompanySettings, order: Order, plan: Plan) -> tuple[str, ...]:
    """Give the reasons why the rules would have held the order as it shall be; a person decides already."""
    rules = replace(company.approval_rules(), automatic=True)
    placed = orders.placed_values(session, company.id, [order.location], rules.history_orders + 1)
    history = list(placed.get(order.location, []))
    if order.value in history:
        history.remove(order.value)
    return decide(plan.wanted, history, rules).reasons


def _calls(channel: Channel, order: Order, plan: Plan) -> list[Callable[[], None]]:
    """Adding comes before removing: an order keeps at least one line at every moment."""
    company, order_id = order.company, order.platform_order_id or ""
    calls: list[Callable[[], None]] = []
    if plan.update:
        calls.append(partial(channel.update_lines, company, order_id, plan.update))
    if plan.add:
        calls.append(partial(channel.add_lines, company, order_id, plan.add))
    if plan.remove:
        calls.append(partial(channel.remove_lines, company, order_id, plan.remove))
    return calls


def _recorded(
    services: Services,
    order: Order,
    plan: Plan,
    before: tuple[RequestLine, ...],
    theirs: PlatformOrder,
    *,
    actor: str,
    evidence: dict[str, Any],
) -> LinesChanged:
    """Make our lines those that were read, unless somebody else has changed or moved the order meanwhile."""
    with services.database.transaction() as session:
        now = orders.locked(session, [order.id])[0]
        late = OrderState(now.state) not in AT_PLATFORM or orders.requested_lines(session, now.id) != before
        name = "late_lines_changed" if late else "lines_changed"
        submissions.add_news(session, now, name=name, actor=actor, evidence=evidence)
        if not late:
            changes.replace_lines(session, now, plan.wanted, order_value(plan.wanted))
            follow(services, session, now, theirs)
            session.refresh(now)
    if late:
        raise IllegalMoveError(
            f"the platform has changed order {order.vendor_invoice_number}, but it was changed or moved here "
            f"meanwhile: it is {now.state}; look again"
        )
    log.info("order_lines_changed", order_id=now.id, vendor_invoice_number=now.vendor_invoice_number, actor=actor)
    return LinesChanged(now, _units(before), _units(plan.wanted), evidence["sent"])


def _units(lines: tuple[RequestLine, ...]) -> dict[str, int]:
    return {line.sku: line.quantity for line in lines}
