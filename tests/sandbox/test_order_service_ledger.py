"""Orders of the Order service in the one ledger, and customers' orders as days pass."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.sandbox.running import Vendor, vendor
from tests.sandbox.service_orders import QUIET, SKU, call, item, made, processed, read


@pytest.fixture(scope="module")
def quiet_shop() -> Iterator[Vendor]:
    with vendor(*QUIET, "--order-expiry-hours=2000") as shop:
        yield shop


@pytest.fixture
def quiet(quiet_shop: Vendor) -> Iterator[Vendor]:
    """A sandbox in which only orders move, with a valid token."""
    quiet_shop.sign_in()
    yield quiet_shop
    quiet_shop.admin.switch(reported_allocated="no", customer_orders_per_day=0.0, commit_after_days=1.0)
    quiet_shop.sign_in()


def pass_days(shop: Vendor, days: int) -> None:
    shop.admin.advance(days)
    shop.sign_in()


def supply(shop: Vendor, location: int | None = None) -> dict[str, int]:
    row = shop.inventory(location)[SKU]
    names = ("QuantityInStock", "QuantityOnOrder", "QuantityOnUncommittedOrder", "QuantityOnBackorder")
    return {name.removeprefix("Quantity"): row[name] for name in names}


def change_of(shop: Vendor, before: dict[str, int], location: int | None = None) -> dict[str, int]:
    """What is different from before."""
    after = supply(shop, location)
    return {name: after[name] - before[name] for name in after if after[name] != before[name]}


def test_a_pending_order_is_uncommitted_a_processed_one_on_order_and_days_bring_its_goods(quiet: Vendor) -> None:
    quiet.admin.switch(commit_after_days=-1.0)
    before = supply(quiet)
    there = made(quiet, item(quiet), item(quiet, ItemTypeId="1", ItemStatusId=1, SKU="NA", Quantity=1), TenderId="DAYS")
    assert change_of(quiet, before) == {"OnUncommittedOrder": 4}
    assert quiet.order(there["Id"]).json()["VendorInvoiceNumber"] == "DAYS"
    pass_days(quiet, 2)
    assert change_of(quiet, before) == {"OnUncommittedOrder": 4}
    assert processed(quiet, there["Id"]).status_code == 201
    assert change_of(quiet, before) == {"OnOrder": 4}
    pass_days(quiet, 4)
    assert change_of(quiet, before) == {"InStock": 4}
    done = read(quiet, there["Id"])
    assert (done["State"], [one["ItemStatus"] for one in done["Items"]]) == ("Completed", ["Processed", "Received"])
    (entry,) = quiet.accepted("DAYS")
    assert (entry["purchase_order_id"], entry["channel"], entry["stage"]) == (there["Id"], "orders", "complete")
    assert entry["products"][SKU]["received"] == 4


def test_a_created_order_and_one_of_other_suppliers_are_not_in_the_ledger(quiet: Vendor) -> None:
    before = supply(quiet)
    made(quiet, item(quiet), State="Created", TenderId="CREATED")
    others = made(quiet, item(quiet, SupplierEntityId=77), TenderId="OTHERS")
    assert processed(quiet, others["Id"]).status_code == 201
    made(quiet, item(quiet), OrderTypeId=1, TenderId="A-SALE")
    assert change_of(quiet, before) == {}
    assert [quiet.accepted(number) for number in ("CREATED", "OTHERS", "A-SALE")] == [[], [], []]


def test_an_unknown_sku_is_taken_and_is_no_line_and_a_sku_twice_is_one_line(quiet: Vendor) -> None:
    there = made(quiet, item(quiet), item(quiet, Quantity=3), item(quiet, SKU="NOBODY-KNOWS"), TenderId="UNKNOWN")
    assert len(there["Items"]) == 3
    (entry,) = quiet.accepted("UNKNOWN")
    assert {sku: line["quantity"] for sku, line in entry["products"].items()} == {SKU: 7}


def test_a_pending_order_that_is_changed_is_changed_in_the_ledger_and_cancelled_it_is_gone(quiet: Vendor) -> None:
    here, there = quiet.ready["companies"][0]["locations"][:2]
    before, before_there = supply(quiet, here), supply(quiet, there)
    one = made(quiet, item(quiet), TenderId="CHANGED-1")
    items = [{**one["Items"][0], "Quantity": 9}]
    changes = {**one, "Items": items, "ShippingEntityId": there, "TenderId": "CHANGED-2"}
    changed = call(quiet, "PUT", f"OrderFull({one['Id']})", changes)
    assert changed.status_code == 200
    assert (change_of(quiet, before, here), quiet.accepted("CHANGED-1")) == ({}, [])
    assert change_of(quiet, before_there, there) == {"OnUncommittedOrder": 9}
    call(quiet, "POST", f"Orders({one['Id']})/Items", item(quiet, Quantity=1))
    assert change_of(quiet, before_there, there) == {"OnUncommittedOrder": 10}
    cancelled = call(quiet, "PUT", f"Orders({one['Id']})", {**changed.json(), "State": "Cancelled"})
    assert cancelled.json()["State"] == "Cancelled"
    assert change_of(quiet, before_there, there) == {}
    assert [entry["cancelled"] for entry in quiet.accepted("CHANGED-2")] == [True]


def test_an_order_that_the_retailer_commits_by_itself_is_processed_then(quiet: Vendor) -> None:
    there = made(quiet, item(quiet), TenderId="BY-ITSELF")
    quiet.admin.change_order(there["Id"], "commit")
    assert read(quiet, there["Id"])["State"] == "Processed"
    text = "Resource state transition from Processed to Cancelled is invalid"
    refused = call(quiet, "PUT", f"Orders({there['Id']})", {**there, "State": "Cancelled"})
    assert (refused.status_code, refused.json()["Message"]) == (409, text)


def test_an_order_that_is_closed_short_is_completed_without_what_never_came(quiet: Vendor) -> None:
    there = made(quiet, item(quiet), item(quiet, SKU="NA", Quantity=1), TenderId="SHORT")
    quiet.admin.change_order(there["Id"], "receive_partly")
    quiet.admin.change_order(there["Id"], "close_short")
    done = read(quiet, there["Id"])
    received = {sku: line["received"] for sku, line in quiet.accepted("SHORT")[0]["products"].items()}
    assert received == {SKU: 2, "NA": 1}
    assert (done["State"], {one["ItemStatus"] for one in done["Items"]}) == ("Completed", {"Processed"})
    nothing = made(quiet, item(quiet), TenderId="NOTHING")
    quiet.admin.change_order(nothing["Id"], "close_short")
    done = read(quiet, nothing["Id"])
    assert (done["State"], [one["ItemStatus"] for one in done["Items"]]) == ("Completed", ["Cancelled"])


def test_an_order_that_vanishes_from_the_ledger_is_found_no_more(quiet: Vendor) -> None:
    there = made(quiet, item(quiet), TenderId="VANISHED")
    quiet.admin.change_order(there["Id"], "vanish")
    assert call(quiet, "GET", f"Orders({there['Id']})").status_code == 404
    answer = call(quiet, "GET", "Orders", params={"$filter": "TenderId eq 'VANISHED'"})
    assert (answer.status_code, answer.json()) == (200, [])


def customers_item(shop: Vendor, order_id: str) -> dict[str, Any]:
    (only,) = read(shop, order_id)["Items"]
    return dict(only)


def test_what_a_customer_waits_for_is_sold_the_next_day_and_not_before_there_is_stock(quiet: Vendor) -> None:
    quiet.admin.set_stock(quiet.location, SKU, in_stock=2, allocated=0)
    waiting = quiet.admin.place_order(quiet.location, {"sku": SKU, "quantity": 3, "type": "InStock"})["Id"]
    served = quiet.admin.place_order(quiet.location, {"sku": SKU, "quantity": 2, "type": "InStock"})["Id"]
    dropped = quiet.admin.place_order(quiet.location, {"sku": SKU, "quantity": 1, "type": "DropShip"})["Id"]
    assert customers_item(quiet, served)["ItemStatus"] == "New"
    pass_days(quiet, 1)
    told = [customers_item(quiet, one)["ItemStatus"] for one in (waiting, served, dropped)]
    assert told == ["New", "Processed", "New"]
    assert supply(quiet)["InStock"] == 0
    quiet.admin.set_stock(quiet.location, SKU, in_stock=3)
    pass_days(quiet, 1)
    assert (customers_item(quiet, waiting)["ItemStatus"], supply(quiet)["InStock"]) == ("Processed", 0)


def test_promised_units_are_reported_by_location_and_an_item_without_a_sku_harms_nobody(quiet: Vendor) -> None:
    quiet.admin.switch(reported_allocated="yes")
    other = quiet.ready["companies"][0]["locations"][1]

    def promised(location: int) -> int:
        return int(quiet.inventory(location)[SKU]["QuantityCommittedOnOrderEntry"])

    before, before_other = promised(quiet.location), promised(other)
    quiet.admin.place_order(quiet.location, {"sku": SKU, "quantity": 2, "type": "InStock"})
    quiet.admin.place_order(quiet.location, {"sku": SKU, "quantity": 5, "type": "DropShip"})
    quiet.admin.place_order(quiet.location, {"sku": SKU, "quantity": 6, "type": "InStock"}, state="Created")
    made(quiet, {"ItemTypeId": "2", "ItemStatusId": 9}, OrderTypeId=1)
    assert (promised(quiet.location) - before, promised(other) - before_other) == (2, 0)
    pass_days(quiet, 1)
    assert quiet.report("reports/inventory").status_code == 200


def test_customers_order_by_themselves_where_the_switch_says_so() -> None:
    with vendor(*QUIET) as shop:
        shop.admin.advance(2)
        assert shop.admin.retail_orders() == []
        shop.admin.switch(customer_orders_per_day=2.0)
        shop.admin.advance(1)
        placed = shop.admin.retail_orders()
        assert len({one["location"] for one in placed}) > 1
        assert {(one["State"], one["OrderType"], one["made_by"]) for one in placed} == {
            ("Pending", "Sales", "retailer")
        }
        assert {tuple(entry["ItemType"] for entry in one["Items"]) for one in placed} == {("DropShip", "InStock")}
        assert {entry["SupplierEntityId"] for one in placed for entry in one["Items"]} == {shop.ready["vendor_id"]}
