"""The whole imitated world in one object, and the numbers that the platform prints on its papers."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from random import Random

from replenisher.sandbox.catalog import Product, make_catalog
from replenisher.sandbox.clock import Clock
from replenisher.sandbox.ledger import Company, Location
from replenisher.sandbox.notices import NoticeBook
from replenisher.sandbox.order_service.book import ServiceBook
from replenisher.sandbox.orders import OrderBook
from replenisher.sandbox.returns import Return
from replenisher.sandbox.sales_order_service.book import SaleBook
from replenisher.sandbox.serials import Serials
from replenisher.sandbox.soap.identities import Identities
from replenisher.sandbox.switches import Setup, Switches


class World:
    """Companies, their stock, the orders and the clock; only one thread touches it."""

    def __init__(self, setup: Setup, switches: Switches, clock: Clock | None = None) -> None:
        self.setup = setup
        self.switches = switches
        self.clock = clock or Clock()
        self.catalog: dict[str, Product] = {product.sku: product for product in make_catalog(setup.seed, setup.skus)}
        self.companies: dict[int, Company] = {}
        self.identities = Identities(setup, self.catalog)
        self.orders = OrderBook()
        self.notices = NoticeBook()
        self.service = ServiceBook()
        self.sales = SaleBook()
        self.returns: dict[int, Return] = {}
        self.inventory_last_told: dict[tuple[int, int], dict[str, tuple[object, ...]]] = {}
        self.serials = Serials()
        self.days_passed = 0
        self.operation_calls: Counter[str] = Counter()
        self.operation_outcomes: dict[str, Counter[str]] = {}
        self._numbers: Counter[str] = Counter()
        self.apply_switches(switches)

    def apply_switches(self, switches: Switches) -> None:
        """Take over changed switches, at once."""
        self.switches = switches
        self.clock.skew = timedelta(seconds=switches.clock_skew_seconds)
        self.clock.utc_offset = timedelta(hours=switches.utc_offset_hours)

    def locations(self) -> list[Location]:
        """Every location of every company."""
        return [location for company in self.companies.values() for location in company.locations.values()]

    def location(self, location_id: int) -> Location | None:
        """The location with that id, in whichever company."""
        for company in self.companies.values():
            if location_id in company.locations:
                return company.locations[location_id]
        return None

    def paper_number(self, location: int, kind: str) -> str:
        """The next number of a paper, such as 84412IN17; unique in this world."""
        self._numbers[kind] += 1
        return f"84{location % 1000:03d}{kind}{self._numbers[kind]}"

    def random(self, *parts: object) -> Random:
        """A generator that depends on the seed and on these words only."""
        return Random("/".join(map(str, (self.setup.seed, *parts))))
