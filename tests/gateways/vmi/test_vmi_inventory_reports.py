"""Inventory reports over SOAP: the contract's frame, sentinels, end of life, and neighbours that stay whole."""

from __future__ import annotations

from datetime import date

import pytest

from replenisher.errors import ReportRefusedError
from replenisher.gateways.soap.packaged import described_types
from replenisher.gateways.soap.rows import UnreadableRowError
from replenisher.gateways.vmi.inventory import area_report, product_report, store_report
from replenisher.planning.frames import INVENTORY, check
from tests.gateways.soap.envelopes_of import reply

TODAY = date(2026, 12, 1)
COMPANY = "c46ccb4d-2d44-4289-950a-b9cb51d58ac4"
BLANK = {"int": "-1", "decimal": "0", "boolean": "false", "guid": "00000000-0000-0000-0000-000000000000"}
QUANTITIES = {
    "QuantityInStock": "8",
    "QuantityOnOrder": "6",
    "QuantityOnUncommittedOrder": "2",
    "QuantityOnBackOrder": "0",
    "QuantityTransferIn": "1",
    "QuantityTransferOut": "3",
    "QuantityCommittedOnOrderEntry": "4",
}


def product(sku: str, kind: str = "ProductInformation", **changes: str | None) -> str:
    """A row in the wire's order; a change of None leaves the element out."""
    given = {"VendorSKU": sku, "RetailPrice": "99.99", **QUANTITIES, **changes}
    cells = [
        f"<{name}>{given.get(name, BLANK.get(type_, ''))}</{name}>"
        for name, type_ in described_types("vmi")[kind].items()
        if given.get(name, "") is not None
    ]
    return f"<{kind}>{''.join(cells)}</{kind}>"


def of_store(sku: str, store: str, **changes: str | None) -> str:
    return product(sku, "ProductAndStoreInformation", StoreID=store, **changes)


def test_a_report_becomes_the_contracts_frame() -> None:
    levels = {"MinimumLevel": "10", "MaximumLevel": "100", "MinMaxLocked": "true", "QuantitySold": "30"}
    answer = reply(
        "GetInventoryReport",
        product("00123", CategoryPath="A &gt;&gt; B", QuantityOnLoan="5", QuantityOnRMA="9", **levels),
    )
    frame = check(store_report(answer, "36", TODAY), INVENTORY)
    assert frame.iloc[0].to_dict() == {
        "location": "36",
        "sku": "00123",
        "category": "A >> B",
        "reorder_point": 10,
        "order_up_to_level": 100,
        "levels_locked": True,
        "do_not_order": False,
        "on_hand": 8,
        "on_order": 6,
        "on_uncommitted_order": 2,
        "backordered": 0,
        "transfer_in": 1,
        "transfer_out": 3,
        "allocated": 4,
        "sold": 30,
        "retail_price": 999_900,
        "on_loan": 5,
        "on_return": 9,
    }


def test_levels_of_minus_one_mean_that_none_are_set() -> None:
    frame = store_report(reply("GetInventoryReport", product("A")), "36", TODAY)
    assert frame[["reorder_point", "order_up_to_level", "sold", "on_loan"]].iloc[0].tolist() == [0, 0, 0, 0]


def test_an_empty_report_is_an_empty_frame_of_the_contract() -> None:
    frame = check(store_report(reply("GetInventoryReport", ""), "36", TODAY), INVENTORY)
    assert len(frame) == 0


@pytest.mark.parametrize("field", [*QUANTITIES, "DoNotOrder", "VendorSKU"])
@pytest.mark.parametrize("written", [None, "", "-1"])
def test_a_needed_quantity_that_is_missing_refuses_the_report(field: str, written: str | None) -> None:
    if written == "-1" and field in {"DoNotOrder", "VendorSKU", "QuantityInStock"}:
        written = ""
    with pytest.raises(UnreadableRowError) as caught:
        store_report(reply("GetInventoryReport", product("A", **{field: written})), "36", TODAY)
    assert caught.value.field == field


def test_stock_below_zero_is_read_as_it_is() -> None:
    for written in ("-2", "-1"):
        frame = store_report(reply("GetInventoryReport", product("A", QuantityInStock=written)), "36", TODAY)
        assert frame["on_hand"].tolist() == [int(written)]


def test_a_row_whose_quantities_were_not_computed_refuses_the_report() -> None:
    nothing = dict.fromkeys(QUANTITIES, "-1")
    with pytest.raises(UnreadableRowError, match="QuantityOnOrder: was not supplied"):
        store_report(reply("GetInventoryReport", product("A", **nothing)), "36", TODAY)


@pytest.mark.parametrize(
    ("end_of_life", "excluded"),
    [("2026-12-01T00:00:00", True), ("2026-12-02T00:00:00", False), ("11/30/2026 12:00:00 AM", True), ("", False)],
)
def test_a_product_at_its_end_of_life_is_not_ordered(end_of_life: str, *, excluded: bool) -> None:
    frame = store_report(reply("GetInventoryReport", product("A", DateEOL=end_of_life)), "36", TODAY)
    assert frame["do_not_order"].tolist() == [excluded]


def test_a_row_repeated_exactly_counts_once_and_two_that_differ_refuse_the_report() -> None:
    assert len(store_report(reply("GetInventoryReport", product("A") * 2 + product("B")), "36", TODAY)) == 2
    with pytest.raises(UnreadableRowError, match="two rows that differ"):
        store_report(reply("GetInventoryReport", product("A") + product("A", QuantityInStock="9")), "36", TODAY)


def test_a_shared_report_is_split_by_store_and_only_wanted_ones_are_taken() -> None:
    rows = of_store("A", "36") + of_store("A", "37", QuantityInStock="5") + of_store("B", "36") + of_store("A", "38")
    read = area_report(reply("GetGeographicInventoryReport", rows), COMPANY, ["37", "36", "99"], TODAY)
    assert {location: list(frame["sku"]) for location, frame in read.items()} == {  # type: ignore[index]
        "37": ["A"],
        "36": ["A", "B"],
        "99": [],
    }
    assert all((frame["location"] == location).all() for location, frame in read.items())  # type: ignore[index]


def test_a_bad_row_refuses_its_own_store_and_never_the_neighbours() -> None:
    rows = of_store("A", "36", QuantityInStock="") + of_store("A", "37")
    read = area_report(reply("GetGeographicInventoryReport", rows), COMPANY, ["36", "37"], TODAY)
    refused = read["36"]
    assert isinstance(refused, ReportRefusedError)
    assert (refused.location, refused.field) == ("36", "QuantityInStock")
    for told in ("VendorSKU A", "GetGeographicInventoryReport", COMPANY):
        assert told in str(refused)
    assert not isinstance(read["37"], ReportRefusedError)
    assert len(read["37"]) == 1


def test_a_row_without_a_store_refuses_the_whole_shared_report() -> None:
    with pytest.raises(UnreadableRowError, match="StoreID"):
        area_report(
            reply("GetGeographicInventoryReport", of_store("A", "36") + of_store("B", "")), COMPANY, ["36"], TODAY
        )


def test_one_products_report_may_name_its_store_or_not() -> None:
    for rows in (product("A"), of_store("A", "36") + of_store("A", "37")):
        frame = product_report(reply("GetInventoryReportByVendorSku", rows), "36", TODAY)
        assert frame["sku"].tolist() == ["A"]
