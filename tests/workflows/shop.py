"""A vendor's daemon in one process, for tests: what happened is asked of our database and of the platform's audit."""

from __future__ import annotations

import contextlib
import itertools
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
from sqlalchemy import func, update

from replenisher.database import exceptions, orders, run_batches, runs
from replenisher.database.fulfilment_models import FulfilmentUpdate
from replenisher.database.models import Order, OrderEvent, OrderLine, PlannerException, PlanningRun, RunBatch
from replenisher.database.notice_models import ShipmentNotice
from replenisher.database.sale_models import SaleOrder
from replenisher.services import Services, build
from replenisher.workflows.fulfil.settle import settle_update
from replenisher.workflows.fulfil.update import send_update
from replenisher.workflows.plan.batch import plan_batch
from replenisher.workflows.plan.close import close_run
from replenisher.workflows.plan.due import open_manual_run
from replenisher.workflows.plan.start import start_run
from replenisher.workflows.reconcile import reconcile_order
from replenisher.workflows.sell.follow import follow_sale
from replenisher.workflows.sell.settle import settle_sale
from replenisher.workflows.sell.submit import submit_sale
from replenisher.workflows.ship.announce import announce_notice
from replenisher.workflows.ship.settle import settle_notice
from replenisher.workflows.submit import submit_order
from replenisher.workflows.sweep import sweep
from replenisher.workflows.track import track_order
from tests.patience import PATIENCE_SECONDS
from tests.world import World, started_sandbox, wait_a_moment

AHEAD = (timedelta(minutes=count) for count in itertools.count())
"""Every run by hand gets a minute of its own, so that no test waits for one."""
HELD = {"approval": {"automatic": False}}
"""Of a company whose every order waits for a person."""


