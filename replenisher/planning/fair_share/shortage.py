"""A vendor's shortage: what there is of a SKU, shared among the locations that ask for more than that.

1. everything is counted in the SKU's case packs; the supply in whole packs, what is left of it goes to nobody;
2. **priority classes** are served in order: the next class gets what the one before leaves;
3. within a class whose packs do not suffice the **method** decides:

   * `proportional` (rule A): shares follow what was asked, as near to `supply · d / Σd` as whole packs can be
     (Webster's method: the share is rounded, not cut off);
   * `equalised` (rule B): each pack goes to the location with the lowest `(position + received) / level`, so that
     all end up as well supplied as they can be made equal;
   * `by_need`: the location in greatest need gets all it asks, then the next;

4. equal claims go by rank, the lower first; the caller ranks the locations, by their ids for instance.

Each method gives out packs in an order that does not depend on the supply (see `awards`), and so do classes. Hence
**more supply never gives a location less**. The method of largest remainders is not used, though its name is better
known: with it a location can lose a pack because there is one more to share (the Alabama paradox; Balinski & Young,
*Fair Representation*, 1982). Of 6, 6 and 2 packs asked it gives the third two of 10 packs, and one of 11.

A minimum order quantity is not applied: it is the vendor's own rule, and so is the shortage.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, IntEnum

import numpy as np
import numpy.typing as npt

from replenisher.errors import PlanningInputError
from replenisher.planning.fair_share.awards import Rows, Whole, first_awards

Places = npt.NDArray[np.intp]


class ShareMethod(Enum):
    """How a class shares packs that do not suffice."""

    PROPORTIONAL = "proportional"
    EQUALISED = "equalised"
    BY_NEED = "by_need"


class ShareOutcome(IntEnum):
    """What the shortage did to a row."""

    NOT_CUT = 0
    CUT = 1
    NOTHING_LEFT = 2


@dataclass(frozen=True)
class Requests:
    """The rows that ask for goods, as arrays of one length.

    `sku` is the row's place in the supply (int64), `rank` decides between equal claims (int64, no two alike within a
    SKU), `quantity` is asked in units, whole case packs. `priority` is the class, served from the lowest number up.
    `position` and `level` in units serve the method `equalised`, `need` (float64, largest first) serves `by_need`.
    """

    sku: Whole
    rank: Whole
    quantity: Whole
    priority: Whole
    position: Whole
    level: Whole
    need: npt.NDArray[np.float64]


@dataclass(frozen=True)
class Supply:
    """What there is of each SKU, in units, and its case pack; int64 arrays of one length."""

    units: Whole
    case_pack: Whole


@dataclass(frozen=True)
class Shared:
    """Each row's quantity after the shortage with its ShareOutcome (int8), and per SKU the units asked and given."""

    quantity: Whole
    outcome: npt.NDArray[np.int8]
    asked: Whole
    given: Whole


def share_supply(requests: Requests, supply: Supply, method: ShareMethod) -> Shared:
    """Share the supply of every SKU among its requests; what suffices is given as asked.

    Per SKU the units given are the smaller of what was asked and the whole packs of the supply. The order of the rows
    changes nothing. Raises PlanningInputError when an array does not keep its contract.

    Worked example: 46 units in packs of 4 are 11 packs; 24, 24 and 8 units are asked, 6, 6 and 2 packs. In proportion
    4.7, 4.7 and 1.6 packs would be exact; 5, 5 and 1 are given. With positions 0, 12 and 0 and levels of 24
    `equalised` gives 6, 3 and 2: then 24, 24 and 8 of 24 are there. `by_need` the first gets 6 and the second 5.
    """
    check_requests(requests, supply)
    pack = supply.case_pack[requests.sku]
    packs = requests.quantity // pack
    order = _order(requests, method)
    given = np.empty_like(packs)
    given[order] = _give(requests, packs[order], order, supply, method)
    return Shared(
        quantity=given * pack,
        outcome=_outcome(packs, given),
        asked=_per_sku(requests.sku, requests.quantity, supply),
        given=_per_sku(requests.sku, given * pack, supply),
    )


