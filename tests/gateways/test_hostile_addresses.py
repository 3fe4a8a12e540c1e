"""No id, answer or redirect can lead a request, and with it the token, to another place."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from replenisher.errors import AmbiguousError, RefusedError, UnavailableError
from replenisher.gateways.http.paths import as_guid, guid, join, whole_id
from replenisher.gateways.vendor_inventory import VendorInventory
from replenisher.purchasing.platform import OrderRequest, ReportWindow, RequestLine
from tests.gateways.stage import Stage, json_reply, reply, says

ORDER_ID = "c4779519-cc52-4274-be88-627cdd245faa"
WINDOW = ReportWindow(date(2024, 5, 1), date(2024, 5, 30))
LINES = (RequestLine("a", 1, Decimal(1)),)
HOSTILE = [
    "",
    " ",
    ".",
    "..",
    "../..",
    "..%2f..",
    "%2e%2e%2f",
    "....//",
    "/",
    "//",
    "//evil.test",
    "///evil.test",
    "\t//evil.test",
    "\\\\evil.test",
    "/\\evil.test",
    "http://evil.test",
    "https://evil.test/v1",
    "HTTPS://EVIL.TEST",
    "http:evil.test",
    "https:@evil.test",
    "https://127.0.0.1@evil.test/",
    "http://169.254.169.254/latest/meta-data",
    "http://[::ffff:169.254.169.254]/",
    "http://0x7f000001/",
    "file:///etc/passwd",
    "javascript:alert(1)",
    "data:text/plain,x",
    "@evil.test",
    ":80",
    "?x=1",
    "#x",
    "1?x=http://evil.test",
    "1#x",
    "1/../2",
    "1;x=2",
    "1 ",
    " 1",
    "1\n",
    "1\r\nHost: evil.test",
    "1\0",
    "-1",
    "+1",
    "1.0",
    "1e3",
    "0x10",
    "00123",
    "١٢٣",
    "\uff11\uff12\uff13",
    "99999999999",
    "1,2",
    "1%00",
    "*",
    "{ }",
    f"{ORDER_ID}/../../companyRelationships",
    f"{{{ORDER_ID}}}",
    ORDER_ID.replace("-", ""),
    f"{ORDER_ID}\r\nX: y",
    "00000000-0000-0000-0000-000000000000",
]


def an_order(company: str, location: str, bill_to: str = "1", ship_to: str = "1") -> OrderRequest:
    return OrderRequest(company, location, bill_to, ship_to, "R1", True, date(2024, 6, 1), LINES)


CALLS: dict[str, Callable[[VendorInventory, str], object]] = {
    "locations": lambda gateway, hostile: gateway.locations(hostile),
    "sales of a company": lambda gateway, hostile: gateway.sales(hostile, "1", WINDOW),
    "sales of a location": lambda gateway, hostile: gateway.sales("1", hostile, WINDOW),
    "receiving": lambda gateway, hostile: gateway.receiving("1", hostile, WINDOW),
    "transfers": lambda gateway, hostile: gateway.transfers("1", hostile, WINDOW),
    "adjustments": lambda gateway, hostile: gateway.adjustments("1", hostile, WINDOW),
    "create for a company": lambda gateway, hostile: gateway.create(an_order(hostile, "1")),
    "create for a location": lambda gateway, hostile: gateway.create(an_order("1", hostile)),
    "create billed to": lambda gateway, hostile: gateway.create(an_order("1", "1", bill_to=hostile)),
    "create shipped to": lambda gateway, hostile: gateway.create(an_order("1", "1", ship_to=hostile)),
    "status of an order": lambda gateway, hostile: gateway.creation_status("1", "1", hostile),
    "status at a location": lambda gateway, hostile: gateway.creation_status("1", hostile, ORDER_ID),
    "find": lambda gateway, hostile: gateway.find(hostile, WINDOW),
    "read": lambda gateway, hostile: gateway.read("1", hostile, ""),
    "read of a company": lambda gateway, hostile: gateway.read(hostile, ORDER_ID, ""),
    "update": lambda gateway, hostile: gateway.update_lines("1", hostile, LINES),
    "add": lambda gateway, hostile: gateway.add_lines("1", hostile, LINES),
    "remove": lambda gateway, hostile: gateway.remove_lines("1", hostile, ["a"]),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS.keys())
def test_a_hostile_id_never_leaves_this_machine(stage: Stage, call: Callable[[VendorInventory, str], object]) -> None:
    with VendorInventory(stage.connection()) as gateway:
        for hostile in HOSTILE:
            with pytest.raises(RefusedError, match="nothing was sent"):
                call(gateway, hostile)
    assert (stage.connections, stage.requests) == (0, [])


def test_a_hostile_location_is_refused_and_its_neighbours_are_read(stage: Stage) -> None:
    stage.plays["/reports/inventory"] = says(reply(200, b"[]"))
    with VendorInventory(stage.connection()) as gateway:
        found = gateway.inventory("1", ["31007", *HOSTILE], WINDOW)
    assert [isinstance(found[hostile], RefusedError) for hostile in HOSTILE] == [True] * len(HOSTILE)
    assert not isinstance(found["31007"], Exception)
    assert [seen.path.split("/")[-3] for seen in stage.requests] == ["31007"]


@pytest.mark.parametrize("text", HOSTILE)
def test_an_id_is_digits_or_a_canonical_guid(text: str) -> None:
    assert as_guid(text) is None
    for check in (whole_id, guid):
        with pytest.raises(RefusedError):
            check(text, "company")


def test_ordinary_ids_are_accepted() -> None:
    assert whole_id("14616", "company") == "14616"
    assert guid(ORDER_ID.upper(), "order") == ORDER_ID
    assert join("vendors", "a/b c") == "/vendors/a%2Fb%20c"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed_and_the_token_stays(stage: Stage, status: int) -> None:
    with Stage() as elsewhere:
        moved = reply(status, Location=f"{elsewhere.address}/v1/vendors/5123/companyRelationships")
        stage.plays["/companyRelationships"] = stage.plays["/purchaseOrders"] = says(moved)
        with VendorInventory(stage.connection(read_attempts=3)) as gateway:
            with pytest.raises(UnavailableError):
                gateway.companies()
            with pytest.raises(AmbiguousError):
                gateway.create(an_order("1", "2"))
        assert elsewhere.connections == 0
    assert len(stage.requests) == 2


def test_a_redirected_token_request_takes_the_password_nowhere(stage: Stage) -> None:
    with Stage() as elsewhere:
        stage.token_play = says(reply(307, Location=f"{elsewhere.address}/v1/oauth2/token"))
        with VendorInventory(stage.connection()) as gateway, pytest.raises(UnavailableError):
            gateway.companies()
        assert elsewhere.connections == 0


def test_the_status_address_of_an_answer_is_never_followed(stage: Stage) -> None:
    with Stage() as elsewhere:
        endpoints = [f"{elsewhere.address}/v1/{ORDER_ID}/status", f"//{elsewhere.address[7:]}/x", *HOSTILE[:-1]]
        for endpoint in endpoints:
            stage.plays["/purchaseOrders"] = says(
                json_reply({"checkStatusEndpoint": endpoint, "purchaseOrderId": ORDER_ID}, 202)
            )
            stage.plays["/status"] = says(json_reply({"Status": "pending"}))
            with VendorInventory(stage.connection()) as gateway:
                accepted = gateway.create(an_order("1", "2"))
                gateway.creation_status("1", "2", accepted.platform_order_id)
        assert elsewhere.connections == 0
    asked = {seen.path for seen in stage.requests if seen.method == "GET"}
    assert asked == {f"/vendorinventory/v1/vendors/5123/companies/1/locations/2/purchaseOrders/{ORDER_ID}/status"}


def test_a_proxy_named_in_the_environment_is_not_used(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    stage.plays["/companyRelationships"] = says(reply(200, gzip.compress(b"[]"), Content_Encoding="gzip"))
    with Stage() as proxy:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.address)
        with VendorInventory(stage.connection()) as gateway:
            assert gateway.companies() == []
        assert proxy.connections == 0
