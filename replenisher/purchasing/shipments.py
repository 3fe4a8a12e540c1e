"""Shipments: rows of a planner's file put together into what left the dock at once, and the number of each.

A shipment is the rows of one order with the same reference: the vendor's own, else the tracking number, else the moment
of shipping. It becomes one shipment notice; `replenisher.purchasing.shipment_rules` says whether it may go.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from replenisher.purchasing.platform import NoticeLine
from replenisher.purchasing.reference import derived_number
from replenisher.purchasing.serials import normal_serial, serial_key


@dataclass(frozen=True)
class OrderReference:
    """How a shipment names its order: by our vendor invoice number, or by an id (our number or the platform's)."""

    vendor_invoice_number: str = ""
    order_id: str = ""

    @property
    def key(self) -> tuple[str, str]:
        """The text by which two references are compared, in one case."""
        return self.vendor_invoice_number.strip().casefold(), self.order_id.strip().casefold()

    def __str__(self) -> str:
        """Write the name that was given."""
        return self.vendor_invoice_number or self.order_id


@dataclass(frozen=True)
class ShipmentRow:
    """One row of a shipments file; `shipped_at` without a zone is local to the company, `line` is where it stands.

    `shipment` is the vendor's own reference of the shipment, empty when there is none.
    """

    order: OrderReference
    sku: str
    quantity: int
    shipped_at: datetime
    serial_numbers: tuple[str, ...] = ()
    tracking_number: str = ""
    carrier: str = ""
    shipment: str = ""
    line: int = field(default=0, compare=False)

    @property
    def reference(self) -> str:
        """What tells this row's shipment from the others of its order."""
        return self.shipment or self.tracking_number or moment_text(self.shipped_at)


@dataclass(frozen=True)
class Shipment:
    """What left the dock at once for one order: at most one line for each SKU, in the order of the SKUs.

    `shipped_at` is the earliest of its rows; several tracking numbers or carriers are joined by a blank. `file_lines`
    are the lines of the file that it was read from.
    """

    order: OrderReference
    reference: str
    shipped_at: datetime
    lines: tuple[NoticeLine, ...]
    tracking_number: str = ""
    carrier: str = ""
    file_lines: tuple[int, ...] = field(default=(), compare=False)


def moment_text(moment: datetime) -> str:
    """Write a moment so that equal moments have equal texts; one without a zone stays as it is."""
    return (moment if moment.tzinfo is None else moment.astimezone(UTC)).isoformat()


def group_rows(rows: Iterable[ShipmentRow]) -> tuple[Shipment, ...]:
    """Put rows together into shipments, in the order of their first rows; the order of rows within one changes nothing.

    Rows of one SKU are added up and their serial numbers joined. An order named in two ways makes two shipments:
    whoever knows the orders gives every row the same name first.

    Worked example: R1 ships 2 of A (serials x, y) and 1 of B under tracking number T1, then 1 of A (serial z) under T1
    and 4 of A under T2. That is T1 with 3 of A (x, y, z) and 1 of B, and T2 with 4 of A.
    """
    groups: dict[tuple[tuple[str, str], str], list[ShipmentRow]] = {}
    for row in rows:
        groups.setdefault((row.order.key, row.reference.casefold()), []).append(row)
    return tuple(map(_shipment, groups.values()))


def _shipment(rows: Sequence[ShipmentRow]) -> Shipment:
    by_sku: dict[str, list[ShipmentRow]] = {}
    for row in rows:
        by_sku.setdefault(row.sku, []).append(row)
    return Shipment(
        order=min((row.order for row in rows), key=lambda order: (order.vendor_invoice_number, order.order_id)),
        reference=min(row.reference for row in rows),
        shipped_at=min((row.shipped_at for row in rows), key=moment_text),
        lines=tuple(_line(sku, by_sku[sku]) for sku in sorted(by_sku)),
        tracking_number=" ".join(sorted({row.tracking_number for row in rows} - {""})),
        carrier=" ".join(sorted({row.carrier for row in rows} - {""})),
        file_lines=tuple(sorted(row.line for row in rows)),
    )


def _line(sku: str, rows: Sequence[ShipmentRow]) -> NoticeLine:
    serials = [normal_serial(serial) for row in rows for serial in row.serial_numbers]
    # Sorted, so that the same rows in another order are the same notice.
    serials.sort(key=lambda serial: (serial_key(serial), serial))
    return NoticeLine(sku, sum(row.quantity for row in rows), tuple(serials))


def shipment_number(vendor_invoice_number: str, reference: str) -> str:
    """Derive our number of a shipment from its order and its reference: `S`, 16 characters of a SHA-256, one to check.

    18 characters, upper case; a file imported again gives the same number, in whatever case it names the two.
    """
    return derived_number("S", (vendor_invoice_number.strip().upper(), reference.strip().casefold()))
