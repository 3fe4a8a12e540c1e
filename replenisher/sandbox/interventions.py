"""What an administrator may do behind the retailer's back: set a stock row, make an order vanish, close it short."""

from __future__ import annotations

from typing import Any

from replenisher.sandbox.orders import Order, OrderLine, Stage
from replenisher.sandbox.receiving import commit_order, receive_order
from replenisher.sandbox.world import World

_ROW_FIELDS = ("minimum", "maximum", "min_max_locked", "do_not_order", "allocated", "transfer_in", "transfer_out")
ORDER_ACTIONS = {
    "vanish": "reads and lists no longer find it; its goods never come",
    "close_short": "complete with what was received so far",
    "receive": "everything outstanding arrives now; of an order with shipment notices, what was announced",
    "receive_partly": "half of every untouched line arrives now; of an order with shipment notices, what was announced",
    "commit": "the retailer commits it now",
    "fail": "its creation has failed",
    "duplicate": "a second order with the same VendorInvoiceNumber appears",
}


def change_stock(world: World, body: dict[str, Any]) -> dict[str, Any]:
    """Set fields of one row; `in_stock` moves the opening along, so that the reports still agree.

    Raises:
        KeyError: no such location or SKU.
        ValueError: a field that cannot be set.
    """
    location = world.location(body["location"])
    if location is None:
        raise KeyError(f"no location {body['location']}")
    row = location.rows[body["sku"]]
    changes = {name: value for name, value in body.items() if name not in ("location", "sku")}
    for name, value in changes.items():
        if name == "in_stock":
            row.opening += value - row.in_stock
            row.in_stock = value
            if row.product.serialised:
                row.serial_numbers = world.serials.take(max(0, value))
        elif name in _ROW_FIELDS:
            setattr(row, name, value)
        else:
            raise ValueError(f"cannot set {name}; known: in_stock, {', '.join(_ROW_FIELDS)}")
    return body


def change_detail(world: World, order_id: str, action: str, values: dict[str, Any]) -> dict[str, Any]:
    """Change what the Purchase Order service tells of an order: `enter_lines`, `recount` or `recost`, by SKU.

    Lines that are entered are real: the order is committed with them. The other two touch no stock.

    Raises:
        KeyError: no such order.
        ValueError: no such action.
    """
    order = world.orders.orders[order_id]
    if action == "enter_lines":
        order.lines = {sku: OrderLine(int(units), 0.0) for sku, units in values.items()}
        if not order.committed:
            commit_order(world, order, world.clock.now())
    elif action == "recount":
        order.recounted = {sku: int(units) for sku, units in values.items()}
    elif action == "recost":
        order.recosted = {sku: float(cost) for sku, cost in values.items()}
    else:
        raise ValueError(f"unknown action {action!r}; known: enter_lines, recount, recost")
    return {"id": order_id, "action": action, **values}


def change_order(world: World, order_id: str, action: str) -> dict[str, Any]:
    """Do one of `ORDER_ACTIONS` to an order.

    Raises:
        KeyError: no such order.
        ValueError: no such action.
    """
    order = world.orders.orders[order_id]
    if action not in ORDER_ACTIONS:
        raise ValueError(f"unknown action {action!r}; known: {', '.join(ORDER_ACTIONS)}")
    if action == "vanish":
        order.vanished = True
    elif action == "close_short":
        order.stage = Stage.CLOSED_SHORT
    elif action == "fail":
        order.stage = Stage.FAILED
    elif action == "duplicate":
        _duplicate(world, order)
    else:
        _move_on(world, order, action)
    return {"id": order_id, "action": action, "stage": order.stage.value, "status": order.status}


def _move_on(world: World, order: Order, action: str) -> None:
    if order.stage is not Stage.OPEN:
        raise ValueError(f"the order is {order.stage.value}")
    if not order.committed:
        commit_order(world, order, world.clock.now())
    if action != "commit":
        share = 1.0 if action == "receive_partly" else 0.0
        receive_order(world, order, world.clock.now(), world.random(order.id), partial_share=share)


def _duplicate(world: World, order: Order) -> None:
    world.orders.add(
        Order(
            company=order.company,
            location=order.location,
            vendor_invoice_number=order.vendor_invoice_number,
            committed=order.committed,
            accepted_at=world.clock.now(),
            lines={sku: OrderLine(line.quantity, line.cost) for sku, line in order.lines.items()},
            request=order.request,
            made_by="admin",
            stage=Stage.OPEN,
        )
    )