def check_requests(requests: Requests, supply: Supply) -> None:
    """Raise PlanningInputError naming what does not keep its contract, and what to do."""
    wanted, known = requests.quantity, supply.units.size
    faults = (
        (supply.case_pack < 1, "a SKU has a case pack below 1; read a missing one as 1"),
        (supply.units < 0, "a SKU has a supply below 0; read it as 0"),
        (requests.priority < 0, "a row has a priority class below 0; count the classes from 0"),
        (wanted < 0, "a row asks for less than nothing; read it as 0"),
        (np.isnan(requests.need), "a row has no need; give 0 where it is not known"),
        ((requests.sku < 0) | (requests.sku >= known), "a row has a SKU that has no supply; leave the row out"),
    )
    for where, fault in faults:
        if where.any():
            raise PlanningInputError(f"fair share: {fault} (place {int(np.argmax(where))})")
    broken = wanted % supply.case_pack[requests.sku] != 0
    if broken.any():
        place = int(np.argmax(broken))
        raise PlanningInputError(f"fair share: a row asks for a broken case pack; round it first (place {place})")


@dataclass(frozen=True)
class _Groups:
    """The classes of SKUs among sorted rows: where each begins and ends, and in packs what it asks and what it has."""

    first_rows: Places
    sizes: Places
    asked: Whole
    supply: Whole


def _order(requests: Requests, method: ShareMethod) -> Places:
    """Sort the rows by SKU, class, need where it decides, and rank."""
    by_need = (-requests.need,) if method is ShareMethod.BY_NEED else ()
    return np.lexsort((requests.rank, *by_need, requests.priority, requests.sku))


def _groups(sku: Whole, priority: Whole, packs: Whole, supply: Supply) -> _Groups:
    begins = np.append(True, (np.diff(sku) != 0) | (np.diff(priority) != 0))
    first_rows = np.flatnonzero(begins)
    asked = np.add.reduceat(packs, first_rows)
    sizes = np.diff(np.append(first_rows, packs.size))
    of_sku = sku[first_rows]
    before = np.cumsum(asked) - asked
    left = (supply.units // supply.case_pack)[of_sku] - (before - before[np.searchsorted(of_sku, of_sku)])
    return _Groups(first_rows, sizes, asked, np.clip(left, 0, asked))


def _give(requests: Requests, packs: Whole, order: Places, supply: Supply, method: ShareMethod) -> Whole:
    """Give packs to sorted rows: classes whose packs suffice get what they ask, the method shares the others."""
    if not packs.size:
        return packs
    groups = _groups(requests.sku[order], requests.priority[order], packs, supply)
    short = (groups.supply > 0) & (groups.supply < groups.asked)
    given = np.where(np.repeat(groups.supply == groups.asked, groups.sizes), packs, 0)
    rows = np.flatnonzero(np.repeat(short, groups.sizes))
    first_rows = np.cumsum(groups.sizes[short]) - groups.sizes[short]
    if method is ShareMethod.BY_NEED:
        given[rows] = _in_turn(packs[rows], first_rows, groups.sizes[short], groups.supply[short])
    else:
        places = _places(requests, order[rows], packs[rows], supply, method)
        given[rows] = first_awards(places, first_rows, groups.supply[short])
    return given


def _in_turn(packs: Whole, first_rows: Places, sizes: Places, supply: Whole) -> Whole:
    before = np.cumsum(packs) - packs
    given: Whole = np.clip(np.repeat(supply + before[first_rows], sizes) - before, 0, packs)
    return given


def _places(requests: Requests, rows: Places, packs: Whole, supply: Supply, method: ShareMethod) -> Rows:
    """Write the method as the places of packs: (2k + 1) / 2d, or (position + k * pack) / level."""
    if method is ShareMethod.PROPORTIONAL:
        one = np.ones_like(packs)
        return Rows(packs, one, 2 * one, 2 * np.maximum(packs, 1))
    pack = supply.case_pack[requests.sku[rows]]
    return Rows(packs, requests.position[rows], pack, np.maximum(requests.level[rows], 1))


def _outcome(asked: Whole, given: Whole) -> npt.NDArray[np.int8]:
    outcome = np.where(given == asked, ShareOutcome.NOT_CUT, ShareOutcome.CUT)
    return np.where((given == 0) & (asked > 0), ShareOutcome.NOTHING_LEFT, outcome).astype(np.int8)


def _per_sku(sku: Whole, quantity: Whole, supply: Supply) -> Whole:
    total = np.zeros_like(supply.units)
    np.add.at(total, sku, quantity)
    return total
