"""Is this order at the platform ours, and is it what we asked for?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from replenisher.purchasing.platform import OrderSummary, PlatformOrder, RequestLine
from replenisher.purchasing.reference import same_reference


def find_ours(orders: Iterable[OrderSummary], vendor_invoice_number: str) -> list[OrderSummary]:
    """Pick the orders that carry our reference; an order listed twice counts once."""
    found = {
        order.platform_order_id: order
        for order in orders
        if same_reference(vendor_invoice_number, order.vendor_invoice_number)
    }
    return list(found.values())


def differences(vendor_invoice_number: str, lines: Sequence[RequestLine], theirs: PlatformOrder) -> tuple[str, ...]:
    """Say in sentences where the platform's order differs from what we asked for; none means it is ours and equal.

    Costs are left out: the platform may fill in its own.
    """
    found = []
    if not same_reference(vendor_invoice_number, theirs.vendor_invoice_number):
        found.append(f"the platform's order carries the reference {theirs.vendor_invoice_number!r}, not ours")
    ordered: Counter[str] = Counter()
    for line in theirs.lines:
        ordered[line.sku] += line.quantity_ordered
    asked = Counter({line.sku: line.quantity for line in lines})
    for sku in sorted(asked.keys() | ordered.keys()):
        if sku not in ordered:
            found.append(f"{sku}: asked for {asked[sku]}, not on the platform's order")
        elif sku not in asked:
            found.append(f"{sku}: on the platform's order with {ordered[sku]}, never asked for")
        elif asked[sku] != ordered[sku]:
            found.append(f"{sku}: asked for {asked[sku]}, the platform's order says {ordered[sku]}")
    return tuple(found)
