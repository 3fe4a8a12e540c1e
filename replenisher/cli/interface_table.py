"""Every documented operation of the platform's interfaces: who calls it, when, and what happens on each error.

`docs/interfaces.md` and the table at the end of `replenisher demo --channel all` are made of it, and tests hold it
against the gateways, the callers and the sandbox.
"""

from __future__ import annotations

from dataclasses import dataclass

INTERFACES = {
    "accounts": "Accounts REST",
    "vendor_inventory": "Vendor Inventory REST",
    "vmi": "VMI SOAP",
    "cmi": "CMI SOAP",
    "orders": "Order REST",
    "purchase_orders": "Purchase Order REST",
    "sales_orders": "Sales Order REST",
}
"""Names of the interfaces, in the order of the table."""

ERRORS = {
    "token": "user or client refused: the company is paused until a person resumes it. Anything else: the call that"
    " needed the token was not sent, and is tried again as such.",
    "list": "tried again within `read_attempts`; then the run of the slot waits and is tried again, or the command"
    " says why. 403 or refused credentials pause the company.",
    "report": "tried again within `read_attempts`; then the location is refused for this run with an exception, and its"
    " neighbours go on. When every location fails the batch waits.",
    "side report": "tried again within `read_attempts`; then exception `report_not_read`; the plan stands.",
    "create": "not sent, 401, 429: sent again later with the same reference. 400 and the like: refused, exception with the"
    " platform's words. 403: paused, a person decides. It exists already, and everything else (5xx, time-out, cut"
    " connection): unknown, looked up, never sent again by itself.",
    "look-up": "tried again within `read_attempts`; an unanswered look-up changes nothing and is repeated; after the"
    " settle window a person is told.",
    "follow": "tried again within `read_attempts`; 404 of a confirmed order: a person is asked; else the next poll"
    " repeats it, and after eight in a row a person is told.",
    "change": "sent once by a person's command. Refused: the platform's words, nothing changed here. Anything unclear:"
    " what it holds is read again and decides; if that is not answered either, a person is told to look.",
    "item change": "not sent, 401, 429: sent again later. Refused (expired, not pending, tracking number not taken):"
    " exception with the platform's words. Everything else: unknown, looked up; sent again only when the look-up"
    " answered that it is not there, for the change is absolute.",
    "look": "tried again within `read_attempts`; then exception `customer_orders_not_read` for the location, and the"
    " next look repeats it.",
    "audit": "tried again within `read_attempts`; then the audit of the company fails, is kept in `replenisher status`"
    " and told after three failures in a row.",
    "command": "tried again within `read_attempts`; then the command says why and ends with code 5.",
}
"""What happens when an operation fails, by the kind of its use."""

