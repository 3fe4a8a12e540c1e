"""Which planning runs open, how often, and how they end when something is missing."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update

from replenisher.database import run_batches
from replenisher.database.models import CompanyState, PlanningRun
from replenisher.errors import RunInProgressError, UnavailableError
from replenisher.services import Services, build
from replenisher.workflows.plan import batch as late_batch
from replenisher.workflows.plan.close import close_run
from replenisher.workflows.plan.due import open_due_runs, open_manual_run
from replenisher.workflows.plan.findings import Findings
from replenisher.workflows.plan.start import start_run
from tests.workflows.conftest import OpenShop
from tests.workflows.shop import Shop

ZONE = ZoneInfo("America/Regina")
HOURLY = {"schedule": "0 * * * *"}


def seen_since(shop: Shop, ago: timedelta) -> None:
    """Let the daemon have known its companies for so long."""
    open_due_runs(shop.services)
    with shop.services.database.transaction() as session:
        session.execute(update(CompanyState).values(scheduled_since=datetime.now(UTC) - ago))


def this_minute() -> datetime:
    return datetime.now(ZONE).replace(tzinfo=None, second=0, microsecond=0)


def runs_of(shop: Shop) -> list[PlanningRun]:
    with shop.services.database.transaction() as session:
        return list(session.execute(select(PlanningRun).order_by(PlanningRun.slot)).scalars())


def test_of_missed_slots_only_the_newest_runs_and_the_others_are_written_down(open_shop: OpenShop) -> None:
    shop = open_shop(company=HOURLY)
    seen_since(shop, timedelta(hours=5))
    (opened,) = open_due_runs(shop.services)
    found = runs_of(shop)
    assert [run.state for run in found] == [*["skipped"] * (len(found) - 1), "open"]
    assert len(found) in (5, 6)
    newest = datetime.now(ZONE).replace(tzinfo=None, minute=0, second=0, microsecond=0)
    assert (found[-1].id, found[-1].slot) == (opened, newest)
    assert all("later slot" in str(run.reason) for run in found[:-1])


def test_after_a_long_absence_still_only_the_newest_slot_runs(open_shop: OpenShop) -> None:
    shop = open_shop(company={"schedule": "* * * * *"})
    seen_since(shop, timedelta(days=8))
    open_due_runs(shop.services)
    found = runs_of(shop)
    assert len(found) > 11_000
    assert [run.state for run in found].count("open") == 1
    assert datetime.now(ZONE).replace(tzinfo=None) - found[-1].slot < timedelta(minutes=2)
    assert found[-1].state == "open"


def test_slots_before_the_daemon_first_saw_the_company_do_not_run(open_shop: OpenShop) -> None:
    shop = open_shop(company=HOURLY)
    assert open_due_runs(shop.services) == []
    assert runs_of(shop) == []


def test_two_schedulers_at_once_open_one_run(open_shop: OpenShop) -> None:
    shop = open_shop("--companies", "2", company=HOURLY)
    seen_since(shop, timedelta(hours=2))
    schedulers: list[Services] = [build(shop.services.settings) for _ in range(6)]
    with ThreadPoolExecutor(len(schedulers)) as pool:
        opened = [run for runs in pool.map(open_due_runs, schedulers) for run in runs]
    for scheduler in schedulers:
        scheduler.close()
    assert len(opened) == 2
    assert [run.state for run in runs_of(shop)].count("open") == 2
    assert open_due_runs(shop.services) == []


def test_a_slot_waits_while_an_earlier_run_is_open_and_runs_when_that_is_done(open_shop: OpenShop) -> None:
    shop = open_shop(company=HOURLY)
    seen_since(shop, timedelta(hours=2))
    by_hand = shop.open()
    assert open_due_runs(shop.services) == []
    shop.work(lambda: shop.run(by_hand).state == "closed")
    assert len(open_due_runs(shop.services)) == 1


def test_a_second_run_by_hand_is_refused_while_one_is_open_and_within_the_same_minute(shop: Shop) -> None:
    company = shop.services.settings.companies[0]
    run = open_manual_run(shop.services, company)
    slot = shop.run(run).slot
    with pytest.raises(RunInProgressError, match=f"run {run} .* is still open"):
        open_manual_run(shop.services, company)
    shop.work(lambda: shop.run(run).state == "closed")
    with pytest.raises(RunInProgressError, match="this minute already"):
        open_manual_run(shop.services, company, ahead=slot - this_minute())


def test_a_run_is_started_once_however_many_hints_come(shop: Shop) -> None:
    run = shop.open()
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: start_run(shop.services, run), range(4)))
    assert shop.calls("enabled_locations") == 1
    assert len(shop.places(run)) == 3


def test_a_batch_that_finds_the_platform_down_when_its_run_has_closed_changes_nothing(open_shop: OpenShop) -> None:
    shop = open_shop(work={"batch_locations": 1})
    silent = shop.locations[1]
    shop.fault("inventory_report", "error_503", silent, count=None)
    run = shop.open()
    shop.work(lambda: sorted(shop.places(run).values()) == ["pending", "planned", "planned"])
    shop.time_passes()
    with shop.services.database.transaction() as session:
        batch = run_batches.claim_batch(session, run, 1, lease=60)
        session.execute(update(PlanningRun).values(cut_off_at=datetime.now(UTC), next_at=datetime.now(UTC)))
    assert batch is not None
    close_run(shop.services, run)
    down = UnavailableError("answered 503")
    found = Findings(frames={}, stamps={}, refused={silent: down})
    late_batch._postpone(shop.services, shop.services.settings.companies[0], shop.run(run), batch, found, down)
    assert (shop.run(run).state, shop.places(run)[silent]) == ("closed", "missing")


def test_at_its_cut_off_a_run_closes_without_the_missing_locations(open_shop: OpenShop) -> None:
    shop = open_shop(work={"batch_locations": 1})
    silent = shop.locations[1]
    shop.fault("inventory_report", "error_503", silent, count=None)
    run = shop.open()
    shop.work(lambda: sorted(shop.places(run).values()) == ["pending", "planned", "planned"])
    assert shop.orders() == []
    with shop.services.database.transaction() as session:
        session.execute(update(PlanningRun).values(cut_off_at=datetime.now(UTC), next_at=datetime.now(UTC)))
    shop.work(lambda: shop.run(run).state == "closed")
    assert shop.places(run)[silent] == "missing"
    assert {order.location for order in shop.orders(run)} == set(shop.locations) - {silent}
    matter = shop.matter("location_missing", silent)
    assert matter.report == "inventory"
    assert "503" in matter.message
    shop.world.admin.clear_faults()
    shop.plan([silent])
    assert shop.matters("location_missing") == []


def test_a_run_without_a_list_of_locations_fails_at_its_cut_off_and_says_why(shop: Shop) -> None:
    shop.fault("enabled_locations", "error_503", count=None)
    run = shop.open()
    shop.work(lambda: bool(shop.matters("platform_unreachable")))
    assert shop.run(run).state == "open"
    with shop.services.database.transaction() as session:
        session.execute(update(PlanningRun).values(cut_off_at=datetime.now(UTC), next_at=datetime.now(UTC)))
    shop.work(lambda: shop.run(run).state == "failed")
    assert "list of locations" in str(shop.run(run).reason)
    assert shop.matters("run_failed")
