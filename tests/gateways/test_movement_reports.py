"""Sales, receipts, transfers and adjustments on saved replies with every documented slip."""

from __future__ import annotations

import json
from collections.abc import Callable

import pandas as pd
import pytest

from replenisher.errors import PlanningInputError, ReportRefusedError, UnavailableError
from replenisher.gateways.reports import ADJUSTMENTS, RECEIVING, SALES, TRANSFERS, ReportContract, make_frame
from replenisher.gateways.vendor_inventory.movements import parse_adjustments, parse_receiving, parse_sales
from replenisher.gateways.vendor_inventory.transfers import parse_transfers
from replenisher.planning.frames import check
from tests.gateways.saved import saved

Parse = Callable[[bytes, str], pd.DataFrame]
EACH = [
    (parse_sales, "sales.json", SALES),
    (parse_receiving, "receiving.json", RECEIVING),
    (parse_transfers, "transfers.json", TRANSFERS),
    (parse_adjustments, "adjustments.json", ADJUSTMENTS),
]


@pytest.mark.parametrize(("parse", "file", "contract"), EACH)
def test_each_report_keeps_its_contract_full_or_empty(parse: Parse, file: str, contract: ReportContract) -> None:
    for frame in (parse(saved(file), "31007"), parse(b"[]", "31007")):
        check(frame, contract.columns)
        assert [str(frame[name].dtype) for name in contract.moments] == ["datetime64[us]"] * len(contract.moments)


@pytest.mark.parametrize(("parse", "file", "contract"), EACH)
def test_a_document_listed_twice_counts_once(parse: Parse, file: str, contract: ReportContract) -> None:
    once = parse(saved(file), "31007")
    text = saved(file).decode().strip()
    twice = parse(f"[{text[1:-1]},{text[1:-1]}]".encode(), "31007")
    pd.testing.assert_frame_equal(once, twice)


@pytest.mark.parametrize(("parse", "file", "contract"), EACH)
def test_a_report_that_ends_early_is_a_failed_read(parse: Parse, file: str, contract: ReportContract) -> None:
    with pytest.raises(UnavailableError, match="31007"):
        parse(saved(file)[:-20], "31007")


@pytest.mark.parametrize(("parse", "file", "contract"), EACH)
@pytest.mark.parametrize("value", ['"many"', "null", "1.5", "NaN", "10000001"])
def test_a_quantity_that_is_none_refuses_the_report(
    parse: Parse, file: str, contract: ReportContract, value: str
) -> None:
    spoiled = saved(file).replace(b'"NA", "Quantity": ', f'"NA", "Quantity": {value}, "Was": '.encode())
    spoiled = spoiled.replace(b'null, "Quantity": 2', f'null, "Quantity": {value}'.encode())
    with pytest.raises(ReportRefusedError) as caught:
        parse(spoiled, "31007")
    assert caught.value.field.endswith("Quantity")
    assert "SKU NA" in caught.value.reason


@pytest.mark.parametrize(("parse", "file", "contract"), [each for each in EACH if each[2] is not TRANSFERS])
def test_a_document_of_another_location_refuses_the_report(parse: Parse, file: str, contract: ReportContract) -> None:
    with pytest.raises(ReportRefusedError, match="LocationId"):
        parse(saved(file), "31009")


def test_sales_tell_what_was_sold_refunded_and_exchanged() -> None:
    frame = parse_sales(saved("sales.json"), "31007")
    told = frame[["invoice_id", "line", "sku", "quantity", "action", "list_price"]].to_numpy().tolist()
    assert told == [
        ["31HARIN1001", 1, "00123", 1, "sold", 499_900],
        ["31HARIN1001", 2, "NA", 2, "sold", 50_000],
        ["31HARIN1002", 1, "00123", -1, "refunded", 499_999],
        ["31HARIN1002", 2, "00124", 1, "exchanged", 0],
        ["31HARIN1002", 3, "00125", 1, "layaway", 15_000],
    ]
    assert frame["original_invoice_id"].tolist() == ["", "", *["31HARIN1001"] * 3]
    assert frame["serial_number"].tolist() == ["356938035643809", "", "", "", ""]


