"""A shop whose shelves and tills a test writes down: rules, calendars, history and runs on days of its own."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
from sqlalchemy import update

from replenisher.config import CompanySettings
from replenisher.database import companies, run_batches
from replenisher.database.models import PlanningRun
from replenisher.planning.frames import INVENTORY
from replenisher.purchasing.platform import ReportStamp, ReportWindow
from replenisher.workflows.explain import Explanation, explain
from replenisher.workflows.history.fetch import fetch_history
from tests.planning.shelves import Row, frame, shelf
from tests.workflows.altered import alter
from tests.workflows.shop import HELD, Shop

ZONE = ZoneInfo("America/Regina")
DAY = timedelta(days=1)
RULED = {**HELD, "reports": ["inventory", "sales"], "rules_file": "rules.yaml"}
"""Of a company that is planned by rules, and whose orders wait for a person."""
SHOP = ("--companies", "1", "--locations", "2", "--skus", "12")

PRODUCTS = """\
sku,case_pack,lead_time_days,unit_cost,predecessor
COVER,1,3,1.00,
SERVED,1,3,2.00,
LOTS,6,3,1.00,
NEW,1,3,1.00,OLD
QUIET,1,3,1.00,
PLAIN,1,3,1.00,
"""
RULES = """\
rules:
  - name: cover
    match: {sku: [COVER, NEW, OLD, QUIET]}
    policy: days_of_cover
    parameters: {least_days: 7, most_days: 21, presentation_minimum: 4}
  - name: served
    match: {sku: [SERVED]}
    policy: order_up_to
    parameters: {cycle_service: 0.9}
  - name: lots
    match: {sku: [LOTS]}
    policy: reorder_point_lot
    parameters: {cycle_service: 0.9, lot: 10}
"""
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

Till = Callable[[int], int]
"""Units sold on the day so many days before the first `today` of the shop."""


@dataclass
class RuledShop:
    """A shop, what its shelves hold by location, and what its tills sold of each SKU at every location."""

    shop: Shop
    shelves: dict[str, list[Row]] = field(default_factory=dict)
    tills: Mapping[str, Till] = field(default_factory=dict)
    minutes: Iterator[int] = field(default_factory=itertools.count)
    """Each run has a slot of its own."""

    def __post_init__(self) -> None:
        """Let the platform tell what the test wrote down, on the test's own day."""
        with self.shop.services.database.transaction() as session:
            # Days ago, so that noon of this day and of some after it has been: a run is not opened in times to come.
            self.today = companies.now(session).astimezone(ZONE).date() - 7 * DAY
        self.first_day = self.today
        alter(self.shop, inventory=self._inventory, sales=self._sales, platform_now=lambda: self.noon)

    @property
    def noon(self) -> datetime:
        return datetime.combine(self.today, time(12), ZONE).astimezone(UTC)

    @property
    def company(self) -> CompanySettings:
        return self.shop.services.settings.companies[0]

    @property
    def here(self) -> str:
        return self.shop.locations[0]

    def holds(self, *rows: Row, everywhere: bool = True) -> None:
        """Put these rows on the shelves of every location, or of the first alone."""
        places = self.shop.locations if everywhere else [self.here]
        self.shelves.update({place: [shelf(**{**row, "location": place}) for row in rows] for place in places})

    def know(self, days: int) -> None:
        """Fetch the sales of so many days before today."""
        found = fetch_history(
            self.shop.services, self.company, self.today - days * DAY, None, only=None, tell=lambda *_: None
        )
        assert found.failed == {}

    def plan(self, *locations: str) -> int:
        """Run a whole plan on the shop's own day, at noon of its clocks."""
        shop = self.shop
        run = shop.open(list(locations) or [one for one in shop.locations if one in self.shelves])
        slot = datetime.combine(self.today, time(12)) + timedelta(minutes=next(self.minutes))
        with shop.services.database.transaction() as session:
            changed = update(PlanningRun).where(PlanningRun.id == run)
            session.execute(changed.values(slot=slot, opened_at=self.noon))
        shop.work(lambda: shop.run(run).state in ("closed", "failed"))
        assert shop.run(run).state == "closed", shop.run(run).reason
        return run

    def frames(self, run: int) -> list[pd.DataFrame]:
        """The planned frames of a run, as archived."""
        with self.shop.services.database.transaction() as session:
            names = [batch.frame for batch in run_batches.batches_of(session, run) if batch.frame is not None]
        return [self.shop.services.archive.get_frame(name) for name in names]

    def row(self, run: int, sku: str, location: str | None = None) -> dict[str, Any]:
        """The planned row of a SKU, at the first location unless told otherwise."""
        rows = [row for one in self.frames(run) for row in one.to_dict("records")]
        (found,) = [row for row in rows if (row["location"], row["sku"]) == (location or self.here, sku)]
        return found

    def ordered(self, run: int) -> dict[tuple[str, str], int]:
        """Units of each line of the run's orders, by location and SKU."""
        orders = self.shop.orders(run)
        return {(order.location, line.sku): line.quantity for order in orders for line in self.shop.lines(order)}

    def _inventory(
        self, company: str, locations: list[str], window: ReportWindow, **_: Any
    ) -> dict[str, tuple[pd.DataFrame, ReportStamp]]:
        del company, window
        moment = datetime.now(UTC)
        stamp = ReportStamp(moment, moment, 1)
        return {location: (frame(INVENTORY, self.shelves[location]), stamp) for location in locations}

    def _sales(self, company: str, location: str, window: ReportWindow) -> pd.DataFrame:
        del company
        days = [window.start + DAY * number for number in range((window.end - window.start).days + 1)]
        sold = [(day, sku, till((self.first_day - day).days)) for day in days for sku, till in self.tills.items()]
        rows = [_invoice(location, day, sku, units) for day, sku, units in sold if units]
        columns = list(_invoice(location, self.today, "", 0))
        return pd.DataFrame(rows, columns=columns).astype({"quantity": "int64", "sold_at": "datetime64[s]"})


