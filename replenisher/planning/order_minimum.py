"""The minimum per order: what becomes of a location's order that is worth too little, or too few units, to be sent.

* **hold**: nothing is added; the rows of the order say that it is below its minimum, and it waits for a person.
* **top-up**: whole packs are added to rows that order something, one after the other, until the minimum is reached.
  The next pack is always the one that would be needed soonest: `(position + ordered) / rate` is for how many days the
  row lasts without it. Of packs needed on the same day the first SKU comes first. A pack that would pass the row's or
  the order's maximum is left out. An order that cannot reach its minimum so is left as it was, and held.

So a top-up never creates an order, never adds in vain, and ties up as little as may be for as short as may be: of the
packs that it might add, those that are needed soonest (`docs/planning.md` compares it with the exact optimum).

Where a minimum value is set, a row whose cost is not known counts nothing towards it, and is not added to.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from heapq import heapify, heappop, heappush

import numpy as np
import numpy.typing as npt

from replenisher.planning.constraints import Whole
from replenisher.planning.reasons import Reason

Real = npt.NDArray[np.float64]
Places = npt.NDArray[np.intp]

_HAIR = 1e-9
"""Relative; wider than any rounding error of the days, so that packs near a border are looked at one by one."""

_HALVINGS = 80
"""Enough to bring any two days as near to each other as numbers can be told apart."""


@dataclass(frozen=True)
class OrderMinimum:
    """What an order should hold at least and may hold at most, in units and value (ten-thousandths); None: no limit."""

    units: int | None
    value: int | None
    top_up: bool = False
    most_units: int | None = None
    most_value: int | None = None


@dataclass(frozen=True)
class OrderRows:
    """The rows that ask for goods, as arrays of one length.

    `location` and `sku_rank` are codes (the rank follows the order of the texts). `rate` is what a row sells: float64
    in units per day, or of whatever period is the same for all; a row without one is not added to. `most` is what the
    row may order in all, in units; `unit_cost` in ten-thousandths, 0 where it is not known.
    """

    location: Whole
    sku_rank: Whole
    position: Whole
    rate: Real
    quantity: Whole
    case_pack: Whole
    most: Whole
    unit_cost: Whole

    def some(self, rows: Places | npt.NDArray[np.bool_]) -> OrderRows:
        """Give some of the rows."""
        return OrderRows(*(getattr(self, name)[rows] for name in self.__dataclass_fields__))


def keep_order_minimum(rows: OrderRows, minimum: OrderMinimum) -> tuple[Whole, Whole]:
    """Top up or mark the orders below their minimum; returns the quantities and reason bits.

    Worked example: at least 40 units. A orders 20 in packs of 10 at position 0, selling 2 a day; B orders 10 in packs
    of 5 at position 0, selling 2 a day. A lasts 10 days, B 5: B gets 5 and lasts 7.5, then 5 more. The order is of 40
    units: A 20, B 20. Held, it stays at 30 and both rows say so.
    """
    after = rows.quantity + _added(rows, minimum) if minimum.top_up else rows.quantity
    bits = np.where(after > rows.quantity, Reason.TOPPED_UP.bit, 0)
    below = _short(_gaps(rows, after, minimum))
    bits[below[rows.location] & (after > 0)] |= Reason.ORDER_BELOW_MINIMUM.bit
    return after, bits


def _sums(rows: OrderRows, quantity: Whole, locations: int) -> npt.NDArray[np.float64]:
    """Add up units and value of each location: 2 x locations. Exact up to 2**53, and beyond it they stay beyond."""
    worth = quantity * rows.unit_cost
    return np.stack([np.bincount(rows.location, each, locations) for each in (quantity, worth)])


def _gaps(rows: OrderRows, quantity: Whole, minimum: OrderMinimum) -> npt.NDArray[np.float64]:
    """Count what each location's order lacks of its minimums, units and value; an order of nothing lacks nothing."""
    locations = int(rows.location.max()) + 1 if rows.location.size else 0
    sums = _sums(rows, quantity, locations)
    wanted = np.array([[minimum.units or 0], [minimum.value or 0]], dtype=np.float64)
    return np.where(sums[0] > 0, np.maximum(wanted - sums, 0), 0)


