"""Scripted faults on SOAP operations: the work done or not, and answers that no client should take."""

from __future__ import annotations

import re
import time
import zlib
from typing import Any
from xml.etree import ElementTree as ET

import httpx
import pytest

from tests.sandbox.soaping import Soap, fault, rows, tree

CREATE = "CreatePurchaseOrder"
REPORT = "GetInventoryReport"
SERVICES = pytest.mark.parametrize("service", ["vmi", "cmi"])


def _create_with(soap: Soap, fault_name: str, number: str, service: str = "vmi", **details: Any) -> httpx.Response:
    products = details.pop("products", [{"VendorSKU": "00123", "QuantityOrdered": 200}])
    soap.vendor.admin.add_faults({"operation": f"{service}.{CREATE}", "fault": fault_name, **details})
    return soap.create(number, service, products=products)


def _report_with(soap: Soap, fault_name: str, **details: Any) -> httpx.Response:
    soap.vendor.admin.add_faults({"operation": f"vmi.{REPORT}", "fault": fault_name, **details})
    return soap.vmi(REPORT, **soap.dates())


@SERVICES
@pytest.mark.parametrize(("fault_name", "taken"), [("accepted_then_reset", 1), ("reset_before", 0)])
def test_a_reset_comes_after_or_before_the_order_is_made(soap: Soap, service: str, fault_name: str, taken: int) -> None:
    number = f"SR-{service}-{fault_name}"
    with pytest.raises(httpx.ReadError):
        _create_with(soap, fault_name, number, service)
    assert [entry["fault"] for entry in soap.vendor.accepted(number)] == [fault_name] * taken


@SERVICES
def test_a_silence_comes_after_the_order_is_made_and_a_second_try_is_a_duplicate(soap: Soap, service: str) -> None:
    number = f"SILENCE-{service}"
    soap.vendor.http.timeout = httpx.Timeout(0.3)
    try:
        with pytest.raises(httpx.ReadTimeout):
            _create_with(soap, "accepted_then_timeout", number, service)
    finally:
        soap.vendor.http.timeout = httpx.Timeout(5.0)
    assert f"by VendorInvoiceNumber [{number}]" in fault(soap.create(number, service))[1]


@pytest.mark.parametrize(
    ("fault_name", "status", "taken"),
    [
        ("error_500_before", 500, 0),
        ("error_500_after", 500, 1),
        ("error_503", 503, 0),
        ("html_200", 200, 0),
        ("html_202", 202, 1),
    ],
)
def test_pages_made_for_people_come_with_or_without_the_order(
    soap: Soap, fault_name: str, status: int, taken: int
) -> None:
    answer = _create_with(soap, fault_name, f"PAGE-{fault_name}")
    assert (answer.status_code, answer.headers["Content-Type"]) == (status, "text/html; charset=utf-8")
    assert len(soap.vendor.accepted(f"PAGE-{fault_name}")) == taken


def test_an_order_may_be_echoed_and_never_exist(soap: Soap) -> None:
    assert _create_with(soap, "accepted_never_created", "GHOST-1").status_code == 200
    assert [entry["stage"] for entry in soap.vendor.accepted("GHOST-1")] == ["never_created"]
    assert soap.create("GHOST-1").status_code == 200


def test_late_acceptance_makes_the_order_after_the_client_has_hung_up(soap: Soap) -> None:
    soap.vendor.http.timeout = httpx.Timeout(0.2)
    try:
        with pytest.raises(httpx.ReadTimeout):
            _create_with(soap, "late_acceptance", "SOAP-LATE", seconds=0.3)
    finally:
        soap.vendor.http.timeout = httpx.Timeout(5.0)
    until = time.monotonic() + 5
    while not soap.vendor.accepted("SOAP-LATE"):
        assert time.monotonic() < until, "the order never came to exist"
        time.sleep(0.05)


