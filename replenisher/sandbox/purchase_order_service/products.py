"""What OrderWithDetail tells of the products of an order: those ordered, and those received."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from replenisher.sandbox.documents import Receipt
from replenisher.sandbox.orders import Order
from replenisher.sandbox.rest.names import catalog_id, dotnet
from replenisher.sandbox.soap.identities import guid

USER = 2576


@dataclass(frozen=True)
class _Told:
    sku: str
    quantity: int
    serial: str
    at: datetime


def ordered_products(order: Order) -> list[dict[str, Any]]:
    """One entry for each line."""
    made = dotnet(order.accepted_at)
    return [
        {
            "Id": guid("ordered", order.id, sku),
            "CreatedBy": USER,
            "CreatedDateUTC": made,
            "OrderId": order.id,
            "ProductId": catalog_id(sku),
            "ProductName": sku,
            "Quantity": line.quantity,
            "SupplierSKU": sku,
            "TotalCost": round(line.quantity * order.told_cost(sku), 4),
            "UnitCost": order.told_cost(sku),
            "UpdatedBy": USER,
            "UpdatedDateUTC": made,
        }
        for sku, line in order.lines.items()
    ]


def received_products(order: Order, receipts: Sequence[Receipt]) -> list[dict[str, Any]]:
    """One entry for each unit with a serial number, and one for the others of each receipt, oldest first."""
    told: list[_Told] = []
    for receipt in receipts:
        for line in receipt.lines:
            each = 1 if line.serial_numbers else line.quantity
            told += [_Told(line.sku, each, serial, receipt.at) for serial in line.serial_numbers or ("",)]
    for sku, units in order.recounted.items():
        told = _more(order, told, sku, units) if units > 0 else _fewer(told, sku, -units)
    return [
        {
            "Id": guid("received", order.id, place),
            "OrderId": order.id,
            "ProductId": catalog_id(one.sku),
            "ProductName": one.sku,
            "Quantity": one.quantity,
            "ReceivedBy": USER,
            "ReceivedDateUTC": dotnet(one.at),
            "SerialNumber": one.serial,
            "SupplierInvoiceNumber": order.vendor_invoice_number,
            "SupplierSKU": one.sku,
            "UnitCost": order.told_cost(one.sku),
        }
        for place, one in enumerate(told)
    ]


def _more(order: Order, told: list[_Told], sku: str, units: int) -> list[_Told]:
    at = max((one.at for one in told), default=order.accepted_at)
    return [*told, _Told(sku, units, "", at)]


def _fewer(told: list[_Told], sku: str, units: int) -> list[_Told]:
    """Take units off the latest entries; never below nothing."""
    kept: list[_Told] = []
    for one in reversed(told):
        off = min(units, one.quantity) if one.sku == sku else 0
        units -= off
        if one.quantity > off or not off:
            kept.append(replace(one, quantity=one.quantity - off))
    return kept[::-1]
