"""The close of a run: what a vendor's shortage, a budget and the minimum per order leave of the rows that order.

All rows of all locations together, for these limits weigh rows of different locations against each other:

1. a location whose older proposal was approved meanwhile orders nothing (its plan did not know of that order);
2. **vendor's shortage** (`fair_share`): what there is of a SKU, less what orders already claim of it, is shared;
3. **budget** (`budget`): rows are cut, in order of need, to what is left of the company's amount;
4. **minimum per order**: an order that 2 or 3 left below its minimum is held. It is not topped up again: the goods or
   the money for that are what is missing.

The supply comes before the budget, so that no money is set aside for goods that are not there. Rows stand in the order
of location and SKU whatever order they come in, so equal claims are decided the same way every time. A quantity that
is no whole number of packs (a planner's own) is shared in the largest unit that divides all quantities of the SKU.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from replenisher.planning.budget import Budgets, Spending, keep_budgets
from replenisher.planning.constraints import smallest_lot
from replenisher.planning.fair_share.shortage import Requests, ShareMethod, Supply, share_supply
from replenisher.planning.policies.asking import Policy, as_levels
from replenisher.planning.reasons import Reason

Whole = npt.NDArray[np.int64]

CLOSE_INPUT = (
    "location",
    "sku",
    "order_quantity",
    "unit_cost",
    "cost_known",
    "lead_time_days",
    "case_pack",
    "minimum_order_quantity",
    "inventory_position",
    "reorder_point",
    "order_up_to_level",
    "sold_not_reordered",
    "reasons",
)
"""Columns of a planned frame that the close looks at."""

CLOSE_FRAME = ("location", "sku", "planned", "after_shortage", "after_budget", "reason")
"""Columns of the close frame: a row for each row that the close touched, quantities in units."""

SUPPLY = ("sku", "units", "claimed")
"""Columns of what there is: units of a SKU in the vendor's stock, and what orders already claim of them."""


class CloseReason(Enum):
    """What the close did to a row; the value is its code in frames, files and tables."""

    OLDER_ORDER_APPROVED = "older_order_approved"
    CUT_BY_SHORTAGE = "cut_by_shortage"
    NO_SUPPLY = "no_supply"
    CUT_BY_BUDGET = "cut_by_budget"
    NO_BUDGET = "no_budget"


_MEANINGS = {
    CloseReason.OLDER_ORDER_APPROVED: "An older order of this location was approved while the run was planning, so the"
    " run ordered nothing here; the older order counts as in flight in the next plan.",
    CloseReason.CUT_BY_SHORTAGE: "The vendor has less than the locations ask for; the row got its share of it.",
    CloseReason.NO_SUPPLY: "The vendor has less than the locations ask for, and the row's share of it is nothing.",
    CloseReason.CUT_BY_BUDGET: "Cut to the whole case packs that the company's budget still paid for.",
    CloseReason.NO_BUDGET: "The company's budget was used up by rows in greater need.",
}

CLOSE_REASON_DTYPE = pd.CategoricalDtype([reason.value for reason in CloseReason])


def describe_close(reason: CloseReason) -> str:
    """Say in one plain sentence what the reason means."""
    return _MEANINGS[reason]


@dataclass(frozen=True)
class CloseRules:
    """How a company's runs are closed.

    `priorities` are the classes of locations by id, 0 or more, the lowest served first; others are of `usual_priority`.
    A SKU that the stock does not name is not limited, or with `unnamed_is_nothing` not there. Minimums per order in
    units and ten-thousandths, None for none.
    """

    method: ShareMethod = ShareMethod.PROPORTIONAL
    priorities: Mapping[str, int] = field(default_factory=dict)
    usual_priority: int = 1
    unnamed_is_nothing: bool = False
    policy: Policy = Policy.MIN_MAX
    minimum_order_units: int | None = None
    minimum_order_value: int | None = None


@dataclass(frozen=True)
class CloseLimits:
    """What limits one close.

    `overtaken` are the locations that order nothing. `supply` is a frame of SUPPLY (None: nothing is short). `budget`
    is the amount and what of it is spent, in ten-thousandths (None: no budget).
    """

    overtaken: frozenset[str] = frozenset()
    supply: pd.DataFrame | None = None
    budget: tuple[int, int] | None = None


