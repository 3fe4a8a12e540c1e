"""Columns and dtypes of every frame that planning reads or makes, and the check that a frame keeps them.

Money inside a frame is an integer count of ten-thousandths of the currency unit (`MONEY_SCALE`): exact, and as
fast as a quantity. `Decimal` begins where a frame ends. Ids are text, never numbers: `00123` stays `00123`.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import pandas as pd

from replenisher.errors import PlanningInputError

MONEY_SCALE = 10_000
"""Ten-thousandths per currency unit: 9.99 is 99,900."""

LARGEST_QUANTITY = 10_000_000
"""Units; a quantity beyond it is a fault of the report, not stock."""

TEXT, WHOLE, FLAG = "text", "whole", "flag"


@dataclass(frozen=True)
class Contract:
    """The columns a frame must have, each `text` (str or categorical), `whole` (int64) or `flag` (bool)."""

    name: str
    columns: dict[str, str]
    key: tuple[str, ...]


INVENTORY = Contract(
    "inventory report",
    {
        "location": TEXT,
        "sku": TEXT,
        "category": TEXT,
        "reorder_point": WHOLE,
        "order_up_to_level": WHOLE,
        "levels_locked": FLAG,
        "do_not_order": FLAG,
        "on_hand": WHOLE,
        "on_order": WHOLE,
        "on_uncommitted_order": WHOLE,
        "backordered": WHOLE,
        "transfer_in": WHOLE,
        "transfer_out": WHOLE,
        "allocated": WHOLE,
        "sold": WHOLE,
        "retail_price": WHOLE,
    },
    ("location", "sku"),
)
"""The inventory report of one or many locations: the retailer's min is `reorder_point`, max `order_up_to_level`.
Quantities in units as reported (on_hand may be negative); retail_price in ten-thousandths."""

PRODUCTS = Contract(
    "products",
    {
        "sku": TEXT,
        "case_pack": WHOLE,
        "minimum_order_quantity": WHOLE,
        "maximum_line_quantity": WHOLE,
        "unit_cost": WHOLE,
        "cost_known": FLAG,
        "lead_time_days": WHOLE,
        "discontinued": FLAG,
    },
    ("sku",),
)
"""The vendor's own product file: case_pack >= 1; minimum_order_quantity 0 and maximum_line_quantity 0 mean none."""

LEVELS = Contract(
    "levels",
    {"location": TEXT, "sku": TEXT, "reorder_point": WHOLE, "order_up_to_level": WHOLE},
    ("location", "sku"),
)
"""Planners' overrides of min and max; they win over the retailer's."""

IN_FLIGHT = Contract("in flight", {"location": TEXT, "sku": TEXT, "in_flight": WHOLE}, ("location", "sku"))
"""Open units of our own orders that the inventory report does not show yet."""

CONTRACTS = (INVENTORY, PRODUCTS, LEVELS, IN_FLIGHT)


def _keeps(column: pd.Series, kind: str) -> bool:
    if kind == WHOLE:
        return column.dtype == np.int64
    if kind == FLAG:
        return column.dtype == np.bool_
    return isinstance(column.dtype, pd.CategoricalDtype | pd.StringDtype)


def check(frame: pd.DataFrame, contract: Contract) -> pd.DataFrame:
    """Return the frame unchanged if it keeps the contract; raise PlanningInputError naming the column if not.

    Missing values and repeated keys break a contract too. Extra columns are allowed.
    """
    for name, kind in contract.columns.items():
        if name not in frame.columns:
            raise PlanningInputError(f"{contract.name}: column {name} is missing")
        column = frame[name]
        if not _keeps(column, kind):
            raise PlanningInputError(f"{contract.name}: column {name} should be {kind}, not {column.dtype}")
        if kind == TEXT and bool(column.isna().any()):
            raise PlanningInputError(f"{contract.name}: column {name} has missing values")
    if bool(frame.duplicated(list(contract.key)).any()):
        raise PlanningInputError(f"{contract.name}: {' and '.join(contract.key)} repeat")
    return frame


def empty(contract: Contract) -> pd.DataFrame:
    """Make a frame of the contract's columns with no rows."""
    dtypes = {TEXT: "str", WHOLE: "int64", FLAG: "bool"}
    return pd.DataFrame({name: pd.Series([], dtype=dtypes[kind]) for name, kind in contract.columns.items()})


def to_money(amount: Decimal) -> int:
    """Turn a currency amount into ten-thousandths; raise ValueError when it has finer digits."""
    scaled = amount * MONEY_SCALE
    if scaled != scaled.to_integral_value():
        raise ValueError(f"{amount} has more than four decimal places")
    return int(scaled)


def from_money(ten_thousandths: int) -> Decimal:
    """Turn ten-thousandths back into a currency amount."""
    return Decimal(int(ten_thousandths)) / MONEY_SCALE
