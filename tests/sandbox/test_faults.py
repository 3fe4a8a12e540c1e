from __future__ import annotations

import json
import time
import zlib
from collections.abc import Callable
from functools import partial
from typing import Any

import httpx
import pytest

from replenisher.sandbox.faults import ANSWER_FAULTS, DAMAGE_FAULTS, OPERATIONS
from tests.sandbox.running import Vendor

CREATE = "create_purchase_order"
REPORT = "inventory_report"


def _create_with(shop: Vendor, fault: str, number: str, **details: Any) -> httpx.Response:
    shop.admin.add_faults({"operation": CREATE, "fault": fault, **details})
    return shop.create(number)


def _report_with(shop: Vendor, fault: str, **details: Any) -> httpx.Response:
    shop.admin.add_faults({"operation": REPORT, "fault": fault, **details})
    return shop.report("reports/inventory")


def test_accepted_then_reset_breaks_the_connection_after_the_order_was_taken(shop: Vendor) -> None:
    with pytest.raises(httpx.ReadError):
        _create_with(shop, "accepted_then_reset", "RESET-1")
    assert [entry["fault"] for entry in shop.accepted("RESET-1")] == ["accepted_then_reset"]


def test_reset_before_breaks_the_connection_and_takes_nothing(shop: Vendor) -> None:
    with pytest.raises(httpx.ReadError):
        _create_with(shop, "reset_before", "RESET-2")
    assert shop.accepted("RESET-2") == []


def test_accepted_then_timeout_keeps_the_client_waiting_after_the_order_was_taken(shop: Vendor) -> None:
    shop.http.timeout = httpx.Timeout(0.2)
    with pytest.raises(httpx.ReadTimeout):
        _create_with(shop, "accepted_then_timeout", "SILENT-1")
    shop.http.timeout = httpx.Timeout(5.0)
    assert len(shop.accepted("SILENT-1")) == 1


def test_a_silence_ends_in_a_reset_when_nobody_hangs_up(shop: Vendor) -> None:
    with pytest.raises(httpx.ReadError):
        _create_with(shop, "accepted_then_timeout", "SILENT-2", seconds=0.1)


def test_late_acceptance_takes_the_order_after_the_client_has_hung_up(shop: Vendor) -> None:
    shop.http.timeout = httpx.Timeout(0.1)
    with pytest.raises(httpx.ReadTimeout):
        _create_with(shop, "late_acceptance", "LATE-2", seconds=0.3)
    shop.http.timeout = httpx.Timeout(5.0)
    assert shop.accepted("LATE-2") == []
    time.sleep(0.5)
    assert len(shop.accepted("LATE-2")) == 1


def test_accepted_never_created_answers_202_for_an_order_that_never_exists(shop: Vendor) -> None:
    shop.admin.switch(creation_delay=0)
    answer = _create_with(shop, "accepted_never_created", "NEVER-1")
    order = answer.json()["purchaseOrderId"]
    assert answer.status_code == 202
    assert shop.order(order).status_code == shop.status(order).status_code == 404
    assert [entry["materialised"] for entry in shop.accepted("NEVER-1")] == [False]


@pytest.mark.parametrize(
    ("fault", "status", "taken"),
    [
        ("error_500_before", 500, 0),
        ("error_500_after", 500, 1),
        ("error_503", 503, 0),
        ("html_202", 202, 1),
        ("html_200", 200, 0),
        ("not_found_html", 404, 0),
    ],
)
def test_html_answers_come_with_or_without_the_order_taken(shop: Vendor, fault: str, status: int, taken: int) -> None:
    answer = _create_with(shop, fault, f"HTML-{fault}")
    assert answer.status_code == status
    assert answer.headers["Content-Type"].startswith("text/html")
    assert len(shop.accepted(f"HTML-{fault}")) == taken


def test_throttled_429_takes_nothing_and_carries_the_headers_of_the_script(shop: Vendor) -> None:
    answer = _create_with(shop, "throttled_429", "BUSY-1", headers={"Retry-After": "1000000000"})
    assert (answer.status_code, answer.text) == (429, "rate limit exceeded")
    assert (answer.headers["X-RateLimit-Remaining"], answer.headers["Retry-After"]) == ("0", "1000000000")
    assert shop.accepted("BUSY-1") == []


def test_an_expired_token_stays_expired(shop: Vendor) -> None:
    answer = _create_with(shop, "expired_token", "EXPIRED-1")
    assert (answer.status_code, answer.headers["Content-Type"]) == (401, "text/plain; charset=utf-8")
    assert shop.create("EXPIRED-1").status_code == 401
    shop.sign_in()
    assert shop.create("EXPIRED-1").status_code == 202


