"""The vendor's stock file: how many units of each SKU the vendor can ship now, and when that was so."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pandas as pd

from replenisher.intake.cells import identifier, moment, whole_number
from replenisher.intake.csv_file import Column, Table, read_table

COLUMNS = (
    Column("sku", identifier, required=True),
    Column("units", whole_number(0), required=True),
    Column("as_of", moment),
)
AHEAD = timedelta(days=1)
"""A date may be tomorrow's in UTC; what lies further ahead of the file itself is a slip of the pen."""


def read_vendor_stock(path: Path) -> pd.DataFrame:
    """Read a stock file: `sku`, `units` (int64) and `as_of` (in UTC), the moment from which on orders claim units.

    Where the file says no moment, and at the latest, it is when the file was written; without a zone it is UTC.
    Raises PlannerFileError with every fault of the file (the first 50): a figure counted twice, no whole number,
    negative, or of a date after the file's own.
    """
    # Asked before the file is read: if another is put in its place meanwhile, more orders claim of it and not fewer.
    written = _written(path)
    table = read_table(path, COLUMNS, key=("sku",))
    moments = [_in_utc(found, written) for found in table.columns["as_of"]]
    _ahead(table, moments, written)
    table.faults.raise_if_any()
    return pd.DataFrame(
        {
            "sku": pd.Series(table.columns["sku"], dtype="str"),
            "units": pd.Series(table.columns["units"], dtype="int64"),
            "as_of": pd.Series([min(found, written) for found in moments], dtype="datetime64[us, UTC]"),
        }
    )


def _written(path: Path) -> datetime:
    try:
        return datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except OSError:
        # Whoever reads it next says what is wrong with it.
        return datetime.now(UTC)


def _in_utc(found: datetime | None, written: datetime) -> datetime:
    if found is None:
        return written
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def _ahead(table: Table, moments: list[datetime], written: datetime) -> None:
    for line, found in zip(table.lines, moments, strict=True):
        if found > written + AHEAD:
            problem = f"{found.isoformat()} is later than the file itself, written {written:%Y-%m-%dT%H:%MZ}"
            table.faults.add(line, "as_of", f"{problem}; correct the date, or leave the cell empty")