def test_times_are_kept_as_the_wall_clock_wrote_them() -> None:
    sold_at = parse_sales(saved("sales.json"), "31007")["sold_at"]
    assert sold_at[0] == pd.Timestamp("2024-05-22T14:02:41.207")
    assert sold_at[2] == pd.Timestamp("2024-05-23T09:15:00.123456")
    adjusted_at = parse_adjustments(saved("adjustments.json"), "31007")["adjusted_at"]
    assert adjusted_at[0] == pd.Timestamp("2024-05-06T14:40:33.283")


def test_a_price_with_finer_digits_than_we_keep_refuses_the_sales() -> None:
    with pytest.raises(ReportRefusedError, match="ListPrice"):
        parse_sales(saved("sales.json").replace(b"49.9999", b"49.99999"), "31007")


def test_a_date_that_is_none_refuses_the_report() -> None:
    with pytest.raises(ReportRefusedError, match="InvoiceDate"):
        parse_sales(saved("sales.json").replace(b"2024-05-22T", b"22/05/2024 "), "31007")


def test_receipts_carry_order_serial_numbers_and_either_spelling_of_the_date() -> None:
    frame = parse_receiving(saved("receiving.json"), "31007")
    assert frame["platform_order_id"].tolist() == [*["9b2e1c70-6e5d-4d52-8b39-6a1f0e2d7c11"] * 2, ""]
    assert frame["serial_numbers"].tolist() == ["356938035643809 490154203237518", "", ""]
    assert frame["received_at"].isna().tolist() == [False, False, True]


def test_a_receipt_without_a_date_has_none() -> None:
    undated = saved("receiving.json").replace(b'"DateReceived"', b'"Other"')
    assert parse_receiving(undated, "31007")["received_at"].isna().all()


def test_two_documents_with_one_id_number_their_lines_on() -> None:
    documents = json.loads(saved("adjustments.json"))
    later = documents[0] | {"AdjustmentDate": "2024-05-07T00:00:00"}
    frame = parse_adjustments(json.dumps([*documents, later]).encode(), "31007")
    assert frame["line"].tolist() == [1, 2, 3, 4]


def test_the_second_sending_location_of_a_transfer_is_the_receiving_one() -> None:
    frame = parse_transfers(saved("transfers.json"), "31007")
    assert frame[["from_location", "to_location"]].to_numpy().tolist() == [["31007", "31008"]] * 2
    assert frame[["line", "sku", "quantity", "shipped", "received"]].to_numpy().tolist() == [
        [1, "00123", 3, 3, 2],
        [2, "NA", 5, 0, 0],
    ]
    assert frame.loc[0, "shipped_at"] == pd.Timestamp("2024-05-28")
    assert frame.loc[0, "received_at"] == pd.Timestamp("2024-05-29")
    assert frame["committed"].tolist() == [True, True]


def test_a_single_transfer_without_an_array_is_read_too() -> None:
    frame = parse_transfers(saved("transfer_single.json"), "31007")
    told = frame[["transfer_id", "from_location", "to_location", "committed"]].to_numpy().tolist()
    assert told == [["31HARTR334", "31007", "31009", False]]


def test_a_transfer_that_names_one_location_once_has_no_receiver() -> None:
    document = json.loads(saved("transfer_single.json"))
    del document["ShipToLocationId"]
    assert parse_transfers(json.dumps([document]).encode(), "31007")["to_location"].tolist() == [""]


def test_adjustments_take_one_serial_number_or_several() -> None:
    frame = parse_adjustments(saved("adjustments.json"), "31007")
    assert frame["serial_numbers"].tolist() == ["356938035643809", "A1 B2"]
    assert frame[["quantity", "reason", "reason_id"]].to_numpy().tolist() == [
        [-1, "Unexplained Shrinkage", ""],
        [2, "Found", "14"],
    ]


def test_columns_that_no_contract_names_are_a_fault_of_the_program() -> None:
    with pytest.raises(PlanningInputError, match="sales report"):
        make_frame(SALES, {"sku": ["a"]})
