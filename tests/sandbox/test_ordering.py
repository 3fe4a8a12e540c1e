from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.running import Vendor, vendor


def test_a_create_is_accepted_in_camel_case_with_a_relative_endpoint_before_the_order_exists(shop: Vendor) -> None:
    shop.admin.switch(creation_delay=30)
    answer = shop.create("SLOW-1")
    order = answer.json()["purchaseOrderId"]
    place = f"companies/{shop.company}/locations/{shop.location}"
    assert answer.status_code == 202
    assert answer.json()["checkStatusEndpoint"] == f"v1/vendors/5123/{place}/purchaseOrders/{order}/status"
    for reading in (shop.status(order), shop.order(order)):
        assert reading.status_code == 404
        assert order in reading.json()["Message"]
    assert order not in shop.listed()
    shop.admin.switch(status_before_creation="pending")
    assert shop.status(order).json()["Status"] == "Pending"


def test_a_created_order_is_found_by_id_in_the_list_and_by_its_status(shop: Vendor) -> None:
    order = shop.created("FOUND-1")
    found = shop.order(order).json()
    line = {"VendorSku": "00123", "QuantityOrdered": 10, "QuantityReceived": 0, "Cost": 9.99}
    assert found == {
        "PurchaseOrderGuid": order,
        "VendorInvoiceNumber": "FOUND-1",
        "Status": "Committed",
        "Products": [{**line, "SerialNumbersReceived": []}],
    }
    assert shop.listed()[order]["VendorInvoiceNumber"] == "FOUND-1"
    assert shop.status(order).json() == {key: found[key] for key in found if key != "Products"}
    assert shop.order(order.upper()).status_code == 200


@pytest.mark.parametrize(("committed", "field"), [(True, "QuantityOnOrder"), (False, "QuantityOnUncommittedOrder")])
def test_an_order_raises_on_order_or_uncommitted_in_the_next_inventory_report(
    shop: Vendor, committed: bool, field: str
) -> None:
    before = shop.inventory()["NA"]
    shop.created(f"RAISE-{committed}", Committed=committed, Products=[{"VendorSku": "NA", "Quantity": 7, "Cost": 1}])
    after = shop.inventory()["NA"]
    assert after == {**before, field: before[field] + 7}


@pytest.mark.parametrize(
    "changes",
    [
        {"VendorInvoiceNumber": ""},
        {"VendorInvoiceNumber": "X" * 51},
        {"Products": []},
        {"Products": [{"VendorSku": "00123", "Quantity": 0, "Cost": 1}]},
        {"Products": [{"VendorSku": "00123", "Quantity": "1", "Cost": 1}]},
        {"Products": [{"VendorSku": "00123", "Quantity": 1, "Cost": 1}] * 2},
        {"Products": [{"VendorSku": "no such", "Quantity": 1, "Cost": 1}]},
        {"ShipToStore": 1},
        {"VendorEntityId": 1},
        {"ShippingCost": -1},
        {"Committed": "yes"},
        {"EstimatedArrivalDate": "soon"},
    ],
)
def test_a_malformed_create_is_refused_with_a_message_and_nothing_is_accepted(
    shop: Vendor, changes: dict[str, Any]
) -> None:
    before = len(shop.admin.audit()["accepted"])
    answer = shop.create("REFUSED-1", **changes)
    assert answer.status_code == 400
    assert answer.json()["Message"]
    assert len(shop.admin.audit()["accepted"]) == before


def test_an_unknown_sku_may_fail_late_instead(shop: Vendor) -> None:
    shop.admin.switch(unknown_sku="fail_late", creation_delay=0)
    answer = shop.create("LATE-1", Products=[{"VendorSku": "no such", "Quantity": 1, "Cost": 1}])
    order = answer.json()["purchaseOrderId"]
    assert answer.status_code == 202
    assert shop.status(order).json()["Status"] == "Failed"
    assert shop.order(order).status_code == 404
    assert order not in shop.listed()


