from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from tests.sandbox.running import Vendor, vendor


@pytest.fixture(scope="module")
def busy() -> Iterator[Vendor]:
    """A sandbox two weeks on, with plenty of transfers and counts, serialised ones among them."""
    with vendor("--transfers-per-day", "1", "--adjustments-per-day", "3", "--refund-share", "0.3") as speaking:
        speaking.admin.advance(14)
        speaking.sign_in()
        yield speaking


def test_companies_and_locations_are_those_of_the_ready_line(shop: Vendor) -> None:
    companies = shop.call("GET", "companyRelationships").json()
    assert [entry["Id"] for entry in companies] == [entry["id"] for entry in shop.ready["companies"]]
    locations = shop.call("GET", f"companyRelationships/{shop.company}/locations").json()
    assert [entry["LocationId"] for entry in locations] == shop.ready["companies"][0]["locations"]
    assert set(locations[0]) == {
        "CompanyId",
        "LocationId",
        "BillToStore",
        "ShipToStore",
        "Name",
        "Address",
        "City",
        "ProvinceState",
        "PostalZipCode",
        "Country",
        "PhoneNumber",
    }


def test_an_inventory_row_has_the_documented_fields_and_awkward_skus_arrive_as_they_are(shop: Vendor) -> None:
    rows = shop.inventory()
    assert {"00123", "NA", "Folio Black for Samsung Galaxy S8", "=AV100778"} <= set(rows)
    assert set(rows["00123"]) == {
        "LocationId",
        "VendorSku",
        "CategoryPath",
        "RetailPrice",
        "MaximumLevel",
        "MinimumLevel",
        "MinMaxLocked",
        "DoNotOrder",
        "QuantityInStock",
        "QuantityOnOrder",
        "QuantityTransferIn",
        "QuantityTransferOut",
        "QuantitySold",
        "QuantityOnUncommittedOrder",
        "QuantityCommittedOnOrderEntry",
        "QuantityOnBackorder",
    }


@pytest.mark.parametrize(("routes", "template", "sample"), [("template", 200, 404), ("sample", 404, 200)])
def test_each_personality_knows_one_spelling_of_the_inventory_route(
    shop: Vendor, routes: str, template: int, sample: int
) -> None:
    shop.admin.switch(routes=routes)
    assert shop.report("reports/inventory").status_code == template
    assert shop.report("inventoryReport").status_code == sample


def test_the_query_is_read_in_any_case(shop: Vendor) -> None:
    dates = shop.window()
    answer = shop.report("reports/inventory", query={"startdate": dates["StartDate"], "ENDDATE": dates["EndDate"]})
    assert answer.status_code == 200


@pytest.mark.parametrize(
    "query",
    [
        {"StartDate": "2026-01-01"},
        {"StartDate": "x", "EndDate": "2026-01-01"},
        {"StartDate": "2026-01-02", "EndDate": "2026-01-01"},
    ],
)
def test_missing_or_malformed_dates_are_refused_with_a_message(shop: Vendor, query: dict[str, str]) -> None:
    answer = shop.report("reports/inventory", query=query)
    assert answer.status_code == 400
    assert "Date" in answer.json()["Message"]


def test_a_span_limit_and_missing_dates_follow_their_switches(shop: Vendor) -> None:
    shop.admin.switch(max_span_days=7, missing_dates="today")
    assert shop.report("reports/inventory").status_code == 400
    assert shop.report("reports/inventory", query={"other": "1"}).status_code == 200


def test_an_unknown_route_and_an_unknown_resource_are_told_apart_by_the_body_only(shop: Vendor) -> None:
    route, resource = shop.report("reports/nothing"), shop.report("reports/inventory", location=999)
    assert (route.status_code, route.content) == (404, b"")
    assert (resource.status_code, resource.json()) == (404, {"Message": "Location 999 was not found."})
    shop.admin.switch(unknown_route="html")
    assert shop.report("reports/nothing").headers["Content-Type"].startswith("text/html")


def test_a_company_or_location_not_enabled_answers_403_and_is_not_listed(shop: Vendor) -> None:
    other = shop.ready["companies"][1]
    shop.admin.call("POST", "access", {"company": other["id"], "enabled": False})
    shop.admin.call("POST", "access", {"company": shop.company, "location": shop.location, "enabled": False})
    listed = [entry["Id"] for entry in shop.call("GET", "companyRelationships").json()]
    company = shop.call("GET", f"companyRelationships/{other['id']}/locations")
    location = shop.report("reports/inventory")
    shop.admin.switch(disabled_answer="404")
    hidden = shop.report("reports/inventory")
    shop.admin.call("POST", "access", {"company": other["id"], "enabled": True})
    shop.admin.call("POST", "access", {"company": shop.company, "location": shop.location, "enabled": True})
    assert listed == [shop.company]
    assert (company.status_code, location.status_code, hidden.status_code) == (403, 403, 404)
    assert shop.report("reports/inventory").status_code == 200


def test_another_vendors_path_is_forbidden(shop: Vendor) -> None:
    url = f"{shop.ready['vendor_inventory_url']}vendors/1/companyRelationships"
    answer = shop.http.get(url, headers={"Authorization": f"Bearer {shop.token}"})
    assert answer.status_code == 403


