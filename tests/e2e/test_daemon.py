"""Real workers and beats carry a run from its slot to confirmed orders, whoever and however many they are."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update

from replenisher.database.models import CompanyState, PlanningRun
from tests.e2e.daemon import Daemon, flush_broker, started_daemon
from tests.workflows.shop import Shop

ZONE = ZoneInfo("America/Regina")


@pytest.fixture(scope="module")
def shop(open_shop: Callable[..., Shop]) -> Shop:
    """A shop of two companies whose only slot of the day was half an hour ago, before the daemon knew them."""
    slot = datetime.now(ZONE) - timedelta(minutes=30)
    schedule = {"schedule": f"{slot.minute} {slot.hour} * * *"}
    return open_shop("--companies", "2", "--locations", "4", company=schedule)


@pytest.fixture(scope="module")
def daemon(shop: Shop) -> Iterator[Daemon]:
    """Two workers and two beats, more than there need be."""
    with started_daemon(shop, workers=2, beats=2) as running:
        yield running


def test_a_run_by_hand_is_planned_sent_and_confirmed_by_the_workers(daemon: Daemon) -> None:
    run = daemon.shop.open()
    daemon.wait(lambda: daemon.shop.run(run).state == "closed")
    daemon.wait_for_states("confirmed", run=run)
    orders = daemon.shop.orders(run)
    assert sorted(order.location for order in orders) == daemon.shop.locations
    assert all(daemon.shop.attempts(order) == 1 for order in orders)
    actors = {event.actor for order in orders for event in daemon.shop.events(order) if event.name == "claimed"}
    assert daemon.shop.services.actor not in actors
    daemon.shop.check_nothing_doubled()


def test_two_beats_and_two_workers_run_a_slot_once_and_order_once_per_location(daemon: Daemon) -> None:
    shop = daemon.shop
    company = str(shop.world.sandbox["companies"][1]["id"])
    with shop.services.database.transaction() as session:
        back = datetime.now(UTC) - timedelta(minutes=40)
        session.execute(update(CompanyState).where(CompanyState.company == company).values(scheduled_since=back))
    daemon.wait(lambda: any(run.state == "closed" for run in scheduled(shop, company)))
    daemon.wait(lambda: all(order.state == "confirmed" for order in shop.orders(company=company)))
    assert [run.state for run in scheduled(shop, company)].count("closed") == 1
    assert len({order.location for order in shop.orders(company=company)}) == len(shop.orders(company=company)) == 4
    shop.check_nothing_doubled()


def scheduled(shop: Shop, company: str) -> list[PlanningRun]:
    with shop.services.database.transaction() as session:
        query = select(PlanningRun).where(PlanningRun.company == company, PlanningRun.kind == "scheduled")
        return list(session.execute(query).scalars())


def test_a_broker_that_loses_everything_in_the_middle_of_a_run_loses_no_order(daemon: Daemon) -> None:
    shop = daemon.shop
    for location in shop.locations:
        shop.world.admin.set_stock(int(location), "00123", in_stock=0, minimum=60, maximum=90, do_not_order=False)
    run = shop.open()

    def done_while_flushing() -> bool:
        flush_broker(shop.world.broker_url)
        found = shop.orders(run)
        return bool(found) and all(order.state != "approved" for order in found)

    daemon.wait(done_while_flushing)
    daemon.wait_for_states("confirmed", run=run)
    assert len(shop.orders(run)) == 4
    shop.check_nothing_doubled()
