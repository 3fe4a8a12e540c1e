"""From reports and files to one row per location and SKU: everything that is known when a plan begins.

1. every frame keeps its contract, or nothing is planned;
2. ids become categories of exact text (`00123`, `NA`), one per location and per SKU;
3. the retailer's levels give way to the planners' overrides, where there is one (0 is a value);
4. products, overrides and in-flight units are joined; what is not there gets its stated default;
5. less than nothing on hand or open counts as 0, is flagged, and the reported number stays visible.
"""

from __future__ import annotations

from typing import cast

import numpy as np
import numpy.typing as npt
import pandas as pd

from replenisher.errors import PlanningInputError
from replenisher.planning.frames import (
    FLAG,
    IN_FLIGHT,
    INVENTORY,
    LEVELS,
    PRODUCT_LIMITS,
    PRODUCTS,
    STOCK_BOOK,
    TEXT,
    WHOLE,
    check,
    empty,
    present,
)
from replenisher.planning.promises import PROMISE_COLUMNS

LEVELS_SOURCE_DTYPE = pd.CategoricalDtype(["retailer", "planner", "override"])
"""Whose minimum and maximum apply to a row: the report's, the levels file's, or an override's (`overrides`)."""

ON_HAND_SOURCE_DTYPE = pd.CategoricalDtype(["reported", "derived", "not_counted"])
"""Where the on hand of a row comes from; of one that is not counted nothing is known."""
NOT_COUNTED = ON_HAND_SOURCE_DTYPE.categories.get_loc("not_counted")

FIGURES = ("counted", "received_since_count", "sold_since_count", "returned_since_count")
SINCE_OPENING = ("sold_since_opening", "ordered_since_opening")
"""What a derived on hand, and what is owed, are made of; carried along for `explain`."""

OPEN_QUANTITIES = ("on_order", "on_uncommitted_order", "backordered", "transfer_in", "transfer_out", "allocated")
"""Quantities that cannot be negative: an over-received order must not lower the stock."""

_PLAIN_PRODUCT = {
    "case_pack": 1,
    "minimum_order_quantity": 0,
    "maximum_line_quantity": 0,
    "unit_cost": 0,
    "cost_known": False,
    "lead_time_days": 0,
    "discontinued": False,
}
"""What is assumed of a SKU that no products file describes: no pack, no limits, cost not known."""

_UNLIMITED = {"shelf_capacity": 0, "last_order_date": 0, "snoozed_until": 0, "mapped": False}
"""What is assumed of such a SKU where the products frame has these limits."""

CARRIED = ("business_date", "rate_per_day")
"""What an inventory frame may have besides and a plan can use: the location's date of the run, and what a row sells."""

Columns = dict[str, npt.NDArray[np.int64] | npt.NDArray[np.bool_] | pd.Categorical]


def snapshot(
    inventory: pd.DataFrame, products: pd.DataFrame | None, levels: pd.DataFrame | None, in_flight: pd.DataFrame
) -> pd.DataFrame:
    """Join what is known into one row per location and SKU, in the order of the inventory report.

    Takes frames of the contracts INVENTORY, PRODUCTS (None: there is no products file), LEVELS (None: no overrides)
    and IN_FLIGHT; returns one of the contract SNAPSHOT. Raises PlanningInputError when one breaks its contract.
    In-flight rows and overrides that meet no inventory row are not in the result: ask `orphans` for them.
    """
    check(inventory, INVENTORY)
    check(in_flight, IN_FLIGHT)
    keys = _keys(inventory)
    columns: Columns = {"location": _categories(keys["location"]), "sku": _categories(keys["sku"])}
    columns["category"] = _categories(inventory["category"].astype("category")).copy()
    for name in ("levels_locked", "do_not_order", "sold", "retail_price"):
        columns[name] = inventory[name].to_numpy(copy=True)
    columns |= _quantities(inventory)
    columns |= _levels(inventory, keys, empty(LEVELS) if levels is None else check(levels, LEVELS))
    columns |= _products(keys, None if products is None else check(products, PRODUCTS))
    columns |= _stock_book(inventory)
    columns |= {name: inventory[name].to_numpy(copy=True) for name in (*PROMISE_COLUMNS, *CARRIED) if name in inventory}
    columns["in_flight"] = _taken(in_flight["in_flight"], _matching_rows(keys, in_flight, ["location", "sku"]), 0)
    # Every array above is the snapshot's own, so the frame may take them as they are.
    return pd.DataFrame(columns, copy=False)


def with_levels_only(inventory: pd.DataFrame, levels: pd.DataFrame, locations: list[str]) -> pd.DataFrame:
    """Add a row that is not counted for every SKU of these locations that only the levels name.

    For stock that no report tells: there the levels file is the list of what a location carries. Takes frames of the
    contracts INVENTORY with the columns of STOCK_BOOK, and LEVELS; gives one like the first.
    """
    here = levels[levels["location"].isin(locations)]
    missing = orphans(inventory, here) if len(inventory) else here
    if missing.empty:
        return inventory
    blank = {TEXT: "", WHOLE: 0, FLAG: False}
    contract = {**INVENTORY.columns, **STOCK_BOOK.columns}
    ids = {name: missing[name].astype("str").to_numpy() for name in ("location", "sku")}
    added = pd.DataFrame({name: ids.get(name, blank[kind]) for name, kind in contract.items()}, index=missing.index)
    added = added.astype({name: "str" for name, kind in contract.items() if kind == TEXT})
    added = added.assign(on_hand_source=pd.Series("not_counted", index=added.index, dtype="str"))
    return pd.concat([inventory, added], ignore_index=True)


