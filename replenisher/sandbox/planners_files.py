"""The planners' files for this catalog, so that a demonstration has something to read."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from replenisher.sandbox.catalog import make_catalog
from replenisher.sandbox.ledger import Location
from replenisher.sandbox.numbering import company_ids, location_ids, store_ids
from replenisher.sandbox.openings import open_location
from replenisher.sandbox.soap.identities import guid
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
    "serial_numbers",
    "catalog_id",
)
_LEVEL_COLUMNS = ("location", "sku", "reorder_point", "order_up_to_level")
_COUNT_COLUMNS = ("location", "sku", "quantity", "counted_at")
_OVERRIDES_PER_COMPANY = 5
Rows = list[tuple[object, ...]]


def write_files(setup: Setup, folder: Path, *, ids: str = "rest", every_level: bool = False) -> list[Path]:
    """Write products.csv, levels.csv and counts.csv for the same seed and sizes as a sandbox; gives their paths.

    Locations are named by LocationId or, with `ids` "soap", by StoreID. `levels.csv` overrides a few levels of one
    location per company, or holds every level of the platform where there is no report to read them from. The counts
    are the stock on the first day, dated now: they hold for a sandbox that starts within five minutes, or earlier as
    long as no day has passed. What the books put below zero is counted as zero.
    """
    folder.mkdir(parents=True, exist_ok=True)
    locations = list(_locations(setup, ids))
    levels = _every_level(locations) if every_level else _overrides(setup, locations)
    written = {
        folder / "products.csv": (_PRODUCT_COLUMNS, _product_rows(setup)),
        folder / "levels.csv": (_LEVEL_COLUMNS, levels),
        folder / "counts.csv": (_COUNT_COLUMNS, _counts(locations)),
    }
    for path, (columns, rows) in written.items():
        _write(path, columns, rows)
    return list(written)


def _locations(setup: Setup, ids: str) -> Iterator[tuple[int, Location]]:
    """Every location with the id that the files name it by."""
    catalog = {product.sku: product for product in make_catalog(setup.seed, setup.skus)}
    for position, company in enumerate(company_ids(setup)):
        locations = location_ids(setup, position)
        names = store_ids(setup, position) if ids == "soap" else locations
        for name, location in zip(names, locations, strict=True):
            yield name, open_location(setup, catalog, company, location)


def _counts(locations: list[tuple[int, Location]]) -> Rows:
    now = datetime.now(UTC).replace(tzinfo=None).isoformat(timespec="seconds")
    return [
        (name, sku, max(0, row.in_stock), now) for name, location in locations for sku, row in location.rows.items()
    ]


def _every_level(locations: list[tuple[int, Location]]) -> Rows:
    return [(name, sku, row.minimum, row.maximum) for name, location in locations for sku, row in location.rows.items()]


def _overrides(setup: Setup, locations: list[tuple[int, Location]]) -> Rows:
    rows: Rows = []
    for name, location in locations[:: max(1, setup.locations)]:
        stocked = [row for row in location.rows.values() if row.maximum > 0]
        rows += [(name, row.product.sku, row.minimum + 2, row.maximum + 4) for row in stocked[:_OVERRIDES_PER_COMPANY]]
    return rows


def _product_rows(setup: Setup) -> Rows:
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
            "imei" if product.serialised else "none",
            guid("product", product.sku),
        )
        for product in make_catalog(setup.seed, setup.skus)
    ]


def _write(path: Path, columns: tuple[str, ...], rows: Rows) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)
