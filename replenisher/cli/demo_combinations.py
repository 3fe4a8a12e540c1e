"""How the companies of `demo --channel all` are served: one for each combination of interfaces."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

REPORTS = ["inventory", "sales", "receiving", "transfers", "adjustments"]
LOOK_SECONDS = 1.0


@dataclass(frozen=True)
class Combination:
    """The channel of a company, its name in the tables, and its further settings."""

    name: str
    channel: str
    settings: Mapping[str, Any] = field(default_factory=dict)


CUSTOMERS = 0
"""Place of the company with customers' orders, sale orders and the audit of receipts."""
VMI = 1
VMI_UNCOMMITTED = 2
CMI = 3
DESK_HEADER_FIRST = 6
DESK_HEADERS_ONLY = 7

COMBINATIONS = (
    Combination(
        "Vendor Inventory and customers",
        "vendor_inventory",
        {
            "reports": REPORTS,
            "fulfilments": {"enabled": True, "every": LOOK_SECONDS},
            "sale_orders": {"enabled": True},
            "receipt_audit": {"schedule": "0 3 * * *"},
        },
    ),
    Combination("VMI", "vmi", {"reports": REPORTS, "set_platform_levels": True}),
    Combination("VMI, not committed", "vmi", {"committed": False}),
    Combination("CMI", "cmi"),
    Combination("CMI, not committed", "cmi", {"committed": False}),
    Combination("Orders as desk", "vendor_inventory", {"order_desk": "orders"}),
    Combination(
        "Orders as desk, header first",
        "vendor_inventory",
        {"order_desk": "orders", "committed": False, "orders": {"create_by": "header_then_items"}},
    ),
    Combination("Purchase Orders as desk", "vendor_inventory", {"order_desk": "purchase_orders"}),
)

LOST_ANSWERS = (
    "create_purchase_order",
    "vmi.CreatePurchaseOrder",
    "cmi.CreatePurchaseOrder",
    "orders.create_full",
    "sales_orders.create",
    "vmi.CreatePurchaseOrderShipmentNotice",
)
"""Operations of which the platform does the first and its answer never arrives: each is found by a look-up."""
