"""A retailer's and a vendor's side of the SOAP services: envelopes written by hand, answers read by name."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

import httpx

from tests.sandbox.running import Vendor

NAMESPACE = "http://www.iqmetrix.com"
SOAP = "{http://schemas.xmlsoap.org/soap/envelope/}"
NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
ZERO_GUID = "00000000-0000-0000-0000-000000000000"
_UPPER = (
    "GetUpdatedInventoryList GetStoreList GetStoreInformation GetPurchaseOrderList GetHierarchyInfo GetInventoryList "
    "GetCompanyList GetInventoryReport GetInventoryReportByVendorSku GetGeographicInventoryReport "
    "GetProductSalesReport GetInventoryListingReport GetReceivingInfo GetAdjustmentReport GetTransferCounts "
    "CreatePurchaseOrder CreateRMA"
)
UPPER = frozenset(_UPPER.split())
"""The operations of VMI whose identity is `Vendor`; in all others it is `vendor`."""


def element(name: str, value: Any) -> str:
    """XML of a value: a dict holds elements, a list the same element several times."""
    if isinstance(value, list):
        return "".join(element(name, entry) for entry in value)
    if isinstance(value, dict):
        return f"<{name}>{''.join(element(key, entry) for key, entry in value.items())}</{name}>"
    if isinstance(value, bool):
        return f"<{name}>{str(value).lower()}</{name}>"
    return f"<{name}>{escape(str(value))}</{name}>"


def envelope(operation: str, inside: str) -> str:
    return (
        '<?xml version="1.0" encoding="utf-8"?><soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/">'
        f'<soap:Body><{operation} xmlns="{NAMESPACE}">{inside}</{operation}></soap:Body></soap:Envelope>'
    )


def tree(answer: httpx.Response) -> ET.Element:
    return ET.fromstring(answer.content)  # noqa: S314  # our own sandbox wrote it


def local(node: ET.Element) -> str:
    return node.tag.rpartition("}")[2]


class Soap:
    """Speaks to both services of one sandbox, for its first company and location."""

    def __init__(self, vendor: Vendor) -> None:
        self.vendor = vendor
        self.ready = vendor.ready
        company = vendor.ready["companies"][0]
        self.guid: str = company["guid"]
        self.store: int = company["stores"][0]
        self.stores: list[int] = company["stores"]

    def vmi_identity(self, **changes: Any) -> dict[str, Any]:
        client = {"ClientID": self.guid, "StoreID": self.store, **changes.pop("Client", {})}
        names = {"VendorID": "vendor_guid", "Username": "username", "Password": "password"}
        return {**{name: self.ready[key] for name, key in names.items()}, **changes, "Client": client}

    def cmi_identity(self, **changes: Any) -> dict[str, Any]:
        names = {"Username": "username", "Password": "password"}
        return {
            "ClientID": self.guid,
            **{name: self.ready[key] for name, key in names.items()},
            "StoreID": self.store,
            **changes,
        }

    def post(self, service: str, action: str, body: str | bytes, **headers: str) -> httpx.Response:
        sent = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": f'"{NAMESPACE}/{action}"', **headers}
        content = body.encode() if isinstance(body, str) else body
        return self.vendor.http.post(self.ready[f"{service}_url"], content=content, headers=sent)

    def vmi(self, operation: str, identity: dict[str, Any] | None = None, **parameters: Any) -> httpx.Response:
        name = "Vendor" if operation in UPPER else "vendor"
        inside = element(name, identity or self.vmi_identity())
        inside += "".join(element(key, entry) for key, entry in parameters.items())
        return self.post("vmi", operation, envelope(operation, inside))

    def cmi(self, operation: str, identity: dict[str, Any] | None = None, **parameters: Any) -> httpx.Response:
        inside = element("client", identity or self.cmi_identity())
        inside += "".join(element(key, entry) for key, entry in parameters.items())
        return self.post("cmi", operation, envelope(operation, inside))

    def call(self, service: str, operation: str, **parameters: Any) -> httpx.Response:
        return (self.vmi if service == "vmi" else self.cmi)(operation, **parameters)

    def dates(self, days: int = 40, start: str = "StartDate", end: str = "EndDate") -> dict[str, str]:
        now = self.vendor.now()
        return {start: f"{now - timedelta(days=days):%m/%d/%Y}", end: f"{now:%m/%d/%Y}"}

    def levels(self, **named: Any) -> dict[str, Any]:
        unused = {"channelId": ZERO_GUID, "regionId": -1, "districtId": -1, "storeId": -1}
        return {**unused, **(named or {"storeId": self.store})}

    def inventory(self, **named: Any) -> dict[str, dict[str, Any]]:
        answer = self.vmi("GetGeographicInventoryReport", **self.levels(**named), **self.dates())
        return {row["VendorSKU"]: row for row in rows(answer, "ProductAndStoreInformation")}

    def order(self, number: str, **changes: Any) -> dict[str, Any]:
        """A purchase order as it is sent; keywords change its data, `products` and `order_id` the rest."""
        products = changes.pop("products", [{"VendorSKU": "00123", "QuantityOrdered": 10}])
        order_id = changes.pop("order_id", ZERO_GUID)
        data = {
            "ShipToStoreID": self.store,
            "BillToStoreID": self.store,
            "VendorInvoiceNumber": number,
            "EstimatedArrivalDate": f"{self.vendor.now() + timedelta(days=3):%m/%d/%Y}",
            **changes,
        }
        return {
            "PurchaseOrderID": order_id,
            "PurchaseOrderData": data,
            "ProductsOrdered": {"ProductInformation": products},
        }

    def create(self, number: str, service: str = "vmi", **changes: Any) -> httpx.Response:
        beside = {"vendorId": self.ready["vendor_guid"]} if service == "cmi" else {}
        return self.call(service, "CreatePurchaseOrder", **beside, PurchaseOrder=self.order(number, **changes))

    def created(self, number: str, service: str = "vmi", **changes: Any) -> str:
        answer = self.create(number, service, **changes)
        assert answer.status_code == 200, answer.text
        return text(answer, "PurchaseOrderID")

    def found(self, number: str) -> dict[str, Any]:
        answer = self.vmi("GetPurchaseOrderByReferenceNumber", purchaseOrderReferenceNumber=number)
        return rows(answer, "GetPurchaseOrderByReferenceNumberResult")[0]

    def notice(self, service: str = "vmi", *notices: dict[str, Any]) -> httpx.Response:
        sent = {"PurchaseOrderShipmentNotice": list(notices)}
        return self.call(service, "CreatePurchaseOrderShipmentNotice", notice=sent)


def rows(answer: httpx.Response, name: str) -> list[dict[str, Any]]:
    """Every element of that name, in the order of the answer, as dicts of texts, None and lists."""
    assert answer.status_code == 200, answer.text
    return [row_of(node) for node in tree(answer).iter(f"{{{NAMESPACE}}}{name}")]


def row_of(node: ET.Element) -> dict[str, Any]:
    return {local(child): _content(child) for child in node}


def _content(node: ET.Element) -> Any:
    if node.get(NIL) == "true":
        return None
    if not len(node):
        return node.text or ""
    if local(node) == "PurchaseOrderData":
        return row_of(node)
    return [row_of(child) if len(child) else child.text or "" for child in node]


def text(answer: httpx.Response, name: str) -> str:
    """The text of the first element of that name."""
    found = tree(answer).find(f".//{{{NAMESPACE}}}{name}")
    assert found is not None, answer.text
    return found.text or ""


def fault(answer: httpx.Response) -> tuple[str, str]:
    """The code and text of a SOAP fault, which is HTTP 500 with an empty detail."""
    assert answer.status_code == 500
    assert answer.headers["Content-Type"] == "text/xml; charset=utf-8"
    found = tree(answer).find(f".//{SOAP}Fault")
    assert found is not None
    detail = found.find("detail")
    assert detail is not None
    assert not len(detail)
    return found.findtext("faultcode", ""), found.findtext("faultstring", "")
