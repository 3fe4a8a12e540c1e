"""Which function carries out which operation of which service."""

from __future__ import annotations

from replenisher.sandbox.soap import inventory, movements, order_reading, order_writing, places, returning, shipping
from replenisher.sandbox.soap.calls import Handler

_BOTH: dict[str, Handler] = {
    "GetStoreList": places.store_list,
    "GetProductSalesReport": movements.product_sales,
    "GetReceivingInfo": movements.receiving,
    "CreatePurchaseOrder": order_writing.create_order(committed=True),
    "CreateUncommittedPurchaseOrder": order_writing.create_order(committed=False),
    "CreatePurchaseOrderShipmentNotice": shipping.create_notices,
    "GetPurchaseOrderByReferenceNumber": order_reading.order_by_reference_number,
    "GetPurchaseOrderByBusinessID": order_reading.order_by_business_id,
}
_CMI: dict[str, Handler] = {
    "UpdatePurchaseOrderComments": order_writing.update_comments,
    "UpdateSalesAndPurchaseOrderLocation": order_writing.update_location,
    "GetPurchaseOrdersByStatus": order_reading.orders_by_status,
}
_VMI: dict[str, Handler] = {
    "Ping": places.ping,
    "GetCompanyList": places.company_list(enabled=True),
    "GetEnabledCompanies": places.company_list(enabled=True),
    "GetDisabledCompanies": places.company_list(enabled=False),
    "GetPendingCompanies": places.company_list(enabled=False, pending=True),
    "EnableCompany": places.enable_company,
    "GetStoreInformation": places.store_information,
    "GetHierarchyInfo": places.hierarchy,
    "GetEmployeeList": places.employees,
    "GetInventoryList": inventory.inventory_list,
    "GetUpdatedInventoryList": inventory.updated_inventory_list,
    "GetInventoryReport": inventory.inventory_report,
    "GetInventoryReportByVendorSku": inventory.inventory_report_by_vendor_sku,
    "GetGeographicInventoryReport": inventory.geographic_inventory_report,
    "GetInventoryListingReport": inventory.inventory_listing,
    "GetProductSerialNumbers": inventory.serial_numbers,
    "UpdateMinAndMaxProductQuantities": inventory.update_levels,
    "GetAdjustmentReport": movements.adjustments,
    "GetTransferCounts": movements.transfer_counts,
    "GetPurchaseOrderList": order_reading.order_list(order_reading.every_order),
    "GetCommittedPurchaseOrderList": order_reading.order_list(order_reading.is_committed),
    "GetUncommittedPurchaseOrderList": order_reading.order_list(order_reading.is_uncommitted),
    "GetCompletedPurchaseOrderList": order_reading.completed_orders,
    "GetClientPurchaseOrdersByStatus": order_reading.orders_by_status,
    "UpdatePurchaseOrder": order_writing.update_order,
    "CancelUncommittedPurchaseOrder": order_writing.cancel_uncommitted_order,
    "GetPurchaseOrderShipmentNotices": shipping.order_notices,
    "CreateRMA": returning.create_return,
    "GetRMAList": returning.return_list,
    "UpdateRMA": returning.update_return,
    "UpdateCommittedRMA": returning.update_committed_return,
    "CommitRMA": returning.commit_return,
    "CompleteRMA": returning.complete_return,
}
HANDLERS: dict[str, dict[str, Handler]] = {"vmi": {**_BOTH, **_VMI}, "cmi": {**_BOTH, **_CMI}}
