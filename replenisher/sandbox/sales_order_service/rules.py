"""What the service checks before it takes a sale order; the texts are those of the documents."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from replenisher.sandbox.ledger import Company
from replenisher.sandbox.rest.names import customers, location_of
from replenisher.sandbox.sales_order_service.book import SaleLine
from replenisher.sandbox.sales_order_service.item_rules import check_item, is_guid, is_whole
from replenisher.sandbox.sales_order_service.wording import refusal
from replenisher.sandbox.world import World

_REQUIRED = ("DateCreatedUtc", "LocationId", "CustomerId", "PrintableId", "Items")
_LISTS = ("Items", "Payments", "ShippingLineItems", "DiscountLineItems")
_LONGEST_PRINTABLE = 50
_LONGEST_REFERENCE = 1024


def check_sale(world: World, company: Company, body: Any) -> tuple[SaleLine, ...]:
    """Check a sale order; gives the lines that are in stock.

    Raises:
        RefusalError: 400, with the first fault.
    """
    _check_presence(body)
    _check_header(world, company, body)
    for payment in body["Payments"]:
        for name in ("AuthCode", "TransactionNumber"):
            if len(str(payment.get(name) or "")) > _LONGEST_REFERENCE:
                raise refusal(f"{name} should have at most {_LONGEST_REFERENCE} characters")
    for name in _LISTS:
        if name != "Payments":
            _check_numbers(world, body.get(name) or [], required=name == "Items")
    lines = [check_item(world, body, item) for item in body["Items"]]
    if body.get("DropshipOrderId") and not any(item["ItemType"] == "Dropship" for item in body["Items"]):
        raise refusal("DropshipOrderId can not be left invalid")
    return tuple(line for line in lines if line is not None)


def _check_presence(body: Any) -> None:
    if not isinstance(body, dict):
        raise refusal("SaleOrder can not be null")
    missing = next((name for name in _REQUIRED if not body.get(name)), None)
    if missing:
        raise refusal(f"{missing} should not be empty")
    if body.get("Payments") is None:
        raise refusal("Payments can not be null")
    for name in _LISTS:
        listed = body.get(name)
        if listed is not None and not (isinstance(listed, list) and all(isinstance(one, dict) for one in listed)):
            raise refusal(f"{name} can not be left invalid")


def _check_header(world: World, company: Company, body: dict[str, Any]) -> None:
    for name in ("DateCreatedUtc", "ExpiryDateUtc"):
        if body.get(name) and not _is_moment(body[name]):
            raise refusal(f"{name} can not be left invalid")
    _check_printable(world, company, body["PrintableId"])
    location_of(company, body["LocationId"])
    if str(body["CustomerId"]).lower() not in customers(company.id):
        raise refusal("Missing valid CustomerId")
    if body.get("UserId") is not None and not is_whole(body["UserId"]):
        raise refusal("Missing valid UserId")
    if body.get("DropshipOrderId") and not is_guid(body["DropshipOrderId"]):
        raise refusal("Missing valid DropshipOrderId")


def _check_printable(world: World, company: Company, number: Any) -> None:
    if not isinstance(number, str):
        raise refusal("PrintableId can not be left invalid")
    if not number.strip():
        raise refusal("PrintableId can not be left blank")
    if len(number) > _LONGEST_PRINTABLE:
        raise refusal(f"PrintableId should have at most {_LONGEST_PRINTABLE} characters")
    if world.switches.sale_duplicate_printable == "refuse" and world.sales.used(company.id, number):
        raise refusal(f"A sale order with PrintableId {number} already exists")


def _check_numbers(world: World, entries: list[dict[str, Any]], *, required: bool) -> None:
    """LineNumber is unique in its list, and of items it is required."""
    seen: set[int] = set()
    for entry in entries:
        number = entry.get("LineNumber")
        if number is None and not required:
            continue
        if not is_whole(number) or number < 1:
            raise refusal("Missing valid LineNumber")
        if world.switches.sale_line_number == "above_one" and number == 1:
            raise refusal("LineNumber must be greater than 1")
        if number in seen:
            raise refusal("LineNumber can not be left invalid")
        seen.add(number)


def _is_moment(value: Any) -> bool:
    try:
        datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return False
    return True
