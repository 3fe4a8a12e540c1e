"""The inventory report: one row per SKU of a location, as a frame of the `INVENTORY` contract."""

from __future__ import annotations

from operator import attrgetter
from typing import Annotated

import msgspec
import numpy as np
import pandas as pd

from replenisher.gateways.vendor_inventory.rows import Place, check_skus, decode_rows
from replenisher.planning.frames import INVENTORY, LARGEST_QUANTITY, MONEY_SCALE, empty

Units = Annotated[int, msgspec.Meta(ge=0, le=LARGEST_QUANTITY)]
SignedUnits = Annotated[int, msgspec.Meta(ge=-LARGEST_QUANTITY, le=LARGEST_QUANTITY)]
Price = Annotated[float, msgspec.Meta(ge=0, le=10_000_000)]
Sku = Annotated[str, msgspec.Meta(min_length=1)]


class InventoryRow(
    msgspec.Struct,
    gc=False,
    frozen=True,
    rename={
        "location": "LocationId",
        "sku": "VendorSku",
        "category": "CategoryPath",
        "reorder_point": "MinimumLevel",
        "order_up_to_level": "MaximumLevel",
        "levels_locked": "MinMaxLocked",
        "do_not_order": "DoNotOrder",
        "on_hand": "QuantityInStock",
        "on_order": "QuantityOnOrder",
        "on_uncommitted_order": "QuantityOnUncommittedOrder",
        "backordered": "QuantityOnBackorder",
        "transfer_in": "QuantityTransferIn",
        "transfer_out": "QuantityTransferOut",
        "allocated": "QuantityCommittedOnOrderEntry",
        "sold": "QuantitySold",
        "retail_price": "RetailPrice",
    },
):
    """One row in our words; the platform's beside them. What planning can do without is optional."""

    sku: Sku
    reorder_point: Units
    order_up_to_level: Units
    do_not_order: bool
    on_hand: SignedUnits
    on_order: Units
    on_uncommitted_order: Units
    backordered: Units
    transfer_in: Units
    transfer_out: Units
    allocated: Units
    location: int | str | None = None
    category: str | None = None
    levels_locked: bool | None = None
    sold: SignedUnits | None = None
    retail_price: Price | None = None


REPEATED_ROWS = "repeated_rows"
DECODER = msgspec.json.Decoder(list[InventoryRow])
WHOLE_COLUMNS = (
    "reorder_point",
    "order_up_to_level",
    "on_hand",
    "on_order",
    "on_uncommitted_order",
    "backordered",
    "transfer_in",
    "transfer_out",
    "allocated",
)


def parse_inventory(body: bytes, location: str) -> pd.DataFrame:
    """Read an inventory report into a frame of the `INVENTORY` contract; an empty array is an empty frame.

    Rows that repeat another one exactly are dropped, and counted in `frame.attrs["repeated_rows"]`. Raises
    ReportRefusedError naming the field and SKU, UnavailableError for a document that ends early.
    """
    place = Place(location, "inventory")
    rows = decode_rows(body, DECODER, InventoryRow, place)
    for row in rows:
        if row.location is not None and str(row.location) != location:
            raise place.refused(f"row of another location, {row.location}", field="LocationId", sku=row.sku)
    skus = [row.sku for row in rows]
    check_skus(skus, place)
    kept = rows if len(set(skus)) == len(skus) else _without_repeats(rows, place)
    frame = _frame(kept, location)
    if len(kept) < len(rows):
        frame.attrs[REPEATED_ROWS] = len(rows) - len(kept)
    return frame


def _without_repeats(rows: list[InventoryRow], place: Place) -> list[InventoryRow]:
    by_sku: dict[str, InventoryRow] = {}
    for row in rows:
        first = by_sku.setdefault(row.sku, row)
        if first != row:
            raise place.refused("two rows that differ", field="VendorSku", sku=row.sku)
    return list(by_sku.values())


def _frame(rows: list[InventoryRow], location: str) -> pd.DataFrame:
    if not rows:
        return empty(INVENTORY)
    units = np.array([*map(attrgetter(*WHOLE_COLUMNS), rows)], dtype=np.int64)
    columns: dict[str, object] = {name: units[:, index] for index, name in enumerate(WHOLE_COLUMNS)}
    columns |= {
        "location": pd.Series([location] * len(rows), dtype="str"),
        "sku": pd.Series([row.sku for row in rows], dtype="str"),
        "category": pd.Series([row.category or "" for row in rows], dtype="str"),
        "levels_locked": np.array([bool(row.levels_locked) for row in rows]),
        "do_not_order": np.array([row.do_not_order for row in rows]),
        "sold": np.array([row.sold or 0 for row in rows], dtype=np.int64),
        "retail_price": to_ten_thousandths([row.retail_price or 0.0 for row in rows]),
    }
    return pd.DataFrame({name: columns[name] for name in INVENTORY.columns}, copy=False)


def to_ten_thousandths(prices: list[float]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Turn retail prices into ten-thousandths, halves up; for prices that are shown, never for costs that are sent."""
    # The inner rounding takes away what binary fractions add: 1.00005 * 10,000 is 10000.499999999998.
    scaled = np.round(np.array(prices, dtype=np.float64) * MONEY_SCALE, 4)
    return np.floor(scaled + 0.5).astype(np.int64)
