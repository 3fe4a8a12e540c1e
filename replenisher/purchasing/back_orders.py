"""Does a report's on-order quantity hold the remainder of partly received orders? Learned from orders of our own.

The documents say both. Counting a back order that on order holds already orders too little; leaving out one that it
does not hold orders the same goods twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

LEAST_LINES = 2
"""Lines that must agree before on order is believed to hold the back order: one may agree by chance."""


class BackOrderPlace(Enum):
    """Where the report shows what is left of a partly received order."""

    BESIDE = "in QuantityOnBackorder only"
    INCLUDED = "in QuantityOnOrder and in QuantityOnBackorder"
    ON_ORDER = "in QuantityOnOrder only"


@dataclass(frozen=True)
class OpenLines:
    """Open units by SKU of our orders at one location: on partly received orders, and on committed untouched ones."""

    remaining: Mapping[str, int]
    untouched: Mapping[str, int]


@dataclass(frozen=True)
class ReportedSupply:
    """What a report shows of one SKU, in units."""

    on_order: int
    backordered: int


@dataclass(frozen=True)
class BackOrdersLearned:
    """Where the remainder stands and on how many lines that shows; `place` is None, and `reason` why, when unclear."""

    place: BackOrderPlace | None
    lines: int
    reason: str = ""


def learn(ours: OpenLines, reported: Mapping[str, ReportedSupply]) -> BackOrdersLearned:
    """Compare each SKU's remainder with its report; orders of others can only make the reported quantities larger.

    On order smaller than remainder and untouched orders together cannot hold both: a proof. On order that equals
    them exactly is believed on `LEAST_LINES` lines. Lines that contradict each other decide nothing.
    """
    votes: list[BackOrderPlace] = []
    unclear = 0
    for sku, remainder in ours.remaining.items():
        if remainder > 0 and sku in reported:
            vote = _vote(remainder, ours.untouched.get(sku, 0), reported[sku])
            votes += [] if vote is None else [vote]
            unclear += vote is None
    if not votes:
        reason = f"our own orders do not explain the report, on {unclear} lines" if unclear else ""
        return BackOrdersLearned(None, 0, reason or "no partly received order to learn from")
    if len(set(votes)) > 1:
        return BackOrdersLearned(None, len(votes), f"{len(votes)} lines contradict each other")
    if votes[0] is BackOrderPlace.INCLUDED and len(votes) < LEAST_LINES:
        return BackOrdersLearned(None, 1, "one line agrees, which may be chance")
    return BackOrdersLearned(votes[0], len(votes))


def _vote(remainder: int, untouched: int, reported: ReportedSupply) -> BackOrderPlace | None:
    for_remainder = reported.on_order - untouched
    if reported.backordered < remainder:
        return BackOrderPlace.ON_ORDER if for_remainder >= remainder else None
    if for_remainder < remainder:
        return BackOrderPlace.BESIDE
    return BackOrderPlace.INCLUDED if for_remainder == remainder else None
