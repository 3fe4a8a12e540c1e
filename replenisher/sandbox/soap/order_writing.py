"""Purchase orders made and changed over SOAP; they exist when the answer leaves."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import uuid4

from replenisher.sandbox.ledger import Location
from replenisher.sandbox.orders import Order, OrderLine, Stage
from replenisher.sandbox.soap.calls import Call, Handler
from replenisher.sandbox.soap.dates import us_date
from replenisher.sandbox.soap.order_reading import find_by_three_names, find_order, is_complete
from replenisher.sandbox.soap.order_rows import echo
from replenisher.sandbox.soap.refusals import server_fault
from replenisher.sandbox.soap.schema import ZERO_GUID


def create_order(*, committed: bool) -> Handler:
    """CreatePurchaseOrder and CreateUncommittedPurchaseOrder: PurchaseOrder, as the echo of what was made."""

    def answer(call: Call) -> dict[str, Any]:
        sent = _sent(call)
        data = sent["PurchaseOrderData"] or {}
        _check_vendor(call)
        ship_to = _store(call, data, "ShipTo")
        _store(call, data, "BillTo")
        _check_date(data.get("EstimatedArrivalDate"))
        number = _invoice_number(data)
        order_id = _new_id(call, sent, data)
        _check_duplicate_invoice(call, ship_to, number)
        now = call.world.clock.now()
        order = Order(
            company=call.company.id,
            location=ship_to.id,
            vendor_invoice_number=number,
            committed=committed,
            accepted_at=now,
            lines=read_lines(call, ship_to, sent["ProductsOrdered"]),
            request=_kept(data, sent["ProductsOrdered"]),
            fault=call.request.fault,
            stage=Stage.NEVER if call.request.never_create else Stage.OPEN,
            committed_at=now if committed else None,
            channel=call.channel,
            id=order_id,
        )
        call.world.orders.add(order)
        return echo(call.world, order)

    return answer


def _sent(call: Call) -> dict[str, Any]:
    """The order that was sent, under whichever of its two spellings the operation has."""
    sent: dict[str, Any] | None = call.arguments.get("PurchaseOrder") or call.arguments.get("purchaseOrder")
    if sent is None:
        raise server_fault("Object reference not set to an instance of an object.")
    return sent


def _check_vendor(call: Call) -> None:
    vendor = call.arguments.get("vendorId")
    strict = call.world.switches.cmi_vendor_id == "refuse"
    if strict and vendor not in (None, call.world.identities.vendor_guid):
        raise server_fault(f"Vendor [{vendor}] could not be found")


def _store(call: Call, data: dict[str, Any], side: str) -> Location:
    store, account = data.get(f"{side}StoreID", 0), data.get(f"{side}VendorAccountNumber")
    if store <= 0 and not account:
        raise server_fault(f"{side}StoreID must be > 0 or {side}VendorAccountNumber must be supplied")
    return call.find_store(store, account)


def _check_date(text: str | None) -> None:
    if us_date(text) is None:
        raise server_fault("The estimated arrival date is not in the MM/dd/yyyy format")


def _invoice_number(data: dict[str, Any]) -> str:
    number = data.get("VendorInvoiceNumber")
    if not number:
        raise server_fault("VendorInvoiceNumber must be supplied")
    return str(number)


def _new_id(call: Call, sent: dict[str, Any], data: dict[str, Any]) -> str:
    """The id that the client chose, or a fresh one when it leaves the choice to the platform."""
    chosen = [guid for guid in (sent["PurchaseOrderID"], data.get("PurchaseOrderID")) if guid not in (None, ZERO_GUID)]
    if not chosen:
        return str(uuid4())
    present = call.world.orders.orders.get(chosen[0])
    if present is not None and present.stage is not Stage.NEVER:
        raise server_fault(f"Existing Purchase order has been found with Purchase Order ID [{chosen[0]}]")
    return str(chosen[0])


def _check_duplicate_invoice(call: Call, store: Location, number: str) -> None:
    switches, orders = call.world.switches, call.world.orders
    location = store.id if switches.soap_duplicate_scope == "store" else None
    refused = switches.soap_duplicate_invoice == "refuse"
    if refused and orders.invoice_number_used(call.company.id, number, location):
        name = call.world.identities.store(store.id)
        raise server_fault(f"Found Purchase orders for StoreID [{name}] by VendorInvoiceNumber [{number}]")


def read_lines(call: Call, store: Location, products: list[dict[str, Any]]) -> dict[str, OrderLine]:
    """Order lines by SKU; a cost of -1 or none means the one that the platform knows.

    Raises:
        FaultError: no products, an unknown one, one twice, or a quantity that is not above zero.
    """
    if not products:
        raise server_fault("ProductsOrdered must contain at least one product")
    lines: dict[str, OrderLine] = {}
    for product in products:
        sku = find_product(call, store, product)
        if sku in lines:
            raise server_fault(f"Product [{sku}] appears more than once")
        if product["QuantityOrdered"] <= 0:
            raise server_fault(f"QuantityOrdered of product [{sku}] must be > 0")
        known = store.rows[sku].product.unit_cost or Decimal(0)
        cost = product["ProductCost"] if product["ProductCost"] > 0 else known
        lines[sku] = OrderLine(product["QuantityOrdered"], float(cost))
    return lines


def find_product(call: Call, store: Location, named: dict[str, Any]) -> str:
    """The SKU that a VendorSKU or ProductItemID names.

    Raises:
        FaultError: the store has no such product.
    """
    sku = named["VendorSKU"] or call.world.identities.sku(named["ProductItemID"])
    if sku not in store.rows:
        raise server_fault(f"Product [{named['VendorSKU'] or named['ProductItemID']}] could not be found")
    return str(sku)


def _kept(data: dict[str, Any], products: list[dict[str, Any]]) -> dict[str, object]:
    """What the order keeps of the request, and the audit shows: no identity, nothing that was left out."""
    kept = {name: float(value) if isinstance(value, Decimal) else value for name, value in data.items() if value}
    wanted = ("VendorSKU", "ProductItemID", "QuantityOrdered")
    lines = [{name: product[name] for name in wanted if product[name]} for product in products]
    return {**kept, "Products": lines}


def update_order(call: Call) -> bool:
    """UpdatePurchaseOrder: number, comments and date where they are given; any product replaces the whole list.

    Raises:
        FaultError: no such order, one that has received products or is complete, or values that a create refuses.
    """
    sent = _sent(call)
    data = sent["PurchaseOrderData"] or {}
    order = find_order(call, sent["PurchaseOrderID"])
    if is_complete(order) or any(line.received for line in order.lines.values()):
        text = f"Cannot update Purchase Order [{order.id}] because it has received products or is marked as complete"
        raise server_fault(text)
    if data.get("EstimatedArrivalDate"):
        _check_date(data["EstimatedArrivalDate"])
    if sent["ProductsOrdered"]:
        order.lines = read_lines(call, call.company.locations[order.location], sent["ProductsOrdered"])
    order.vendor_invoice_number = data.get("VendorInvoiceNumber") or order.vendor_invoice_number
    order.request |= {name: data[name] for name in ("Comments", "EstimatedArrivalDate") if data.get(name)}
    return True


def cancel_uncommitted_order(call: Call) -> bool:
    """CancelUncommittedPurchaseOrder: false for an order that is committed; else it is gone.

    Raises:
        FaultError: no such order.
    """
    order = find_order(call, call.arguments["purchaseOrderId"])
    if order.committed or is_complete(order):
        return False
    order.vanished = order.cancelled = True
    return True


def update_comments(call: Call) -> None:
    """UpdatePurchaseOrderComments: an empty answer."""
    find_by_three_names(call).request["Comments"] = call.arguments["comments"] or ""


def update_location(call: Call) -> bool:
    """UpdateSalesAndPurchaseOrderLocation: the goods go to another store of the company.

    Raises:
        FaultError: no such order or store, or goods of it were received already.
    """
    order = find_by_three_names(call)
    store = call.find_store(call.arguments["shipToStoreId"], None)
    if is_complete(order) or any(line.received for line in order.lines.values()):
        text = f"Cannot update Purchase Order [{order.id}] because it has received products or is marked as complete"
        raise server_fault(text)
    call.world.orders.move(order, store.id)
    return True
