"""What moved between two dates: sales, receipts, adjustments, transfers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from replenisher.sandbox.documents import InvoiceAction, InvoiceLine, Receipt
from replenisher.sandbox.ledger import Location, between
from replenisher.sandbox.soap.calls import Call
from replenisher.sandbox.soap.dates import report_window, twelve_hours
from replenisher.sandbox.soap.identities import VENDOR_NAME
from replenisher.sandbox.soap.inventory import product_sku
from replenisher.sandbox.soap.order_rows import order_number
from replenisher.sandbox.soap.places import above, chosen_stores
from replenisher.sandbox.windows import Window
from replenisher.sandbox.world import World

Rows = list[dict[str, Any]]


def product_sales(call: Call) -> Rows:
    """GetProductSalesReport: ProductSalesReportData[], one row per invoice line; an even swap is no sale."""
    world = call.world
    window = report_window(world, call.arguments["startDate"], call.arguments["endDate"])
    rows: Rows = []
    for store in chosen_stores(call):
        place = above(world, call.company, store)
        for invoice in between(store.invoices, window.start, window.end):
            common = {
                "RqInvoiceIdByStore": invoice.id,
                "InvoicedBy": f"{invoice.employee.first_name} {invoice.employee.last_name}",
                **place,
                "SoldOn": world.clock.local(invoice.at),
            }
            rows += [{**common, **_sold(world, line)} for line in invoice.lines if _counts(world, line)]
    return rows


def _counts(world: World, line: InvoiceLine) -> bool:
    return line.action is not InvoiceAction.EXCHANGE or world.switches.exchange_line == "handed_out"


def _sold(world: World, line: InvoiceLine) -> dict[str, Any]:
    product, item = world.catalog[line.sku], world.identities.item(line.sku)
    refund = line.action is InvoiceAction.REFUNDED
    minus = refund and world.switches.refund_sign == "negative"
    return {
        "VendorSKU": line.sku,
        "ProductSKU": product_sku(item),
        "ProductItemID": item,
        "Description": product.description,
        "TrackingNumber": line.serial_number,
        "Quantity": -line.quantity if minus else line.quantity,
        "ListPrice": line.list_price,
        "Refund": refund,
        "CategoryPath": product.category_path,
    }


def receiving(call: Call) -> Rows:
    """GetReceivingInfo: ReceivingInfo[] of the identity's stores, one row per unit with a serial number."""
    world = call.world
    window = report_window(world, call.arguments["StartDate"], call.arguments["EndDate"])
    return [
        row
        for store in call.stores
        for receipt in between(store.receipts, window.start, window.end)
        for row in _received(world, store, receipt)
    ]


def _received(world: World, store: Location, receipt: Receipt) -> Iterator[dict[str, Any]]:
    order = world.orders.orders[receipt.order_id]
    common = {
        "ShipToStoreID": world.identities.store(store.id),
        "ShipToStoreName": store.name,
        "RQPurchaseOrderNumber": order_number(world, order),
        "VendorName": VENDOR_NAME,
        "DateReceived": twelve_hours(world.clock.local(receipt.at)),
        "RQReceivingNumber": receipt.id,
    }
    for line in receipt.lines:
        product = {
            "ProductItemID": world.identities.item(line.sku),
            "ProductName": world.catalog[line.sku].description,
            "VendorSKU": line.sku,
            "ProductCost": order.lines[line.sku].cost if line.sku in order.lines else 0,
        }
        units = [(number, 1) for number in line.serial_numbers] or [("", line.quantity)]
        for number, quantity in units:
            yield {**common, **product, "SerialNumber": number, "Quantity": quantity}


def adjustments(call: Call) -> Rows:
    """GetAdjustmentReport: Adjustment[]."""
    world, window = call.world, _window(call)
    absolute = world.switches.adjustment_sign == "absolute"
    return [
        {
            "StoreID": world.identities.store(store.id),
            "ProductItemID": world.identities.item(one.sku),
            "VendorSku": one.sku,
            "Quantity": abs(one.quantity) if absolute else one.quantity,
            "Reason": one.reason,
        }
        for store in chosen_stores(call)
        for one in between(store.adjustments, window.start, window.end)
    ]


def transfer_counts(call: Call) -> Rows:
    """GetTransferCounts: TransferCount[], one row per store and product that was shipped or received in the window."""
    world, window = call.world, _window(call)
    rows: Rows = []
    for store in chosen_stores(call):
        for sku, counts in _transfers(store, window).items():
            rows.append(
                {
                    "StoreID": world.identities.store(store.id),
                    "ProductItemID": world.identities.item(sku),
                    "VendorSku": sku,
                    **{name: counts[name] for name in ("ShippedOut", "ReceivedOut", "ShippedIn", "ReceivedIn")},
                }
            )
    return rows


def _transfers(store: Location, window: Window) -> dict[str, Counter[str]]:
    counts: dict[str, Counter[str]] = {}
    for transfer in store.transfers:
        way = "Out" if transfer.ship_from == store.id else "In"
        for event, at in (("Shipped", transfer.shipped_at), ("Received", transfer.received_at)):
            if at is not None and window.start <= at < window.end:
                counts.setdefault(transfer.sku, Counter())[event + way] += transfer.quantity
    return counts


def _window(call: Call) -> Window:
    return report_window(call.world, call.arguments["StartDate"], call.arguments["EndDate"])