@dataclass(frozen=True)
class Closed:
    """A close worked out.

    `rows` are those that came in, by location and SKU, with the columns of CLOSE_FRAME besides (`reason` is missing
    where nothing was done). `supply` is a frame of SUPPLY with the units `asked` and `given`, of each SKU that was
    asked for and is limited. `asked_value` and `given_value` are what went into the budget and what it left, in
    ten-thousandths, 0 without one. `below_minimum` are locations whose order is below its minimum.
    """

    rows: pd.DataFrame
    supply: pd.DataFrame | None
    asked_value: int
    given_value: int
    below_minimum: frozenset[str]

    @property
    def frame(self) -> pd.DataFrame:
        """The close frame: the rows that were touched."""
        touched = self.rows.loc[self.rows["after_budget"] != self.rows["planned"], list(CLOSE_FRAME)]
        return touched.reset_index(drop=True)

    @property
    def short(self) -> pd.DataFrame:
        """The SKUs of `supply` that were given less of than was asked, those that lack most first."""
        if self.supply is None:
            return pd.DataFrame({"sku": [], "asked": [], "given": []})
        lacking = self.supply["asked"] - self.supply["given"]
        short = self.supply.assign(lacking=lacking)[lacking > 0]
        return short.sort_values(["lacking", "sku"], ascending=[False, True], ignore_index=True)


def close_rows(rows: pd.DataFrame, limits: CloseLimits, rules: CloseRules) -> Closed:
    """Work out what a run orders: its ordering rows (columns CLOSE_INPUT), cut to what there is and may be spent.

    The order of the rows changes nothing. Raises PlanningInputError where the numbers of a row make no sense.

    Worked example: A asks 24, B 24 and C 8 units in packs of 4 at 1.00, and 46 are there: 20, 20 and 4 are given. With
    a budget of 30.00 and A in greatest need, A gets 20, B 8 (10.00 pay for two packs) and C nothing.
    """
    ready = rows.sort_values(["location", "sku"], ignore_index=True)
    planned = ready["order_quantity"].to_numpy()
    wanted = np.where(ready["location"].isin(limits.overtaken), 0, planned)
    shared, supply = _share(ready, wanted, limits, rules)
    paid, values = _pay(ready, shared, limits, rules)
    reason = pd.Categorical.from_codes(_codes(planned, wanted, shared, paid), dtype=CLOSE_REASON_DTYPE)
    done = ready.assign(planned=planned, after_shortage=shared, after_budget=paid, reason=reason)
    return Closed(done, supply, *values, _below_minimum(done, rules))


def _share(
    rows: pd.DataFrame, wanted: Whole, limits: CloseLimits, rules: CloseRules
) -> tuple[Whole, pd.DataFrame | None]:
    """Share what there is of each SKU that is limited; gives the quantities, and what was asked and given."""
    if limits.supply is None:
        return wanted, None
    skus, code = np.unique(rows["sku"].to_numpy(dtype=object), return_inverse=True)
    known = limits.supply.set_index("sku")[["units", "claimed"]].reindex(skus)
    limited = known["units"].notna().to_numpy() | rules.unnamed_is_nothing
    stock, claimed = (known[name].fillna(0).astype("int64").to_numpy() for name in ("units", "claimed"))
    pack = np.zeros(skus.size, dtype=np.int64)
    np.gcd.at(pack, code, np.gcd(rows["case_pack"].to_numpy(), wanted))
    some = np.flatnonzero(limited[code] & (wanted > 0))
    position, minimum, maximum = _levels(rows, rules)
    classes = rows["location"].astype("str").map(dict(rules.priorities)).fillna(rules.usual_priority)
    priority: Whole = classes.to_numpy().astype(np.int64)
    requests = Requests(
        sku=code[some].astype(np.int64),
        rank=some.astype(np.int64),
        quantity=wanted[some],
        priority=priority[some],
        position=position[some],
        level=maximum[some],
        need=_need(position, minimum)[some],
    )
    supply = Supply(units=np.maximum(stock - claimed, 0), case_pack=np.maximum(pack, 1))
    shared = share_supply(requests, supply, rules.method)
    after = wanted.copy()
    after[some] = shared.quantity
    told = pd.DataFrame(
        {
            "sku": pd.Series(skus, dtype="str"),
            "units": stock,
            "claimed": claimed,
            "asked": shared.asked,
            "given": shared.given,
        }
    )
    return after, told[shared.asked > 0].reset_index(drop=True)