def _invoice(location: str, day: date, sku: str, units: int) -> dict[str, Any]:
    return {
        "location": location,
        "invoice_id": f"{location}-{day}-{sku}",
        "sku": sku,
        "quantity": units,
        "action": "sold",
        "serial_number": "",
        "sold_at": datetime.combine(day, time(10)),
    }


def every_day(units: int) -> Till:
    """So many units on every day."""
    return lambda days_ago: units


TWO_A_DAY: dict[str, Till] = {sku: every_day(2) for sku in ("COVER", "SERVED", "LOTS", "PLAIN")}


def row(sku: str, on_hand: int, minimum: int = 3, maximum: int = 9, **more: Any) -> dict[str, Any]:
    return {"sku": sku, "on_hand": on_hand, "minimum": minimum, "maximum": maximum, **more}


def explained(ruled: RuledShop, sku: str, run: int) -> Explanation:
    return explain(ruled.shop.services, ruled.here, sku, company_id=ruled.company.id, run_id=run)


def texts(ruled: RuledShop, sku: str, run: int) -> dict[str, str]:
    return {step.label: step.text for step in explained(ruled, sku, run).steps}


def weekly(ruled: RuledShop, days_from_today: int, **more: Any) -> dict[str, Any]:
    """A calendar that orders once a week, so many days after today."""
    day = DAYS[(ruled.today + days_from_today * DAY).weekday()]
    return {"name": "weekly", "weekdays": [day], "lead_time_days": 3, **more}


def reopened(ruled: RuledShop, **changes: Any) -> None:
    """Let the daemon start again with other settings of its company."""
    world = ruled.shop.world
    companies = [{**one, **changes} for one in world.document()["companies"]]
    world.changes = world.changes | {"companies": companies}
    ruled.shop.services.settings = world.settings()


def ruled_run(ruled: RuledShop) -> int:
    """A run by rules and a calendar over two locations: steady, rare, new and unruled products."""
    rare: Till = lambda days_ago: int(days_ago % 5 == 0)  # noqa: E731 - in a few words
    new: Till = lambda days_ago: 4 if days_ago < 9 else 0  # noqa: E731 - as above
    ruled.tills = {**TWO_A_DAY, "QUIET": rare, "NEW": new}
    ruled.holds(*(row(sku, 2) for sku in ("COVER", "SERVED", "LOTS", "NEW", "QUIET", "PLAIN")))
    reopened(ruled, calendars=[weekly(ruled, 0)])
    ruled.know(60)
    return ruled.plan()
