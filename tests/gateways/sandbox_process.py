"""A running sandbox: who we are there, its two personalities, and an order to place."""

from __future__ import annotations

import uuid
from datetime import timedelta
from decimal import Decimal
from typing import Any

from replenisher.gateways.http import Connection
from replenisher.gateways.vendor_inventory import VendorInventory
from replenisher.purchasing.platform import (
    Location,
    OrderRequest,
    ReportWindow,
    RequestLine,
)
from replenisher.sandbox.client import SandboxAdmin

TEMPLATE: dict[str, Any] = {
    "routes": "template",
    "status_spelling": "table",
    "transfer_shape": "array",
    "transfer_keys": "distinct",
    "received_spelling": "DateReceived",
    "adjustment_serials": "SerialNumbers",
    "quantity_ordered": "string",
    "timestamps": "offset",
    "unknown_route": "empty",
}
SAMPLE: dict[str, Any] = {
    "routes": "sample",
    "status_spelling": "sample",
    "transfer_shape": "single",
    "transfer_keys": "duplicate",
    "received_spelling": "DateRecieved",
    "adjustment_serials": "SerialNumber",
    "quantity_ordered": "int",
    "timestamps": "zoneless",
    "unknown_route": "html",
}


class Platform:
    """A running sandbox and who we are there."""

    def __init__(self, ready: dict[str, Any]) -> None:
        self.ready = ready
        self.admin = SandboxAdmin(ready["url"])
        self.company = str(ready["companies"][0]["id"])

    def connection(self, **changes: Any) -> Connection:
        ready = self.ready
        values: dict[str, Any] = {
            "base_url": ready["vendor_inventory_url"],
            "accounts_url": ready["accounts_url"],
            "username": ready["username"],
            "password": ready["password"],
            "client_id": ready["client_id"],
            "client_secret": ready["client_secret"],
            "vendor_id": str(ready["vendor_id"]),
            "deadline_seconds": 5.0,
            "read_attempts": 3,
        }
        return Connection(**(values | changes))


def window(gateway: VendorInventory) -> ReportWindow:
    today = gateway.platform_now().date()
    return ReportWindow(today - timedelta(days=60), today + timedelta(days=60))


def an_order(gateway: VendorInventory, location: Location, skus: list[str]) -> OrderRequest:
    return OrderRequest(
        company=location.company,
        location=location.id,
        bill_to=location.bill_to,
        ship_to=location.ship_to,
        vendor_invoice_number=f"R{uuid.uuid4().hex[:12].upper()}",
        committed=True,
        estimated_arrival_date=gateway.platform_now().date() + timedelta(days=7),
        lines=tuple(RequestLine(sku, 3, Decimal("9.99")) for sku in skus),
    )


def skus_of(gateway: VendorInventory, location: Location) -> list[str]:
    read = gateway.inventory(location.company, [location.id], window(gateway))[location.id]
    assert not isinstance(read, Exception), read
    orderable = read[0].loc[~read[0]["do_not_order"], "sku"]
    return [str(sku) for sku in orderable]
