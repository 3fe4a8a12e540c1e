"""Shipment notices over SOAP: announced per product, numbered per shipment, listed per order."""

from __future__ import annotations

from typing import Any

from replenisher.sandbox.notices import ShipmentNotice
from replenisher.sandbox.orders import Order
from replenisher.sandbox.soap.calls import Call
from replenisher.sandbox.soap.identities import abbreviation
from replenisher.sandbox.soap.order_reading import company_orders, find_order
from replenisher.sandbox.soap.order_writing import find_product
from replenisher.sandbox.soap.refusals import server_fault
from replenisher.sandbox.soap.schema import ZERO_GUID

Rows = list[dict[str, Any]]


def create_notices(call: Call) -> Rows:
    """CreatePurchaseOrderShipmentNotice: all notices of the call, or none when one is refused.

    Raises:
        FaultError: no notice, an unknown order or product, a quantity that is not above zero, serial numbers that are
            not as many, or (by switch) a repeated notice.
    """
    sent = call.arguments["notice"]
    if not sent:
        raise server_fault("At least one shipment notice must be supplied")
    assigned: dict[str, str] = {}
    notices: list[ShipmentNotice] = []
    for entry in sent:
        order = _order_of(call, entry)
        notice = _notice(call, order, entry, assigned)
        _check_repeated(call, notice, notices)
        notices.append(notice)
    for notice in notices:
        if not call.request.never_create:
            call.world.notices.add(notice)
    return [{**_row(call, notice), "PurchaseOrderID": ZERO_GUID} for notice in notices]


def order_notices(call: Call) -> Rows:
    """GetPurchaseOrderShipmentNotices: every notice of an order."""
    order = find_order(call, call.arguments["purchaseOrderID"])
    return [_row(call, notice) for notice in call.world.notices.of_order(order.id)]


def _order_of(call: Call, entry: dict[str, Any]) -> Order:
    if entry["PurchaseOrderID"] != ZERO_GUID:
        return find_order(call, entry["PurchaseOrderID"])
    number = entry["VendorInvoiceNumber"]
    found = [order for order in company_orders(call) if number and order.vendor_invoice_number == number]
    if not found:
        raise server_fault(f"Purchase order [{number or ZERO_GUID}] could not be found")
    return found[-1]


def _notice(call: Call, order: Order, entry: dict[str, Any], assigned: dict[str, str]) -> ShipmentNotice:
    sku = find_product(call, call.company.locations[order.location], entry)
    if sku not in order.lines:
        raise server_fault(f"Product [{sku}] is not on Purchase Order [{order.id}]")
    quantity, serials = entry["Quantity"], tuple(entry["SerialNumbers"])
    if quantity <= 0:
        raise server_fault("Quantity must be > 0")
    if serials and len(serials) != quantity:
        raise server_fault(f"The number of SerialNumbers [{len(serials)}] must equal the Quantity [{quantity}]")
    number = entry["ShipmentNumber"] or assigned.setdefault(order.id, _next_number(call, order))
    return ShipmentNotice(
        number, order.id, sku, quantity, serials, call.channel, call.world.clock.now(), call.request.fault
    )


def _next_number(call: Call, order: Order) -> str:
    """`JUMHO22073-10`: the store's letters, the order's RetailiQ id, and a counter of the order's shipments."""
    shipments = {notice.number for notice in call.world.notices.of_order(order.id)}
    letters = abbreviation(call.company.locations[order.location])
    return f"{letters}{order.rq_id}-{len(shipments) + 1}"


def _check_repeated(call: Call, notice: ShipmentNotice, others: list[ShipmentNotice]) -> None:
    if call.world.switches.duplicate_notice == "accept":
        return
    for other in [*call.world.notices.of_order(notice.order_id), *others]:
        if (other.number, other.order_id, other.sku) == (notice.number, notice.order_id, notice.sku):
            raise server_fault(f"Shipment notice [{notice.number}] already exists for product [{notice.sku}]")


def _row(call: Call, notice: ShipmentNotice) -> dict[str, Any]:
    order = call.world.orders.orders[notice.order_id]
    return {
        "ShipmentNumber": notice.number,
        "PurchaseOrderID": order.id,
        "RQPurchaseOrderID": order.rq_id,
        "VendorInvoiceNumber": order.vendor_invoice_number,
        "ProductItemID": call.world.identities.item(notice.sku),
        "Quantity": notice.quantity,
        "VendorSKU": notice.sku,
        "SerialNumbers": list(notice.serial_numbers),
    }
