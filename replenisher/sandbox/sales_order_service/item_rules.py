"""What the service checks of one item of a sale order, and of its taxes."""

from __future__ import annotations

import re
from typing import Any, TypeGuard

from replenisher.sandbox.rest.names import sku_of
from replenisher.sandbox.sales_order_service.book import SaleLine
from replenisher.sandbox.sales_order_service.wording import refusal
from replenisher.sandbox.world import World

_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_WHOLE_TAX = ("TaxName", "TaxableAmount", "Rate", "Tax")
_BY_SERVICE = ("IqTaxServiceId", "IqmetrixTaxServiceId")


def check_item(world: World, body: dict[str, Any], item: dict[str, Any]) -> SaleLine | None:
    """Check an item; gives its line, or None for one that is drop-shipped.

    Raises:
        RefusalError: 400, with the first fault.
    """
    sku = sku_of(world, str(item.get("ProductCatalogId") or ""))
    if sku is None:
        raise refusal("Missing valid ProductCatalogId")
    if not is_whole(item.get("Quantity")) or item["Quantity"] == 0:
        raise refusal("Missing valid Quantity")
    if item.get("Price") is None:
        raise refusal("Price can not be null")
    if not _is_number(item["Price"]):
        raise refusal("Price can not be left invalid")
    _check_supplier(body, item)
    serial = item.get("SerialNumber") or ""
    if serial and (not isinstance(serial, str) or item["Quantity"] not in (1, -1)):
        raise refusal("SerialNumber can not be left invalid")
    _check_taxes(item.get("TaxLineItems") or [])
    return SaleLine(sku, item["Quantity"], serial) if item["ItemType"] == "InStock" else None


def _check_supplier(body: dict[str, Any], item: dict[str, Any]) -> None:
    kind, supplier = item.get("ItemType"), item.get("SupplierEntityId")
    if kind not in ("InStock", "Dropship"):
        raise refusal("Missing valid ItemType")
    if kind == "InStock" and supplier is not None:
        raise refusal("SupplierEntityId can not be left invalid")
    if kind == "Dropship" and supplier is None and not body.get("DropshipOrderId"):
        raise refusal("A SupplierEntityId is required when DropshipOrderId is not provided")
    if supplier is not None and not is_whole(supplier):
        raise refusal("Missing valid SupplierEntityId")


def _check_taxes(taxes: Any) -> None:
    if not isinstance(taxes, list) or not all(isinstance(tax, dict) for tax in taxes):
        raise refusal("TaxLineItems can not be left invalid")
    names: set[str] = set()
    services: set[str] = set()
    for tax in taxes:
        service = next((tax[name] for name in _BY_SERVICE if tax.get(name)), None)
        _check_tax(tax, service)
        if service is None and str(tax["TaxName"]).lower() in names:
            raise refusal("Products cannot have multiple of same tax defined")
        if service is not None and str(service).lower() in services:
            raise refusal("Multiple taxes cannot have the same IqTaxServiceId in the context of a product")
        (names if service is None else services).add(str(service or tax["TaxName"]).lower())


def _check_tax(tax: dict[str, Any], service: Any) -> None:
    missing = [name for name in _WHOLE_TAX if tax.get(name) in (None, "")]
    if service is not None:
        if len(missing) < len(_WHOLE_TAX):
            raise refusal("TaxLineItem can not be left invalid")
        if not is_guid(service):
            raise refusal("Missing valid IqTaxServiceId")
        return
    if missing:
        raise refusal(f"A {missing[0]} is required when IqTaxServiceId is not provided")
    wrong = next((name for name in _WHOLE_TAX if not _is_number(tax[name]) and name != "TaxName"), None)
    if wrong:
        raise refusal(f"{wrong} can not be left invalid")


def is_guid(value: Any) -> bool:
    """Whether a value is a guid, in either case."""
    return isinstance(value, str) and _GUID.fullmatch(value.lower()) is not None


def is_whole(value: Any) -> TypeGuard[int]:
    """Whether a value is a whole number; true and false are none."""
    return isinstance(value, int) and not isinstance(value, bool)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
