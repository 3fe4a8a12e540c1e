"""Units promised to customers that no inventory report tells, joined to those that it does.

A report's `allocated` and our own knowledge may hold the same promise, so a company says once which of the two counts:
what we know comes on top of the report (sale orders that the platform does not have yet), or instead of it (customers'
orders that we read ourselves). Never both.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from replenisher.planning.frames import INVENTORY, PROMISED, check, check_columns

PROMISE_COLUMNS = ("allocated_reported", "promised")
"""What an inventory frame has besides once promises were joined to it; carried along for `explain`."""


def with_promises(inventory: pd.DataFrame, promised: pd.DataFrame, *, instead: bool) -> pd.DataFrame:
    """Give the inventory frame with `allocated` as the company counts it, and with what that is made of.

    Takes frames of the contracts INVENTORY and PROMISED. `allocated_reported` is the report's figure, `promised` ours,
    in units; with `instead` ours alone counts, also where it is 0. Promises that meet no inventory row are not in the
    result: ask `snapshot.orphans` for them.

    Worked example: reported 3, promised 2. `allocated` is 5, and with `instead` it is 2.
    """
    check_columns(inventory, INVENTORY)
    check(promised, PROMISED)
    keys = inventory[["location", "sku"]].astype("str")
    rows = promised.astype({"location": "str", "sku": "str"})
    joined = keys.merge(rows, how="left", on=["location", "sku"], validate="many_to_one")["promised"]
    ours = joined.fillna(0).to_numpy(dtype=np.int64)
    reported = inventory["allocated"].to_numpy(copy=True)
    base = np.zeros_like(reported) if instead else reported
    return inventory.assign(allocated=base + ours, allocated_reported=reported, promised=ours)
