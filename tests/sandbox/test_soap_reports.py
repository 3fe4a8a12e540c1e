"""The SOAP reports agree with the REST reports of the same ledger, and with each other."""

from __future__ import annotations

import re
from collections import Counter
from datetime import datetime
from random import Random
from typing import Any

import pytest

from tests.sandbox.running import vendor
from tests.sandbox.soaping import ZERO_GUID, Soap, fault, row_of, rows, text, tree

AGREEING = {
    "CategoryPath": "CategoryPath",
    "MaximumLevel": "MaximumLevel",
    "MinimumLevel": "MinimumLevel",
    "QuantityInStock": "QuantityInStock",
    "QuantityOnOrder": "QuantityOnOrder",
    "QuantityTransferIn": "QuantityTransferIn",
    "QuantityTransferOut": "QuantityTransferOut",
    "QuantitySold": "QuantitySold",
    "QuantityOnUncommittedOrder": "QuantityOnUncommittedOrder",
    "QuantityCommittedOnOrderEntry": "QuantityCommittedOnOrderEntry",
    "QuantityOnBackOrder": "QuantityOnBackorder",
    "MinMaxLocked": "MinMaxLocked",
    "DoNotOrder": "DoNotOrder",
}
"""SOAP's element and the REST field that says the same."""


def _as_text(entry: Any) -> str:
    return str(entry).lower() if isinstance(entry, bool) else str(entry)


def _check_agreement(soap: Soap, position: int) -> None:
    location = soap.ready["companies"][0]["locations"][position]
    over_rest = soap.vendor.inventory(location)
    over_soap = soap.inventory(storeId=soap.stores[position])
    assert list(over_soap) == list(over_rest)
    for sku, row in over_rest.items():
        for element, name in AGREEING.items():
            assert over_soap[sku][element] == _as_text(row[name]), (sku, element)
        assert float(over_soap[sku]["RetailPrice"]) == row["RetailPrice"]
        assert over_soap[sku]["StoreID"] == str(soap.stores[position])


def _units(report: list[dict[str, Any]], sku: str, quantity: str) -> Counter[str]:
    units: Counter[str] = Counter()
    for row in report:
        units[row[sku]] += int(row[quantity])
    return units


def _check_identity(soap: Soap, position: int) -> None:
    """Opening + received - sold + returned + adjusted + transferred in - out explains every row's stock."""
    location = soap.ready["companies"][0]["locations"][position]
    named = {**soap.levels(storeId=soap.stores[position]), **soap.dates(400)}
    identity = soap.vmi_identity(Client={"StoreID": soap.stores[position]})
    sales = rows(
        soap.vmi(
            "GetProductSalesReport", **soap.dates(400, "startDate", "endDate"), **soap.levels(**_one(soap, position))
        ),
        "ProductSalesReportData",
    )
    stock = Counter(
        {sku: row["opening"] for sku, row in soap.vendor.admin.state(location)["locations"][0]["rows"].items()}
    )
    received = rows(soap.vmi("GetReceivingInfo", identity, **soap.dates(400)), "ReceivingInfo")
    adjusted = rows(soap.vmi("GetAdjustmentReport", **named), "Adjustment")
    moved = rows(soap.vmi("GetTransferCounts", **named), "TransferCount")
    stock.update(_units(received, "VendorSKU", "Quantity"))
    stock.update(_units(adjusted, "VendorSku", "Quantity"))
    stock.update(_units(moved, "VendorSku", "ReceivedIn"))
    stock.subtract(_units(moved, "VendorSku", "ShippedOut"))
    stock.subtract(_units([row for row in sales if row["Refund"] == "false"], "VendorSKU", "Quantity"))
    stock.update(_units([row for row in sales if row["Refund"] == "true"], "VendorSKU", "Quantity"))
    told = {sku: int(row["QuantityInStock"]) for sku, row in soap.inventory(**_one(soap, position)).items()}
    assert told == {sku: stock[sku] for sku in told}
    assert {row["StoreID"] for row in sales} == {str(soap.stores[position])}


