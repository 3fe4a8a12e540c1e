"""Purchase orders on this wire: the body that creates one, and the answers about one, in our words.

The platform spells the same field in several ways (`PurchaseOrderGuid`, `purchaseOrderId`), so names are compared
without case, and sends quantities as numbers or as text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

import msgspec

from replenisher.errors import AmbiguousError, RefusedError, UnavailableError
from replenisher.gateways.http.answers import Answer
from replenisher.gateways.http.paths import GUID, as_guid, whole_id
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
            "ShippingCost": _money(order.shipping_cost),
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
    return body if line.unit_cost is None else body | {"Cost": _money(line.unit_cost)}


def _money(amount: Decimal) -> Decimal:
    if not amount.is_finite() or amount < 0:
        raise RefusedError(f"{amount} is not an amount of money; nothing was sent")
    return Decimal(f"{amount:f}")  # 1E+1 is a number in JSON too, but not one that every reader takes


def parse_accepted(answer: Answer) -> OrderAccepted:
    """Read the answer to a creation; raise AmbiguousError when no order id can be believed.

    Of `checkStatusEndpoint` nothing is followed; if it names an order, it must be the same one.
    """
    document = _folded(_json(answer))
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
    document = _json(answer)
    word = document if isinstance(document, str) else _folded(document).get("status")
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
    document = _json(answer)
    if not isinstance(document, list):
        raise _unreadable("list of orders", "expected an array")
    found: dict[str, OrderSummary] = {}
    for item in document:
        fields = _folded(item)
        order_id = _order_id(fields)
        if order_id is None:
            raise _unreadable("list of orders", f"an entry without an order id ({fields.get('vendorinvoicenumber')})")
        number, word = _text(fields.get("vendorinvoicenumber")), _text(fields.get("status"))
        found[order_id] = OrderSummary(order_id, number, status_of(word), word)
    return list(found.values())


def parse_order(answer: Answer, asked: str) -> PlatformOrder:
    """Read one order with its lines; raise UnavailableError when it is another order or a line cannot be read."""
    document = _json(answer)
    if isinstance(document, list) and len(document) == 1:
        document = document[0]
    fields = _folded(document)
    products = fields.get("products")
    if _order_id(fields) not in {asked.lower(), None} or not isinstance(products, list):
        raise _unreadable("read", f"expected order {asked} with its products")
    word = _text(fields.get("status"))
    lines = tuple(_platform_line(_folded(product)) for product in products)
    return PlatformOrder(asked.lower(), _text(fields.get("vendorinvoicenumber")), status_of(word), word, lines)


def _platform_line(fields: dict[str, Any]) -> PlatformLine:
    sku, serials = fields.get("vendorsku"), fields.get("serialnumbersreceived") or []
    if not isinstance(sku, str) or not sku or not isinstance(serials, list):
        raise _unreadable("read", "a line without a SKU, or with serial numbers that are no list")
    ordered, received = _units(fields, "quantityordered", sku), _units(fields, "quantityreceived", sku)
    return PlatformLine(sku, ordered, received, _cost(fields.get("cost"), sku), tuple(_text(one) for one in serials))


def _units(fields: dict[str, Any], name: str, sku: str) -> int:
    """Read a whole number of units that may be written as text: `5`, `"5"`, `5.0`."""
    amount = _decimal(fields.get(name))
    if amount is None or amount != amount.to_integral_value() or not 0 <= amount <= LARGEST_QUANTITY:
        raise _unreadable("read", f"{name} of SKU {sku} is not a number of units")
    return int(amount)


def _cost(value: object, sku: str) -> Decimal | None:
    if value is None:
        return None
    amount = _decimal(value)
    if amount is None:
        raise _unreadable("read", f"cost of SKU {sku} is not an amount")
    return amount


def _decimal(value: object) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | Decimal | str):
        return None
    try:
        amount = Decimal(value)
    except InvalidOperation:
        return None
    # Beyond this no amount is meant, and turning it into an integer could take for ever.
    return amount if amount.is_finite() and abs(amount) < Decimal(10) ** 15 else None


def _order_id(fields: dict[str, Any]) -> str | None:
    return next((found for name in ORDER_ID_NAMES if (found := as_guid(fields.get(name)))), None)


def _json(answer: Answer) -> Any:
    """Read the document with exact decimals; None when it is not JSON: no field is then found in it."""
    try:
        return json.loads(answer.body, parse_float=Decimal)
    except (ValueError, RecursionError):
        return None


def _folded(document: object) -> dict[str, Any]:
    """Return the object's fields under names without case; nothing for anything but an object."""
    return {key.casefold(): value for key, value in document.items()} if isinstance(document, dict) else {}


def _text(value: object) -> str:
    return value if isinstance(value, str) else "" if value is None else str(value)


def _unreadable(operation: str, reason: str) -> UnavailableError:
    return UnavailableError(f"{operation}: {reason}; nothing of it is used", operation=operation)
