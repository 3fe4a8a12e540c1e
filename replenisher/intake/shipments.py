"""The shipments file: what left the dock, one row for each SKU or unit of a shipment.

A row names its order by vendor invoice number or by id. Faults never stop the reading: the good rows are handed out
beside them, but only those of whole shipments, for half a shipment would be announced as all of it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from replenisher.errors import FileFault, PlannerFileError
from replenisher.intake.cells import CellFaultError, identifier, moment, whole_number
from replenisher.intake.csv_file import Column, Table, read_table
from replenisher.intake.whole_shipments import spoilt_shipments
from replenisher.purchasing.shipments import OrderReference, ShipmentRow

_SEPARATORS = re.compile(r"[\s;|]+")
_ROUNDED = re.compile(r"[0-9][.,][0-9]+[eE]\+?[0-9]+")
"""What a spreadsheet program makes of a long number: its last digits are lost."""


def serial_list(text: str) -> tuple[str, ...]:
    """Read serial numbers separated by blanks, `;` or `|`, each kept as it is."""
    serials = tuple(identifier(part) for part in _SEPARATORS.split(text) if part)
    for serial in serials:
        if _ROUNDED.fullmatch(serial):
            raise CellFaultError(f'"{serial}" is a rounded number, not a serial number; format the column as text')
        if "," in serial:
            raise CellFaultError(f'"{serial}" holds a comma; separate serial numbers by blanks, ";" or "|"')
    return serials


COLUMNS = (
    Column("vendor_invoice_number", identifier, default=""),
    Column("order_id", identifier, default=""),
    Column("sku", identifier, required=True),
    Column("quantity", whole_number(1), required=True),
    Column("serial_numbers", serial_list, aliases=("serials",), default=()),
    Column("shipped_at", moment, required=True),
    Column("tracking_number", identifier, aliases=("tracking",), default=""),
    Column("carrier", identifier, default=""),
    Column("shipment", identifier, default=""),
)


@dataclass(frozen=True)
class ShipmentFile:
    """What a shipments file holds.

    `rows` are those of shipments without a fault, `left_out` the good rows of the other shipments, both in the order
    of the file. `faults` are the first 50, and how many more there are.
    """

    rows: tuple[ShipmentRow, ...]
    left_out: tuple[ShipmentRow, ...]
    faults: tuple[FileFault, ...]


def read_shipments(path: Path) -> ShipmentFile:
    """Read a shipments file; one that cannot be read as a table, or has a fault in its header, has faults and no rows.

    A bad row keeps every shipment to which it may belong out of `rows`.
    """
    try:
        table = read_table(path, COLUMNS, key=())
    except PlannerFileError as error:
        return ShipmentFile((), (), tuple(error.faults))
    _orders_named(table)
    faults = tuple(table.faults.told())
    bad = {fault.line for fault in table.faults.faults}
    if bad - set(table.lines) - set(table.uneven):
        return ShipmentFile((), (), faults)
    good = [_row(table, place) for place, line in enumerate(table.lines) if line not in bad]
    spoilt = spoilt_shipments(table, bad, good)
    kept = tuple(row for row in good if not spoilt.touch(row))
    return ShipmentFile(kept, tuple(row for row in good if spoilt.touch(row)), faults)


def _orders_named(table: Table) -> None:
    """Find the rows that do not name exactly one order; a cell that could not be read has its fault already."""
    names = list(zip(table.columns["vendor_invoice_number"], table.columns["order_id"], strict=True))
    if names and set(names) == {("", "")}:
        table.faults.add(0, "", "no row names its order; add a column vendor_invoice_number or order_id, and fill it")
        return
    for line, (number, order_id) in zip(table.lines, names, strict=True):
        if number and order_id:
            problem = f'is given beside the order_id "{order_id}"; name the order in one of the two ways'
            table.faults.add(line, "vendor_invoice_number", problem)
        elif number == "" and order_id == "":
            table.faults.add(line, "vendor_invoice_number", "is empty, and so is order_id; fill one of the two")


def _row(table: Table, place: int) -> ShipmentRow:
    cells = {name: values[place] for name, values in table.columns.items()}
    order = OrderReference(cells.pop("vendor_invoice_number"), cells.pop("order_id"))
    return ShipmentRow(order=order, line=table.lines[place], **cells)
