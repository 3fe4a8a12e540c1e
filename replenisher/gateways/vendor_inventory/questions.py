"""Where the Vendor Inventory documents contradict themselves or are silent, and what replenisher does about each."""

from __future__ import annotations

from replenisher.gateways.observations import Question

INVENTORY_ROUTE = Question(
    "inventory_route",
    "reports/inventory in the template, inventoryReport in the sample",
    "asks by the template first; on a 404 without a message by the other, and remembers which one answered",
)
QUERY_CASE = Question(
    "query_case", "StartDate in most places, startDate in one", "sends StartDate and EndDate everywhere"
)
DATE_INCLUSIVE = Question(
    "date_inclusive",
    "nothing on whether EndDate itself is covered",
    "asks up to today and again the next day (`report_days` overlap); looks for orders with days of margin",
)
DATE_SPAN = Question(
    "date_span", "nothing on the longest span", "asks for `report_days` days of reports, for days of orders"
)
TIMESTAMPS = Question(
    "timestamps",
    "samples without a zone and samples with an offset",
    "reads both as the location's own wall-clock time",
)
STATUS_SPELLING = Question(
    "status_spelling",
    "pending, committed, partially received, complete in the table; Committed, Completed in samples",
    "compares without case, spaces and hyphens; an unknown word keeps the order open and is told to a person",
)
ORDER_ID_FIELD = Question(
    "order_id_field",
    "PurchaseOrderGuid in lists, purchaseOrderId in the create answer, PurchaseOrderId in receipts",
    "reads either name, in any case",
)
LIST_PAGING = Question(
    "list_paging",
    "nothing on paging of the list of orders",
    "asks again with $skip until nothing new comes",
)
LIST_SCOPE = Question(
    "list_scope",
    "the list is said to be of a location, its address names only the company",
    "takes it as the company's, and keeps a list of its own of which order is whose",
)
DUPLICATE_POLICY = Question(
    "duplicate_policy",
    "nothing on a vendor invoice number that is used twice",
    "never sends an order again before a look-up; one that stands twice pauses the company",
)
ABSENT_ORDER = Question(
    "absent_order",
    "404 with a message for an order that is not there, without one for an unknown route",
    "takes any 404 for an order as `not there`; a confirmed order that vanishes needs a person",
)
CREATION_STATUS = Question(
    "creation_status",
    "an address is given, its answer is not described",
    "builds the address itself and reads an object with a status, or the bare word",
)
QUANTITY_TYPE = Question(
    "quantity_type", "QuantityOrdered is text in the table, a number in the sample", "reads either"
)
TRANSFER_KEYS = Question(
    "transfer_keys",
    "ShipFromLocationId stands twice in the sample",
    "takes the second one for ShipToLocationId where that is missing",
)
TRANSFER_SHAPE = Question("transfer_shape", "an array in the text, a single object in the sample", "reads either")
RECEIVED_DATE_FIELD = Question(
    "received_date_field", "DateReceived in one place, DateRecieved in another", "reads either"
)
SERIAL_FIELD = Question(
    "serial_field", "SerialNumber in one place, SerialNumbers in another", "reads either; both may be missing"
)
UNKNOWN_FIELDS = Question(
    "unknown_fields", "fields may be added unannounced", "passes over fields that it does not know"
)
MINMAX_LOCK = Question(
    "minmax_lock",
    "MinMaxLocked is named and not explained",
    "plans with the levels that are reported; sets none over this interface",
)
RATE_LIMIT_HEADERS = Question(
    "rate_limit_headers",
    "X-RateLimit-* on every answer of the family; nothing on this service",
    "after a 429 waits as long as the headers say, else 60 seconds",
)
SERVER_CLOCK = Question(
    "server_clock",
    "nothing on the platform's clock",
    "windows follow the clock of the Date header, waits and leases that of PostgreSQL",
)
ADD_LINES_ROUTE = Question(
    "add_lines_route",
    "products in the template, addProducts in the sample",
    "adds lines by the template; on a 404 or 405 of the router once by the other, never after a time-out",
)
REMOVE_LINES_BODY = Question(
    "remove_lines_body",
    "the sample of the body is no valid JSON",
    "sends a JSON array of SKUs; the order is read again before anything is believed",
)
WRITES = (ADD_LINES_ROUTE, REMOVE_LINES_BODY)

DOCUMENTED: dict[str, str] = {
    "companies": "Id Name",
    "locations": "CompanyId LocationId BillToStore ShipToStore Name Address City ProvinceState PostalZipCode Country"
    " PhoneNumber",
    "inventory": "LocationId VendorSku CategoryPath RetailPrice MaximumLevel MinimumLevel MinMaxLocked DoNotOrder"
    " QuantityInStock QuantityOnOrder QuantityTransferIn QuantityTransferOut QuantitySold QuantityOnUncommittedOrder"
    " QuantityCommittedOnOrderEntry QuantityOnBackorder",
    "sales": "InvoiceId OriginalInvoiceId InvoiceDate LocationId InvoicedByEmployee InvoicedByEmployee.Id"
    " InvoicedByEmployee.FirstName InvoicedByEmployee.LastName InvoiceProducts InvoiceProducts.VendorSku"
    " InvoiceProducts.SerialNumber InvoiceProducts.Quantity InvoiceProducts.ListPrice InvoiceProducts.InvoiceAction",
    "receiving": "ReceivingId DateReceived DateRecieved LocationId PurchaseOrderId Products Products.VendorSku"
    " Products.Quantity Products.SerialNumbers",
    "transfers": "ShipFromLocationId ShipToLocationId TransferId TransferProducts TransferProducts.VendorSku"
    " TransferProducts.Quantity TransferProducts.ShippingInfo TransferProducts.ShippingInfo.SerialNumber"
    " TransferProducts.ShippingInfo.DateReceived TransferProducts.ShippingInfo.DateRecieved"
    " TransferProducts.ShippingInfo.DateShipped RequestingComments ShippingComments ReceivingComments"
    " TransferCommitted",
    "adjustments": "AdjustmentId LocationId AdjustmentDate Products Products.VendorSku Products.Quantity"
    " Products.SerialNumber Products.SerialNumbers Products.AdjustmentReason Products.AdjustmentReasonId",
    "orders": "PurchaseOrderGuid PurchaseOrderId VendorInvoiceNumber Status Products Products.VendorSku"
    " Products.QuantityOrdered Products.QuantityReceived Products.Cost Products.SerialNumbersReceived",
}
"""The documented fields of each answer, a nested one behind the name of what holds it."""
