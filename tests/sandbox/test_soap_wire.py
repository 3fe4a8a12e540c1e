"""How the SOAP services read and answer: dispatch, names, identities, faults, the WSDL."""

from __future__ import annotations

from email.utils import parsedate_to_datetime
from typing import Any
from xml.etree import ElementTree as ET

import httpx
import pytest

from replenisher.sandbox.faults import SOAP_OPERATIONS
from tests.sandbox.soaping import NAMESPACE, UPPER, Soap, element, envelope, fault, local, rows, text, tree

PREFIX = "System.Web.Services.Protocols.SoapException: Server was unable to process request. ---> "
S = "{http://www.w3.org/2001/XMLSchema}"
WSDL = "{http://schemas.xmlsoap.org/wsdl/}"
PRODUCT_IN_WIRE_ORDER = (
    "ProductID ProductSKU VendorSKU ProductItemID CategoryPath MaximumLevel MinimumLevel ProductCost QuantityInStock "
    "QuantityOnOrder QuantityOnUncommittedOrder QuantityOnBackOrder QuantityInTransfer QuantityTransferIn "
    "QuantityTransferOut QuantityOnRMA QuantityOnLoan QuantityCommittedOnOrderEntry QuantitySuggestedByVendor "
    "QuantitySold GrossQuantitySold GrossQuantityReturned QuantityOrdered QuantityReceived ProductReceived Enabled "
    "MinMaxLocked DoNotOrder DateEOL RetailPrice SalePrice SaleBegin SaleEnd ProductName"
)


def _wsdl(soap: Soap, service: str) -> ET.Element:
    return tree(soap.vendor.http.get(f"{soap.ready[f'{service}_url']}?WSDL"))


