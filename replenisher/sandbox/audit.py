"""What a test may ask: every create that was accepted, and where each unit is."""

from __future__ import annotations

from typing import Any

from replenisher.sandbox.ledger import Location
from replenisher.sandbox.notices import ShipmentNotice
from replenisher.sandbox.order_service import customers
from replenisher.sandbox.orders import Order
from replenisher.sandbox.sales_order_service.book import Sale
from replenisher.sandbox.soap.order_rows import order_number
from replenisher.sandbox.world import World


def audit(world: World) -> dict[str, Any]:
    """Every create request that was accepted, in order, and the order ids by vendor invoice number; and every notice.

    `materialised` is whether the order has existed as a real order; an order that an administrator doubled is listed
    with `made_by` "admin" and counts under its number too.
    """
    accepted = [order for order in world.orders.orders.values() if order.made_by != "retailer"]
    by_number: dict[str, list[str]] = {}
    for order in accepted:
        by_number.setdefault(order.vendor_invoice_number, []).append(order.id)
    return {
        "accepted": [_entry(order) | {"printed_number": order_number(world, order)} for order in accepted],
        "by_vendor_invoice_number": by_number,
        "retail_orders": customers.listed(world),
        "sale_orders": sale_orders(world),
        "notices": [_notice(notice) for notice in world.notices.notices],
        "repeated": sorted(number for number, ids in by_number.items() if len(ids) > 1),
        "operation_calls": dict(world.operation_calls),
        "operation_outcomes": {name: dict(counts) for name, counts in world.operation_outcomes.items()},
        "days_passed": world.days_passed,
        "now": world.clock.now().isoformat(),
    }


def _entry(order: Order) -> dict[str, Any]:
    return {
        "purchase_order_id": order.id,
        "vendor_invoice_number": order.vendor_invoice_number,
        "company": order.company,
        "location": order.location,
        "committed": order.committed,
        "accepted_at": order.accepted_at.isoformat(),
        "stage": order.stage.value,
        "materialised": order.visible or order.vanished,
        "vanished": order.vanished,
        "fault": order.fault,
        "made_by": order.made_by,
        "channel": order.channel,
        "cancelled": order.cancelled,
        "request": order.request,
        "products": {
            sku: {"quantity": line.quantity, "received": line.received, "cost": line.cost}
            for sku, line in order.lines.items()
        },
    }


def sale_orders(world: World) -> list[dict[str, Any]]:
    """Every sale order that was accepted, in order; `materialised` is whether it exists."""
    return [_sale(sale) for sale in world.sales.sales.values()]


def _sale(sale: Sale) -> dict[str, Any]:
    return {
        "id": sale.id,
        "company": sale.company,
        "location": sale.location,
        "printable_id": sale.printable_id,
        "invoice": sale.invoice,
        "state": sale.state,
        "in_pos": sale.in_pos,
        "materialised": not sale.hidden,
        "log": [{"succeeded": entry.succeeded, "details": entry.details} for entry in sale.log],
        "accepted_at": sale.accepted_at.isoformat(),
        "fault": sale.fault,
        "request": sale.document,
    }


def _notice(notice: ShipmentNotice) -> dict[str, Any]:
    return {
        "shipment_number": notice.number,
        "purchase_order_id": notice.order_id,
        "sku": notice.sku,
        "quantity": notice.quantity,
        "serial_numbers": list(notice.serial_numbers),
        "channel": notice.channel,
        "accepted_at": notice.at.isoformat(),
        "arrived": notice.arrived,
        "fault": notice.fault,
    }


def state(world: World, query: dict[str, str]) -> dict[str, Any]:
    """Companies and locations with their totals; with ?location= also every row, with ?sku= only that one."""
    locations = [
        location
        for location in world.locations()
        if query.get("company", str(location.company)) == str(location.company)
        and query.get("location", str(location.id)) == str(location.id)
    ]
    rows = "location" in query or "sku" in query
    return {
        "now": world.clock.now().isoformat(),
        "vendor_id": world.setup.vendor_id,
        "companies": [
            {"id": company.id, "name": company.name, "enabled": company.enabled} for company in world.companies.values()
        ],
        "locations": [_location(world, location, query.get("sku"), rows=rows) for location in locations],
    }


def _location(world: World, location: Location, sku: str | None, *, rows: bool) -> dict[str, Any]:
    supply = world.orders.supply(location.id, back_order=world.switches.back_order)
    answer: dict[str, Any] = {
        "company": location.company,
        "location": location.id,
        "enabled": location.enabled,
        "units_in_stock": sum(row.in_stock for row in location.rows.values()),
        "units_on_order": sum(entry[0] for entry in supply.values()),
        "units_on_uncommitted_order": sum(entry[1] for entry in supply.values()),
        "units_backordered": sum(entry[2] for entry in supply.values()),
    }
    if rows:
        answer["rows"] = {
            row.product.sku: {
                "opening": row.opening,
                "in_stock": row.in_stock,
                "minimum": row.minimum,
                "maximum": row.maximum,
                "do_not_order": row.do_not_order,
                "transfer_in": row.transfer_in,
                "transfer_out": row.transfer_out,
                "allocated": row.allocated,
                "on_order": supply.get(row.product.sku, (0, 0, 0)),
                "serial_numbers": len(row.serial_numbers),
            }
            for row in location.rows.values()
            if sku in (None, row.product.sku)
        }
    return answer
