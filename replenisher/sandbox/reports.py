"""The five reports of a location, in the platform's words, drawn from the one ledger."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta, timezone
from typing import Any

import msgspec

from replenisher.sandbox.documents import Adjustment, Invoice, InvoiceAction, InvoiceLine, Transfer
from replenisher.sandbox.ledger import Location, between
from replenisher.sandbox.order_service.customers import promised
from replenisher.sandbox.windows import Window
from replenisher.sandbox.world import World

Rows = list[dict[str, Any]]


def inventory(world: World, location: Location, window: Window) -> Rows:
    """InventoryReportData[]: quantities now, QuantitySold within the window."""
    supply = world.orders.supply(location.id, back_order=world.switches.back_order)
    sold = units_sold(location, window, gross=world.switches.quantity_sold == "gross")
    rows = []
    waiting = promised(world, location)
    for sku, row in location.rows.items():
        on_order, uncommitted, backordered = supply.get(sku, (0, 0, 0))
        rows.append(
            {
                "LocationId": location.id,
                "VendorSku": sku,
                "CategoryPath": row.product.category_path,
                "RetailPrice": row.product.retail_price,
                "MaximumLevel": row.maximum,
                "MinimumLevel": row.minimum,
                "MinMaxLocked": row.min_max_locked,
                "DoNotOrder": row.do_not_order,
                "QuantityInStock": row.in_stock,
                "QuantityOnOrder": on_order,
                "QuantityTransferIn": row.transfer_in,
                "QuantityTransferOut": row.transfer_out,
                "QuantitySold": sold[sku],
                "QuantityOnUncommittedOrder": uncommitted,
                "QuantityCommittedOnOrderEntry": row.allocated + waiting.get(sku, 0),
                "QuantityOnBackorder": backordered,
            }
        )
    return rows


def units_sold(location: Location, window: Window, *, gross: bool) -> Counter[str]:
    """By SKU: units sold and handed out within the window, refunds taken off unless gross."""
    sold: Counter[str] = Counter()
    for invoice in between(location.invoices, window.start, window.end):
        for line in invoice.lines:
            if line.action is not InvoiceAction.REFUNDED:
                sold[line.sku] += line.quantity
            elif not gross:
                sold[line.sku] -= line.quantity
    return sold


def units_returned(location: Location, window: Window) -> Counter[str]:
    """By SKU: units that came back within the window."""
    returned: Counter[str] = Counter()
    for invoice in between(location.invoices, window.start, window.end):
        for line in invoice.lines:
            if line.action is InvoiceAction.REFUNDED:
                returned[line.sku] += line.quantity
    return returned


def receiving(world: World, location: Location, window: Window) -> Rows:
    """ReceivingInformation[]."""
    return [
        {
            "ReceivingId": receipt.id,
            "DateReceived": timestamp(world, receipt.at),
            "LocationId": location.id,
            "PurchaseOrderId": receipt.order_id,
            "Products": [
                {"VendorSku": line.sku, "Quantity": line.quantity, "SerialNumbers": list(line.serial_numbers)}
                for line in receipt.lines
            ],
        }
        for receipt in between(location.receipts, window.start, window.end)
    ]


def adjustments(world: World, location: Location, window: Window) -> Rows:
    """InventoryAdjustment[]."""
    return [
        {
            "AdjustmentId": adjustment.id,
            "LocationId": location.id,
            "AdjustmentDate": timestamp(world, adjustment.at),
            "Products": _adjusted_products(world, adjustment),
        }
        for adjustment in between(location.adjustments, window.start, window.end)
    ]


def _adjusted_products(world: World, adjustment: Adjustment) -> Rows:
    absolute = world.switches.adjustment_sign == "absolute"
    quantity = abs(adjustment.quantity) if absolute else adjustment.quantity
    product = {"VendorSku": adjustment.sku, "Quantity": quantity, "AdjustmentReason": adjustment.reason}
    if world.switches.adjustment_serials == "SerialNumbers":
        serials = list(adjustment.serial_numbers)
        return [{**product, "AdjustmentReasonId": adjustment.reason_id, "SerialNumbers": serials}]
    if not adjustment.serial_numbers:
        return [{**product, "SerialNumber": ""}]
    one = quantity // len(adjustment.serial_numbers)
    return [{**product, "Quantity": one, "SerialNumber": serial} for serial in adjustment.serial_numbers]


def product_sales(world: World, location: Location, window: Window) -> Rows:
    """Invoice[], refunds and exchanges included."""
    return [_invoice(world, invoice) for invoice in between(location.invoices, window.start, window.end)]


def _invoice(world: World, invoice: Invoice) -> dict[str, Any]:
    employee = invoice.employee
    return {
        "InvoiceId": invoice.id,
        "OriginalInvoiceId": invoice.original_id,
        "InvoiceDate": timestamp(world, invoice.at),
        "LocationId": invoice.location,
        "InvoicedByEmployee": {"Id": employee.id, "FirstName": employee.first_name, "LastName": employee.last_name},
        "InvoiceProducts": [_invoice_product(world, line) for line in invoice.lines],
    }


def _invoice_product(world: World, line: InvoiceLine) -> dict[str, Any]:
    minus = line.action is InvoiceAction.REFUNDED and world.switches.refund_sign == "negative"
    return {
        "VendorSku": line.sku,
        "SerialNumber": line.serial_number,
        "Quantity": -line.quantity if minus else line.quantity,
        "ListPrice": line.list_price,
        "InvoiceAction": line.action.value,
    }


def transfers(world: World, location: Location, window: Window) -> bytes:
    """TransferReport[] as text, because one personality writes the same key twice, which no dict can hold."""
    touching = world.switches.transfers_report == "touching"
    chosen = [transfer for transfer in location.transfers if _concerns(transfer, location.id, window, touching)]
    texts = [_transfer(world, transfer) for transfer in chosen]
    if world.switches.transfer_shape == "single" and len(texts) == 1:
        return texts[0]
    return b"[" + b",".join(texts) + b"]"


def _concerns(transfer: Transfer, location: int, window: Window, touching: bool) -> bool:
    received = transfer.received_at is not None and window.start <= transfer.received_at < window.end
    if touching:
        return received or window.start <= transfer.shipped_at < window.end
    return received and transfer.ship_to == location


def _transfer(world: World, transfer: Transfer) -> bytes:
    second_key = "ShipFromLocationId" if world.switches.transfer_keys == "duplicate" else "ShipToLocationId"
    received = world.clock.local(transfer.received_at).date().isoformat() if transfer.received_at else None
    shipped = world.clock.local(transfer.shipped_at).date().isoformat()
    shipping = [
        {"SerialNumber": serial, world.switches.received_spelling: received, "DateShipped": shipped}
        for serial in transfer.serial_numbers or ("",)
    ]
    rest = {
        "TransferId": transfer.id,
        "TransferProducts": [{"VendorSku": transfer.sku, "Quantity": transfer.quantity, "ShippingInfo": shipping}],
        "RequestingComments": "",
        "ShippingComments": "",
        "ReceivingComments": "",
        "TransferCommitted": True,
    }
    ids = f'{{"ShipFromLocationId":{transfer.ship_from},"{second_key}":{transfer.ship_to},'
    return ids.encode() + msgspec.json.encode(rest)[1:]


def timestamp(world: World, instant: datetime) -> str:
    """An instant as the platform writes it: local, zone-less, milliseconds without trailing zeros; or with offset."""
    if world.switches.timestamps == "offset":
        zone = timezone(timedelta(hours=world.switches.utc_offset_hours))
        there = instant.astimezone(zone)
        return (
            f"{there:%Y-%m-%dT%H:%M:%S}.{there.microsecond:06d}0{there.strftime('%z')[:3]}:{there.strftime('%z')[3:]}"
        )
    text = world.clock.local(instant).isoformat(timespec="milliseconds")
    return text.rstrip("0").rstrip(".")