def test_a_repeated_invoice_number_is_accepted_refused_or_vanishes_by_switch(shop: Vendor) -> None:
    first, second = shop.created("AGAIN-1"), shop.created("AGAIN-1")
    assert first != second
    assert "AGAIN-1" in shop.admin.audit()["repeated"]
    shop.admin.switch(duplicate_invoice="refuse")
    refused = shop.create("AGAIN-1")
    assert (refused.status_code, "AGAIN-1" in refused.json()["Message"]) == (400, True)
    shop.admin.switch(duplicate_invoice="vanish", creation_delay=0)
    vanished = shop.create("AGAIN-1").json()["purchaseOrderId"]
    assert shop.order(vanished).status_code == 404
    assert [entry["materialised"] for entry in shop.accepted("AGAIN-1")] == [True, True, False]


@pytest.mark.parametrize(
    ("spelling", "words"),
    [("sample", {"Committed"}), ("table", {"committed"}), ("mixed", {"Committed", "committed"})],
)
def test_a_status_is_spelled_as_the_personality_has_it(shop: Vendor, spelling: str, words: set[str]) -> None:
    orders = [shop.created(f"SPELL-{spelling}-{number}") for number in range(12 if spelling == "mixed" else 1)]
    shop.admin.switch(status_spelling=spelling)
    assert {shop.order(order).json()["Status"] for order in orders} == words


def test_quantity_ordered_may_be_a_text(shop: Vendor) -> None:
    order = shop.created("TEXT-1")
    shop.admin.switch(quantity_ordered="string")
    assert shop.order(order).json()["Products"][0]["QuantityOrdered"] == "10"


def test_lines_may_be_changed_added_and_removed_while_nothing_was_received(shop: Vendor) -> None:
    order = shop.created("EDIT-1")
    added = [{"VendorSku": "NA", "Quantity": 2, "Cost": 1.5}]
    changed = [{"VendorSku": "00123", "Quantity": 4, "Cost": 8.5}]
    assert shop.edit("POST", order, added).status_code == 204
    assert shop.edit("PUT", order, changed).status_code == 204
    lines = {line["VendorSku"]: line for line in shop.order(order).json()["Products"]}
    assert (lines["00123"]["QuantityOrdered"], lines["00123"]["Cost"], lines["NA"]["QuantityOrdered"]) == (4, 8.5, 2)
    removed = shop.edit("DELETE", order, ["00123"])
    assert (removed.status_code, removed.content) == (204, b"")
    assert [line["VendorSku"] for line in shop.order(order).json()["Products"]] == ["NA"]


def test_received_lines_may_not_be_changed_or_removed(shop: Vendor) -> None:
    order = shop.created("EDIT-2")
    shop.admin.change_order(order, "receive_partly")
    assert shop.order(order).json()["Status"] == "Partially Received"
    for answer in (
        shop.edit("PUT", order, [{"VendorSku": "00123", "Quantity": 4, "Cost": 8.5}]),
        shop.edit("DELETE", order, ["00123"]),
    ):
        assert answer.status_code == 400
        assert answer.json() == {"Message": "VendorSku '00123' has already been received."}


def test_an_edit_with_one_refused_line_changes_nothing_or_the_rest_by_switch(shop: Vendor) -> None:
    order = shop.created("EDIT-3")
    mixed = [{"VendorSku": "00123", "Quantity": 4, "Cost": 1}, {"VendorSku": "absent", "Quantity": 1, "Cost": 1}]
    assert shop.edit("PUT", order, mixed).status_code == 400
    assert shop.order(order).json()["Products"][0]["QuantityOrdered"] == 10
    shop.admin.switch(partial_edit="best_effort", put_quantity="delta")
    assert shop.edit("PUT", order, mixed).status_code == 400
    assert shop.order(order).json()["Products"][0]["QuantityOrdered"] == 14


def test_removing_lines_needs_an_array_and_its_content_type(shop: Vendor) -> None:
    order = shop.created("EDIT-4")
    path = f"companies/{shop.company}/purchaseOrders/{order}/products"
    assert shop.call("DELETE", path).status_code == 400
    assert shop.call("DELETE", path, content=b'["00123"]').status_code == 400
    assert shop.call("DELETE", path, json={"skus": ["00123"]}).status_code == 400


