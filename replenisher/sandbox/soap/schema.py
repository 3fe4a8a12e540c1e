"""The types of both SOAP services in wire order, as one table that the WSDL, the reader and the writer all follow.

A type is a line of fields. `Name` alone is a string, `Name:kind` another kind, `Name:Kind[]` an array, and a star makes
a value nillable. As ASMX has it: a value is required, a string, a complex value or an array may be absent.
"""

from __future__ import annotations

from dataclasses import dataclass

NAMESPACE = "http://www.iqmetrix.com"
ZERO_GUID = "00000000-0000-0000-0000-000000000000"
MIN_DATE = "0001-01-01T00:00:00"
VALUES = frozenset({"int", "decimal", "double", "boolean", "dateTime", "guid"})
ENUMERATIONS = {
    "ActionTaken": ("NotSet", "Credit", "Replacement", "Rejected", "Repaired", "Removed"),
}

_PRODUCT = (
    "ProductID:guid ProductSKU VendorSKU ProductItemID:int CategoryPath MaximumLevel:int MinimumLevel:int "
    "ProductCost:decimal QuantityInStock:int QuantityOnOrder:int QuantityOnUncommittedOrder:int "
    "QuantityOnBackOrder:int QuantityInTransfer:int QuantityTransferIn:int QuantityTransferOut:int QuantityOnRMA:int "
    "QuantityOnLoan:int QuantityCommittedOnOrderEntry:int QuantitySuggestedByVendor:int QuantitySold:int "
    "GrossQuantitySold:int GrossQuantityReturned:int QuantityOrdered:int QuantityReceived:int DateReceived "
    "ProductReceived:boolean Enabled:boolean MinMaxLocked:boolean DoNotOrder:boolean DateEOL:dateTime* "
    "RetailPrice:decimal SalePrice:decimal* SaleBegin:dateTime* SaleEnd:dateTime* ProductName"
)
_ORDER = "PurchaseOrderID:guid PurchaseOrderData:PurchaseOrderData ProductsOrdered:ProductInformation[]"
_PLACE = "StoreID:int DistrictName DistrictID:int RegionName RegionID:int ChannelName ChannelID:guid"

_LINES = {
    "VendorIdentity": "VendorID:guid Username Password Client:ClientAgent",
    "ClientAgent": "ClientID:guid Name StoreID:int VendorAccountNumber",
    "ClientIdentity": "ClientID:guid Username Password StoreID:int",
    "CompanyInformation": "CompanyID:guid Name",
    "StoreInformation": (
        "StoreID:int Name Region District Address City ProvinceState PostalZipCode Country PhoneNumber "
        "ShipToStoreID:int BillToStoreID:int VendorAccountNumber Abbreviation"
    ),
    "HierarchyInfo": "Channels:Channel[]",
    "Channel": "ChannelID:guid ChannelName StoreCount:int Regions:Region[]",
    "Region": "RegionID:int RegionName StoreCount:int Districts:District[]",
    "District": "DistrictID:int DistrictName StoreCount:int Stores:StoreInformation[]",
    "ProductInformation": _PRODUCT,
    "ProductAndStoreInformation": (
        f"{_PRODUCT} StoreID:int StoreName ChannelName ChannelID:guid RegionName RegionID:int "
        "DistrictName DistrictID:int"
    ),
    "PurchaseOrder": _ORDER,
    "PurchaseOrderInformation": (
        f"{_ORDER} ProductsReceived:ProductInformation[] SerialsReceived:ProductSerialNumber[]"
    ),
    "PurchaseOrderData": (
        "PurchaseOrderID:guid RetailiQPurchaseOrderID:int RetailiQPurchaseOrderNumber ShipToStoreID:int "
        "ShipToVendorAccountNumber BillToStoreID:int BillToVendorAccountNumber OrderTotal:decimal "
        "ShippingTotal:decimal VendorInvoiceNumber EstimatedArrivalDate Comments ShipToStoreName BillToStoreName "
        "VendorName CreatedByVMI:boolean CreatedDate IsDeleted:boolean"
    ),
    "ProductSerialNumber": "ProductItemID:int SerialNumber NonSellable:boolean DateReceived:dateTime",
    "PurchaseOrderShipmentNotice": (
        "ShipmentNumber PurchaseOrderID:guid RQPurchaseOrderID:int VendorInvoiceNumber ProductItemID:int Quantity:int "
        "VendorSKU SerialNumbers:string[]"
    ),
    "ReceivingInfo": (
        "ProductItemID:int ProductName ShipToStoreID:int ShipToStoreName RQPurchaseOrderNumber VendorName VendorSKU "
        "SerialNumber Quantity:int DateReceived ProductCost:double RQReceivingNumber"
    ),
    "ProductSalesReportData": (
        f"RqInvoiceIdByStore VendorSKU ProductSKU InvoicedBy {_PLACE} SoldOn:dateTime ProductItemID:int Description "
        "TrackingNumber Quantity:int ListPrice:double Refund:boolean CategoryPath"
    ),
    "Adjustment": "StoreID:int ProductItemID:int VendorSku Quantity:int Reason",
    "TransferCount": (
        "StoreID:int ProductItemID:int VendorSku ShippedOut:int ReceivedOut:int ShippedIn:int ReceivedIn:int"
    ),
    "InventoryListingData": (
        "Location ProductSKU Description TrackingNumber Quantity:int VendorName VendorSKU ManufacturerSKU CategoryPath "
        "RegionName RegionID:int DistrictName DistrictID:int ChannelID:guid ChannelName"
    ),
    "EmployeeInformation": (
        "CellPhone CompanyName Email Enabled:boolean EndDate:dateTime* FirstName LastName Role StartDate:dateTime* "
        "StoreAddress StoreCity StoreCountry StoreEmail StoreID:int StoreName StorePostalCode StoreProvinceOrState"
    ),
    "ReturnMerchandiseAuthorization": (
        "ProductData:RMAProduct[] RMAID:int RMAIDByStore StoreID:int VendorID:int CreatedByVMI:boolean VendorRMANumber "
        "WayBillNumber ShippingMethod ReceivingComments ShippingCost:decimal Committed:int DateCommitted:dateTime "
        "ShippedAway:int Completed:int Comments DateCreated:dateTime"
    ),
    "RMAProduct": (
        "RQProductSku RQProductID:int SerialNumberRemoved VendorInvoiceNumber TotalQuantity:int "
        "NonSellableQuantity:int UnitCost:decimal ActionTaken:ActionTaken"
    ),
}


@dataclass(frozen=True)
class Field:
    """One element of a type."""

    name: str
    kind: str
    array: bool = False
    nillable: bool = False

    @property
    def is_value(self) -> bool:
        """Whether the element is required: numbers, dates, guids and enumerations are, the rest may be absent."""
        return not self.array and (self.kind in VALUES or self.kind in ENUMERATIONS)

    @property
    def is_complex(self) -> bool:
        """Whether the element, or each item of the array, has elements of its own."""
        return self.kind in TYPES


def parse_field(word: str) -> Field:
    """A field from its word in the table, such as `DateEOL:dateTime*` or `Regions:Region[]`."""
    name, _, kind = word.partition(":")
    bare = kind.removesuffix("*").removesuffix("[]")
    return Field(name, bare or "string", array=kind.endswith("[]"), nillable=kind.endswith("*"))


def parse_fields(line: str) -> tuple[Field, ...]:
    """The fields of a line of the table."""
    return tuple(parse_field(word) for word in line.split())


TYPES: dict[str, tuple[Field, ...]] = {name: parse_fields(line) for name, line in _LINES.items()}
