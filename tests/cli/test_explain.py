"""One screen that explains a quantity, or says clearly why there is nothing to explain."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from replenisher.database import companies, orders, run_batches, runs
from replenisher.purchasing.platform import Location
from replenisher.services import Services
from replenisher.workflows.approve import approve_order
from replenisher.workflows.plan.batch import plan_batch
from replenisher.workflows.plan.close import close_run
from replenisher.workflows.plan.due import open_manual_run
from replenisher.workflows.plan.start import start_run
from tests.cli.conftest import Typed
from tests.world import World


@pytest.fixture
def here(world: World) -> str:
    """A location where SKU 00123 surely needs 9 units."""
    location = world.locations[0]
    stock = {"in_stock": 0, "minimum": 5, "maximum": 9, "do_not_order": False}
    world.admin.set_stock(int(location), "00123", **stock)
    world.write()
    return location


def _planned(services: Services, world: World, *, ahead: int, close: bool = True) -> int:
    """Do what a worker does of a run; slots of several runs must differ."""
    company = services.settings.company(world.company)
    run = open_manual_run(services, company, ahead=timedelta(minutes=ahead))
    start_run(services, run)
    with services.database.transaction() as session:
        numbers = [batch.number for batch in run_batches.batches_of(session, run)]
    for number in numbers:
        plan_batch(services, run, number)
    if close:
        close_run(services, run)
    return run


def test_the_screen_holds_terms_levels_result_report_run_and_order(
    typed: Typed, world: World, services: Services, here: str
) -> None:
    run = _planned(services, world, ahead=0)
    with services.database.transaction() as session:
        order = next(one for one in orders.listed(session) if one.location == here)
        quantity = next(line.quantity for line in orders.lines_of(session, order.id) if line.sku == "00123")
    ended = typed(f"explain --location {here} --sku 00123")
    assert ended.code == 0
    for part in (
        f"00123 at location {here}",
        f"order {quantity}",
        "on hand 0 x weight +1 = 0 0",
        "allocated",
        "inventory position",
        "5, set by the retailer",
        "9, set by the retailer",
        "is below the minimum 5 yes",
        "packs of",
        f"run {run} (manual, slot ",
        "inventory report asked 20",
        "40 rows",
        f"in order {order.vendor_invoice_number}: {quantity} units; the order is {order.state}",
    ):
        assert part in ended.said, part
    data = typed(f"explain --location {here} --sku 00123 --json").data
    assert data["order"]["vendor_invoice_number"] == order.vendor_invoice_number
    assert data["order_quantity"] == quantity == data["row"]["order_quantity"]
    assert {"on_hand", "inventory_position", "raw_quantity"} <= {step["column"] for step in data["steps"]}
    assert data["asked_at"] <= data["answered_at"]


def test_the_weights_of_the_run_explain_it_even_when_the_configuration_has_changed(
    typed: Typed, world: World, services: Services, here: str
) -> None:
    _planned(services, world, ahead=0)
    changed = [{**one, "planning": {"weights": {"allocated": 0}}} for one in world.document()["companies"]]
    world.changes = {"companies": changed}
    world.write()
    ended = typed(f"explain --location {here} --sku 00123 --json")
    assert ended.code == 0
    allocated = next(step for step in ended.data["steps"] if step["column"] == "allocated")
    assert "weight -1" in allocated["text"]


def test_a_sku_that_orders_nothing_says_why(typed: Typed, world: World, services: Services, here: str) -> None:
    world.admin.set_stock(int(here), "NA", in_stock=50, minimum=5, maximum=9, do_not_order=False)
    _planned(services, world, ahead=0)
    ended = typed(f"explain --location {here} --sku NA --company {world.company}")
    assert "NA at location" in ended.said
    assert "order 0" in ended.said
    assert "The inventory position is not below the minimum." in ended.said
    assert "in no order: nothing was needed" in ended.said


def test_a_formula_of_a_sku_is_printed_as_it_is(typed: Typed, world: World, services: Services, here: str) -> None:
    _planned(services, world, ahead=0)
    with services.database.transaction() as session:
        batch = run_batches.batches_of(session, runs.latest_runs(session)[0].id)[0]
    skus = services.archive.get_frame(batch.frame or "", columns=["sku"])["sku"].astype("str")
    formula = next(sku for sku in skus if sku.startswith("="))
    ended = typed(f"explain --location {here} --sku '{formula}'")
    assert ended.code == 0
    assert ended.out.startswith(f"{formula} at location")


def test_a_refused_location_tells_its_reason_and_the_run_before_it(
    typed: Typed, world: World, services: Services, here: str
) -> None:
    good = _planned(services, world, ahead=0)
    world.admin.add_faults({"operation": "inventory_report", "fault": "empty", "location": int(here)})
    bad = _planned(services, world, ahead=1)
    ended = typed(f"explain --location {here} --sku 00123")
    assert ended.code == 6
    assert f"run {bad} refused location {here} and ordered nothing there" in ended.said
    assert f"add --run {good}" in ended.said
    assert typed(f"explain --location {here} --sku 00123 --run {good}").code == 0


def test_what_is_not_there_is_told_with_what_there_is(
    typed: Typed, world: World, services: Services, here: str
) -> None:
    early = typed(f"explain --location {here} --sku 00123")
    assert (early.code, "no run has listed any location yet" in early.err) == (6, True)
    run = _planned(services, world, ahead=0)
    sku = typed(f"explain --location {here} --sku 0123")
    assert (sku.code, "nearest: 00123" in sku.said) == (6, True)
    location = typed(f"explain --location {here}1 --sku 00123")
    assert (location.code, f"nearest: {here}" in location.said) == (6, True)
    absent = typed(f"explain --location {here} --sku 00123 --run 4242")
    assert (absent.code, "there is no run 4242" in absent.said) == (6, True)
    other = str(world.sandbox["companies"][1]["id"])
    elsewhere = typed(f"explain --location {here} --sku 00123 --company {other}")
    assert (elsewhere.code, f"no run of company {other}" in elsewhere.said) == (6, True)
    wrong = typed(f"explain --location {here} --sku 00123 --run {run} --company {other}")
    assert (wrong.code, f"run {run} did not plan location {here}" in wrong.said) == (6, True)


def test_a_location_not_read_yet_is_told(typed: Typed, world: World, services: Services, here: str) -> None:
    run = open_manual_run(services, services.settings.company(world.company))
    start_run(services, run)
    ended = typed(f"explain --location {here} --sku 00123")
    assert (ended.code, f"run {run} has not read location {here} yet" in ended.said) == (6, True)


def test_a_quantity_left_out_because_an_older_order_was_approved_says_so(
    typed: Typed, world: World, services: Services, here: str
) -> None:
    changed = [{**one, "approval": {"automatic": False}} for one in world.document()["companies"]]
    world.changes = {"companies": changed}
    services.settings = world.settings()
    _planned(services, world, ahead=0)
    run = _planned(services, world, ahead=1, close=False)
    with services.database.transaction() as session:
        older = next(one for one in orders.listed(session) if one.location == here)
    approve_order(services, str(older.id), actor="person:anna")
    close_run(services, run)
    ended = typed(f"explain --location {here} --sku 00123 --run {run}")
    assert ended.code == 0
    assert "at the close of the run: An older order of this location was approved" in ended.said
    assert ended.out.strip().endswith("in no order")


def test_a_location_that_two_companies_have_asks_for_the_company(
    typed: Typed, world: World, services: Services, here: str
) -> None:
    _planned(services, world, ahead=0)
    other = str(world.sandbox["companies"][1]["id"])
    with services.database.transaction() as session:
        companies.record_locations(session, other, [Location(other, here, "Elsewhere", here, here)])
    unclear = typed(f"explain --location {here} --sku 00123")
    assert (unclear.code, "choose one with --company" in unclear.err) == (6, True)
    assert typed(f"explain --location {here} --sku 00123 --company {world.company}").code == 0
    unplanned = typed(f"explain --location {here} --sku 00123 --company {other}")
    assert (unplanned.code, f"no run has planned location {here} yet" in unplanned.said) == (6, True)


def test_a_row_that_never_sold_and_has_no_rule_is_told_as_json_without_numbers_that_are_none(
    typed: Typed, world: World, services: Services, here: str
) -> None:
    companies = [{**one, "reports": ["inventory", "sales"]} for one in world.document()["companies"]]
    (world.folder / "rules.yaml").write_text("rules:\n  - name: other\n    match: {sku: [NA]}\n    policy: min_max\n")
    world.changes = {"companies": companies, "rules_file": "rules.yaml"}
    services.settings = world.settings()
    _planned(services, world, ahead=0)
    ended = typed(f"explain --location {here} --sku 00123 --json")
    told = json.loads(ended.out, parse_constant=lambda word: pytest.fail(f"{word} is no JSON"))
    assert (told["row"]["rule"], told["row"]["adi"], told["row"]["demand_class"]) == (None, None, "none")
