"""Returns to the vendor (return merchandise authorisations), as a platform holds them."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

ACTIONS = ("NotSet", "Credit", "Replacement", "Rejected", "Repaired", "Removed")
"""What a vendor does with a returned product, in the platform's words."""


@dataclass(frozen=True)
class ReturnLine:
    """A returned product by the retailer's SKU and the platform's product id; `action` is one of ACTIONS."""

    retailer_sku: str
    product_item: str
    quantity: int
    damaged_quantity: int = 0
    serial_number: str = ""
    vendor_invoice_number: str = ""
    unit_cost: Decimal | None = None
    action: str = "NotSet"


@dataclass(frozen=True)
class Return:
    """A return as the platform holds it; `vendor_number` is the vendor's own for it, empty until it is given."""

    id: str
    printed_number: str
    location: str
    vendor_number: str
    comments: str
    committed: bool
    shipped: bool
    completed: bool
    lines: tuple[ReturnLine, ...]
