"""The dock of the demonstration: orders that were confirmed are packed, and their shipments imported from a file."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from rich.console import Console
from rich.table import Table

from replenisher.database import notices, orders
from replenisher.database.models import Order
from replenisher.database.session import Session
from replenisher.purchasing.notice_states import NoticeState
from replenisher.purchasing.serials import SerialKind, check_digit
from replenisher.purchasing.states import OrderState
from replenisher.services import Services

FILE = "shipments.csv"
COLUMNS = ("vendor_invoice_number", "sku", "quantity", "serial_numbers", "shipped_at", "tracking_number", "carrier")
SERIALS = COLUMNS.index("serial_numbers")
PACKED = 4
"""Orders of each company that the dock packs; one more is packed in part."""
UNDER_WAY = (NoticeState.READY, NoticeState.SUBMITTING, NoticeState.UNKNOWN)
FIRST_IMEI = 35_999_001_000_000


def write_shipments(services: Services, folder: Path, kinds: dict[str, SerialKind]) -> Path:
    """Write a file of shipments as a warehouse would export it: whole orders, and one of which something is left."""
    path = folder / FILE
    imeis = (f"{number}{check_digit(str(number))}" for number in count(FIRST_IMEI))
    with services.database.transaction() as session, path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for company in services.settings.companies:
            # Without a notice the sandbox's parcels hold serial numbers of its own, and each would be told as unknown.
            told = services.channel(company).takes_notices
            for place, order in enumerate(_packed(session, company.id, kinds if told else {})):
                rows = list(_rows(session, order, kinds, imeis, partly=place == PACKED))
                writer.writerows(row for row in rows if told or not row[SERIALS])
    return path


def _packed(session: Session, company: str, kinds: dict[str, SerialKind]) -> Sequence[Order]:
    """Choose confirmed orders, first those with a product that carries serial numbers."""
    found = orders.listed(session, company=company, states=[OrderState.CONFIRMED.value], limit=10_000)

    def without_serials(order: Order) -> bool:
        return all(
            kinds.get(line.sku, SerialKind.NONE) is SerialKind.NONE for line in orders.lines_of(session, order.id)
        )

    return sorted(found, key=lambda order: (without_serials(order), order.id))[: PACKED + 1]


def _rows(
    session: Session, order: Order, kinds: dict[str, SerialKind], imeis: Iterator[str], *, partly: bool
) -> Iterator[tuple[object, ...]]:
    shipped_at = datetime.now(UTC).date().isoformat()
    lines = orders.lines_of(session, order.id)
    for line in lines[: max(1, len(lines) // 2)] if partly else lines:
        named = kinds.get(line.sku, SerialKind.NONE) is not SerialKind.NONE
        serials = " ".join(next(imeis) for _ in range(line.quantity)) if named else ""
        tracking = f"1Z{order.id:08d}"
        yield (order.vendor_invoice_number, line.sku, line.quantity, serials, shipped_at, tracking, "Parcel Post")


def under_way(services: Services) -> tuple[int, int]:
    """Count the notices, and those whose fate is still open."""
    with services.database.transaction() as session:
        found = notices.listed(session, limit=10_000)
    return len(found), sum(NoticeState(notice.state) in UNDER_WAY for notice in found)


def print_notices(console: Console, services: Services) -> None:
    """Print what became of the shipments, a row per company."""
    table = Table(title=f"Shipment notices, imported from {FILE}", title_justify="left", title_style="bold")
    for name in ("company", "notices", "units", "serial numbers"):
        table.add_column(name, justify="left" if name == "company" else "right")
    table.add_column("by state")
    with services.database.transaction() as session:
        for company in services.settings.companies:
            found = notices.listed(session, company=company.id, limit=10_000)
            lines = [line for notice in found for line in notices.notice_lines(session, notice.id)]
            states = Counter(notice.state for notice in found)
            table.add_row(
                company.name,
                f"{len(found):,}",
                f"{sum(line.quantity for line in lines):,}",
                f"{sum(len(line.serial_numbers) for line in lines):,}",
                ", ".join(f"{number} {state}" for state, number in sorted(states.items())) or "none",
            )
    console.print()
    console.print(table)
