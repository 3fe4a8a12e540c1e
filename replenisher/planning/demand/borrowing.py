"""New products borrow from their category: what they have no days for, its mean says.

A series that counts n of the N days that a class needs keeps n / N of its own estimate; the rest is the mean of the
established series of its category, those that count N days and sell. Each day of its own takes a day from the
category, until it stands alone. The spread is borrowed as a variance, in the same shares.

The mean over the category is that of a product of which nothing else is known; where a predecessor is named, its own
history is better (`sales.with_predecessors`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from replenisher.errors import PlanningInputError
from replenisher.planning.demand.panel import Flags, Real, Whole


@dataclass(frozen=True)
class Estimated:
    """Rate and standard deviation per day, and the days that they rest on, per series."""

    rate: Real
    sd: Real
    days: Whole


def borrow(own: Estimated, category: Whole, least_days: int) -> tuple[Estimated, Flags]:
    """Fill what new series lack with the mean of their category, a number from 0 per series; -1 is no category.

    Gives the estimates, and which series have borrowed.

    Worked example: least 28 days; 7 days at 4 a day in a category whose two established series sell 1 and 3 a day:
    (7 x 4 + 21 x 2) / 28 = 2.5.
    """
    if category.shape != own.rate.shape:
        raise PlanningInputError("a category should be told of every series: a number from 0, or -1 for none")
    established = (own.days >= least_days) & (own.rate > 0) & (category >= 0)
    groups = int(category.max(initial=-1)) + 1
    members = np.bincount(category[established], minlength=groups)
    borrows = (own.days < least_days) & (category >= 0)
    borrows[borrows] = members[category[borrows]] > 0
    rate, variance = (
        np.bincount(category[established], values[established], minlength=groups) / np.maximum(members, 1)
        for values in (own.rate, own.sd**2)
    )
    share = own.days[borrows] / least_days
    theirs = category[borrows]
    filled_rate, filled_sd = own.rate.copy(), own.sd.copy()
    filled_rate[borrows] = share * own.rate[borrows] + (1.0 - share) * rate[theirs]
    filled_sd[borrows] = np.sqrt(share * own.sd[borrows] ** 2 + (1.0 - share) * variance[theirs])
    return Estimated(filled_rate, filled_sd, own.days), borrows
