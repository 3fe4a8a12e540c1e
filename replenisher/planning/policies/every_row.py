"""Rows of many policies in one frame: the levels of each by its own policy, and what it then asks for.

1. `levels` groups rows by policy, brings each group to its levels at once, and puts them back in their places.
2. `asked` compares each position with its levels: the trigger and the raw quantity, the same for every policy.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields

import numpy as np
import numpy.typing as npt

from replenisher.errors import PlanningInputError
from replenisher.planning.policies.catalogue import Given, Known, levels_of
from replenisher.planning.policies.levels import Demand, Levels, Supply, Whole

NO_POLICY = -1
"""The code of a row for which no policy was chosen: it keeps its own minimum and maximum."""


def levels(codes: npt.NDArray[np.integer], policies: Sequence[tuple[str, Given]], known: Known) -> Levels:
    """Bring every row to its levels by the policy that its code names, a place among `policies`, or NO_POLICY.

    Each of `policies` is a name of the catalogue and its parameters; only those that some row has are looked at.
    Raises PlanningInputError for a code without a policy, and as `levels_of` does, naming the policy's place.

    Worked example: rows of 1.5 units a day with codes 0 and -1, minimum 3 and maximum 7, and as only policy
    `days_of_cover` from 7 to 21 days: levels (11, 32) and (3, 7).
    """
    if codes.size and not bool(np.all((codes >= NO_POLICY) & (codes < len(policies)))):
        raise PlanningInputError(
            f"the codes of policies should be from {NO_POLICY} to {len(policies) - 1}, not from {codes.min()} "
            f"to {codes.max()}"
        )
    result = Levels(
        np.empty(codes.size, dtype=np.int64),
        np.empty(codes.size, dtype=np.int64),
        np.empty(codes.size, dtype=np.int64),
        np.empty(codes.size, dtype=np.bool_),
    )
    present = np.unique(codes).tolist()
    for code in present:
        name, given = ("min_max", {}) if code == NO_POLICY else policies[code]
        if len(present) == 1:
            return _levels_of(code, name, given, known)
        rows = np.flatnonzero(codes == code)
        _put(result, rows, _levels_of(code, name, given, _some(known, rows)))
    return result


def _levels_of(code: int, name: str, given: Given, known: Known) -> Levels:
    try:
        return levels_of(name, known, given)
    except PlanningInputError as error:
        raise PlanningInputError(f"policy {code}, {name}: {error}") from error


def _some(known: Known, rows: npt.NDArray[np.intp]) -> Known:
    demand, supply = known.demand, known.supply
    return Known(
        demand=Demand(demand.rate_per_day[rows], demand.sd_per_day[rows]),
        supply=Supply(supply.lead_time_days[rows], supply.lead_time_sd_days[rows], supply.review_period_days[rows]),
        reorder_point=known.reorder_point[rows],
        order_up_to_level=known.order_up_to_level[rows],
        case_pack=known.case_pack[rows],
        minimum_order_quantity=known.minimum_order_quantity[rows],
        unit_cost=known.unit_cost[rows],
    )


def _put(into: Levels, rows: npt.NDArray[np.intp], some: Levels) -> None:
    for one in fields(Levels):
        getattr(into, one.name)[rows] = getattr(some, one.name)


def asked(levels: Levels, inventory_position: Whole) -> tuple[npt.NDArray[np.bool_], Whole]:
    """Tell which rows ask for goods, and for how many units each does; 0 where it does not ask.

    Where `lot` is 0 that is what is missing to the order-up-to level, else as many whole lots as it takes until the
    row would no longer ask.

    Worked example: at or below 8, position 8: to the level 32 that is 24, in lots of 10 it is 10, for 18 no longer
    asks. Below 8, position 8 does not ask.
    """
    short_of = levels.reorder_point + levels.at_or_below - inventory_position
    triggered = short_of > 0
    lots = -(-short_of // np.maximum(levels.lot, 1)) * levels.lot
    missing = np.maximum(levels.order_up_to_level - inventory_position, 0)
    return triggered, np.where(triggered, np.where(levels.lot > 0, lots, missing), 0)
