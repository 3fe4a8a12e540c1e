"""The vendor's products file: what may be ordered, in which packs, at what cost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import pandas as pd

from replenisher.errors import PlannerFileError
from replenisher.intake.cells import catalog_id, cost, day, free_text, identifier, one_of, whole_number
from replenisher.intake.csv_file import Column, Table, read_table
from replenisher.planning.frames import PRODUCTS, check
from replenisher.purchasing.serials import SerialKind

STATUSES = {
    "active": False,
    "new": False,
    "discontinued": True,
    "inactive": True,
    "end_of_life": True,
}
"""Words of the status column; true means that the product is not ordered any more."""

COLUMNS = (
    Column("sku", identifier, required=True),
    Column("description", free_text, default=""),
    Column("case_pack", whole_number(1), default=1),
    Column("minimum_order_quantity", whole_number(0), aliases=("moq",), default=0),
    Column("maximum_line_quantity", whole_number(0), default=0),
    Column("unit_cost", cost, aliases=("cost",)),
    Column("lead_time_days", whole_number(0, 365), default=7),
    Column("status", one_of(STATUSES), default=False),
    Column("serial_numbers", one_of({kind.value: kind for kind in SerialKind}), default=SerialKind.NONE),
    Column("catalog_id", catalog_id, default=""),
    Column("shelf_capacity", whole_number(0), default=0),
    Column("last_order_date", day, default=0),
    Column("snoozed_until", day, default=0),
    Column("predecessor", identifier, default=""),
)


def read_products(path: Path) -> pd.DataFrame:
    """Read a products file into a frame of the `planning.frames.PRODUCTS` contract, with `description`.

    Quantities in units, `unit_cost` in ten-thousandths (0 where `cost_known` is false). A column of PRODUCT_LIMITS is
    there only where the file limits a product by it. Raises PlannerFileError with every fault of the file (the first
    50).
    """
    table = read_table(path, COLUMNS, key=("sku",))
    _check_predecessors(table)
    table.faults.raise_if_any()
    columns = table.columns
    costs = columns["unit_cost"]
    whole = ("case_pack", "minimum_order_quantity", "maximum_line_quantity", "lead_time_days")
    frame = pd.DataFrame(
        {
            "sku": pd.Series(columns["sku"], dtype="str"),
            "description": pd.Series(columns["description"], dtype="str"),
            **{name: pd.Series(columns[name], dtype="int64") for name in whole},
            "unit_cost": pd.Series([amount or 0 for amount in costs], dtype="int64"),
            "cost_known": pd.Series([amount is not None for amount in costs], dtype="bool"),
            "discontinued": pd.Series(columns["status"], dtype="bool"),
            **_limits(columns),
        }
    )
    return check(frame, PRODUCTS)


def products_now(path: Path, skus: Sequence[str]) -> pd.DataFrame:
    """Give the rows of these SKUs in a products file as it is now, as `read_products` reads them.

    The file is read again only when it is another version than before. SKUs that it does not list have no row. Raises
    PlannerFileError as `read_products` does.
    """
    try:
        found = path.stat()
    except OSError:
        return read_products(path)  # which says what is wrong
    version = (found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)
    outcome = read_products_version(path, version)
    if isinstance(outcome, PlannerFileError):
        raise PlannerFileError(outcome.faults)
    places = outcome.index.get_indexer(pd.Index(list(skus), dtype="object"))
    return outcome.take(places[places >= 0]).reset_index(drop=True)


@lru_cache(maxsize=8)
def read_products_version(path: Path, version: tuple[int, ...]) -> pd.DataFrame | PlannerFileError:
    """Read one version of a products file, with the SKUs as index too; faults of its content stay what they are."""
    del version
    try:
        frame = read_products(path)
    except PlannerFileError as error:
        if any(fault.line for fault in error.faults):
            return error
        raise  # it could not be read at all, and may be the next moment
    return frame.set_index(pd.Index(frame["sku"], dtype="object", name=None))


def _limits(columns: dict[str, list[Any]]) -> dict[str, pd.Series]:
    """Give the columns that limit any product; a plan does not look at what is not there."""
    found = {
        name: pd.Series(columns[name], dtype="int64")
        for name in ("shelf_capacity", "last_order_date", "snoozed_until")
        if any(columns[name])
    }
    if any(columns["catalog_id"]):
        found["mapped"] = pd.Series([bool(known) for known in columns["catalog_id"]], dtype="bool")
    if any(columns["predecessor"]):
        found["predecessor"] = pd.Series(columns["predecessor"], dtype="str")
    return found


def _check_predecessors(table: Table) -> None:
    """Add a fault for each product that follows itself, directly or through others."""
    if table.faults.faults:
        return
    columns = table.columns
    follows = {sku: before for sku, before in zip(columns["sku"], columns["predecessor"], strict=True) if before}
    for line, sku in zip(table.lines, columns["sku"], strict=True):
        seen, at = {sku}, follows.get(sku)
        while at is not None and at not in seen:
            seen.add(at)
            at = follows.get(at)
        if at == sku:
            table.faults.add(line, "predecessor", f"{follows[sku]} comes back to {sku}: name the product it replaces")


def predecessors_of(products: pd.DataFrame | None) -> dict[str, str]:
    """Give each product's predecessor by SKU, as a products frame names them."""
    if products is None or "predecessor" not in products:
        return {}
    named = products[products["predecessor"] != ""]
    return dict(zip(named["sku"].astype("str"), named["predecessor"].astype("str"), strict=True))


def read_serial_kinds(path: Path) -> dict[str, SerialKind]:
    """Read which serial numbers each SKU of a products file carries; planning does not need to know.

    Raises PlannerFileError with every fault of the file, as `read_products` does.
    """
    table = read_table(path, COLUMNS, key=("sku",))
    table.faults.raise_if_any()
    return dict(zip(table.columns["sku"], table.columns["serial_numbers"], strict=True))


@dataclass(frozen=True)
class CatalogEntry:
    """What sales and fulfilments need to know of a product; `catalog_id` is empty where the file has none."""

    sku: str
    catalog_id: str
    discontinued: bool


def read_catalog(path: Path) -> dict[str, CatalogEntry]:
    """Read the products of a file by SKU, with their ids in the platform's catalog.

    Raises PlannerFileError with every fault of the file, as `read_products` does, and for a catalog id given twice.
    """
    table = read_table(path, COLUMNS, key=("sku",))
    columns = table.columns
    first: dict[str, str] = {}
    for line, sku, found in zip(table.lines, columns["sku"], columns["catalog_id"], strict=True):
        if found and first.setdefault(found, sku) != sku:
            table.faults.add(
                line, "catalog_id", f"{found} is that of SKU {first[found]} already; a product has one of its own"
            )
    table.faults.raise_if_any()
    rows = zip(columns["sku"], columns["catalog_id"], columns["status"], strict=True)
    return {sku: CatalogEntry(sku, found or "", bool(gone)) for sku, found, gone in rows}