_TABLE = """
accounts.token | POST oauth2/token | gateways.http.client:_fetch_token | before the first call of a process, before a token expires, once after a 401 | token
vendor_inventory.enabled_companies | GET companyRelationships | workflows.verify:relationships | `check-config --connect`, and when a company is paused | list
vendor_inventory.enabled_locations | GET companyRelationships/{company}/locations | workflows.plan.start:locations | at the start of every run | list
vendor_inventory.inventory_report | GET reports/inventory (or inventoryReport) | workflows.plan.batch:inventory | every run, for each location | report
vendor_inventory.create_purchase_order | POST purchaseOrders | workflows.submit:create | once for each approved order | create
vendor_inventory.purchase_order_status | GET purchaseOrders/{order}/status | workflows.track:creation_status | while an accepted order is not there yet | follow
vendor_inventory.list_purchase_orders | GET purchaseOrders | workflows.reconcile:find | to look up an order whose fate is not known | look-up
vendor_inventory.get_purchase_order | GET purchaseOrders/{order} | workflows.track:read | until an order is received | follow
vendor_inventory.update_products | PUT purchaseOrders/{order}/products | workflows.change_lines:update_lines | `orders change --set` | change
vendor_inventory.add_products | POST purchaseOrders/{order}/products (or addProducts) | workflows.change_lines:add_lines | `orders change --add` | change
vendor_inventory.remove_products | DELETE purchaseOrders/{order}/products | workflows.change_lines:remove_lines | `orders change --remove` | change
vendor_inventory.transfers_report | GET reports/transfers | workflows.plan.reports:transfers | every run, where `reports` names it | side report
vendor_inventory.receiving_report | GET reports/receiving | workflows.plan.reports:receiving | every run, and the audit of receipts | side report
vendor_inventory.adjustments_report | GET reports/adjustments | workflows.plan.reports:adjustments | every run, where `reports` names it | side report
vendor_inventory.product_sales | GET productSales | workflows.plan.reports:sales | every run | side report
vmi.GetEnabledCompanies | | workflows.verify:relationships | `check-config --connect`, and when a company is paused | list
vmi.GetPendingCompanies | | workflows.verify:relationships | `check-config --connect`, and when a company is paused | list
vmi.GetDisabledCompanies | | workflows.verify:relationships | `check-config --connect`, and when a company is paused | list
vmi.GetCompanyList | | workflows.platform:company_list | `platform companies` | command
vmi.EnableCompany | | workflows.platform:enable_company | `platform enable` | change
vmi.Ping | | workflows.platform:ping | `platform ping` | command
vmi.GetStoreList | | workflows.plan.start:locations | at the start of every run | list
vmi.GetStoreInformation | | workflows.platform:location | `platform location` | command
vmi.GetHierarchyInfo | | workflows.plan.batch:inventory | before the first inventory report of a process | report
vmi.GetGeographicInventoryReport | | workflows.plan.batch:inventory | every run, for many locations at once | report
vmi.GetInventoryReport | | workflows.plan.batch:inventory | every run, for a location that no area report covers | report
vmi.GetInventoryReportByVendorSku | | workflows.platform:inventory_of_sku | `platform stock --sku` | command
vmi.GetInventoryList | | workflows.platform:inventory_list | `platform stock` | command
vmi.GetUpdatedInventoryList | | workflows.platform:updated_inventory_list | `platform stock --changed` | command
vmi.GetInventoryListingReport | | workflows.platform:listed_units | `platform units` | command
vmi.GetProductSerialNumbers | | workflows.platform:serial_numbers | `platform serials` | command
vmi.GetEmployeeList | | workflows.platform:employees | `platform employees` | command
vmi.GetProductSalesReport | | workflows.plan.reports:sales | every run | side report
vmi.GetReceivingInfo | | workflows.plan.reports:receiving | every run | side report
vmi.GetTransferCounts | | workflows.plan.reports:transfers | every run, where `reports` names it | side report
vmi.GetAdjustmentReport | | workflows.plan.reports:adjustments | every run, where `reports` names it | side report
vmi.UpdateMinAndMaxProductQuantities | | workflows.push_levels:set_levels | `levels import --push` | change
vmi.CreatePurchaseOrder | | workflows.submit:create | once for each approved order | create
vmi.CreateUncommittedPurchaseOrder | | workflows.submit:create | the same, where `committed` is false | create
vmi.UpdatePurchaseOrder | | workflows.change_lines:update_lines | `orders change` | change
vmi.CancelUncommittedPurchaseOrder | | workflows.cancel:cancel | `orders cancel` | change
vmi.GetPurchaseOrderByReferenceNumber | | workflows.track:read | until an order is received, and to look one up | follow
vmi.GetPurchaseOrderByBusinessID | | workflows.find_number:find_by_number | `orders find` | command
vmi.GetClientPurchaseOrdersByStatus | | workflows.reconcile:find | to look up an order whose fate is not known | look-up
vmi.GetPurchaseOrderList | | workflows.platform:all_orders | `platform orders --which all` | command
vmi.GetCommittedPurchaseOrderList | | workflows.platform:committed_orders | `platform orders --which committed` | command
vmi.GetUncommittedPurchaseOrderList | | workflows.platform:uncommitted_orders | `platform orders --which uncommitted` | command
vmi.GetCompletedPurchaseOrderList | | workflows.platform:completed_orders | `platform orders --which completed` | command
vmi.CreatePurchaseOrderShipmentNotice | | workflows.ship.announce:announce | once for each imported shipment | create
vmi.GetPurchaseOrderShipmentNotices | | workflows.ship.settle:notices | to look up a notice whose fate is not known | look-up
vmi.CreateRMA | | workflows.returns:ask_return | `returns ask` | change
vmi.GetRMAList | | workflows.returns:returns | `returns list`, and after each change of one | command
vmi.UpdateRMA | | workflows.returns:change_return | `returns change` | change
vmi.CommitRMA | | workflows.returns:commit_return | `returns commit` | change
vmi.UpdateCommittedRMA | | workflows.returns:change_committed_return | `returns change` of a committed one | change
vmi.CompleteRMA | | workflows.returns:complete_return | `returns complete` | change
cmi.GetStoreList | | workflows.plan.start:locations | at the start of every run | list
cmi.GetProductSalesReport | | workflows.plan.batch:inventory | every run: stock is derived from it | report
cmi.GetReceivingInfo | | workflows.plan.batch:inventory | every run: stock is derived from it | report
cmi.CreatePurchaseOrder | | workflows.submit:create | once for each approved order | create
cmi.CreateUncommittedPurchaseOrder | | workflows.submit:create | the same, where `committed` is false | create
cmi.CreatePurchaseOrderShipmentNotice | | workflows.ship.announce:announce | once for each imported shipment | create
cmi.UpdatePurchaseOrderComments | | workflows.comment:update_comments | `orders comment` | change
cmi.UpdateSalesAndPurchaseOrderLocation | | workflows.move_order:move_to_location | `orders move` | change
cmi.GetPurchaseOrdersByStatus | | workflows.reconcile:find | every run (open orders), and to look one up | look-up
cmi.GetPurchaseOrderByReferenceNumber | | workflows.track:read | until an order is received, and to look one up | follow
cmi.GetPurchaseOrderByBusinessID | | workflows.find_number:find_by_number | `orders find` | command
orders.create | POST Orders | workflows.submit:create | order desk with `create_by: header_then_items`: first the header | create
orders.add_item | POST Orders({id})/Items | workflows.submit:create | the same: then each item; and `orders change --add` | create
orders.replace | PUT Orders({id}) | workflows.submit:create | the same: then it becomes pending; and `orders cancel` | create
orders.create_full | POST OrderFull | workflows.submit:create | order desk: once for each approved order | create
orders.process | POST Orders({id})/Process | workflows.releasing:release | order desk: once an order is there and equal | change
orders.read | GET Orders({id}) | workflows.fulfil.asking:order | when a customer's order is no longer pending | look
orders.list | GET Orders?$filter | workflows.fulfil.asking:pending | every `fulfilments.every` for each location; `fulfilments find` | look
orders.items | GET Orders({id})/Items | workflows.fulfil.asking:items | for each pending customer's order | look
orders.list_full | GET OrderFull | workflows.reconcile:find | order desk: to look up an order whose fate is not known | look-up
orders.read_full | GET OrderFull({id}) | workflows.track:read | order desk: until an order is received; before each item change | follow
orders.replace_full | PUT OrderFull({id}) | workflows.fulfil.update:change_items | once for each fulfilment update; `orders change` at the order desk | item change
purchase_orders.list | GET OrderWithDetail | workflows.audit_receipts:detailed_orders | the audit of receipts; at the header-only order desk also to follow | audit
purchase_orders.create | POST OrderCreation | workflows.submit:create | order desk `purchase_orders`: the header of each approved order | create
sales_orders.create | POST SaleOrder | workflows.sell.submit:submit | once for each imported sale order | create
sales_orders.create_invoice | POST SaleInvoice | workflows.sell.submit:submit | the same, where the invoice is wanted at once | create
sales_orders.search | GET SaleOrder?$filter | workflows.sell.settle:find | before a second attempt, and to look one up | look-up
sales_orders.read | GET SaleOrder({id}) | workflows.sell.settle:sale_order | to compare one that was found with ours | look-up
sales_orders.status | GET SaleOrderStatus({id}) | workflows.sell.follow:state | until a person has completed or cancelled it | follow
sales_orders.set_status | PUT SaleOrderStatus({id}) | workflows.sell.by_hand:set_state | `sale-orders complete` and `cancel` | change
sales_orders.log | GET SaleOrder({id})/StatusLog | workflows.sell.follow:log | until the log tells Success or Failure | follow
sales_orders.log_entry | GET SaleOrder({id})/StatusLog({entry}) | cli.sale_orders:log_entry | `sale-orders show --entry` | command
"""


@dataclass(frozen=True)
class Operation:
    """One operation: `caller` is the module that calls `method` of the gateway, `errors` a key of ERRORS.

    `name` is that of the sandbox's audit, `wire` method and path for REST and empty for SOAP, where the name says it.
    """

    interface: str
    name: str
    wire: str
    caller: str
    method: str
    when: str
    errors: str

    @property
    def title(self) -> str:
        """What a person knows the operation by."""
        return self.wire or self.name.partition(".")[2]

    @property
    def audited(self) -> str:
        """The name in the sandbox's audit, where the first interface's operations have no prefix."""
        return self.name.partition(".")[2] if self.interface in ("accounts", "vendor_inventory") else self.name


def _read(line: str) -> Operation:
    name, wire, caller, when, errors = (cell.strip() for cell in line.split("|"))
    module, _, method = caller.partition(":")
    return Operation(name.partition(".")[0], name, wire, f"replenisher.{module}", method, when, errors)


OPERATIONS = tuple(_read(line) for line in _TABLE.strip().splitlines())
"""In the order of INTERFACES."""