@pytest.mark.parametrize(
    ("routes", "template", "sample"), [("both", 204, 204), ("template", 204, 404), ("sample", 405, 204)]
)
def test_each_personality_knows_one_route_for_adding_lines(
    shop: Vendor, routes: str, template: int, sample: int
) -> None:
    order = shop.created(f"ROUTE-{routes}")
    shop.admin.switch(routes=routes)
    assert shop.edit("POST", order, [{"VendorSku": "NA", "Quantity": 1, "Cost": 1}]).status_code == template
    line = [{"VendorSku": "=AV100778", "Quantity": 1, "Cost": 1}]
    assert shop.edit("POST", order, line, "addProducts").status_code == sample


def test_an_administrator_makes_an_order_vanish_fail_end_early_or_appear_twice(shop: Vendor) -> None:
    gone, short, failed, twice = (shop.created(f"ADMIN-{number}") for number in range(4))
    shop.admin.change_order(gone, "vanish")
    shop.admin.change_order(short, "receive_partly")
    shop.admin.change_order(short, "close_short")
    shop.admin.change_order(failed, "fail")
    shop.admin.change_order(twice, "duplicate")
    listed = shop.listed()
    assert gone not in listed
    assert shop.order(gone).status_code == shop.status(gone).status_code == 404
    closed = shop.order(short).json()
    assert (closed["Status"], closed["Products"][0]["QuantityReceived"]) == ("Completed", 5)
    assert shop.status(failed).json()["Status"] == "Failed"
    assert sum(entry["VendorInvoiceNumber"] == "ADMIN-3" for entry in listed.values()) == 2


def test_the_order_list_pages_and_hides_by_switch(shop: Vendor) -> None:
    order = shop.created("LIST-1", Committed=False)
    everything = shop.listed()
    assert order in everything
    shop.admin.switch(list_uncommitted="no", list_retailer_orders="no")
    fewer = shop.listed()
    assert order not in fewer
    assert len(fewer) < len(everything) - 1
    shop.admin.switch(list_uncommitted="yes", list_retailer_orders="yes", page_size=2)
    path = f"companies/{shop.company}/purchaseOrders"
    first = shop.call("GET", path, params=shop.window()).json()
    second = shop.call("GET", path, params={**shop.window(), "$skip": "2", "$top": "50"}).json()
    assert (len(first), len(second)) == (2, 2)
    assert first + second == list(everything.values())[:4]


def test_goods_arrive_after_the_lead_time_and_drive_status_stock_and_receiving_report() -> None:
    with vendor("--partial-share", "1", "--retailer-orders", "0", "--daily-sales", "0.0001") as shop:
        serialised = next(sku for sku in shop.inventory() if sku.startswith("PH"))
        lines = [{"VendorSku": serialised, "Quantity": 4, "Cost": 1}, {"VendorSku": "00123", "Quantity": 1, "Cost": 1}]
        order = shop.created("GOODS-1", Committed=False, Products=lines)
        assert shop.order(order).json()["Status"] == "Pending"
        shop.admin.advance(2)
        shop.sign_in()
        assert shop.order(order).json()["Status"] == "Committed"
        assert shop.inventory()[serialised]["QuantityOnOrder"] == 4
        shop.admin.advance(3)
        shop.sign_in()
        first = shop.order(order).json()
        row = shop.inventory()[serialised]
        assert first["Status"] == "Partially Received"
        assert [line["QuantityReceived"] for line in first["Products"]] == [2, 1]
        assert (row["QuantityOnOrder"], row["QuantityOnBackorder"]) == (0, 2)
        shop.admin.switch(back_order="included")
        row = shop.inventory()[serialised]
        assert (row["QuantityOnOrder"], row["QuantityOnBackorder"]) == (2, 2)
        shop.admin.advance(3)
        shop.sign_in()
        whole = shop.order(order).json()
        receipts = [entry for entry in shop.report("reports/receiving").json() if entry["PurchaseOrderId"] == order]
        serials = [serial for entry in receipts for line in entry["Products"] for serial in line["SerialNumbers"]]
        assert whole["Status"] == "Completed"
        assert whole["Products"][0]["SerialNumbersReceived"] == serials
        assert (len(receipts), len(set(serials))) == (2, 4)
        assert shop.edit("PUT", order, lines[:1]).json() == {"Message": "The purchase order is complete."}
