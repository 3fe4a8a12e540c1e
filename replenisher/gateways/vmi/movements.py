"""Transfers and adjustments, which carry neither ids nor dates on this wire.

Their ids are made of the location, the SKU and the window, and so stay the same when the same window is read again;
the moments are missing.
"""

from __future__ import annotations

import pandas as pd

from replenisher.gateways.reports import ADJUSTMENTS, TRANSFERS
from replenisher.gateways.soap.cells import number, signed, text, units
from replenisher.gateways.soap.movements import frame_of, lines_within, of_location
from replenisher.gateways.soap.replies import Reply
from replenisher.gateways.soap.rows import Cell, Columns, Rows, needed
from replenisher.purchasing.platform import ReportWindow

ADJUSTMENT_ROWS = Rows(
    "Adjustment",
    {
        "location": needed("StoreID", number),
        "sku": Cell("VendorSku", text),
        "quantity": needed("Quantity", signed),
        "reason": Cell("Reason", text),
    },
    "sku",
)

TRANSFER_ROWS = Rows(
    "TransferCount",
    {
        "location": needed("StoreID", number),
        "sku": Cell("VendorSku", text),
        "shipped_out": needed("ShippedOut", units),
        "received_out": needed("ReceivedOut", units),
        "shipped_in": needed("ShippedIn", units),
        "received_in": needed("ReceivedIn", units),
    },
    "sku",
)


def adjustments_of(reply: Reply, location: str, window: ReportWindow) -> pd.DataFrame:
    """Read counted differences into a frame of the `ADJUSTMENTS` contract, one row per row of the wire."""
    columns = of_location(ADJUSTMENT_ROWS.read(reply.result), location, reply.operation)
    ids = [f"{location}/{sku}/{window.start}/{window.end}" for sku in columns["sku"]]
    none = [""] * len(ids)
    made: Columns = {"adjustment_id": ids, "line": lines_within(ids), "reason_id": none, "serial_numbers": none}
    return frame_of(columns | made | {"adjusted_at": [None] * len(ids)}, ADJUSTMENTS)


def transfers_of(reply: Reply, location: str, window: ReportWindow) -> pd.DataFrame:
    """Read what was moved into a frame of the `TRANSFERS` contract: per SKU a row of what left and one of what came.

    The other end is not told: `to_location` is empty for what left, `from_location` for what came. `quantity` is the
    larger of shipped and received, each of which counts only what happened within the window.
    """
    columns = of_location(TRANSFER_ROWS.read(reply.result), location, reply.operation)
    rows = []
    names = ("sku", "shipped_out", "received_out", "shipped_in", "received_in")
    for sku, shipped_out, received_out, shipped_in, received_in in zip(*(columns[name] for name in names), strict=True):
        if shipped_out or received_out:
            rows.append(("out", location, "", sku, shipped_out, received_out))
        if shipped_in or received_in:
            rows.append(("in", "", location, sku, shipped_in, received_in))
    ids = [f"{way}/{location}/{sku}/{window.start}/{window.end}" for way, _, _, sku, _, _ in rows]
    return frame_of(
        {
            "transfer_id": ids,
            "from_location": [row[1] for row in rows],
            "to_location": [row[2] for row in rows],
            "line": lines_within(ids),
            "sku": [row[3] for row in rows],
            "quantity": [max(row[4], row[5]) for row in rows],
            "shipped": [row[4] for row in rows],
            "received": [row[5] for row in rows],
            "committed": [True] * len(rows),
            "serial_numbers": [""] * len(rows),
            "shipped_at": [None] * len(rows),
            "received_at": [None] * len(rows),
        },
        TRANSFERS,
    )
