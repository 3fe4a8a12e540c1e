"""The sale orders file: what the vendor's own shop sold, one row for each item (and one more for each further tax).

Rows of one printable id are one sale order. What stands on several of its rows alike (a payment, a shipping charge) is
there once. Faults never stop the reading: whole orders without a fault are handed out beside them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from replenisher.errors import FileFault, PlannerFileError
from replenisher.intake.cells import amount, catalog_id, identifier, moment, one_of, sold_units, whole
from replenisher.intake.csv_file import Column, Table, read_table
from replenisher.purchasing.sale_orders import SaleCharge, SaleItem, SalePayment, SaleTax

KINDS = {"in_stock": False, "drop_ship": True}
ANSWERS = {"yes": True, "no": False}
RATE_DECIMALS = 6
MOST_ORDERS = 25_000
"""Of one file: all of it is imported in one task, which has minutes. One that never came to its end would be begun anew
for ever."""

COLUMNS = (
    Column("printable_id", identifier, required=True),
    Column("company", identifier, default=""),
    Column("location", identifier, required=True),
    Column("customer_id", identifier, required=True),
    Column("created_at", moment, required=True),
    Column("expires_at", moment),
    Column("invoice", one_of(ANSWERS)),
    Column("line", whole),
    Column("sku", identifier, default=""),
    Column("catalog_id", catalog_id, default=""),
    Column("quantity", sold_units, required=True),
    Column("price", amount(), required=True),
    Column("item_type", one_of(KINDS), default=False),
    Column("supplier", identifier, default=""),
    Column("drop_ship_order_id", catalog_id, default=""),
    Column("serial_number", identifier, default=""),
    Column("correlation_id", identifier, default=""),
    Column("pricing_term_id", whole),
    Column("tax_name", identifier, default=""),
    Column("taxable_amount", amount()),
    Column("tax_rate", amount(RATE_DECIMALS)),
    Column("tax", amount()),
    Column("tax_service_id", identifier, default=""),
    Column("payment_amount", amount()),
    Column("auth_code", str, default=""),
    Column("transaction_number", str, default=""),
    Column("payment_token", str, default=""),
    Column("shipping_amount", amount()),
    Column("shipping_type", identifier, default=""),
    Column("discount_amount", amount()),
    Column("discount_name", identifier, default=""),
    Column("discount_code", identifier, default=""),
)

_SAME = ("company", "location", "customer_id", "created_at", "expires_at", "invoice", "drop_ship_order_id")
"""What every row of an order says alike."""
_ITEM = (
    "sku",
    "catalog_id",
    "quantity",
    "price",
    "item_type",
    "supplier",
    "serial_number",
    "correlation_id",
    "pricing_term_id",
)
"""What every row of a line says alike."""

_GO_WITH = {
    "payment_amount": ("auth_code", "transaction_number", "payment_token"),
    "shipping_amount": ("shipping_type",),
    "discount_amount": ("discount_name", "discount_code"),
}
"""What says nothing without its amount."""

Row = dict[str, Any]


@dataclass(frozen=True)
class SaleRows:
    """A sale order as the file has it; moments may lack a zone, `invoice` is None where the file does not say.

    `file_lines` are the lines that it was read from.
    """

    printable_id: str
    company: str
    location: str
    customer_id: str
    created_at: datetime
    expires_at: datetime | None
    invoice: bool | None
    drop_ship_order_id: str
    items: tuple[SaleItem, ...]
    payments: tuple[SalePayment, ...]
    shipping: tuple[SaleCharge, ...]
    discounts: tuple[SaleCharge, ...]
    file_lines: tuple[int, ...]


@dataclass(frozen=True)
class SaleFile:
    """What a sale orders file holds: orders without a fault in the order of the file, and the first 50 faults."""

    orders: tuple[SaleRows, ...]
    faults: tuple[FileFault, ...]


def read_sale_orders(path: Path) -> SaleFile:
    """Read a sale orders file; one that cannot be read as a table, or has a fault in its header, has no orders.

    A bad row keeps its order out; one whose printable id cannot be read might belong to any, and keeps all out.
    """
    try:
        table = read_table(path, COLUMNS, key=())
    except PlannerFileError as error:
        return SaleFile((), tuple(error.faults))
    rows = [{name: values[place] for name, values in table.columns.items()} for place in range(len(table.lines))]
    groups: dict[str, list[tuple[int, Row]]] = {}
    for line, row in zip(table.lines, rows, strict=True):
        groups.setdefault(row["printable_id"] or "", []).append((line, row))
    if len(groups) > MOST_ORDERS:
        table.faults.add(0, "", f"has {len(groups):,} sale orders; a file has at most {MOST_ORDERS:,}, so split it")
    bad = {fault.line for fault in table.faults.faults}
    for lines in groups.values():
        if not bad & {line for line, _ in lines}:
            _check_alike(table, lines)
    bad = {fault.line for fault in table.faults.faults}
    if bad - {line for lines in groups.values() for line, _ in lines} or bad & _unnamed(groups):
        return SaleFile((), tuple(table.faults.told()))
    orders = [_order(lines) for lines in groups.values() if not bad & {line for line, _ in lines}]
    return SaleFile(tuple(orders), tuple(table.faults.told()))


def _unnamed(groups: dict[str, list[tuple[int, Row]]]) -> set[int]:
    return {line for line, _ in groups.get("", [])}


def _check_alike(table: Table, lines: Sequence[tuple[int, Row]]) -> None:
    """Find rows of one order, or of one of its lines, that contradict each other."""
    first_line, first = lines[0]
    by_number: dict[int, tuple[int, Row]] = {}
    for line, row in lines:
        for name in _SAME:
            if row[name] != first[name]:
                text = f"differs from line {first_line}; every row of order {first['printable_id']} says the same"
                table.faults.add(line, name, text)
        for amount_name, names in _GO_WITH.items():
            lonely = [name for name in names if row[name] and row[amount_name] is None]
            if lonely:
                table.faults.add(line, lonely[0], f"is filled, and {amount_name} is empty; fill both or neither")
        if not row["sku"] and not row["catalog_id"]:
            table.faults.add(line, "sku", "is empty, and so is catalog_id; fill one of the two")
        if row["line"] is None:
            if any(other["line"] is not None for _, other in lines):
                table.faults.add(line, "line", "is empty, and other rows of the order have one; number all or none")
            continue
        there_line, there = by_number.setdefault(row["line"], (line, row))
        differing = [name for name in _ITEM if row[name] != there[name]]
        if differing:
            text = f"differs from line {there_line}, which is line {row['line']} of the order too"
            table.faults.add(line, differing[0], text)


def _order(lines: Sequence[tuple[int, Row]]) -> SaleRows:
    first = lines[0][1]
    rows = [(row["line"] or place, row) for place, (_, row) in enumerate(lines, 1)]
    by_number: dict[int, list[Row]] = {}
    for number, row in rows:
        by_number.setdefault(number, []).append(row)
    return SaleRows(
        printable_id=first["printable_id"],
        **{name: first[name] for name in _SAME},
        items=tuple(_item(number, same) for number, same in by_number.items()),
        payments=_payments(row for _, row in rows),
        shipping=_charges(rows, "shipping_amount", "shipping_type", lambda _: ""),
        discounts=_charges(rows, "discount_amount", "discount_name", lambda row: str(row["discount_code"])),
        file_lines=tuple(line for line, _ in lines),
    )


def _item(number: int, rows: Sequence[Row]) -> SaleItem:
    first = rows[0]
    return SaleItem(
        line_number=number,
        catalog_id=first["catalog_id"],
        quantity=first["quantity"],
        price=first["price"],
        sku=first["sku"],
        drop_ship=first["item_type"],
        supplier=first["supplier"],
        serial_number=first["serial_number"],
        correlation_id=first["correlation_id"],
        pricing_term_id=first["pricing_term_id"],
        taxes=tuple(_tax(row) for row in rows if _has_tax(row)),
    )


def _has_tax(row: Row) -> bool:
    amounts = (row["taxable_amount"], row["tax_rate"], row["tax"])
    return bool(row["tax_name"] or row["tax_service_id"]) or any(one is not None for one in amounts)


def _tax(row: Row) -> SaleTax:
    return SaleTax(row["tax_name"], row["taxable_amount"], row["tax_rate"], row["tax"], row["tax_service_id"])


def _payments(rows: Iterable[Row]) -> tuple[SalePayment, ...]:
    found = dict.fromkeys(
        SalePayment(row["payment_amount"], row["auth_code"], row["transaction_number"], row["payment_token"])
        for row in rows
        if row["payment_amount"] is not None
    )
    return tuple(found)


def _charges(
    rows: Sequence[tuple[int, Row]], amount_name: str, name: str, code_of: Callable[[Row], str]
) -> tuple[SaleCharge, ...]:
    """Gather charges that are told alike into one, of all the lines that it stands on."""
    lines: dict[tuple[Decimal, str, str], list[int]] = {}
    for number, row in rows:
        if row[amount_name] is not None:
            lines.setdefault((row[amount_name], row[name], code_of(row)), []).append(number)
    return tuple(
        SaleCharge(place, charged, what, code, of_lines=tuple(dict.fromkeys(numbers)))
        for place, ((charged, what, code), numbers) in enumerate(lines.items(), 1)
    )
