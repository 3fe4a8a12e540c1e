"""Purchase orders over SOAP: made at once, echoed with sentinels, never twice, and the same orders as over REST."""

from __future__ import annotations

import re
from typing import Any
from uuid import uuid4

import pytest

from tests.sandbox.soaping import ZERO_GUID, Soap, fault, row_of, rows, text, tree

PREFIX = "System.Web.Services.Protocols.SoapException: Server was unable to process request. ---> "
SERVICES = pytest.mark.parametrize("service", ["vmi", "cmi"])


def _bool(soap: Soap, operation: str, service: str = "vmi", **parameters: Any) -> str:
    return text(soap.call(service, operation, **parameters), f"{operation}Result")


def _draft(soap: Soap, number: str, **changes: Any) -> str:
    answer = soap.vmi("CreateUncommittedPurchaseOrder", purchaseOrder=soap.order(number, **changes))
    return text(answer, "PurchaseOrderID")


@SERVICES
def test_the_echo_of_a_create_has_the_numbers_of_the_platform_and_a_sentinel_for_the_rest(
    soap: Soap, service: str
) -> None:
    answer = soap.create(f"ECHO-{service}", service)
    order = row_of(next(node for node in tree(answer).iter() if node.tag.endswith("CreatePurchaseOrderResult")))
    data, product = order["PurchaseOrderData"], order["ProductsOrdered"][0]
    assert order["PurchaseOrderID"] == data["PurchaseOrderID"] != ZERO_GUID
    assert re.fullmatch(r"[A-Z]{3,5}PO\d+", data["RetailiQPurchaseOrderNumber"])
    assert int(data["RetailiQPurchaseOrderID"]) > 22073
    assert re.fullmatch(r"\d\d/\d\d/\d{4} \d\d:\d\d:\d\d", data["CreatedDate"])
    assert (data["OrderTotal"], data["ShippingTotal"], data["CreatedByVMI"]) == ("-1", "-1", "true")
    assert (data["VendorInvoiceNumber"], data["ShipToStoreName"]) == (f"ECHO-{service}", "")
    known = {"VendorSKU": "00123", "QuantityOrdered": "10", "ProductItemID": "0", "ProductID": ZERO_GUID}
    assert {name: product[name] for name in known} == known
    assert float(product["ProductCost"]) > 0
    assert {product[name] for name in ("QuantityInStock", "MaximumLevel", "QuantityReceived", "QuantitySold")} == {"-1"}
    assert (product["RetailPrice"], product["Enabled"], product["DateEOL"]) == ("0", "false", None)
    assert "ProductSKU" not in product


@SERVICES
def test_an_order_over_soap_is_there_at_once_and_seen_over_rest(soap: Soap, service: str) -> None:
    shop = soap.vendor
    before = shop.inventory()["NA"]
    products = [{"VendorSKU": "NA", "QuantityOrdered": 7, "ProductCost": 3.5}]
    order = soap.created(f"BOTH-{service}", service, products=products, Comments="by the door")
    assert shop.inventory()["NA"] == {**before, "QuantityOnOrder": before["QuantityOnOrder"] + 7}
    assert shop.listed()[order]["VendorInvoiceNumber"] == f"BOTH-{service}"
    (line,) = shop.order(order).json()["Products"]
    assert (line["VendorSku"], line["QuantityOrdered"], line["Cost"]) == ("NA", 7, 3.5)
    (entry,) = shop.accepted(f"BOTH-{service}")
    assert (entry["channel"], entry["stage"], entry["request"]["Comments"]) == (service, "open", "by the door")
    assert shop.ready["password"] not in str(entry)


