"""From recorded days to a table of daily demand: a row per location and SKU, a column per day, oldest first.

1. Recorded days come packed, so that millions of them cost no object each (`SALES_DAY`, `DAY`).
2. A day without a record is a day without a sale, if the location's sales of that day were read; else it is not known.
3. Readings mark days on which nothing was on hand. A marked day on which nothing left is a stock-out: nobody could buy.
   On one on which something left there was something to sell for a while: it sold out, as did a day with sales before
   a marked one. Such a day tells only that so many or more were wanted.

Days that are not known and stock-out days do not count (`DailyDemand.panel`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from replenisher.errors import PlanningInputError
from replenisher.planning.demand.panel import Flags, Panel, Real
from replenisher.planning.history import DemandRules, demand

Series = tuple[str, str]
"""A location and a SKU."""

SALES_DAY = np.dtype(
    [("day", ">i2"), ("sold", ">i4"), ("returned", ">i4"), ("exchanged", ">i4"), ("transferred", ">i4")]
)
"""One packed day of sales: days since the first one, then units; big-endian, 18 bytes."""
DAY = np.dtype(">i2")
"""One packed day: days since the first one; big-endian, 2 bytes."""


@dataclass(frozen=True)
class RecordedDays:
    """What is recorded of some locations, each value packed: sales and stock-outs by series, days read by location."""

    sales: Mapping[Series, bytes]
    stock_outs: Mapping[Series, bytes]
    known: Mapping[str, bytes]


@dataclass(frozen=True)
class DailyDemand:
    """Demand of many series on the days from `start` on: `units` float64, and three flags of the same shape.

    `stock_outs` are days on which there was nothing to sell, `sold_out` days that sold and ran out, `known` days whose
    sales were read.
    """

    start: date
    units: Real
    stock_outs: Flags
    sold_out: Flags
    known: Flags

    def panel(self) -> Panel:
        """Give what the estimators of demand take: days that are not known and stock-out days do not count."""
        return Panel(self.units, self.known & ~self.stock_outs)


def daily_demand(
    series: Sequence[Series], recorded: RecordedDays, start: date, days: int, rules: DemandRules
) -> DailyDemand:
    """Lay recorded days out as a table, a row for each of the series in their order; each may be asked for once.

    Raises PlanningInputError for series that repeat, no days, and a packed day outside of them.

    Worked example: from 1 March for 4 days, all read. A sold 2 on the 2nd and was not on hand on the 3rd and 4th.
    Its units are 0, 2, 0, 0, its stock-outs the 3rd and 4th, and the 2nd sold out. B has no record: 0, 0, 0, 0 and no
    stock-out. At a location whose 1 March was not read that day is not known.
    """
    if days < 1:
        raise PlanningInputError(f"a table of {days} days has no columns; ask for one day at least")
    if len(set(series)) != len(series):
        raise PlanningInputError("a location and SKU is asked for twice; ask for each series once")
    shape = (len(series), days)
    rows, sold = _unpacked([recorded.sales.get(one, b"") for one in series], SALES_DAY)
    columns = _checked(sold["day"], days)
    whole = {name: sold[name].astype(np.int64) for name in SALES_DAY.names or () if name != "day"}
    units = np.zeros(shape)
    units[rows, columns] = demand(**whole, rules=rules)
    left = np.zeros(shape, dtype=np.bool_)
    left[rows, columns] = whole["sold"] + whole["exchanged"] + whole["transferred"] > 0
    out_rows, out = _unpacked([recorded.stock_outs.get(one, b"") for one in series], DAY)
    empty = np.zeros((len(series), days + 1), dtype=np.bool_)
    empty[out_rows, _checked(out, days)] = True
    today, tomorrow = empty[:, :-1], empty[:, 1:]
    return DailyDemand(start, units, today & ~left, (today | tomorrow) & left, _known(series, recorded, days))


def _known(series: Sequence[Series], recorded: RecordedDays, days: int) -> Flags:
    locations = list(dict.fromkeys(location for location, _ in series))
    rows, read = _unpacked([recorded.known.get(one, b"") for one in locations], DAY)
    known = np.zeros((len(locations), days), dtype=np.bool_)
    known[rows, _checked(read, days)] = True
    place = {location: row for row, location in enumerate(locations)}
    of_series = np.array([place[location] for location, _ in series], dtype=np.int64)
    return np.asarray(known[of_series], dtype=np.bool_)


def _unpacked(
    packed: Sequence[bytes], kind: np.dtype[np.void] | np.dtype[np.int16]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.void]]:
    """Give the packed records of every row one after another, and the row of each."""
    counts = np.fromiter(map(len, packed), dtype=np.int64, count=len(packed)) // kind.itemsize
    return np.repeat(np.arange(len(packed)), counts), np.frombuffer(b"".join(packed), dtype=kind)


def _checked(day: npt.NDArray[np.void], days: int) -> npt.NDArray[np.int64]:
    columns = day.astype(np.int64)
    if columns.size and (columns.min() < 0 or columns.max() >= days):
        raise PlanningInputError(f"a recorded day lies outside of the {days} days that were asked for; read it again")
    return columns
