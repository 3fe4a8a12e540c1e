"""The planners' files for this catalog, so that a demonstration has something to read."""

from __future__ import annotations

import csv
from pathlib import Path

from replenisher.sandbox.catalog import make_catalog
from replenisher.sandbox.openings import company_ids, location_ids, open_location
from replenisher.sandbox.switches import Setup

_PRODUCT_COLUMNS = (
    "sku",
    "description",
    "case_pack",
    "minimum_order_quantity",
    "maximum_line_quantity",
    "unit_cost",
    "lead_time_days",
    "status",
)
_LEVEL_COLUMNS = ("location", "sku", "reorder_point", "order_up_to_level")
_OVERRIDES_PER_COMPANY = 5


def write_files(setup: Setup, folder: Path) -> list[Path]:
    """Write products.csv and levels.csv for the same seed and sizes as a sandbox; gives their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    products, levels = folder / "products.csv", folder / "levels.csv"
    _write(products, _PRODUCT_COLUMNS, _product_rows(setup))
    _write(levels, _LEVEL_COLUMNS, _level_rows(setup))
    return [products, levels]


def _product_rows(setup: Setup) -> list[tuple[object, ...]]:
    return [
        (
            product.sku,
            product.description,
            product.case_pack,
            product.minimum_order_quantity,
            product.maximum_line_quantity,
            "" if product.unit_cost is None else product.unit_cost,
            product.lead_time_days,
            "discontinued" if product.discontinued else "active",
        )
        for product in make_catalog(setup.seed, setup.skus)
    ]


def _level_rows(setup: Setup) -> list[tuple[object, ...]]:
    catalog = {product.sku: product for product in make_catalog(setup.seed, setup.skus)}
    rows: list[tuple[object, ...]] = []
    for position, company in enumerate(company_ids(setup)):
        first = location_ids(setup, position)[0]
        stocked = [row for row in open_location(setup, catalog, company, first).rows.values() if row.maximum > 0]
        rows += [(first, row.product.sku, row.minimum + 2, row.maximum + 4) for row in stocked[:_OVERRIDES_PER_COMPANY]]
    return rows


def _write(path: Path, columns: tuple[str, ...], rows: list[tuple[object, ...]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)