def _short(gaps: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    """Tell which locations lack units or value."""
    short: npt.NDArray[np.bool_] = (gaps[0] > 0) | (gaps[1] > 0)
    return short


def _added(rows: OrderRows, minimum: OrderMinimum) -> Whole:
    """Count the units that a top-up adds to each row."""
    added = np.zeros_like(rows.quantity)
    gaps = _gaps(rows, rows.quantity, minimum)
    if not gaps.any():
        return added
    able = _short(gaps)[rows.location] & (rows.quantity > 0) & (rows.rate > 0)
    able &= (rows.most - rows.quantity >= rows.case_pack) & ((rows.unit_cost > 0) | (minimum.value is None))
    places = np.flatnonzero(able)
    if not places.size:
        return added
    some = rows.some(places)
    added[places] = _soonest(some, gaps) * some.case_pack
    for location in _beyond(rows, rows.quantity + added, minimum):
        here = np.flatnonzero(some.location == location)
        added[places[here]] = _one_by_one(rows, some.some(here), minimum, location, gaps[:, location])
    return added


def _soonest(some: OrderRows, gaps: npt.NDArray[np.float64]) -> Whole:
    """Count the packs that each row gets if no maximum per order is in the way; none where the gap cannot be closed.

    All locations at once: days are halved between too few packs and enough, until few packs are left in between;
    those are put in order one by one.
    """
    # Locations without a row to add to would have no first and no last day: count only those that have one.
    known, location = np.unique(some.location, return_inverse=True)
    some, gaps = replace(some, location=location), gaps[:, known]
    worth = np.stack([some.case_pack, some.case_pack * some.unit_cost])
    alone = np.max(np.ceil(gaps[:, some.location] / np.maximum(worth, 1)), axis=0)
    most = np.minimum((some.most - some.quantity) // some.case_pack, alone.astype(np.int64))
    reached = np.all(_closed(some, worth, most, gaps), axis=0)
    most = np.where(reached[some.location], most, 0)
    first = (some.position + some.quantity) / some.rate
    step = some.case_pack / some.rate
    low, high = np.full(reached.size, np.inf), np.full(reached.size, -np.inf)
    np.minimum.at(low, some.location, first - 1)
    np.maximum.at(high, some.location, first + most * step)

    def packs(days: Real, hair: float) -> Whole:
        at = days + hair * np.maximum(np.abs(days), 1)
        counted: Whole = np.clip(np.floor((at[some.location] - first) / step) + 1, 0, most).astype(np.int64)
        return counted

    for _ in range(_HALVINGS):
        fewest, enough = packs(low, -_HAIR), packs(high, _HAIR)
        if (enough - fewest).sum() <= 2 * most.size:
            break
        middle = (low + high) / 2
        closed = np.all(_closed(some, worth, packs(middle, 0.0), gaps), axis=0)
        low, high = np.where(closed, low, middle), np.where(closed, middle, high)
    return fewest + _in_order(some, worth, fewest, enough, gaps)


def _closed(some: OrderRows, worth: Whole, packs: Whole, gaps: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    given = [np.bincount(some.location, packs * each.astype(np.float64), gaps.shape[1]) for each in worth]
    closed: npt.NDArray[np.bool_] = np.stack(given) >= gaps
    return closed


def _in_order(some: OrderRows, worth: Whole, fewest: Whole, enough: Whole, gaps: npt.NDArray[np.float64]) -> Whole:
    """Count the packs of each row, beyond its fewest, that its location takes one by one until the gap is closed."""
    between = enough - fewest
    row = np.repeat(np.arange(between.size), between)
    nth = fewest[row] + np.arange(row.size) - np.repeat(np.cumsum(between) - between, between)
    days = (some.position[row] + some.quantity[row] + nth * some.case_pack[row]) / some.rate[row]
    order = np.lexsort((some.sku_rank[row], days, some.location[row]))
    row = row[order]
    location = some.location[row]
    begins = np.flatnonzero(np.diff(location, prepend=-1))
    open_before = np.zeros(row.size, dtype=np.bool_)
    for each, gap in zip(worth, gaps, strict=True):
        # What is left after the fewest; a single pack counts no more than the whole gap, so that sums stay exact.
        left = gap - np.bincount(some.location, fewest * each.astype(np.float64), gap.size)
        given = np.minimum(each[row], np.ceil(gap[location]).astype(np.int64))
        running = np.cumsum(given) - given
        before = running - np.repeat(running[begins], np.diff(begins, append=row.size))
        open_before |= before < left[location]
    packs: Whole = np.bincount(row[open_before], minlength=between.size).astype(np.int64)
    return packs


def _beyond(rows: OrderRows, quantity: Whole, minimum: OrderMinimum) -> list[int]:
    """List the locations whose topped-up order would pass a maximum."""
    sums = _sums(rows, quantity, int(rows.location.max()) + 1)
    beyond = np.zeros(sums.shape[1], dtype=np.bool_)
    for each, most in zip(sums, (minimum.most_units, minimum.most_value), strict=True):
        if most is not None:
            beyond |= each > most
    return [int(place) for place in np.flatnonzero(beyond)]


def _one_by_one(
    rows: OrderRows, some: OrderRows, minimum: OrderMinimum, location: int, gaps: npt.NDArray[np.float64]
) -> Whole:
    """Add pack by pack to the rows of one location, leaving out what passes the order's maximum; 0 if it is in vain."""
    sums = _sums(rows, rows.quantity, location + 1)[:, location]
    limits = (minimum.most_units, minimum.most_value)
    room = [np.inf if most is None else most - total for most, total in zip(limits, sums, strict=True)]
    lacking = gaps.tolist()
    added = [0] * some.quantity.size
    columns = (some.position + some.quantity, some.rate, some.case_pack, some.unit_cost, some.most - some.quantity)
    known = list(zip(*(column.tolist() for column in columns), strict=True))
    ranks = some.sku_rank.tolist()
    waiting = [(at / rate, ranks[row], row) for row, (at, rate, *_) in enumerate(known)]
    heapify(waiting)
    while waiting and max(lacking) > 0:
        _, rank, row = heappop(waiting)
        at, rate, pack, cost, most = known[row]
        worth = (pack, pack * cost)
        if added[row] + pack > most or any(each > left for each, left in zip(worth, room, strict=True)):
            continue
        added[row] += pack
        room = [left - each for left, each in zip(room, worth, strict=True)]
        lacking = [left - each for left, each in zip(lacking, worth, strict=True)]
        heappush(waiting, ((at + added[row]) / rate, rank, row))
    return np.array(added if max(lacking) <= 0 else [0] * len(added), dtype=np.int64)
