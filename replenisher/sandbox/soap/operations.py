"""The operations of both services: the identity element's exact name, the other parameters, and the result.

Columns: operation | identity element | parameters in wire order | result, empty where the answer carries none. VMI's
WSDL spells the identity `Vendor` in some operations and `vendor` in the others; nothing else is accepted.
"""

from __future__ import annotations

from dataclasses import dataclass

from replenisher.sandbox.soap.schema import NAMESPACE, Field, parse_field, parse_fields

_ORDERS = "PurchaseOrderInformation[]"
_STATE = "isCommitted:boolean isCompleted:boolean startDate endDate"
_PLACES = "channelId:guid regionId:int districtId:int storeId:int"
_RETURN = "ReturnMerchandiseAuthorization"
_VMI = f"""
GetUpdatedInventoryList | Vendor | | ProductInformation[]
GetStoreList | Vendor | | StoreInformation[]
GetStoreInformation | Vendor | | StoreInformation
GetPurchaseOrderList | Vendor | | {_ORDERS}
GetHierarchyInfo | Vendor | | HierarchyInfo
GetInventoryList | Vendor | | ProductInformation[]
GetCompanyList | Vendor | | CompanyInformation[]
GetInventoryReport | Vendor | StartDate EndDate | ProductInformation[]
GetInventoryReportByVendorSku | Vendor | vendorSku StartDate EndDate | ProductAndStoreInformation[]
GetGeographicInventoryReport | Vendor | {_PLACES} StartDate EndDate | ProductAndStoreInformation[]
GetProductSalesReport | Vendor | startDate endDate {_PLACES} | ProductSalesReportData[]
GetInventoryListingReport | Vendor | {_PLACES} | InventoryListingData[]
GetReceivingInfo | Vendor | StartDate EndDate | ReceivingInfo[]
GetAdjustmentReport | Vendor | {_PLACES} StartDate EndDate | Adjustment[]
GetTransferCounts | Vendor | {_PLACES} StartDate EndDate | TransferCount[]
CreatePurchaseOrder | Vendor | PurchaseOrder:PurchaseOrder | PurchaseOrder
CreateRMA | Vendor | RMA:{_RETURN} | {_RETURN}
Ping | vendor | | string
GetPendingCompanies | vendor | | CompanyInformation[]
GetEnabledCompanies | vendor | | CompanyInformation[]
GetDisabledCompanies | vendor | | CompanyInformation[]
EnableCompany | vendor | isEnabled:boolean |
CreateUncommittedPurchaseOrder | vendor | purchaseOrder:PurchaseOrder | PurchaseOrder
UpdatePurchaseOrder | vendor | purchaseOrder:PurchaseOrder | boolean
CancelUncommittedPurchaseOrder | vendor | purchaseOrderId:guid | boolean
CreatePurchaseOrderShipmentNotice | vendor | notice:PurchaseOrderShipmentNotice[] | PurchaseOrderShipmentNotice[]
GetPurchaseOrderShipmentNotices | vendor | purchaseOrderID:guid | PurchaseOrderShipmentNotice[]
GetProductSerialNumbers | vendor | RQProductID:int | ProductSerialNumber[]
GetCommittedPurchaseOrderList | vendor | | {_ORDERS}
GetUncommittedPurchaseOrderList | vendor | | {_ORDERS}
GetCompletedPurchaseOrderList | vendor | startDateReceived:dateTime endDateReceived:dateTime | {_ORDERS}
GetClientPurchaseOrdersByStatus | vendor | {_STATE} | {_ORDERS}
GetPurchaseOrderByReferenceNumber | vendor | purchaseOrderReferenceNumber | PurchaseOrderInformation
GetPurchaseOrderByBusinessID | vendor | purchaseOrderIdByStore | PurchaseOrderInformation
UpdateMinAndMaxProductQuantities | vendor | productItemID:int minQuantity:int maxQuantity:int | boolean
GetEmployeeList | vendor | onlyEnabled:boolean | EmployeeInformation[]
GetRMAList | vendor | isCommitted:boolean isShipped:boolean | {_RETURN}[]
UpdateRMA | vendor | rma:{_RETURN} | {_RETURN}
UpdateCommittedRMA | vendor | rma:{_RETURN} | {_RETURN}
CommitRMA | vendor | rma:{_RETURN} | {_RETURN}
CompleteRMA | vendor | rma:{_RETURN} | {_RETURN}
"""
_THREE_NAMES = "purchaseOrderID:guid retailiQPurchaseOrderID:int referenceNumber"
_CMI = f"""
GetStoreList | client | | StoreInformation[]
GetProductSalesReport | client | startDate endDate {_PLACES} | ProductSalesReportData[]
GetReceivingInfo | client | StartDate EndDate | ReceivingInfo[]
CreatePurchaseOrder | client | vendorId:guid PurchaseOrder:PurchaseOrder | PurchaseOrder
CreateUncommittedPurchaseOrder | client | vendorId:guid purchaseOrder:PurchaseOrder | PurchaseOrder
CreatePurchaseOrderShipmentNotice | client | notice:PurchaseOrderShipmentNotice[] | PurchaseOrderShipmentNotice[]
UpdatePurchaseOrderComments | client | {_THREE_NAMES} comments |
UpdateSalesAndPurchaseOrderLocation | client | {_THREE_NAMES} shipToStoreId:int | boolean
GetPurchaseOrdersByStatus | client | {_STATE} | {_ORDERS}
GetPurchaseOrderByReferenceNumber | client | purchaseOrderReferenceNumber | PurchaseOrderInformation
GetPurchaseOrderByBusinessID | client | purchaseOrderIdByStore | PurchaseOrderInformation
"""


@dataclass(frozen=True)
class Operation:
    """One operation of a service; `result` is None where the answer is empty."""

    name: str
    identity: Field
    parameters: tuple[Field, ...]
    result: Field | None

    @property
    def action(self) -> str:
        """Its SOAPAction."""
        return f"{NAMESPACE}/{self.name}"


@dataclass(frozen=True)
class Service:
    """One service: its short name in faults and audit, its name in the WSDL, its operations by name."""

    channel: str
    name: str
    operations: dict[str, Operation]


def _operations(table: str, identity_type: str) -> dict[str, Operation]:
    found = {}
    for line in table.strip().splitlines():
        name, identity, parameters, result = (column.strip() for column in line.split("|"))
        found[name] = Operation(
            name,
            Field(identity, identity_type),
            parse_fields(parameters),
            parse_field(f"{name}Result:{result}") if result else None,
        )
    return found


VMI = Service("vmi", "VMIService", _operations(_VMI, "VendorIdentity"))
CMI = Service("cmi", "VMIClientService", _operations(_CMI, "ClientIdentity"))
SERVICES = (VMI, CMI)
OPERATION_NAMES = tuple(f"{service.channel}.{name}" for service in SERVICES for name in service.operations)
"""Every operation as faults and the audit name it, such as `vmi.CreatePurchaseOrder`."""
