"""What a retailer's platform tells us about companies, locations and purchase orders, in our own words.

Gateways make these, workflows read them; no module here knows a wire format.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import Enum


@dataclass(frozen=True)
class Company:
    """A retailer's company that has enabled the vendor."""

    id: str
    name: str


@dataclass(frozen=True)
class Location:
    """A location that the retailer has enabled, with where its orders are billed and shipped."""

    company: str
    id: str
    name: str
    bill_to: str
    ship_to: str
    address: str = ""
    city: str = ""
    region: str = ""
    postal_code: str = ""
    country: str = ""
    phone_number: str = ""


@dataclass(frozen=True)
class RequestLine:
    """One line of an order to be created; `unit_cost` is None when the vendor keeps none."""

    sku: str
    quantity: int
    unit_cost: Decimal | None


@dataclass(frozen=True)
class OrderRequest:
    """A purchase order as it is sent: the same content on every look-up and on every retry."""

    company: str
    location: str
    bill_to: str
    ship_to: str
    vendor_invoice_number: str
    committed: bool
    estimated_arrival_date: date
    lines: tuple[RequestLine, ...]
    comments: str = ""
    shipping_method: str = ""
    shipping_cost: Decimal = Decimal(0)


@dataclass(frozen=True)
class OrderAccepted:
    """The platform's promise to create an order later; `platform_order_id` is its id there."""

    platform_order_id: str
    answer: str


class PlatformStatus(Enum):
    """Where the platform says an order is; spellings differ on the wire, these are their meanings."""

    PENDING = "pending"
    COMMITTED = "committed"
    PARTLY_RECEIVED = "partly_received"
    COMPLETE = "complete"
    FAILED = "failed"
    UNKNOWN = "unknown"
    """A word that no document lists: the order is treated as open and a person is told."""


@dataclass(frozen=True)
class OrderSummary:
    """One entry of the platform's list of orders."""

    platform_order_id: str
    vendor_invoice_number: str
    status: PlatformStatus
    raw_status: str = ""


@dataclass(frozen=True)
class PlatformLine:
    """One line of an order at the platform; quantities in units, never negative."""

    sku: str
    quantity_ordered: int
    quantity_received: int
    unit_cost: Decimal | None = None
    serial_numbers: tuple[str, ...] = ()


@dataclass(frozen=True)
class PlatformOrder:
    """An order as the platform holds it now."""

    platform_order_id: str
    vendor_invoice_number: str
    status: PlatformStatus
    raw_status: str = ""
    lines: tuple[PlatformLine, ...] = field(default_factory=tuple)


@dataclass(frozen=True)
class ReportWindow:
    """The business dates that a report covers, both included."""

    start: date
    end: date


@dataclass(frozen=True)
class ReportStamp:
    """When a report was asked for and answered (this machine's clock, UTC) and how many bytes it had."""

    requested_at: datetime
    answered_at: datetime
    size_bytes: int