def _one(soap: Soap, position: int) -> dict[str, int]:
    return {"storeId": soap.stores[position]}


@pytest.mark.parametrize("seed", [3, 4, 5, 6])
def test_in_random_worlds_stock_over_soap_is_stock_over_rest_and_explained_by_the_soap_reports(seed: int) -> None:
    random = Random(seed)  # noqa: S311  # a fixed sequence is what the test wants
    busy = ("--partial-share", "0.5", "--transfers-per-day", "0.9", "--refund-share", "0.4", "--daily-sales", "0.8")
    exchange = random.choice(("handed_out", "swap"))
    switched = ("--exchange-line", exchange, "--quantity-sold", random.choice(("net", "gross")))
    with vendor("--seed", str(seed), "--history-days", "5", *busy, *switched) as shop:
        soap = Soap(shop)
        skus = list(shop.inventory())
        for step in range(4):
            products = [
                {"VendorSKU": sku, "QuantityOrdered": random.randint(1, 30)} for sku in random.sample(skus, k=3)
            ]
            soap.created(f"WORLD-{step}", random.choice(("vmi", "cmi")), products=products)
            draft = soap.order(f"DRAFT-{step}", products=products[:1])
            assert soap.vmi("CreateUncommittedPurchaseOrder", purchaseOrder=draft).status_code == 200
            shop.admin.advance(random.randint(1, 3))
            shop.sign_in()
            for position in range(2):
                _check_agreement(soap, position)
                _check_identity(soap, position)


def test_net_sales_are_gross_sales_less_what_came_back(soap: Soap) -> None:
    sold = Counter[str]()
    report = soap.vmi("GetProductSalesReport", **soap.dates(40, "startDate", "endDate"), **soap.levels())
    for row in rows(report, "ProductSalesReportData"):
        sold[row["VendorSKU"]] += int(row["Quantity"]) * (-1 if row["Refund"] == "true" else 1)
    for sku, row in soap.inventory().items():
        net, gross, returned = (
            int(row[name]) for name in ("QuantitySold", "GrossQuantitySold", "GrossQuantityReturned")
        )
        assert net == gross - returned == sold[sku]


@pytest.mark.parametrize("service", ["vmi", "cmi"])
def test_dates_in_answers_are_iso_where_the_wsdl_says_datetime_and_text_elsewhere(soap: Soap, service: str) -> None:
    asked = {**soap.dates(40, "startDate", "endDate"), **soap.levels()}
    sold = rows(soap.call(service, "GetProductSalesReport", **asked), "ProductSalesReportData")[0]
    assert datetime.fromisoformat(sold["SoldOn"]).year >= 2020
    received = rows(soap.call(service, "GetReceivingInfo", **soap.dates()), "ReceivingInfo")[0]
    assert re.fullmatch(r"\d{1,2}/\d{1,2}/\d{4} \d{1,2}:\d\d:\d\d [AP]M", received["DateReceived"])


def test_the_personality_of_the_documents_is_alphabetical_and_writes_dates_as_people_do(soap: Soap) -> None:
    soap.vendor.admin.switch(soap_personality="docs")
    asked = {**soap.dates(40, "startDate", "endDate"), **soap.levels()}
    answer = soap.cmi("GetProductSalesReport", **asked)
    row = rows(answer, "ProductSalesReportData")[0]
    assert list(row) == sorted(row)
    assert re.fullmatch(r"\d{1,2}/\d{1,2}/\d{4} \d{1,2}:\d\d:\d\d [AP]M", row["SoldOn"])
    first = rows(soap.cmi("GetStoreList"), "StoreInformation")[0]
    assert list(first) == sorted(first)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"EndDate": "01/01/2001"}, "before the start date"),
        ({"StartDate": "2016-01-01"}, "not recognized as a valid DateTime"),
        ({"StartDate": "02/30/2016"}, "not recognized as a valid DateTime"),
        ({"StartDate": ""}, "not recognized as a valid DateTime"),
    ],
)
def test_a_report_over_dates_that_are_none_is_a_fault(soap: Soap, changes: dict[str, str], says: str) -> None:
    assert says in fault(soap.vmi("GetReceivingInfo", **{**soap.dates(), **changes}))[1]


