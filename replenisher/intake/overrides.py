"""The overrides file: levels until a date or the quantity of one run, each row with its reason."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from replenisher.intake.cells import day, free_text, identifier, whole_number
from replenisher.intake.csv_file import Column, Table, read_table
from replenisher.purchasing.overrides import NewOverride

COLUMNS = (
    Column("location", identifier, required=True),
    Column("sku", identifier, required=True),
    Column("minimum", whole_number(0), aliases=("min", "reorder_point")),
    Column("maximum", whole_number(0), aliases=("max", "order_up_to_level")),
    Column("quantity", whole_number(0), aliases=("units",)),
    Column("until", day, required=True),
    Column("reason", free_text, required=True),
)


def read_overrides(path: Path) -> tuple[NewOverride, ...]:
    """Read an overrides file, in the order of its rows; an empty cell is not set, and 0 is a value.

    Raises PlannerFileError with every fault of the file (the first 50); two rows of one kind for a SKU at a location
    are a fault.
    """
    table = read_table(path, COLUMNS, key=[column.name for column in COLUMNS])
    unread = {fault.line for fault in table.faults.faults}
    columns = (table.columns[column.name] for column in COLUMNS)
    rows = []
    for line, (location, sku, minimum, maximum, quantity, until, reason) in zip(
        table.lines, zip(*columns, strict=True), strict=True
    ):
        if line not in unread and None not in (location, sku, until, reason):
            row = NewOverride(location, sku, minimum, maximum, quantity, date.fromordinal(until), reason, line)
            rows.append(row)
    _faults(table, rows)
    table.faults.raise_if_any()
    return tuple(rows)


def _faults(table: Table, rows: list[NewOverride]) -> None:
    first: dict[tuple[str, str, str], int] = {}
    for row in rows:
        for column, problem in row.faults():
            table.faults.add(row.line, column, problem)
        before = first.setdefault((row.location, row.sku, row.kind.value), row.line)
        if before != row.line:
            problem = f'"{row.location}", "{row.sku}" is given twice, first on line {before}; keep one row'
            table.faults.add(row.line, "location and sku", problem)
