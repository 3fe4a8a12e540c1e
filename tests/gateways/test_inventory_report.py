"""The inventory report: what is kept exactly, what is forgiven, and what refuses a location."""

from __future__ import annotations

import json
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from replenisher.errors import ReportRefusedError, UnavailableError
from replenisher.gateways.vendor_inventory.inventory import parse_inventory, to_ten_thousandths
from replenisher.planning.frames import INVENTORY, LARGEST_QUANTITY, check
from tests.gateways.saved import saved

NEEDED = [
    "VendorSku",
    "MaximumLevel",
    "MinimumLevel",
    "DoNotOrder",
    "QuantityInStock",
    "QuantityOnOrder",
    "QuantityTransferIn",
    "QuantityTransferOut",
    "QuantityOnUncommittedOrder",
    "QuantityCommittedOnOrderEntry",
    "QuantityOnBackorder",
]
QUANTITIES = [name for name in NEEDED if name.startswith("Quantity")]
OPTIONAL = ["CategoryPath", "RetailPrice", "QuantitySold", "MinMaxLocked", "LocationId"]


def a_row(**changes: Any) -> dict[str, Any]:
    row: dict[str, Any] = json.loads(saved("inventory.json"))[0]
    return row | changes


def parse(*rows: dict[str, Any]) -> pd.DataFrame:
    return parse_inventory(json.dumps(list(rows)).encode(), "31007")


def refusal(*rows: dict[str, Any]) -> ReportRefusedError:
    with pytest.raises(ReportRefusedError) as caught:
        parse(*rows)
    assert (caught.value.location, caught.value.report) == ("31007", "inventory")
    return caught.value


def test_each_field_of_the_report_reaches_its_own_column() -> None:
    frame = check(parse_inventory(saved("inventory.json"), "31007"), INVENTORY)
    assert frame.iloc[0].to_dict() == {
        "location": "31007",
        "sku": "00123",
        "category": " >> Phones >> Cases",
        "reorder_point": 4,
        "order_up_to_level": 12,
        "levels_locked": True,
        "do_not_order": False,
        "on_hand": -2,
        "on_order": 3,
        "on_uncommitted_order": 6,
        "backordered": 9,
        "transfer_in": 1,
        "transfer_out": 5,
        "allocated": 8,
        "sold": 7,
        "retail_price": 499_900,
    }


def test_skus_are_kept_letter_by_letter() -> None:
    frame = parse_inventory(saved("inventory.json"), "31007")
    assert frame["sku"].tolist() == ["00123", "NA", " Étui «Größe 5» "]


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1))
def test_any_text_is_a_sku_and_survives(sku: str) -> None:
    assert parse(a_row(VendorSku=sku))["sku"].tolist() == [sku]


@pytest.mark.parametrize("field", OPTIONAL)
def test_a_field_that_planning_can_do_without_may_be_missing_or_null(field: str) -> None:
    without = a_row()
    del without[field]
    check(parse(without), INVENTORY)
    check(parse(a_row(**{field: None})), INVENTORY)


@pytest.mark.parametrize("field", NEEDED)
def test_a_missing_needed_field_refuses_the_report_and_names_field_and_sku(field: str) -> None:
    row = a_row()
    del row[field]
    error = refusal(a_row(VendorSku="first"), row)
    assert (error.field, "is missing" in error.reason) == (field, True)
    assert field == "VendorSku" or "00123" in error.reason


@pytest.mark.parametrize("field", NEEDED)
@pytest.mark.parametrize("value", [None, [], {}, "many", float("nan"), float("inf"), 1.5])
def test_a_mistyped_needed_field_refuses_the_report(field: str, value: object) -> None:
    if field == "VendorSku" and value == "many":
        value = 7
    error = refusal(a_row(VendorSku="first"), a_row(**{field: value}))
    assert error.field == field