@dataclass
class Shop:
    """A world with services, and questions about what became of its orders."""

    world: World
    services: Services
    workers: int = 6

    @property
    def company(self) -> str:
        return self.world.company

    @property
    def locations(self) -> list[str]:
        return self.world.locations

    def open(self, locations: list[str] | None = None, *, company: int = 0) -> int:
        """Open a manual run for a slot of its own."""
        return open_manual_run(self.services, self.services.settings.companies[company], locations, ahead=next(AHEAD))

    def plan(self, locations: list[str] | None = None, *, company: int = 0) -> int:
        """Run a whole plan up to its proposals, before anything is sent."""
        run = self.open(locations, company=company)
        self.work(lambda: self.run(run).state in ("closed", "failed"))
        return run

    def work(self, until: Callable[[], bool]) -> None:
        """Do what workers do until this holds; fails when it never does."""
        ends = time.monotonic() + PATIENCE_SECONDS
        with ThreadPoolExecutor(max_workers=self.workers) as pool:
            while not until():
                told = [(order.location, order.state, order.next_at) for order in self.orders()]
                assert time.monotonic() < ends, told
                if not list(pool.map(lambda job: job(), self._due())):
                    wait_a_moment(self.services)

    def _due(self) -> list[Callable[[], None]]:
        """What the sweeper would hint, each as a call."""
        services = self.services
        found = sweep(services)
        for company in services.settings.companies:
            services.channel(company)  # made before the threads could make it twice
            if company.fulfilments.enabled:
                services.customer_orders(company)
            if company.sale_orders.enabled:
                services.sale_desk(company)
        return [
            *(partial(advance_run, services, run) for run in found.runs),
            *(partial(plan_batch, services, *batch) for batch in found.batches),
            *(partial(submit_order, services, order) for order in found.to_send),
            *(partial(track_order, services, order) for order in found.to_track),
            *(partial(reconcile_order, services, order) for order in found.to_reconcile),
            *(partial(announce_notice, services, notice) for notice in found.to_announce),
            *(partial(settle_notice, services, notice) for notice in found.to_settle),
            *(partial(send_update, services, update) for update in found.to_fulfil),
            *(partial(settle_update, services, update) for update in found.to_settle_updates),
            *(partial(submit_sale, services, sale) for sale in found.to_sell),
            *(partial(follow_sale, services, sale) for sale in found.to_follow_sales),
            *(partial(settle_sale, services, sale) for sale in found.to_settle_sales),
        ]

    def work_until_states(self, *states: str, run: int | None = None) -> list[Order]:
        """Do what workers do until every order (of the run) is in one of these states; gives the orders."""
        self.work(lambda: all(order.state in states for order in self.orders(run)))
        return self.orders(run)

    def work_until_asked(self, operation: str, times: int) -> None:
        """Do what workers do until the platform has been asked for this so many times."""
        self.work(lambda: self.calls(operation) >= times)

    def run(self, run: int) -> PlanningRun:
        with self.services.database.transaction() as session:
            found = runs.run_of(session, run)
        assert found is not None
        return found

    def places(self, run: int) -> dict[str, str]:
        """State of each location of a run."""
        with self.services.database.transaction() as session:
            return {place.location: place.state for place in run_batches.locations_of(session, run)}

    def orders(self, run: int | None = None, *, company: str | None = None) -> list[Order]:
        with self.services.database.transaction() as session:
            return list(orders.listed(session, run_id=run, company=company, limit=10_000))

    def order(self, location: str, run: int | None = None) -> Order:
        """The newest order of a location."""
        return max((one for one in self.orders(run) if one.location == location), key=lambda one: one.id)

    def lines(self, order: Order) -> list[OrderLine]:
        with self.services.database.transaction() as session:
            return list(orders.lines_of(session, order.id))

    def events(self, order: Order) -> list[OrderEvent]:
        with self.services.database.transaction() as session:
            return list(orders.events_of(session, order.id))

    def moves(self, order: Order) -> list[str]:
        """The states that the order has moved to, in order."""
        return [event.to_state for event in self.events(order) if event.to_state is not None]

    def attempts(self, order: Order) -> int:
        with self.services.database.transaction() as session:
            return len(orders.attempts_of(session, order.id))

    def in_flight(self, location: str) -> int:
        """Units of our orders that planning counts beside the platform's report."""
        with self.services.database.transaction() as session:
            return sum(orders.in_flight(session, self.company, [location]).in_flight)

    def matters(self, kind: str | None = None, *, company: str | None = None) -> list[PlannerException]:
        """Open exceptions."""
        with self.services.database.transaction() as session:
            return list(exceptions.listed(session, kind=kind, company=company, limit=10_000))

    def matter(self, kind: str, location: str) -> PlannerException:
        (found,) = [one for one in self.matters(kind) if one.location == location]
        return found

    def calls(self, operation: str) -> int:
        """How often the platform was asked for this."""
        return int(self.world.admin.audit()["operation_calls"].get(operation, 0))

    def fault(self, operation: str, fault: str, location: str | None = None, **values: Any) -> None:
        where = {} if location is None else {"location": int(location)}
        self.world.admin.add_faults({"operation": operation, "fault": fault, **where, **values})

    def accepted(self, order: Order) -> list[dict[str, Any]]:
        """What the platform accepted under this order's reference."""
        entries = self.world.admin.audit()["accepted"]
        return [one for one in entries if one["vendor_invoice_number"] == order.vendor_invoice_number]

    def check_nothing_doubled(self) -> None:
        """The law of the whole daemon: no reference twice, nothing that we did not order, content as we wrote it."""
        ours = {order.vendor_invoice_number: order for order in self.orders()}
        audit = self.world.admin.audit()
        assert audit["repeated"] == []
        for entry in audit["accepted"]:
            order = ours[entry["vendor_invoice_number"]]
            asked = {line["VendorSku"]: line["Quantity"] for line in entry["request"]["Products"]}
            assert asked == {line.sku: line.quantity for line in self.lines(order)}
            assert str(entry["location"]) == order.location

    def time_passes(self) -> None:
        """Make everything that waits due now, as if its wait were over."""
        with self.services.database.transaction() as session:
            for table in (Order, PlanningRun, RunBatch, ShipmentNotice, SaleOrder, FulfilmentUpdate):
                now = func.clock_timestamp()
                session.execute(update(table).where(table.next_at.is_not(None)).values(next_at=now, hinted_at=None))


def advance_run(services: Services, run: int) -> None:
    """Start an open run, close one that is done: one hint does both."""
    start_run(services, run)
    close_run(services, run)


@contextlib.contextmanager
def fresh_database(template: str) -> Iterator[str]:
    """A copy of the migrated template, for a fixture that lives longer than one test."""
    path, _, query = template.partition("?")
    plain = template.replace("postgresql+psycopg://", "postgresql://")
    name = f"shop_{uuid4().hex}"
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE template_migrated")
        yield f"{path.rsplit('/', 1)[0]}/{name}?{query}"
        # While the server's own vacuum is in it nobody may drop it; then it goes with the servers.
        with contextlib.suppress(psycopg.errors.InsufficientPrivilege):
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


LITTLE = ("--companies", "1", "--skus", "12", "--below-minimum", "0.7", "--partial-share", "0", "--history-days", "2")


@contextlib.contextmanager
def opened_shop(
    folder: Path,
    database_url: str,
    broker_url: str,
    *sandbox: str,
    company: dict[str, Any] | None = None,
    **changes: Any,
) -> Iterator[Shop]:
    """A sandbox with these options, a configuration with these changes (`company`: of every company), and services."""
    with started_sandbox(*LITTLE, *sandbox) as ready:
        world = World(folder, ready, database_url=database_url, broker_url=broker_url)
        companies = [{**one, **(company or {})} for one in world.document()["companies"]]
        world.changes = {"companies": companies, **changes}
        services = build(world.settings())
        try:
            yield Shop(world, services)
        finally:
            services.close()
