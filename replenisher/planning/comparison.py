"""Two plans of the same rows side by side: is it the same plan, and where not, what changes in the orders."""

from __future__ import annotations

import pandas as pd

from replenisher.errors import PlanningInputError

KEY = ["location", "sku"]
ADDED = ("inventory_position", "triggered", "order_quantity", "reasons", "reason")
"""Columns that a plan adds to its snapshot, besides the steps of its quantities."""


def snapshot_of(planned: pd.DataFrame) -> pd.DataFrame:
    """Give back the snapshot that a planned frame was made from: its columns up to the first that the plan added.

    Raises PlanningInputError for a frame that is no plan.
    """
    if not set(ADDED) <= set(planned.columns):
        raise PlanningInputError("the frame is no plan: it lacks what a plan adds to its snapshot")
    names = [str(name) for name in planned.columns]
    return planned[names[: min(names.index(added) for added in ADDED)]]


def same_plan(one: pd.DataFrame, other: pd.DataFrame) -> bool:
    """Tell whether two planned frames are equal bit for bit: the same columns, in the same order, with equal values."""
    return bool(one.equals(other))


def differing_columns(one: pd.DataFrame, other: pd.DataFrame) -> list[str]:
    """Name the columns in which two plans of the same rows differ, and those that only one of them has."""
    names = list(dict.fromkeys([*one.columns, *other.columns]))
    return [str(name) for name in names if name not in one or name not in other or not one[name].equals(other[name])]


def changed_orders(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Give the rows whose order quantity differs between two plans of the same snapshot, in its order.

    Columns: location, sku, unit_cost, cost_known, `before` and `after` (int64 units), `reason_before` and
    `reason_after`. Raises PlanningInputError when the two do not hold the same rows in the same order.
    """
    if len(before) != len(after) or not all(
        before[name].astype("str").reset_index(drop=True).equals(after[name].astype("str").reset_index(drop=True))
        for name in KEY
    ):
        raise PlanningInputError("the two plans are not of the same rows, so their orders cannot be compared")
    changed = before["order_quantity"].to_numpy() != after["order_quantity"].to_numpy()
    rows = before.loc[changed, [*KEY, "unit_cost", "cost_known", "order_quantity", "reason"]]
    named: pd.DataFrame = rows.rename(columns={"order_quantity": "before", "reason": "reason_before"})
    later = after.loc[changed, ["order_quantity", "reason"]].set_axis(named.index)
    return named.assign(after=later["order_quantity"], reason_after=later["reason"])
