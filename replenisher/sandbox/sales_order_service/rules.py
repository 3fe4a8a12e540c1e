"""What the service checks before it takes a sale order; the texts are those of the documents."""

from __future__ import annotations

import re
from typing import Any

from replenisher.sandbox.ledger import Company
from replenisher.sandbox.replies import RefusalError, Reply, message, plain
from replenisher.sandbox.rest.names import NOT_RELATED, customers, sku_of
from replenisher.sandbox.world import World

_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_REQUIRED = ("DateCreatedUtc", "LocationId", "CustomerId", "PrintableId", "Items")
_LONGEST_PRINTABLE = 50
_LONGEST_REFERENCE = 1024
_WHOLE_TAX = ("TaxName", "TaxableAmount", "Rate", "Tax")
_BY_SERVICE = ("IqTaxServiceId", "IqmetrixTaxServiceId")


def refuse(world: World, text: str) -> RefusalError:
    """A 400 in the words that the switch wants."""
    wording = world.switches.rest_error_body
    if wording == "plain":
        return RefusalError(plain(400, text))
    return RefusalError(Reply(400, content_type=None) if wording == "empty" else message(400, text))


def check_sale(world: World, company: Company, body: Any) -> dict[str, int]:
    """Check a sale order; gives the in-stock units by SKU.

    Raises:
        RefusalError: 400, with the first fault.
    """
    if not isinstance(body, dict):
        raise refuse(world, "SaleOrder can not be null")
    missing = [name for name in _REQUIRED if not body.get(name)]
    if missing:
        raise refuse(world, f"{missing[0]} should not be empty")
    if body.get("Payments") is None:
        raise refuse(world, "Payments can not be null")
    if not isinstance(body["PrintableId"], str) or len(body["PrintableId"]) > _LONGEST_PRINTABLE:
        raise refuse(world, f"PrintableId should have at most {_LONGEST_PRINTABLE} characters")
    if body["LocationId"] not in company.locations:
        raise refuse(world, NOT_RELATED)
    if str(body["CustomerId"]).lower() not in customers(company.id):
        raise refuse(world, "Missing valid CustomerId")
    if world.switches.sale_duplicate_printable == "refuse" and world.sales.used(company.id, body["PrintableId"]):
        raise refuse(world, f"A sale order with PrintableId {body['PrintableId']} already exists")
    _check_payments(world, body["Payments"])
    return _check_items(world, body)


def _check_payments(world: World, payments: list[dict[str, Any]]) -> None:
    for payment in payments:
        for name in ("AuthCode", "TransactionNumber"):
            if len(str(payment.get(name) or "")) > _LONGEST_REFERENCE:
                raise refuse(world, f"{name} should have at most {_LONGEST_REFERENCE} characters")


def _check_items(world: World, body: dict[str, Any]) -> dict[str, int]:
    units: dict[str, int] = {}
    numbers: set[int] = set()
    for item in body["Items"]:
        number = item.get("LineNumber")
        if not _is_whole(number) or number < 1:
            raise refuse(world, "Missing valid LineNumber")
        if world.switches.sale_line_number == "above_one" and number == 1:
            raise refuse(world, "LineNumber must be greater than 1")
        if number in numbers:
            raise refuse(world, "LineNumber can not be left invalid")
        numbers.add(number)
        sku = _check_item(world, body, item)
        if item["ItemType"] == "InStock":
            units[sku] = units.get(sku, 0) + item["Quantity"]
    return units


def _check_item(world: World, body: dict[str, Any], item: dict[str, Any]) -> str:
    sku = sku_of(world, str(item.get("ProductCatalogId") or ""))
    if sku is None:
        raise refuse(world, "Missing valid ProductCatalogId")
    if not _is_whole(item.get("Quantity")) or item["Quantity"] == 0:
        raise refuse(world, "Missing valid Quantity")
    price = item.get("Price")
    if isinstance(price, bool) or not isinstance(price, (int, float)):
        raise refuse(world, "Price can not be null")
    kind = item.get("ItemType")
    if kind not in ("InStock", "Dropship"):
        raise refuse(world, "Missing valid ItemType")
    if kind == "Dropship" and not body.get("DropshipOrderId") and not item.get("SupplierEntityId"):
        raise refuse(world, "A SupplierEntityId is required when DropshipOrderId is not provided")
    if kind == "InStock" and item.get("SupplierEntityId"):
        raise refuse(world, "SupplierEntityId can not be left invalid")
    if item.get("SerialNumber") and item["Quantity"] not in (1, -1):
        raise refuse(world, "SerialNumber can not be left invalid")
    _check_taxes(world, item.get("TaxLineItems") or [])
    return sku


def _check_taxes(world: World, taxes: list[dict[str, Any]]) -> None:
    names: set[str] = set()
    for tax in taxes:
        service = next((tax[name] for name in _BY_SERVICE if tax.get(name)), None)
        given = [name for name in _WHOLE_TAX if tax.get(name) is not None]
        if service is not None and given:
            raise refuse(world, "TaxLineItem can not be left invalid")
        if service is None and len(given) < len(_WHOLE_TAX):
            missing = next(name for name in _WHOLE_TAX if name not in given)
            raise refuse(world, f"A {missing} is required when IqTaxServiceId is not provided")
        if service is not None and not _GUID.fullmatch(str(service).lower()):
            raise refuse(world, "Missing valid IqTaxServiceId")
        key = str(service or tax["TaxName"]).lower()
        if key in names:
            raise refuse(world, "Products cannot have multiple of same tax defined")
        names.add(key)


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