def _transfers(shop: Vendor) -> tuple[str, list[dict[str, Any]]]:
    """The text and rows of the first location that has received a transfer."""
    for location in shop.ready["companies"][0]["locations"]:
        answer = shop.report("reports/transfers", location)
        if len(answer.json()):
            return answer.text, answer.json()
    raise AssertionError("no transfer was received anywhere")


def test_a_transfer_names_its_origin_twice_or_its_destination_by_switch(busy: Vendor) -> None:
    text, _ = _transfers(busy)
    first = re.match(r'\[\{"ShipFromLocationId":(\d+),"ShipFromLocationId":(\d+),', text)
    assert first is not None
    assert first[1] != first[2]
    busy.admin.switch(transfer_keys="distinct")
    text, rows = _transfers(busy)
    assert text.count('"ShipToLocationId"') == len(rows) == text.count('"ShipFromLocationId"')
    busy.admin.switch(transfer_keys="duplicate")


def test_dates_of_a_transfer_are_spelled_by_switch(busy: Vendor) -> None:
    info = _transfers(busy)[1][0]["TransferProducts"][0]["ShippingInfo"][0]
    assert set(info) == {"SerialNumber", "DateReceived", "DateShipped"}
    busy.admin.switch(received_spelling="DateRecieved")
    info = _transfers(busy)[1][0]["TransferProducts"][0]["ShippingInfo"][0]
    assert set(info) == {"SerialNumber", "DateRecieved", "DateShipped"}
    busy.admin.switch(received_spelling="DateReceived")


def test_a_single_transfer_may_come_without_its_array(busy: Vendor) -> None:
    busy.admin.switch(transfer_shape="single")
    shapes: set[type] = set()
    for days in range(30):
        day = f"{busy.now() - timedelta(days=days):%Y-%m-%d}"
        for location in busy.ready["companies"][0]["locations"]:
            window = {"StartDate": day, "EndDate": day}
            shapes.add(type(busy.report("reports/transfers", location, window).json()))
    busy.admin.switch(transfer_shape="array")
    assert shapes == {dict, list}


def test_adjustments_carry_one_serial_or_a_list_and_a_sign_by_switch(busy: Vendor) -> None:
    lines = [line for entry in busy.report("reports/adjustments").json() for line in entry["Products"]]
    assert {"VendorSku", "Quantity", "SerialNumber", "AdjustmentReason"} == set(lines[0])
    assert min(line["Quantity"] for line in lines) < 0
    busy.admin.switch(adjustment_serials="SerialNumbers", adjustment_sign="absolute")
    lines = [line for entry in busy.report("reports/adjustments").json() for line in entry["Products"]]
    assert {"VendorSku", "Quantity", "SerialNumbers", "AdjustmentReason", "AdjustmentReasonId"} == set(lines[0])
    assert min(line["Quantity"] for line in lines) > 0
    busy.admin.switch(adjustment_serials="SerialNumber", adjustment_sign="signed")


def test_sales_hold_refunds_that_name_their_invoice_and_exchanges(busy: Vendor) -> None:
    invoices = busy.report("productSales").json()
    actions = {line["InvoiceAction"] for invoice in invoices for line in invoice["InvoiceProducts"]}
    assert actions == {"Sold", "Refunded", "Exchange"}
    numbers = {invoice["InvoiceId"] for invoice in invoices}
    returned = [invoice for invoice in invoices if invoice["InvoiceProducts"][0]["InvoiceAction"] == "Refunded"]
    assert {invoice["OriginalInvoiceId"] for invoice in returned} <= numbers
    busy.admin.switch(refund_sign="negative")
    lines = [line for invoice in busy.report("productSales").json() for line in invoice["InvoiceProducts"]]
    busy.admin.switch(refund_sign="positive")
    assert {line["Quantity"] < 0 for line in lines if line["InvoiceAction"] == "Refunded"} == {True}


def test_timestamps_have_no_zone_or_seven_digits_and_an_offset_by_switch(busy: Vendor) -> None:
    dates = {invoice["InvoiceDate"] for invoice in busy.report("productSales").json()}
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?", text) for text in dates)
    busy.admin.switch(timestamps="offset", utc_offset_hours=-6)
    text = busy.report("productSales").json()[0]["InvoiceDate"]
    busy.admin.switch(timestamps="zoneless", utc_offset_hours=0)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}-06:00", text)


def test_the_end_date_is_covered_or_not_by_switch(busy: Vendor) -> None:
    now = busy.now()
    today = {"StartDate": f"{now:%Y-%m-%d}", "EndDate": f"{now:%Y-%m-%d}"}
    busy.admin.switch(date_end="exclusive")
    assert busy.report("productSales", query=today).json() == []
    busy.admin.switch(date_end="inclusive")
    yesterday = busy.report("productSales", query=busy.window(1)).json()
    assert yesterday != []


def test_the_clock_runs_ahead_by_the_days_advanced_and_by_the_skew(busy: Vendor) -> None:
    before = busy.now()
    busy.admin.switch(clock_skew_seconds=300)
    skewed = busy.now()
    busy.admin.switch(clock_skew_seconds=0)
    assert 299 <= (skewed - before).total_seconds() <= 310
    answer = json.loads(json.dumps(busy.admin.advance(1)))
    assert answer["units_sold"] > 0
    assert 86_399 <= (busy.now() - before).total_seconds() <= 86_410
    busy.sign_in()
