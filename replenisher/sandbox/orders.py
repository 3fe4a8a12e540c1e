"""Purchase orders: accepted first, existing later, then committed, received in parts and complete."""

from __future__ import annotations

import heapq
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from uuid import uuid4

_FIRST_RQ_ID = 22073


class Stage(Enum):
    """How far an order has come; `WAITING` was answered with 202 and is not there yet."""

    WAITING = "waiting"
    OPEN = "open"
    COMPLETE = "complete"
    CLOSED_SHORT = "closed_short"
    FAILED = "failed"
    NEVER = "never_created"


@dataclass
class OrderLine:
    """One product of an order; quantities in units."""

    quantity: int
    cost: float
    received: int = 0
    serial_numbers: list[str] = field(default_factory=list)
    damaged: list[str] = field(default_factory=list)

    @property
    def outstanding(self) -> int:
        """Units still to come."""
        return max(0, self.quantity - self.received)


@dataclass
class Order:
    """A purchase order; instants are UTC on the platform's clock.

    `rq_id` counts the orders of the platform, `rq_position` those of the location; both are set by the order book.
    `recounted` units and `recosted` costs by SKU are what the Purchase Order service tells besides, or instead.
    """

    company: int
    location: int
    vendor_invoice_number: str
    committed: bool
    accepted_at: datetime
    lines: dict[str, OrderLine]
    request: dict[str, object] = field(default_factory=dict)
    made_by: str = "vendor"
    fault: str = ""
    id: str = field(default_factory=lambda: str(uuid4()))
    stage: Stage = Stage.WAITING
    vanished: bool = False
    becomes: Stage = Stage.OPEN
    arrives_at: datetime | None = None
    committed_at: datetime | None = None
    channel: str = "vendor_inventory"
    cancelled: bool = False
    rq_id: int = 0
    rq_position: int = 0
    recounted: dict[str, int] = field(default_factory=dict)
    recosted: dict[str, float] = field(default_factory=dict)

    def told_cost(self, sku: str) -> float:
        """The unit cost that the Purchase Order service tells."""
        return self.recosted.get(sku, self.lines[sku].cost if sku in self.lines else 0.0)

    @property
    def visible(self) -> bool:
        """Whether reads and lists find the order."""
        return not self.vanished and self.stage in (Stage.OPEN, Stage.COMPLETE, Stage.CLOSED_SHORT)

    @property
    def status(self) -> str:
        """The table's word for the order's state, or `failed`, which no table lists."""
        if self.stage in (Stage.COMPLETE, Stage.CLOSED_SHORT):
            return "complete"
        if self.stage is Stage.FAILED:
            return "failed"
        if any(line.received for line in self.lines.values()):
            return "partially received"
        return "committed" if self.committed and self.stage is Stage.OPEN else "pending"


class OrderBook:
    """All orders of all companies, and those accepted orders whose time to exist has not come."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self.orders: dict[str, Order] = {}
        self._monotonic = monotonic
        self._waiting: list[tuple[float, int, Order]] = []
        self._open: dict[int, list[Order]] = {}
        self._sequence = 0
        self._positions: Counter[int] = Counter()

    def add(self, order: Order, *, delay: float = 0.0) -> None:
        """Keep an order that starts to exist (or fails, or never comes) after a delay in real seconds."""
        self._positions[order.location] += 1
        order.rq_id, order.rq_position = _FIRST_RQ_ID + len(self.orders), self._positions[order.location]
        self.orders[order.id] = order
        if order.stage is Stage.WAITING:
            self._sequence += 1
            heapq.heappush(self._waiting, (self._monotonic() + delay, self._sequence, order))
        elif order.stage is Stage.OPEN:
            self._open.setdefault(order.location, []).append(order)

    def settle(self, *, everything: bool = False) -> None:
        """Let every order whose delay has passed (or every one) become what it is to become."""
        while self._waiting and (everything or self._waiting[0][0] <= self._monotonic()):
            order = heapq.heappop(self._waiting)[2]
            if order.stage is Stage.WAITING:
                order.stage = order.becomes
                if order.stage is Stage.OPEN:
                    self._open.setdefault(order.location, []).append(order)

    def of_company(self, company: int) -> Iterable[Order]:
        """The company's orders, oldest first."""
        return [order for order in self.orders.values() if order.company == company]

    def move(self, order: Order, location: int) -> None:
        """Send the goods of an order to another location."""
        if order in self._open.get(order.location, ()):
            self._open[order.location].remove(order)
            self._open.setdefault(location, []).append(order)
        order.location = location

    def open_at(self, location: int) -> list[Order]:
        """Orders that still bring goods to a location."""
        still_open = [
            order for order in self._open.get(location, ()) if order.stage is Stage.OPEN and not order.vanished
        ]
        self._open[location] = still_open
        return still_open

    def every_open(self) -> list[Order]:
        """Orders that still bring goods anywhere, in the order in which their locations were first used."""
        return [order for location in list(self._open) for order in self.open_at(location)]

    def invoice_number_used(self, company: int, vendor_invoice_number: str, location: int | None = None) -> bool:
        """Whether an order of the company (or of one location) that exists, or will, bears the number already."""
        return any(
            order.company == company
            and location in (None, order.location)
            and order.vendor_invoice_number == vendor_invoice_number
            and order.stage not in (Stage.FAILED, Stage.NEVER)
            and order.becomes is Stage.OPEN
            for order in self.orders.values()
        )

    def supply(self, location: int, *, back_order: str) -> dict[str, tuple[int, int, int]]:
        """By SKU: units on committed orders, on uncommitted orders, on back order; `back_order` as the switch."""
        supply: dict[str, tuple[int, int, int]] = {}
        for order in self.open_at(location):
            partly = any(line.received for line in order.lines.values())
            for sku, line in order.lines.items():
                on_order, uncommitted, backordered = supply.get(sku, (0, 0, 0))
                if not order.committed:
                    uncommitted += line.outstanding
                elif not partly or back_order != "beside":
                    on_order += line.outstanding
                if order.committed and partly and back_order != "never":
                    backordered += line.outstanding
                supply[sku] = (on_order, uncommitted, backordered)
        return supply


def complete_if_done(order: Order) -> None:
    """Close an open order whose every line was received."""
    if order.lines and all(line.outstanding == 0 for line in order.lines.values()):
        order.stage = Stage.COMPLETE
        order.arrives_at = None
