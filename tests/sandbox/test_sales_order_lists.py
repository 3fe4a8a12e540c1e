"""What the Sales Order service finds, page by page, plain or as HAL, over sockets."""

from __future__ import annotations

import time

import httpx
import pytest

from tests.sandbox.running import Vendor
from tests.sandbox.sales import DROP_SHIP_ORDER, drop_shipped, found, get, logged, made, paths, post, sale

HAL = "application/hal+json"


@pytest.fixture(autouse=True)
def soon(shop: Vendor) -> None:
    shop.admin.switch(sale_log_delay=0.0)


@pytest.mark.parametrize(
    ("accept", "default", "kind"),
    [
        (HAL, "hal", HAL),
        (HAL, "json", HAL),
        ("application/json", "hal", "application/json"),
        ("application/json, text/plain", "hal", "application/json"),
        ("", "hal", HAL),
        ("*/*", "hal", HAL),
        ("", "json", "application/json"),
    ],
)
def test_every_answer_is_hal_or_plain_as_accept_says_and_the_default_else(
    shop: Vendor, accept: str, default: str, kind: str
) -> None:
    sale_id = made(shop)["Id"]
    entry = logged(shop, sale_id)[0]["Id"]
    shop.admin.switch(sale_default_accept=default)
    for path in paths(sale_id, entry).values():
        answer = shop.service("GET", "sales_orders_url", path, headers={"Accept": accept})
        assert answer.headers["Content-Type"].split(";")[0] == kind
    body = sale(shop)
    created = post(shop, body, Accept=accept)
    assert ("_links" in created.json(), created.json()["PrintableId"]) == (kind == HAL, body["PrintableId"])
    change = {"Id": sale_id, "State": "Cancelled"}
    path = f"SaleOrderStatus({sale_id})"
    ended = shop.service("PUT", "sales_orders_url", path, json=change, headers={"Accept": accept})
    assert isinstance(ended.json(), dict) is (kind == HAL)


def test_a_request_without_any_accept_is_answered_with_hal(shop: Vendor) -> None:
    url = f"{shop.ready['sales_orders_url']}Companies({shop.company})/SaleOrder({made(shop)['Id']})"
    request = httpx.Request("GET", url, headers={"Authorization": f"Bearer {shop.token}"})
    assert "Accept" not in request.headers
    assert shop.http.send(request).headers["Content-Type"].split(";")[0] == HAL


@pytest.mark.parametrize("links", ["versioned", "bare", "mixed"])
def test_hal_holds_the_same_as_plain_json_under_links_without_a_host(shop: Vendor, links: str) -> None:
    shop.admin.switch(hal_links=links)
    sale_id = made(shop)["Id"]
    entry = logged(shop, sale_id)[0]["Id"]
    hrefs = []
    for name, path in paths(sale_id, entry).items():
        plain = get(shop, path)
        wrapped = shop.service("GET", "sales_orders_url", path, headers={"Accept": HAL}).json()
        hrefs.append(wrapped["_links"]["self"]["href"])
        assert wrapped["_links"]["self"]["templated"] is False
        if name == "read":
            assert {key: value for key, value in wrapped.items() if key != "_links"} == plain
            continue
        inside = wrapped["_embedded"]["self"]
        hrefs += [one.pop("_links")["self"]["href"] for one in inside]
        assert inside == plain
    beginnings = {href.split("Companies")[0] for href in hrefs}
    assert beginnings == {"versioned": {"v1/"}, "bare": {""}, "mixed": {"v1/", ""}}[links]


@pytest.mark.parametrize(("switch", "told"), [("null", None), ("text", "null")])
def test_the_missing_link_to_the_page_before_is_null_or_the_word(shop: Vendor, switch: str, told: str | None) -> None:
    shop.admin.switch(hal_prev=switch)
    wrapped = shop.service("GET", "sales_orders_url", "SaleOrder", headers={"Accept": HAL}).json()
    assert wrapped["_links"]["prev"] == told


