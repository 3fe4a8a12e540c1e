"""The counts file: how many units were on the shelf at a moment, for locations whose platform reports no stock."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from replenisher.intake.cells import identifier, local_moment, whole_number
from replenisher.intake.csv_file import Column, read_table

COLUMNS = (
    Column("location", identifier, required=True),
    Column("sku", identifier, required=True),
    Column("quantity", whole_number(0), required=True),
    Column("counted_at", local_moment, required=True),
)


@dataclass(frozen=True)
class Count:
    """Units of one SKU at one location; `counted_at` has no zone and is local to the company.

    A date alone means its beginning, before anything was sold or received that day. `line` is where the file says so.
    """

    location: str
    sku: str
    quantity: int
    counted_at: datetime
    line: int = field(default=0, compare=False)


def read_counts(path: Path) -> tuple[Count, ...]:
    """Read a counts file, in the order of its rows.

    Raises PlannerFileError with every fault of the file (the first 50); a SKU counted twice at one location and moment
    is a fault.
    """
    table = read_table(path, COLUMNS, key=("location", "sku", "counted_at"))
    table.faults.raise_if_any()
    columns = (table.columns[column.name] for column in COLUMNS)
    rows = zip(*columns, table.lines, strict=True)
    return tuple(Count(location, sku, units, counted_at, line) for location, sku, units, counted_at, line in rows)
