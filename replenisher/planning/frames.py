"""Columns and dtypes of every frame that planning reads or makes, and the check that a frame keeps them.

Money inside a frame is an integer count of ten-thousandths of the currency unit (`MONEY_SCALE`): exact, and as
fast as a quantity. `Decimal` begins where a frame ends. Ids are text, never numbers: `00123` stays `00123`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

import numpy as np
import pandas as pd

from replenisher.errors import PlanningInputError

MONEY_SCALE = 10_000
"""Ten-thousandths per currency unit: 9.99 is 99,900."""

LARGEST_QUANTITY = 10_000_000
"""Units; a quantity beyond it is a fault of the report, not stock."""

LARGEST_COST = 10_000_000 * MONEY_SCALE
"""Ten-thousandths; with LARGEST_QUANTITY it keeps the value of a line inside 64 bits."""

LAST_DATE = 3_652_059
"""`date.max.toordinal()`: dates in a frame are whole, 0 is none."""

TEXT, WHOLE, FLAG, NAMED, RATE = "text", "whole", "flag", "named", "rate"


@dataclass(frozen=True)
class Contract:
    """The columns a frame must have: `text` (str or category), `named` (category), `whole` (int64), `flag` (bool) or
    `rate` (float64).

    `bounds` holds the smallest and largest value of whole columns where a value outside would be a program error.
    """

    name: str
    columns: dict[str, str]
    key: tuple[str, ...]
    bounds: dict[str, tuple[int, int]] = field(default_factory=dict)


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
    dict.fromkeys(
        (
            "reorder_point",
            "order_up_to_level",
            "on_hand",
            "on_order",
            "on_uncommitted_order",
            "backordered",
            "transfer_in",
            "transfer_out",
            "allocated",
        ),
        (-LARGEST_QUANTITY, LARGEST_QUANTITY),
    ),
)
"""The inventory report of one or many locations: the retailer's min is `reorder_point`, max `order_up_to_level`.
Quantities in units as reported (on_hand may be negative); retail_price in ten-thousandths."""

STOCK_BOOK = Contract(
    "derived stock",
    {
        "location": TEXT,
        "sku": TEXT,
        "on_hand_source": TEXT,
        "sold_not_reordered": WHOLE,
        "sold_since_opening": WHOLE,
        "ordered_since_opening": WHOLE,
        "counted_at": TEXT,
        "counted": WHOLE,
        "received_since_count": WHOLE,
        "sold_since_count": WHOLE,
        "returned_since_count": WHOLE,
    },
    ("location", "sku"),
)
"""What an inventory frame has besides where no report tells the stock: `on_hand_source` is `derived` or `not_counted`;
`sold_not_reordered` in units is what was sold and is not on an order of ours yet, and the two figures since the opening
of the book are what it is made of. `counted_at` (the location's time, ISO text; empty without a count) and the figures
since the count are what a derived on hand is made of. A frame without these columns was reported, and nothing of it is
to be ordered again."""

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
    {
        "case_pack": (1, LARGEST_QUANTITY),
        "minimum_order_quantity": (0, LARGEST_QUANTITY),
        "maximum_line_quantity": (0, LARGEST_QUANTITY),
        "unit_cost": (0, LARGEST_COST),
    },
)
"""The vendor's own product file: case_pack >= 1; minimum_order_quantity 0 and maximum_line_quantity 0 mean none."""

PRODUCT_LIMITS = Contract(
    "products",
    {"shelf_capacity": WHOLE, "last_order_date": WHOLE, "snoozed_until": WHOLE, "mapped": FLAG},
    ("sku",),
    {
        "shelf_capacity": (0, LARGEST_QUANTITY),
        "last_order_date": (0, LAST_DATE),
        "snoozed_until": (0, LAST_DATE),
    },
)
"""What a products frame may have besides; a column that is not there limits nothing. `shelf_capacity` in units, 0 means
none; dates as `date.toordinal()`, 0 means none: the product is ordered up to and on its `last_order_date`, and again
from `snoozed_until` on. `mapped` says whether the platform's catalog has the product."""

LEVELS = Contract(
    "levels",
    {"location": TEXT, "sku": TEXT, "reorder_point": WHOLE, "order_up_to_level": WHOLE},
    ("location", "sku"),
    dict.fromkeys(("reorder_point", "order_up_to_level"), (0, LARGEST_QUANTITY)),
)
"""The planners' levels file; its min and max win over the retailer's, and 0 is a value like any other."""

IN_FLIGHT = Contract(
    "in flight",
    {"location": TEXT, "sku": TEXT, "in_flight": WHOLE},
    ("location", "sku"),
    {"in_flight": (0, LARGEST_QUANTITY)},
)
"""Open units of our own orders that the inventory report does not show yet."""

PROMISED = Contract(
    "promised",
    {"location": TEXT, "sku": TEXT, "promised": WHOLE},
    ("location", "sku"),
    {"promised": (0, LARGEST_QUANTITY)},
)
"""Units promised to customers that we know of ourselves: on our sale orders, or on the customers' orders we read."""

SNAPSHOT = Contract(
    "snapshot",
    {
        **INVENTORY.columns,
        "location": NAMED,
        "sku": NAMED,
        "on_hand_reported": WHOLE,
        "negative_on_hand": FLAG,
        "negative_open_quantity": FLAG,
        "retailer_reorder_point": WHOLE,
        "retailer_order_up_to_level": WHOLE,
        "levels_source": NAMED,
        **{name: kind for name, kind in PRODUCTS.columns.items() if name != "sku"},
        "listed": FLAG,
        "in_flight": WHOLE,
        "on_hand_source": NAMED,
        "sold_not_reordered": WHOLE,
    },
    ("location", "sku"),
)
"""What is known of every location and SKU when a plan begins; `replenisher.planning.snapshot` makes it.
`reorder_point` and `order_up_to_level` are the ones that apply, `retailer_…` the reported ones, `levels_source` says
whose apply (`retailer`, `planner` or `override`), `on_hand_source` where on hand comes from (`reported`, `derived` or
`not_counted`). `on_hand` and the open quantities are never below 0."""

SNAPSHOT_EXTRAS = Contract(
    "snapshot",
    {
        **PRODUCT_LIMITS.columns,
        "business_date": WHOLE,
        "rate_per_day": RATE,
        "rate_known": FLAG,
        "order_day": FLAG,
        "lot": WHOLE,
        "at_or_below": FLAG,
        "levels_by_policy": FLAG,
        "demand_unknown": FLAG,
        "level_beyond": FLAG,
        "override_quantity": WHOLE,
    },
    ("location", "sku"),
    {
        **PRODUCT_LIMITS.bounds,
        "business_date": (1, LAST_DATE),
        "lot": (0, LARGEST_QUANTITY),
        "override_quantity": (-1, LARGEST_QUANTITY),
    },
)
"""What a snapshot may have besides: what limits a product, `business_date`, the location's date of the run (as
`date.toordinal()`; without it no date can be kept), `rate_per_day`, what a row sells in units a day (where `rate_known`
is there and false it is not to be gone by), `order_day`, whether its location's calendar has an order on that date, and
`override_quantity`, the units that a planner set for this run, -1 for none.
Rows that are planned by rules have `lot` and `at_or_below` (see `policies.levels.Levels`), `levels_by_policy`, where
their levels are not the ones that were set, `demand_unknown`, where a rule could not be followed for want of known
sales, and `level_beyond`, where its policy leads to a level that no shelf holds."""

CONTRACTS = (INVENTORY, STOCK_BOOK, PRODUCTS, LEVELS, IN_FLIGHT, PROMISED, SNAPSHOT)


def _keeps(dtype: object, kind: str) -> bool:
    if kind == WHOLE:
        return dtype == np.int64
    if kind == FLAG:
        return dtype == np.bool_
    if kind == RATE:
        return dtype == np.float64
    if kind == NAMED:
        return isinstance(dtype, pd.CategoricalDtype)
    return isinstance(dtype, pd.CategoricalDtype | pd.StringDtype)


def check_columns(frame: pd.DataFrame, contract: Contract) -> pd.DataFrame:
    """Return the frame unchanged if it has the contract's columns with their dtypes, at the cost of no rows read.

    Raises PlanningInputError naming the column.
    """
    dtypes = dict(zip(frame.columns, frame.dtypes, strict=True))
    for name, kind in contract.columns.items():
        if name not in dtypes:
            raise PlanningInputError(f"{contract.name}: column {name} is missing")
        if not _keeps(dtypes[name], kind):
            raise PlanningInputError(f"{contract.name}: column {name} should be {kind}, not {dtypes[name]}")
    return frame


def present(frame: pd.DataFrame, contract: Contract) -> Contract:
    """Give the part of a contract of optional columns that the frame has."""
    columns = {name: kind for name, kind in contract.columns.items() if name in frame.columns}
    bounds = {name: limits for name, limits in contract.bounds.items() if name in columns}
    return Contract(contract.name, columns, contract.key, bounds)


def check(frame: pd.DataFrame, contract: Contract) -> pd.DataFrame:
    """Return the frame unchanged if it keeps the contract; raise PlanningInputError naming the column if not.

    Missing values, values outside the bounds and repeated keys break a contract too. Extra columns are allowed.
    """
    check_columns(frame, contract)
    for name, kind in contract.columns.items():
        if kind in (TEXT, NAMED) and bool(frame[name].isna().any()):
            raise PlanningInputError(f"{contract.name}: column {name} has missing values")
    for name, (smallest, largest) in contract.bounds.items():
        values = frame[name].to_numpy()
        if values.size and (values.min() < smallest or values.max() > largest):
            raise PlanningInputError(f"{contract.name}: column {name} has values outside {smallest} to {largest}")
    if bool(frame.duplicated(list(contract.key)).any()):
        raise PlanningInputError(f"{contract.name}: {' and '.join(contract.key)} repeat")
    return frame


def empty(contract: Contract) -> pd.DataFrame:
    """Make a frame of the contract's columns with no rows."""
    dtypes = {TEXT: "str", WHOLE: "int64", FLAG: "bool", NAMED: "category", RATE: "float64"}
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
