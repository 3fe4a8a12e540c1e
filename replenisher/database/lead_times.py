"""How long our own orders took from being taken by the platform to being received in full, by location.

The middle is the median and the spread the distance between the quartiles, divided by 1.349: for lead times that are
normal it is their standard deviation, and one order that lay forgotten for months moves neither (Tukey 1977). With the
mean beside them a person sees when a few were very late.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import func, select

from replenisher.database.due import after
from replenisher.database.models import Order
from replenisher.database.session import Session
from replenisher.purchasing.states import OrderState

LEAST_ORDERS = 5
SINCE_DAYS = 366
SECONDS_A_DAY = 86_400
QUARTILES_APART = 1.349
"""Standard deviations between the quartiles of a normal distribution."""


@dataclass(frozen=True)
class LeadTime:
    """Lead times in days of so many orders: their median, their robust spread, and their mean."""

    orders: int
    median_days: float
    spread_days: float
    mean_days: float


def measured_lead_times(
    session: Session, company: str, *, since_days: float = SINCE_DAYS
) -> dict[str | None, LeadTime]:
    """Measure the lead times of a company's orders that were received in the last days.

    Gives each location's, and under None those of the whole company; what received nothing is not in it. An order
    begins when the platform accepted it, or was first seen to have it, and ends with its last receipt.

    Worked example: five orders took 2, 3, 3, 4 and 90 days: median 3, quartiles 3 and 4, so a spread of 1 / 1.349 =
    0.74; the mean is 20.4.
    """
    begun = func.coalesce(Order.accepted_at, Order.confirmed_at)
    days = func.extract("epoch", Order.received_at - begun) / SECONDS_A_DAY
    quartiles = (func.percentile_cont(share).within_group(days) for share in (0.25, 0.5, 0.75))
    received = (
        Order.company == company,
        Order.state == OrderState.RECEIVED.value,
        Order.received_at >= after(-since_days * SECONDS_A_DAY),
        Order.received_at >= begun,
    )
    query = (
        select(
            func.grouping(Order.location),
            Order.location,
            func.count(),
            func.avg(days),
            *quartiles,
        )
        .where(*received)
        .group_by(func.rollup(Order.location))
    )
    found: dict[str | None, LeadTime] = {}
    for whole, location, orders, *figures in session.execute(query):
        if orders:
            mean, first, median, third = map(float, figures)
            spread = (third - first) / QUARTILES_APART
            found[None if whole else location] = LeadTime(int(orders), median, spread, mean)
    return found


def lead_time_at(
    measured: Mapping[str | None, LeadTime], location: str, *, least_orders: int = LEAST_ORDERS
) -> LeadTime | None:
    """Give a location's lead time; with fewer orders the company's, and None when that has too few as well."""
    for whose in (location, None):
        found = measured.get(whose)
        if found is not None and found.orders >= least_orders:
            return found
    return None
