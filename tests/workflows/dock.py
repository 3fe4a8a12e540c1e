"""A vendor's dock in one process: shipment files, a desk that takes notices, and what became of them."""

from __future__ import annotations

import csv
import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from replenisher.database import notices, orders
from replenisher.database.models import Order
from replenisher.database.notice_models import NoticeEvent, ShipmentNotice
from replenisher.errors import AmbiguousError
from replenisher.purchasing.platform import NoticeAccepted, NoticeLine, NoticeRequest, NoticeSummary
from replenisher.workflows.ship.importing import Imported, import_shipments
from tests.workflows.altered import alter
from tests.workflows.shop import Shop

HEADER = "vendor_invoice_number,sku,quantity,serial_numbers,shipped_at,tracking_number,carrier,shipment"


@dataclass
class Desk:
    """A platform's desk for notices: it keeps what it took, whatever came of the answer.

    `behaviours` are used up call by call: each gets the notice and what takes it, and gives the answer or raises.
    """

    takes: bool = True
    lists: bool = True
    held: list[NoticeRequest] = field(default_factory=list)
    behaviours: list[Callable[[NoticeRequest, Callable[[], NoticeAccepted]], NoticeAccepted]] = field(
        default_factory=list
    )
    look_ups: int = 0

    @property
    def takes_notices(self) -> bool:
        return self.takes

    @property
    def lists_notices(self) -> bool:
        return self.lists

    def announce(self, notice: NoticeRequest, *, send_before: float | None = None) -> NoticeAccepted:
        assert send_before is not None

        def take() -> NoticeAccepted:
            self.held.append(notice)
            return NoticeAccepted(notice.shipment_number, "taken", notice.lines)

        return self.behaviours.pop(0)(notice, take) if self.behaviours else take()

    def notices(self, company: str, platform_order_id: str) -> list[NoticeSummary]:
        self.look_ups += 1
        here = [one for one in self.held if (one.company, one.platform_order_id) == (company, platform_order_id)]
        # As the platform does: one entry for each product, our number in its own case.
        return [NoticeSummary(one.shipment_number.lower(), (line,)) for one in here for line in one.lines]

    def count(self, shipment_number: str) -> int:
        return sum(one.shipment_number == shipment_number for one in self.held)


def lost_answer(_: NoticeRequest, take: Callable[[], NoticeAccepted]) -> NoticeAccepted:
    """The desk takes the notice, and its answer never arrives."""
    take()
    raise AmbiguousError("the connection was reset", operation="announce")


def raising(error: Exception) -> Callable[[NoticeRequest, Callable[[], NoticeAccepted]], NoticeAccepted]:
    """The desk takes nothing and answers so."""

    def answer(_: NoticeRequest, __: Callable[[], NoticeAccepted]) -> NoticeAccepted:
        raise error

    return answer


@dataclass
class Dock:
    """A shop with confirmed orders and a desk."""

    shop: Shop
    desk: Desk
    folder: Path
    _files: itertools.count[int] = field(default_factory=itertools.count)

    def order(self) -> Order:
        """The confirmed order with the most units."""
        return max((one for one in self.shop.orders() if one.state == "confirmed"), key=lambda one: (one.units, one.id))

    def lines(self, order: Order) -> dict[str, int]:
        return {line.sku: line.quantity for line in self.shop.lines(order)}

    def file(self, *rows: str, name: str = "") -> Path:
        """Write a shipments file of these rows."""
        path = self.folder / (name or f"shipments-{next(self._files)}.csv")
        path.write_text("\n".join((HEADER, *rows)) + "\n")
        return path

    def bring(self, path: Path, *, keep_good: bool = False, company_id: str | None = None) -> Imported:
        return import_shipments(
            self.shop.services, path, keep_good=keep_good, actor="person:ann", company_id=company_id
        )

    def import_rows(self, *rows: str, keep_good: bool = False) -> Imported:
        return self.bring(self.file(*rows), keep_good=keep_good)

    def import_one(self, order: Order | None = None, *, units: int = 1, serials: Sequence[str] = ()) -> ShipmentNotice:
        """Import a shipment of some units of the first line of an order; gives its notice."""
        order = order or self.order()
        sku = next(iter(self.lines(order)))
        (entry,) = self.import_rows(row(order, sku, units, serials, shipment=f"D{next(self._files)}")).entries
        assert entry.outcome == "imported", entry
        return self.notice(entry.shipment_number)

    def notices(self) -> list[ShipmentNotice]:
        with self.shop.services.database.transaction() as session:
            return list(notices.listed(session, limit=10_000))

    def notice(self, shipment_number: str) -> ShipmentNotice:
        with self.shop.services.database.transaction() as session:
            found = notices.find_notice(session, shipment_number)
        assert found is not None
        return found

    def notice_lines(self, notice: ShipmentNotice) -> tuple[NoticeLine, ...]:
        with self.shop.services.database.transaction() as session:
            return notices.notice_lines(session, notice.id)

    def events(self, notice: ShipmentNotice) -> list[NoticeEvent]:
        with self.shop.services.database.transaction() as session:
            return list(notices.events_of(session, notice.id))

    def names(self, notice: ShipmentNotice) -> list[str]:
        return [event.name for event in self.events(notice)]

    def work_until(self, notice: ShipmentNotice, *states: str) -> ShipmentNotice:
        """Do what workers do until the notice is in one of these states."""
        self.shop.work(lambda: self.notice(notice.shipment_number).state in states)
        return self.notice(notice.shipment_number)

    def platform_orders(self) -> dict[str, str]:
        with self.shop.services.database.transaction() as session:
            return {one.vendor_invoice_number: one.platform_order_id or "" for one in orders.listed(session)}


def row(order: Order | str, sku: str, quantity: int, serials: Sequence[str] = (), **values: Any) -> str:
    """One row of a shipments file."""
    number = order if isinstance(order, str) else order.vendor_invoice_number
    cells = {"shipped_at": "2026-03-02T15:30", "tracking_number": "", "carrier": "UPS", "shipment": "", **values}
    return ",".join((number, f'"{sku}"', str(quantity), " ".join(serials), *(str(cells[name]) for name in cells)))


def carry_serials(products: Path, kinds: dict[str, str]) -> None:
    """Say in the products file which SKUs carry serial numbers; the others carry none."""
    with products.open(newline="") as file:
        rows = list(csv.DictReader(file))
    with products.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(dict.fromkeys((*rows[0], "serial_numbers"))))
        writer.writeheader()
        writer.writerows({**one, "serial_numbers": kinds.get(one["sku"], "none")} for one in rows)


def opened_dock(shop: Shop, folder: Path, **desk: bool) -> Dock:
    """Plan, order and confirm in this shop, and put a desk beside its platform."""
    made = Desk(**desk)
    alter(
        shop,
        takes_notices=made.takes,  # type: ignore[arg-type]
        lists_notices=made.lists,  # type: ignore[arg-type]
        announce=made.announce,
        notices=made.notices,
    )
    carry_serials(folder / "products.csv", {})
    shop.plan()
    shop.work_until_states("confirmed")
    return Dock(shop, made, folder)