def _calls(soap: Soap, service: str) -> dict[str, dict[str, Any]]:
    """Parameters with which every operation of a service answers 200."""
    serial = str(soap.vendor.admin.ids()["vendor_guid"])[:4]
    committed, uncommitted = f"ALL-{service}-1-{serial}", f"ALL-{service}-2-{serial}"
    order = soap.created(committed)
    draft = text(
        soap.vmi("CreateUncommittedPurchaseOrder", purchaseOrder=soap.order(uncommitted)),
        "PurchaseOrderID",
    )
    reports = {**soap.levels(), **soap.dates()}
    sales = {**soap.dates(40, "startDate", "endDate"), **soap.levels()}
    state = {"isCommitted": True, "isCompleted": False, "startDate": "2020-01-01", "endDate": "2100-01-01"}
    notice = {"PurchaseOrderID": order, "VendorSKU": "00123", "Quantity": 1}
    new = {"PurchaseOrderID": draft, "PurchaseOrderData": {"Comments": "soon"}}
    calls: dict[str, dict[str, Any]] = {
        "GetStoreList": {},
        "GetProductSalesReport": sales,
        "GetReceivingInfo": soap.dates(),
        "CreatePurchaseOrder": {"PurchaseOrder": soap.order(f"{committed}-A")},
        "CreateUncommittedPurchaseOrder": {"purchaseOrder": soap.order(f"{committed}-B")},
        "CreatePurchaseOrderShipmentNotice": {"notice": {"PurchaseOrderShipmentNotice": [notice]}},
        "GetPurchaseOrderByReferenceNumber": {"purchaseOrderReferenceNumber": committed},
        "GetPurchaseOrderByBusinessID": {"purchaseOrderIdByStore": "nothing"},
    }
    if service == "cmi":
        return {
            **calls,
            "UpdatePurchaseOrderComments": {"referenceNumber": committed, "comments": "later"},
            "UpdateSalesAndPurchaseOrderLocation": {"purchaseOrderID": order, "shipToStoreId": soap.stores[1]},
            "GetPurchaseOrdersByStatus": state,
        }
    returned = {"StoreID": soap.store, "Comments": "late", "ProductData": _returned()}
    first, second = (text(soap.vmi("CreateRMA", RMA=returned), "RMAID") for _ in range(2))
    soap.vmi("CommitRMA", rma={"RMAID": second})
    nothing = ("Ping", "GetCompanyList", "GetPendingCompanies", "GetEnabledCompanies", "GetDisabledCompanies")
    stock = ("GetInventoryList", "GetUpdatedInventoryList", "GetStoreInformation", "GetHierarchyInfo")
    lists = ("GetPurchaseOrderList", "GetCommittedPurchaseOrderList", "GetUncommittedPurchaseOrderList")
    return {
        **calls,
        **{name: {} for name in (*nothing, *stock, *lists)},
        "EnableCompany": {"isEnabled": True},
        "GetInventoryReport": soap.dates(),
        "GetInventoryReportByVendorSku": {"vendorSku": "NA", **soap.dates()},
        "GetGeographicInventoryReport": reports,
        "GetInventoryListingReport": soap.levels(),
        "GetAdjustmentReport": reports,
        "GetTransferCounts": reports,
        "UpdatePurchaseOrder": {"purchaseOrder": new},
        "GetPurchaseOrderShipmentNotices": {"purchaseOrderID": order},
        "GetProductSerialNumbers": {"RQProductID": 11154},
        "GetCompletedPurchaseOrderList": {"startDateReceived": "2020-01-01T00:00:00", "endDateReceived": "2100-01-01"},
        "GetClientPurchaseOrdersByStatus": state,
        "UpdateMinAndMaxProductQuantities": {"productItemID": 11143, "minQuantity": 2, "maxQuantity": 2},
        "GetEmployeeList": {"onlyEnabled": True},
        "GetRMAList": {"isCommitted": False, "isShipped": False},
        "CreateRMA": {"RMA": returned},
        "UpdateRMA": {"rma": {"RMAID": first, "Comments": "later"}},
        "CommitRMA": {"rma": {"RMAID": first}},
        "UpdateCommittedRMA": {"rma": {"RMAID": second, "ShippedAway": 1}},
        "CompleteRMA": {"rma": {"RMAID": second}},
        "CancelUncommittedPurchaseOrder": {"purchaseOrderId": draft},
    }


def _returned() -> dict[str, Any]:
    return {"RMAProduct": [{"RQProductID": 11154, "TotalQuantity": 1}]}


@pytest.mark.parametrize(("service", "count"), [("vmi", 41), ("cmi", 11)])
def test_every_operation_answers_in_the_order_of_its_wsdl_and_can_be_made_to_fail(
    soap: Soap, service: str, count: int
) -> None:
    for sku in ("NA", "PH100086"):
        soap.vendor.admin.set_stock(soap.vendor.location, sku, in_stock=9)
    orders = _orders_of_types(_wsdl(soap, service))
    calls = _calls(soap, service)
    assert {f"{service}.{name}" for name in calls} == {one for one in SOAP_OPERATIONS if one.startswith(service)}
    assert len(calls) == count
    for operation, parameters in calls.items():
        soap.vendor.admin.add_faults({"operation": f"{service}.{operation}", "fault": "error_503"})
        assert soap.call(service, operation, **parameters).status_code == 503
        answer = soap.call(service, operation, **parameters)
        assert answer.status_code == 200, (operation, answer.text)
        response = tree(answer)[0][0]
        assert response.tag == f"{{{NAMESPACE}}}{operation}Response"
        _check_order(response, orders, operation)
    assert set(soap.vendor.admin.audit()["operation_calls"]) >= {f"{service}.{name}" for name in calls}


def _orders_of_types(wsdl: ET.Element) -> dict[str, list[str]]:
    """The element names of each type of a WSDL in the order of its sequence, by the type's name or by the element's."""
    found = {}
    for holder in [*wsdl.iter(f"{S}element"), *wsdl.iter(f"{S}complexType")]:
        names = [str(child.get("name")) for child in holder.iter(f"{S}element") if child is not holder]
        if names and holder.get("name"):
            found[str(holder.get("name"))] = names
    return found


