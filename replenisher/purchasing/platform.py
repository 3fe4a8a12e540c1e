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
    damaged_serial_numbers: tuple[str, ...] = ()
    """Those of `serial_numbers` that the location cannot sell."""


@dataclass(frozen=True)
class PlatformOrder:
    """An order as the platform holds it now; `platform_order_number` is the one that it prints, empty when not told.

    `awaits_release` says that it is there and has yet to be made effective (`OrderDesk.release`); `header_only` that
    the interface takes no lines, so that none means that nobody has entered any yet. `ship_to` is the location that it
    is shipped to, empty when not told; `comments` are None when not told.
    """

    platform_order_id: str
    vendor_invoice_number: str
    status: PlatformStatus
    raw_status: str = ""
    lines: tuple[PlatformLine, ...] = field(default_factory=tuple)
    platform_order_number: str = ""
    awaits_release: bool = False
    header_only: bool = False
    ship_to: str = ""
    comments: str | None = None


@dataclass(frozen=True)
class OrderAccepted:
    """The platform's promise of an order; `platform_order_id` is its id there.

    `echo` is the order as the platform understood it, where its answer says so.
    """

    platform_order_id: str
    answer: str
    echo: PlatformOrder | None = None


@dataclass(frozen=True)
class NoticeLine:
    """One product of a shipment; as many serial numbers as units, or none for a product without them."""

    sku: str
    quantity: int
    serial_numbers: tuple[str, ...] = ()


@dataclass(frozen=True)
class NoticeRequest:
    """A shipment notice as it is sent: the same content on every look-up and on every retry.

    `shipment_number` is ours, the same for all products of one shipment; `platform_order_number` is empty when the
    platform has not told one.
    """

    company: str
    location: str
    platform_order_id: str
    platform_order_number: str
    vendor_invoice_number: str
    shipment_number: str
    lines: tuple[NoticeLine, ...]
    shipped_at: datetime | None = None
    tracking_number: str = ""
    carrier: str = ""


@dataclass(frozen=True)
class NoticeAccepted:
    """The platform took a shipment notice; `echo` holds its lines as the platform understood them."""

    shipment_number: str
    answer: str
    echo: tuple[NoticeLine, ...] = ()


@dataclass(frozen=True)
class NoticeSummary:
    """A shipment notice as the platform holds it: the lines that carry one shipment number."""

    shipment_number: str
    lines: tuple[NoticeLine, ...]


@dataclass(frozen=True)
class LevelChange:
    """A minimum and a maximum to be set at the platform for one SKU of a location."""

    sku: str
    minimum: int
    maximum: int


@dataclass(frozen=True)
class LevelOutcome:
    """What became of a level change; `refusal` is empty when the platform took it."""

    change: LevelChange
    refusal: str = ""


@dataclass(frozen=True)
class CompanyRelationship:
    """How a company stands to the vendor at the platform: `enabled`, `pending` or `disabled`."""

    company: Company
    standing: str


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
