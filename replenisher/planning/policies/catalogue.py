"""Every policy that a rule can name: what it is for, its parameters with their units, its formula and its source.

A policy is chosen by name with parameters by name, so that a planner's file needs no code; `levels_of` brings rows of
one policy to their levels. A parameter that is missing takes its default, one that is unknown or out of bounds is an
error that says what is allowed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from replenisher.errors import PlanningInputError
from replenisher.planning.frames import LARGEST_QUANTITY, MONEY_SCALE
from replenisher.planning.policies import stocking
from replenisher.planning.policies.levels import Demand, Levels, Real, Supply, Whole, with_presentation_minimum
from replenisher.planning.policies.lots import economic_lot
from replenisher.planning.policies.optimal_s_s import optimal_s_s
from replenisher.planning.policies.stocking import CYCLE, FILL

DAYS_PER_YEAR = 365.0


@dataclass(frozen=True)
class Parameter:
    """A number that a rule may give a policy; without a default it must be given."""

    name: str
    unit: str
    meaning: str
    default: float | None
    least: float
    most: float
    whole: bool = False


@dataclass(frozen=True)
class Known:
    """What is known of the rows of one policy, a value per row; `unit_cost` in ten-thousandths, 0 where not known."""

    demand: Demand
    supply: Supply
    reorder_point: Whole
    order_up_to_level: Whole
    case_pack: Whole
    minimum_order_quantity: Whole
    unit_cost: Whole


Given = Mapping[str, float]


@dataclass(frozen=True)
class Entry:
    """A policy of the catalogue. Of each of its `alternatives`, a rule gives exactly one."""

    name: str
    sentence: str
    parameters: tuple[Parameter, ...]
    formula: str
    source: str
    compute: Callable[[Known, Given], Levels]
    alternatives: tuple[tuple[str, ...], ...] = ()


SERVICES = (
    Parameter("cycle_service", "share", "share of cycles without a stock-out", None, 0.5, 0.9999),
    Parameter("fill_rate", "share", "share of demand that is met at once", None, 0.5, 0.9999),
)
HOLDING = Parameter(
    "holding_rate_per_year", "share", "what keeping a unit for a year costs, of its cost", 0.25, 0.01, 5
)
ORDER_COST = Parameter("order_cost", "currency", "what an order line costs, whatever its quantity", None, 0, 100_000)
PRESENTATION = Parameter(
    "presentation_minimum", "units", "a floor on both levels: what the shelf must show", 0, 0, LARGEST_QUANTITY, True
)
"""Every policy takes it."""


def _service(given: Given) -> tuple[float, str]:
    return (given["cycle_service"], CYCLE) if "cycle_service" in given else (given["fill_rate"], FILL)


def _min_max(known: Known, given: Given) -> Levels:
    del given
    # As they are, the wrong way round too: that is told as a fault of the levels.
    nothing = np.zeros_like(known.reorder_point)
    return Levels(known.reorder_point, known.order_up_to_level, nothing, nothing > 0)


def _order_up_to(known: Known, given: Given) -> Levels:
    return stocking.order_up_to(known.demand, known.supply, *_service(given))


def _reorder_point_lot(known: Known, given: Given) -> Levels:
    lot = _lots(known, given)
    return stocking.reorder_point_lot(known.demand, known.supply, lot, *_service(given))


def _lots(known: Known, given: Given) -> Whole:
    """Take the lot as given, else the economic one, in whole case packs."""
    if "lot" in given:
        wanted = np.full(known.case_pack.shape, given["lot"])
    else:
        kept = _holding_per_day(known, given)
        wanted = economic_lot(known.demand.rate_per_day, given["order_cost"] * MONEY_SCALE, kept)
    packs = np.maximum(np.ceil(np.maximum(wanted, known.minimum_order_quantity) / known.case_pack), 1)
    lots: Whole = packs.astype(np.int64) * known.case_pack
    return lots


def _holding_per_day(known: Known, given: Given) -> Real:
    """Give the cost of keeping a unit for a day, in ten-thousandths; one whose cost is not known costs 1."""
    cost = np.where(known.unit_cost > 0, known.unit_cost, MONEY_SCALE)
    result: Real = cost * given[HOLDING.name] / DAYS_PER_YEAR
    return result


def _optimal(known: Known, given: Given) -> Levels:
    period = np.where(known.supply.review_period_days > 0, known.supply.review_period_days, 1.0)
    fixed = given["order_cost"] * MONEY_SCALE / (_holding_per_day(known, given) * period)
    share = given["cycle_service"]
    return optimal_s_s(known.demand, known.supply, fixed, share / (1.0 - share))


def _days_of_cover(known: Known, given: Given) -> Levels:
    return stocking.days_of_cover(known.demand, given["least_days"], given["most_days"])


def _dynamic_buffer(known: Known, given: Given) -> Levels:
    factors = (given["lead_time_factor"], given["variability_factor"])
    return stocking.dynamic_buffer(known.demand, known.supply, *factors, known.minimum_order_quantity)


def _newsvendor(known: Known, given: Given) -> Levels:
    one = np.ones(known.case_pack.shape)
    costs = (one * given["shortage_cost"], one * given["leftover_cost"])
    return stocking.newsvendor(known.demand, one * given["days_left"], *costs)


CATALOGUE: dict[str, Entry] = {
    entry.name: entry
    for entry in (
        Entry(
            "min_max",
            "Order up to the maximum when the position is below the minimum; both are the retailer's or the planners'.",
            (),
            "order S - IP when IP < s",
            "retailers' min/max screens",
            _min_max,
        ),
        Entry(
            "order_up_to",
            "At every review order again what was sold, up to one level that keeps a service.",
            SERVICES,
            "S = F^-1 over L + R at the service; order S - IP when IP < S",
            "Snyder & Shen, Fundamentals of Supply Chain Theory, 4.4",
            _order_up_to,
            (("cycle_service", "fill_rate"),),
        ),
        Entry(
            "reorder_point_lot",
            "Order whole lots when the position reaches a reorder point that keeps a service.",
            (
                *SERVICES,
                Parameter("lot", "units", "the lot; without it the economic one", None, 1, LARGEST_QUANTITY, True),
                ORDER_COST,
                HOLDING,
            ),
            "r = F^-1 over L + R; Q = lot or sqrt(2 K d / h); order n Q when IP <= r",
            "Hadley & Whitin 1963; Harris 1913",
            _reorder_point_lot,
            (("cycle_service", "fill_rate"), ("lot", "order_cost")),
        ),
        Entry(
            "optimal_s_s",
            "Order up to S at or below s, where the two together cost least; for slow and middling sellers.",
            (
                Parameter("cycle_service", "share", "p / (p + h): how dear a shortage is", 0.95, 0.5, 0.9999),
                ORDER_COST,
                HOLDING,
            ),
            "the s and S of least cost per period, s at least 0 where anything is kept; order S - IP when IP <= s",
            "Zheng & Federgruen 1991",
            _optimal,
        ),
        Entry(
            "days_of_cover",
            "Keep between so many and so many days of demand.",
            (
                Parameter("least_days", "days", "ask for goods below so many days of demand", None, 0, 730),
                Parameter("most_days", "days", "fill up to so many days of demand", None, 0, 730),
            ),
            "s = d T1, S = d T2",
            "common practice",
            _days_of_cover,
        ),
        Entry(
            "dynamic_buffer",
            "Keep a buffer of a red, a yellow and a green zone, sized by usage and lead time.",
            (
                Parameter("lead_time_factor", "share", "the shorter the lead time, the larger", 0.5, 0, 1),
                Parameter("variability_factor", "share", "the more demand varies, the larger", 0.5, 0, 1),
            ),
            "red u L f (1 + v), yellow u L, green max(u R, u L f, MOQ); order to the top of green below that of yellow",
            "Ptak & Smith, Demand Driven Material Requirements Planning",
            _dynamic_buffer,
        ),
        Entry(
            "newsvendor",
            "Order for what is left of a season or a product's life, to where one unit more would be a loss.",
            (
                Parameter("days_left", "days", "days until the season or the product ends", None, 1, 730),
                Parameter("shortage_cost", "currency", "what a missing unit costs: its margin", None, 0.0001, 100_000),
                Parameter("leftover_cost", "currency", "what a unit that stays costs: its loss", None, 0.0001, 100_000),
            ),
            "S = F^-1(p / (p + h)) over the days left",
            "Arrow, Harris & Marschak 1951",
            _newsvendor,
        ),
    )
}
"""By name. `sell_through` sets no levels and so stands beside it: see `asking`."""


def check_parameters(policy: str, given: Given) -> dict[str, float]:
    """Give the parameters of a policy with its defaults; raise PlanningInputError naming what is wrong and allowed.

    Of alternatives exactly one is given.
    """
    if policy not in CATALOGUE:
        raise PlanningInputError(f"there is no policy {policy!r}; the policies are {', '.join(CATALOGUE)}")
    entry = CATALOGUE[policy]
    known = {parameter.name: parameter for parameter in (*entry.parameters, PRESENTATION)}
    for name, value in given.items():
        if name not in known:
            raise PlanningInputError(f"{policy} takes no parameter {name!r}; it takes {', '.join(known)}")
        _check_value(policy, known[name], value)
    for names in entry.alternatives:
        if sum(name in given for name in names) != 1:
            raise PlanningInputError(f"{policy} takes exactly one of {' and '.join(names)}")
    optional = {name for names in entry.alternatives for name in names}
    missing = [
        name for name, one in known.items() if one.default is None and name not in given and name not in optional
    ]
    if missing:
        raise PlanningInputError(f"{policy} needs {', '.join(missing)}")
    if policy == "days_of_cover" and given["least_days"] > given["most_days"]:
        raise PlanningInputError("days_of_cover: least_days should not be more than most_days")
    defaults = {name: one.default for name, one in known.items() if one.default is not None}
    return {**defaults, **given}


def _check_value(policy: str, parameter: Parameter, value: float) -> None:
    if not parameter.least <= value <= parameter.most:
        bounds = f"from {parameter.least:g} to {parameter.most:g} ({parameter.unit})"
        raise PlanningInputError(f"{policy}: {parameter.name} should be {bounds}, not {value:g}")
    if parameter.whole and value != int(value):
        raise PlanningInputError(f"{policy}: {parameter.name} should be a whole number, not {value:g}")


def levels_of(policy: str, known: Known, given: Given) -> Levels:
    """Bring rows of one policy to their levels, with the presentation minimum as a floor.

    Errors as `check_parameters`, and those of the policy. The order-up-to level is never below the reorder point.
    """
    whole = check_parameters(policy, given)
    levels = CATALOGUE[policy].compute(known, whole)
    return with_presentation_minimum(levels, np.int64(whole[PRESENTATION.name]))
