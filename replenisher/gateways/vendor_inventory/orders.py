"""Purchase orders on this wire: the body that creates one, and the answers about one, in our words.

The platform spells the same field in several ways (`PurchaseOrderGuid`, `purchaseOrderId`), so names are compared
without case, and sends quantities as numbers or as text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import msgspec

from replenisher.errors import AmbiguousError
from replenisher.gateways.http.answers import Answer
from replenisher.gateways.http.paths import GUID, as_guid, whole_id
from replenisher.gateways.rest.documents import folded, json_of, unreadable
from replenisher.gateways.rest.values import amount_of, money, text_of
from replenisher.planning.frames import LARGEST_QUANTITY
from replenisher.purchasing.platform import (
    OrderAccepted,
    OrderRequest,
    OrderSummary,
    PlatformLine,
    PlatformOrder,
    PlatformStatus,
    RequestLine,
)

ENCODER = msgspec.json.Encoder(decimal_format="number")
ORDER_ID_NAMES = ("purchaseorderguid", "purchaseorderid")
STATUSES = {
    "pending": PlatformStatus.PENDING,
    "committed": PlatformStatus.COMMITTED,
    "partiallyreceived": PlatformStatus.PARTLY_RECEIVED,
    "complete": PlatformStatus.COMPLETE,
    "completed": PlatformStatus.COMPLETE,
    "failed": PlatformStatus.FAILED,
    "error": PlatformStatus.FAILED,
    "rejected": PlatformStatus.FAILED,
}


def order_body(order: OrderRequest, vendor: str) -> bytes:
    """Write the body that creates an order; the same bytes for the same order on every try."""
    return ENCODER.encode(
        {
            "VendorEntityId": int(vendor),
            "BillToStore": int(whole_id(order.bill_to, "bill-to location")),
            "ShipToStore": int(whole_id(order.ship_to, "ship-to location")),
            "EstimatedArrivalDate": order.estimated_arrival_date.isoformat(),
            "VendorInvoiceNumber": order.vendor_invoice_number,
            "Comments": order.comments,
            "ShippingMethod": order.shipping_method,
            "ShippingCost": money(order.shipping_cost),
            "Committed": order.committed,
            "Products": [_line(line) for line in order.lines],
        }
    )


def lines_body(lines: Sequence[RequestLine]) -> bytes:
    """Write the body that updates or adds lines."""
    return ENCODER.encode([_line(line) for line in lines])


def skus_body(skus: Sequence[str]) -> bytes:
    """Write the body that removes lines: a JSON array, which the documents' sample means but does not spell."""
    return ENCODER.encode(list(skus))


def _line(line: RequestLine) -> dict[str, object]:
    body: dict[str, object] = {"VendorSku": line.sku, "Quantity": line.quantity}
    return body if line.unit_cost is None else body | {"Cost": money(line.unit_cost)}


def parse_accepted(answer: Answer) -> OrderAccepted:
    """Read the answer to a creation; raise AmbiguousError when no order id can be believed.

    Of `checkStatusEndpoint` nothing is followed; if it names an order, it must be the same one.
    """
    document = folded(json_of(answer))
    order_id = _order_id(document)
    if order_id is None:
        raise _unbelievable(answer, "no order id")
    endpoint = document.get("checkstatusendpoint")
    named = GUID.findall(endpoint.lower()) if isinstance(endpoint, str) else []
    if named and order_id not in named:
        raise _unbelievable(answer, "two different order ids")
    return OrderAccepted(order_id, answer.text)


def _unbelievable(answer: Answer, found: str) -> AmbiguousError:
    message = f"create: answered {answer.status} with {found}"
    return AmbiguousError(message, operation="create", status=answer.status, answer=answer.text)


def parse_creation_status(answer: Answer) -> PlatformStatus:
    """Read how far a creation is: an object with a status, or the bare word."""
    document = json_of(answer)
    word = document if isinstance(document, str) else folded(document).get("status")
    return status_of(word)


def status_of(word: object) -> PlatformStatus:
    """Translate a status word, whatever its case and separators; a word that no document lists is UNKNOWN."""
    if not isinstance(word, str):
        return PlatformStatus.UNKNOWN
    return STATUSES.get(re.sub(r"[\s_-]", "", word).casefold(), PlatformStatus.UNKNOWN)


def parse_list(answer: Answer) -> list[OrderSummary]:
    """Read the list of orders, each once; raise UnavailableError when any entry has no id.

    A list decides whether an order is absent, so one unreadable entry makes the whole list unusable.
    """
    document = json_of(answer)
    if not isinstance(document, list):
        raise unreadable("list of orders", "expected an array")
    found: dict[str, OrderSummary] = {}
    for item in document:
        fields = folded(item)
        order_id = _order_id(fields)
        if order_id is None:
            raise unreadable("list of orders", f"an entry without an order id ({fields.get('vendorinvoicenumber')})")
        number, word = text_of(fields.get("vendorinvoicenumber")), text_of(fields.get("status"))
        found[order_id] = OrderSummary(order_id, number, status_of(word), word)
    return list(found.values())


def parse_order(answer: Answer, asked: str) -> PlatformOrder:
    """Read one order with its lines; raise UnavailableError when it is another order or a line cannot be read."""
    document = json_of(answer)
    if isinstance(document, list) and len(document) == 1:
        document = document[0]
    fields = folded(document)
    products = fields.get("products")
    if _order_id(fields) not in {asked.lower(), None} or not isinstance(products, list):
        raise unreadable("read", f"expected order {asked} with its products")
    word = text_of(fields.get("status"))
    lines = tuple(_platform_line(folded(product)) for product in products)
    return PlatformOrder(asked.lower(), text_of(fields.get("vendorinvoicenumber")), status_of(word), word, lines)


def _platform_line(fields: dict[str, Any]) -> PlatformLine:
    sku, serials = fields.get("vendorsku"), fields.get("serialnumbersreceived") or []
    if not isinstance(sku, str) or not sku or not isinstance(serials, list):
        raise unreadable("read", "a line without a SKU, or with serial numbers that are no list")
    ordered, received = _units(fields, "quantityordered", sku), _units(fields, "quantityreceived", sku)
    return PlatformLine(sku, ordered, received, _cost(fields.get("cost"), sku), tuple(text_of(one) for one in serials))


def _units(fields: dict[str, Any], name: str, sku: str) -> int:
    """Read a whole number of units that may be written as text: `5`, `"5"`, `5.0`."""
    amount = amount_of(fields.get(name))
    if amount is None or amount != amount.to_integral_value() or not 0 <= amount <= LARGEST_QUANTITY:
        raise unreadable("read", f"{name} of SKU {sku} is not a number of units")
    return int(amount)


def _cost(value: object, sku: str) -> Decimal | None:
    if value is None:
        return None
    amount = amount_of(value)
    if amount is None:
        raise unreadable("read", f"cost of SKU {sku} is not an amount")
    return amount


def _order_id(fields: dict[str, Any]) -> str | None:
    return next((found for name in ORDER_ID_NAMES if (found := as_guid(fields.get(name)))), None)