def _check_order(node: ET.Element, orders: dict[str, list[str]], operation: str) -> None:
    names = [local(child) for child in node]
    kind = local(node)
    if kind in orders and len(set(names)) > 1:
        wanted = [name for name in orders[kind] if name in names]
        assert names == wanted, (operation, kind)
    for child in node:
        _check_order(child, orders, operation)


def test_a_product_has_every_element_in_wire_order_with_nil_where_nothing_is_known(soap: Soap) -> None:
    answer = soap.vmi("GetInventoryReport", **soap.dates())
    product = next(tree(answer).iter(f"{{{NAMESPACE}}}ProductInformation"))
    assert [local(child) for child in product] == PRODUCT_IN_WIRE_ORDER.split()
    row = rows(answer, "ProductInformation")[0]
    assert (row["SalePrice"], row["SaleBegin"], row["SaleEnd"]) == (None, None, None)
    assert (row["QuantityOrdered"], row["QuantityReceived"], row["QuantitySuggestedByVendor"]) == ("-1", "-1", "-1")


def test_the_wsdl_spells_each_identity_and_action_as_the_platform_does(soap: Soap) -> None:
    for service, count in (("vmi", 41), ("cmi", 11)):
        wsdl = _wsdl(soap, service)
        orders = _orders_of_types(wsdl)
        operations = [str(one.get("name")) for one in wsdl.iter(f"{WSDL}operation")]
        assert len(operations) == count * 2
        for name in set(operations):
            wanted = "client" if service == "cmi" else "Vendor" if name in UPPER else "vendor"
            assert orders[name][0] == wanted
        actions = {one.get("soapAction") for one in wsdl.iter("{http://schemas.xmlsoap.org/wsdl/soap/}operation")}
        assert actions == {f"{NAMESPACE}/{name}" for name in operations}
        address = next(wsdl.iter("{http://schemas.xmlsoap.org/wsdl/soap/}address"))
        assert address.get("location") == soap.ready[f"{service}_url"]


def test_the_wsdl_says_which_elements_must_be_there_and_which_may_be_nil(soap: Soap) -> None:
    wsdl = _wsdl(soap, "vmi")
    product = next(one for one in wsdl.iter(f"{S}complexType") if one.get("name") == "ProductInformation")
    optional = {one.get("name") for one in product.iter(f"{S}element") if one.get("minOccurs") == "0"}
    nillable = {one.get("name") for one in product.iter(f"{S}element") if one.get("nillable") == "true"}
    assert optional == {"ProductSKU", "VendorSKU", "CategoryPath", "DateReceived", "ProductName"}
    assert nillable == {"DateEOL", "SalePrice", "SaleBegin", "SaleEnd"}


@pytest.mark.parametrize("action", ["{0}/GetStoreList", '"{0}/GetStoreList"'])
@pytest.mark.parametrize("end", ["", "?op=CreatePurchaseOrder", "/?op=CreatePurchaseOrder"])
def test_what_is_called_is_the_soap_action_with_or_without_quotes_and_never_the_url(
    soap: Soap, action: str, end: str
) -> None:
    body = envelope("GetStoreList", element("client", soap.cmi_identity()))
    headers = {"Content-Type": "text/xml", "SOAPAction": action.format(NAMESPACE)}
    answer = soap.vendor.http.post(soap.ready["cmi_url"] + end, content=body.encode(), headers=headers)
    assert [row["StoreID"] for row in rows(answer, "StoreInformation")] == [str(store) for store in soap.stores]


def _wrong_action(soap: Soap) -> httpx.Response:
    return soap.post("vmi", "GetClientPurchaseOrdersByBusinessKey", envelope("GetStoreList", ""))


