"""Is this sale order at the platform ours, and is it what we sent? And what does its status log say?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from replenisher.purchasing.sale_orders import SaleOrderRequest, SaleSummary, StatusEntry


def sale_differences(ours: SaleOrderRequest, theirs: SaleSummary) -> tuple[str, ...]:
    """Say in sentences where the platform's sale order differs from ours; none means that it is ours and equal.

    Prices and payments are left out: the platform does not tell them in one form.
    """
    found = []
    for name, sent, held in (
        ("printable id", ours.printable_id, theirs.printable_id),
        ("location", ours.location, theirs.location),
        ("customer", ours.customer_id.casefold(), theirs.customer_id),
    ):
        if sent != held:
            found.append(f"{name}: sent {sent}, the platform's says {held or 'nothing'}")
    sold: Counter[str] = Counter()
    for item in ours.items:
        sold[item.catalog_id.casefold()] += item.quantity
    there = Counter(dict(theirs.items))
    names = {item.catalog_id.casefold(): item.sku or item.catalog_id for item in ours.items}
    found.extend(
        f"{names.get(catalog_id, catalog_id)}: sent {sold[catalog_id]}, the platform's says {there[catalog_id]}"
        for catalog_id in sorted(sold.keys() | there.keys())
        if sold[catalog_id] != there[catalog_id]
    )
    return tuple(found)


def verdict_of(log: Sequence[StatusEntry]) -> StatusEntry | None:
    """Give the entry that decides, of a log in order of time: the latest that says Success or Failure; None so far."""
    return next((entry for entry in reversed(log) if entry.succeeded is not None), None)