def test_a_report_of_one_day_covers_the_whole_day_unless_the_switch_says_otherwise(soap: Soap) -> None:
    soap.vendor.admin.advance(1)
    soap.vendor.sign_in()
    day = soap.dates(1)
    asked = {"startDate": day["StartDate"], "endDate": day["StartDate"], **soap.levels()}
    assert rows(soap.vmi("GetProductSalesReport", **asked), "ProductSalesReportData") != []
    soap.vendor.admin.switch(date_end="exclusive")
    assert rows(soap.vmi("GetProductSalesReport", **asked), "ProductSalesReportData") == []


def test_the_hierarchy_counts_every_store_at_every_level_and_each_level_can_be_asked(soap: Soap) -> None:
    channel = _channel(soap)
    assert channel["StoreCount"] == "2"
    stores = 0
    for region in channel["Regions"]:
        inside = soap.vmi("GetGeographicInventoryReport", **soap.levels(regionId=region["RegionID"]), **soap.dates())
        found = {row["StoreID"] for row in rows(inside, "ProductAndStoreInformation")}
        assert len(found) == int(region["StoreCount"])
        stores += len(found)
    assert stores == 2
    everything = soap.vmi("GetGeographicInventoryReport", **soap.levels(channelId=channel["ChannelID"]), **soap.dates())
    assert len(rows(everything, "ProductAndStoreInformation")) == 80
    district = rows(everything, "ProductAndStoreInformation")[0]["DistrictID"]
    answer = soap.vmi("GetGeographicInventoryReport", **soap.levels(districtId=district), **soap.dates())
    assert {row["DistrictID"] for row in rows(answer, "ProductAndStoreInformation")} == {district}


def _channel(soap: Soap) -> dict[str, Any]:
    answer = soap.vmi("GetHierarchyInfo")
    node = next(node for node in tree(answer).iter() if node.tag.endswith("}Channel"))
    return row_of(node)


def test_a_default_channel_has_the_zero_guid_and_forces_the_next_level(soap: Soap) -> None:
    soap.vendor.admin.switch(default_channel="zero")
    channel = _channel(soap)
    assert channel["ChannelID"] == ZERO_GUID
    asked = soap.vmi("GetGeographicInventoryReport", **soap.levels(channelId=ZERO_GUID), **soap.dates())
    assert "One of channelId, regionId, districtId or storeId must be supplied" in fault(asked)[1]
    region = channel["Regions"][0]["RegionID"]
    asked = soap.vmi("GetGeographicInventoryReport", **soap.levels(regionId=region), **soap.dates())
    assert rows(asked, "ProductAndStoreInformation")[0]["ChannelID"] == ZERO_GUID


def test_the_updated_list_tells_only_what_changed_since_it_or_the_full_list_was_asked(soap: Soap) -> None:
    assert len(rows(soap.vmi("GetInventoryList"), "ProductInformation")) == 40
    assert rows(soap.vmi("GetUpdatedInventoryList"), "ProductInformation") == []
    soap.vendor.admin.set_stock(soap.vendor.location, "NA", in_stock=77)
    changed = rows(soap.vmi("GetUpdatedInventoryList"), "ProductInformation")
    assert [(row["VendorSKU"], row["QuantityInStock"]) for row in changed] == [("NA", "77")]
    assert rows(soap.vmi("GetUpdatedInventoryList"), "ProductInformation") == []
    other = soap.vmi_identity(Client={"StoreID": soap.stores[1]})
    assert len(rows(soap.vmi("GetUpdatedInventoryList", other), "ProductInformation")) == 40


