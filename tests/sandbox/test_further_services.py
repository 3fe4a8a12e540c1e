"""The further services stand on the one ledger: orders, sales and promises show in the reports of the others."""

from __future__ import annotations

import time
from collections import Counter
from typing import Any

import pytest

from replenisher.sandbox.rest.names import catalog_id
from tests.sandbox.running import Vendor, vendor

FOREIGN = "0f2c7d1e-93ab-4c55-8e21-5b7a64d0c9f3"


def customer(shop: Vendor) -> str:
    return str(shop.ready["companies"][0]["customers"][0])


def sale(shop: Vendor, sku: str, units: int, invoice: bool, **changes: Any) -> dict[str, Any]:
    body = {
        "DateCreatedUtc": "2026-11-20T10:00:00",
        "LocationId": shop.location,
        "CustomerId": customer(shop),
        "PrintableId": f"W{time.monotonic_ns()}",
        "Items": [
            {
                "LineNumber": 1,
                "ItemType": "InStock",
                "Quantity": units,
                "ProductCatalogId": catalog_id(sku),
                "Price": 9.99,
            }
        ],
        "Payments": [],
        **changes,
    }
    answer = shop.service("POST", "sales_orders_url", "SaleInvoice" if invoice else "SaleOrder", json=body)
    assert answer.status_code == 202, answer.text
    document: dict[str, Any] = answer.json()
    return document


def wait_for_log(shop: Vendor, sale_id: str) -> None:
    until = time.monotonic() + 5
    while not shop.service(
        "GET", "sales_orders_url", f"SaleOrder({sale_id})/StatusLog", headers={"Accept": "application/json"}
    ).json():
        assert time.monotonic() < until
        time.sleep(0.02)


def a_purchase(shop: Vendor, number: str) -> dict[str, Any]:
    body = {
        "EntityId": shop.location,
        "OrderTypeId": 3,
        "State": "Pending",
        "TenderId": number,
        "BillingCustomerId": customer(shop),
        "Items": [
            {
                "ItemTypeId": "2",
                "ItemStatusId": 9,
                "SKU": "00123",
                "Quantity": 7,
                "SupplierEntityId": shop.ready["vendor_id"],
            },
            {"ItemTypeId": "2", "ItemStatusId": 9, "SKU": "NOT-KNOWN", "Quantity": 1},
        ],
    }
    answer = shop.service("POST", "orders_url", "OrderFull", json=body)
    assert answer.status_code == 201, answer.text
    document: dict[str, Any] = answer.json()
    return document


def test_a_purchase_order_is_uncommitted_while_pending_and_on_order_once_processed(shop: Vendor) -> None:
    before = shop.inventory()["00123"]
    order = a_purchase(shop, "LEDGER-1")
    pending = shop.inventory()["00123"]
    assert pending["QuantityOnUncommittedOrder"] - before["QuantityOnUncommittedOrder"] == 7
    done = shop.service("POST", "orders_url", f"Orders({order['Id']})/Process", json={"OrderId": order["Id"]})
    assert done.status_code == 201
    processed = shop.inventory()["00123"]
    assert processed["QuantityOnOrder"] - before["QuantityOnOrder"] == 7
    assert processed["QuantityOnUncommittedOrder"] == before["QuantityOnUncommittedOrder"]
    shop.admin.change_order(order["Id"], "receive")
    received = shop.inventory()["00123"]
    assert received["QuantityInStock"] - before["QuantityInStock"] == 7
    assert shop.service("GET", "orders_url", f"Orders({order['Id']})").json()["State"] == "Completed"


def test_a_cancelled_purchase_order_is_on_order_no_more(shop: Vendor) -> None:
    before = shop.inventory()["00123"]["QuantityOnUncommittedOrder"]
    order = a_purchase(shop, "LEDGER-2")
    body = {name: order[name] for name in ("Id", "EntityId", "OrderTypeId", "TenderId")}
    answer = shop.service("PUT", "orders_url", f"Orders({order['Id']})", json={**body, "State": "Cancelled"})
    assert answer.json()["State"] == "Cancelled"
    assert shop.inventory()["00123"]["QuantityOnUncommittedOrder"] == before


