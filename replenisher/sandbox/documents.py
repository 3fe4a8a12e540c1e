"""The papers behind every change of stock: invoices, receipts, transfers, adjustments. Instants are UTC."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum


class InvoiceAction(Enum):
    """What an invoice did with a product; values are the platform's words."""

    SOLD = "Sold"
    REFUNDED = "Refunded"
    EXCHANGE = "Exchange"


@dataclass(frozen=True)
class Employee:
    """Who wrote an invoice."""

    id: int
    first_name: str
    last_name: str


@dataclass(frozen=True)
class InvoiceLine:
    """One product on an invoice; `quantity` is positive, the action tells the direction."""

    sku: str
    quantity: int
    list_price: float
    action: InvoiceAction
    serial_number: str = ""


@dataclass(frozen=True)
class Invoice:
    """A sale, refund or exchange at a location."""

    id: str
    original_id: str
    location: int
    at: datetime
    employee: Employee
    lines: tuple[InvoiceLine, ...]


@dataclass(frozen=True)
class ReceiptLine:
    """Units of one product received."""

    sku: str
    quantity: int
    serial_numbers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Receipt:
    """Goods of one purchase order received at a location."""

    id: str
    location: int
    order_id: str
    at: datetime
    lines: tuple[ReceiptLine, ...]


@dataclass
class Transfer:
    """Units on their way between two locations of a company; `received_at` is None while they travel."""

    id: str
    ship_from: int
    ship_to: int
    sku: str
    quantity: int
    shipped_at: datetime
    due_at: datetime
    received_at: datetime | None = None
    serial_numbers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Adjustment:
    """A count corrected; `quantity` is signed: a loss is negative."""

    id: str
    location: int
    at: datetime
    sku: str
    quantity: int
    reason: str
    reason_id: int
    serial_numbers: tuple[str, ...] = field(default=())
