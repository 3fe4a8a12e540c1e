"""What a person is told of sale orders, and the request that one is."""

from __future__ import annotations

from replenisher.database.exceptions import Matter
from replenisher.database.sale_models import SaleOrder
from replenisher.purchasing.sale_orders import SaleOrderRequest
from replenisher.workflows.sending import from_content

UNSENT_MATTERS = ("sale_order_refused", "sale_order_needs_person", "sale_order_unknown", "sale_order_not_sent")
"""What is no longer so when a sale order is at the platform."""
OPEN_MATTERS = (*UNSENT_MATTERS, "sale_order_failed", "sale_order_silent", "sale_order_not_read")
"""What is no longer so when nothing more is to come of a sale order."""


def sale_matter(sale: SaleOrder, kind: str, message: str) -> Matter:
    """Describe a matter of one sale order."""
    text = f"sale order {sale.printable_id} for location {sale.location}: {message}"
    return Matter(sale.company, kind, sale.printable_id, text, location=sale.location)


def sale_request(sale: SaleOrder) -> SaleOrderRequest:
    """Give a sale order as it is sent: the same content every time."""
    return from_content(sale.content, SaleOrderRequest)
