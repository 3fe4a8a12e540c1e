"""The planners' products file of a shop, changed while the daemon runs."""

from __future__ import annotations

import csv
from pathlib import Path

from tests.workflows.shop import Shop


def products_path(shop: Shop) -> Path:
    return shop.world.folder / "products.csv"


def change_product(shop: Shop, sku: str, **cells: str) -> None:
    """Write these cells into the row of a product; a column that is not there yet is added, empty for the others."""
    path = products_path(shop)
    with path.open(newline="") as file:
        rows = [dict.fromkeys(cells, "") | row for row in csv.DictReader(file)]
    (found,) = [row for row in rows if row["sku"] == sku]
    found |= cells
    _write(path, rows)


def delete_product(shop: Shop, sku: str) -> None:
    """Take a product out of the file."""
    path = products_path(shop)
    with path.open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["sku"] != sku]
    _write(path, rows)


def _write(path: Path, rows: list[dict[str, str]]) -> None:
    draft = path.with_suffix(".draft")
    with draft.open("w", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    draft.replace(path)
