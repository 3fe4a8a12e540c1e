"""What the Order service lists, and what is left of a write whose answer is lost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from replenisher.sandbox.client import AdminError
from tests.sandbox.running import Vendor
from tests.sandbox.service_orders import SKU, call, customer, in_state, item, made, order, processed, read

WRITES = ("create", "create_full", "replace", "replace_full", "add_item", "process")


def listed(shop: Vendor, text: str, resource: str = "Orders", **query: Any) -> list[dict[str, Any]]:
    answer = call(shop, "GET", resource, params={"$filter": text, **query})
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()
    return found


def literal(value: Any) -> str:
    if value is None:
        return "null"
    return f"'{value}'" if isinstance(value, str) else str(value)


@pytest.mark.parametrize("resource", ["Orders", "OrderFull"])
def test_an_order_is_found_by_any_of_its_fields(shop: Vendor, resource: str) -> None:
    there = made(shop, item(shop), TenderId="FIND-1", Name="Ann's shelf", EmployeeId=15, DiscountAmount=7)
    fields = {name: value for name, value in there.items() if name != "Items"}
    assert "ShippingAddressId" in fields
    for name, value in fields.items():
        text = literal(value.replace("'", "''") if isinstance(value, str) else value)
        found = listed(shop, f"{name} eq {text} and Id eq {there['Id']}", resource, **{"$top": "50"})
        assert [one["Id"] for one in found] == [there["Id"]], name
    assert listed(shop, f"TenderId eq 'FIND-1' and EntityId eq {shop.location + 1}", resource) == []


@pytest.mark.parametrize("text", ["Colour eq 'red'", "State = 'Pending'", "State eq 'Pending", "State"])
def test_a_filter_that_cannot_be_read_is_a_400_with_its_text(shop: Vendor, text: str) -> None:
    made(shop)
    answer = call(shop, "GET", "Orders", params={"$filter": text})
    assert answer.status_code == 400
    assert answer.json()["Message"].startswith("Error while extracting the request query")


def test_pending_orders_of_a_location_are_those_and_a_loose_service_adds_created_ones_alone(shop: Vendor) -> None:
    ours = {state: in_state(shop, state)["Id"] for state in ("Created", "Pending", "Processed", "Cancelled")}
    other = shop.ready["companies"][0]["locations"][1]
    elsewhere = shop.admin.place_order(other, {"sku": SKU, "quantity": 1})["Id"]
    text = f"State eq 'Pending' and EntityId eq {shop.location}"

    def found() -> set[str]:
        documents = [*listed(shop, text), *listed(shop, text, **{"$skip": "50"})]
        return {one["Id"] for one in documents} & {*ours.values(), elsewhere}

    assert found() == {ours["Pending"]}
    shop.admin.switch(pending_filter="loose")
    assert found() == {ours["Pending"], ours["Created"]}
    shop.admin.switch(order_filters="ignored")
    everything = call(shop, "GET", "Orders", params={"$filter": text, "$skip": "0"}).json()
    assert {one["State"] for one in everything} >= {"Created", "Cancelled"}


def test_lists_come_page_by_page_unless_paging_is_ignored(shop: Vendor) -> None:
    number = "PAGE"
    there = [made(shop, TenderId=number)["Id"] for _ in range(5)]
    text = f"TenderId eq '{number}'"
    pages = [[one["Id"] for one in listed(shop, text, **{"$skip": str(skip), "$top": "2"})] for skip in range(0, 8, 2)]
    assert pages == [there[:2], there[2:4], there[4:], []]
    shop.admin.switch(order_page_size=3)
    assert [one["Id"] for one in listed(shop, text)] == there[:3]  # the default
    assert len(listed(shop, text, **{"$top": "4"})) == 3  # and the cap
    assert listed(shop, text, **{"$top": "0"}) == []
    for query in ({"$skip": "-1"}, {"$top": "all"}):
        assert call(shop, "GET", "Orders", params=query).status_code == 400
    shop.admin.switch(order_paging="ignored")
    assert [one["Id"] for one in listed(shop, text, **{"$skip": "2", "$top": "1"})] == there


def writes(shop: Vendor, there: dict[str, Any], number: str) -> dict[str, Callable[[], httpx.Response]]:
    body, one = order(shop, item(shop), TenderId=number), there["Id"]
    return {
        "create": lambda: call(shop, "POST", "Orders", body),
        "create_full": lambda: call(shop, "POST", "OrderFull", body),
        "replace": lambda: call(shop, "PUT", f"Orders({one})", {**there, "Name": number}),
        "replace_full": lambda: call(shop, "PUT", f"OrderFull({one})", {**there, "Name": number}),
        "add_item": lambda: call(shop, "POST", f"Orders({one})/Items", item(shop, Notes=number)),
        "process": lambda: processed(shop, one),
    }


def traces(shop: Vendor, one: str, number: str) -> int:
    """How often a write was done: orders made, names changed, items added, orders processed."""
    orders = shop.admin.audit()["retail_orders"]
    (touched,) = [document for document in orders if document["Id"] == one]
    return (
        sum(document["TenderId"] == number for document in orders)
        + (touched["Name"] == number)
        + sum(entry["Notes"] == number for entry in touched["Items"])
        + (touched["State"] == "Processed")
    )


@pytest.mark.parametrize("operation", WRITES)
@pytest.mark.parametrize(
    ("fault", "times"), [("accepted_then_reset", 1), ("error_500_after", 1), ("reset_before", 0), ("error_503", 0)]
)
def test_a_write_whose_answer_is_lost_was_done_once_or_not_at_all(
    shop: Vendor, operation: str, fault: str, times: int
) -> None:
    there = made(shop, item(shop))
    number = f"{operation}-{fault}"
    shop.admin.add_faults({"operation": f"orders.{operation}", "fault": fault, "company": shop.company})
    try:
        answer = writes(shop, there, number)[operation]()
        assert answer.status_code in (500, 503)
    except httpx.ReadError:
        assert "reset" in fault
    assert traces(shop, there["Id"], number) == times
    on_order = [fault] if operation == "create_full" and times else []
    assert [entry["fault"] for entry in shop.accepted(number)] == on_order


def test_an_order_that_is_answered_and_never_made_is_found_nowhere(shop: Vendor) -> None:
    before = shop.inventory()[SKU]
    shop.admin.add_faults({"operation": "orders.create_full", "fault": "accepted_never_created"})
    ghost = made(shop, item(shop), TenderId="GHOST")
    assert call(shop, "GET", f"Orders({ghost['Id']})").status_code == 404
    assert processed(shop, ghost["Id"]).status_code == 404
    assert listed(shop, "TenderId eq 'GHOST'") == []
    assert shop.inventory()[SKU] == before
    assert [entry["materialised"] for entry in shop.accepted("GHOST")] == [False]
    (told,) = [one for one in shop.admin.retail_orders() if one["Id"] == ghost["Id"]]
    assert (told["materialised"], told["fault"]) == (False, "accepted_never_created")


def test_a_customers_order_is_placed_as_it_is_described(shop: Vendor) -> None:
    items = ({"sku": SKU, "quantity": 2, "supplier": 77}, {"sku": "NOBODY-KNOWS", "quantity": 1, "type": "eCommerce"})
    second = shop.ready["companies"][0]["customers"][1]
    placed = shop.admin.place_order(shop.location, *items, customer=second, expiry_hours=9, name="For Ann")
    there = read(shop, placed["Id"])
    assert (there["State"], there["OrderTypeId"], there["OrderExpiryHours"]) == ("Pending", 1, 9)
    assert (there["BillingCustomerId"], there["Name"], second != customer(shop)) == (second, "For Ann", True)
    known, unknown = there["Items"]
    assert (known["ItemType"], known["ItemStatus"], known["SupplierEntityId"]) == ("DropShip", "New", 77)
    assert (unknown["ItemType"], unknown["SKU"]) == ("eCommerce", "NOBODY-KNOWS")
    (told,) = [one for one in shop.admin.audit()["retail_orders"] if one["Id"] == placed["Id"]]
    assert (told["made_by"], told["location"], told["company"]) == ("retailer", shop.location, shop.company)
    assert told["replaced"] == 0


@pytest.mark.parametrize(
    ("action", "state", "items"),
    [
        ("cancel", "Cancelled", 1),
        ("process", "Processed", 1),
        ("complete", "Completed", 1),
        ("drop_item", "Pending", 0),
    ],
)
def test_the_retailer_may_do_more_to_an_order_than_the_service_allows(
    shop: Vendor, action: str, state: str, items: int
) -> None:
    there = in_state(shop, "Pending")
    changed = shop.admin.change_retail_order(there["Id"], action)
    assert changed == read(shop, there["Id"])
    assert (changed["State"], len(changed["Items"])) == (state, items)


def test_what_the_retailer_cannot_do_is_an_error_with_its_words(shop: Vendor) -> None:
    there = in_state(shop, "Pending")
    shop.admin.change_retail_order(there["Id"], "drop_item")
    for action, words in (
        ("drop_item", "no item"),
        ("paint", "unknown action"),
    ):
        with pytest.raises(AdminError, match=words):
            shop.admin.change_retail_order(there["Id"], action)
    with pytest.raises(AdminError, match="unknown state"):
        shop.admin.place_order(shop.location, {"sku": SKU, "quantity": 1}, state="Lost")
