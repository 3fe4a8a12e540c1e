"""The two operations of the Purchase Order service, over the same ledger as every other interface."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from replenisher.sandbox.orders import Order, Stage
from replenisher.sandbox.replies import RefusalError, Reply, Request, data, message
from replenisher.sandbox.rest.names import UNSET, catalog_id, company_of, dotnet, location_of
from replenisher.sandbox.soap.identities import guid
from replenisher.sandbox.world import World

_USER = 2576


def list_with_detail(world: World, request: Request) -> Reply:
    """GET OrderWithDetail: every order for our vendor, or the latest one alone."""
    company = company_of(world, request)
    listed = [_detail(world, order) for order in world.orders.of_company(company.id) if order.visible]
    if world.switches.purchase_detail_shape == "array":
        return data(200, listed)
    if not listed:
        raise RefusalError(message(404, "Not Found"))
    return data(200, listed[-1])


def create(world: World, request: Request) -> Reply:
    """POST OrderCreation: 201; a header without lines."""
    company = company_of(world, request)
    body = request.json()
    if not isinstance(body, dict):
        raise _errors("The body should be an object.")
    if body.get("SupplierId") != world.setup.vendor_id:
        raise _errors("SupplierId is not a supplier of this company.")
    if body.get("CompanyId", company.id) != company.id:
        raise _errors("CompanyId does not match.")
    try:
        location = location_of(company, body.get("ShipToLocationId"))
        location_of(company, body.get("BillToLocationId"))
    except RefusalError as error:
        raise _errors("ShipToLocationId and BillToLocationId should be locations of this company.") from error
    order = Order(
        company=company.id,
        location=location.id,
        vendor_invoice_number=str(body.get("SupplierInvoiceNumber") or ""),
        committed=False,
        accepted_at=world.clock.now(),
        lines={},
        request=body,
        fault=request.fault,
        stage=Stage.NEVER if request.never_create else Stage.OPEN,
        channel="purchase_orders",
    )
    world.orders.add(order)
    return data(201, _header(world, order))


def _errors(text: str) -> RefusalError:
    return RefusalError(message(400, f"The following errors occured: {text}"))


def _detail(world: World, order: Order) -> dict[str, Any]:
    header = _header(world, order)
    if world.switches.purchase_detail_products == "no":
        return header
    return {**header, "OrderedProducts": _ordered(order), "ReceivedProducts": _received(world, order)}


def _header(world: World, order: Order) -> dict[str, Any]:
    made, sent = dotnet(order.accepted_at), order.request
    done = order.stage in (Stage.COMPLETE, Stage.CLOSED_SHORT)
    return {
        "Id": order.id,
        "BillToLocationId": order.location,
        "CompanyId": order.company,
        "CompletedBy": _USER if done else 0,
        "CompletedDateUTC": made if done else UNSET,
        "CreatedBy": _USER,
        "CreatedDateUTC": made,
        "DeletedBy": 0,
        "DeletedDateUTC": UNSET,
        "ETADate": _moment(order.arrives_at),
        "FullyReceived": done,
        "Notes": str(sent.get("Notes") or sent.get("Comments") or ""),
        "PurchaseOrderNumber": f"PO{order.rq_id}",
        "ShippingCost": 0.0,
        "ShippingInfo": [],
        "ShipToLocationId": order.location,
        "State": "Completed" if done else "Submitted" if order.committed else "Created",
        "SubmittedBy": _USER if order.committed else 0,
        "SubmittedDateUTC": _moment(order.committed_at),
        "SupplierId": world.setup.vendor_id,
        "SupplierInvoiceNumber": order.vendor_invoice_number,
        "UpdatedBy": _USER,
        "UpdatedDateUTC": made,
    }


def _moment(moment: datetime | None) -> str:
    return UNSET if moment is None else dotnet(moment)


def _ordered(order: Order) -> list[dict[str, Any]]:
    made = dotnet(order.accepted_at)
    return [
        {
            "Id": guid("ordered", order.id, sku),
            "CreatedBy": _USER,
            "CreatedDateUTC": made,
            "OrderId": order.id,
            "ProductId": catalog_id(sku),
            "ProductName": sku,
            "Quantity": line.quantity,
            "SupplierSKU": sku,
            "TotalCost": round(line.quantity * order.told_cost(sku), 4),
            "UnitCost": order.told_cost(sku),
            "UpdatedBy": _USER,
            "UpdatedDateUTC": made,
        }
        for sku, line in order.lines.items()
    ]


def _received(world: World, order: Order) -> list[dict[str, Any]]:
    """One entry for each unit with a serial number, and one for the others of each receipt."""
    location = world.location(order.location)
    units: list[tuple[str, int, str, datetime]] = []
    for receipt in [] if location is None else location.receipts:
        for line in receipt.lines if receipt.order_id == order.id else ():
            each = 1 if line.serial_numbers else line.quantity
            units += [(line.sku, each, serial, receipt.at) for serial in line.serial_numbers or ("",)]
    units += [(sku, counted, "", order.accepted_at) for sku, counted in order.recounted.items()]
    return [
        {
            "Id": guid("received", order.id, place),
            "OrderId": order.id,
            "ProductId": catalog_id(sku),
            "ProductName": sku,
            "Quantity": quantity,
            "ReceivedBy": _USER,
            "ReceivedDateUTC": dotnet(at),
            "SerialNumber": serial,
            "SupplierInvoiceNumber": order.vendor_invoice_number,
            "SupplierSKU": sku,
            "UnitCost": order.told_cost(sku),
        }
        for place, (sku, quantity, serial, at) in enumerate(units)
    ]
