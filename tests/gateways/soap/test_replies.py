"""Opening answers: whole envelopes only, whatever a server sends, and quickly."""

from __future__ import annotations

import time

import pytest

from replenisher.gateways.soap.replies import DamagedReplyError, FaultReplyError, open_reply
from tests.gateways.saved import saved
from tests.gateways.soap.envelopes_of import as_answer, envelope, fault, result

BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">'
    b'<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]>'
) + result("Ping", "&c;").partition(b"?>")[2]
EXTERNAL = b'<!DOCTYPE x SYSTEM "file:///etc/hostname">' + result("Ping", "up").partition(b"?>")[2]
QUANTITY_200 = result(
    "GetInventoryReport", "<ProductInformation><QuantityInStock>200</QuantityInStock></ProductInformation>"
)


def test_a_whole_envelope_of_the_operation_is_opened() -> None:
    assert open_reply(as_answer(result("Ping", " up ")), "Ping").text() == "up"


def test_comments_inside_a_value_do_not_cut_it() -> None:
    assert open_reply(as_answer(result("Ping", "2<!-- x -->00")), "Ping").text() == "200"


def test_a_null_result_is_none() -> None:
    empty = envelope('<PingResponse xmlns="http://www.iqmetrix.com"/>')
    reply = open_reply(as_answer(empty), "Ping")
    assert reply.result is None
    assert reply.text() == ""


@pytest.mark.parametrize("status", [200, 500])
def test_a_fault_is_a_fault_whatever_the_status(status: int) -> None:
    with pytest.raises(FaultReplyError) as caught:
        open_reply(as_answer(saved("soap/fault_duplicate.xml"), status), "CreatePurchaseOrder")
    assert caught.value.code == "soap:Server"
    assert caught.value.text.endswith("Found Purchase orders for StoreID [36] by VendorInvoiceNumber [11412512]")


def test_a_fault_of_soap_1_2_is_a_fault_too() -> None:
    soap = "http://www.w3.org/2003/05/soap-envelope"
    body = (
        f'<s:Envelope xmlns:s="{soap}"><s:Body><s:Fault><s:Code><s:Value>s:Sender</s:Value></s:Code>'
        "<s:Reason><s:Text>No.</s:Text></s:Reason></s:Fault></s:Body></s:Envelope>"
    )
    with pytest.raises(FaultReplyError, match=r"No\."):
        open_reply(as_answer(body.encode()), "Ping")


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (QUANTITY_200[: QUANTITY_200.index(b"200") + 2], "no complete XML"),
        (QUANTITY_200[:-12], "no complete XML"),
        (b"", "no XML"),
        (b'{"Message": "no"}', "no XML"),
        (b"<html><body>503 Service Unavailable</body></html>", "a page"),
        (b"<!DOCTYPE html><html></html>", "document type"),
        (BOMB, "document type"),
        (EXTERNAL, "document type"),
        (b"<!-- first --><!DOCTYPE x [<!ENTITY e 'x'>]>" + result("Ping", "&e;").partition(b"?>")[2], "document type"),
        (result("Ping", "&undefined;"), "no complete XML"),
        (result("Ping", "up").decode().encode("utf-16"), "no XML"),
        (result("Ping", "x" * 50_000_000), "no complete XML"),
        (result("Ping", "<a>" * 5000 + "</a>" * 5000), "no complete XML"),
        (result("GetStoreList", ""), "GetStoreListResponse"),
        (result("Ping", "up").replace(b"PingResponse", b"pingResponse"), "pingResponse"),
        (result("Ping", "up").replace(b"http://www.iqmetrix.com", b"http://www.iqmetrix.com/"), "PingResponse"),
        (envelope(""), "empty"),
        (result("Ping", "up").replace(b"soap:Body", b"soap:Head"), "no body"),
        (result("Ping", "up") + b"<more/>", "no complete XML"),
    ],
)
def test_anything_else_is_damage_and_told_in_less_than_a_second(body: bytes, reason: str) -> None:
    began = time.monotonic()
    with pytest.raises(DamagedReplyError, match=reason):
        open_reply(as_answer(body), "Ping")
    assert time.monotonic() - began < 1


def test_an_envelope_with_another_status_than_200_is_not_believed() -> None:
    with pytest.raises(DamagedReplyError, match="503"):
        open_reply(as_answer(result("Ping", "up"), 503), "Ping")


def test_the_reason_quotes_nothing_of_a_damaged_body() -> None:
    with pytest.raises(DamagedReplyError) as caught:
        open_reply(as_answer(fault("x")[:-40] + b"<canary"), "Ping")
    assert "canary" not in str(caught.value)
