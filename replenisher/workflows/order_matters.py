"""What a person is told of one purchase order."""

from __future__ import annotations

from replenisher.database.exceptions import Matter
from replenisher.database.models import Order


def order_matter(order: Order, kind: str, message: str) -> Matter:
    """Describe a matter of one order."""
    text = f"order {order.vendor_invoice_number} for location {order.location}: {message}"
    return Matter(order.company, kind, order.vendor_invoice_number, text, location=order.location, order_id=order.id)
