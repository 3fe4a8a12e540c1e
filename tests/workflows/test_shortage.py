"""A vendor has less than its retailers ask for: it is shared, nothing is promised twice, and everybody can see why."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from io import StringIO
from pathlib import Path

import pandas as pd
import pytest
from rich.console import Console
from sqlalchemy import update

from replenisher.cli.explain import print_explanation
from replenisher.cli.run_pages import cut_at_close
from replenisher.database.models import PlanningRun
from replenisher.workflows.approve import decline_order
from replenisher.workflows.explain import Explanation, explain
from replenisher.workflows.overview import run_figures
from replenisher.workflows.plan.close import close_run
from replenisher.workflows.plan.limiting import CLOSE
from replenisher.workflows.replay import replay
from replenisher.workflows.why_not import why_not
from tests.workflows.conftest import OpenShop
from tests.workflows.shop import HELD, Shop
from tests.workflows.short_shop import (
    OTHER,
    SKU,
    after_the_first,
    asks,
    every_location,
    locations_of,
    ordered,
    planned,
    short_shop,
    write_stock,
)

CLAIMED = "SELECT purchase_order_lines.sku, sum("


def explained(shop: Shop, location: str, run: int) -> tuple[Explanation, dict[str, str]]:
    found = explain(shop.services, location, SKU, run_id=run)
    return found, {step.label: step.text for step in found.steps}


def test_too_little_is_shared_and_explained_and_replayed_and_the_next_full_shelf_settles_it(
    open_shop: OpenShop, tmp_path: Path
) -> None:
    """Three locations ask for 24, 24 and 8 in packs of 4, and 15 are there: 8, 4 and nothing."""
    write_stock(tmp_path, sku_00123=15, sku_X1=3)
    shop = short_shop(open_shop, tmp_path)
    first, second, third = sorted(shop.locations)
    asks(shop, {first: 24, second: 24, third: 8})
    run = shop.plan()
    assert ordered(shop, run) == {first: 8, second: 4}
    (matter,) = shop.matters("vendor_shortage")
    assert "too little of 1 SKU(s): 12 of 56 units are ordered (00123 asked 56, given 12)" in matter.message
    assert "1 SKU(s) that the products file lacks (X1)" in shop.matters("vendor_stock_unmatched")[0].message
    figures = run_figures(shop.services, run)
    assert (figures.shortage_asked, figures.shortage_given, figures.budget_cut) == (56, 12, None)
    assert cut_at_close(figures) == "vendor shortage, 12 of 56 units given"
    here, steps = explained(shop, second, run)
    screen = Console(file=StringIO(), width=200)
    print_explanation(screen, here)
    shown = screen.file.getvalue()  # type: ignore[attr-defined]
    assert "order 4 (24 were planned)" in shown
    assert "at the close of the run: The vendor has less than the locations ask for" in shown
    assert (here.order_quantity, here.closed_quantity) == (24, 4)
    assert steps["vendor shortage"] == (
        "stock 15 - 0 that orders claim = 15 there; asked by all locations 56, given 12, shared in proportion to what"
        " is asked, class 1 of the locations: 24 asked here, 4 given"
    )
    assert here.close_changes == ["The vendor has less than the locations ask for; the row got its share of it."]
    (reason,) = why_not(shop.services, shop.services.settings.companies[0], reason="no_supply").reasons
    assert (reason.rows, reason.units, str(reason.value)) == (1, 8, "8")
    assert reason.text.startswith("The vendor has less than the locations ask for, and the row's share")
    assert (replay(shop.services, run).same, replay(shop.services, run).differing) == (True, [])
    shop.work_until_states("confirmed")
    write_stock(tmp_path, sku_00123=1000)
    asks(shop, {first: 32, second: 32, third: 8})
    fuller = shop.plan()
    assert ordered(shop, fuller) == {first: 24, second: 28, third: 8}
    assert shop.matters("vendor_shortage") + shop.matters("vendor_stock_unmatched") == []
    _, steps = explained(shop, third, fuller)
    assert steps["vendor shortage"].startswith("stock 1000 - 12 that orders claim = 988 there; asked by all")


def test_the_same_file_is_never_promised_twice_and_a_newer_one_knows_of_what_was_sent(
    open_shop: OpenShop, tmp_path: Path
) -> None:
    write_stock(tmp_path, sku_00123=20)
    shop = short_shop(open_shop, tmp_path, "--locations", "1")
    (here,) = shop.locations
    asks(shop, {here: 16})
    assert ordered(shop, shop.plan()) == {here: 16}
    shop.work_until_states("confirmed")
    asks(shop, {here: 64})
    assert ordered(shop, shop.plan()) == {here: 4}
    assert ordered(shop, shop.plan()) == {}
    shop.work_until_states("confirmed")
    (tmp_path / "stock.csv").write_text(f"sku,units\n{SKU},8\n")
    assert ordered(shop, shop.plan()) == {here: 8}


def test_a_proposal_that_is_superseded_or_declined_gives_its_units_back(open_shop: OpenShop, tmp_path: Path) -> None:
    write_stock(tmp_path, sku_00123=20)
    shop = short_shop(open_shop, tmp_path, "--locations", "2", company=HELD)
    here, there = sorted(shop.locations)
    asks(shop, {here: 16, there: 16})
    first = shop.plan()
    assert ordered(shop, first) == {here: 12, there: 8}
    assert ordered(shop, shop.plan([there])) == {there: 8}, "the other's 12 still count, its own 8 no more"
    decline_order(shop.services, str(shop.order(here).id), actor="person:ann", reason="no")
    assert ordered(shop, shop.plan([there])) == {there: 16}


def test_two_companies_that_close_at_once_never_promise_more_than_there_is(open_shop: OpenShop, tmp_path: Path) -> None:
    """One closes wholly between the other's look at what is claimed and its transaction; then both at the same time."""
    write_stock(tmp_path, sku_00123=60)
    shop = short_shop(open_shop, tmp_path, "--companies", "2", "--locations", "2")
    asks(shop, dict.fromkeys(every_location(shop), 16))
    slow, fast = planned(shop, company=0), planned(shop, company=1)
    with after_the_first(shop, CLAIMED, lambda: close_run(shop.services, fast)):
        close_run(shop.services, slow)
    assert [sum(ordered(shop, run).values()) for run in (fast, slow)] == [32, 28]
    assert [matter.company for matter in shop.matters("vendor_shortage")] == [shop.company]
    assert replay(shop.services, slow).same
    asks(shop, dict.fromkeys(every_location(shop), 96))
    write_stock(tmp_path, sku_00123=100)
    both = [planned(shop, company=company) for company in (0, 1)]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda run: close_run(shop.services, run), both))
    shop.work(lambda: all(shop.run(run).state == "closed" for run in both))
    assert sum(sum(ordered(shop, run).values()) for run in both) == 40


