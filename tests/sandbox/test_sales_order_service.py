"""What the Sales Order service answers to creates and states, and tells in its log, over sockets."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest

from tests.sandbox.running import Vendor
from tests.sandbox.sales import (
    JSON,
    TAX_SERVICE,
    audited,
    end,
    found,
    get,
    item,
    log,
    logged,
    made,
    paths,
    post,
    sale,
    state,
)

FOREIGN = "0f2c7d1e-93ab-4c55-8e21-5b7a64d0c9f3"
UNSET = "0001-01-01T00:00:00"
SEVEN_DIGITS = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}\+00:00")


@pytest.fixture(autouse=True)
def soon(shop: Vendor) -> None:
    shop.admin.switch(sale_log_delay=0.0)


def test_the_answer_to_a_create_is_the_order_with_dates_that_are_not_set_yet(shop: Vendor) -> None:
    body = sale(shop, item(CorrelationId="C" * 40), Payments=[{"Id": FOREIGN, "PaymentMethodId": FOREIGN, "Amount": 5}])
    fresh = post(shop, {**body, "Id": FOREIGN, "CompanyId": 1, "DateInsertedUtc": "2001-01-01T00:00:00"}).json()
    assert (fresh["DateInsertedUtc"], fresh["DateUpdatedUtc"]) == (UNSET, UNSET)
    assert (fresh["CompanyId"], fresh["PrintableId"]) == (shop.company, body["PrintableId"])
    (only,) = fresh["Items"]
    assert (only["CorrelationId"], only["SupplierEntityId"], only["SerialNumber"]) == ("C" * 40, None, None)
    (payment,) = fresh["Payments"]
    assert payment["Amount"] == 5
    assert FOREIGN not in {fresh["Id"], payment["Id"], payment["PaymentMethodId"]}
    read = get(shop, f"SaleOrder({fresh['Id']})")
    assert SEVEN_DIGITS.fullmatch(read["DateInsertedUtc"])
    dates = ("DateInsertedUtc", "DateUpdatedUtc")
    assert {**read, **dict.fromkeys(dates, UNSET)} == fresh


@pytest.mark.parametrize("key", ["IqTaxServiceId", "IqmetrixTaxServiceId"])
def test_both_spellings_of_the_tax_service_are_read_and_one_is_written(shop: Vendor, key: str) -> None:
    shop.admin.switch(tax_service_key=key)
    for sent in ("IqTaxServiceId", "IqmetrixTaxServiceId"):
        (only,) = made(shop, item(TaxLineItems=[{sent: TAX_SERVICE}]))["Items"]
        assert only["TaxLineItems"] == [{key: TAX_SERVICE}]


def test_the_log_is_empty_until_the_delay_is_over_and_then_tells_success(shop: Vendor) -> None:
    shop.admin.switch(sale_log_delay=0.4)
    sale_id = made(shop)["Id"]
    assert log(shop, sale_id) == []
    (entry,) = logged(shop, sale_id)
    assert (entry["Status"], entry["Details"], entry["SaleOrderId"]) == ("Success", "Sent to POS", sale_id)
    assert get(shop, f"SaleOrder({sale_id})/StatusLog({entry['Id']})") == [entry]
    assert state(shop, sale_id) == "Pending"


def test_a_failure_is_told_in_the_switchs_words_and_a_person_may_mend_it(shop: Vendor) -> None:
    shop.admin.switch(sale_outcome="failure", sale_failure_text="The till is closed")
    sale_id = made(shop)["Id"]
    (entry,) = logged(shop, sale_id)
    assert (entry["Status"], entry["Details"]) == ("Failure", "The till is closed")
    shop.admin.tell_sale(sale_id, "succeed", "Manually convert to invoice")
    shop.admin.tell_sale(sale_id, "fail", "Again")
    assert [one["Status"] for one in log(shop, sale_id)] == ["Failure", "Success", "Failure"]
    path = f"SaleOrder({sale_id})/StatusLog"
    failures = get(shop, path, **{"$filter": "Status eq 'Failure'", "$skip": "1", "$top": "5"})
    assert [one["Details"] for one in failures] == ["Again"]
    assert get(shop, path, **{"$filter": "substringof('convert', Details)"})[0]["Status"] == "Success"
    assert len(get(shop, path, **{"$filter": "UpdatedDate ge DateTime'2020-01-01' and UserId eq 0"})) == 3


def test_a_sale_that_is_lost_in_silence_is_read_and_found_and_never_in_the_log(shop: Vendor) -> None:
    shop.admin.switch(sale_outcome="silent")
    whole = made(shop)
    shop.admin.advance(1)
    shop.sign_in()
    assert log(shop, whole["Id"]) == []
    assert found(shop, f"PrintableId eq '{whole['PrintableId']}'") == [whole["PrintableId"]]
    assert state(shop, whole["Id"]) == "Pending"
    (told,) = audited(shop, whole["PrintableId"])
    assert (told["in_pos"], told["log"], told["materialised"]) == (False, [], True)


@pytest.mark.parametrize("first", ["Completed", "Cancelled"])
@pytest.mark.parametrize("second", ["Completed", "Cancelled"])
def test_a_state_is_set_once_and_the_echo_still_shows_pending(shop: Vendor, first: str, second: str) -> None:
    sale_id = made(shop, resource="SaleOrder")["Id"]
    echo = end(shop, sale_id, first.lower(), UpdatedBy=236177)
    assert (echo.status_code, echo.json()) == (200, [{"Id": sale_id, "State": "Pending", "UpdatedBy": 236177}])
    read = get(shop, f"SaleOrder({sale_id})")
    assert read["DateUpdatedUtc"] > read["DateInsertedUtc"]
    again = end(shop, sale_id, second)
    assert again.status_code == 400
    assert again.json()["Message"] == f"Resource state transition from {first} to {second} is invalid"
    assert get(shop, f"SaleOrderStatus({sale_id})") == [{"Id": sale_id, "State": first, "UpdatedBy": 236177}]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"Id": FOREIGN}, "found in the request content don't match"),
        ({"State": "Pending"}, "Missing valid State"),
        ({"State": None}, "Missing valid State"),
        ({"UpdatedBy": "ann"}, "Missing valid UpdatedBy"),
    ],
)
def test_what_is_no_change_of_state_is_refused(shop: Vendor, changes: dict[str, Any], words: str) -> None:
    sale_id = made(shop)["Id"]
    body = {"Id": sale_id, "State": "Completed", **changes}
    answer = shop.service("PUT", "sales_orders_url", f"SaleOrderStatus({sale_id})", json=body)
    assert answer.status_code == 400
    assert words in answer.json()["Message"]
    assert state(shop, sale_id) == "Pending"


def test_what_is_not_there_is_404_and_another_company_sees_nothing_of_it(shop: Vendor) -> None:
    sale_id = made(shop)["Id"]
    entry = logged(shop, sale_id)[0]["Id"]
    for name, path in paths(FOREIGN, entry).items():
        answer = shop.service("GET", "sales_orders_url", path, headers=JSON)
        assert answer.status_code == (200 if name == "search" else 404)
    assert shop.service("GET", "sales_orders_url", f"SaleOrder({sale_id})/StatusLog({FOREIGN})").status_code == 404
    first, other = shop.company, shop.ready["companies"][1]["id"]
    answers = {}
    for company in (other, 1):
        shop.company = company
        try:
            answers[company] = {
                name: shop.service("GET", "sales_orders_url", path, headers=JSON)
                for name, path in paths(sale_id, entry).items()
            }
        finally:
            shop.company = first
    assert {name: answer.status_code for name, answer in answers[other].items()} == {
        **dict.fromkeys(answers[other], 404),
        "search": 200,
    }
    assert sale_id not in [one["Id"] for one in answers[other]["search"].json()]
    assert {answer.status_code for answer in answers[1].values()} == {404}


def test_a_company_that_is_not_enabled_is_forbidden(shop: Vendor) -> None:
    access = {"company": shop.company, "enabled": False}
    shop.admin.call("POST", "access", access)
    try:
        assert post(shop, sale(shop)).status_code == 403
    finally:
        shop.admin.call("POST", "access", {**access, "enabled": True})
    assert post(shop, sale(shop)).status_code == 202


@pytest.mark.parametrize(
    ("fault", "there"),
    [("accepted_then_reset", 1), ("error_500_after", 1), ("html_202", 1), ("reset_before", 0), ("error_503", 0)],
)
@pytest.mark.parametrize(
    ("operation", "resource"),
    [("sales_orders.create_invoice", "SaleInvoice"), ("sales_orders.create", "SaleOrder")],
)
def test_a_create_that_goes_wrong_leaves_exactly_one_or_none(
    shop: Vendor, operation: str, resource: str, fault: str, there: int
) -> None:
    body = sale(shop)
    shop.admin.add_faults({"operation": operation, "fault": fault})
    if "reset" in fault:
        with pytest.raises(httpx.TransportError):
            post(shop, body, resource)
    else:
        post(shop, body, resource)
    assert len(found(shop, f"PrintableId eq '{body['PrintableId']}'")) == there
    told = audited(shop, body["PrintableId"])
    assert [(one["fault"], one["invoice"]) for one in told] == [(fault, resource == "SaleInvoice")] * there


def test_a_sale_order_that_is_answered_and_never_created_is_nowhere(shop: Vendor) -> None:
    shop.admin.add_faults({"operation": "sales_orders.create", "fault": "accepted_never_created"})
    whole = made(shop, resource="SaleOrder")
    assert found(shop, f"PrintableId eq '{whole['PrintableId']}'") == []
    assert shop.service("GET", "sales_orders_url", f"SaleOrder({whole['Id']})").status_code == 404
    (told,) = audited(shop, whole["PrintableId"])
    assert (told["materialised"], told["fault"]) == (False, "accepted_never_created")


def test_a_state_whose_answer_is_lost_is_set(shop: Vendor) -> None:
    sale_id = made(shop)["Id"]
    shop.admin.add_faults({"operation": "sales_orders.set_status", "fault": "accepted_then_reset"})
    with pytest.raises(httpx.TransportError):
        end(shop, sale_id, "Completed")
    assert state(shop, sale_id) == "Completed"


def test_the_audit_and_the_admin_tell_every_sale_order_with_what_was_sent(shop: Vendor) -> None:
    body = sale(shop)
    sale_id = post(shop, body).json()["Id"]
    logged(shop, sale_id)
    end(shop, sale_id, "Completed")
    (told,) = audited(shop, body["PrintableId"])
    assert (told["id"], told["company"], told["location"]) == (sale_id, shop.company, shop.location)
    assert (told["invoice"], told["state"], told["request"]) == (True, "Completed", body)
    assert told["log"] == [{"succeeded": True, "details": "Sent to POS"}]
    assert told in shop.admin.sale_orders()


def test_a_token_that_is_none_is_401_in_plain_text(shop: Vendor) -> None:
    shop.token = "expired-long-ago"
    answer = shop.service("GET", "sales_orders_url", "SaleOrder")
    assert (answer.status_code, answer.headers["Content-Type"].split(";")[0]) == (401, "text/plain")
