"""Packs awarded one after the other in a fixed order, counted for very many groups at once without walking it.

Every row of a group wants some packs. Its pack number k (from 0) stands at the place

    (start + k · step) / base        with whole numbers, step > 0 and base > 0,

and the packs of a group are awarded from the lowest place upwards; of equal places the row of the lower rank comes
first. How many are awarded is the group's supply.

**Why more supply never gives a row less.** The places do not depend on the supply, so neither does the order of the
awards. More supply makes the same awards and then further ones. That each row gets whole packs, never more than it
wants, and that together they get exactly the supply, follows from the same sentence.

**How it is counted.** Of each group a threshold is halved into until few packs lie about it; these alone are sorted.
Places are compared as float64, and exactly. Equal fractions round alike. Two different ones, a/b and c/d, differ by
1/bd or more, which is the |a|d-th part of a/b; where they are close, |a|d is close to the root of |a|b · |c|d. So
while every |a|b stays below 2⁵¹ they differ by more than rounding can hide. Larger numbers are refused.

Each step is one award, so this is the greedy method for a sum of convex costs (Fox 1966), and with places
(2k + 1) / 2d it is Webster's divisor method (Balinski & Young, *Fair Representation*, 1982).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from replenisher.errors import PlanningInputError

Whole = npt.NDArray[np.int64]
Real = npt.NDArray[np.float64]

LARGEST_PRODUCT = 1 << 51
"""What the largest numerator of a place times its base must stay below, for places to be compared exactly."""

BLOCK_ROWS = 1 << 16
"""Rows that are worked on at once: enough to be fast, few enough to stay in the processor's cache."""


@dataclass(frozen=True)
class Rows:
    """The rows of many groups as int64 arrays of one length, sorted by group, and within it by rank.

    `wanted` counts packs, 0 or more; the place of pack k is (start + k * step) / base.
    """

    wanted: Whole
    start: Whole
    step: Whole
    base: Whole

    def part(self, rows: slice) -> Rows:
        """Take some of the rows."""
        return Rows(self.wanted[rows], self.start[rows], self.step[rows], self.base[rows])

    def place(self, packs: Whole) -> Real:
        """Give the place of each row's pack of that number."""
        place: Real = (self.start + packs * self.step) / self.base
        return place

    def up_to(self, threshold: Real) -> Whole:
        """Count each row's packs whose place is the threshold or lower."""
        estimate = np.floor((threshold * self.base - self.start) / self.step) + 1
        count: Whole = np.clip(estimate, 0, self.wanted).astype(np.int64)
        # The estimate may be one off; the places themselves decide.
        count += (count < self.wanted) & (self.place(count) <= threshold)
        count -= (count > 0) & (self.place(count - 1) > threshold)
        return count


def first_awards(rows: Rows, first_rows: npt.NDArray[np.intp], supply: Whole) -> Whole:
    """Count the packs that each row is awarded when its group has a supply of so many packs.

    `first_rows` holds the number of each group's first row, ascending from 0, and `supply` a number of packs per
    group, from 0 to what its rows want. Returns an int64 array, a count per row. Raises PlanningInputError when
    numbers are too large to be compared exactly.

    Worked example: one group, 4 packs, rows that want 5 and 2 with places (2k + 1) / 2d: the places are 0.1, 0.3, 0.5,
    0.7, 0.9 and 0.25, 0.75. The four lowest are 0.1, 0.25, 0.3 and 0.5: the rows get 3 and 1.
    """
    _check_size(rows)
    awarded = np.zeros_like(rows.wanted)
    last_rows = np.append(first_rows[1:], rows.wanted.size)
    for one in _blocks(first_rows, last_rows):
        here = slice(int(first_rows[one.start]), int(last_rows[one.stop - 1]))
        awarded[here] = _award(rows.part(here), first_rows[one] - here.start, supply[one])
    return awarded


def _check_size(rows: Rows) -> None:
    if not rows.wanted.size:
        return
    last = rows.start + rows.wanted * rows.step
    largest = np.maximum(np.abs(rows.start), np.abs(last)).astype(np.float64) * rows.base
    if largest.max() >= LARGEST_PRODUCT:
        raise PlanningInputError(
            f"fair share: row {int(largest.argmax())} has quantities or levels too large to be compared exactly; "
            "check its position and its order-up-to level"
        )


def _blocks(first_rows: npt.NDArray[np.intp], last_rows: npt.NDArray[Any]) -> Iterator[slice]:
    """Cut the groups into runs of about BLOCK_ROWS rows; a larger group is a run of its own."""
    begin = 0
    while begin < first_rows.size:
        end = int(np.searchsorted(last_rows, first_rows[begin] + BLOCK_ROWS, side="right"))
        end = max(end, begin + 1)
        yield slice(begin, end)
        begin = end


def _award(rows: Rows, first_rows: npt.NDArray[np.intp], supply: Whole) -> Whole:
    group = np.repeat(np.arange(first_rows.size), np.diff(np.append(first_rows, rows.wanted.size)))
    surely, perhaps = _narrow(rows, group, first_rows, supply)
    row = np.repeat(np.arange(rows.wanted.size), perhaps - surely)
    before = np.cumsum(perhaps - surely) - (perhaps - surely)
    pack = np.arange(row.size) - before[row] + surely[row]
    place = (rows.start[row] + pack * rows.step[row]) / rows.base[row]
    # Rows are sorted by rank within their group, so a stable order of the places keeps the lower rank first.
    order = np.lexsort((place, group[row]))
    contested = group[row[order]]
    left = supply - np.add.reduceat(surely, first_rows)
    number = np.arange(row.size) - np.searchsorted(contested, contested)
    awarded: Whole = surely + np.bincount(row[order[number < left[contested]]], minlength=surely.size)
    return awarded


def _narrow(
    rows: Rows, group: npt.NDArray[np.intp], first_rows: npt.NDArray[np.intp], supply: Whole
) -> tuple[Whole, Whole]:
    """Find for each row how many packs it gets at least and at most, until no more packs are in doubt than rows.

    That ends: where more are in doubt, a row has two of them, and between their places there is room for a threshold.
    """
    surely, perhaps = np.zeros_like(rows.wanted), rows.wanted.copy()
    low = np.nextafter(np.minimum.reduceat(rows.place(np.zeros_like(rows.wanted)), first_rows), -np.inf)
    high = np.maximum.reduceat(rows.place(np.maximum(rows.wanted - 1, 0)), first_rows)
    while int((perhaps - surely).sum()) > rows.wanted.size:
        middle = low + (high - low) / 2
        count = rows.up_to(middle[group])
        fits = np.add.reduceat(count, first_rows) <= supply
        low, high = np.where(fits, middle, low), np.where(fits, high, middle)
        surely, perhaps = np.where(fits[group], count, surely), np.where(fits[group], perhaps, count)
    return surely, perhaps
