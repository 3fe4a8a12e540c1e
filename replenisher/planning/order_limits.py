"""The maximum per order: which rows of one location give way when lines, units or value pass what one order may hold.

The rows that hurt most stay. Rows rank by their shortage, the share of the minimum that is missing from the position
`(minimum - position) / max(minimum, 1)`, largest first, and by SKU where that is equal. Then, row by row:

* **lines**: the first rows keep their place, as many as an order may have lines. A row whose smallest lot could never
  fit the other two maximums takes no place.
* **units**, then **value**: a row takes what it asks for; the one for which the room does not suffice takes the whole
  case packs that fit, if they reach its smallest lot, and nothing otherwise; the rows after it share what is left.

So a large pack never blocks its neighbours, and a location with anything that fits orders something. A row without a
known cost counts nothing towards the value and stays: approval holds it. Only locations that pass a maximum are
touched.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from replenisher.planning.constraints import Whole
from replenisher.planning.reasons import Reason


@dataclass(frozen=True)
class OrderLimits:
    """What one order may hold at most: lines, units, value in ten-thousandths; None means no limit."""

    lines: int | None
    units: int | None
    value: int | None


@dataclass(frozen=True)
class Candidates:
    """The rows that ask for goods, as arrays of one length.

    `location` and `sku_rank` are codes (the rank follows the order of the texts), `unit_cost` is 0 where not known.
    """

    location: npt.NDArray[np.int64]
    sku_rank: npt.NDArray[np.int64]
    shortage: npt.NDArray[np.float64]
    quantity: Whole
    case_pack: Whole
    smallest_lot: Whole
    unit_cost: Whole


@dataclass(frozen=True)
class Limited:
    """The quantities after each maximum, and the reason bits of the changes."""

    after_lines: Whole
    after_units: Whole
    after_value: Whole
    reasons: Whole


def limit_orders(candidates: Candidates, limits: OrderLimits) -> Limited:
    """Apply the three maximums to every location that passes one of them.

    Worked example: at most 20 units, rows in order of need asking for 12, 12 and 4 in packs of 4: 12, 8, and the
    third nothing.
    """
    quantity = candidates.quantity
    result = Limited(quantity.copy(), quantity.copy(), quantity.copy(), np.zeros_like(quantity))
    for rows in _rows_of_locations_beyond(candidates, limits):
        ranked = rows[np.lexsort((candidates.sku_rank[rows], -candidates.shortage[rows]))]
        _limit_one(candidates, ranked, limits, result)
    return result


def _rows_of_locations_beyond(candidates: Candidates, limits: OrderLimits) -> list[npt.NDArray[np.intp]]:
    """List, for each location that passes a maximum, the numbers of its rows that order something."""
    quantity, location = candidates.quantity, candidates.location
    if not quantity.size:
        return []
    # Sums in float64 are exact up to 2**53, the largest limit allowed; beyond it they can only stay beyond.
    beyond = np.zeros(int(location.max()) + 1, dtype=np.bool_)
    if limits.lines is not None:
        beyond |= np.bincount(location, quantity > 0) > limits.lines
    if limits.units is not None:
        beyond |= np.bincount(location, quantity) > limits.units
    if limits.value is not None:
        beyond |= np.bincount(location, quantity * candidates.unit_cost) > limits.value
    rows = np.flatnonzero(beyond[location] & (quantity > 0))
    grouped = rows[np.argsort(location[rows], kind="stable")]
    borders = np.flatnonzero(np.diff(location[grouped])) + 1
    return np.split(grouped, borders) if rows.size else []


def _limit_one(candidates: Candidates, ranked: npt.NDArray[np.intp], limits: OrderLimits, result: Limited) -> None:
    """Write one location's quantities and reasons into the result; `ranked` holds its rows in order of need."""
    asked, pack = candidates.quantity[ranked], candidates.case_pack[ranked]
    lot, cost = candidates.smallest_lot[ranked], candidates.unit_cost[ranked]
    one = np.ones_like(cost)
    after_lines = _fill_lines(asked, lot, cost, limits)
    after_units = _fill(after_lines, pack, lot, one, limits.units)
    after_value = _fill(after_units, pack, lot, cost, limits.value)
    result.after_lines[ranked] = after_lines
    result.after_units[ranked] = after_units
    result.after_value[ranked] = after_value
    result.reasons[ranked] = (
        _bits(asked, after_lines, Reason.NO_ROOM_IN_ORDER_LINES, Reason.NO_ROOM_IN_ORDER_LINES)
        | _bits(after_lines, after_units, Reason.CUT_TO_ORDER_UNITS, Reason.NO_ROOM_IN_ORDER_UNITS)
        | _bits(after_units, after_value, Reason.CUT_TO_ORDER_VALUE, Reason.NO_ROOM_IN_ORDER_VALUE)
    )


def _bits(before: Whole, after: Whole, cut: Reason, dropped: Reason) -> Whole:
    return np.where(after == before, 0, np.where(after == 0, dropped.bit, cut.bit))


def _fill_lines(asked: Whole, lot: Whole, cost: Whole, limits: OrderLimits) -> Whole:
    if limits.lines is None:
        return asked
    fits = np.ones(asked.size, dtype=np.bool_)
    if limits.units is not None:
        fits &= lot <= limits.units
    if limits.value is not None:
        fits &= lot * cost <= limits.value
    place = np.cumsum(fits)
    return np.where(fits & (place > limits.lines), 0, asked)


def _fill(asked: Whole, pack: Whole, lot: Whole, worth: Whole, limit: int | None) -> Whole:
    """Give rows in order what they ask for while there is room; `worth` is what one unit takes of it."""
    if limit is None:
        return asked
    given = np.zeros_like(asked)
    room = limit
    waiting = np.flatnonzero(asked)
    while waiting.size:
        waiting = waiting[lot[waiting] * worth[waiting] <= room]
        running = np.cumsum((asked[waiting] * worth[waiting]).astype(np.float64))
        whole = int(np.searchsorted(running, room, side="right"))
        given[waiting[:whole]] = asked[waiting[:whole]]
        if whole == waiting.size:
            break
        room -= int(running[whole - 1]) if whole else 0
        partly = waiting[whole]
        packs = room // (int(pack[partly]) * int(worth[partly]))
        units = packs * int(pack[partly])
        if units >= lot[partly]:
            given[partly] = units
            room -= units * int(worth[partly])
        waiting = waiting[whole + 1 :]
    return given
