"""Daily sales of many series as they are known: empty shelves, days before a product was on sale, predecessors.

A day does not count where there was nothing to sell, before a product was on sale, or where its sales were not read. A
day that sold out counts with what it sold, unless more is made of it (`censoring`); one that sold out and sold nothing
had nothing to sell.

A product that takes another one's place (supersession) has the other's days until its own first one: its history is
longer, and class, rate and spread follow as if it had been one product.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from replenisher.errors import PlanningInputError
from replenisher.planning.demand.panel import Flags, Panel, Real, Whole


@dataclass(frozen=True)
class Sales:
    """Daily sales of many series, oldest first: a row per series and a column per day.

    `stock_outs` marks days on which there was nothing to sell, `sold_out` days that ended so, `first_day` is the column
    of each series' first day on sale (the number of days for one that never was), `lent_days` how many days before its
    own first one are a predecessor's, `known` days whose sales were read; None means none, and all of them.
    """

    units: Real
    stock_outs: Flags | None = None
    first_day: Whole | None = None
    sold_out: Flags | None = None
    lent_days: Whole | None = None
    known: Flags | None = None

    def __post_init__(self) -> None:
        """Refuse marks of other days or other series than those of the sales."""
        for name, marks in _marks(self).items():
            if marks is not None and marks.shape != self.units.shape:
                raise PlanningInputError(f"{name} should be told of every day of every series")
        for name, values in (("first_day", self.first_day), ("lent_days", self.lent_days)):
            if values is not None and values.shape != self.units.shape[:1]:
                raise PlanningInputError(f"{name} should be told of every series")

    def panel(self) -> Panel:
        """Give the panel of the days that count."""
        return Panel(self.units, self._counts())

    def on_sale(self) -> Flags | None:
        """Mark days from each series' first one on; None where all are."""
        if self.first_day is None:
            return None
        return np.asarray(np.arange(self.units.shape[1]) >= self.first_day[:, None])

    def nothing_to_sell(self) -> Flags | None:
        """Mark days on which there was nothing to sell; None where there are none."""
        if self.sold_out is None:
            return self.stock_outs
        empty: Flags = self.sold_out & (self.units == 0)
        return empty if self.stock_outs is None else empty | self.stock_outs

    def _counts(self) -> Flags | None:
        nothing = self.nothing_to_sell()
        told = [self.on_sale(), self.known, None if nothing is None else ~nothing]
        given = [marks for marks in told if marks is not None]
        return np.logical_and.reduce(given) if given else None

    def stock_out_days(self) -> Whole:
        """Count each series' days on sale on which there was nothing to sell."""
        on_sale, nothing = self.on_sale(), self.nothing_to_sell()
        if nothing is None:
            return np.zeros(len(self.units), dtype=np.int64)
        return np.asarray((nothing if on_sale is None else nothing & on_sale).sum(axis=1), dtype=np.int64)


def sales_of(units: Real) -> Sales:
    """Read a table in which days before a product was on sale are missing (NaN).

    Raises PlanningInputError for a figure that is missing later: missing is not 0, and not a day without stock either.

    Worked example: NaN, NaN, 3, 0 is on sale from column 2 on.
    """
    missing = np.isnan(units)
    first = np.where(missing.all(axis=1), units.shape[1], np.argmin(missing, axis=1)).astype(np.int64)
    late = missing & (np.arange(units.shape[1]) >= first[:, None])
    if bool(late.any()):
        series, day = (int(place[0]) for place in np.nonzero(late))
        raise PlanningInputError(
            f"sales of series {series} are missing on day {day}, after its first day on sale; mark stock-outs instead"
        )
    return Sales(np.where(missing, 0.0, units), first_day=first)


def with_predecessors(sales: Sales, predecessor: Whole) -> Sales:
    """Give each series its predecessor's days before its own first one; -1 is no predecessor.

    A predecessor's own predecessor lends on. Raises PlanningInputError when a chain comes back to itself, or names no
    series.

    Worked example: A sold 2, 2, 2, 0 and B, which follows it, was first on sale on the last day and sold 5: B's history
    is 2, 2, 2, 5, of which 3 days are lent.
    """
    count, days = sales.units.shape
    if predecessor.shape != (count,) or bool(np.any((predecessor < -1) | (predecessor >= count))):
        raise PlanningInputError(f"a predecessor should be told of every series: -1, or a series from 0 to {count - 1}")
    own = np.zeros(count, dtype=np.int64) if sales.first_day is None else sales.first_day
    first, units = own.copy(), sales.units.copy()
    marks = {name: None if flags is None else flags.copy() for name, flags in _marks(sales).items()}
    for rows in _oldest_first(predecessor):
        lenders = predecessor[rows]
        before = np.arange(days) < first[rows][:, None]
        units[rows] = np.where(before, units[lenders], units[rows])
        for flags in marks.values():
            if flags is not None:
                flags[rows] = np.where(before, flags[lenders], flags[rows])
        first[rows] = np.minimum(first[rows], first[lenders])
    return replace(sales, units=units, first_day=first, lent_days=own - first, **marks)


def _marks(sales: Sales) -> dict[str, Flags | None]:
    return {"stock_outs": sales.stock_outs, "sold_out": sales.sold_out, "known": sales.known}


def _oldest_first(predecessor: Whole) -> list[Whole]:
    """Order the followers so that a lender is complete before it lends; each step goes together."""
    complete, waiting, steps = predecessor < 0, np.flatnonzero(predecessor >= 0), []
    while waiting.size:
        ready = complete[predecessor[waiting]]
        if not ready.any():
            raise PlanningInputError(f"the predecessors of series {int(waiting[0])} come back to a series before")
        steps.append(waiting[ready])
        complete[waiting[ready]] = True
        waiting = waiting[~ready]
    return steps
