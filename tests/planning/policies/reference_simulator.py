"""A simulator of weekly reviews and lost sales, for tests: what a policy would have done to real shelves.

Each week: what was ordered three decisions ago arrives, customers buy, what is missing is lost, and the next order is
decided from all demand up to now. A unit left at the end of a week costs 0.2, a unit lost costs 1. The first order is
decided at the end of the week before the first; that of the last week would arrive too late to count.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Real = npt.NDArray[np.float64]
Decide = Callable[[Real, Real, Real], Real]
"""From the last 13 weeks of demand, the stock, and what arrives in each of the next two weeks, to orders."""

WEEKS = 26
WINDOW = 13
LEAD = 2


@dataclass(frozen=True)
class Outcome:
    """What became of the shelves; a value per series and week."""

    demand: Real
    sold: Real
    left: Real
    ordered: Real

    def figures(self) -> dict[str, float]:
        """The columns of the reference table."""
        demand, sold, left = self.demand.sum(), self.sold.sum(), self.left.sum()
        lost = demand - sold
        weeks_of_supply = self.left.sum(0).mean() / (demand / WEEKS)
        return {
            "demand": demand,
            "sold": sold,
            "lost": lost,
            "fill_rate": sold / demand,
            "no_stockout_rate": float((self.sold == self.demand).mean()),
            "in_stock_end_rate": float((self.left > 0).mean()),
            "mean_end_inventory": float(self.left.sum(0).mean()),
            "weeks_of_supply": weeks_of_supply,
            "annual_turns": 52 / weeks_of_supply,
            "holding": 0.2 * left,
            "shortage": lost,
            "total": 0.2 * left + lost,
            "order_lines": float((self.ordered > 0).sum()),
            "order_units": float(self.ordered.sum()),
            "bullwhip_total": float(self.ordered.sum(0).var(ddof=1) / self.demand.sum(0).var(ddof=1)),
            "bullwhip_series_median": self._median_bullwhip(),
        }

    def _median_bullwhip(self) -> float:
        """How much more orders vary than demand, in the middle of the series whose demand varies at all."""
        varies = self.demand.var(axis=1, ddof=1) > 0
        ordered, demand = (one[varies].var(axis=1, ddof=1) for one in (self.ordered, self.demand))
        return float(np.median(ordered / demand))


def simulate(weekly: Real, decide: Decide) -> Outcome:
    """Run the last WEEKS weeks of each series (rows) of weekly demand (columns)."""
    count, weeks = weekly.shape
    first = weeks - WEEKS
    stock = np.ceil(4 * weekly[:, first - WINDOW : first].mean(axis=1))
    arrives = np.zeros((count, weeks + LEAD + 1))
    sold, left, ordered = [], [], []
    for week in range(first - 1, weeks):
        if week >= first:
            stock = stock + arrives[:, week]
            sale = np.minimum(stock, weekly[:, week])
            stock = stock - sale
            sold.append(sale)
            left.append(stock)
        if week < weeks - 1:
            order = decide(weekly[:, week - WINDOW + 1 : week + 1], stock, arrives[:, week + 1 : week + 1 + LEAD])
            arrives[:, week + 1 + LEAD] = order
            ordered.append(order)
    return Outcome(weekly[:, first:], np.column_stack(sold), np.column_stack(left), np.column_stack(ordered))
