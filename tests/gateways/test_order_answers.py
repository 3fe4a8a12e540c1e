"""Answers about purchase orders, companies and locations, on saved replies."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from replenisher.errors import UnavailableError
from replenisher.gateways.vendor_inventory.orders import parse_creation_status, parse_list, parse_order, status_of
from replenisher.gateways.vendor_inventory.places import parse_companies, parse_locations
from replenisher.purchasing.platform import Company, Location, PlatformLine, PlatformStatus
from tests.gateways.saved import answer, saved

ORDER = "9b2e1c70-6e5d-4d52-8b39-6a1f0e2d7c11"


def test_companies_and_locations_are_read_in_our_words() -> None:
    assert parse_companies(answer(saved("companies.json"))) == [
        Company("20417", "Prairie Wireless"),
        Company("20418", "Lakeside Mobile"),
    ]
    harbour, airport = parse_locations(answer(saved("locations.json")), "20417")
    assert harbour == Location(
        company="20417",
        id="31007",
        name="Harbour",
        bill_to="31001",
        ship_to="31007",
        address="12 Quay Rd.",
        city="Gimli",
        region="MB",
        postal_code="R0C1B0",
        country="Canada",
        phone_number="2045550142",
    )
    assert (airport.bill_to, airport.ship_to, airport.city) == ("31008", "31008", "")


@pytest.mark.parametrize("body", [b"", b"{}", b"[{}]", b'[{"Id": "x"}]', b'[{"Id": -5}]', b'[{"LocationId": 0}]'])
def test_a_list_of_places_that_cannot_be_read_is_a_failed_read(body: bytes) -> None:
    with pytest.raises(UnavailableError):
        parse_companies(answer(body))
    with pytest.raises(UnavailableError):
        parse_locations(answer(body), "20417")


@pytest.mark.parametrize(
    ("words", "meaning"),
    [
        (("pending", "Pending"), PlatformStatus.PENDING),
        (("committed", "Committed"), PlatformStatus.COMMITTED),
        (
            ("partially received", "PartiallyReceived", "PARTIALLY_RECEIVED", "partially-received"),
            PlatformStatus.PARTLY_RECEIVED,
        ),
        (("complete", "Completed", " completed "), PlatformStatus.COMPLETE),
        (("Failed", "error", "Rejected"), PlatformStatus.FAILED),
        (("OnTheMoon", "", None, 3, ["pending"]), PlatformStatus.UNKNOWN),
    ],
)
def test_status_words_mean_the_same_in_every_spelling(words: tuple[object, ...], meaning: PlatformStatus) -> None:
    assert {status_of(word) for word in words} == {meaning}


@pytest.mark.parametrize("body", [b'{"Status": "Pending"}', b'{"status": "pending", "x": 1}', b'"Pending"'])
def test_the_creations_status_is_read_from_an_object_or_a_bare_word(body: bytes) -> None:
    assert parse_creation_status(answer(body)) is PlatformStatus.PENDING


def test_the_list_of_orders_names_each_once_in_either_spelling() -> None:
    found = parse_list(answer(saved("order_list.json")))
    assert [(one.vendor_invoice_number, one.status, one.raw_status) for one in found] == [
        ("R7K2M9", PlatformStatus.COMPLETE, "Completed"),
        ("R7K2MA", PlatformStatus.PARTLY_RECEIVED, "partially received"),
        ("", PlatformStatus.UNKNOWN, "OnTheMoon"),
    ]
    assert found[0].platform_order_id == ORDER


@pytest.mark.parametrize("body", [b"", b"{}", b"[", b"[{}]", b"[null]", b'[{"PurchaseOrderGuid": "17"}]'])
def test_a_list_with_anything_unreadable_is_not_used_at_all(body: bytes) -> None:
    with pytest.raises(UnavailableError, match="list of orders"):
        parse_list(answer(body))


def test_an_order_is_read_with_quantities_as_numbers_or_text() -> None:
    order = parse_order(answer(saved("order.json")), ORDER.upper())
    assert (order.platform_order_id, order.vendor_invoice_number) == (ORDER, "R7K2M9")
    assert (order.status, order.raw_status) == (PlatformStatus.PARTLY_RECEIVED, "Partially_Received")
    assert order.lines == (
        PlatformLine("00123", 6, 2, Decimal("9.99"), ("356938035643809", "490154203237518")),
        PlatformLine("NA", 5, 0, None, ()),
    )


def test_a_single_order_in_an_array_is_read_too() -> None:
    assert parse_order(answer(b"[" + saved("order.json") + b"]"), ORDER).lines[0].sku == "00123"


def test_an_order_without_lines_is_read_and_one_without_a_list_of_lines_is_not() -> None:
    document = json.loads(saved("order.json")) | {"Products": []}
    assert parse_order(answer(json.dumps(document).encode()), ORDER).lines == ()
    del document["Products"]
    with pytest.raises(UnavailableError):
        parse_order(answer(json.dumps(document).encode()), ORDER)


def test_an_answer_about_another_order_is_not_used() -> None:
    with pytest.raises(UnavailableError, match="expected order"):
        parse_order(answer(saved("order.json")), "0c0a1f3e-2b1d-4f6a-9a77-5d2c8e9f1a22")


@pytest.mark.parametrize("quantity", ["1.5", '"six"', "null", "-1", "true", "NaN", "1e9", "[]", '"1e999999"'])
def test_a_line_whose_quantity_is_none_makes_the_order_unreadable(quantity: str) -> None:
    body = saved("order.json").replace(b'"QuantityReceived": 2', f'"QuantityReceived": {quantity}'.encode())
    with pytest.raises(UnavailableError, match="quantityreceived of SKU 00123"):
        parse_order(answer(body), ORDER)


@pytest.mark.parametrize(
    "change", [(b'"VendorSku": "NA"', b'"VendorSku": ""'), (b"9.99", b'"cheap"'), (b"null}", b"7}")]
)
def test_a_line_that_cannot_be_read_makes_the_order_unreadable(change: tuple[bytes, bytes]) -> None:
    with pytest.raises(UnavailableError):
        parse_order(answer(saved("order.json").replace(*change)), ORDER)