@pytest.mark.parametrize(
    ("from_state", "to_state", "status"),
    [
        ("Created", "Pending", 200),
        ("Created", "Cancelled", 409),
        ("Created", "Processed", 409),
        ("Pending", "Cancelled", 200),
        ("Pending", "Created", 409),
        ("Pending", "Completed", 409),
        ("Cancelled", "Pending", 409),
        ("Processed", "Cancelled", 409),
        ("Completed", "Pending", 409),
    ],
)
def test_people_may_make_only_two_moves(shop: Vendor, from_state: str, to_state: str, status: int) -> None:
    order = shop.admin.place_order(shop.location, {"sku": "00123", "quantity": 1}, state=from_state)
    body = {"Id": order["Id"], "EntityId": shop.location, "OrderTypeId": 1, "State": to_state}
    answer = shop.service("PUT", "orders_url", f"Orders({order['Id']})", json=body)
    assert answer.status_code == status
    if status == 409:
        assert answer.json()["Message"] == f"Resource state transition from {from_state} to {to_state} is invalid"


def test_an_order_can_be_changed_until_its_hours_are_over() -> None:
    with vendor("--history-days", "1", "--skus", "5") as shop:
        order = shop.admin.place_order(shop.location, {"sku": "00123", "quantity": 1}, expiry_hours=25)
        body = {"Id": order["Id"], "EntityId": shop.location, "OrderTypeId": 1}
        path = f"Orders({order['Id']})"
        shop.admin.advance(1)
        shop.sign_in()
        assert shop.service("PUT", "orders_url", path, json=body).status_code == 200
        shop.admin.advance(1)
        shop.sign_in()
        expired = shop.service("PUT", "orders_url", path, json=body)
        assert (expired.status_code, "expired" in expired.json()["Message"]) == (409, True)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"EntityId": None}, "'EntityId' should not be empty."),
        ({"EntityId": 1}, "Entity is not related to company"),
        ({"ShippingEntityId": 1}, "Entity is not related to company"),
        ({"OrderTypeId": 9}, "not valid for OrderTypeId"),
        ({"Items": [{"ItemTypeId": "1"}]}, "'ItemStatusId' should not be empty."),
        ({"Items": [{"ItemTypeId": "1", "ItemStatusId": 9}]}, "not valid for ItemStatusId"),
        (
            {"Items": [{"ItemTypeId": "1", "ItemStatusId": 1, "ProductId": FOREIGN}] * 2},
            "appears more than once",
        ),
        (
            {"Items": [{"ItemTypeId": "1", "ItemStatusId": 7, "TrackingInformation": [{"Quantity": 1}]}]},
            "'Quantity' and 'TrackingNumber' should not be empty.",
        ),
    ],
)
def test_what_the_order_service_does_not_take(shop: Vendor, changes: dict[str, Any], words: str) -> None:
    body = {"EntityId": shop.location, "OrderTypeId": 1, "Items": [{"ItemTypeId": "1", "ItemStatusId": 1}]}
    assert shop.service("POST", "orders_url", "OrderFull", json=body).status_code == 201
    answer = shop.service("POST", "orders_url", "OrderFull", json={**body, **changes})
    assert answer.status_code == 400
    assert words in answer.json()["Message"]


def test_shipping_to_a_customer_and_to_a_location_at_once_is_refused(shop: Vendor) -> None:
    body = {"EntityId": shop.location, "OrderTypeId": 1, "ShippingEntityId": shop.location}
    both = {**body, "ShippingCustomerId": customer(shop)}
    assert shop.service("POST", "orders_url", "Orders", json=both).status_code == 400
    assert shop.service("POST", "orders_url", "Orders", json=body).status_code == 201


