"""What is sent: the elements in the platform's order, everything mandatory filled, the account under its right name."""

from __future__ import annotations

from decimal import Decimal

import pytest
from lxml import etree

from replenisher.errors import RefusedError
from replenisher.gateways.http.paths import ZERO_GUID
from replenisher.gateways.soap.envelopes import IDENTITY, Envelopes
from replenisher.gateways.soap.packaged import NAMESPACE

VENDOR = "9dc6aa95-856b-42c9-8aaf-392a2a02ac77"
NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"


def written(operation: str, arguments: dict[str, object], wsdl: str = "vmi") -> etree._Element:
    body, action = Envelopes(wsdl, "user", "pass & word").write(operation, arguments)  # type: ignore[arg-type]
    assert action == f"{NAMESPACE}/{operation}"
    request = etree.fromstring(body)[0][0]
    assert request.tag == f"{{{NAMESPACE}}}{operation}"
    return request


def names(element: etree._Element) -> list[str]:
    return [etree.QName(child).localname for child in element]


def at(element: etree._Element, path: str) -> etree._Element:
    found = element.find("/".join(f"{{{NAMESPACE}}}{step}" for step in path.split("/")))
    assert found is not None, path
    return found


@pytest.mark.parametrize(
    ("wsdl", "operation", "name"),
    [
        ("vmi", "GetStoreList", "Vendor"),
        ("vmi", "GetEnabledCompanies", "vendor"),
        ("cmi", "GetStoreList", "client"),
    ],
)
def test_the_account_stands_in_the_identity_as_the_operation_spells_it(wsdl: str, operation: str, name: str) -> None:
    identity = {"VendorID": VENDOR} if wsdl == "vmi" else {"ClientID": VENDOR, "StoreID": 36}
    request = written(operation, {IDENTITY: identity}, wsdl)
    assert names(request)[0] == name
    assert at(request, f"{name}/Username").text == "user"
    assert at(request, f"{name}/Password").text == "pass & word"


def test_what_is_mandatory_and_not_given_is_sent_as_not_supplied() -> None:
    line = {"VendorSKU": "00123", "QuantityOrdered": 3}
    request = written(
        "CreatePurchaseOrder",
        {IDENTITY: {"VendorID": VENDOR}, "PurchaseOrder": {"ProductsOrdered": {"ProductInformation": [line]}}},
    )
    product = at(request, "PurchaseOrder/ProductsOrdered/ProductInformation")
    assert at(request, "PurchaseOrder/PurchaseOrderID").text == ZERO_GUID
    told = {name: at(product, name).text for name in ("VendorSKU", "QuantityOrdered", "ProductCost", "ProductItemID")}
    assert told == {"VendorSKU": "00123", "QuantityOrdered": "3", "ProductCost": "-1", "ProductItemID": "-1"}
    assert at(product, "DoNotOrder").text == "false"
    assert at(product, "DateEOL").get(NIL) == "true"
    assert "CategoryPath" not in names(product)


def test_elements_leave_in_the_platforms_order_however_they_are_given() -> None:
    data = {"VendorInvoiceNumber": "R1", "ShipToStoreID": 36, "BillToStoreID": 55, "Comments": "c"}
    request = written(
        "CreatePurchaseOrder", {"PurchaseOrder": {"PurchaseOrderData": data}, IDENTITY: {"VendorID": VENDOR}}
    )
    sent = names(at(request, "PurchaseOrder/PurchaseOrderData"))
    wanted = ["ShipToStoreID", "BillToStoreID", "VendorInvoiceNumber", "Comments"]
    assert [name for name in sent if name in wanted] == wanted


def test_a_date_time_that_is_not_given_is_the_smallest_date() -> None:
    request = written("GetCompletedPurchaseOrderList", {IDENTITY: {"VendorID": VENDOR}})
    assert at(request, "startDateReceived").text == "0001-01-01T00:00:00"


def test_an_amount_is_never_written_with_an_exponent() -> None:
    data = {"ShippingTotal": Decimal("1E+1")}
    request = written("CreatePurchaseOrder", {IDENTITY: {}, "PurchaseOrder": {"PurchaseOrderData": data}})
    assert at(request, "PurchaseOrder/PurchaseOrderData/ShippingTotal").text == "10"


def test_the_same_request_is_the_same_bytes() -> None:
    arguments = {IDENTITY: {"VendorID": VENDOR}, "PurchaseOrder": {"PurchaseOrderID": VENDOR}}
    first, second = (Envelopes("vmi", "u", "p").write("CreatePurchaseOrder", arguments)[0] for _ in range(2))
    assert first == second


def test_a_text_that_no_xml_can_hold_is_refused_before_anything_is_sent() -> None:
    with pytest.raises(RefusedError, match="nothing was sent") as caught:
        written("GetPurchaseOrderByBusinessID", {IDENTITY: {}, "purchaseOrderIdByStore": "A\x00B"})
    assert "A" not in str(caught.value).replace("GetPurchaseOrderByBusinessID", "").replace("RefusedError", "")


@pytest.mark.parametrize(
    ("operation", "arguments"),
    [
        ("GetStores", {}),
        ("GetStoreList", {"storeId": 1}),
        ("CreatePurchaseOrder", {"purchaseOrder": {}}),
        ("CreatePurchaseOrder", {"PurchaseOrder": {"purchaseOrderData": {}}}),
        ("CreatePurchaseOrder", {"PurchaseOrder": "an order"}),
    ],
)
def test_a_wrong_name_is_a_program_error_here_and_never_silence_there(
    operation: str, arguments: dict[str, object]
) -> None:
    with pytest.raises(LookupError):
        written(operation, {IDENTITY: {}} | arguments)
