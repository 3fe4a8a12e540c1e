"""Sales of many series side by side: a row per series, a column per period, oldest first.

`counts` tells which periods say something of demand: none before a product was on sale, none on which there was nothing
to sell. A period that does not count is left out as if it had not been, so it neither pulls a rate down nor lengthens
an interval between two sales.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from replenisher.errors import PlanningInputError

Real = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

SERIES_AT_ONCE = 8192
"""Series of one block: its arrays stay in the processor's cache from one period to the next."""


@dataclass(frozen=True)
class Panel:
    """Units sold, never below 0; `counts` is of the same shape, or None where every period counts."""

    units: Real
    counts: Flags | None = None

    def __post_init__(self) -> None:
        """Refuse what is no table of sales."""
        if self.units.ndim != 2 or self.units.shape[1] == 0:
            raise PlanningInputError("sales should be a table of series by periods, with a period at least")
        if self.counts is not None and self.counts.shape != self.units.shape:
            raise PlanningInputError("which periods count should be told of every period of every series")
        if self.units.size and not bool(np.all(self.units >= 0)):
            raise PlanningInputError(
                "sales of a period should be 0 units or more, and a number; take returns out first"
            )

    def blocks(self) -> Iterator[tuple[slice, Panel]]:
        """Cut the panel into blocks of series."""
        for first in range(0, len(self.units), SERIES_AT_ONCE):
            rows = slice(first, first + SERIES_AT_ONCE)
            yield rows, Panel(self.units[rows], None if self.counts is None else self.counts[rows])

    def packed(self) -> tuple[Real, Whole]:
        """Give each series' counting periods moved to the right end, in order, and how many they are.

        So the newest is in the last column of every series; what is left of the oldest is 0 and does not count.
        """
        if self.counts is None:
            length = np.full(len(self.units), self.units.shape[1], dtype=np.int64)
            return self.units, length
        order = np.argsort(self.counts, axis=1, kind="stable")
        moved = np.take_along_axis(np.where(self.counts, self.units, 0.0), order, axis=1)
        return moved, self.counts.sum(axis=1).astype(np.int64)


def by_period(units: Real) -> Real:
    """Turn a table so that the values of one period lie side by side."""
    return np.ascontiguousarray(units.T)
