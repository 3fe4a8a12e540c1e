"""Ask the gate of the exclusions once more for the lines of an order: may each still be ordered today?

What a row is by its stock and levels was settled when it was planned; here only that counts which forbids a product
whatever its stock is.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from replenisher.planning.exclusions import excluded
from replenisher.planning.frames import PRODUCTS, check_columns
from replenisher.planning.reasons import Reason, reasons_in
from replenisher.planning.rules import Rules

FLAGS = ("discontinued", "mapped")
DATES = ("last_order_date", "snoozed_until")
"""What the products file may say against a product, beside not listing it."""


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
    planner has set to 0. Raises PlanningInputError where `products` lacks a column of its contract.

    Worked example: on 28 November a product whose last order date was the 27th is past it, and one that is snoozed
    until the 28th is not snoozed any more.
    """
    columns: dict[str, npt.NDArray[Any]] = {} if products is None else _of_products(skus, products)
    columns["business_date"] = np.full(len(skus), business_date, dtype=np.int64)
    columns["do_not_order"] = np.array([sku in do_not_order for sku in skus], dtype=np.bool_)
    by_planner = np.array([sku in set_to_zero for sku in skus], dtype=np.bool_)
    bits = excluded(
        columns,
        [(by_planner, Reason.SET_TO_ZERO_BY_PLANNER)],
        unlisted_excluded=rules.unlisted == "exclude",
        unmapped_excluded=rules.unmapped == "exclude",
    )
    return {sku: reasons_in(found) for sku, found in zip(skus, bits.tolist(), strict=True) if found}


def _of_products(skus: Sequence[str], products: pd.DataFrame) -> dict[str, npt.NDArray[Any]]:
    """Give what the products file says of each SKU; where it lists none, what a snapshot assumes: no date, no id."""
    check_columns(products, PRODUCTS)
    rows = pd.Index(products["sku"].astype("object")).get_indexer(pd.Index(list(skus), dtype="object"))
    # Row -1, of what is not listed, is the one that is put behind the others.
    said = {name: np.append(products[name].to_numpy(), [False])[rows] for name in FLAGS if name in products}
    said |= {name: np.append(products[name].to_numpy(), [0])[rows] for name in DATES if name in products}
    return said | {"listed": rows >= 0}