def test_an_invoice_is_sold_and_an_order_without_one_is_promised_until_it_ends(shop: Vendor) -> None:
    shop.admin.switch(sale_log_delay=0.02)
    shop.admin.set_stock(shop.location, "00123", in_stock=20, allocated=0)
    wait_for_log(shop, sale(shop, "00123", 3, invoice=True)["Id"])
    sold = shop.inventory()["00123"]
    assert (sold["QuantityInStock"], sold["QuantityCommittedOnOrderEntry"]) == (17, 0)
    ids = [sale(shop, "00123", 2, invoice=False)["Id"] for _ in range(2)]
    for one in ids:
        wait_for_log(shop, one)
    assert shop.inventory()["00123"]["QuantityCommittedOnOrderEntry"] == 4
    for one, state in zip(ids, ("Completed", "Cancelled"), strict=True):
        body = {"Id": one, "State": state}
        headers = {"Accept": "application/json"}
        answer = shop.service("PUT", "sales_orders_url", f"SaleOrderStatus({one})", json=body, headers=headers)
        assert answer.json()[0]["State"] == "Pending"  # the echo, as the documents show it
    ended = shop.inventory()["00123"]
    assert (ended["QuantityInStock"], ended["QuantityCommittedOnOrderEntry"]) == (15, 0)


def test_a_sale_that_the_crm_loses_is_never_heard_of_again(shop: Vendor) -> None:
    shop.admin.switch(sale_log_delay=0.0, sale_outcome="silent")
    before = shop.inventory()["00123"]["QuantityInStock"]
    lost = sale(shop, "00123", 1, invoice=True)
    time.sleep(0.05)
    headers = {"Accept": "application/json"}
    path = f"SaleOrder({lost['Id']})/StatusLog"
    assert shop.service("GET", "sales_orders_url", path, headers=headers).json() == []
    assert shop.inventory()["00123"]["QuantityInStock"] == before


def test_hal_is_the_default_and_links_name_no_host(shop: Vendor) -> None:
    made = sale(shop, "00123", 1, invoice=False)
    # By its number: the other tests' sales may fill the first page.
    only = f"SaleOrder?$filter=PrintableId eq '{made['PrintableId']}'"
    answer = shop.service("GET", "sales_orders_url", only, headers={"Accept": ""})
    listed = answer.json()
    assert made["Id"] in [one["Id"] for one in listed["_embedded"]["self"]]
    links = [one["_links"]["self"]["href"] for one in listed["_embedded"]["self"]] + [listed["_links"]["self"]["href"]]
    assert not any("://" in link for link in links)
    plain = shop.service("GET", "sales_orders_url", "SaleOrder", headers={"Accept": "application/json"}).json()
    assert isinstance(plain, list)


def test_what_is_promised_on_customers_orders_is_reported_where_the_switch_says_so(shop: Vendor) -> None:
    def told(reported: str) -> int:
        shop.admin.switch(reported_allocated=reported)
        return int(shop.inventory()["00123"]["QuantityCommittedOnOrderEntry"])

    without, with_orders = told("no"), told("yes")
    shop.admin.place_order(shop.location, {"sku": "00123", "quantity": 2, "type": "InStock"})
    assert (told("no"), told("yes")) == (without, with_orders + 2)


def test_every_answer_is_counted_by_its_status(shop: Vendor) -> None:
    def told() -> dict[str, int]:
        return dict(shop.admin.audit()["operation_outcomes"].get("purchase_orders.list", {}))

    before = told()
    shop.service("GET", "purchase_orders_url", "OrderWithDetail")
    shop.admin.add_faults({"operation": "purchase_orders.list", "fault": "error_503"})
    shop.service("GET", "purchase_orders_url", "OrderWithDetail")
    after = told()
    assert Counter(after) - Counter(before) == {"200": 1, "503": 1}