def _pay(rows: pd.DataFrame, wanted: Whole, limits: CloseLimits, rules: CloseRules) -> tuple[Whole, tuple[int, int]]:
    """Cut the quantities to the budget; gives them, and the value that was asked and is left."""
    if limits.budget is None:
        return wanted, (0, 0)
    position, minimum, _ = _levels(rows, rules)
    columns: dict[str, npt.NDArray[Any]] = {
        name: rows[name].to_numpy() for name in ("case_pack", "minimum_order_quantity")
    }
    cost = np.where(rows["cost_known"], rows["unit_cost"], 0).astype(np.int64)
    amount, spent = (np.array([money], dtype=np.int64) for money in limits.budget)
    spending = Spending(
        budget=np.zeros_like(wanted),
        need=_need(position, minimum),
        rank=np.arange(wanted.size),
        quantity=wanted,
        case_pack=np.gcd(columns["case_pack"], wanted),
        smallest_lot=smallest_lot(columns),
        unit_cost=cost,
    )
    after = keep_budgets(spending, Budgets(amount, spent)).quantity
    return after, (_worth(wanted, cost), _worth(after, cost))


def _worth(quantity: Whole, cost: Whole) -> int:
    # Python's own numbers: rows beyond any budget could add up to more than 64 bits hold.
    return sum((quantity * cost).tolist())


def _levels(rows: pd.DataFrame, rules: CloseRules) -> tuple[Whole, Whole, Whole]:
    """Give position, minimum and maximum as the policy sees them."""
    if rules.policy is Policy.SELL_THROUGH:
        return as_levels(rows["sold_not_reordered"].to_numpy())
    position, minimum, maximum = (
        rows[name].to_numpy() for name in ("inventory_position", "reorder_point", "order_up_to_level")
    )
    return position, minimum, maximum


def _need(position: Whole, minimum: Whole) -> npt.NDArray[np.float64]:
    """Measure need as the maximum per order does: the share of the minimum that is missing."""
    need: npt.NDArray[np.float64] = (minimum - position) / np.maximum(minimum, 1)
    return need


def _codes(planned: Whole, wanted: Whole, shared: Whole, paid: Whole) -> npt.NDArray[np.int8]:
    """Find each row's reason: that of the last step that changed it, -1 where none did."""
    every = list(CloseReason)
    codes = np.full(planned.size, -1, dtype=np.int8)
    for before, after, cut, nothing in (
        (planned, wanted, CloseReason.OLDER_ORDER_APPROVED, CloseReason.OLDER_ORDER_APPROVED),
        (wanted, shared, CloseReason.CUT_BY_SHORTAGE, CloseReason.NO_SUPPLY),
        (shared, paid, CloseReason.CUT_BY_BUDGET, CloseReason.NO_BUDGET),
    ):
        codes[after < before] = every.index(cut)
        codes[(after < before) & (after == 0)] = every.index(nothing)
    return codes


def _below_minimum(rows: pd.DataFrame, rules: CloseRules) -> frozenset[str]:
    """List the locations whose order is below its minimum, as planned or by what the close cut."""
    cost = rows["unit_cost"].where(rows["cost_known"], 0)
    after = rows["after_budget"]
    marked = (rows["reasons"] & Reason.ORDER_BELOW_MINIMUM.bit) != 0
    figures = {"units": after, "value": after.astype("float64") * cost, "marked": marked}
    sums = pd.DataFrame({"location": rows["location"].astype("str"), **figures})
    cut = (
        sums.assign(cut=after != rows["planned"])
        .groupby("location")
        .agg(units=("units", "sum"), value=("value", "sum"), marked=("marked", "any"), cut=("cut", "any"))
    )
    short = cut["units"] < (rules.minimum_order_units or 0)
    short |= cut["value"] < (rules.minimum_order_value or 0)
    held = (cut["units"] > 0) & (cut["marked"] | (cut["cut"] & short))
    return frozenset(str(location) for location in cut.index[held])
