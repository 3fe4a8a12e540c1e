"""Columns of the four report frames beside the inventory report; every channel that has such a report fills them.

Moments are the platform's local wall-clock times, as written and without a zone (`datetime64[us]`); a missing one
is NaT. Quantities are in units, as the platform signs them. Several serial numbers stand in one text, separated by
single spaces. `line` counts the lines of one document from 1.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from replenisher.errors import PlanningInputError
from replenisher.planning.frames import FLAG, TEXT, WHOLE, Contract, check

MOMENT = "datetime64[us]"


@dataclass(frozen=True)
class ReportContract:
    """A contract for text, whole numbers and flags, and the names of the columns that hold moments."""

    columns: Contract
    moments: tuple[str, ...]


SALES = ReportContract(
    Contract(
        "sales report",
        {
            "location": TEXT,
            "invoice_id": TEXT,
            "line": WHOLE,
            "original_invoice_id": TEXT,
            "sku": TEXT,
            "quantity": WHOLE,
            "action": TEXT,
            "serial_number": TEXT,
            "list_price": WHOLE,
        },
        ("location", "invoice_id", "line"),
    ),
    ("sold_at",),
)
"""One row per invoiced product. `action` is sold, refunded or exchanged, or a word that no document lists, in
lower case. list_price in ten-thousandths, 0 when not told."""

RECEIVING = ReportContract(
    Contract(
        "receiving report",
        {
            "location": TEXT,
            "receiving_id": TEXT,
            "line": WHOLE,
            "platform_order_id": TEXT,
            "sku": TEXT,
            "quantity": WHOLE,
            "serial_numbers": TEXT,
        },
        ("location", "receiving_id", "line"),
    ),
    ("received_at",),
)
"""One row per received product; platform_order_id is empty for goods received without an order."""

TRANSFERS = ReportContract(
    Contract(
        "transfers report",
        {
            "transfer_id": TEXT,
            "from_location": TEXT,
            "to_location": TEXT,
            "line": WHOLE,
            "sku": TEXT,
            "quantity": WHOLE,
            "shipped": WHOLE,
            "received": WHOLE,
            "committed": FLAG,
            "serial_numbers": TEXT,
        },
        ("from_location", "transfer_id", "line"),
    ),
    ("shipped_at", "received_at"),
)
"""One row per transferred product. `shipped` and `received` count the units with such a date, the moments are the
latest of them; to_location is empty when not told."""

ADJUSTMENTS = ReportContract(
    Contract(
        "adjustments report",
        {
            "location": TEXT,
            "adjustment_id": TEXT,
            "line": WHOLE,
            "sku": TEXT,
            "quantity": WHOLE,
            "reason": TEXT,
            "reason_id": TEXT,
            "serial_numbers": TEXT,
        },
        ("location", "adjustment_id", "line"),
    ),
    ("adjusted_at",),
)
"""One row per counted difference; quantity as the platform signs it, reason_id empty when not told."""


def make_frame(contract: ReportContract, columns: dict[str, list[object]]) -> pd.DataFrame:
    """Build a frame of the contract from equally long lists; raise PlanningInputError when it does not keep it."""
    dtypes = {TEXT: "str", WHOLE: "int64", FLAG: "bool"}
    kinds = {name: dtypes[kind] for name, kind in contract.columns.columns.items()}
    kinds |= dict.fromkeys(contract.moments, MOMENT)
    if set(columns) != set(kinds):
        raise PlanningInputError(f"{contract.columns.name}: columns {sorted(set(columns) ^ set(kinds))} do not fit")
    frame = pd.DataFrame({name: pd.Series(columns[name], dtype=dtype) for name, dtype in kinds.items()})
    return check(frame, contract.columns)
