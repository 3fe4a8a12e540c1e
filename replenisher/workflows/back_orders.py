"""Learn from our own partly received orders whether the platform's on-order quantity holds their remainder already.

1. Read our open orders of the location at the platform, then its inventory report, then the orders again.
2. Only when no order changed meanwhile are their open units compared with the report, SKU by SKU.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from replenisher.config import CompanySettings
from replenisher.errors import AbsentError, GatewayError
from replenisher.gateways.channel import Channel
from replenisher.gateways.observations import Interview, Observation, OwnOrder, Question, Sized, seen, unanswered
from replenisher.purchasing.back_orders import BackOrderPlace, OpenLines, ReportedSupply, learn
from replenisher.purchasing.platform import PlatformOrder, PlatformStatus, ReportWindow

MOST_READ = 6
QUESTION = Question(
    "backorder_in_on_order",
    "one report counts back orders in QuantityOnOrder, two list them beside it",
    "adds QuantityOnBackorder to the position; planning.weights.backordered says otherwise",
)
RIGHT_SETTINGS = {
    BackOrderPlace.BESIDE: ("count",),
    BackOrderPlace.INCLUDED: ("included_in_on_order", "ignore"),
    BackOrderPlace.ON_ORDER: ("count", "included_in_on_order", "ignore", "demand"),
}
HARM = {
    BackOrderPlace.BESIDE: "what is left of partly received orders is not counted and would be ordered again",
    BackOrderPlace.INCLUDED: "what is left of partly received orders is counted twice, so too little is ordered",
}


def place_of_back_orders(
    channel: Channel, company: CompanySettings, open_orders: Sequence[OwnOrder], window: ReportWindow, ask: Interview
) -> Observation:
    """Answer the question for one location from our own open orders there, the partly received ones first."""
    chosen = open_orders[:MOST_READ]
    if not chosen:
        return unanswered(QUESTION, "no partly received order to learn from")
    before = _orders(channel, company, chosen, ask, "our open orders")
    if before is None:
        return unanswered(QUESTION, ask.problem_of("our open orders"))
    ours = open_lines(before)
    if not ours.remaining:
        return unanswered(QUESTION, "no partly received order to learn from")
    reported = _report(channel, company, chosen[0].location, window, ask)
    after = _orders(channel, company, chosen, ask, "our open orders again")
    if reported is None or after is None:
        return unanswered(
            QUESTION, ask.problem_of("inventory report, for back orders") or "the orders were not answered"
        )
    if after != before:
        return unanswered(QUESTION, "an order was received while it was looked at; probe again")
    return _judged(ours, reported, company)


def open_lines(orders: Sequence[PlatformOrder]) -> OpenLines:
    """Add up the open units of orders by SKU: partly received ones, and committed ones of which nothing has come."""
    remaining: Counter[str] = Counter()
    untouched: Counter[str] = Counter()
    for order in orders:
        received = any(line.quantity_received for line in order.lines)
        if not received and order.status is PlatformStatus.PENDING:
            continue
        for line in order.lines:
            left = max(line.quantity_ordered - line.quantity_received, 0)
            if left and order.status is not PlatformStatus.COMPLETE:
                (remaining if received else untouched)[line.sku] += left
    return OpenLines(dict(remaining), dict(untouched))


def _judged(ours: OpenLines, reported: dict[str, ReportedSupply], company: CompanySettings) -> Observation:
    learned = learn(ours, reported)
    if learned.place is None:
        return unanswered(QUESTION, learned.reason)
    what = f"{learned.place.value}, on {learned.lines} lines of our own orders"
    right = RIGHT_SETTINGS[learned.place]
    if company.planning.weights.backordered in right:
        return seen(QUESTION, what)
    return seen(QUESTION, what, attention=HARM[learned.place], setting=f"planning.weights.backordered: {right[0]}")


def _orders(
    channel: Channel, company: CompanySettings, chosen: Sequence[OwnOrder], ask: Interview, asked: str
) -> list[PlatformOrder] | None:
    def read() -> list[PlatformOrder]:
        found: list[PlatformOrder] = []
        for one in chosen:
            try:
                found.append(channel.read(company.id, one.platform_order_id, one.vendor_invoice_number))
            except AbsentError:  # tracking tells a person of it; nothing can be learned from it here
                continue
        return found

    return ask.ask(asked, read, lambda found: Sized(None, len(found)))


def _report(
    channel: Channel, company: CompanySettings, location: str, window: ReportWindow, ask: Interview
) -> dict[str, ReportedSupply] | None:
    def read() -> dict[str, ReportedSupply]:
        found = channel.inventory(company.id, [location], window)[location]
        if isinstance(found, GatewayError):
            raise found
        if isinstance(found, Exception):
            raise TypeError("a channel gives a report or a GatewayError") from found
        rows = found[0]
        columns = (rows["sku"], rows["on_order"], rows["backordered"])
        return {
            str(sku): ReportedSupply(int(on_order), int(backordered))
            for sku, on_order, backordered in zip(*columns, strict=True)
        }

    return ask.ask("inventory report, for back orders", read, lambda found: Sized(None, len(found)))