@pytest.mark.parametrize("fault_name", ["truncated_json", "truncated_xml"])
def test_a_truncated_envelope_is_broken_with_a_length_and_looks_whole_without(soap: Soap, fault_name: str) -> None:
    with pytest.raises(httpx.RemoteProtocolError):
        _report_with(soap, fault_name)
    answer = _report_with(soap, fault_name, content_length=False)
    assert answer.status_code == 200
    with pytest.raises(ET.ParseError):
        tree(answer)


def test_a_quantity_of_200_is_cut_to_20_with_all_that_follows(soap: Soap) -> None:
    answer = _create_with(soap, "cut_quantity", "CUT-1")
    assert answer.status_code == 200
    assert answer.text.endswith("<QuantityOrdered>20")
    assert len(soap.vendor.accepted("CUT-1")) == 1
    soap.vendor.admin.set_stock(soap.vendor.location, "00123", in_stock=345)
    answer = _report_with(soap, "cut_quantity")
    assert re.search(r"<QuantityInStock>\d+$", answer.text)


def test_a_scripted_fault_says_what_the_script_wants_and_does_nothing(soap: Soap) -> None:
    text = "Found Purchase orders for StoreID [36] by VendorInvoiceNumber [X]"
    code, said = fault(_create_with(soap, "soap_fault", "SAID-1", text=text))
    assert (code, said.endswith(f"---> {text}")) == ("soap:Server", True)
    assert soap.vendor.accepted("SAID-1") == []


def test_an_unknown_fault_comes_after_the_order_is_made(soap: Soap) -> None:
    assert "Object reference not set" in fault(_create_with(soap, "unknown_fault", "UNSAID-1"))[1]
    assert len(soap.vendor.accepted("UNSAID-1")) == 1


def test_an_entity_bomb_is_small_and_declares_nested_entities(soap: Soap) -> None:
    answer = _report_with(soap, "entity_bomb")
    assert answer.status_code == 200
    assert len(answer.content) < 5000
    assert answer.text.count("<!ENTITY") == 10
    assert "&a9;" in answer.text


def test_a_dtd_comes_before_an_answer_that_is_right_otherwise(soap: Soap) -> None:
    answer = _report_with(soap, "dtd")
    assert answer.text.startswith('<?xml version="1.0" encoding="utf-8"?><!DOCTYPE Envelope>')
    assert len(rows(answer, "ProductInformation")) == 40


def test_a_huge_text_is_one_text_of_so_many_megabytes(soap: Soap) -> None:
    answer = _report_with(soap, "huge_text_node", megabytes=3)
    names = [len(row["ProductName"]) for row in rows(answer, "ProductInformation")]
    assert names[0] > 3_000_000
    assert max(names[1:]) < 100


def test_a_huge_body_is_the_right_envelope_and_much_space(soap: Soap) -> None:
    answer = _report_with(soap, "huge_body", megabytes=3)
    assert len(answer.content) > 3_000_000
    assert len(rows(answer, "ProductInformation")) == 40


def test_a_gzip_bomb_unpacks_to_an_element_of_spaces(soap: Soap) -> None:
    soap.vendor.admin.add_faults({"operation": "vmi.Ping", "fault": "gzip_bomb", "megabytes": 8})
    identity = (
        soap.vmi("GetStoreList").request.content.replace(b"GetStoreList", b"Ping").replace(b"Vendor>", b"vendor>")
    )
    headers = {"Content-Type": "text/xml", "SOAPAction": "http://www.iqmetrix.com/Ping"}
    with soap.vendor.http.stream("POST", soap.ready["vmi_url"], content=identity, headers=headers) as answer:
        packed = b"".join(answer.iter_raw())
    assert answer.headers["Content-Type"].startswith("text/xml")
    assert len(packed) < 100_000
    assert zlib.decompress(packed, 31).startswith(b"<Envelope> ")


@pytest.mark.parametrize(("fault_name", "seconds"), [("drip_headers", 0.005), ("drip_body", 0.001)])
def test_a_slow_report_outlasts_a_read_timeout(soap: Soap, fault_name: str, seconds: float) -> None:
    soap.vendor.http.timeout = httpx.Timeout(0.3)
    start = time.monotonic()
    try:
        soap.vendor.admin.add_faults({"operation": "vmi.GetStoreList", "fault": fault_name, "seconds": seconds})
        answer = soap.vmi("GetStoreList")
    finally:
        soap.vendor.http.timeout = httpx.Timeout(5.0)
    assert len(rows(answer, "StoreInformation")) == 2
    assert time.monotonic() - start > 0.3


