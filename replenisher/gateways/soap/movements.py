"""Sales and receipts, in the shape that both SOAP services share: one row on the wire is one row of the frame.

Rows of other locations are passed over, for a service may answer a store's question for the whole company. Rows
without a VendorSKU belong to products that are not ours; they are counted in the log.
"""

from __future__ import annotations

from collections import Counter
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pandas as pd

from replenisher.gateways.reports import RECEIVING, SALES, ReportContract, make_frame
from replenisher.gateways.soap.cells import flag, moment, money, number, signed, text
from replenisher.gateways.soap.replies import Reply
from replenisher.gateways.soap.rows import Cell, Columns, Rows, UnreadableRowError, needed
from replenisher.logs import get_logger
from replenisher.planning.frames import LARGEST_COST, MONEY_SCALE

logger = get_logger(__name__)

SALES_ROWS = Rows(
    "ProductSalesReportData",
    {
        "location": needed("StoreID", number),
        "invoice_id": needed("RqInvoiceIdByStore", text),
        "sold_at": needed("SoldOn", moment),
        "sku": Cell("VendorSKU", text),
        "quantity": needed("Quantity", signed),
        "refund": needed("Refund", flag),
        "serial_number": Cell("TrackingNumber", text),
        "list_price": Cell("ListPrice", money),
    },
    "invoice_id",
)

RECEIVING_ROWS = Rows(
    "ReceivingInfo",
    {
        "location": needed("ShipToStoreID", number),
        "receiving_id": Cell("RQReceivingNumber", text),
        "received_at": needed("DateReceived", moment),
        "platform_order_id": Cell("RQPurchaseOrderNumber", text),
        "sku": Cell("VendorSKU", text),
        "quantity": needed("Quantity", signed),
        "serial_numbers": Cell("SerialNumber", text),
    },
    "receiving_id",
)


def sales_of(reply: Reply, location: str) -> pd.DataFrame:
    """Read a sales report into a frame of the `SALES` contract; a refund's quantity is as the platform signs it."""
    columns = of_location(SALES_ROWS.read(reply.result), location, reply.operation)
    return frame_of(
        columns
        | {
            "line": lines_within(columns["invoice_id"]),
            "original_invoice_id": [""] * len(columns["sku"]),
            "action": ["refunded" if refund else "sold" for refund in columns.pop("refund")],
            "list_price": [to_ten_thousandths(price, "ListPrice") for price in columns["list_price"]],
        },
        SALES,
    )


def receiving_of(reply: Reply, location: str) -> pd.DataFrame:
    """Read receipts into a frame of the `RECEIVING` contract, one row per line of the wire.

    `platform_order_id` is the number that the platform prints on the order (`CORNWPO3573`): this wire has no guid.
    """
    columns = of_location(RECEIVING_ROWS.read(reply.result), location, reply.operation)
    return frame_of(columns | {"line": lines_within(columns["receiving_id"])}, RECEIVING)


def of_location(columns: Columns, location: str, operation: str) -> Columns:
    """Keep the location's rows that have a SKU."""
    here = [theirs == location for theirs in columns["location"]]
    kept = [mine and bool(sku) for mine, sku in zip(here, columns["sku"], strict=True)]
    without = sum(here) - sum(kept)
    if without:
        logger.warning("gateway.rows_without_sku", operation=operation, location=location, rows=without)
    return {name: [value for value, keep in zip(values, kept, strict=True) if keep] for name, values in columns.items()}


def lines_within(documents: list[Any]) -> list[int]:
    """Count the lines of each document from 1, in the order of the rows."""
    seen: Counter[Any] = Counter()
    lines = []
    for document in documents:
        seen[document] += 1
        lines.append(seen[document])
    return lines


def frame_of(columns: Columns, contract: ReportContract) -> pd.DataFrame:
    """Build a frame of the contract; a text that was not supplied is empty."""
    return make_frame(
        contract,
        {
            name: values if name in contract.moments else ["" if value is None else value for value in values]
            for name, values in columns.items()
        },
    )


def to_ten_thousandths(amount: Decimal | None, field: str) -> int:
    """Turn a price that is only shown into ten-thousandths, halves up; nothing told is 0."""
    if amount is None:
        return 0
    if not 0 <= amount * MONEY_SCALE <= LARGEST_COST:
        raise UnreadableRowError(field, f"{amount} is no price")
    return int((amount * MONEY_SCALE).to_integral_value(ROUND_HALF_UP))
