"""Shipment notices over SOAP, and goods that arrive as they were announced, or not quite."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.sandbox.soaping import ZERO_GUID, Soap, fault, rows

SERVICES = pytest.mark.parametrize("service", ["vmi", "cmi"])
NOTICE = "PurchaseOrderShipmentNotice"


def _phone(soap: Soap) -> str:
    return next(sku for sku in soap.inventory() if sku.startswith("PH"))


def _announced(soap: Soap, number: str, serials: list[str], **changes: Any) -> str:
    """An order for some phones, all of them announced."""
    phone = _phone(soap)
    order = soap.created(number, products=[{"VendorSKU": phone, "QuantityOrdered": len(serials)}])
    sent = {
        "PurchaseOrderID": order,
        "VendorSKU": phone,
        "Quantity": len(serials),
        "SerialNumbers": {"string": serials},
    }
    assert soap.notice("vmi", {**sent, **changes}).status_code == 200
    return order


@SERVICES
def test_the_answer_zeroes_the_order_id_and_numbers_one_shipment_for_all_products_of_a_call(
    soap: Soap, service: str
) -> None:
    number = f"SHIP-{service}"
    lines = [{"VendorSKU": sku, "QuantityOrdered": 5} for sku in ("00123", "NA")]
    order = soap.created(number, service, products=lines)
    item = soap.inventory()["NA"]["ProductItemID"]
    first = {"PurchaseOrderID": order, "VendorSKU": "00123", "Quantity": 2}
    second = {"VendorInvoiceNumber": number, "ProductItemID": item, "Quantity": 1, "SerialNumbers": {"string": ["S1"]}}
    told = rows(soap.notice(service, first, second), NOTICE)
    rq_id = soap.found(number)["PurchaseOrderData"]["RetailiQPurchaseOrderID"]
    assert {row["PurchaseOrderID"] for row in told} == {ZERO_GUID}
    assert {row["RQPurchaseOrderID"] for row in told} == {rq_id}
    assert re.fullmatch(rf"[A-Z]{{3,5}}{rq_id}-1", told[0]["ShipmentNumber"])
    assert told[0]["ShipmentNumber"] == told[1]["ShipmentNumber"]
    assert (told[1]["ProductItemID"], told[1]["SerialNumbers"]) == (item, ["S1"])
    assert rows(soap.notice(service, first), NOTICE)[0]["ShipmentNumber"].endswith("-2")
    mine = [entry for entry in soap.vendor.admin.audit()["notices"] if entry["purchase_order_id"] == order]
    assert [(entry["sku"], entry["quantity"], entry["channel"]) for entry in mine] == [
        ("00123", 2, service),
        ("NA", 1, service),
        ("00123", 2, service),
    ]
    listed = rows(soap.vmi("GetPurchaseOrderShipmentNotices", purchaseOrderID=order), NOTICE)
    assert {row["PurchaseOrderID"] for row in listed} == {order}
    assert [row["Quantity"] for row in listed] == ["2", "1", "2"]


@SERVICES
@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"PurchaseOrderID": "96d20a50-65bb-42ee-b6d2-001cfbe8f848"}, "Purchase order [96d20a50"),
        ({"PurchaseOrderID": ZERO_GUID, "VendorInvoiceNumber": "NOBODY-2"}, "Purchase order [NOBODY-2]"),
        ({"VendorSKU": "no such"}, "Product [no such] could not be found"),
        ({"VendorSKU": "NA"}, "Product [NA] is not on Purchase Order"),
        ({"Quantity": 0}, "Quantity must be > 0"),
        ({"Quantity": 3, "SerialNumbers": {"string": ["S1", "S2"]}}, "SerialNumbers [2] must equal the Quantity [3]"),
    ],
)
def test_a_notice_that_is_not_right_is_a_fault_and_none_of_the_call_is_kept(
    soap: Soap, service: str, changes: dict[str, Any], says: str
) -> None:
    before = soap.vendor.admin.audit()["notices"]
    order = soap.created(f"WRONG-{service}-{len(soap.vendor.admin.audit()['accepted'])}")
    good = {"PurchaseOrderID": order, "VendorSKU": "00123", "Quantity": 1}
    code, said = fault(soap.notice(service, good, {**good, **changes}))
    assert code == "soap:Server"
    assert says in said
    assert soap.vendor.admin.audit()["notices"] == before


def test_a_call_without_notices_is_a_fault(soap: Soap) -> None:
    assert "At least one shipment notice" in fault(soap.notice("vmi"))[1]


def test_a_repeated_shipment_number_and_product_is_taken_or_refused_by_switch(soap: Soap) -> None:
    order = soap.created("RESHIP-1")
    sent = {"ShipmentNumber": "SHIP001", "PurchaseOrderID": order, "VendorSKU": "00123", "Quantity": 1}
    for _ in range(2):
        assert rows(soap.notice("vmi", sent), NOTICE)[0]["ShipmentNumber"] == "SHIP001"
    soap.vendor.admin.switch(duplicate_notice="refuse")
    assert "Shipment notice [SHIP001] already exists" in fault(soap.notice("vmi", sent))[1]
    assert soap.notice("vmi", {**sent, "ShipmentNumber": "SHIP002"}).status_code == 200


def test_goods_arrive_as_announced_and_the_rest_comes_afterwards(soap: Soap) -> None:
    shop, phone = soap.vendor, _phone(soap)
    lines = [{"VendorSKU": phone, "QuantityOrdered": 3}, {"VendorSKU": "NA", "QuantityOrdered": 6}]
    order = soap.created("ARRIVE-1", products=lines)
    serials = ["990000862471854", "990000862471855"]
    before = shop.inventory()
    soap.notice(
        "vmi",
        {"PurchaseOrderID": order, "VendorSKU": phone, "Quantity": 2, "SerialNumbers": {"string": serials}},
        {"PurchaseOrderID": order, "VendorSKU": "NA", "Quantity": 4},
    )
    shop.admin.change_order(order, "receive")
    after = shop.inventory()
    assert after[phone]["QuantityInStock"] == before[phone]["QuantityInStock"] + 2
    assert after["NA"]["QuantityInStock"] == before["NA"]["QuantityInStock"] + 4
    found = soap.found("ARRIVE-1")
    received = {row["VendorSKU"]: row for row in found["ProductsReceived"]}
    assert (received[phone]["QuantityReceived"], received["NA"]["QuantityReceived"]) == ("2", "4")
    assert received["NA"]["ProductReceived"] == "true"
    assert re.fullmatch(r"\d\d/\d\d/\d{4} \d\d:\d\d:\d\d", received["NA"]["DateReceived"])
    assert [(row["SerialNumber"], row["NonSellable"]) for row in found["SerialsReceived"]] == [
        (serial, "false") for serial in serials
    ]
    products = {line["VendorSku"]: line for line in shop.order(order).json()["Products"]}
    assert products[phone]["SerialNumbersReceived"] == serials
    report = rows(soap.cmi("GetReceivingInfo", **soap.dates()), "ReceivingInfo")
    mine = [row for row in report if row["RQPurchaseOrderNumber"] == _paper(soap, "ARRIVE-1")]
    assert [(row["SerialNumber"], row["Quantity"]) for row in mine] == [*((s, "1") for s in serials), ("", "4")]
    shop.admin.change_order(order, "receive")
    rest = {row["VendorSKU"]: row["QuantityReceived"] for row in soap.found("ARRIVE-1")["ProductsReceived"]}
    assert rest == {phone: "3", "NA": "6"}
    assert shop.order(order).json()["Status"] == "Completed"


def _paper(soap: Soap, number: str) -> str:
    return str(soap.found(number)["PurchaseOrderData"]["RetailiQPurchaseOrderNumber"])


def _arrived(soap: Soap, number: str, serials: list[str], **switches: float) -> tuple[dict[str, Any], int]:
    """The order after its announced goods came with those switches, and by how much the stock rose."""
    shop, phone = soap.vendor, _phone(soap)
    order = _announced(soap, number, serials)
    before = shop.inventory()[phone]["QuantityInStock"]
    shop.admin.switch(**switches)
    shop.admin.change_order(order, "receive")
    return soap.found(number), shop.inventory()[phone]["QuantityInStock"] - before


def test_announced_goods_may_arrive_short(soap: Soap) -> None:
    order, rise = _arrived(soap, "SHORT-1", ["SH1", "SH2", "SH3"], notice_short_share=1.0)
    assert rise == 2
    assert [row["SerialNumber"] for row in order["SerialsReceived"]] == ["SH1", "SH2"]


def test_announced_goods_may_arrive_with_one_too_many(soap: Soap) -> None:
    order, rise = _arrived(soap, "OVER-1", ["OV1", "OV2"], notice_over_share=1.0)
    assert rise == 3
    assert order["ProductsReceived"][0]["QuantityReceived"] == "3"
    assert [row["SerialNumber"] for row in order["SerialsReceived"]][:2] == ["OV1", "OV2"]


def test_announced_goods_may_arrive_damaged_received_and_not_sellable(soap: Soap) -> None:
    order, rise = _arrived(soap, "DAMAGED-1", ["DA1", "DA2"], notice_damaged_share=1.0)
    assert rise == 1
    assert order["ProductsReceived"][0]["QuantityReceived"] == "2"
    told = [(row["SerialNumber"], row["NonSellable"]) for row in order["SerialsReceived"]]
    assert told == [("DA1", "false"), ("DA2", "true")]
    adjusted = rows(soap.vmi("GetAdjustmentReport", **soap.levels(), **soap.dates()), "Adjustment")
    assert (_phone(soap), "-1", "Damaged") in [(row["VendorSku"], row["Quantity"], row["Reason"]) for row in adjusted]


def test_announced_goods_may_arrive_with_a_serial_number_that_nobody_announced(soap: Soap) -> None:
    order, rise = _arrived(soap, "STRANGE-1", ["ST1", "ST2"], notice_unknown_serial_share=1.0)
    numbers = [row["SerialNumber"] for row in order["SerialsReceived"]]
    assert rise == len(set(numbers)) == 2
    assert "ST1" not in numbers
    assert "ST2" in numbers


def test_a_serial_number_announced_twice_is_in_stock_once(soap: Soap) -> None:
    first, _ = _arrived(soap, "SAME-1", ["SA1"])
    second, rise = _arrived(soap, "SAME-2", ["SA1"])
    assert first["SerialsReceived"][0]["SerialNumber"] == "SA1"
    assert second["SerialsReceived"][0]["SerialNumber"] != "SA1"
    assert rise == 1


def test_announced_goods_come_with_the_days_and_the_notice_is_then_done(soap: Soap) -> None:
    order = _announced(soap, "DAYS-1", ["DY1"])
    soap.vendor.admin.switch(lead_time_days=0.5)
    soap.vendor.admin.advance(1)
    (entry,) = [one for one in soap.vendor.admin.audit()["notices"] if one["purchase_order_id"] == order]
    assert entry["arrived"] is True
    assert [row["SerialNumber"] for row in soap.found("DAYS-1")["SerialsReceived"]] == ["DY1"]
