"""Purchase orders as both SOAP services take them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from uuid import UUID, uuid5

from replenisher.errors import RefusedError
from replenisher.gateways.http.paths import whole_id
from replenisher.purchasing.platform import OrderRequest, RequestLine

OUR_ORDERS = UUID("6f6f3a52-9a5c-5e0b-8a0e-3f1f2c9b7d41")
"""The namespace of the ids that we choose for orders; never to be changed, for it makes a second try the same order."""


def our_order_id(company: str, vendor_invoice_number: str) -> str:
    """Give the id that an order of ours has at the platform: the same on every try, so a second one is refused."""
    return str(uuid5(OUR_ORDERS, f"{company.lower()}/{vendor_invoice_number}"))


def order_body(order: OrderRequest) -> dict[str, object]:
    """Write the order to be created under the id that is ours; this wire has no shipping method."""
    order_id = our_order_id(order.company, order.vendor_invoice_number)
    return {
        "PurchaseOrderID": order_id,
        "PurchaseOrderData": {
            "PurchaseOrderID": order_id,
            "ShipToStoreID": int(whole_id(order.ship_to, "ship-to location")),
            "BillToStoreID": int(whole_id(order.bill_to, "bill-to location")),
            "ShippingTotal": amount(order.shipping_cost),
            "VendorInvoiceNumber": order.vendor_invoice_number,
            "EstimatedArrivalDate": f"{order.estimated_arrival_date:%m/%d/%Y}",
            "Comments": order.comments or None,
        },
        "ProductsOrdered": products(order.lines),
    }


def products(lines: Iterable[RequestLine]) -> dict[str, Sequence[dict[str, object]]]:
    """Write lines of an order; without a cost the platform takes its own."""
    return {
        "ProductInformation": [
            {
                "VendorSKU": line.sku,
                "QuantityOrdered": line.quantity,
                "ProductCost": None if line.unit_cost is None else amount(line.unit_cost),
            }
            for line in lines
        ]
    }


def amount(money_amount: Decimal) -> Decimal:
    """Give the amount if it is one; raise RefusedError, nothing sent, if not."""
    if not money_amount.is_finite() or money_amount < 0:
        raise RefusedError(f"{money_amount} is not an amount of money; nothing was sent")
    return money_amount
