"""Purchase orders looked up: by store, by state, by number."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from replenisher.sandbox.orders import Order, Stage
from replenisher.sandbox.soap.calls import Call, Handler
from replenisher.sandbox.soap.dates import instant, status_window
from replenisher.sandbox.soap.order_rows import information, order_number, receipts_of
from replenisher.sandbox.soap.refusals import server_fault
from replenisher.sandbox.soap.schema import ZERO_GUID
from replenisher.sandbox.windows import Window

Rows = list[dict[str, Any]]


def order_list(wanted: Callable[[Order], bool]) -> Handler:
    """GetPurchaseOrderList and the lists of committed and uncommitted orders: those of the identity's stores."""

    def answer(call: Call) -> Rows:
        stores = {store.id for store in call.stores}
        return [
            information(call.world, order)
            for order in company_orders(call)
            if order.location in stores and wanted(order)
        ]

    return answer


def every_order(_: Order) -> bool:
    """Any order."""
    return True


def is_committed(order: Order) -> bool:
    """Committed and not complete."""
    return order.committed and not is_complete(order)


def is_uncommitted(order: Order) -> bool:
    """Not committed and not complete."""
    return not order.committed and not is_complete(order)


def is_complete(order: Order) -> bool:
    """Received, or closed short of it."""
    return order.stage in (Stage.COMPLETE, Stage.CLOSED_SHORT)


def completed_orders(call: Call) -> Rows:
    """GetCompletedPurchaseOrderList: complete orders of the identity's stores by the date of their last receipt."""
    first, last = call.arguments["startDateReceived"], call.arguments["endDateReceived"]
    window = Window(instant(call.world, first), instant(call.world, last))
    stores = {store.id for store in call.stores}
    return [
        information(call.world, order)
        for order in company_orders(call)
        if order.location in stores and is_complete(order) and window.start <= _completed_at(call, order) < window.end
    ]


def orders_by_status(call: Call) -> Rows:
    """GetClientPurchaseOrdersByStatus and CMI's GetPurchaseOrdersByStatus: all orders of the company in that state.

    The window is about completion for complete orders, about commitment for committed ones, else about creation.
    """
    arguments = call.arguments
    committed, complete = arguments["isCommitted"], arguments["isCompleted"]
    window = status_window(call.world, arguments["startDate"], arguments["endDate"])
    return [
        information(call.world, order)
        for order in company_orders(call)
        if (order.committed, is_complete(order)) == (committed, complete)
        and window.start <= _state_since(call, order) < window.end
    ]


def _state_since(call: Call, order: Order) -> datetime:
    return _completed_at(call, order) if is_complete(order) else order.committed_at or order.accepted_at


def _completed_at(call: Call, order: Order) -> datetime:
    return max([order.accepted_at, *(receipt.at for receipt in receipts_of(call.world, order))])


def order_by_reference_number(call: Call) -> dict[str, Any] | None:
    """GetPurchaseOrderByReferenceNumber: the newest order with that VendorInvoiceNumber."""
    number = call.arguments["purchaseOrderReferenceNumber"]
    return _newest(call, number, lambda order: order.vendor_invoice_number == number)


def order_by_business_id(call: Call) -> dict[str, Any] | None:
    """GetPurchaseOrderByBusinessID: the order on which the platform prints that number."""
    number = call.arguments["purchaseOrderIdByStore"]
    return _newest(call, number, lambda order: order_number(call.world, order) == number)


def _newest(call: Call, number: str | None, wanted: Callable[[Order], bool]) -> dict[str, Any] | None:
    found = [order for order in company_orders(call) if wanted(order)]
    if found:
        return information(call.world, found[-1])
    if call.world.switches.soap_order_not_found == "fault":
        raise server_fault(f"Purchase order [{number}] could not be found")
    return None


def company_orders(call: Call) -> list[Order]:
    """The company's orders that exist and that `list_retailer_orders` lets be seen, oldest first."""
    hidden = "retailer" if call.world.switches.list_retailer_orders == "no" else ""
    return [
        order for order in call.world.orders.of_company(call.company.id) if order.visible and order.made_by != hidden
    ]


def find_order(call: Call, order_id: str) -> Order:
    """The order of the company with that PurchaseOrderID.

    Raises:
        FaultError: no such order.
    """
    order = call.world.orders.orders.get(order_id)
    if order is None or not order.visible or order.company != call.company.id:
        raise server_fault(f"Purchase order [{order_id}] could not be found")
    return order


def find_by_three_names(call: Call) -> Order:
    """The order that `purchaseOrderID`, `retailiQPurchaseOrderID` or `referenceNumber` names.

    Raises:
        FaultError: none of them, no such order, or an order of the retailer's own by anything but its RetailiQ id.
    """
    named = call.arguments
    order_id, rq_id, number = named["purchaseOrderID"], named["retailiQPurchaseOrderID"], named["referenceNumber"]
    for order in reversed(company_orders(call)):
        if rq_id > 0 and order.rq_id == rq_id:
            return order
        by_name = order.id == order_id or bool(number and order.vendor_invoice_number == number)
        if rq_id <= 0 and by_name and order.made_by != "retailer":
            return order
    named_as = order_id if order_id != ZERO_GUID else rq_id or number
    raise server_fault(f"Purchase order [{named_as}] could not be found")
