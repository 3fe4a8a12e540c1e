"""Budgets: what a company may order in a period, and which rows give way when it does not suffice.

1. a budget's **room** is its amount less what is spent already, never below 0;
2. its rows stand in order of need, the greatest first, and of equal need by rank;
3. each row may take what the rows before it leave of the room, if they all got what they ask: the whole case packs
   that this pays for, or nothing where they do not reach the row's smallest lot.

So the row at which the room ends is cut, and the rows after it order nothing: **more budget never gives a row less**.
Letting a cheaper row take what a dearer one leaves would spend more, but then a little more budget could take that
row's goods away again. What stays unspent is less than that one row asks for.

Money is whole ten-thousandths throughout (`frames.MONEY_SCALE`). A row whose cost is not known takes nothing of the
room and stays as it is; approval holds its order.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum, IntEnum

import numpy as np
import numpy.typing as npt

from replenisher.errors import PlanningInputError

Whole = npt.NDArray[np.int64]

LARGEST_BUDGET = (1 << 53) - 1
"""Ten-thousandths; up to it sums in float64 are exact, and a sum beyond it rounds to one beyond it."""


class BudgetPeriod(Enum):
    """How long a budget lasts; weeks begin on Monday."""

    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"

    def days(self, day: date) -> tuple[date, date]:
        """Give the first and the last day of the period that a business date is in.

        Worked example: 27 November 2026 is in the quarter from 1 October to 31 December 2026.
        """
        if self is BudgetPeriod.WEEK:
            monday = day - timedelta(days=day.weekday())
            return monday, monday + timedelta(days=6)
        months = {BudgetPeriod.MONTH: 1, BudgetPeriod.QUARTER: 3, BudgetPeriod.YEAR: 12}[self]
        first = date(day.year, (day.month - 1) // months * months + 1, 1)
        following = first.year * 12 + first.month - 1 + months
        return first, date(following // 12, following % 12 + 1, 1) - timedelta(days=1)


class BudgetOutcome(IntEnum):
    """What the budget did to a row."""

    NOT_CUT = 0
    CUT = 1
    NOTHING_LEFT = 2
    COST_NOT_KNOWN = 3


@dataclass(frozen=True)
class Spending:
    """The rows that ask for goods, as arrays of one length.

    `budget` is the row's place among the budgets (int64). `need` is float64, the greatest first; `rank` decides
    between equal need (int64, no two alike within a budget). `quantity` is asked in units, in whole case packs;
    `smallest_lot` is the least that may be ordered, in whole case packs; `unit_cost` in ten-thousandths, 0 where it is
    not known.
    """

    budget: Whole
    need: npt.NDArray[np.float64]
    rank: Whole
    quantity: Whole
    case_pack: Whole
    smallest_lot: Whole
    unit_cost: Whole


@dataclass(frozen=True)
class Budgets:
    """What may be spent, and what is spent already, of each budget; int64 ten-thousandths, arrays of one length."""

    amount: Whole
    spent: Whole


@dataclass(frozen=True)
class Budgeted:
    """Each row's quantity within its budget with its BudgetOutcome (int8), and per budget its room and what is left."""

    quantity: Whole
    outcome: npt.NDArray[np.int8]
    room: Whole
    left: Whole


def keep_budgets(spending: Spending, budgets: Budgets) -> Budgeted:
    """Cut the rows of every budget to its room, in order of need; the order of the rows changes nothing.

    Raises PlanningInputError when an array does not keep its contract.

    Worked example: an amount of 100.00, 40.00 spent, so a room of 60.00. In order of need: 4 packs of 5 at 2.00 a unit
    take 40.00; 6 packs of 1 at 7.00 would take 42.00, of which 20.00 pay for 2; the third, 1 at 3.00, orders nothing.
    6.00 are left.
    """
    _check(spending, budgets)
    room = np.maximum(budgets.amount - budgets.spent, 0)
    quantity, left = spending.quantity.copy(), room.copy()
    order = np.lexsort((spending.rank, -spending.need, spending.budget))
    begins = np.searchsorted(spending.budget[order], np.arange(room.size + 1))
    # A budget belongs to a company, so there are few of them, each with very many rows.
    for place in range(room.size):
        rows = order[begins[place] : begins[place + 1]]
        quantity[rows], left[place] = _within(spending, rows, int(room[place]))
    return Budgeted(quantity, _outcome(spending, quantity), room, left)


def _within(spending: Spending, rows: npt.NDArray[np.intp], room: int) -> tuple[Whole, int]:
    """Cut the rows of one budget, in order of need, to its room; gives the quantities and what is left."""
    asked, cost, pack = spending.quantity[rows], spending.unit_cost[rows], spending.case_pack[rows]
    value = (asked * cost).astype(np.float64)
    paid = np.cumsum(value)
    fits = paid <= room
    whole = asked * (fits | (value == 0))
    spent = int(paid[fits][-1]) if fits.any() else 0
    over = np.flatnonzero(~fits & (value > 0))
    if over.size:
        border = over[0]
        units = (room - spent) // int(pack[border] * cost[border]) * int(pack[border])
        whole[border] = units if units >= spending.smallest_lot[rows[border]] else 0
        spent += int(whole[border]) * int(cost[border])
    return whole, room - spent


def _outcome(spending: Spending, quantity: Whole) -> npt.NDArray[np.int8]:
    outcome = np.where(quantity == spending.quantity, BudgetOutcome.NOT_CUT, BudgetOutcome.CUT)
    outcome = np.where((quantity == 0) & (spending.quantity > 0), BudgetOutcome.NOTHING_LEFT, outcome)
    return np.where((quantity > 0) & (spending.unit_cost == 0), BudgetOutcome.COST_NOT_KNOWN, outcome).astype(np.int8)


def _check(spending: Spending, budgets: Budgets) -> None:
    quantity, pack = spending.quantity, spending.case_pack
    faults = (
        (budgets.amount < 0, "an amount is below 0; a budget of nothing is 0"),
        (budgets.amount > LARGEST_BUDGET, f"an amount is above {LARGEST_BUDGET} ten-thousandths; leave such a one out"),
        (budgets.spent < 0, "what is spent is below 0; read it as 0"),
        (pack < 1, "a row has a case pack below 1; read a missing one as 1"),
        (quantity < 0, "a row asks for less than nothing; read it as 0"),
        (quantity % np.maximum(pack, 1) != 0, "a row asks for a broken case pack; round it first"),
        (spending.unit_cost < 0, "a row has a cost below 0; give 0 where it is not known"),
        (np.isnan(spending.need), "a row has no need; give 0 where it is not known"),
        (
            (spending.budget < 0) | (spending.budget >= budgets.amount.size),
            "a row has a budget that is not there; leave the row out",
        ),
    )
    for where, fault in faults:
        if where.any():
            raise PlanningInputError(f"budget: {fault} (place {int(np.argmax(where))})")