def _no_action(soap: Soap) -> httpx.Response:
    return soap.post("vmi", "", envelope("GetStoreList", ""), SOAPAction="")


def _cut(soap: Soap) -> httpx.Response:
    return soap.post("vmi", "GetStoreList", envelope("GetStoreList", "")[:-9])


def _no_envelope(soap: Soap) -> httpx.Response:
    return soap.post("vmi", "GetStoreList", "<html><body/></html>")


def _dtd(soap: Soap) -> httpx.Response:
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    return soap.post("vmi", "GetStoreList", bomb + envelope("GetStoreList", "&b;").partition("?>")[2])


def _deep(soap: Soap) -> httpx.Response:
    return soap.post("vmi", "GetStoreList", envelope("GetStoreList", "<a>" * 60 + "</a>" * 60))


def _large(soap: Soap) -> httpx.Response:
    return soap.post("vmi", "GetStoreList", envelope("GetStoreList", "x" * 4_194_304))


def _no_number(soap: Soap) -> httpx.Response:
    return soap.vmi("GetProductSerialNumbers", RQProductID="several")


@pytest.mark.parametrize(
    ("ask", "says"),
    [
        (_wrong_action, "did not recognize the value of HTTP Header SOAPAction"),
        (_no_action, "did not recognize the value of HTTP Header SOAPAction"),
        (_cut, "error in XML document"),
        (_no_envelope, "no SOAP 1.1 envelope"),
        (_dtd, "DTD is prohibited"),
        (_deep, "nested too deep"),
        (_large, "Maximum request length exceeded"),
        (_no_number, "RQProductID"),
    ],
)
def test_a_request_that_cannot_be_read_is_the_clients_fault(soap: Soap, ask: Any, says: str) -> None:
    code, said = fault(ask(soap))
    assert code == "soap:Client"
    assert says in said


def test_a_request_of_another_media_type_is_not_soap_1_1(soap: Soap) -> None:
    answer = soap.post("vmi", "GetStoreList", envelope("GetStoreList", ""), **{"Content-Type": "application/json"})
    assert answer.status_code == 415


@pytest.mark.parametrize(
    "changes", [{"Password": "wrong"}, {"Username": "nobody"}, {"VendorID": "96D20A50-65BB-42EE-B6D2-001CFBE8F848"}]
)
def test_wrong_credentials_of_a_vendor_are_a_fault_with_the_switchs_text(soap: Soap, changes: dict[str, str]) -> None:
    answer = soap.vmi("GetStoreList", soap.vmi_identity(**changes))
    assert fault(answer) == ("soap:Server", f"{PREFIX}Invalid username or password")
    soap.vendor.admin.switch(soap_credentials_text="Login failed")
    answer = soap.vmi("GetStoreList", soap.vmi_identity(**changes))
    assert fault(answer) == ("soap:Server", f"{PREFIX}Login failed")


@pytest.mark.parametrize("changes", [{"Password": "wrong"}, {"ClientID": "96D20A50-65BB-42EE-B6D2-001CFBE8F848"}])
def test_wrong_credentials_of_a_retailer_are_a_fault(soap: Soap, changes: dict[str, str]) -> None:
    answer = soap.cmi("GetStoreList", soap.cmi_identity(**changes))
    assert fault(answer) == ("soap:Server", f"{PREFIX}Invalid username or password")


def test_a_guid_is_the_same_in_either_case(soap: Soap) -> None:
    identity = soap.cmi_identity(ClientID=soap.guid.upper())
    assert len(rows(soap.cmi("GetStoreList", identity), "StoreInformation")) == 2


def test_an_identity_in_the_wrong_case_is_not_there(soap: Soap) -> None:
    body = envelope("GetStoreList", element("vendor", soap.vmi_identity()))
    assert "Invalid username" in fault(soap.post("vmi", "GetStoreList", body))[1]
    body = envelope("Ping", element("Vendor", soap.vmi_identity()))
    assert "Invalid username" in fault(soap.post("vmi", "Ping", body))[1]