def test_truncated_json_with_a_length_is_a_broken_answer(shop: Vendor) -> None:
    with pytest.raises(httpx.RemoteProtocolError):
        _report_with(shop, "truncated_json")


def test_truncated_json_without_a_length_looks_whole_until_it_is_parsed(shop: Vendor) -> None:
    answer = _report_with(shop, "truncated_json", content_length=False)
    assert answer.status_code == 200
    with pytest.raises(json.JSONDecodeError):
        answer.json()


@pytest.mark.parametrize("fault", ["drip_headers", "drip_body"])
def test_dripping_bytes_outlast_a_read_timeout(shop: Vendor, fault: str) -> None:
    shop.http.timeout = httpx.Timeout(0.3)
    start = time.monotonic()
    answer = _create_with(shop, fault, f"DRIP-{fault}", seconds=0.002)
    shop.http.timeout = httpx.Timeout(5.0)
    assert answer.status_code == 202
    assert time.monotonic() - start > 0.3


def test_a_gzip_bomb_is_small_on_the_wire_and_large_unpacked(shop: Vendor) -> None:
    shop.admin.add_faults({"operation": REPORT, "fault": "gzip_bomb", "megabytes": 16})
    url = f"{shop.ready['vendor_inventory_url']}vendors/5123/companies/{shop.company}/locations/{shop.location}"
    headers = {"Authorization": f"Bearer {shop.token}"}
    with shop.http.stream("GET", f"{url}/reports/inventory", params=shop.window(), headers=headers) as answer:
        packed = b"".join(answer.iter_raw())
    assert answer.headers["Content-Encoding"] == "gzip"
    assert len(packed) < 100_000
    assert len(zlib.decompress(packed, 31)) > 16_000_000


def test_a_huge_body_is_the_right_answer_and_much_space(shop: Vendor) -> None:
    answer = _report_with(shop, "huge_body", megabytes=4)
    assert len(answer.content) > 4_000_000
    assert len(answer.json()) == 40


@pytest.mark.parametrize(
    ("fault", "stock_of_first", "rows"),
    [
        ("empty", [], 0),
        ("halved", [3], 20),
        ("duplicated_rows", [3, 3], 43),
        ("conflicting_rows", [3, 4], 43),
        ("negative", [-40], 40),
        ("huge", [1_000_000_000], 40),
        ("null", [None], 40),
        ("mistyped_field", ["plenty"], 40),
        ("missing_field", ["absent"], 40),
        ("extra_fields", [3], 40),
        ("wrong_location", [3], 40),
    ],
)
def test_a_report_is_damaged_as_scripted(shop: Vendor, fault: str, stock_of_first: list[Any], rows: int) -> None:
    shop.admin.set_stock(shop.location, "00123", in_stock=3)
    report = _report_with(shop, fault).json()
    first = [row.get("QuantityInStock", "absent") for row in report if row["VendorSku"] == "00123"]
    assert (first, len(report)) == (stock_of_first, rows)
    if fault == "extra_fields":
        assert "ReorderHint" in report[0]
    if fault == "wrong_location":
        assert report[0]["LocationId"] != shop.location
    assert len(shop.inventory()) == 40


def test_nan_is_the_bare_word(shop: Vendor) -> None:
    assert '"QuantityOnOrder": NaN' in _report_with(shop, "nan", field="QuantityOnOrder", sku="NA").text


def test_a_fault_waits_counts_and_keeps_to_its_location(shop: Vendor) -> None:
    other = shop.ready["companies"][0]["locations"][1]
    fault = {"operation": REPORT, "fault": "error_503", "location": other, "after": 1, "count": 2}
    shop.admin.add_faults(fault)
    assert shop.report("reports/inventory").status_code == 200
    answers = [shop.report("reports/inventory", other).status_code for _ in range(4)]
    assert answers == [200, 503, 503, 200]
    assert [entry["happened"] for entry in shop.admin.faults()] == [2]


def test_a_fault_may_happen_by_chance_and_for_ever(shop: Vendor) -> None:
    shop.admin.add_faults({"operation": "*", "fault": "error_503", "count": None, "probability": 0.5})
    answers = {shop.call("GET", "companyRelationships").status_code for _ in range(40)}
    assert answers == {200, 503}


