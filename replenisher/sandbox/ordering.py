"""The writing operations of the Vendor Inventory interface: create an order, change its lines before they arrive."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from replenisher.sandbox.ledger import Location
from replenisher.sandbox.orders import Order, OrderLine, Stage, complete_if_done
from replenisher.sandbox.replies import RefusalError, Reply, Request, data, message
from replenisher.sandbox.vendor_inventory import find_location, find_order
from replenisher.sandbox.world import World

_LONGEST = {"VendorInvoiceNumber": 50, "Comments": 500, "ShippingMethod": 30}
_STATUS_ENDPOINT = "v1/vendors/{vendor}/companies/{company}/locations/{location}/purchaseOrders/{order}/status"


def create_purchase_order(world: World, request: Request) -> Reply:
    """Operation 4: promise an order with 202; it exists some time later, if ever."""
    location = find_location(world, request)
    body = request.json()
    if not isinstance(body, dict):
        raise RefusalError(message(400, "The purchase order should be an object."))
    if world.switches.validation == "strict":
        _check_order(world, location, body)
    lines = _read_lines(body.get("Products", []))
    if world.switches.validation == "strict":
        for line in lines.values():
            _positive(line.quantity)
    number = str(body.get("VendorInvoiceNumber") or "")
    becomes, fault = _fate(world, request, location, number, lines)
    order = Order(
        company=location.company,
        location=location.id,
        vendor_invoice_number=number,
        committed=bool(body.get("Committed", False)),
        accepted_at=world.clock.now(),
        lines=lines,
        request=body,
        becomes=becomes,
        fault=fault,
    )
    world.orders.add(order, delay=world.switches.creation_delay)
    endpoint = _STATUS_ENDPOINT.format(
        vendor=request.path["vendor"], company=location.company, location=location.id, order=order.id
    )
    return data(202, {"checkStatusEndpoint": endpoint, "purchaseOrderId": order.id})


def _fate(
    world: World, request: Request, location: Location, number: str, lines: dict[str, OrderLine]
) -> tuple[Stage, str]:
    if request.never_create:
        return Stage.NEVER, request.fault
    unknown = [sku for sku in lines if sku not in location.rows]
    if unknown and world.switches.unknown_sku == "refuse":
        raise RefusalError(message(400, f"VendorSku '{unknown[0]}' is not mapped for this company."))
    if world.switches.duplicate_invoice != "accept" and world.orders.invoice_number_used(location.company, number):
        if world.switches.duplicate_invoice == "refuse":
            raise RefusalError(message(400, f"Found purchase orders by VendorInvoiceNumber [{number}]."))
        return Stage.NEVER, "duplicate_invoice"
    return (Stage.FAILED, "unknown_sku") if unknown else (Stage.OPEN, request.fault)


def _check_order(world: World, location: Location, body: dict[str, Any]) -> None:
    for name in ("VendorInvoiceNumber", "ShipToStore", "VendorEntityId", "Products"):
        if not body.get(name):
            raise RefusalError(message(400, f"'{name}' should not be empty."))
    for name, longest in _LONGEST.items():
        text = body.get(name, "")
        if not isinstance(text, str) or len(text) > longest:
            raise RefusalError(message(400, f"'{name}' should be a text of at most {longest} characters."))
    if body["VendorEntityId"] != world.setup.vendor_id:
        raise RefusalError(message(400, "Entity is not related to company"))
    if body["ShipToStore"] != location.id or body.get("BillToStore", location.id) != location.id:
        text = "Uri parameter representing resource id and resource id found in the request content don't match"
        raise RefusalError(message(400, text))
    cost = body.get("ShippingCost", 0)
    if isinstance(cost, bool) or not isinstance(cost, (int, float)) or cost < 0:
        raise RefusalError(message(400, "'ShippingCost' should not be negative."))
    if not isinstance(body.get("Committed", False), bool):
        raise RefusalError(message(400, "'Committed' should be true or false."))
    _check_date(body.get("EstimatedArrivalDate"))


def _check_date(text: Any) -> None:
    if text is None:
        return
    try:
        date.fromisoformat(text[:10])
    except (TypeError, ValueError) as error:
        raise RefusalError(message(400, f"The value '{text}' is not valid for EstimatedArrivalDate.")) from error


def _read_lines(products: Any) -> dict[str, OrderLine]:
    if not isinstance(products, list):
        raise RefusalError(message(400, "'Products' should be an array."))
    lines: dict[str, OrderLine] = {}
    for product in products:
        sku, line = _read_line(product)
        if sku in lines:
            raise RefusalError(message(400, f"VendorSku '{sku}' appears more than once."))
        lines[sku] = line
    return lines


def _read_line(product: Any) -> tuple[str, OrderLine]:
    if not isinstance(product, dict):
        raise RefusalError(message(400, "A product should be an object."))
    sku, quantity, cost = product.get("VendorSku"), product.get("Quantity"), product.get("Cost", 0)
    if not isinstance(sku, str) or not sku:
        raise RefusalError(message(400, "'VendorSku' should not be empty."))
    if isinstance(quantity, bool) or not isinstance(quantity, int):
        raise RefusalError(message(400, f"The value '{quantity}' is not valid for Quantity."))
    if isinstance(cost, bool) or not isinstance(cost, (int, float)) or cost < 0:
        raise RefusalError(message(400, f"The value '{cost}' is not valid for Cost."))
    return sku, OrderLine(quantity, cost)


def update_products(world: World, request: Request) -> Reply:
    """Operation 7: change quantity or cost of lines of which nothing was received."""

    def change(order: Order, sku: str, wanted: OrderLine) -> None:
        line = _unreceived(order, sku)
        quantity = wanted.quantity + (line.quantity if world.switches.put_quantity == "delta" else 0)
        order.lines[sku] = OrderLine(_positive(quantity), wanted.cost)

    return _edit(world, request, _edited_lines(request), change)


def add_products(world: World, request: Request) -> Reply:
    """Operation 8: add lines for products that the order does not hold yet."""

    def add(order: Order, sku: str, wanted: OrderLine) -> None:
        if sku in order.lines:
            raise RefusalError(message(400, f"VendorSku '{sku}' is already on the purchase order."))
        location = world.location(order.location)
        if location is None or sku not in location.rows:
            raise RefusalError(message(400, f"VendorSku '{sku}' is not mapped for this company."))
        order.lines[sku] = OrderLine(_positive(wanted.quantity), wanted.cost)

    return _edit(world, request, _edited_lines(request), add)


def remove_products(world: World, request: Request) -> Reply:
    """Operation 9: remove lines of which nothing was received; the body is a JSON array of VendorSku."""
    skus = request.json()
    if not isinstance(skus, list) or not skus or not all(isinstance(sku, str) for sku in skus):
        raise RefusalError(message(400, "The body should be an array of VendorSku."))

    def remove(order: Order, sku: str, _: OrderLine) -> None:
        _unreceived(order, sku)
        del order.lines[sku]

    return _edit(world, request, {sku: OrderLine(0, 0) for sku in skus}, remove)


def _edited_lines(request: Request) -> dict[str, OrderLine]:
    return _read_lines(request.json())


def _edit(
    world: World, request: Request, lines: dict[str, OrderLine], change: Callable[[Order, str, OrderLine], None]
) -> Reply:
    order = find_order(world, request)
    if order.stage is not Stage.OPEN:
        raise RefusalError(message(400, "The purchase order is complete."))
    before = dict(order.lines)
    refusals: list[Reply] = []
    for sku, line in lines.items():
        try:
            change(order, sku, line)
        except RefusalError as refusal:
            refusals.append(refusal.reply)
    if refusals:
        if world.switches.partial_edit == "atomic":
            order.lines = before
        return refusals[0]
    complete_if_done(order)
    return Reply(204, content_type=None)


def _unreceived(order: Order, sku: str) -> OrderLine:
    line = order.lines.get(sku)
    if line is None:
        raise RefusalError(message(400, f"VendorSku '{sku}' is not on the purchase order."))
    if line.received:
        raise RefusalError(message(400, f"VendorSku '{sku}' has already been received."))
    return line


def _positive(quantity: int) -> int:
    if quantity <= 0:
        raise RefusalError(message(400, f"The value '{quantity}' is not valid for Quantity."))
    return quantity