def test_an_order_over_rest_is_seen_over_soap(soap: Soap) -> None:
    shop = soap.vendor
    before = int(soap.inventory()["NA"]["QuantityOnUncommittedOrder"])
    line = {"VendorSku": "NA", "Quantity": 4, "Cost": 2}
    order = shop.created("REST-1", Committed=False, Products=[line], Comments="soon")
    found = soap.found("REST-1")
    data, product = found["PurchaseOrderData"], found["ProductsOrdered"][0]
    assert (found["PurchaseOrderID"], data["Comments"], data["OrderTotal"]) == (order, "soon", "8")
    assert (product["VendorSKU"], product["QuantityOrdered"], product["QuantityReceived"]) == ("NA", "4", "-1")
    assert re.fullmatch(r"\d\d/\d\d/\d{4}", data["EstimatedArrivalDate"])
    assert int(soap.inventory()["NA"]["QuantityOnUncommittedOrder"]) == before + 4
    (entry,) = shop.accepted("REST-1")
    assert entry["channel"] == "vendor_inventory"


@SERVICES
def test_the_clients_own_order_id_becomes_the_orders_id_and_is_taken_once(soap: Soap, service: str) -> None:
    own = str(uuid4())
    assert soap.created(f"OWN-{service}-1", service, order_id=own.upper()) == own
    again = soap.create(f"OWN-{service}-2", service, order_id=own)
    assert fault(again) == (
        "soap:Server",
        f"{PREFIX}Existing Purchase order has been found with Purchase Order ID [{own}]",
    )
    assert soap.vendor.accepted(f"OWN-{service}-2") == []


@SERVICES
def test_an_invoice_number_is_taken_once_per_store(soap: Soap, service: str) -> None:
    number = f"TWICE-{service}"
    soap.created(number, service)
    says = f"Found Purchase orders for StoreID [{soap.store}] by VendorInvoiceNumber [{number}]"
    assert fault(soap.create(number, service)) == ("soap:Server", PREFIX + says)
    assert len(soap.vendor.accepted(number)) == 1
    elsewhere = {"ShipToStoreID": soap.stores[1], "BillToStoreID": soap.stores[1]}
    assert soap.create(number, service, **elsewhere).status_code == 200
    soap.vendor.admin.switch(soap_duplicate_scope="company")
    assert "Found Purchase orders" in fault(soap.create(number, service, **elsewhere))[1]
    soap.vendor.admin.switch(soap_duplicate_invoice="accept")
    assert soap.create(number, service).status_code == 200


def test_a_number_used_over_rest_is_a_duplicate_over_soap(soap: Soap) -> None:
    soap.vendor.created("CROSS-1")
    assert "by VendorInvoiceNumber [CROSS-1]" in fault(soap.create("CROSS-1"))[1]


@SERVICES
@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"ShipToStoreID": 0}, "ShipToStoreID must be > 0 or ShipToVendorAccountNumber must be supplied"),
        ({"BillToStoreID": -1}, "BillToStoreID must be > 0 or BillToVendorAccountNumber must be supplied"),
        ({"EstimatedArrivalDate": "2030-01-31"}, "The estimated arrival date is not in the MM/dd/yyyy format"),
        ({"EstimatedArrivalDate": "1/31/2030"}, "The estimated arrival date is not in the MM/dd/yyyy format"),
        ({"EstimatedArrivalDate": "13/31/2030"}, "The estimated arrival date is not in the MM/dd/yyyy format"),
        ({"EstimatedArrivalDate": ""}, "The estimated arrival date is not in the MM/dd/yyyy format"),
        ({"VendorInvoiceNumber": ""}, "VendorInvoiceNumber must be supplied"),
        ({"ShipToStoreID": 131}, "Store [131] could not be found"),
        ({"products": []}, "at least one product"),
        ({"products": [{"VendorSKU": "no such", "QuantityOrdered": 1}]}, "Product [no such] could not be found"),
        ({"products": [{"VendorSKU": "NA", "QuantityOrdered": 0}]}, "QuantityOrdered of product [NA] must be > 0"),
        ({"products": [{"VendorSKU": "NA", "QuantityOrdered": 1}] * 2}, "Product [NA] appears more than once"),
    ],
)
def test_a_create_that_lacks_something_is_a_fault_and_makes_nothing(
    soap: Soap, service: str, changes: dict[str, Any], says: str
) -> None:
    before = len(soap.vendor.admin.audit()["accepted"])
    code, said = fault(soap.create("LACKS-1", service, **changes))
    assert code == "soap:Server"
    assert said.startswith(PREFIX)
    assert says in said
    assert len(soap.vendor.admin.audit()["accepted"]) == before


