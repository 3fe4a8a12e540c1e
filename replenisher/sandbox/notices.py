"""Shipment notices: what the vendor says is on its way, and how it then arrives."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from random import Random

from replenisher.sandbox.serials import Serials
from replenisher.sandbox.switches import Switches


@dataclass
class ShipmentNotice:
    """One product of one shipment; `at` is UTC, `arrived` whether the goods have come since."""

    number: str
    order_id: str
    sku: str
    quantity: int
    serial_numbers: tuple[str, ...]
    channel: str
    at: datetime
    fault: str = ""
    arrived: bool = False


@dataclass(frozen=True)
class Arrival:
    """Units of one product as they come off the lorry; `damaged` are among the serial numbers where there are any."""

    sku: str
    quantity: int
    serial_numbers: tuple[str, ...]
    damaged: tuple[str, ...] = ()
    damaged_units: int = 0


class NoticeBook:
    """Every notice that was accepted, oldest first."""

    def __init__(self) -> None:
        self.notices: list[ShipmentNotice] = []
        self._by_order: dict[str, list[ShipmentNotice]] = {}

    def add(self, notice: ShipmentNotice) -> None:
        """Keep a notice."""
        self.notices.append(notice)
        self._by_order.setdefault(notice.order_id, []).append(notice)

    def of_order(self, order_id: str) -> list[ShipmentNotice]:
        """The notices of an order."""
        return self._by_order.get(order_id, [])

    def take_open(self, order_id: str) -> list[ShipmentNotice]:
        """The notices of an order whose goods have not come yet; from now on they have."""
        waiting = [notice for notice in self.of_order(order_id) if not notice.arrived]
        for notice in waiting:
            notice.arrived = True
        return waiting


def arrival_of(
    notice: ShipmentNotice,
    *,
    serialised: bool,
    present: Iterable[str],
    switches: Switches,
    serials: Serials,
    random: Random,
) -> Arrival:
    """How announced goods arrive: as announced, unless one of the `notice_…_share` switches has its way.

    A serialised product always arrives with serial numbers; one that is in stock already is replaced by a fresh one.
    """
    quantity = notice.quantity
    if random.random() < switches.notice_short_share:
        quantity -= 1
    elif random.random() < switches.notice_over_share:
        quantity += 1
    numbers: list[str] = []
    if serialised or notice.serial_numbers:
        known = set(present)
        numbers = [number for number in dict.fromkeys(notice.serial_numbers) if number not in known][:quantity]
        if numbers and random.random() < switches.notice_unknown_serial_share:
            numbers[0] = serials.take(1)[0]
        numbers += serials.take(quantity - len(numbers))
    damaged = quantity > 0 and random.random() < switches.notice_damaged_share
    return Arrival(
        notice.sku, quantity, tuple(numbers), tuple(numbers[-1:]) if damaged else (), damaged_units=int(damaged)
    )
