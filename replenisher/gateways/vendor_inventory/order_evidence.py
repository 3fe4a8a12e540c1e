"""What raw answers about orders say of the open questions; pure, and sparing with what it repeats."""

from __future__ import annotations

from collections import Counter
from typing import Any

from replenisher.errors import GatewayError
from replenisher.gateways.observations import Observation, counted_words, seen, some, unanswered
from replenisher.gateways.vendor_inventory import questions
from replenisher.gateways.vendor_inventory.orders import ORDER_ID_NAMES, STATUSES, status_of
from replenisher.gateways.vendor_inventory.raw_answers import Raw, named, nested
from replenisher.purchasing.platform import PlatformStatus


def judge_orders(raw: Raw) -> list[Observation]:
    """Answer the questions on orders and their list."""
    return [
        _status_spelling(raw),
        _order_id_field(raw),
        _duplicate_policy(raw),
        _quantity_type(raw),
        _paging(raw),
        _span(raw),
        unanswered(questions.LIST_SCOPE, "no entry of the list names its location"),
    ]


def _orders(raw: Raw) -> list[dict[str, Any]]:
    return [*raw.rows("list"), *raw.rows("orders")]


def _status_spelling(raw: Raw) -> Observation:
    words = [str(named(row, "status") or "") for row in _orders(raw)]
    if not words:
        return unanswered(questions.STATUS_SPELLING, raw.why_none("list", "no order in the list"))
    unknown = sorted({word for word in words if status_of(word) is PlatformStatus.UNKNOWN})
    listed = ", ".join(STATUSES)
    attention = f"ask the retailer what {some(unknown)} means; known are {listed}" if unknown else ""
    return seen(questions.STATUS_SPELLING, counted_words(words), attention=attention)


def _order_id_field(raw: Raw) -> Observation:
    rows = _orders(raw)
    if not rows:
        return unanswered(questions.ORDER_ID_FIELD, raw.why_none("list", "no order in the list"))
    return seen(
        questions.ORDER_ID_FIELD,
        counted_words(key for row in rows for key in row if key.casefold() in ORDER_ID_NAMES),
    )


def _duplicate_policy(raw: Raw) -> Observation:
    numbers = [str(named(row, "vendorinvoicenumber") or "") for row in raw.rows("list")]
    used = [number for number in numbers if number]
    if not used:
        return unanswered(questions.DUPLICATE_POLICY, raw.why_none("list", "no order in the list"))
    twice = sorted(number for number, count in Counter(used).items() if count > 1)
    if not twice:
        what = f"no number stands twice among {len(used)} orders; what a second create answers, only a write would tell"
        return seen(questions.DUPLICATE_POLICY, what)
    attention = "the platform holds one number twice: make sure that those goods are not shipped twice"
    return seen(questions.DUPLICATE_POLICY, f"accepted: {some(twice)} stand more than once", attention=attention)


def _quantity_type(raw: Raw) -> Observation:
    kinds = [
        "text" if isinstance(named(line, "quantityordered"), str) else "a number"
        for order in raw.rows("orders")
        for line in nested(named(order, "products"))
    ]
    if not kinds:
        return unanswered(questions.QUANTITY_TYPE, raw.why_none("list", "no order with a line was read"))
    return seen(questions.QUANTITY_TYPE, counted_words(kinds))


def _span(raw: Raw) -> Observation:
    """Answer how many days may be asked for at once."""
    if not raw.span:
        return unanswered(questions.DATE_SPAN, raw.why_none("list", "the list of orders was not answered"))
    return seen(questions.DATE_SPAN, raw.span)


def _paging(raw: Raw) -> Observation:
    """Answer whether the list comes in pages, from what `$top=1` and `$skip` past the whole list brought."""
    whole = {named(row, "purchaseorderguid") or named(row, "purchaseorderid") for row in raw.rows("list")}
    if not whole or len(raw.pages) < 2:
        return unanswered(questions.LIST_PAGING, raw.why_none("list", "no order in the list"))
    top, after = raw.pages
    shortened = "refused" if isinstance(top, GatewayError) else "heeded" if len(top) == 1 < len(whole) else ""
    shortened = shortened or ("passed over" if len(whole) > 1 else "not to be told from one order")
    if isinstance(after, GatewayError):
        following = f"$skip={len(whole)} is refused"
    else:
        new = {one.platform_order_id for one in after} - {str(one).lower() for one in whole}
        following = (
            f"pages of {len(whole)}: $skip={len(whole)} brings {len(new)} more"
            if new
            else f"the whole list at once ({len(whole)} orders)"
        )
    return seen(questions.LIST_PAGING, f"{following}; $top=1 is {shortened}")