def test_a_quantity_in_the_wrong_case_is_the_default_zero_and_refused(soap: Soap) -> None:
    answer = soap.create("CASE-1", products=[{"VendorSKU": "NA", "quantityOrdered": 5}])
    assert "QuantityOrdered of product [NA] must be > 0" in fault(answer)[1]
    answer = soap.vmi("CreatePurchaseOrder", purchaseOrder=soap.order("CASE-2"))
    assert "Object reference not set" in fault(answer)[1]


def test_an_account_number_and_a_product_item_id_do_as_well(soap: Soap) -> None:
    account = rows(soap.vmi("GetStoreList"), "StoreInformation")[0]["VendorAccountNumber"]
    item = int(soap.inventory()["NA"]["ProductItemID"])
    order = soap.created(
        "ACCOUNT-1",
        ShipToStoreID=0,
        ShipToVendorAccountNumber=account,
        products=[{"ProductItemID": item, "QuantityOrdered": 1}],
    )
    assert [line["VendorSku"] for line in soap.vendor.order(order).json()["Products"]] == ["NA"]
    assert soap.found("ACCOUNT-1")["PurchaseOrderData"]["ShipToStoreID"] == str(soap.store)


def test_an_unknown_vendor_id_of_cmi_is_taken_or_refused_by_switch(soap: Soap) -> None:
    order = soap.order("VENDOR-1")
    stranger = {"vendorId": "96D20A50-65BB-42EE-B6D2-001CFBE8F848"}
    soap.vendor.admin.switch(cmi_vendor_id="refuse")
    assert "Vendor [96d20a50" in fault(soap.cmi("CreatePurchaseOrder", **stranger, PurchaseOrder=order))[1]
    known = {"vendorId": soap.ready["vendor_guid"]}
    assert soap.cmi("CreatePurchaseOrder", **known, PurchaseOrder=order).status_code == 200
    soap.vendor.admin.switch(cmi_vendor_id="accept")
    other = soap.order("VENDOR-2")
    assert soap.cmi("CreatePurchaseOrder", **stranger, PurchaseOrder=other).status_code == 200


def test_the_echo_may_name_another_quantity_than_was_sent(soap: Soap) -> None:
    soap.vendor.admin.switch(echo_quantity=4)
    answer = soap.create("ECHO-4", products=[{"VendorSKU": "NA", "QuantityOrdered": 1}])
    assert text(answer, "QuantityOrdered") == "4"
    assert soap.found("ECHO-4")["ProductsOrdered"][0]["QuantityOrdered"] == "1"


def test_an_update_replaces_the_whole_list_and_no_products_leave_it_alone(soap: Soap) -> None:
    order = _draft(soap, "UPDATE-1")
    new = {
        "PurchaseOrderID": order,
        "PurchaseOrderData": {"VendorInvoiceNumber": "UPDATE-1B", "Comments": "changed"},
        "ProductsOrdered": {"ProductInformation": [{"VendorSKU": "NA", "QuantityOrdered": 3}]},
    }
    assert _bool(soap, "UpdatePurchaseOrder", purchaseOrder=new) == "true"
    found = soap.found("UPDATE-1B")
    assert [(one["VendorSKU"], one["QuantityOrdered"]) for one in found["ProductsOrdered"]] == [("NA", "3")]
    assert found["PurchaseOrderData"]["Comments"] == "changed"
    del new["ProductsOrdered"]
    new["PurchaseOrderData"] = {"Comments": "again"}
    assert _bool(soap, "UpdatePurchaseOrder", purchaseOrder=new) == "true"
    found = soap.found("UPDATE-1B")
    assert (len(found["ProductsOrdered"]), found["PurchaseOrderData"]["Comments"]) == (1, "again")


