"""The Purchase Order service: every order in full, with its receipts, and headers without lines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import httpx
import pytest

from replenisher.sandbox.catalog import make_catalog
from replenisher.sandbox.rest.names import UNSET, catalog_id
from tests.sandbox.running import Vendor, vendor
from tests.sandbox.service_orders import SKU, item, made
from tests.sandbox.soaping import Soap

PHONE = next(product.sku for product in make_catalog(7, 40) if product.serialised)
HEADER_TEXT = "The following errors occured: "


def listing(shop: Vendor) -> list[dict[str, Any]]:
    answer = shop.service("GET", "purchase_orders_url", "OrderWithDetail")
    assert answer.status_code == 200, answer.text
    documents: list[dict[str, Any]] = answer.json()
    return documents


def detail(shop: Vendor, order_id: str) -> dict[str, Any]:
    (found,) = [one for one in listing(shop) if one["Id"] == order_id]
    return found


def header(shop: Vendor, number: str, **changes: Any) -> dict[str, Any]:
    body = {
        "BillToLocationId": shop.location,
        "CompanyId": shop.company,
        "Notes": "A1 x 3",
        "ShippingCost": 9.99,
        "ShippingInfo": [],
        "ShipToLocationId": shop.location,
        "SupplierId": shop.ready["vendor_id"],
        "SupplierInvoiceNumber": number,
        **changes,
    }
    return {name: value for name, value in body.items() if value is not None}


def create(shop: Vendor, number: str, **changes: Any) -> httpx.Response:
    return shop.service("POST", "purchase_orders_url", "OrderCreation", json=header(shop, number, **changes))


def created(shop: Vendor, number: str, **changes: Any) -> dict[str, Any]:
    answer = create(shop, number, **changes)
    assert answer.status_code == 201, answer.text
    document: dict[str, Any] = answer.json()
    return document


def units(products: list[dict[str, Any]]) -> dict[str, int]:
    found: Counter[str] = Counter()
    for one in products:
        found[one["SupplierSKU"]] += one["Quantity"]
    return dict(found)


def in_stock(shop: Vendor, sku: str = SKU) -> int:
    return int(shop.inventory()[sku]["QuantityInStock"])


def test_orders_are_listed_however_they_were_made(shop: Vendor, soap: Soap) -> None:
    rest, full, bare = shop.created("PO-VIS"), made(shop, item(shop))["Id"], created(shop, "PO-HEADER")["Id"]
    over_soap = soap.created("PO-SOAP")
    there = {one["Id"] for one in listing(shop)}
    assert there >= {rest, full, bare, over_soap.lower()}
    vendors = {one["purchase_order_id"] for one in shop.admin.audit()["accepted"]}
    assert there - vendors  # those that the retailer made itself
    assert {(one["CompanyId"], one["SupplierId"]) for one in listing(shop)} == {(shop.company, shop.ready["vendor_id"])}
    shop.admin.change_order(rest, "vanish")
    assert rest not in {one["Id"] for one in listing(shop)}


def test_a_line_is_told_with_its_cost_its_sku_and_its_product(shop: Vendor) -> None:
    order = shop.created("PO-LINE")
    told = detail(shop, order)
    (line,) = told["OrderedProducts"]
    expected = {"OrderId": order, "SupplierSKU": SKU, "ProductId": catalog_id(SKU), "Quantity": 10, "UnitCost": 9.99}
    assert {name: line[name] for name in expected} == expected
    assert line["TotalCost"] == 99.9
    assert (told["ReceivedProducts"], told["FullyReceived"], told["CompletedDateUTC"]) == ([], False, UNSET)
    assert (told["DeletedDateUTC"], told["SupplierInvoiceNumber"]) == (UNSET, "PO-LINE")


def test_every_unit_with_a_serial_number_is_an_entry_and_other_units_one_for_each_receipt(shop: Vendor) -> None:
    products = [{"VendorSku": sku, "Quantity": 4, "Cost": 5.5} for sku in (SKU, PHONE)]
    order = shop.created("PO-SERIALS", Products=products)
    stock = in_stock(shop), in_stock(shop, PHONE)
    shop.admin.change_order(order, "receive_partly")
    half = detail(shop, order)
    assert (units(half["ReceivedProducts"]), half["FullyReceived"]) == ({SKU: 2, PHONE: 2}, False)
    shop.admin.change_order(order, "receive")
    told = detail(shop, order)
    received = told["ReceivedProducts"]
    assert units(received) == {SKU: 4, PHONE: 4}
    plain, phones = ([one for one in received if one["SupplierSKU"] == sku] for sku in (SKU, PHONE))
    assert [(one["Quantity"], one["SerialNumber"]) for one in plain] == [(2, ""), (2, "")]
    assert [one["Quantity"] for one in phones] == [1, 1, 1, 1]
    assert len({one["SerialNumber"] for one in phones} - {""}) == 4
    assert len({one["Id"] for one in received}) == len(received)
    assert {(one["UnitCost"], one["SupplierInvoiceNumber"]) for one in received} == {(5.5, "PO-SERIALS")}
    assert (in_stock(shop) - stock[0], in_stock(shop, PHONE) - stock[1]) == (4, 4)
    assert (told["FullyReceived"], told["State"]) == (True, "Completed")


def test_receipts_have_the_days_on_which_they_were_and_the_last_one_completes_the_order() -> None:
    quiet = ("--daily-sales=0", "--adjustments-per-day=0", "--transfers-per-day=0", "--history-days=1")
    with vendor(*quiet, "--partial-share=1", "--remainder-days=2", "--lead-time-days=3") as shop:
        order = shop.created("PO-DAYS")
        shop.admin.advance(7)
        shop.sign_in()
        told = detail(shop, order)
        first, last = (datetime.fromisoformat(one["ReceivedDateUTC"]) for one in told["ReceivedProducts"])
        assert (last - first).days == 2
        assert (told["FullyReceived"], datetime.fromisoformat(told["CompletedDateUTC"])) == (True, last)
        lines = [(line["VendorSku"], line["Quantity"]) for line in reported(shop, order)]
        assert lines == [(SKU, 5), (SKU, 5)]


def reported(shop: Vendor, order: str) -> Iterator[dict[str, Any]]:
    """The lines of the receiving report that belong to an order."""
    for receipt in shop.report("reports/receiving").json():
        if receipt["PurchaseOrderId"] == order:
            yield from receipt["Products"]


def test_a_header_is_an_order_without_lines_that_keeps_what_was_sent(shop: Vendor) -> None:
    second = shop.ready["companies"][0]["locations"][1]
    arrives = "2027-03-27T18:47:29.9012402+00:00"
    made_now = created(shop, "PO-BARE", BillToLocationId=second, ETADate=arrives, PurchaseOrderNumber="")
    told = detail(shop, made_now["Id"])
    kept = {
        "Notes": "A1 x 3",
        "SupplierInvoiceNumber": "PO-BARE",
        "ShipToLocationId": shop.location,
        "BillToLocationId": second,
        "ETADate": arrives,
        "ShippingCost": 9.99,
        "State": "Created",
    }
    assert {name: told[name] for name in kept} == kept == {name: made_now[name] for name in kept}
    assert told["PurchaseOrderNumber"].startswith("PO")
    assert (told["OrderedProducts"], told["ReceivedProducts"], told["FullyReceived"]) == ([], [], False)
    (entry,) = shop.accepted("PO-BARE")
    assert (entry["channel"], entry["committed"], entry["products"]) == ("purchase_orders", False, {})


@pytest.mark.parametrize(
    "changes",
    [
        {"SupplierId": 1},
        {"SupplierId": None},
        {"ShipToLocationId": 1},
        {"ShipToLocationId": None},
        {"BillToLocationId": "here"},
        {"CompanyId": 1},
    ],
    ids=str,
)
def test_a_header_for_others_is_a_400_that_says_so(shop: Vendor, changes: dict[str, Any]) -> None:
    answer = create(shop, "PO-WRONG", **changes)
    assert (answer.status_code, answer.json()["Message"].startswith(HEADER_TEXT)) == (400, True)
    assert shop.accepted("PO-WRONG") == []
    theirs = shop.ready["companies"][1]["locations"][0]
    assert create(shop, "PO-WRONG", ShipToLocationId=theirs).status_code == 400
    assert create(shop, f"PO-RIGHT-{changes}").status_code == 201


def test_lines_that_the_retailer_enters_are_on_order_and_arrive(shop: Vendor) -> None:
    order = created(shop, "PO-ENTERED")["Id"]
    before = shop.inventory()[SKU]["QuantityOnOrder"]
    shop.admin.change_detail(order, "enter_lines", {SKU: 6})
    assert shop.inventory()[SKU]["QuantityOnOrder"] - before == 6
    told = detail(shop, order)
    assert (units(told["OrderedProducts"]), told["State"]) == ({SKU: 6}, "Submitted")
    stock = in_stock(shop)
    shop.admin.change_order(order, "receive")
    assert in_stock(shop) - stock == 6
    assert detail(shop, order)["FullyReceived"] is True


@pytest.mark.parametrize(("delta", "told"), [(3, 13), (-1, 9), (-10, 0), (-11, 0), (0, 10)])
@pytest.mark.parametrize("sku", [SKU, PHONE])
def test_a_recount_changes_what_is_told_and_no_stock(shop: Vendor, sku: str, delta: int, told: int) -> None:
    products = [{"VendorSku": sku, "Quantity": 10, "Cost": 2}]
    order = shop.created(f"PO-RECOUNT-{sku}-{delta}", Products=products)
    shop.admin.change_order(order, "receive")
    stock = in_stock(shop, sku)
    shop.admin.change_detail(order, "recount", {sku: delta})
    received = detail(shop, order)["ReceivedProducts"]
    assert (units(received).get(sku, 0), in_stock(shop, sku)) == (told, stock)
    assert all(one["Quantity"] > 0 for one in received)


def test_another_cost_is_told_of_what_was_ordered_and_received(shop: Vendor) -> None:
    order = shop.created("PO-COST")
    shop.admin.change_order(order, "receive")
    shop.admin.change_detail(order, "recost", {SKU: 12.5})
    told = detail(shop, order)
    assert {one["UnitCost"] for one in (*told["OrderedProducts"], *told["ReceivedProducts"])} == {12.5}
    assert told["OrderedProducts"][0]["TotalCost"] == 125.0


def test_the_latest_order_alone_may_be_answered_and_products_left_out(shop: Vendor) -> None:
    shop.created("PO-EARLIER")
    latest = created(shop, "PO-LATEST")["Id"]
    shop.admin.switch(purchase_detail_shape="object", purchase_detail_products="no")
    answer = shop.service("GET", "purchase_orders_url", "OrderWithDetail").json()
    assert answer["Id"] == latest
    assert not {"OrderedProducts", "ReceivedProducts"} & set(answer)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("submitted", ["Created", "Submitted", "Submitted", "Completed"]),
        ("order_state", ["Pending", "Processed", "Processed", "Completed"]),
        ("status", ["pending", "committed", "partially received", "complete"]),
    ],
)
def test_the_words_of_a_state_are_a_switch(shop: Vendor, words: str, told: list[str]) -> None:
    shop.admin.switch(purchase_detail_state=words)
    order = shop.created(f"PO-{words}", Committed=False)
    seen = [detail(shop, order)["State"]]
    for action in ("commit", "receive_partly", "receive"):
        shop.admin.change_order(order, action)
        seen.append(detail(shop, order)["State"])
    assert seen == told


@pytest.mark.parametrize(
    ("fault", "times"),
    [("accepted_then_reset", 1), ("error_500_after", 1), ("reset_before", 0), ("accepted_never_created", 0)],
)
def test_a_header_whose_answer_is_lost_is_there_once_or_not_at_all(shop: Vendor, fault: str, times: int) -> None:
    number = f"PO-{fault}"
    shop.admin.add_faults({"operation": "purchase_orders.create", "fault": fault, "company": shop.company})
    try:
        assert create(shop, number).status_code in (201, 500)
    except httpx.ReadError:
        assert "reset" in fault
    assert [one["SupplierInvoiceNumber"] for one in listing(shop)].count(number) == times


def test_without_a_token_or_a_company_that_takes_part_nothing_is_told(shop: Vendor) -> None:
    shop.admin.call("POST", "access", {"company": shop.company, "enabled": False})
    assert shop.service("GET", "purchase_orders_url", "OrderWithDetail").status_code == 403
    shop.admin.call("POST", "access", {"company": shop.company, "enabled": True})
    assert shop.service("GET", "purchase_orders_url", "OrderWithDetail").status_code == 200
    shop.token = "expired-long-ago"
    answer = shop.service("GET", "purchase_orders_url", "OrderWithDetail")
    assert (answer.status_code, answer.headers["Content-Type"]) == (401, "text/plain; charset=utf-8")
