"""Rows that ask for goods and get none: what they lack, what that is worth, and the reason that stops them.

An order of nothing is easily overlooked, and a rule that stops a row for ever looks like a shelf that needs nothing.
"""

from __future__ import annotations

import pandas as pd

from replenisher.planning.policies.asking import Policy

COLUMNS = (
    "location",
    "sku",
    "reason",
    "inventory_position",
    "reorder_point",
    "order_up_to_level",
    "triggered",
    "order_quantity",
    "unit_cost",
    "cost_known",
    "sold_not_reordered",
)
"""The columns of a planned frame that `unmet` needs."""


def unmet(planned: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    """Give the rows that are below their minimum (or are owed units) and order nothing, with what they lack.

    Takes a frame that `proposal.plan` made, or its columns COLUMNS. Adds `missing` (int64 units to the maximum, or
    owed; 0 where the maximum is not above the position) and `worth` (int64 ten-thousandths at cost, 0 where the cost
    is not known).

    Worked example: position 2, minimum 5, maximum 9, do-not-order, cost 1.50: 7 missing, worth 10.50.
    """
    rows = planned.loc[planned["triggered"] & (planned["order_quantity"] == 0), list(COLUMNS)]
    if policy is Policy.SELL_THROUGH:
        missing = rows["sold_not_reordered"]
    else:
        missing = (rows["order_up_to_level"] - rows["inventory_position"]).clip(lower=0)
    worth = (missing * rows["unit_cost"]).where(rows["cost_known"], 0)
    return rows.assign(missing=missing.astype("int64"), worth=worth.astype("int64")).reset_index(drop=True)