def test_a_stock_list_without_dates_has_no_sales(soap: Soap) -> None:
    row = rows(soap.vmi("GetInventoryList"), "ProductInformation")[0]
    assert (row["QuantitySold"], row["GrossQuantitySold"], row["GrossQuantityReturned"]) == ("-1", "-1", "-1")


def test_one_product_is_found_by_its_sku_with_its_sign_of_end_of_life(soap: Soap) -> None:
    for sku, row in soap.inventory().items():
        asked = soap.vmi("GetInventoryReportByVendorSku", vendorSku=sku, **soap.dates())
        (found,) = rows(asked, "ProductAndStoreInformation")
        assert found == {name: row[name] for name in found}
        if row["DateEOL"] is not None:
            break
    else:
        pytest.fail("no product of the catalog is discontinued")
    assert datetime.fromisoformat(row["DateEOL"]).year == 2024
    nothing = soap.vmi("GetInventoryReportByVendorSku", vendorSku="no such", **soap.dates())
    assert rows(nothing, "ProductAndStoreInformation") == []


def test_serial_numbers_are_those_of_the_units_in_stock(soap: Soap) -> None:
    phone = next(sku for sku in soap.inventory() if sku.startswith("PH"))
    soap.vendor.admin.set_stock(soap.vendor.location, phone, in_stock=3)
    item = soap.inventory()[phone]["ProductItemID"]
    serials = rows(soap.vmi("GetProductSerialNumbers", RQProductID=item), "ProductSerialNumber")
    listed = rows(soap.vmi("GetInventoryListingReport", **soap.levels()), "InventoryListingData")
    mine = [row for row in listed if row["VendorSKU"] == phone]
    assert len(serials) == 3
    assert [row["TrackingNumber"] for row in mine] == [row["SerialNumber"] for row in serials]
    assert {row["DateReceived"] for row in serials} == {"0001-01-01T00:00:00"}
    assert _units(listed, "VendorSKU", "Quantity") == {
        sku: int(row["QuantityInStock"]) for sku, row in soap.inventory().items() if int(row["QuantityInStock"]) > 0
    }
    assert "could not be found" in fault(soap.vmi("GetProductSerialNumbers", RQProductID=1))[1]


def test_levels_change_unless_they_are_locked(soap: Soap) -> None:
    shop = soap.vendor
    item = soap.inventory()["NA"]["ProductItemID"]
    changes = {"productItemID": item, "minQuantity": 5, "maxQuantity": 5}
    shop.admin.set_stock(shop.location, "NA", min_max_locked=True, minimum=1, maximum=2)
    answer = soap.vmi("UpdateMinAndMaxProductQuantities", **changes)
    assert text(answer, "UpdateMinAndMaxProductQuantitiesResult") == "false"
    assert shop.inventory()["NA"]["MaximumLevel"] == 2
    shop.admin.set_stock(shop.location, "NA", min_max_locked=False)
    answer = soap.vmi("UpdateMinAndMaxProductQuantities", **changes)
    assert text(answer, "UpdateMinAndMaxProductQuantitiesResult") == "true"
    assert (shop.inventory()["NA"]["MinimumLevel"], shop.inventory()["NA"]["MaximumLevel"]) == (5, 5)
    upside_down = soap.vmi("UpdateMinAndMaxProductQuantities", productItemID=item, minQuantity=6, maxQuantity=5)
    assert "above the maximum" in fault(upside_down)[1]


