"""Returns to the vendor: goods that a location sends back (RMA)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal


@dataclass
class ReturnLine:
    """One product of a return."""

    sku: str
    quantity: int
    serial_number: str = ""
    action_taken: str = "NotSet"
    non_sellable: int = 0
    vendor_invoice_number: str = ""
    unit_cost: Decimal = Decimal(0)


@dataclass
class Return:
    """One return; committed means that the units have left the stock, completed that the vendor has settled it.

    `id` counts from 1; `vendor_number` is the vendor's own for it.
    """

    company: int
    location: int
    comments: str
    number: str
    created_at: datetime
    lines: list[ReturnLine]
    id: int
    vendor_number: str = ""
    committed_at: datetime | None = None
    committed: bool = False
    shipped: bool = False
    completed: bool = False
