"""The policies that set levels from demand and supply, each a function from columns to `Levels`.

What each is for, its parameters and its source stand in `catalogue`; the exact (s, S) has a module of its own.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from replenisher.errors import PlanningInputError
from replenisher.planning.policies.levels import (
    Demand,
    Levels,
    Real,
    Supply,
    Whole,
    fill_up,
    over_protection_interval,
    whole_up,
)
from replenisher.planning.policies.service import level_for_cycle_service, level_for_fill_rate

CYCLE, FILL = "cycle", "fill"
"""Which service a share means: cycles without a stock-out, or demand met at once."""


def order_up_to(demand: Demand, supply: Supply, service: float, kind: str = CYCLE) -> Levels:
    """Order at every review what is missing to one level S (R, S): whatever was sold is ordered again.

    S covers demand over lead time and review period at the service asked for. A row asks for goods as soon as anything
    is missing, so reorder point and order-up-to level are both S.

    Worked example: 6 a day Poisson, no lead time, review every day, cycle service 0.8: S is 8.
    """
    mean, sd = over_protection_interval(demand, supply)
    cycle = demand.rate_per_day * np.maximum(supply.review_period_days, 1.0)
    level = _level(service, kind, mean, sd, cycle)
    return fill_up(level, level)


def reorder_point_lot(
    demand: Demand, supply: Supply, lot: npt.NDArray[np.int64], service: float, kind: str = CYCLE
) -> Levels:
    """Order whole lots Q when the position is at or below a reorder point r (r, nQ).

    r covers demand over lead time and review period at the service asked for; with the fill rate a larger lot needs a
    lower r, for stock runs low less often.

    Worked example: 6 a day Poisson, lead time 1 day, cycle service 0.8, lot 24: r is 8, and at position 8 one lot of
    24 is ordered.
    """
    if bool(np.any(lot < 1)):
        raise PlanningInputError("a lot should be 1 unit or more")
    mean, sd = over_protection_interval(demand, supply)
    level = _level(service, kind, mean, sd, lot.astype(np.float64))
    return Levels(level, level + lot, lot, np.ones(level.shape, dtype=np.bool_))


def _level(service: float, kind: str, mean: Real, sd: Real, cycle: Real) -> Whole:
    if not 0 < service < 1:
        raise PlanningInputError(f"a service level should be more than 0 and less than 1, not {service:g}")
    if kind == CYCLE:
        return level_for_cycle_service(service, mean, sd)
    if kind == FILL:
        return level_for_fill_rate(service, mean, sd, cycle)
    raise PlanningInputError(f"service should be by {CYCLE} or {FILL}, not {kind}")


def days_of_cover(demand: Demand, least_days: float, most_days: float) -> Levels:
    """Keep between so many and so many days of demand: simple, and blind to how much demand varies.

    Worked example: 1.5 a day, between 7 and 21 days: minimum 11, maximum 32.
    """
    if not 0 <= least_days <= most_days:
        raise PlanningInputError(f"days of cover should rise: least {least_days:g}, most {most_days:g}")
    return fill_up(whole_up(demand.rate_per_day * least_days), whole_up(demand.rate_per_day * most_days))


def dynamic_buffer(
    demand: Demand,
    supply: Supply,
    lead_time_factor: float,
    variability_factor: float,
    minimum_order_quantity: npt.NDArray[np.int64],
) -> Levels:
    """Keep a buffer of three zones (DDMRP): order to the top of green when the position is below the top of yellow.

    With average daily usage u and lead time L: red u L f (1 + v), yellow u L, green the largest of u R, u L f and the
    minimum order quantity. Source: Ptak & Smith, Demand Driven Material Requirements Planning.

    Worked example: u 10, L 12, f 0.5, v 0.5, R 7, no minimum: red 90, yellow 120, green 70; minimum 210, maximum 280.
    """
    for name, factor in (("lead_time_factor", lead_time_factor), ("variability_factor", variability_factor)):
        if not 0 <= factor <= 1:
            raise PlanningInputError(f"{name} should be from 0 to 1, not {factor:g}")
    over_lead_time = demand.rate_per_day * supply.lead_time_days
    red = over_lead_time * lead_time_factor * (1.0 + variability_factor)
    top_of_yellow = red + over_lead_time
    green = np.maximum.reduce(
        [
            demand.rate_per_day * supply.review_period_days,
            over_lead_time * lead_time_factor,
            minimum_order_quantity.astype(np.float64),
        ]
    )
    return fill_up(whole_up(top_of_yellow), whole_up(top_of_yellow + green))


def newsvendor(demand: Demand, days_left: Real, underage_cost: Real, overage_cost: Real) -> Levels:
    """Order once for what is left of a season or a product's life: to the level at which one unit more is a loss.

    The level covers the share p / (p + h) of demand over the days left, p being what a missing unit costs and h what
    one that stays costs. Source: Arrow, Harris & Marschak 1951; Snyder & Shen, section 4.3.

    Worked example: mean 6 Poisson, p 4, h 1: 8 (example 4.7). Mean 50, sd 8, p 0.70, h 0.18: 56.6, so 57 (example 4.3).
    """
    if bool(np.any((underage_cost <= 0) | (overage_cost <= 0))):
        raise PlanningInputError("what a missing unit costs and what one too many costs should both be more than 0")
    mean, sd = demand.rate_per_day * days_left, demand.sd_per_day * np.sqrt(days_left)
    level = level_for_cycle_service(underage_cost / (underage_cost + overage_cost), mean, sd)
    return fill_up(level, level)