def test_a_company_with_a_file_of_its_own_takes_nothing_from_the_common_one(
    open_shop: OpenShop, tmp_path: Path
) -> None:
    write_stock(tmp_path, sku_00123=8)
    (tmp_path / "own.csv").write_text(f"sku,units,as_of\n{SKU},4,2026-01-01\n")
    shop = short_shop(open_shop, tmp_path, "--companies", "2", "--locations", "1")
    asks(shop, dict.fromkeys(every_location(shop), 16))
    companies = [{**one} for one in shop.world.changes["companies"]]
    shop.world.changes["companies"] = [companies[0], companies[1] | {"vendor_stock_file": "own.csv"}]
    shop.services.settings = shop.world.settings()
    assert ordered(shop, shop.plan(company=1)) == {locations_of(shop, 1)[0]: 4}
    assert ordered(shop, shop.plan(company=0)) == {locations_of(shop, 0)[0]: 8}


def test_an_order_that_the_shortage_left_below_its_minimum_waits_for_a_person(
    open_shop: OpenShop, tmp_path: Path
) -> None:
    write_stock(tmp_path, sku_00123=20, sku_NA=0)
    rules = {"minimum_order_units": 12, "shortage": {"unnamed": "nothing", "method": "by_need"}}
    shop = short_shop(open_shop, tmp_path, "--locations", "2", company={"planning": rules})
    asks(shop, dict.fromkeys(shop.locations, 16))
    asks(shop, dict.fromkeys(shop.locations, 1), sku=OTHER)
    run = shop.plan()
    small, large = sorted(shop.orders(run), key=lambda order: order.units)
    assert ordered(shop, run) == {small.location: 4, large.location: 16}
    assert (small.state, small.hold_reasons) == ("held", ["it is below the company's minimum per order"])
    assert large.hold_reasons == []
    assert ordered(shop, run, OTHER) == {}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("sku,units\n00123,-1\n", 'stock.csv:2: units: "-1" is negative'),
        ("sku,units\n00123,1\n00123,2\n", 'stock.csv:3: sku: "00123" is given twice, first on line 2'),
        ("sku\n00123\n", "stock.csv:1: units: column is missing"),
    ],
)
def test_a_faulty_stock_file_stops_the_run_before_anything_is_planned(
    open_shop: OpenShop, tmp_path: Path, text: str, told: str
) -> None:
    write_stock(tmp_path)
    shop = short_shop(open_shop, tmp_path, "--locations", "1")
    (tmp_path / "stock.csv").write_text(text)
    run = shop.plan()
    assert (shop.run(run).state, shop.orders(run)) == ("failed", [])
    assert told in shop.matters("planner_file")[0].message