def orphans(inventory: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """Return those rows (in flight, or overrides) whose location and SKU the inventory report does not have.

    `inventory` may be the snapshot made of it, whose categories are compared far faster than its text.

    They take part in no plan, so they must be shown: units in flight for a product that vanished from the report,
    or an override with a slip in its SKU.
    """
    if rows.empty:
        return rows
    wanted = _keys(rows)
    return rows.loc[_matching_rows(wanted, inventory, ["location", "sku"]) < 0]


def _keys(frame: pd.DataFrame) -> pd.DataFrame:
    return frame[["location", "sku"]].astype("str").astype("category").reset_index(drop=True)


def _categories(column: pd.Series) -> pd.Categorical:
    return cast(pd.Categorical, column.array)


def _matching_rows(keys: pd.DataFrame, other: pd.DataFrame, on: list[str]) -> npt.NDArray[np.int64]:
    """Find for each row of `keys` the row number in `other` with the same ids, -1 where there is none."""
    wanted = pd.DataFrame({name: keys[name].cat.codes for name in on})
    offered = pd.DataFrame({name: _codes(keys[name].cat.categories, other[name]) for name in on})
    offered = offered.assign(row=np.arange(len(other), dtype=np.int64))
    offered = offered.loc[(offered[on] >= 0).all(axis=1)]
    found = wanted.merge(offered, how="left", on=on, validate="many_to_one")["row"]
    return found.fillna(-1).to_numpy(dtype=np.int64)


def _codes(categories: pd.Index, column: pd.Series) -> npt.NDArray[np.int64]:
    """Give each id's place among the categories, -1 where it is none of them."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        places = categories.get_indexer(pd.Index(column.cat.categories.astype("str")))
        return places[column.cat.codes.to_numpy()]
    return categories.get_indexer(pd.Index(column.astype("str")))


def _taken(values: pd.Series, rows: npt.NDArray[np.int64], default: int) -> npt.NDArray[np.int64]:
    """Take the values of the given row numbers, the default where the number is -1; keeps the dtype."""
    known = values.to_numpy()
    padded = np.append(known, np.asarray([default], dtype=known.dtype))
    return cast(npt.NDArray[np.int64], padded[rows])


def _quantities(inventory: pd.DataFrame) -> Columns:
    reported = inventory["on_hand"].to_numpy(copy=True)
    columns: Columns = {
        "on_hand_reported": reported,
        "on_hand": np.maximum(reported, 0),
        "negative_on_hand": reported < 0,
    }
    negative = np.zeros(len(inventory), dtype=np.bool_)
    for name in OPEN_QUANTITIES:
        values = inventory[name].to_numpy()
        negative |= values < 0
        columns[name] = np.maximum(values, 0)
    columns["negative_open_quantity"] = negative
    return columns


def _levels(inventory: pd.DataFrame, keys: pd.DataFrame, levels: pd.DataFrame) -> Columns:
    rows = _matching_rows(keys, levels, ["location", "sku"])
    overridden = rows >= 0
    columns: Columns = {}
    for name in ("reorder_point", "order_up_to_level"):
        reported = inventory[name].to_numpy(copy=True)
        columns[f"retailer_{name}"] = reported
        columns[name] = np.where(overridden, _taken(levels[name], rows, 0), reported)
    columns["levels_source"] = pd.Categorical.from_codes(overridden.astype(np.int8), dtype=LEVELS_SOURCE_DTYPE)
    return columns


def _stock_book(inventory: pd.DataFrame) -> Columns:
    """Say where on hand comes from, and what was sold and not yet ordered again; a plain report has neither."""
    if "on_hand_source" not in inventory:
        reported = np.zeros(len(inventory), dtype=np.int8)
        return {
            "on_hand_source": pd.Categorical.from_codes(reported, dtype=ON_HAND_SOURCE_DTYPE),
            "sold_not_reordered": np.zeros(len(inventory), dtype=np.int64),
        }
    check(inventory, STOCK_BOOK)
    names = ("sold_not_reordered", *SINCE_OPENING, *FIGURES)
    figures: Columns = {name: inventory[name].to_numpy(copy=True) for name in names}
    if not bool(inventory["on_hand_source"].isin(ON_HAND_SOURCE_DTYPE.categories).all()):
        # Any other word would pass for stock that was counted.
        words = ", ".join(ON_HAND_SOURCE_DTYPE.categories)
        raise PlanningInputError(f"{STOCK_BOOK.name}: column on_hand_source has other words than {words}")
    source = pd.Categorical(inventory["on_hand_source"], dtype=ON_HAND_SOURCE_DTYPE)
    return {"on_hand_source": source, "counted_at": _categories(inventory["counted_at"].astype("category"))} | figures


def _products(keys: pd.DataFrame, products: pd.DataFrame | None) -> Columns:
    known = empty(PRODUCTS) if products is None else products
    rows = _matching_rows(keys, known, ["sku"])
    columns: Columns = {name: _taken(known[name], rows, default) for name, default in _PLAIN_PRODUCT.items()}
    # Without a products file nothing is excluded for not being in it.
    limits = present(known, PRODUCT_LIMITS)
    check(known, limits)
    columns |= {name: _taken(known[name], rows, _UNLIMITED[name]) for name in limits.columns}
    columns["listed"] = np.ones(len(keys), dtype=np.bool_) if products is None else rows >= 0
    return columns
