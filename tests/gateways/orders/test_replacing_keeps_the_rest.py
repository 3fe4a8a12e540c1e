"""An order is replaced whole: whatever we do not mean to change must come back as it was read."""

from __future__ import annotations

import json
from decimal import Decimal, DecimalTuple
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replenisher.errors import RefusedError
from replenisher.gateways.orders.bodies import as_read, encoded, with_changes, with_lines
from replenisher.purchasing.customer_orders import ItemChange, ItemState, Parcel
from replenisher.purchasing.platform import RequestLine
from tests.gateways.saved import answer, saved

ITEM = "8592718e-bcca-468c-8009-38678929b693"
TOUCHED = {"itemstatusid", "itemstatus", "notes", "supplierreference", "trackinginformation", "serialnumbers"}
KNOWN = TOUCHED | {"id", "items", "itemtypeid", "quantity", "sku", "supplierentityid", "cost"}

TEXTS = st.text(max_size=8)
NUMBERS = st.integers(-(10**40), 10**40) | st.floats(allow_nan=False, allow_infinity=False)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)
UNKNOWN = st.dictionaries(
    TEXTS.filter(lambda name: not name.startswith("_") and name.casefold() not in KNOWN), VALUES, max_size=4
)


def exact(body: bytes) -> Any:
    """A document in which numbers are equal only with the same digits."""
    return json.loads(body, parse_float=_digits, parse_int=_digits)


def _digits(text: str) -> DecimalTuple:
    return Decimal(text).as_tuple()


def document(order: dict[str, Any], *items: dict[str, Any]) -> bytes:
    whole = json.loads(saved("customer_order_full.json"))
    (first, second) = whole["Items"]
    first, second = {**first, **items[0]}, {**second, **items[1]}
    return json.dumps({**whole, **order, "Items": [first, second]}).encode()


def sent(body: bytes, *changes: ItemChange) -> bytes:
    return encoded(with_changes(as_read(answer(body)), changes))


@settings(deadline=None)
@given(UNKNOWN, UNKNOWN, UNKNOWN)
def test_without_a_change_everything_comes_back_as_it_was(
    order: dict[str, Any], first: dict[str, Any], second: dict[str, Any]
) -> None:
    body = document(order, first, second)
    assert exact(sent(body)) == exact(body)
    assert list(exact(sent(body))) == list(exact(body))


@settings(deadline=None)
@given(UNKNOWN, UNKNOWN, UNKNOWN)
def test_a_change_touches_the_fields_that_it_names_and_no_other(
    order: dict[str, Any], first: dict[str, Any], second: dict[str, Any]
) -> None:
    body = document(order, first, second)
    change = ItemChange(ITEM, ItemState.SHIPPED, (Parcel("T1", 2),), ("S-1",), "packed", "F1")
    before, after = exact(body), exact(sent(body, change))
    assert {name: one for name, one in after.items() if name != "Items"} == {
        name: one for name, one in before.items() if name != "Items"
    }
    assert after["Items"][1] == before["Items"][1]
    assert list(after["Items"][0]) == list(before["Items"][0])
    differing = {name for name in before["Items"][0] if before["Items"][0][name] != after["Items"][0][name]}
    assert {name.casefold() for name in differing} == TOUCHED


@settings(deadline=None)
@given(UNKNOWN, UNKNOWN, UNKNOWN)
def test_a_line_that_is_set_touches_quantity_and_cost_and_no_other(
    order: dict[str, Any], first: dict[str, Any], second: dict[str, Any]
) -> None:
    body = document(order, first, second)
    wanted: dict[str, RequestLine | None] = {"00001": RequestLine("00001", 7, Decimal("1E-7"))}
    before, after = exact(body), exact(encoded(with_lines(as_read(answer(body)), wanted, "14107")))
    before["Items"][0] |= {"Quantity": _digits("7"), "Cost": _digits("0.0000001")}
    assert after == before


@pytest.mark.parametrize(
    "number",
    [
        "9.990",
        "0.0000001",
        "1E-7",
        "1E+20",
        "0.1234567890123456789012345678901234567890",
        "9223372036854775807",
        "9223372036854775808",
        "-9223372036854775809",
        "18446744073709551616",
        "123456789012345678901234567890",
        "-0.0",
    ],
)
def test_numbers_keep_each_digit_however_long(number: str) -> None:
    body = saved("customer_order_full.json").replace(b"12.99", number.encode())
    assert exact(sent(body)) == exact(body)


def test_names_keep_their_case_and_no_field_is_there_twice() -> None:
    whole = json.loads(saved("customer_order_full.json"))
    lower = {name.lower(): value for name, value in whole.items()}
    lower["items"] = [{name.upper(): value for name, value in one.items()} for one in whole["Items"]]
    after = json.loads(sent(json.dumps(lower).encode(), ItemChange(ITEM, ItemState.ORDERED, notes="packed")))
    assert list(after) == list(lower)
    assert [list(one) for one in after["items"]] == [list(one) for one in lower["items"]]
    assert (after["items"][0]["ITEMSTATUSID"], after["items"][0]["NOTES"]) == (4, "packed")


