"""The papers about one order, added up by SKU: ours, the notices, the receiving report, and the platform's order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from replenisher.purchasing.order_details import DetailedOrder, OrderedProduct, ReceivedProduct
from replenisher.purchasing.platform import NoticeLine, RequestLine
from replenisher.purchasing.serials import serial_key


@dataclass(frozen=True)
class OurOrder:
    """An order as we know it, with the lines of its standing notices.

    `just_confirmed` says that it was seen at the platform so lately that a list may lack it yet.
    """

    order_id: int
    vendor_invoice_number: str
    platform_order_id: str
    location: str
    state: str
    lines: tuple[RequestLine, ...]
    announced: tuple[NoticeLine, ...] = ()
    just_confirmed: bool = False


@dataclass(frozen=True)
class ToldReceipt:
    """Units of an SKU that the receiving report tells of an order."""

    sku: str
    quantity: int
    serial_numbers: tuple[str, ...] = ()


@dataclass
class AuditedProduct:
    """What each paper says of one SKU; serial numbers as written, by the key they compare by."""

    ordered: int = 0
    our_cost: Decimal | None = None
    announced: int = 0
    announced_serials: dict[str, str] = field(default_factory=dict)
    told: int = 0
    theirs_ordered: int = 0
    theirs_ordered_at: list[tuple[int, Decimal | None]] = field(default_factory=list)
    received: int = 0
    received_at: list[tuple[int, Decimal | None]] = field(default_factory=list)
    received_serials: dict[str, str] = field(default_factory=dict)

    def value_of(self, units: int) -> Decimal | None:
        """Price units at our cost, else at the platform's highest; None when no cost is known."""
        theirs = [cost for _, cost in (*self.theirs_ordered_at, *self.received_at) if cost is not None]
        cost = max(theirs, default=None) if self.our_cost is None else self.our_cost
        return None if cost is None else cost * units

    def costed(self) -> list[tuple[int, Decimal | None]]:
        """Give units at the platform's unit cost: those received, or those ordered when none are.

        A receipt without a cost has that of the order, where the order has only one.
        """
        if not self.received_at:
            return self.theirs_ordered_at
        costs = {cost for _, cost in self.theirs_ordered_at}
        ordinary = costs.pop() if len(costs) == 1 else None
        return [(units, ordinary if cost is None else cost) for units, cost in self.received_at]


@dataclass(frozen=True)
class Papers:
    """All products of an order; the flags say which lists of the platform name every product that is on them."""

    products: dict[str, AuditedProduct]
    ordered_named: bool
    received_named: bool
    notes: tuple[str, ...]


def gather(
    ours: OurOrder, theirs: DetailedOrder, told: Sequence[ToldReceipt] | None, skus: Mapping[str, str]
) -> Papers:
    """Add the papers up by SKU; `skus` gives the SKU of a catalog id, in small letters, where none is told."""
    products: dict[str, AuditedProduct] = {}

    def of(sku: str) -> AuditedProduct:
        return products.setdefault(sku, AuditedProduct())

    for line in ours.lines:
        of(line.sku).ordered += line.quantity
        of(line.sku).our_cost = line.unit_cost
    for notice in ours.announced:
        of(notice.sku).announced += notice.quantity
        _add(of(notice.sku).announced_serials, notice.serial_numbers)
    for receipt in told or ():
        of(receipt.sku).told += receipt.quantity
        _add(of(receipt.sku).received_serials, receipt.serial_numbers)
    ordered_notes = _add_ordered(of, theirs.ordered or (), skus)
    received_notes = _add_received(of, theirs.received or (), skus)
    return Papers(products, not ordered_notes, not received_notes, (*ordered_notes, *received_notes))


def _add_ordered(
    of: Callable[[str], AuditedProduct], rows: Iterable[OrderedProduct], skus: Mapping[str, str]
) -> tuple[str, ...]:
    nameless = set()
    for row in rows:
        sku = _sku_of(row, skus)
        if sku is None:
            nameless.add(_nameless("ordered", row.catalog_id))
            continue
        of(sku).theirs_ordered += row.quantity
        of(sku).theirs_ordered_at.append((row.quantity, row.unit_cost))
    return tuple(sorted(nameless))


def _add_received(
    of: Callable[[str], AuditedProduct], rows: Iterable[ReceivedProduct], skus: Mapping[str, str]
) -> tuple[str, ...]:
    nameless = set()
    for row in rows:
        sku = _sku_of(row, skus)
        if sku is None:
            nameless.add(_nameless("received", row.catalog_id))
            continue
        of(sku).received += row.quantity
        of(sku).received_at.append((row.quantity, row.unit_cost))
        _add(of(sku).received_serials, [row.serial_number] if row.serial_number.strip() else [])
    return tuple(sorted(nameless))


def _sku_of(row: OrderedProduct | ReceivedProduct, skus: Mapping[str, str]) -> str | None:
    return row.sku or skus.get(row.catalog_id.casefold())


def _nameless(what: str, catalog_id: str) -> str:
    return f"a product {what} there has no SKU, and the products file has no catalog id {catalog_id or '(none told)'}"


def _add(serials: dict[str, str], written: Iterable[str]) -> None:
    """Add serial numbers; of one written in two ways the first in the alphabet is kept, so that order plays no part."""
    for serial in written:
        key = serial_key(serial)
        serials[key] = min(serial, serials.get(key, serial))


def covers(start: date, end: date, theirs: DetailedOrder, local_date: Callable[[datetime], date]) -> bool:
    """Tell whether a receiving report of these dates, both included, holds every receipt of an order.

    None may be dated later; and each must be dated, not earlier, unless the order itself is not older than the report.
    """
    dates = [None if row.received_at is None else local_date(row.received_at) for row in theirs.received or ()]
    if any(one is not None and one > end for one in dates):
        return False
    if theirs.created_at is not None and local_date(theirs.created_at) >= start:
        return True
    return all(one is not None and one >= start for one in dates)
