"""Sale orders as a test sends them."""

from __future__ import annotations

import itertools
import time
from typing import Any

import httpx

from replenisher.sandbox.rest.names import catalog_id
from tests.sandbox.running import Vendor

SKU = "00123"
JSON = {"Accept": "application/json"}
TAX_SERVICE = "fe73a2fd-1751-42a9-ac3d-d9d10e1317a4"
OTHER_SERVICE = "437ccff6-09c6-4356-8190-7ca1e999fefb"
DROP_SHIP_ORDER = "9dd08bfc-24a0-99ed-64c4-8b5602402f91"
WHOLE_TAX = {"TaxName": "Sales Tax", "TaxableAmount": 17.99, "Rate": 0.0125, "Tax": 0.22}
_NUMBERS = itertools.count(1)


def item(**changes: Any) -> dict[str, Any]:
    """One unit in stock; a value of None leaves the field out."""
    body = {"LineNumber": 1, "ItemType": "InStock", "Quantity": 1, "ProductCatalogId": catalog_id(SKU), "Price": 9.99}
    return _given({**body, **changes})


def drop_shipped(**changes: Any) -> dict[str, Any]:
    return item(**{"ItemType": "Dropship", "SupplierEntityId": 5123, **changes})


def sale(shop: Vendor, *items: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """The least that a sale order can be."""
    body = {
        "DateCreatedUtc": "2026-11-20T10:00:00",
        "LocationId": shop.location,
        "CustomerId": shop.ready["companies"][0]["customers"][0],
        "PrintableId": f"WEB-{next(_NUMBERS)}",
        "Items": list(items or (item(),)),
        "Payments": [],
    }
    return _given({**body, **changes})


def _given(body: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in body.items() if value is not None}


def post(shop: Vendor, body: Any, resource: str = "SaleInvoice", **headers: str) -> httpx.Response:
    return shop.service("POST", "sales_orders_url", resource, json=body, headers={**JSON, **headers})


def made(shop: Vendor, *items: dict[str, Any], resource: str = "SaleInvoice", **changes: Any) -> dict[str, Any]:
    """A sale order that was taken."""
    answer = post(shop, sale(shop, *items, **changes), resource)
    assert answer.status_code == 202, answer.text
    document: dict[str, Any] = answer.json()
    return document


def get(shop: Vendor, path: str, **query: str) -> Any:
    answer = shop.service("GET", "sales_orders_url", path, params=query, headers=JSON)
    assert answer.status_code == 200, answer.text
    return answer.json()


def found(shop: Vendor, text: str, **query: str) -> list[str]:
    """The printable ids that a filter finds."""
    return [one["PrintableId"] for one in get(shop, "SaleOrder", **{"$filter": text, **query})]


def log(shop: Vendor, sale_id: str) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = get(shop, f"SaleOrder({sale_id})/StatusLog")
    return entries


def logged(shop: Vendor, sale_id: str) -> list[dict[str, Any]]:
    """The log as soon as there is one."""
    until = time.monotonic() + 5
    while not (entries := log(shop, sale_id)):
        assert time.monotonic() < until, "the log stayed empty"
        time.sleep(0.02)
    return entries


def end(shop: Vendor, sale_id: str, state: str, **changes: Any) -> httpx.Response:
    """A person sets the state."""
    body = {"Id": sale_id, "State": state, **changes}
    return shop.service("PUT", "sales_orders_url", f"SaleOrderStatus({sale_id})", json=body, headers=JSON)


def state(shop: Vendor, sale_id: str) -> str:
    (only,) = get(shop, f"SaleOrderStatus({sale_id})")
    return str(only["State"])


def audited(shop: Vendor, printable_id: str) -> list[dict[str, Any]]:
    return [one for one in shop.admin.audit()["sale_orders"] if one["printable_id"] == printable_id]


def paths(sale_id: str, entry: str) -> dict[str, str]:
    """Every read of a sale order, by the operation's name."""
    return {
        "read": f"SaleOrder({sale_id})",
        "search": "SaleOrder",
        "status": f"SaleOrderStatus({sale_id})",
        "log": f"SaleOrder({sale_id})/StatusLog",
        "log_entry": f"SaleOrder({sale_id})/StatusLog({entry})",
    }