def test_what_an_item_had_no_field_for_is_added_under_the_documented_name() -> None:
    bare = {"Id": "x", "Items": [{"id": ITEM.upper(), "itemtypeid": 1}]}
    after = json.loads(sent(json.dumps(bare).encode(), ItemChange(ITEM, ItemState.SHIPPED, (Parcel("T1", 2),))))
    assert after["Items"][0] == {
        "id": ITEM.upper(),
        "itemtypeid": 1,
        "ItemStatusId": 7,
        "ItemStatus": "Shipped",
        "TrackingInformation": [{"Quantity": 2, "TrackingNumber": "T1"}],
    }


def test_an_order_as_hal_or_in_a_list_is_sent_back_as_itself_without_its_links() -> None:
    whole = json.loads(saved("customer_order_full.json"))
    linked = {**whole, "_links": {"self": {"href": "v1/x"}}}
    for shape in (whole, [whole], linked, [linked], {"_links": {}, "_embedded": {"self": [linked]}}):
        assert json.loads(sent(json.dumps(shape).encode())) == whole


def test_parcels_and_serials_that_are_there_stay_and_ours_are_added_once() -> None:
    body = saved("customer_order_full.json")
    parcels = (Parcel("1ttttn4421", 2), Parcel("T2", 1), Parcel("T2", 1))
    change = ItemChange(ITEM, ItemState.SHIPPED, parcels, ("ABC321", "n-1"))
    item = json.loads(sent(body, change))["Items"][0]
    assert item["TrackingInformation"] == [
        {"Quantity": 2, "TrackingNumber": "1ttttn4421"},
        {"Quantity": 1, "TrackingNumber": "T2"},
    ]
    assert item["SerialNumbers"] == ["abc321", "n-1"]
    again = json.loads(sent(json.dumps({**json.loads(body), "Items": [item]}).encode(), change))["Items"][0]
    assert again == item


def test_unknown_fields_of_parcels_of_others_stay() -> None:
    whole = json.loads(saved("customer_order_full.json"))
    whole["Items"][0]["TrackingInformation"] = [{"Carrier": "X", "Quantity": 1, "TrackingNumber": "theirs"}]
    change = ItemChange(ITEM, ItemState.SHIPPED, (Parcel("ours", 1),))
    told = json.loads(sent(json.dumps(whole).encode(), change))["Items"][0]["TrackingInformation"]
    assert told[0] == {"Carrier": "X", "Quantity": 1, "TrackingNumber": "theirs"}


def test_a_text_that_cannot_be_written_is_refused_rather_than_changed() -> None:
    body = saved("customer_order_full.json").replace(b"Dented corner", b"\\ud800 corner")
    with pytest.raises(RefusedError, match="cannot be written: surrogates not allowed; nothing was sent"):
        sent(body)


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity"])
def test_what_is_no_number_in_json_is_refused_rather_than_changed(number: str) -> None:
    body = saved("customer_order_full.json").replace(b"12.99", number.encode())
    with pytest.raises(RefusedError, match="cannot be written, for it is none in JSON; nothing was sent"):
        sent(body)


def test_what_is_nested_deeply_comes_back_too() -> None:
    body = saved("customer_order_full.json").replace(b"12.99", b"[" * 500 + b"]" * 500)
    assert exact(sent(body)) == exact(body)


def test_lines_are_set_or_taken_off_ours_only() -> None:
    whole = json.loads(saved("customer_order_full.json"))
    theirs = {**whole["Items"][0], "SupplierEntityId": 1}
    whole["Items"].append(theirs)
    read = as_read(answer(json.dumps(whole).encode()))
    left = json.loads(encoded(with_lines(read, {"00001": None}, "14107")))["Items"]
    assert left == [whole["Items"][1], theirs]
    kept = json.loads(encoded(with_lines(read, {"00002": RequestLine("00002", 9, None)}, "14107")))["Items"]
    assert kept == [whole["Items"][0], {**whole["Items"][1], "Quantity": 9}, theirs]
    with pytest.raises(RefusedError, match="the order has no item of SKU 77, 78; nothing was sent"):
        with_lines(read, {"78": None, "77": None}, "14107")


@pytest.mark.parametrize("name", ["TrackingInformation", "SerialNumbers"])
@pytest.mark.parametrize("odd", [5, "T0", {"Quantity": 1}, None, True])
def test_what_should_be_a_list_and_is_none_is_not_overwritten(name: str, odd: object) -> None:
    whole = json.loads(saved("customer_order_full.json"))
    whole["Items"][0] |= {"TrackingInformation": None, "SerialNumbers": None, name: odd}
    change = ItemChange(whole["Items"][0]["Id"].lower(), ItemState.SHIPPED, (Parcel("T1", 2),), ("n-1",))
    if odd is not None:
        with pytest.raises(RefusedError, match=f"{name} of item 00001 is no list; nothing was sent"):
            sent(json.dumps(whole).encode(), change)
        return
    item = json.loads(sent(json.dumps(whole).encode(), change))["Items"][0]
    assert item["TrackingInformation"] == [{"Quantity": 2, "TrackingNumber": "T1"}]
    assert item["SerialNumbers"] == ["n-1"]
