"""Ask the gate of the exclusions once more for the lines of an order: may each still be ordered today?

What a row is by its stock and levels was settled when it was planned; here only that counts which forbids a product
whatever its stock is.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
import pandas as pd

from replenisher.planning.exclusions import BY_FLAG, excluded
from replenisher.planning.frames import PRODUCTS, check
from replenisher.planning.reasons import Reason, reasons_in
from replenisher.planning.rules import Rules
from replenisher.planning.snapshot import product_columns

ASKED = (*BY_FLAG, "last_order_date", "snoozed_until")


def stopped(
    skus: Sequence[str],
    products: pd.DataFrame | None,
    rules: Rules,
    *,
    business_date: int,
    do_not_order: Collection[str] = (),
    set_to_zero: Collection[str] = (),
) -> dict[str, list[Reason]]:
    """Give for each SKU that must not be ordered any more every reason, the main one first.

    `products` is a frame of the contract PRODUCTS (None: there is no products file), `business_date` the location's
    date as `date.toordinal()`; `do_not_order` are the SKUs that the retailer has marked, `set_to_zero` those that a
    planner has set to 0. Raises PlanningInputError when a frame breaks its contract.

    Worked example: on 28 November a product whose last order date was the 27th is past it, and one that is snoozed
    until the 28th is not snoozed any more.
    """
    if not skus:
        return {}
    named = None if products is None else check(products.loc[products["sku"].isin(skus)], PRODUCTS)
    keys = pd.DataFrame({"sku": pd.Series(list(skus), dtype="str").astype("category")})
    known = product_columns(keys, named)
    columns = {name: np.asarray(values) for name, values in known.items() if name in ASKED}
    columns["business_date"] = np.full(len(skus), business_date, dtype=np.int64)
    columns["do_not_order"] = np.array([sku in do_not_order for sku in skus])
    by_planner = np.array([sku in set_to_zero for sku in skus])
    bits = excluded(
        columns,
        [(by_planner, Reason.SET_TO_ZERO_BY_PLANNER)],
        unlisted_excluded=rules.unlisted == "exclude",
        unmapped_excluded=rules.unmapped == "exclude",
    )
    return {sku: reasons_in(found) for sku, found in zip(skus, bits.tolist(), strict=True) if found}
