"""Purchase orders as the SOAP services show them: in full, or as the echo of a create with its sentinels."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from replenisher.sandbox.documents import Receipt
from replenisher.sandbox.orders import Order, OrderLine
from replenisher.sandbox.soap.dates import twenty_four_hours
from replenisher.sandbox.soap.identities import VENDOR_NAME, abbreviation
from replenisher.sandbox.soap.inventory import blank_product, product_names
from replenisher.sandbox.world import World

Row = dict[str, Any]


def order_number(world: World, order: Order) -> str:
    """The number that the platform prints on an order, such as REGINPO6."""
    location = world.location(order.location)
    return f"{abbreviation(location) if location else ''}PO{order.rq_position}"


def information(world: World, order: Order) -> Row:
    """PurchaseOrderInformation: what was ordered and what was received of it, with serial numbers."""
    receipts = receipts_of(world, order)
    return {
        "PurchaseOrderID": order.id,
        "PurchaseOrderData": _data(world, order),
        "ProductsOrdered": [_ordered(world, sku, line) for sku, line in order.lines.items()],
        "ProductsReceived": [
            _received(world, sku, line, receipts) for sku, line in order.lines.items() if line.received
        ],
        "SerialsReceived": [row for receipt in receipts for row in _serials(world, order, receipt)],
    }


def receipts_of(world: World, order: Order) -> list[Receipt]:
    """The receipts of an order, oldest first."""
    location = world.location(order.location)
    return [receipt for receipt in location.receipts if receipt.order_id == order.id] if location else []


def _data(world: World, order: Order) -> Row:
    location = world.location(order.location)
    name = location.name if location else None
    total = sum((Decimal(str(line.cost)) * line.quantity for line in order.lines.values()), Decimal(0))
    shipping = order.request.get("ShippingTotal") or order.request.get("ShippingCost") or 0
    return {
        **_numbers(world, order),
        "ShipToVendorAccountNumber": "",
        "BillToVendorAccountNumber": "",
        "OrderTotal": total,
        "ShippingTotal": shipping,
        "EstimatedArrivalDate": _us_text(str(order.request.get("EstimatedArrivalDate") or "")),
        "ShipToStoreName": name,
        "BillToStoreName": name,
        "VendorName": VENDOR_NAME,
    }


def _numbers(world: World, order: Order) -> Row:
    store = world.identities.store(order.location)
    return {
        "PurchaseOrderID": order.id,
        "RetailiQPurchaseOrderID": order.rq_id,
        "RetailiQPurchaseOrderNumber": order_number(world, order),
        "ShipToStoreID": store,
        "BillToStoreID": order.request.get("BillToStoreID") or store,
        "VendorInvoiceNumber": order.vendor_invoice_number,
        "Comments": order.request.get("Comments") or None,
        "CreatedByVMI": order.made_by != "retailer",
        "CreatedDate": twenty_four_hours(world.clock.local(order.accepted_at)),
        "IsDeleted": order.cancelled,
    }


def _us_text(text: str) -> str:
    """An ISO date, which the REST side takes, as `MM/dd/yyyy`; any other text as it is."""
    try:
        return f"{date.fromisoformat(text[:10]):%m/%d/%Y}"
    except ValueError:
        return text


def _ordered(world: World, sku: str, line: OrderLine) -> Row:
    return blank_product(**product_names(world, sku), ProductCost=line.cost, QuantityOrdered=line.quantity)


def _received(world: World, sku: str, line: OrderLine, receipts: list[Receipt]) -> Row:
    last = max(receipt.at for receipt in receipts if any(entry.sku == sku for entry in receipt.lines))
    return {
        **_ordered(world, sku, line),
        "QuantityReceived": line.received,
        "DateReceived": twenty_four_hours(world.clock.local(last)),
        "ProductReceived": True,
    }


def _serials(world: World, order: Order, receipt: Receipt) -> list[Row]:
    received: datetime = world.clock.local(receipt.at)
    return [
        {
            "ProductItemID": world.identities.item(line.sku),
            "SerialNumber": number,
            "NonSellable": line.sku in order.lines and number in order.lines[line.sku].damaged,
            "DateReceived": received,
        }
        for line in receipt.lines
        for number in line.serial_numbers
    ]


def echo(world: World, order: Order) -> Row:
    """PurchaseOrder as a create answers it: only the cost is looked up, totals are -1 unless they were sent."""
    wrong = world.switches.echo_quantity
    sent = order.request
    data = {
        **_numbers(world, order),
        "ShipToVendorAccountNumber": sent.get("ShipToVendorAccountNumber") or "",
        "BillToVendorAccountNumber": sent.get("BillToVendorAccountNumber") or "",
        "OrderTotal": sent.get("OrderTotal") or -1,
        "ShippingTotal": sent.get("ShippingTotal") or -1,
        "EstimatedArrivalDate": sent.get("EstimatedArrivalDate"),
        "ShipToStoreName": "",
        "BillToStoreName": "",
        "VendorName": "",
    }
    products = [
        blank_product(VendorSKU=sku, ProductCost=line.cost, QuantityOrdered=wrong or line.quantity)
        for sku, line in order.lines.items()
    ]
    return {"PurchaseOrderID": order.id, "PurchaseOrderData": data, "ProductsOrdered": products}
