"""What the Sales Order service takes, and what it refuses in which words, over sockets."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.running import Vendor
from tests.sandbox.sales import (
    DROP_SHIP_ORDER,
    OTHER_SERVICE,
    TAX_SERVICE,
    WHOLE_TAX,
    drop_shipped,
    item,
    made,
    post,
    sale,
)

LINES = ("ShippingLineItems", "DiscountLineItems")


def taxed(*taxes: Any) -> dict[str, Any]:
    return item(TaxLineItems=list(taxes))


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"PrintableId": "x" * 50},
        {"PrintableId": "O'Hara"},
        {"ExpiryDateUtc": "2027-01-01T00:00:00.1234567+00:00"},
        {"CompanyId": 14146, "UserId": 4349, "BillingAddressId": "nowhere"},
        {"Payments": [{"AuthCode": "a" * 1024, "TransactionNumber": "t" * 1024, "Amount": 1.5}]},
        {"Payments": [{}]},
        {"Items": [item(), item(LineNumber=2)]},
        {"Items": [item(LineNumber=7, Quantity=-3, Price=0)]},
        {"Items": [item(SerialNumber="353269540000001")]},
        {"Items": [item(Quantity=-1, SerialNumber="353269540000001")]},
        {"Items": [drop_shipped()]},
        {"Items": [drop_shipped(SupplierEntityId=None)], "DropshipOrderId": DROP_SHIP_ORDER},
        {"Items": [item(), drop_shipped(LineNumber=2)], "DropshipOrderId": DROP_SHIP_ORDER.upper()},
        {"Items": [taxed()]},
        {"Items": [taxed(WHOLE_TAX)]},
        {"Items": [taxed(WHOLE_TAX, {**WHOLE_TAX, "TaxName": "City Tax"})]},
        {"Items": [taxed({"IqTaxServiceId": TAX_SERVICE}, {"IqmetrixTaxServiceId": OTHER_SERVICE})]},
        {"Items": [taxed(WHOLE_TAX, {"IqTaxServiceId": TAX_SERVICE})]},
        {"Items": [taxed(WHOLE_TAX), {**taxed(WHOLE_TAX), "LineNumber": 2}]},
        {"ShippingLineItems": [{"LineNumber": 1}], "DiscountLineItems": [{"LineNumber": 1}, {"LineNumber": 2}]},
    ],
)
@pytest.mark.parametrize("resource", ["SaleInvoice", "SaleOrder"])
def test_what_keeps_the_rules_is_taken_with_202(shop: Vendor, resource: str, changes: dict[str, Any]) -> None:
    assert post(shop, sale(shop, **changes), resource).status_code == 202


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        *[
            ({name: value}, f"{name} should not be empty")
            for name in ("DateCreatedUtc", "LocationId", "CustomerId", "PrintableId", "Items")
            for value in (None, "", [])
        ],
        ({"Payments": None}, "Payments can not be null"),
        ({"Payments": "none"}, "Payments can not be left invalid"),
        ({"Items": ["a phone"]}, "Items can not be left invalid"),
        ({"DateCreatedUtc": "yesterday"}, "DateCreatedUtc can not be left invalid"),
        ({"ExpiryDateUtc": 5}, "ExpiryDateUtc can not be left invalid"),
        ({"PrintableId": "x" * 51}, "PrintableId should have at most 50 characters"),
        ({"PrintableId": "  "}, "PrintableId can not be left blank"),
        ({"PrintableId": 229045}, "PrintableId can not be left invalid"),
        ({"LocationId": 1}, "Entity is not related to company"),
        ({"LocationId": [14192]}, "Entity is not related to company"),
        ({"CustomerId": TAX_SERVICE}, "Missing valid CustomerId"),
        ({"UserId": "ann"}, "Missing valid UserId"),
        ({"Payments": [{"AuthCode": "a" * 1025}]}, "AuthCode should have at most 1024 characters"),
        ({"Payments": [{"TransactionNumber": "t" * 1025}]}, "TransactionNumber should have at most 1024 characters"),
        ({"DropshipOrderId": DROP_SHIP_ORDER}, "DropshipOrderId can not be left invalid"),
        ({"DropshipOrderId": "soon", "Items": [drop_shipped()]}, "Missing valid DropshipOrderId"),
        *[({name: [{"LineNumber": 3}] * 2}, "LineNumber can not be left invalid") for name in LINES],
        *[({name: [{"LineNumber": "1"}]}, "Missing valid LineNumber") for name in LINES],
    ],
)
def test_what_breaks_a_rule_of_the_order_is_refused_in_the_documents_words(
    shop: Vendor, changes: dict[str, Any], words: str
) -> None:
    body = {**sale(shop), **changes}
    answer = post(shop, {name: value for name, value in body.items() if value is not None})
    assert (answer.status_code, answer.json()) == (400, {"Message": words})


@pytest.mark.parametrize(
    ("items", "words"),
    [
        ([item(LineNumber=None)], "Missing valid LineNumber"),
        ([item(LineNumber=0)], "Missing valid LineNumber"),
        ([item(LineNumber=True)], "Missing valid LineNumber"),
        ([item(), item()], "LineNumber can not be left invalid"),
        ([item(ProductCatalogId=None)], "Missing valid ProductCatalogId"),
        ([item(ProductCatalogId=TAX_SERVICE)], "Missing valid ProductCatalogId"),
        ([item(Quantity=None)], "Missing valid Quantity"),
        ([item(Quantity=0)], "Missing valid Quantity"),
        ([item(Quantity=1.5)], "Missing valid Quantity"),
        ([item(Price=None)], "Price can not be null"),
        ([item(Price="9.99")], "Price can not be left invalid"),
        ([item(ItemType=None)], "Missing valid ItemType"),
        ([item(ItemType="eCommerce")], "Missing valid ItemType"),
        ([drop_shipped(SupplierEntityId=None)], "A SupplierEntityId is required when DropshipOrderId is not provided"),
        ([drop_shipped(SupplierEntityId="us")], "Missing valid SupplierEntityId"),
        ([item(SupplierEntityId=5123)], "SupplierEntityId can not be left invalid"),
        ([item(Quantity=2, SerialNumber="1")], "SerialNumber can not be left invalid"),
        ([item(Quantity=-2, SerialNumber="1")], "SerialNumber can not be left invalid"),
        ([item(SerialNumber=1)], "SerialNumber can not be left invalid"),
        ([item(TaxLineItems="none")], "TaxLineItems can not be left invalid"),
        ([taxed({})], "A TaxName is required when IqTaxServiceId is not provided"),
        *[
            (
                [taxed({other: value for other, value in WHOLE_TAX.items() if other != name})],
                f"A {name} is required when IqTaxServiceId is not provided",
            )
            for name in WHOLE_TAX
        ],
        ([taxed({**WHOLE_TAX, "Rate": "low"})], "Rate can not be left invalid"),
        ([taxed({**WHOLE_TAX, "IqTaxServiceId": TAX_SERVICE})], "TaxLineItem can not be left invalid"),
        ([taxed({"Tax": 0, "IqmetrixTaxServiceId": TAX_SERVICE})], "TaxLineItem can not be left invalid"),
        ([taxed({"IqTaxServiceId": "5"})], "Missing valid IqTaxServiceId"),
        ([taxed(WHOLE_TAX, WHOLE_TAX)], "Products cannot have multiple of same tax defined"),
        (
            [taxed({"IqTaxServiceId": TAX_SERVICE}, {"IqmetrixTaxServiceId": TAX_SERVICE.upper()})],
            "Multiple taxes cannot have the same IqTaxServiceId in the context of a product",
        ),
    ],
)
def test_what_breaks_a_rule_of_an_item_is_refused_in_the_documents_words(
    shop: Vendor, items: list[dict[str, Any]], words: str
) -> None:
    answer = post(shop, sale(shop, *items))
    assert (answer.status_code, answer.json()) == (400, {"Message": words})


def test_another_companys_location_and_customer_are_refused(shop: Vendor) -> None:
    other = shop.ready["companies"][1]
    assert post(shop, sale(shop, LocationId=other["locations"][0])).status_code == 400
    assert post(shop, sale(shop, CustomerId=other["customers"][0])).status_code == 400
    second = shop.ready["companies"][0]["customers"][1]
    assert post(shop, sale(shop, CustomerId=second.upper())).status_code == 202


@pytest.mark.parametrize("body", [None, [], "a sale", 5])
def test_what_is_no_object_is_no_sale_order(shop: Vendor, body: Any) -> None:
    answer = shop.service("POST", "sales_orders_url", "SaleOrder", json=body)
    assert answer.status_code == 400


def test_nothing_of_a_refused_sale_order_stays(shop: Vendor) -> None:
    body = sale(shop, item(Quantity=0))
    assert post(shop, body).status_code == 400
    assert body["PrintableId"] not in [one["printable_id"] for one in shop.admin.sale_orders()]


@pytest.mark.parametrize("lines", ["Items", *LINES])
def test_line_numbers_begin_above_one_only_where_the_switch_says_so(shop: Vendor, lines: str) -> None:
    def numbered(number: int) -> dict[str, Any]:
        entry = item(LineNumber=number) if lines == "Items" else {"LineNumber": number}
        return sale(shop, **{"Items": [item(LineNumber=2)], lines: [entry]})

    assert post(shop, numbered(1)).status_code == 202
    shop.admin.switch(sale_line_number="above_one")
    answer = post(shop, numbered(1))
    assert (answer.status_code, answer.json()["Message"]) == (400, "LineNumber must be greater than 1")
    assert post(shop, numbered(2)).status_code == 202


def test_a_printable_id_may_come_twice_unless_the_switch_refuses_it(shop: Vendor) -> None:
    number = made(shop)["PrintableId"]
    assert post(shop, sale(shop, PrintableId=number)).status_code == 202
    shop.admin.switch(sale_duplicate_printable="refuse")
    again = post(shop, sale(shop, PrintableId=number))
    assert (again.status_code, number in again.json()["Message"]) == (400, True)
    assert post(shop, sale(shop)).status_code == 202


def refusals(shop: Vendor, sale_id: str) -> list[tuple[str, str, dict[str, Any]]]:
    """A 400 of each kind: a rule, text that is no JSON, a filter, a page, a state."""
    state = {"Id": sale_id, "State": "Lost"}
    return [
        ("POST", "SaleOrder", {"json": {}}),
        ("POST", "SaleOrder", {"content": b"{", "headers": {"Content-Type": "application/json"}}),
        ("GET", "SaleOrder", {"params": {"$filter": "PrintableId eq 'x"}}),
        ("GET", "SaleOrder", {"params": {"$skip": "-1"}}),
        ("PUT", f"SaleOrderStatus({sale_id})", {"json": state}),
    ]


@pytest.mark.parametrize(("wording", "kind"), [("message", "application/json"), ("plain", "text/plain"), ("empty", "")])
def test_every_400_is_worded_as_the_switch_says(shop: Vendor, wording: str, kind: str) -> None:
    sale_id = made(shop)["Id"]
    shop.admin.switch(rest_error_body=wording)
    for method, path, arguments in refusals(shop, sale_id):
        answer = shop.service(method, "sales_orders_url", path, **arguments)
        assert answer.status_code == 400
        assert answer.headers.get("Content-Type", "").split(";")[0] == kind
        assert bool(answer.content) is (wording != "empty")
    assert shop.service("GET", "sales_orders_url", f"SaleOrder({TAX_SERVICE})").json() == {"Message": "Not Found"}
