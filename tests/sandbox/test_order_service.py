"""What the Order service takes, refuses, shows and finds, over sockets."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from replenisher.sandbox.clock import Clock
from replenisher.sandbox.order_service.book import ITEM_TYPES, STATES, STATUSES, ServiceOrder
from replenisher.sandbox.order_service.rules import check_open
from replenisher.sandbox.replies import RefusalError
from replenisher.sandbox.switches import Setup, Switches
from replenisher.sandbox.world import World
from tests.sandbox.running import Vendor, vendor
from tests.sandbox.service_orders import (
    FOREIGN,
    QUIET,
    SKU,
    call,
    customer,
    in_state,
    item,
    made,
    order,
    processed,
    read,
)

MOVES = {("Created", "Pending"), ("Pending", "Cancelled")}
SEVEN_DIGITS = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}\+00:00")


def ids(documents: Any) -> list[str]:
    return [one["Id"] for one in documents]


def test_an_order_reads_the_same_wherever_it_is_read(shop: Vendor) -> None:
    whole = made(shop, item(shop), TenderId="INV-1", Name="Shelf")
    bare = {name: value for name, value in whole.items() if name != "Items"}
    assert read(shop, whole["Id"]) == whole
    assert call(shop, "GET", f"Orders({whole['Id']})").json() == bare
    assert call(shop, "GET", f"Orders({whole['Id']})/Items").json() == whole["Items"]
    query = {"$filter": f"Id eq {whole['Id']}"}
    assert call(shop, "GET", "OrderFull", params=query).json() == [whole]
    assert call(shop, "GET", "Orders", params=query).json() == [bare]


def test_names_stand_beside_ids_and_what_the_service_makes_cannot_be_sent(shop: Vendor) -> None:
    sent = {"PrintableId": "MINE", "CreatedDateUtc": "2001-01-01T00:00:00", "OrderType": "RMA", "Colour": "red"}
    whole = made(shop, item(shop, ItemStatus="Error", Colour="red"), **sent)
    assert (whole["OrderType"], whole["OrderTypeId"], whole["State"]) == ("Purchase", 3, "Pending")
    (only,) = whole["Items"]
    assert (only["ItemType"], only["ItemTypeId"], only["ItemStatus"]) == ("InStock", "2", "New")
    assert only["OrderId"] == whole["Id"]
    assert whole["PrintableId"] != "MINE"
    assert not {"Colour"} & {*whole, *only}
    for name in ("CreatedDateUtc", "OrderExpiryDate"):
        assert SEVEN_DIGITS.fullmatch(whole[name])
    assert made(shop)["PrintableId"] != whole["PrintableId"]


@pytest.mark.parametrize(
    ("switch", "value", "read_of"),
    [
        ("order_type_name", "sample", lambda whole: (whole["OrderTypeId"], whole["OrderType"]) == (3, "Sales")),
        ("order_type_name", "table", lambda whole: (whole["OrderTypeId"], whole["OrderType"]) == (3, "Purchase")),
        ("item_type_id", "number", lambda whole: whole["Items"][0]["ItemTypeId"] == 2),
        ("item_type_id", "string", lambda whole: whole["Items"][0]["ItemTypeId"] == "2"),
    ],
)
def test_two_readings_of_the_documents_can_be_switched(shop: Vendor, switch: str, value: str, read_of: Any) -> None:
    shop.admin.switch(**{switch: value})
    assert read_of(made(shop, item(shop)))


def test_every_company_has_two_customers_of_its_own(shop: Vendor) -> None:
    told = [one for company in shop.ready["companies"] for one in company["customers"]]
    assert len(told) == len(set(told)) == 2 * len(shop.ready["companies"])


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "Orders"), ("POST", "Orders"), ("GET", "OrderFull"), ("PUT", f"OrderFull({FOREIGN})")],
)
def test_without_a_valid_token_nothing_is_answered_but_401_in_plain_text(shop: Vendor, method: str, path: str) -> None:
    shop.token = "expired-long-ago"
    answer = call(shop, method, path)
    assert (answer.status_code, answer.headers["Content-Type"]) == (401, "text/plain; charset=utf-8")


def test_an_order_that_is_not_there_or_of_another_company_is_a_404_with_its_text(shop: Vendor) -> None:
    theirs = shop.ready["companies"][1]["locations"][0]
    other = shop.admin.place_order(theirs, {"sku": SKU, "quantity": 1})["Id"]
    for one in (FOREIGN, other):
        for method, path in (("GET", f"Orders({one})"), ("GET", f"OrderFull({one})"), ("GET", f"Orders({one})/Items")):
            answer = call(shop, method, path)
            text = f"Order resource with id {one} cannot be found"
            assert (answer.status_code, answer.json()["Message"]) == (404, text)
    assert other not in ids(call(shop, "GET", "Orders").json())


@pytest.mark.parametrize("state", STATES)
def test_an_order_is_created_as_created_or_pending_only(shop: Vendor, state: str) -> None:
    answer = call(shop, "POST", "Orders", order(shop, State=state))
    assert answer.status_code == (201 if state in ("Created", "Pending") else 409)
    assert call(shop, "POST", "Orders", order(shop, State=None)).json()["State"] == "Created"


@pytest.mark.parametrize("before", STATES)
@pytest.mark.parametrize("after", STATES)
@pytest.mark.parametrize("resource", ["Orders", "OrderFull"])
def test_of_all_changes_of_state_two_are_allowed(shop: Vendor, resource: str, before: str, after: str) -> None:
    there = in_state(shop, before)
    answer = call(shop, "PUT", f"{resource}({there['Id']})", {**there, "State": after})
    editable = resource == "Orders" or before in ("Created", "Pending")
    allowed = editable and (before == after or (before, after) in MOVES)
    assert answer.status_code == (200 if allowed else 409)
    assert read(shop, there["Id"])["State"] == (after if allowed else before)


@pytest.mark.parametrize("state", STATES)
def test_only_a_pending_order_is_processed(shop: Vendor, state: str) -> None:
    there = in_state(shop, state)
    answer = processed(shop, there["Id"])
    if state == "Pending":
        assert (answer.status_code, answer.json()["OrderId"]) == (201, there["Id"])
        assert isinstance(answer.json()["Id"], int)
    else:
        text = f"Resource state transition from {state} to Processed is invalid"
        assert (answer.status_code, answer.json()["Message"]) == (409, text)


@pytest.mark.parametrize("billed", ["nobody", "a stranger", "another company's", "ours"])
def test_only_an_order_billed_to_a_customer_of_the_company_is_processed(shop: Vendor, billed: str) -> None:
    known = {"nobody": None, "a stranger": FOREIGN, "another company's": customer(shop, 1), "ours": customer(shop)}
    there = made(shop, item(shop), BillingCustomerId=known[billed])
    answer = processed(shop, there["Id"])
    if billed == "ours":
        assert answer.status_code == 201
    else:
        text = f"Billing Customer (id={known[billed] or ''}) not found for company {shop.company}."
        assert answer.status_code == 400
        assert answer.json()["Message"].startswith(text)
        assert read(shop, there["Id"])["State"] == "Pending"


def test_the_id_of_the_body_must_be_that_of_the_address(shop: Vendor) -> None:
    there = made(shop, item(shop))
    words = "Uri parameter representing resource id and resource id found in the request content don't match"
    for path in (f"Orders({there['Id']})", f"OrderFull({there['Id']})"):
        for wrong in ({**there, "Id": FOREIGN}, order(shop)):
            answer = call(shop, "PUT", path, wrong)
            assert (answer.status_code, answer.json()["Message"]) == (400, words)
        assert call(shop, "PUT", path, there).status_code == 200
    wrong = call(shop, "POST", f"Orders({there['Id']})/Process", {"OrderId": FOREIGN})
    assert (wrong.status_code, wrong.json()["Message"]) == (400, "The request is invalid")


@pytest.mark.parametrize("field", ["EntityId", "ShippingEntityId"])
def test_a_location_of_another_company_is_not_related(shop: Vendor, field: str) -> None:
    theirs = shop.ready["companies"][1]["locations"][0]
    answer = call(shop, "POST", "Orders", order(shop, **{field: theirs}))
    assert (answer.status_code, answer.json()["Message"]) == (400, "Entity is not related to company")
    ours = shop.ready["companies"][0]["locations"][1]
    assert call(shop, "POST", "Orders", order(shop, **{field: ours}, EmployeeId=99)).status_code == 201


@pytest.mark.parametrize("kind", ITEM_TYPES)
def test_a_status_must_fit_the_type_of_its_item(shop: Vendor, kind: int) -> None:
    taken = {
        status
        for status in range(19)
        if call(
            shop, "POST", "OrderFull", order(shop, item(shop, ItemTypeId=str(kind), ItemStatusId=status), OrderTypeId=1)
        ).status_code
        == 201
    }
    assert taken == set(STATUSES[kind])


def test_an_item_is_added_to_an_order_that_may_be_changed_and_a_product_stands_on_it_once(shop: Vendor) -> None:
    there = made(shop, item(shop, ProductId=FOREIGN))
    path = f"Orders({there['Id']})/Items"
    twice = call(shop, "POST", path, item(shop, ProductId=FOREIGN.upper()))
    assert (twice.status_code, "more than once" in twice.json()["Message"]) == (400, True)
    added = call(shop, "POST", path, item(shop, ProductId=customer(shop)))
    assert added.status_code == 201
    assert read(shop, there["Id"])["Items"] == [there["Items"][0], added.json()]
    done = in_state(shop, "Processed")
    assert call(shop, "POST", f"Orders({done['Id']})/Items", item(shop)).status_code == 409


def test_a_tracking_number_that_is_not_taken_is_a_500_and_changes_nothing(shop: Vendor) -> None:
    there = made(shop, item(shop))
    path = f"OrderFull({there['Id']})"

    def with_parcel(number: str) -> dict[str, Any]:
        parcels = [{"Quantity": 1, "TrackingNumber": number}]
        return {**there, "Name": "Renamed", "Items": [{**there["Items"][0], "TrackingInformation": parcels}]}

    for number in ("1234", "1Z 999", "é" * 6, "9" * 41):
        answer = call(shop, "PUT", path, with_parcel(number))
        assert (answer.status_code, answer.json()) == (500, {"Message": "An error has occurred"})
    assert read(shop, there["Id"]) == there
    for number in ("12345", "9" * 40):
        changed = call(shop, "PUT", path, with_parcel(number)).json()
        assert changed["Items"][0]["TrackingInformation"][0]["TrackingNumber"] == number
    shop.admin.switch(tracking_pattern="[0-9]{4}")
    assert call(shop, "PUT", path, with_parcel("1234")).status_code == 200
    assert call(shop, "PUT", path, with_parcel("12345")).status_code == 500


@pytest.mark.parametrize(
    "changes",
    [
        {"OrderTypeId": []},
        {"OrderTypeId": True},
        {"OrderTypeId": "3"},
        {"EntityId": {}},
        {"State": ["Pending"]},
        {"OrderExpiryHours": 0},
        {"OrderExpiryHours": 10**12},
        {"OrderExpiryHours": "72"},
        {"Items": "none"},
        {"Items": ["none"]},
        *(
            {"Items": [{"ItemTypeId": "2", "ItemStatusId": 9, **broken}]}
            for broken in (
                {"ItemTypeId": "two"},
                {"ItemStatusId": []},
                {"Quantity": -1},
                {"Quantity": 1.5},
                {"Cost": "cheap"},
                {"SerialNumbers": "SN1"},
                {"TrackingInformation": 5},
                {"TrackingInformation": ["1Z"]},
            )
        ),
    ],
    ids=str,
)
def test_values_of_the_wrong_kind_are_a_400(shop: Vendor, changes: dict[str, Any]) -> None:
    answer = call(shop, "POST", "OrderFull", order(shop, **changes))
    assert answer.status_code == 400, answer.text
    assert answer.json()["Message"]


@pytest.mark.parametrize("hours", [72, 30])
def test_an_order_expires_to_the_moment(hours: int) -> None:
    start = datetime(2026, 3, 1, tzinfo=UTC)
    world = World(Setup(), Switches(), Clock(lambda: start))
    one = ServiceOrder(1, {}, [], start, start + timedelta(hours=hours), "P1")
    world.clock.advance(timedelta(hours=hours) - timedelta(microseconds=1))
    check_open(world, one)
    world.clock.advance(timedelta(microseconds=1))
    with pytest.raises(RefusalError) as refused:
        check_open(world, one)
    assert refused.value.reply.status == 409


def test_after_seventy_two_hours_nothing_of_an_order_can_be_changed_and_all_of_it_read() -> None:
    with vendor(*QUIET) as shop:
        there = in_state(shop, "Pending")
        one = there["Id"]
        shop.admin.advance(2)
        shop.sign_in()
        assert call(shop, "PUT", f"OrderFull({one})", there).status_code == 200
        shop.admin.advance(1)
        shop.sign_in()
        before = read(shop, one)
        refused = [
            call(shop, "PUT", f"Orders({one})", there),
            call(shop, "PUT", f"OrderFull({one})", there),
            call(shop, "POST", f"Orders({one})/Items", item(shop)),
            processed(shop, one),
        ]
        words = "Conflict: Order expired and can no longer be updated"
        assert {(answer.status_code, answer.json()["Message"]) for answer in refused} == {(409, words)}
        assert read(shop, one) == before


def test_the_hours_count_from_creation_and_default_to_the_switch(shop: Vendor) -> None:
    def hours(document: dict[str, Any]) -> float:
        made_at, ends_at = (datetime.fromisoformat(document[key]) for key in ("CreatedDateUtc", "OrderExpiryDate"))
        return (ends_at - made_at) / timedelta(hours=1)

    shop.admin.switch(order_expiry_hours=5)
    there = made(shop, item(shop))
    assert (there["OrderExpiryHours"], hours(there)) == (5, 5.0)
    shop.admin.switch(order_expiry_hours=72)
    longer = call(shop, "PUT", f"Orders({there['Id']})", {**there, "OrderExpiryHours": 100}).json()
    assert (longer["OrderExpiryHours"], hours(longer)) == (100, 100.0)
    kept = {name: value for name, value in longer.items() if name != "OrderExpiryHours"}
    assert hours(call(shop, "PUT", f"Orders({there['Id']})", kept).json()) == 100.0