@pytest.mark.parametrize(
    ("fault_name", "stock_of_first", "count"),
    [
        ("empty", [], 0),
        ("halved", ["3"], 20),
        ("duplicated_rows", ["3", "3"], 43),
        ("conflicting_rows", ["3", "4"], 43),
        ("negative", ["-40"], 40),
        ("huge", ["1000000000"], 40),
        ("null", [None], 40),
        ("nan", ["NaN"], 40),
        ("mistyped_field", ["plenty"], 40),
        ("missing_field", ["absent"], 40),
        ("extra_fields", ["3"], 40),
        ("wrong_location", ["3"], 40),
    ],
)
def test_rows_are_damaged_as_scripted(soap: Soap, fault_name: str, stock_of_first: list[Any], count: int) -> None:
    soap.vendor.admin.set_stock(soap.vendor.location, "00123", in_stock=3)
    soap.vendor.admin.add_faults({"operation": "vmi.GetGeographicInventoryReport", "fault": fault_name})
    answer = soap.vmi("GetGeographicInventoryReport", **soap.levels(), **soap.dates())
    report = rows(answer, "ProductAndStoreInformation")
    first = [row.get("QuantityInStock", "absent") for row in report if row["VendorSKU"] == "00123"]
    assert (first, len(report)) == (stock_of_first, count)
    assert ("ReorderHint" in answer.text) is (fault_name == "extra_fields")
    strangers = {row["StoreID"] for row in report} - {str(soap.store)}
    assert bool(strangers) is (fault_name == "wrong_location")
    assert len(soap.inventory()) == 40


def test_a_fault_picks_rows_by_sku_and_elements_by_name(soap: Soap) -> None:
    answer = _report_with(soap, "missing_field", sku="NA", field="MinimumLevel")
    lacking = [row["VendorSKU"] for row in rows(answer, "ProductInformation") if "MinimumLevel" not in row]
    assert lacking == ["NA"]


@SERVICES
def test_a_fault_keeps_to_its_company_and_location_in_rests_ids(soap: Soap, service: str) -> None:
    company = soap.ready["companies"][0]
    place = {"company": company["id"], "location": company["locations"][1]}
    soap.vendor.admin.add_faults({"operation": f"{service}.{CREATE}", "fault": "error_503", **place})
    there = {"ShipToStoreID": soap.stores[1], "BillToStoreID": soap.stores[1]}
    assert soap.create(f"PLACE-{service}-1", service).status_code == 200
    assert soap.create(f"PLACE-{service}-2", service, **there).status_code == 503
    assert soap.create(f"PLACE-{service}-3", service, **there).status_code == 200


def test_a_fault_waits_for_good_credentials(soap: Soap) -> None:
    soap.vendor.admin.add_faults({"operation": "vmi.Ping", "fault": "error_503"})
    assert "Invalid username" in fault(soap.vmi("Ping", soap.vmi_identity(Password="no")))[1]
    assert soap.vmi("Ping").status_code == 503


@SERVICES
def test_a_notice_may_be_kept_while_its_answer_is_lost(soap: Soap, service: str) -> None:
    order = soap.created(f"LOST-{service}", service)
    soap.vendor.admin.add_faults(
        {"operation": f"{service}.CreatePurchaseOrderShipmentNotice", "fault": "accepted_then_reset"}
    )
    with pytest.raises(httpx.ReadError):
        soap.notice(service, {"PurchaseOrderID": order, "VendorSKU": "00123", "Quantity": 1})
    kept = [entry for entry in soap.vendor.admin.audit()["notices"] if entry["purchase_order_id"] == order]
    assert [(entry["quantity"], entry["fault"]) for entry in kept] == [(1, "accepted_then_reset")]
