"""Small frames written as a planner would say them: a shelf, a product, an override, units in flight."""

from __future__ import annotations

from typing import Any

import pandas as pd

from replenisher.planning.frames import IN_FLIGHT, INVENTORY, LEVELS, PRODUCTS, TEXT, WHOLE, Contract, empty
from replenisher.planning.proposal import Rules, plan
from replenisher.planning.snapshot import snapshot

Row = dict[str, Any]


def shelf(sku: str = "A", *, location: str = "L1", minimum: int = 10, maximum: int = 30, **reported: Any) -> Row:
    plain: Row = {name: 0 if kind == WHOLE else False for name, kind in INVENTORY.columns.items() if kind != TEXT}
    levels = {"reorder_point": minimum, "order_up_to_level": maximum}
    return {"location": location, "sku": sku, "category": "Cases", **plain, **levels, **reported}


def product(
    sku: str = "A", *, pack: int = 1, least: int = 0, most: int = 0, cost: int | None = 10_000, **more: Any
) -> Row:
    return {
        "sku": sku,
        "case_pack": pack,
        "minimum_order_quantity": least,
        "maximum_line_quantity": most,
        "unit_cost": cost or 0,
        "cost_known": cost is not None,
        "lead_time_days": 3,
        "discontinued": False,
        **more,
    }


def override(sku: str = "A", *, location: str = "L1", minimum: int, maximum: int) -> Row:
    return {"location": location, "sku": sku, "reorder_point": minimum, "order_up_to_level": maximum}


def flying(sku: str = "A", units: int = 1, *, location: str = "L1") -> Row:
    return {"location": location, "sku": sku, "in_flight": units}


def frame(contract: Contract, rows: list[Row]) -> pd.DataFrame:
    return pd.DataFrame(rows).astype(empty(contract).dtypes.to_dict()) if rows else empty(contract)


def known(
    shelves: list[Row],
    products: list[Row] | None = None,
    levels: list[Row] | None = None,
    in_flight: list[Row] | None = None,
) -> pd.DataFrame:
    return snapshot(
        frame(INVENTORY, shelves),
        None if products is None else frame(PRODUCTS, products),
        None if levels is None else frame(LEVELS, levels),
        frame(IN_FLIGHT, in_flight or []),
    )


def planned(*shelves: Row, rules: Rules | None = None, **files: list[Row] | None) -> pd.DataFrame:
    return plan(known(list(shelves), **files), rules or Rules())


def quantities(proposal: pd.DataFrame) -> list[int]:
    return proposal["order_quantity"].tolist()


def reasons(proposal: pd.DataFrame) -> list[str]:
    return proposal["reason"].astype("str").tolist()