def test_a_close_that_does_not_come_out_as_recorded_is_told_by_a_replay(open_shop: OpenShop, tmp_path: Path) -> None:
    write_stock(tmp_path, sku_00123=8)
    shop = short_shop(open_shop, tmp_path, "--locations", "1")
    asks(shop, {shop.locations[0]: 16})
    run = shop.plan()
    archive = shop.services.archive
    frame = archive.get_frame(str(shop.run(run).close_frame))
    change_run(shop, run, close_frame=archive.put_frame(frame.assign(after_shortage=frame["after_shortage"] - 4)))
    again = replay(shop.services, run)
    assert (again.same, again.differing) == (False, ["close: after_shortage"])


def test_a_run_that_an_older_version_closed_is_still_explained_and_replayed(
    open_shop: OpenShop, tmp_path: Path
) -> None:
    """Its close frame has a location and a reason alone, and nothing else of its close was archived."""
    write_stock(tmp_path, sku_00123=100)
    shop = short_shop(open_shop, tmp_path, "--locations", "2")
    here, there = shop.locations
    asks(shop, {here: 16, there: 16})
    asks(shop, {here: 0, there: 0}, sku=OTHER)
    run = shop.plan()
    old = pd.DataFrame({"location": [here], "reason": ["older_order_approved"]}, dtype="str")
    inputs = {name: kept for name, kept in shop.run(run).inputs.items() if not name.startswith(CLOSE)}
    change_run(shop, run, close_frame=shop.services.archive.put_frame(old), inputs=inputs)
    found, steps = explained(shop, here, run)
    assert (found.closed_quantity, "vendor shortage" in steps) == (0, False)
    assert found.close_changes[0].startswith("An older order of this location was approved")
    assert explained(shop, there, run)[0].closed_quantity == 16
    company = shop.services.settings.companies[0]
    (reason,) = why_not(shop.services, company, reason="older_order_approved").reasons
    assert (reason.reason, reason.rows, reason.units) == ("older_order_approved", 1, 16)
    assert replay(shop.services, run).same


def change_run(shop: Shop, run: int, **values: object) -> None:
    with shop.services.database.transaction() as session:
        session.execute(update(PlanningRun).where(PlanningRun.id == run).values(**values))