@pytest.mark.parametrize("action", ["receive_partly", "receive", "close_short"])
def test_an_order_of_which_goods_came_or_that_is_complete_cannot_be_updated(soap: Soap, action: str) -> None:
    order = soap.created(f"CLOSED-{action}")
    soap.vendor.admin.change_order(order, action)
    answer = soap.vmi("UpdatePurchaseOrder", purchaseOrder={"PurchaseOrderID": order})
    says = f"Cannot update Purchase Order [{order}] because it has received products or is marked as complete"
    assert fault(answer) == ("soap:Server", PREFIX + says)


def test_an_uncommitted_order_can_be_cancelled_and_a_committed_one_cannot(soap: Soap) -> None:
    shop = soap.vendor
    draft, committed = _draft(soap, "CANCEL-1"), soap.created("CANCEL-2")
    assert _bool(soap, "CancelUncommittedPurchaseOrder", purchaseOrderId=draft) == "true"
    assert _bool(soap, "CancelUncommittedPurchaseOrder", purchaseOrderId=committed) == "false"
    assert draft not in shop.listed()
    assert committed in shop.listed()
    assert [entry["cancelled"] for entry in shop.accepted("CANCEL-1")] == [True]
    assert "could not be found" in fault(soap.vmi("CancelUncommittedPurchaseOrder", purchaseOrderId=draft))[1]


def _ids(soap: Soap, operation: str, service: str = "vmi", **parameters: Any) -> set[str]:
    found = rows(soap.call(service, operation, **parameters), "PurchaseOrderInformation")
    return {row["PurchaseOrderID"] for row in found}


def test_the_lists_tell_uncommitted_committed_and_complete_orders_apart(soap: Soap) -> None:
    draft, committed, complete = _draft(soap, "STATES-1"), soap.created("STATES-2"), soap.created("STATES-3")
    soap.vendor.admin.change_order(complete, "receive")
    mine = {draft, committed, complete}
    assert _ids(soap, "GetUncommittedPurchaseOrderList") & mine == {draft}
    assert _ids(soap, "GetCommittedPurchaseOrderList") & mine == {committed}
    dates = {"startDateReceived": "2020-01-01T00:00:00", "endDateReceived": "2100-01-01T00:00:00"}
    assert _ids(soap, "GetCompletedPurchaseOrderList", **dates) & mine == {complete}
    past = {"startDateReceived": "2020-01-01T00:00:00", "endDateReceived": "2020-02-01T00:00:00"}
    assert _ids(soap, "GetCompletedPurchaseOrderList", **past) == set()
    assert _ids(soap, "GetPurchaseOrderList") >= mine


@pytest.mark.parametrize(
    ("service", "operation"), [("vmi", "GetClientPurchaseOrdersByStatus"), ("cmi", "GetPurchaseOrdersByStatus")]
)
def test_orders_by_status_cover_the_window_with_its_last_day(soap: Soap, service: str, operation: str) -> None:
    number = f"STATUS-{service}"
    order = soap.created(number)
    today = f"{soap.vendor.now():%Y-%m-%d}"
    state = {"isCommitted": True, "isCompleted": False}
    assert order in _ids(soap, operation, service, **state, startDate=today, endDate=today)
    assert order in _ids(soap, operation, service, **state, startDate=f"{today}T00:00:00.000", endDate="2100-01-01")
    early = f"{today}T00:00:00.000"
    assert order not in _ids(soap, operation, service, **state, startDate=early, endDate=early)
    other = {"isCommitted": False, "isCompleted": False, "startDate": today, "endDate": today}
    assert order not in _ids(soap, operation, service, **other)
    assert "DateTime" in fault(soap.call(service, operation, **state, startDate="soon", endDate=today))[1]


