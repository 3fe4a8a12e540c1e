"""Purchase orders in full, as the Purchase Order service tells them: ordered, received, serials, costs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal


@dataclass(frozen=True)
class OrderedProduct:
    """A product on an order; `sku` is the vendor's, empty when not told, and then `catalog_id` alone names it."""

    sku: str
    quantity: int
    unit_cost: Decimal | None
    catalog_id: str = ""
    name: str = ""


@dataclass(frozen=True)
class ReceivedProduct:
    """Units of a product that were received together; `serial_number` is empty where there is none."""

    sku: str
    quantity: int
    unit_cost: Decimal | None
    catalog_id: str = ""
    serial_number: str = ""
    vendor_invoice_number: str = ""
    received_at: datetime | None = None


@dataclass(frozen=True)
class DetailedOrder:
    """An order with everything on it; `ordered` and `received` are None where the answer told no such list.

    `fault` says why, where they are None because the list cannot be read.
    """

    platform_order_id: str
    vendor_invoice_number: str
    location: str
    supplier: str
    state: str
    fully_received: bool
    order_number: str = ""
    notes: str = ""
    created_at: datetime | None = None
    arrives: datetime | None = None
    deleted: bool = False
    ordered: tuple[OrderedProduct, ...] | None = None
    received: tuple[ReceivedProduct, ...] | None = None
    fault: str = ""
