"""Sale orders: what the vendor's own shop sold, to be picked up at a location, as the Sales Order service takes it.

Gateways and the intake make these, workflows follow them; `replenisher.purchasing.sale_order_rules` says whether one
may go.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import Enum


@dataclass(frozen=True)
class SaleTax:
    """A tax on an item: whole (`name`, `taxable_amount`, `rate`, `amount`) or by `tax_service_id`, never both."""

    name: str = ""
    taxable_amount: Decimal | None = None
    rate: Decimal | None = None
    amount: Decimal | None = None
    tax_service_id: str = ""


@dataclass(frozen=True)
class SaleItem:
    """One product sold; `catalog_id` is the product's guid at the platform, `sku` ours, empty when not known."""

    line_number: int
    catalog_id: str
    quantity: int
    price: Decimal
    sku: str = ""
    drop_ship: bool = False
    supplier: str = ""
    serial_number: str = ""
    correlation_id: str = ""
    pricing_term_id: int | None = None
    taxes: tuple[SaleTax, ...] = ()


@dataclass(frozen=True)
class SalePayment:
    """A payment that was taken for a sale order."""

    amount: Decimal
    auth_code: str = ""
    transaction_number: str = ""
    token: str = ""
    correlation_id: str = ""


@dataclass(frozen=True)
class SaleCharge:
    """Shipping that was charged (`name` is its kind), or a discount that was given (`code` may name it)."""

    line_number: int
    amount: Decimal
    name: str = ""
    code: str = ""
    correlation_id: str = ""
    catalog_id: str = ""
    of_lines: tuple[int, ...] = ()


@dataclass(frozen=True)
class SaleOrderRequest:
    """A sale order as it is sent: the same content on every look-up and on every retry; `created_at` is UTC.

    `printable_id` is the shop's own number (at most 50 characters) and our only key at the platform. With `invoice` the
    platform writes the invoice at once.
    """

    company: str
    location: str
    printable_id: str
    customer_id: str
    created_at: datetime
    items: tuple[SaleItem, ...]
    invoice: bool = False
    payments: tuple[SalePayment, ...] = ()
    shipping: tuple[SaleCharge, ...] = ()
    discounts: tuple[SaleCharge, ...] = ()
    expires_at: datetime | None = None
    tax_calculation_id: str = ""
    billing_address_id: str = ""
    shipping_address_id: str = ""
    drop_ship_order_id: str = ""
    user_id: int | None = None


@dataclass(frozen=True)
class SaleAccepted:
    """The platform took a sale order (202): its format is good, and nothing more is promised.

    `found` is true when an earlier attempt had made it and a search found it.
    """

    platform_sale_id: str
    answer: str
    found: bool = False


@dataclass(frozen=True)
class SaleSummary:
    """A sale order as the platform holds it; `items` are quantities by catalog id in small letters."""

    platform_sale_id: str
    printable_id: str
    location: str
    customer_id: str
    items: tuple[tuple[str, int], ...]
    inserted_at: datetime | None = None


class PlatformSaleState(Enum):
    """The state of a sale order at the platform, which only people change."""

    PENDING = "Pending"
    COMPLETED = "Completed"
    CANCELLED = "Cancelled"
    UNKNOWN = "Unknown"


@dataclass(frozen=True)
class StatusEntry:
    """One entry of a sale order's status log; `succeeded` is None for a status that no document lists."""

    entry_id: str
    succeeded: bool | None
    details: str
    updated_by: str
    updated_at: datetime | None
    raw_status: str = ""
