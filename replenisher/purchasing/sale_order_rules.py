"""What the Sales Order service asks of a sale order, said before anything is sent, with the field that is meant.

The rules are those of its documents (PROTOCOLS §6); its own texts say less.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal

from replenisher.purchasing.sale_orders import SaleItem, SaleOrderRequest, SaleTax

LONGEST_PRINTABLE_ID = 50
LONGEST_REFERENCE = 1024
_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


def check_sale_order(order: SaleOrderRequest) -> tuple[str, ...]:
    """List every fault of a sale order in sentences that name the field; none means that it may be sent."""
    return (*_head(order), *_lines(order), *_payments(order), *_charges(order))


def _head(order: SaleOrderRequest) -> Iterator[str]:
    length = len(order.printable_id)
    if not 1 <= length <= LONGEST_PRINTABLE_ID:
        yield f"printable_id has {length} characters; the platform takes 1 to {LONGEST_PRINTABLE_ID}"
    if not order.printable_id.isprintable() or order.printable_id != order.printable_id.strip():
        yield "printable_id begins or ends with a blank, or holds an invisible character"
    if not _GUID.fullmatch(order.customer_id):
        yield f"customer_id {order.customer_id[:60]!r} is not an id of a customer at the platform (a guid)"
    if order.expires_at is not None and order.expires_at <= order.created_at:
        yield "expires_at is not after created_at"
    if not order.items:
        yield "it has no items; the platform takes none without"
    if order.drop_ship_order_id and not any(item.drop_ship for item in order.items):
        yield "drop_ship_order_id is for drop-ship items, and it has none"


def _lines(order: SaleOrderRequest) -> Iterator[str]:
    counted = Counter(item.line_number for item in order.items)
    for number, count in sorted(counted.items()):
        if count > 1:
            yield f"line {number} is there {count} times; each line needs a number of its own"
    for item in order.items:
        for fault in _item(item, named_order=bool(order.drop_ship_order_id)):
            yield f"line {item.line_number}: {fault}"


def _item(item: SaleItem, *, named_order: bool) -> Iterator[str]:
    if item.line_number < 1:
        yield "line numbers begin at 1"
    if not _GUID.fullmatch(item.catalog_id):
        yield (
            f"SKU {item.sku or '(none)'} has no catalog id; fill the column catalog_id of the products file,"
            " or of this file"
        )
    if item.quantity == 0:
        yield "quantity is 0"
    if item.quantity < 0 and not item.serial_number:
        yield "quantity is below 0, which only a returned unit with a serial number may be (-1)"
    if item.serial_number and item.quantity not in (1, -1):
        yield f"serial_number stands for one unit, and quantity is {item.quantity}"
    if item.price < 0:
        yield "price is below 0"
    if item.drop_ship and not item.supplier and not named_order:
        yield "a drop-ship item needs a supplier or the order's drop_ship_order_id"
    if item.supplier and not item.drop_ship:
        yield "supplier is for drop-ship items only"
    if item.supplier and not item.supplier.isdecimal():
        yield f"supplier {item.supplier[:40]!r} is not a number of the platform"
    yield from _taxes(item.taxes)


def _taxes(taxes: tuple[SaleTax, ...]) -> Iterator[str]:
    seen: set[str] = set()
    for tax in taxes:
        amounts = {"taxable_amount": tax.taxable_amount, "tax_rate": tax.rate, "tax": tax.amount}
        whole = [name for name, amount in amounts.items() if amount is not None]
        name = tax.name or tax.tax_service_id
        if tax.tax_service_id and (tax.name or whole):
            yield f"tax {name!r} is given both whole and by tax_service_id; give it one way"
        elif tax.tax_service_id and not _GUID.fullmatch(tax.tax_service_id):
            yield f"tax_service_id {tax.tax_service_id[:60]!r} is not an id of the tax service (a guid)"
        elif not tax.tax_service_id and (not tax.name or len(whole) < len(amounts)):
            missing = [one for one in ("tax_name" if not tax.name else "", *(amounts.keys() - set(whole))) if one]
            yield f"tax {name or '(no name)'!r} lacks {', '.join(sorted(missing))}"
        if name.casefold() in seen:
            yield f"tax {name!r} is there twice; each tax stands on an item once"
        seen.add(name.casefold())


def _payments(order: SaleOrderRequest) -> Iterator[str]:
    for place, payment in enumerate(order.payments, 1):
        for name, text in (("auth_code", payment.auth_code), ("transaction_number", payment.transaction_number)):
            if len(text) > LONGEST_REFERENCE:
                yield f"payment {place}: {name} has {len(text)} characters; the platform takes {LONGEST_REFERENCE}"


def _charges(order: SaleOrderRequest) -> Iterator[str]:
    lines = {item.line_number for item in order.items}
    for kind, charges in (("shipping", order.shipping), ("discount", order.discounts)):
        for charge in charges:
            strange = sorted(set(charge.of_lines) - lines)
            if strange:
                yield f"{kind} {charge.line_number} names lines that are not there: {', '.join(map(str, strange))}"
            if charge.amount < Decimal(0):
                yield f"{kind} {charge.line_number} is below 0"
