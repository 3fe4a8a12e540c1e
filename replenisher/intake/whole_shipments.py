"""Which shipments of a file are whole: those to which none of its bad rows may belong.

A bad row is judged by what can be read of it: its order and its shipment's reference. What cannot be read might be
anything, so it spoils more rather than less.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from replenisher.intake.csv_file import Table
from replenisher.purchasing.shipments import OrderReference, ShipmentRow, moment_text

OrderKey = tuple[str, str]
_BY_NUMBER, _BY_ID = ("any", "number"), ("any", "id")
"""Stand for every order that is named by vendor invoice number, or by id; no order has such a key."""


@dataclass
class Spoilt:
    """The orders whose shipments are spoilt, by the shipment's reference; under None whatever the reference is."""

    orders: defaultdict[str | None, set[OrderKey]] = field(default_factory=lambda: defaultdict(set))

    def add(self, reference: str | None, orders: Collection[OrderKey]) -> None:
        """Spoil the shipments with this reference of these orders; of every order when none are given."""
        found = self.orders[reference]
        found.update(orders)
        # An order that is named in the other way may be the same one.
        if any(number for number, _ in orders) or not orders:
            found.add(_BY_ID)
        if any(order_id for _, order_id in orders) or not orders:
            found.add(_BY_NUMBER)

    def touch(self, row: ShipmentRow) -> bool:
        """Whether the row's shipment is spoilt."""
        names = {row.order.key, _BY_NUMBER if row.order.vendor_invoice_number else _BY_ID}
        return any(names & self.orders.get(reference, set()) for reference in (row.reference.casefold(), None))


def spoilt_shipments(table: Table, bad: Collection[int], good: Iterable[ShipmentRow]) -> Spoilt:
    """Collect what the rows on the `bad` lines spoil, and the rows of another width than the header.

    A row of another width spoils every shipment of the orders that one of its cells names, if there are any.
    """
    spoilt = Spoilt()
    columns = ("vendor_invoice_number", "order_id", "shipment", "tracking_number", "shipped_at")
    cells = zip(*(table.columns[name] for name in columns), strict=True)
    for line, (number, order_id, shipment, tracking_number, shipped_at) in zip(table.lines, cells, strict=True):
        if line in bad:
            names = (OrderReference(vendor_invoice_number=number or ""), OrderReference(order_id=order_id or ""))
            told = (shipment, tracking_number, shipped_at and moment_text(shipped_at))
            spoilt.add(_first(told), [name.key for name in names if any(name.key)])
    orders = {text: row.order.key for row in good for text in row.order.key if text}
    for row in table.uneven.values():
        named = {orders[text] for text in (cell.strip().casefold() for cell in row) if text in orders}
        if named:
            spoilt.add(None, named)
    return spoilt


def _first(told: Sequence[str | None]) -> str | None:
    """Give the first text that is not empty, in one case; None where a cell could not be read, for it might be any."""
    text = next(text for text in told if text != "")
    return None if text is None else text.casefold()
