"""What was received, beside what our shipment notices announced."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from replenisher.purchasing.platform import NoticeLine, PlatformLine, RequestLine
from replenisher.purchasing.serials import serial_key

MOST_SERIALS = 20
"""Serial numbers named in one sentence; the others are counted."""


@dataclass
class _Product:
    """What was ordered, announced and received of one SKU; serial numbers as written, by the key they compare by."""

    ordered: int = 0
    announced: int = 0
    received: int = 0
    announced_serials: dict[str, str] = field(default_factory=dict)
    received_serials: dict[str, str] = field(default_factory=dict)
    damaged_serials: dict[str, str] = field(default_factory=dict)


def match_receipts(
    ordered: Sequence[RequestLine],
    announced: Sequence[NoticeLine],
    theirs: Sequence[PlatformLine],
    *,
    closed: bool,
) -> tuple[tuple[str, str], ...]:
    """Compare an order's receipts with the lines of all its notices: pairs of exception kind and sentence, by SKU.

    `closed` says that the platform receives nothing more of the order: before that, less than announced may be on its
    way. An order without notices says nothing, and of a SKU that was never announced only damage is told.

    - `receipt_short`: less received than announced, and the order is closed.
    - `receipt_over`: more received than announced.
    - `receipt_damaged`: received units that the location cannot sell, by serial number.
    - `receipt_unknown_serial`: received serial numbers that no notice holds, where more of them came than units were
      announced without one.

    Worked example: 5 of A announced with serials p, q, r, s, t. Received 5 of A with p, q, r, s, x, of which q is
    damaged: `receipt_damaged` names q and `receipt_unknown_serial` names x. Received 4 and closed: `receipt_short`;
    6: `receipt_over`.
    """
    if not announced:
        return ()
    products: dict[str, _Product] = {}
    for asked in ordered:
        products.setdefault(asked.sku, _Product()).ordered += asked.quantity
    for line in announced:
        product = products.setdefault(line.sku, _Product())
        product.announced += line.quantity
        _add(product.announced_serials, line.serial_numbers)
    for receipt in theirs:
        product = products.setdefault(receipt.sku, _Product())
        product.received += receipt.quantity_received
        _add(product.received_serials, receipt.serial_numbers)
        _add(product.damaged_serials, receipt.damaged_serial_numbers)
    return tuple(note for sku in sorted(products) for note in _notes(sku, products[sku], closed=closed))


def _add(serials: dict[str, str], written: Iterable[str]) -> None:
    """Add serial numbers; of one written in two ways the first in the alphabet is kept, so that order plays no part."""
    for serial in written:
        key = serial_key(serial)
        serials[key] = min(serial, serials.get(key, serial))


def _notes(sku: str, product: _Product, *, closed: bool) -> Iterator[tuple[str, str]]:
    figures = f"{sku}: ordered {product.ordered}, announced {product.announced}, received {product.received}"
    if product.announced and product.received > product.announced:
        yield "receipt_over", f"{figures}; {product.received - product.announced} more than announced"
    elif closed and product.received < product.announced:
        yield "receipt_short", f"{figures} when the order was closed; {product.announced - product.received} missing"
    if product.damaged_serials:
        yield "receipt_damaged", f"{sku}: received but cannot be sold: {named_serials(product.damaged_serials)}"
    unknown = {key: name for key, name in product.received_serials.items() if key not in product.announced_serials}
    without_serial = product.announced - len(product.announced_serials)
    if product.announced_serials and len(unknown) > without_serial:
        yield "receipt_unknown_serial", f"{sku}: received serial numbers that no notice holds: {named_serials(unknown)}"


def named_serials(serials: dict[str, str]) -> str:
    """Write serial numbers, by the key they compare by, into a sentence: the first ones, and a count of the others."""
    names = [serials[key] for key in sorted(serials)]
    more = f" and {len(names) - MOST_SERIALS} more" if len(names) > MOST_SERIALS else ""
    return ", ".join(names[:MOST_SERIALS]) + more