@SERVICES
def test_an_order_is_found_by_reference_number_and_by_the_number_on_its_paper(soap: Soap, service: str) -> None:
    number = f"FOUND-{service}"
    order = soap.created(number, service)
    paper = soap.found(number)["PurchaseOrderData"]["RetailiQPurchaseOrderNumber"]
    for operation, asked in (
        ("GetPurchaseOrderByReferenceNumber", {"purchaseOrderReferenceNumber": number}),
        ("GetPurchaseOrderByBusinessID", {"purchaseOrderIdByStore": paper}),
    ):
        answer = soap.call(service, operation, **asked)
        assert text(answer, "PurchaseOrderID") == order


def test_a_number_that_nobody_used_is_an_empty_answer_or_a_fault_by_switch(soap: Soap) -> None:
    asked = {"purchaseOrderReferenceNumber": "NOBODY-1"}
    empty = soap.vmi("GetPurchaseOrderByReferenceNumber", **asked)
    assert empty.status_code == 200
    assert len(tree(empty)[0][0]) == 0
    soap.vendor.admin.switch(soap_order_not_found="fault")
    assert "[NOBODY-1] could not be found" in fault(soap.vmi("GetPurchaseOrderByReferenceNumber", **asked))[1]


def test_comments_change_by_any_of_three_names(soap: Soap) -> None:
    order = soap.created("COMMENT-1", "cmi")
    rq_id = soap.found("COMMENT-1")["PurchaseOrderData"]["RetailiQPurchaseOrderID"]
    for name, named in (
        ("purchaseOrderID", order),
        ("retailiQPurchaseOrderID", rq_id),
        ("referenceNumber", "COMMENT-1"),
    ):
        assert soap.cmi("UpdatePurchaseOrderComments", **{name: named}, comments=f"by {name}").status_code == 200
        assert soap.found("COMMENT-1")["PurchaseOrderData"]["Comments"] == f"by {name}"
    assert "could not be found" in fault(soap.cmi("UpdatePurchaseOrderComments", comments="whose"))[1]


def test_the_retailers_own_order_is_named_by_its_retailiq_id_alone(soap: Soap) -> None:
    number = f"{soap.vendor.company}-9000"
    rq_id = soap.found(number)["PurchaseOrderData"]["RetailiQPurchaseOrderID"]
    assert "could not be found" in fault(soap.cmi("UpdatePurchaseOrderComments", referenceNumber=number))[1]
    answer = soap.cmi("UpdatePurchaseOrderComments", retailiQPurchaseOrderID=rq_id, comments="ours")
    assert answer.status_code == 200
    assert soap.found(number)["PurchaseOrderData"]["CreatedByVMI"] == "false"


def test_an_order_sent_to_another_location_brings_its_goods_there(soap: Soap) -> None:
    shop = soap.vendor
    here, there = (location["locations"] for location in [shop.ready["companies"][0]] * 2)
    before = [shop.inventory(location)["NA"]["QuantityOnOrder"] for location in here]
    order = soap.created("MOVE-1", "cmi", products=[{"VendorSKU": "NA", "QuantityOrdered": 6}])
    answer = soap.cmi("UpdateSalesAndPurchaseOrderLocation", purchaseOrderID=order, shipToStoreId=soap.stores[1])
    assert text(answer, "UpdateSalesAndPurchaseOrderLocationResult") == "true"
    after = [shop.inventory(location)["NA"]["QuantityOnOrder"] for location in there]
    assert after == [before[0], before[1] + 6]
    shop.admin.change_order(order, "receive")
    moved = soap.cmi("UpdateSalesAndPurchaseOrderLocation", purchaseOrderID=order, shipToStoreId=soap.store)
    assert "Cannot update Purchase Order" in fault(moved)[1]
