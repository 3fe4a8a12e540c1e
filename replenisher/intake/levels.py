"""The planners' levels file: minimum and maximum of a product at a location, which win over the retailer's."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from replenisher.intake.cells import identifier, whole_number
from replenisher.intake.csv_file import Column, Table, read_table
from replenisher.planning.frames import LEVELS, check

COLUMNS = (
    Column("location", identifier, required=True),
    Column("sku", identifier, required=True),
    Column("reorder_point", whole_number(0), aliases=("min",), required=True),
    Column("order_up_to_level", whole_number(0), aliases=("max",), required=True),
)


def read_levels(path: Path) -> pd.DataFrame:
    """Read a levels file into a frame of the `planning.frames.LEVELS` contract, in units.

    Raises PlannerFileError with every fault of the file (the first 50).
    """
    table = read_table(path, COLUMNS, key=("location", "sku"))
    _inverted(table)
    table.faults.raise_if_any()
    dtypes = {"location": "str", "sku": "str", "reorder_point": "int64", "order_up_to_level": "int64"}
    frame = pd.DataFrame({name: pd.Series(table.columns[name], dtype=dtype) for name, dtype in dtypes.items()})
    return check(frame, LEVELS)


def _inverted(table: Table) -> None:
    levels = zip(table.columns["reorder_point"], table.columns["order_up_to_level"], strict=True)
    for line, (low, high) in zip(table.lines, levels, strict=True):
        if low is not None and high is not None and low > high:
            problem = f"the minimum {low} is more than the maximum {high}; a location is filled up to the maximum"
            table.faults.add(line, "reorder_point", problem)