def test_the_token_endpoint_has_faults_too(shop: Vendor) -> None:
    shop.admin.add_faults({"operation": "token", "fault": "error_503"})
    assert shop.ask_token().status_code == 503
    assert shop.ask_token().status_code == 200


@pytest.mark.parametrize(
    "fault", [{"operation": "create", "fault": "empty"}, {"operation": "*", "fault": "fire"}, {"operation": "*"}]
)
def test_a_fault_that_does_not_exist_is_refused(shop: Vendor, fault: dict[str, Any]) -> None:
    answer = shop.http.post(f"{shop.ready['admin_url']}/faults", json=[fault])
    assert answer.status_code == 400
    assert shop.admin.faults() == []


def further_calls(shop: Vendor) -> dict[str, Callable[[], httpx.Response]]:
    """A call of each operation of the further services; the fault comes before anything is looked at."""
    one = "(0f2c7d1e-93ab-4c55-8e21-5b7a64d0c9f3)"
    orders, full, sale = f"Orders{one}", f"OrderFull{one}", f"SaleOrder{one}"
    table = {
        "orders.create": ("POST", "orders_url", "Orders"),
        "orders.list": ("GET", "orders_url", "Orders"),
        "orders.read": ("GET", "orders_url", orders),
        "orders.replace": ("PUT", "orders_url", orders),
        "orders.add_item": ("POST", "orders_url", f"{orders}/Items"),
        "orders.items": ("GET", "orders_url", f"{orders}/Items"),
        "orders.process": ("POST", "orders_url", f"{orders}/Process"),
        "orders.create_full": ("POST", "orders_url", "OrderFull"),
        "orders.list_full": ("GET", "orders_url", "OrderFull"),
        "orders.read_full": ("GET", "orders_url", full),
        "orders.replace_full": ("PUT", "orders_url", full),
        "purchase_orders.list": ("GET", "purchase_orders_url", "OrderWithDetail"),
        "purchase_orders.create": ("POST", "purchase_orders_url", "OrderCreation"),
        "sales_orders.create_invoice": ("POST", "sales_orders_url", "SaleInvoice"),
        "sales_orders.create": ("POST", "sales_orders_url", "SaleOrder"),
        "sales_orders.read": ("GET", "sales_orders_url", sale),
        "sales_orders.search": ("GET", "sales_orders_url", "SaleOrder"),
        "sales_orders.status": ("GET", "sales_orders_url", f"SaleOrderStatus{one}"),
        "sales_orders.set_status": ("PUT", "sales_orders_url", f"SaleOrderStatus{one}"),
        "sales_orders.log": ("GET", "sales_orders_url", f"{sale}/StatusLog"),
        "sales_orders.log_entry": ("GET", "sales_orders_url", f"{sale}/StatusLog{one}"),
    }
    return {name: partial(shop.service, method, url, path) for name, (method, url, path) in table.items()}


def test_every_operation_can_be_made_to_fail(shop: Vendor) -> None:
    order = shop.created("ALL-1")
    line = [{"VendorSku": "00123", "Quantity": 1, "Cost": 1}]
    calls: dict[str, Callable[[], httpx.Response]] = {
        "token": shop.ask_token,
        "enabled_companies": lambda: shop.call("GET", "companyRelationships"),
        "enabled_locations": lambda: shop.call("GET", f"companyRelationships/{shop.company}/locations"),
        REPORT: lambda: shop.report("inventoryReport"),
        CREATE: lambda: shop.create("ALL-2"),
        "purchase_order_status": lambda: shop.status(order),
        "list_purchase_orders": lambda: shop.call("GET", f"companies/{shop.company}/purchaseOrders"),
        "get_purchase_order": lambda: shop.order(order),
        "update_products": lambda: shop.edit("PUT", order, line),
        "add_products": lambda: shop.edit("POST", order, line, "addProducts"),
        "remove_products": lambda: shop.edit("DELETE", order, ["00123"]),
        "transfers_report": lambda: shop.report("reports/transfers"),
        "receiving_report": lambda: shop.report("reports/receiving"),
        "adjustments_report": lambda: shop.report("reports/adjustments"),
        "product_sales": lambda: shop.report("productSales"),
    }
    calls |= further_calls(shop)
    assert set(calls) == set(OPERATIONS)
    for operation, call in calls.items():
        shop.admin.add_faults({"operation": operation, "fault": "error_503"})
        assert (operation, call().status_code) == (operation, 503)
    assert len(ANSWER_FAULTS) + len(DAMAGE_FAULTS) == len({*ANSWER_FAULTS, *DAMAGE_FAULTS})