@pytest.mark.parametrize("field", QUANTITIES)
def test_a_quantity_beyond_all_reason_refuses_the_report_and_the_largest_is_accepted(field: str) -> None:
    assert refusal(a_row(**{field: LARGEST_QUANTITY + 1})).field == field
    check(parse(a_row(**{field: LARGEST_QUANTITY})), INVENTORY)


@pytest.mark.parametrize("field", [name for name in QUANTITIES if name != "QuantityInStock"] + ["MinimumLevel"])
def test_only_stock_on_hand_may_be_negative(field: str) -> None:
    assert refusal(a_row(**{field: -1})).field == field
    assert parse(a_row(QuantityInStock=-1))["on_hand"].tolist() == [-1]


def test_a_whole_number_written_with_a_decimal_point_is_accepted() -> None:
    frame = check(parse(a_row(QuantityInStock=5.0, RetailPrice=5.0)), INVENTORY)
    assert frame.loc[0, ["on_hand", "retail_price"]].tolist() == [5, 50_000]


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "9.99", -0.01, True])
def test_a_price_that_is_no_price_refuses_the_report(value: object) -> None:
    assert refusal(a_row(RetailPrice=value)).field == "RetailPrice"


def test_nan_is_named_as_what_it_is() -> None:
    error = refusal(a_row(QuantityInStock=float("nan")))
    assert str(error) == "location 31007, inventory report, field QuantityInStock: nan is not a number (SKU 00123)"


def test_a_repeated_identical_row_counts_once_and_is_counted() -> None:
    frame = parse(a_row(), a_row(VendorSku="other"), a_row(), a_row())
    assert frame["sku"].tolist() == ["00123", "other"]
    assert frame.attrs == {"repeated_rows": 2}


def test_two_different_rows_of_one_sku_refuse_the_report() -> None:
    error = refusal(a_row(), a_row(QuantityInStock=3))
    assert "two rows that differ (SKU 00123)" in error.reason


@pytest.mark.parametrize("location", [31008, "31008"])
def test_a_row_of_another_location_refuses_the_report(location: object) -> None:
    assert refusal(a_row(), a_row(VendorSku="x", LocationId=location)).field == "LocationId"


def test_a_location_written_as_text_is_the_same_location() -> None:
    assert len(parse(a_row(LocationId="31007"))) == 1


@pytest.mark.parametrize("sku", ["", "a\0b", "\ud83d"])
def test_a_sku_that_no_database_can_keep_refuses_the_report(sku: str) -> None:
    assert refusal(a_row(VendorSku=sku)).field == "VendorSku"


def test_an_empty_report_is_an_empty_frame() -> None:
    assert len(check(parse_inventory(b"[]", "31007"), INVENTORY)) == 0


@pytest.mark.parametrize("body", [b"{}", b"null", b"7", b'"x"', b"[null]", b"[[]]"])
def test_a_report_that_is_no_list_of_rows_is_refused(body: bytes) -> None:
    with pytest.raises(ReportRefusedError):
        parse_inventory(body, "31007")


@pytest.mark.parametrize("body", [b"", b"[", b'[{"VendorSku":"0', b"<html>", b"[" * 100_000, b'[{"VendorSku":"\xff"}]'])
def test_a_damaged_document_is_a_failed_read_not_a_refused_report(body: bytes) -> None:
    with pytest.raises(UnavailableError, match="inventory of location 31007"):
        parse_inventory(body, "31007")


@given(st.integers(min_value=1, max_value=len(saved("inventory.json")) - 3))
def test_no_truncated_report_is_ever_used(length: int) -> None:
    with pytest.raises(UnavailableError):
        parse_inventory(saved("inventory.json")[:length], "31007")


def test_prices_round_half_up_to_ten_thousandths() -> None:
    assert to_ten_thousandths([0.0, 9.99, 899.99, 0.00005, 1.00005, 1.00004]).tolist() == [
        0,
        99900,
        8999900,
        1,
        10001,
        10000,
    ]
