"""Inventory reports and planners' files of a seeded vendor, rendered once: the same bytes for both sides.

One row in ten is below its minimum, so a location with 1,000 SKUs gets an order of about 100 lines.
"""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

FIRST_LOCATION = 30_001
ORDERING_SHARE = 0.1
OVERRIDES_PER_LOCATION = 10
CATEGORIES = (" >> Accessories >> Cases", " >> Accessories >> Chargers", " >> Accessories >> Cables", " >> Phones")


def location_ids(count: int) -> list[str]:
    """Name the locations as the platform does: whole numbers, as text."""
    return [str(FIRST_LOCATION + position) for position in range(count)]


def skus(count: int) -> list[str]:
    """Name the products."""
    return [f"AC{100_000 + 7 * position}" for position in range(count)]


def inventory_report(location: str, count: int) -> bytes:
    """Render one location's report with all 16 fields of the wire."""
    random = np.random.default_rng(int(location))
    minimum = random.integers(2, 20, count)
    below = random.random(count) < ORDERING_SHARE
    in_stock = np.where(below, minimum // 2, minimum + random.integers(0, 15, count))
    price = random.integers(5, 90, count) - 0.01
    columns: dict[str, list[Any]] = {
        "LocationId": [int(location)] * count,
        "VendorSku": skus(count),
        "CategoryPath": [CATEGORIES[position % len(CATEGORIES)] for position in range(count)],
        "RetailPrice": np.round(price, 2).tolist(),
        "MaximumLevel": (minimum + random.integers(4, 30, count)).tolist(),
        "MinimumLevel": minimum.tolist(),
        "MinMaxLocked": [False] * count,
        "DoNotOrder": (random.random(count) < 0.01).tolist(),
        "QuantityInStock": in_stock.tolist(),
        "QuantityOnOrder": [0] * count,
        "QuantityTransferIn": [0] * count,
        "QuantityTransferOut": random.integers(0, 2, count).tolist(),
        "QuantitySold": random.integers(0, 12, count).tolist(),
        "QuantityOnUncommittedOrder": [0] * count,
        "QuantityCommittedOnOrderEntry": [0] * count,
        "QuantityOnBackorder": [0] * count,
    }
    return msgspec.json.encode([dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)])


def locations_list(locations: list[str]) -> bytes:
    """Render the list of enabled locations."""
    return json.dumps(
        [
            {
                "LocationId": int(location),
                "BillToStore": int(location),
                "ShipToStore": int(location),
                "Name": f"Location {location}",
            }
            for location in locations
        ]
    ).encode()


def write_planners_files(folder: Path, locations: list[str], count: int) -> None:
    """Write products.csv with every product, and levels.csv with ten overrides for each location."""
    products = [
        (sku, (1, 2, 5, 10)[position % 4], f"{5 + position % 40}.50") for position, sku in enumerate(skus(count))
    ]
    _write(folder / "products.csv", ("sku", "case_pack", "unit_cost"), products)
    levels = [(location, sku, 4, 9) for location in locations for sku in skus(count)[:OVERRIDES_PER_LOCATION]]
    _write(folder / "levels.csv", ("location", "sku", "reorder_point", "order_up_to_level"), levels)


def _write(path: Path, heading: tuple[str, ...], rows: list[Any]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(heading)
        writer.writerows(rows)