@pytest.mark.parametrize("number", ["O'Hara-1", "''", "' or PrintableId eq 'WEB-0", "ä b&c=d", "50%"])
def test_a_quote_in_a_printable_id_finds_that_order_and_no_other(shop: Vendor, number: str) -> None:
    made(shop)
    made(shop, PrintableId=number)
    quoted = number.replace("'", "''")
    assert set(found(shop, f"PrintableId eq '{quoted}'")) == {number}
    assert number in found(shop, f"substringof('{quoted}', PrintableId)")


def test_sale_orders_are_found_by_every_field_that_the_documents_call_filterable(shop: Vendor) -> None:
    made(shop)
    body = {"UserId": 4349, "ExpiryDateUtc": "2030-01-02T00:00:00", "DropshipOrderId": DROP_SHIP_ORDER}
    whole = made(shop, drop_shipped(), **body)
    mine = f"PrintableId eq '{whole['PrintableId']}'"
    for text in (
        "DateCreatedUtc eq DateTime'2026-11-20T10:00:00'",
        "DateInsertedUtc gt datetime'2020-01-01'",
        "DateUpdatedUtc gt DateTime'2020-01-01'",
        f"CompanyId eq {shop.company}",
        f"LocationId eq {shop.location}",
        f"CustomerId eq {whole['CustomerId']}",
        f"customerid eq guid'{whole['CustomerId'].upper()}'",
        "ExpiryDateUtc ge DateTime'2030-01-02'",
        f"DropshipOrderId eq '{DROP_SHIP_ORDER}'",
        "UserId eq 4349",
    ):
        assert found(shop, f"{mine} and ({text})") == [whole["PrintableId"]], text
        assert found(shop, f"{mine} and ({text}) and UserId eq 1") == []


@pytest.mark.parametrize(
    "text", ["PrintableId eq 'x", "PrintableId eq x'", "PrintableId is 'x'", "UserId gte 5", "Colour eq 1"]
)
def test_a_filter_that_cannot_be_read_is_a_400(shop: Vendor, text: str) -> None:
    sale_id = made(shop)["Id"]
    logged(shop, sale_id)
    for path in ("SaleOrder", f"SaleOrder({sale_id})/StatusLog"):
        answer = shop.service("GET", "sales_orders_url", path, params={"$filter": text})
        assert answer.status_code == 400
        assert answer.json()["Message"].startswith("Error while extracting the request query")


def test_the_documents_spelling_of_ge_is_read_where_the_switch_says_so(shop: Vendor) -> None:
    shop.admin.switch(filter_gte="accept")
    whole = made(shop, UserId=77)
    assert whole["PrintableId"] in found(shop, "UserId gte 77 and UserId lte 77")


def test_a_list_comes_in_pages_that_are_capped(shop: Vendor) -> None:
    number = made(shop)["PrintableId"]
    ids = [made(shop, PrintableId=f"{number}-{place}")["Id"] for place in range(5)]
    shop.admin.switch(sale_page_size=2)
    query = {"$filter": f"substringof('{number}-', PrintableId)"}
    pages = [get(shop, "SaleOrder", **query, **{"$skip": str(skip), "$top": "100"}) for skip in (0, 2, 4, 6)]
    assert [[one["Id"] for one in page] for page in pages] == [ids[:2], ids[2:4], ids[4:], []]


def test_a_new_sale_order_is_found_at_once_or_later_but_read_at_once(shop: Vendor) -> None:
    at_once = made(shop)["PrintableId"]
    assert found(shop, f"PrintableId eq '{at_once}'") == [at_once]
    shop.admin.switch(sale_search_delay=0.5)
    later = made(shop)
    assert found(shop, f"PrintableId eq '{later['PrintableId']}'") == []
    assert get(shop, f"SaleOrder({later['Id']})")["PrintableId"] == later["PrintableId"]
    until = time.monotonic() + 5
    while not found(shop, f"PrintableId eq '{later['PrintableId']}'"):
        assert time.monotonic() < until
        time.sleep(0.05)