def test_a_return_needs_comments_leaves_the_stock_when_committed_and_is_settled_once(soap: Soap) -> None:
    shop = soap.vendor
    shop.admin.set_stock(shop.location, "NA", in_stock=8)
    item = soap.inventory()["NA"]["ProductItemID"]
    sent = {"StoreID": soap.store, "ProductData": {"RMAProduct": [{"RQProductID": item, "TotalQuantity": 3}]}}
    assert "Comments must be supplied" in fault(soap.vmi("CreateRMA", RMA=sent))[1]
    one = text(soap.vmi("CreateRMA", RMA={**sent, "Comments": "broken"}), "RMAID")
    assert shop.inventory()["NA"]["QuantityInStock"] == 8
    assert text(soap.vmi("CommitRMA", rma={"RMAID": one}), "Committed") == "1"
    assert (soap.inventory()["NA"]["QuantityInStock"], soap.inventory()["NA"]["QuantityOnRMA"]) == ("5", "3")
    credit = {"RMAProduct": [{"RQProductID": item, "ActionTaken": "Credit"}]}
    changes = {"RMAID": one, "ShippedAway": 1, "VendorRMANumber": "V-7", "ProductData": credit}
    answer = soap.vmi("UpdateCommittedRMA", rma=changes)
    assert (text(answer, "ActionTaken"), text(answer, "VendorRMANumber")) == ("Credit", "V-7")
    listed = rows(soap.vmi("GetRMAList", isCommitted=True, isShipped=True), "ReturnMerchandiseAuthorization")
    assert one in [row["RMAID"] for row in listed]
    assert text(soap.vmi("CompleteRMA", rma={"RMAID": one}), "Completed") == "1"
    assert soap.inventory()["NA"]["QuantityOnRMA"] == "0"
    assert "completed" in fault(soap.vmi("CompleteRMA", rma={"RMAID": one}))[1]
    shop.admin.switch(rma_without_comments="accept")
    assert soap.vmi("CreateRMA", RMA=sent).status_code == 200


def test_what_a_return_cannot_take_is_refused(soap: Soap) -> None:
    soap.vendor.admin.set_stock(soap.vendor.location, "NA", in_stock=2)
    named = soap.inventory()["NA"]
    product = {"RQProductSku": named["ProductSKU"], "TotalQuantity": 3}
    sent = {"StoreID": soap.store, "Comments": "all", "ProductData": {"RMAProduct": [product]}}
    one = text(soap.vmi("CreateRMA", RMA=sent), "RMAID")
    assert "fewer than [3] units" in fault(soap.vmi("CommitRMA", rma={"RMAID": one}))[1]
    two = {"RMAProduct": [{**product, "TotalQuantity": 2}]}
    assert soap.vmi("UpdateRMA", rma={"RMAID": one, "ProductData": two}).status_code == 200
    assert soap.vmi("CommitRMA", rma={"RMAID": one}).status_code == 200
    assert soap.vendor.inventory()["NA"]["QuantityInStock"] == 0
    wrong = {"RMAProduct": [{"RQProductID": named["ProductItemID"], "ActionTaken": "Eaten"}]}
    assert fault(soap.vmi("UpdateCommittedRMA", rma={"RMAID": one, "ProductData": wrong}))[0] == "soap:Client"
    for bad, words in (
        ({"RQProductID": 1, "TotalQuantity": 1}, "could not be found"),
        ({**product, "TotalQuantity": 0}, "> 0"),
    ):
        refused = soap.vmi("CreateRMA", RMA={**sent, "ProductData": {"RMAProduct": [bad]}})
        assert words in fault(refused)[1]
    assert "at least one" in fault(soap.vmi("CreateRMA", RMA={"StoreID": soap.store, "Comments": "none"}))[1]
    assert "could not be found" in fault(soap.vmi("CommitRMA", rma={"RMAID": 4711}))[1]


def test_people_who_left_are_listed_only_when_they_are_asked_for(soap: Soap) -> None:
    every = rows(soap.vmi("GetEmployeeList", onlyEnabled=False), "EmployeeInformation")
    enabled = rows(soap.vmi("GetEmployeeList", onlyEnabled=True), "EmployeeInformation")
    assert [row["Enabled"] for row in every] == ["true", "true", "false"]
    assert enabled == every[:2]
    assert {int(row["StoreID"]) for row in every} <= set(soap.stores)
    assert text(soap.vmi("Ping"), "PingResult").endswith("database is up (sandbox)!")
