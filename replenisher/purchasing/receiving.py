"""What has been received of an order, and when it is done."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from replenisher.purchasing.platform import PlatformOrder, PlatformStatus, RequestLine
from replenisher.purchasing.states import OrderState


@dataclass(frozen=True)
class Progress:
    """How far an order is: units received by SKU, the state that follows, and what a person should know."""

    received: dict[str, int]
    state: OrderState
    notes: tuple[tuple[str, str], ...]
    """Pairs of exception kind and sentence."""


def progress(lines: Sequence[RequestLine], theirs: PlatformOrder) -> Progress:
    """Fold the platform's order into our own lines.

    An order closed with less than ordered is received and releases its remainder, with a note; more received than
    ordered is noted and never makes an open quantity negative; a status no document lists keeps the order open.
    """
    received: Counter[str] = Counter()
    for line in theirs.lines:
        received[line.sku] += line.quantity_received
    ordered = Counter({line.sku: line.quantity for line in lines})
    complete = theirs.status is PlatformStatus.COMPLETE
    notes = []
    for sku, quantity in ordered.items():
        if received[sku] > quantity:
            notes.append(("over_received", f"{sku}: ordered {quantity}, received {received[sku]}"))
        elif complete and received[sku] < quantity:
            short = quantity - received[sku]
            notes.append(("closed_short", f"{sku}: ordered {quantity}, closed with {received[sku]}; {short} released"))
    if theirs.status is PlatformStatus.UNKNOWN:
        notes.append(("unknown_status", f"the platform says {theirs.raw_status!r}, which no document lists"))
    done = complete or all(received[sku] >= quantity for sku, quantity in ordered.items())
    if done:
        state = OrderState.RECEIVED
    else:
        state = OrderState.PARTLY_RECEIVED if any(received.values()) else OrderState.CONFIRMED
    return Progress(dict(received), state, tuple(notes))
