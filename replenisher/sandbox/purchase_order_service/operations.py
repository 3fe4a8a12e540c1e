"""The two operations of the Purchase Order service, over the same ledger as every other interface."""

from __future__ import annotations

from typing import Any

from replenisher.sandbox.documents import Receipt
from replenisher.sandbox.ledger import Company
from replenisher.sandbox.orders import Order, Stage
from replenisher.sandbox.purchase_order_service.products import USER, ordered_products, received_products
from replenisher.sandbox.replies import RefusalError, Reply, Request, data, message
from replenisher.sandbox.rest.names import UNSET, company_of, dotnet, location_of
from replenisher.sandbox.world import World

CHANNEL = "purchase_orders"


def list_with_detail(world: World, request: Request) -> Reply:
    """GET OrderWithDetail: every order for our vendor, or the latest one alone."""
    company = company_of(world, request)
    receipts = _receipts(company)
    orders = [order for order in world.orders.of_company(company.id) if order.visible]
    listed = [_detail(world, order, receipts.get(order.id, [])) for order in orders]
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
        channel=CHANNEL,
    )
    world.orders.add(order)
    return data(201, _header(world, order, []))


def _errors(text: str) -> RefusalError:
    return RefusalError(message(400, f"The following errors occured: {text}"))


def _detail(world: World, order: Order, receipts: list[Receipt]) -> dict[str, Any]:
    header = _header(world, order, receipts)
    if world.switches.purchase_detail_products == "no":
        return header
    return {
        **header,
        "OrderedProducts": ordered_products(order),
        "ReceivedProducts": received_products(order, receipts),
    }


def _receipts(company: Company) -> dict[str, list[Receipt]]:
    """Every receipt of the company's locations, by order."""
    found: dict[str, list[Receipt]] = {}
    for location in company.locations.values():
        for receipt in location.receipts:
            found.setdefault(receipt.order_id, []).append(receipt)
    return found


def _header(world: World, order: Order, receipts: list[Receipt]) -> dict[str, Any]:
    made = dotnet(order.accepted_at)
    changed = dotnet(max([order.accepted_at, *(receipt.at for receipt in receipts)]))
    done = order.stage in (Stage.COMPLETE, Stage.CLOSED_SHORT)
    return {
        "Id": order.id,
        "BillToLocationId": order.location,
        "CompanyId": order.company,
        "CompletedBy": USER if done else 0,
        "CompletedDateUTC": changed if done else UNSET,
        "CreatedBy": USER,
        "CreatedDateUTC": made,
        "DeletedBy": 0,
        "DeletedDateUTC": UNSET,
        "ETADate": UNSET if order.arrives_at is None else dotnet(order.arrives_at),
        "FullyReceived": done,
        "Notes": str(order.request.get("Notes") or order.request.get("Comments") or ""),
        "PurchaseOrderNumber": f"PO{order.rq_id}",
        "ShippingCost": 0.0,
        "ShippingInfo": [],
        "ShipToLocationId": order.location,
        "State": _state(order, world.switches.purchase_detail_state),
        "SubmittedBy": USER if order.committed else 0,
        "SubmittedDateUTC": UNSET if order.committed_at is None else dotnet(order.committed_at),
        "SupplierId": world.setup.vendor_id,
        "SupplierInvoiceNumber": order.vendor_invoice_number,
        "UpdatedBy": USER,
        "UpdatedDateUTC": changed,
        **_as_sent(order),
    }


def _as_sent(order: Order) -> dict[str, Any]:
    """What a header of this service's own keeps of its request; the ETA until the goods are under way."""
    if order.channel != CHANNEL:
        return {}
    kept = ["BillToLocationId", "PurchaseOrderNumber", "ShippingCost", *(() if order.committed else ("ETADate",))]
    return {name: order.request[name] for name in kept if order.request.get(name)}


def _state(order: Order, words: str) -> str:
    """The order's state; the documents list no words for it."""
    if words == "status":
        return order.status
    done = order.stage in (Stage.COMPLETE, Stage.CLOSED_SHORT)
    if words == "order_state":
        return (
            "Cancelled" if order.cancelled else "Completed" if done else "Processed" if order.committed else "Pending"
        )
    return "Completed" if done else "Submitted" if order.committed else "Created"
