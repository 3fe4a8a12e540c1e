"""Which of the platform's orders is which of ours: by its id, else by our reference; and which nobody knows."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from types import MappingProxyType

from replenisher.purchasing.audited_products import OurOrder
from replenisher.purchasing.order_details import DetailedOrder
from replenisher.purchasing.reference import is_of_our_kind
from replenisher.purchasing.three_way import NOT_LISTED, OF_AN_ORDER, UNKNOWN_ORDER, Comparison, Difference

_EARLIEST = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Pairs:
    """Our orders with the platform's, ours that its list lacks, and its orders that are none of these."""

    found: tuple[tuple[OurOrder, DetailedOrder], ...]
    lacking: tuple[OurOrder, ...]
    further: tuple[tuple[DetailedOrder, OurOrder], ...]
    others: tuple[DetailedOrder, ...]


def pair_orders(ours: Sequence[OurOrder], theirs: Iterable[DetailedOrder]) -> Pairs:
    """Find each of our orders in the platform's list: by id first, else the oldest one that bears our reference.

    An id of another interface may be another one, so that a reference counts too. `further` are orders that bear a
    reference of ours beside the one that was found; `others` are neither, and not ours as far as these orders tell.
    """
    listed = {order.platform_order_id.casefold(): order for order in sorted(theirs, key=_age, reverse=True)}
    pairs = {one.order_id: listed.pop(one.platform_order_id.casefold(), None) for one in ours}
    by_reference: dict[str, list[DetailedOrder]] = {}
    for order in reversed(listed.values()):
        by_reference.setdefault(_key(order.vendor_invoice_number), []).append(order)
    further: list[tuple[DetailedOrder, OurOrder]] = []
    for one in ours:
        same = by_reference.pop(_key(one.vendor_invoice_number), [])
        if pairs[one.order_id] is None and same:
            pairs[one.order_id] = same.pop(0)
        further += [(order, one) for order in same]
    return Pairs(
        found=tuple((one, match) for one in ours if (match := pairs[one.order_id]) is not None),
        lacking=tuple(one for one in ours if pairs[one.order_id] is None),
        further=tuple(further),
        others=tuple(order for orders in by_reference.values() for order in orders),
    )


def _key(reference: str) -> str:
    return reference.strip().casefold()


def _age(order: DetailedOrder) -> tuple[datetime, str]:
    return order.created_at or _EARLIEST, order.platform_order_id


def not_listed(ours: OurOrder) -> Comparison:
    """Tell of an order of ours that the platform's list lacks; only a note while it was confirmed a moment ago."""
    units, announced = (sum(line.quantity for line in lines) for lines in (ours.lines, ours.announced))
    if ours.just_confirmed:
        note = "confirmed a moment ago, and not in the list yet"
        return Comparison(ours, units, announced, None, None, (), (note,), frozenset(OF_AN_ORDER))
    costs = [line.unit_cost * line.quantity for line in ours.lines if line.unit_cost is not None]
    amount = sum(costs, Decimal(0)) if costs else None
    sentence = f"we hold it as {ours.state} with {units} units, and the platform's list of orders in full lacks it"
    difference = Difference(NOT_LISTED, ours.vendor_invoice_number, ours.location, "", sentence, amount)
    unsaid = frozenset(OF_AN_ORDER) - {NOT_LISTED}
    return Comparison(ours, units, announced, None, None, (difference,), unsaid=unsaid)


def further_order(theirs: DetailedOrder, ours: OurOrder) -> Difference:
    """Tell of a second order at the platform that bears the reference of an order of ours."""
    sentence = f"order {theirs.platform_order_id} bears the reference of our order {ours.order_id} too: a duplicate"
    return _unknown(theirs, ours.vendor_invoice_number, sentence)


def unknown_orders(
    others: Iterable[DetailedOrder], known: Collection[str], never_placed: Mapping[str, str] = MappingProxyType({})
) -> list[Difference]:
    """Tell of orders with a reference of our kind that we never gave, and of all but the oldest with one that we did.

    `known` are all references that we ever gave, in small letters. `never_placed` are those of orders of ours that
    should not be there, with their states: of such the oldest is told too.
    """
    found, seen = [], set()
    for order in sorted(others, key=_age):
        reference = _key(order.vendor_invoice_number)
        if not is_of_our_kind(reference):
            continue
        first = f"order {order.platform_order_id} bears "
        if reference not in known:
            sentence = f"{first}a reference of our kind that we never gave: a stray"
            found.append(_unknown(order, reference.upper(), sentence))
        elif reference in seen:
            sentence = f"{first}the reference of an order of ours too: a duplicate"
            found.append(_unknown(order, reference.upper(), sentence))
        elif reference in never_placed:
            state = never_placed[reference]
            sentence = f"{first}the reference of an order that we hold as {state}: it is there all the same"
            found.append(_unknown(order, reference.upper(), sentence))
        seen.add(reference)
    return found


def _unknown(theirs: DetailedOrder, reference: str, sentence: str) -> Difference:
    rows = [(row.unit_cost, row.quantity) for row in theirs.ordered or ()]
    values = [cost * units for cost, units in rows if cost is not None]
    figures = f" with {sum(units for _, units in rows)} units" if theirs.ordered is not None else ""
    amount = sum(values, Decimal(0)) if values else None
    return Difference(UNKNOWN_ORDER, reference, theirs.location, "", f"{sentence}{figures}", amount)
