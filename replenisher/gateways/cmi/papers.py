"""Sales and receipts as movements of stock: each line with a key that it has every time its paper is read.

The wire numbers no lines. A paper's lines of one day come together, so a line is known by its day, by what it says and
by its place among lines of the same paper and day that say the same. A receipt without a number is known by its order
and its day: what else was received for the order on another day is another paper.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pandas as pd

from replenisher.errors import ReportRefusedError
from replenisher.purchasing.stock import Movement, MovementKind

NO_PAPER = "without a number"


def sale_movements(sales: pd.DataFrame) -> list[Movement]:
    """Turn a frame of the `SALES` contract into sales and returns; units are counted without their sign."""
    columns = (sales[name].tolist() for name in ("invoice_id", "sku", "action", "serial_number", "quantity", "sold_at"))
    rows = [
        (MovementKind.RETURN if action == "refunded" else MovementKind.SALE, invoice, sku, serial, quantity, sold_at)
        for invoice, sku, action, serial, quantity, sold_at in zip(*columns, strict=True)
    ]
    return list(_keyed(rows))


def receipt_movements(receiving: pd.DataFrame) -> list[Movement]:
    """Turn a frame of the `RECEIVING` contract into receipts; a negative receipt is refused, for it has no meaning."""
    columns = ("receiving_id", "platform_order_id", "sku", "serial_numbers", "quantity", "received_at", "location")
    rows = []
    for receipt, order, sku, serials, quantity, received_at, location in zip(
        *(receiving[name].tolist() for name in columns), strict=True
    ):
        if quantity < 0:
            reason = f"{quantity} units were received (SKU {sku}, receipt {receipt})"
            raise ReportRefusedError(location=location, report="receiving", field="Quantity", reason=reason)
        paper = receipt or f"{order or NO_PAPER}, {received_at:%Y-%m-%d}"
        rows.append((MovementKind.RECEIPT, paper, sku, serials, quantity, received_at))
    return list(_keyed(rows))


def _keyed(rows: list[tuple[MovementKind, str, str, str, int, pd.Timestamp]]) -> Iterator[Movement]:
    """Give each line its key; lines that say the same are told apart by how many came before them."""
    seen: Counter[tuple[object, ...]] = Counter()
    for kind, document, sku, serial, quantity, moved_at in sorted(rows, key=lambda row: row[5]):
        # With its day: a window that begins later must not take a number's second line for its first.
        said = f"{moved_at:%Y-%m-%d}/{sku}/{serial}/{abs(quantity)}"
        seen[kind, document, said] += 1
        key = f"{said}/{seen[kind, document, said]}"
        yield Movement(kind, document, key, sku, abs(quantity), moved_at.to_pydatetime())