def test_elements_of_no_namespace_are_not_there(soap: Soap) -> None:
    inside = element("Vendor", soap.vmi_identity()).replace("<Vendor>", '<Vendor xmlns="">', 1)
    assert "Invalid username" in fault(soap.post("vmi", "GetStoreList", envelope("GetStoreList", inside)))[1]


def test_a_parameter_in_the_wrong_case_is_ignored_and_keeps_its_default(soap: Soap) -> None:
    wrong = soap.dates(40, "startDate", "endDate")
    assert "not recognized as a valid DateTime" in fault(soap.cmi("GetReceivingInfo", **wrong))[1]
    assert rows(soap.cmi("GetReceivingInfo", **soap.dates(), Unheard="of"), "ReceivingInfo") != []


def test_a_disabled_company_is_refused_on_both_services_until_it_is_enabled_over_soap(soap: Soap) -> None:
    company = soap.vendor.company
    soap.vendor.admin.call("POST", "access", {"company": company, "enabled": False, "pending": True})
    for service in ("vmi", "cmi"):
        assert "Company is not enabled for this vendor" in fault(soap.call(service, "GetStoreList"))[1]
    assert [row["CompanyID"] for row in rows(soap.vmi("GetPendingCompanies"), "CompanyInformation")] == [soap.guid]
    assert soap.guid not in soap.vmi("GetEnabledCompanies").text
    assert soap.vmi("EnableCompany", isEnabled=False).status_code == 200
    assert [row["CompanyID"] for row in rows(soap.vmi("GetDisabledCompanies"), "CompanyInformation")] == [soap.guid]
    assert soap.vmi("EnableCompany", isEnabled=True).status_code == 200
    assert soap.guid in soap.vmi("GetCompanyList").text
    assert soap.vendor.call("GET", f"companyRelationships/{company}/locations").status_code == 200


def test_every_answer_carries_the_platforms_date_and_no_rate_limit(soap: Soap) -> None:
    soap.vendor.admin.switch(rate_limit=1, clock_skew_seconds=86400)
    answers = [soap.vmi("Ping") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert "X-RateLimit-Limit" not in answers[0].headers
    soap.vendor.admin.switch(rate_limit=100000, clock_skew_seconds=0)
    skew = parsedate_to_datetime(answers[0].headers["Date"]) - soap.vendor.now()
    assert 86400 - 10 < skew.total_seconds() <= 86400


def test_the_ids_of_both_worlds_are_told_and_never_the_same(soap: Soap) -> None:
    ids = soap.vendor.admin.ids()
    assert ids["vendor_guid"] == soap.ready["vendor_guid"]
    assert [one["guid"] for one in ids["companies"]] == [one["guid"] for one in soap.ready["companies"]]
    stores = [one["store_id"] for one in ids["locations"]]
    assert stores == [31, 32, 131, 132]
    assert not set(stores) & {one["id"] for one in ids["locations"]}
    assert [row["StoreID"] for row in rows(soap.vmi("GetStoreList"), "StoreInformation")] == ["31", "32"]


def test_a_store_may_be_named_by_its_account_number(soap: Soap) -> None:
    stores = rows(soap.vmi("GetStoreList"), "StoreInformation")
    client = {"StoreID": -1, "VendorAccountNumber": stores[1]["VendorAccountNumber"]}
    found = rows(soap.vmi("GetStoreInformation", soap.vmi_identity(Client=client)), "GetStoreInformationResult")
    assert found == [stores[1]]
    nobody = soap.vmi_identity(Client={"StoreID": -1})
    assert "StoreID must be > 0" in fault(soap.vmi("GetStoreInformation", nobody))[1]
    stranger = soap.vmi_identity(Client={"StoreID": 131})
    assert "Store [131] could not be found" in fault(soap.vmi("GetStoreInformation", stranger))[1]
