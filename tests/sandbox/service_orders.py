"""Orders of the Order service as a test sends them."""

from __future__ import annotations

from typing import Any

import httpx

from tests.sandbox.running import Vendor

FOREIGN = "0f2c7d1e-93ab-4c55-8e21-5b7a64d0c9f3"
SKU = "00123"
QUIET = (
    "--daily-sales=0",
    "--adjustments-per-day=0",
    "--transfers-per-day=0",
    "--refund-share=0",
    "--partial-share=0",
    "--history-days=1",
    "--retailer-orders=0",
    "--skus=5",
)
"""A sandbox in which nothing moves by itself."""


def customer(shop: Vendor, company: int = 0) -> str:
    return str(shop.ready["companies"][company]["customers"][0])


def item(shop: Vendor, **changes: Any) -> dict[str, Any]:
    """An in-stock item that is bought of our vendor."""
    ours = {"SKU": SKU, "Quantity": 4, "SupplierEntityId": shop.ready["vendor_id"]}
    return {"ItemTypeId": "2", "ItemStatusId": 9, **ours, **changes}


def order(shop: Vendor, *items: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A purchase order, pending, that can be processed."""
    body = {
        "EntityId": shop.location,
        "OrderTypeId": 3,
        "State": "Pending",
        "BillingCustomerId": customer(shop),
        "Items": list(items),
        **changes,
    }
    return {name: value for name, value in body.items() if value is not None}


def call(shop: Vendor, method: str, path: str, body: Any = None, **arguments: Any) -> httpx.Response:
    if body is not None:
        arguments["json"] = body
    return shop.service(method, "orders_url", path, **arguments)


def made(shop: Vendor, *items: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """An order that was taken, with its items."""
    answer = call(shop, "POST", "OrderFull", order(shop, *items, **changes))
    assert answer.status_code == 201, answer.text
    document: dict[str, Any] = answer.json()
    return document


def read(shop: Vendor, order_id: str) -> dict[str, Any]:
    answer = call(shop, "GET", f"OrderFull({order_id})")
    assert answer.status_code == 200, answer.text
    document: dict[str, Any] = answer.json()
    return document


def processed(shop: Vendor, order_id: str) -> httpx.Response:
    return call(shop, "POST", f"Orders({order_id})/Process", {"OrderId": order_id})


def in_state(shop: Vendor, state: str) -> dict[str, Any]:
    """A customer's order in any state."""
    placed = shop.admin.place_order(shop.location, {"sku": SKU, "quantity": 1}, state=state)
    return read(shop, placed["Id"])
