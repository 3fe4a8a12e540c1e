"""A run that cannot close, or should not any more, ends, says why, and lets the next one begin."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from replenisher.database import companies, run_batches
from replenisher.database.models import CompanyState, PlanningRun
from replenisher.errors import RunInProgressError
from replenisher.workflows.plan.batch import plan_batch
from replenisher.workflows.plan.close import close_run
from replenisher.workflows.plan.due import open_due_runs
from replenisher.workflows.plan.start import start_run
from tests.workflows.conftest import OpenShop
from tests.workflows.shop import Shop


def batch_planned(shop: Shop, batch: int = 0) -> int:
    """A run of which one batch is planned."""
    run = shop.open()
    start_run(shop.services, run)
    plan_batch(shop.services, run, batch)
    return run


def frame_of(shop: Shop, run: int) -> Path:
    """The file of a planned batch in the archive."""
    with shop.services.database.transaction() as session:
        name = run_batches.batches_of(session, run)[0].frame
    assert name is not None
    return shop.world.folder / "var" / "archive" / name[:2] / name


def days_pass(shop: Shop, days: int) -> None:
    """Let every run have been opened so many days ago."""
    ago = timedelta(days=days)
    with shop.services.database.transaction() as session:
        values = {"opened_at": PlanningRun.opened_at - ago, "cut_off_at": PlanningRun.cut_off_at - ago}
        session.execute(update(PlanningRun).values(values))


def test_a_run_whose_archived_plan_is_damaged_says_so_at_once_and_is_given_up_in_the_end(open_shop: OpenShop) -> None:
    shop = open_shop("--locations", "1", work={"maximum_run_attempts": 3}, company={"schedule": "* * * * *"})
    run = batch_planned(shop)
    frame_of(shop, run).write_bytes(b"")  # what a power failure leaves of a file that was never made durable
    for attempt in (1, 2, 3):
        shop.time_passes()
        close_run(shop.services, run)
        (matter,) = shop.matters()
        assert (matter.kind, matter.times_seen, shop.run(run).state) == ("run_failed", attempt, "closing")
        assert "cannot be closed and is tried again" in matter.message
        assert "is damaged" in matter.message
    with pytest.raises(RunInProgressError):
        shop.open()
    shop.time_passes()
    close_run(shop.services, run)
    assert shop.run(run).state == "failed"
    assert "closing it failed 3 times" in str(shop.run(run).reason)
    with shop.services.database.transaction() as session:
        companies.introduce(session, [shop.company])
        session.execute(update(CompanyState).values(scheduled_since=CompanyState.scheduled_since - timedelta(days=1)))
    (next_slot,) = open_due_runs(shop.services)
    shop.work(lambda: shop.run(next_slot).state == "closed")
    assert len(shop.orders(next_slot)) == 1
    assert shop.matters() == []


def test_a_damaged_file_that_is_put_back_lets_the_same_run_close(open_shop: OpenShop) -> None:
    shop = open_shop("--locations", "1")
    run = batch_planned(shop)
    frame = frame_of(shop, run)
    content = frame.read_bytes()
    frame.write_bytes(content[:-1])
    close_run(shop.services, run)
    assert [one.kind for one in shop.matters()] == ["run_failed"]
    frame.write_bytes(content)
    shop.work(lambda: [shop.time_passes(), shop.run(run).state][1] == "closed")
    assert len(shop.orders(run)) == 1
    assert shop.matters() == []


def test_a_run_of_last_week_orders_nothing_from_last_weeks_shelves(open_shop: OpenShop) -> None:
    shop = open_shop("--locations", "3")
    run = batch_planned(shop)
    days_pass(shop, 7)
    shop.time_passes()
    close_run(shop.services, run)
    assert (shop.run(run).state, shop.orders(run)) == ("failed", [])
    assert "its reports are older than twice the 60 minutes until its cut-off" in shop.matters("run_failed")[0].message
    assert len(shop.orders(shop.plan())) == 3
    assert shop.matters("run_failed") == []


def test_a_run_that_is_only_a_little_late_still_orders_what_it_has_read(open_shop: OpenShop) -> None:
    shop = open_shop("--locations", "3", company={"cut_off_minutes": 1440})
    run = batch_planned(shop)
    days_pass(shop, 1)
    shop.time_passes()
    close_run(shop.services, run)
    assert (shop.run(run).state, len(shop.orders(run))) == ("closed", 2)
    assert [one.kind for one in shop.matters()] == ["location_missing"]


def test_a_location_that_is_asked_for_twice_is_planned_once(open_shop: OpenShop) -> None:
    shop = open_shop()
    here, there = shop.locations[:2]
    run = shop.plan([here, there, here])
    assert shop.places(run) == {here: "planned", there: "planned"}
    assert sorted(order.location for order in shop.orders(run)) == sorted([here, there])


def test_a_refused_location_keeps_the_proposal_that_waits_for_a_person(open_shop: OpenShop) -> None:
    shop = open_shop("--locations", "2", company={"approval": {"automatic": False}})
    first = shop.plan()
    refused, good = shop.locations
    shop.fault("inventory_report", "empty", refused, count=None)
    second = shop.plan()
    assert shop.places(second) == {refused: "refused", good: "planned"}
    assert {order.location: order.state for order in shop.orders(first)} == {refused: "held", good: "superseded"}
    assert [order.location for order in shop.orders(second)] == [good]
