"""What a platform really does, found out by reading alone: both personalities, every setting that should change."""

from __future__ import annotations

import json
from typing import Any

import pytest

from replenisher.database import orders
from replenisher.database.models import Order
from replenisher.gateways.vendor_inventory.questions import WRITES
from replenisher.services import Services, build
from replenisher.workflows.plan.due import open_manual_run
from tests.cli.conftest import Typed
from tests.cli.vmi_world import over_vmi
from tests.gateways.sandbox_process import SAMPLE, TEMPLATE
from tests.world import World, drain

READS = {
    "token",
    "enabled_companies",
    "enabled_locations",
    "inventory_report",
    "product_sales",
    "receiving_report",
    "transfers_report",
    "adjustments_report",
    "list_purchase_orders",
    "get_purchase_order",
    "purchase_order_status",
}


def answers(data: dict[str, Any]) -> dict[str, str]:
    """What was seen, by question; empty for one that was not answered."""
    return {one["question"]: one["seen"] for one in data["observations"]}


def unanswered(data: dict[str, Any]) -> dict[str, str]:
    return {one["question"]: one["unanswered"] for one in data["observations"] if one["unanswered"]}


def test_a_healthy_platform_needs_nobody(typed: Typed, world: World) -> None:
    ended = typed(f"probe {world.company} -c {world.write()}")
    assert ended.code == 0, ended.said
    for words in ("What was asked", "sales report", "status_spelling", "the whole list at once", "reads only"):
        assert words in ended.said
    assert "nothing needs a person's attention" in ended.said
    assert world.sandbox["password"] not in ended.out + ended.err


def test_each_personality_is_seen_for_what_it_is(typed: Typed, world: World) -> None:
    path = world.write()
    # The days that pass are days before now: a probe asks for the days up to this machine's today.
    world.admin.switch(clock_skew_seconds=-3 * 86_400)
    world.admin.switch(transfers_per_day=3, adjustments_per_day=3, transfers_report="touching")
    world.admin.advance(3)
    seen = {}
    for name, personality in (("template", TEMPLATE), ("sample", SAMPLE)):
        world.admin.switch(**personality)
        seen[name] = answers(typed(f"probe {world.company} -c {path} --json").data)
    for question, template, sample in (
        ("inventory_route", "reports/inventory answers", "inventoryReport answers"),
        ("timestamps", "with an offset", "without a zone"),
        ("quantity_type", "text", "a number"),
        ("serial_field", "SerialNumbers (", "SerialNumber ("),
        ("transfer_keys", "ShipToLocationId (", "ShipFromLocationId twice ("),
        ("status_spelling", "complete (", "Completed ("),
    ):
        assert template in seen["template"][question], question
        assert sample in seen["sample"][question], question
        assert template not in seen["sample"][question], question
    assert "an array of" in seen["template"]["transfer_shape"]
    assert "DateRecieved" not in seen["template"]["received_date_field"]
    assert "DateRecieved" in seen["sample"]["received_date_field"]


def test_nothing_is_written_at_the_platform_or_in_the_database(typed: Typed, world: World) -> None:
    path = world.write()
    before = world.admin.audit()
    status = typed("status --json").data["daemon"]["companies"]
    assert typed(f"probe {world.company} -c {path}").code == 0
    after = world.admin.audit()
    assert after["accepted"] == before["accepted"]
    called = {name for name, count in after["operation_calls"].items() if count}
    assert "list_purchase_orders" in called
    assert called <= READS
    assert typed("status --json").data["daemon"]["companies"] == status


def test_pages_spans_and_days_that_are_not_covered_are_found(typed: Typed, world: World) -> None:
    path = world.write()
    world.admin.switch(page_size=2, date_end="exclusive", routes="both")
    ended = typed(f"probe {world.company} -c {path} --json")
    assert ended.code == 0
    seen = answers(ended.data)
    assert seen["list_paging"] == "pages of 2: $skip=2 brings 2 more; $top=1 is heeded"
    assert seen["date_inclusive"].startswith("not covered: a sale of ")
    assert seen["inventory_route"] == "reports/inventory and inventoryReport both answer"
    world.admin.switch(max_span_days=10, date_end="inclusive")
    spans = answers(typed(f"probe {world.company} -c {path} --json").data)
    assert "61 days of orders are refused, fewer are answered" in spans["date_span"]
    assert spans["date_inclusive"].startswith("covered: ")


def test_reports_of_one_day_lose_the_last_day_and_the_setting_is_named(typed: Typed, world: World) -> None:
    first = {**world.document()["companies"][0], "report_days": 1}
    world.changes = {"companies": [first]}
    world.admin.switch(date_end="exclusive")
    ended = typed(f"probe {world.company} -c {world.write()}")
    assert ended.code == 7
    assert "date_inclusive: what the last day leaves out is read by no later report; set report_days: 2" in ended.said


def test_what_only_a_write_would_tell_is_left_open_with_its_reason(typed: Typed, world: World) -> None:
    data = typed(f"probe {world.company} -c {world.write()} --json").data
    told = unanswered(data)
    assert {question.name for question in WRITES} <= set(told)
    assert told["add_lines_route"] == "only a write would tell"
    assert told["backorder_in_on_order"] == "no partly received order to learn from"
    assert "only a write would tell" in answers(data)["duplicate_policy"]


def test_a_clock_that_is_off_needs_a_person(typed: Typed, world: World) -> None:
    path = world.write()
    world.admin.switch(clock_skew_seconds=300)
    at_the_limit = typed(f"probe {world.company} -c {path} --json").data
    assert answers(at_the_limit)["server_clock"].endswith("ahead of ours")
    world.admin.switch(clock_skew_seconds=-900)
    ended = typed(f"probe {world.company} -c {path}")
    assert ended.code == 7
    assert "server_clock: see which clock is wrong" in ended.said
    assert "behind ours" in ended.said


def test_fields_that_no_document_lists_are_named(typed: Typed, world: World) -> None:
    path = world.write()
    world.admin.add_faults({"operation": "inventory_report", "fault": "extra_fields", "count": 2})
    ended = typed(f"probe {world.company} -c {path} --json")
    assert ended.code == 0
    assert answers(ended.data)["unknown_fields"].startswith("inventory: ")


def ordered(world: World, services: Services, company: str | None = None) -> list[Order]:
    """Orders of ours that the platform has and the daemon follows."""
    run_id = open_manual_run(services, services.settings.company(company or world.company), None)
    drain(services, until=lambda: settled(services, run_id))
    found = [order for order in listed(services, run_id) if order.state == "confirmed"]
    assert found
    return found


def listed(services: Services, run_id: int) -> list[Order]:
    with services.database.transaction() as session:
        return list(orders.listed(session, run_id=run_id))


def settled(services: Services, run_id: int) -> bool:
    found = listed(services, run_id)
    return bool(found) and all(order.state in ("confirmed", "held") for order in found)


def test_a_number_that_stands_twice_needs_a_person(typed: Typed, world: World, services: Services) -> None:
    path = world.write()
    world.admin.change_order(ordered(world, services)[0].platform_order_id or "", "duplicate")
    ended = typed(f"probe {world.company} -c {path}")
    assert ended.code == 7
    assert "duplicate_policy: the platform holds one number twice" in ended.said


@pytest.mark.parametrize(
    ("platform", "setting", "told", "code"),
    [
        ("beside", "count", "in QuantityOnBackorder only", 0),
        ("beside", "ignore", "set planning.weights.backordered: count", 7),
        ("included", "count", "set planning.weights.backordered: included_in_on_order", 7),
        ("included", "included_in_on_order", "in QuantityOnOrder and in QuantityOnBackorder", 0),
        ("never", "count", "in QuantityOnOrder only", 0),
    ],
)
def test_where_the_remainder_of_an_order_is_counted_is_learned_from_our_own(  # noqa: PLR0917 - a table of cases
    typed: Typed, world: World, services: Services, platform: str, setting: str, told: str, code: int
) -> None:
    world.admin.switch(back_order=platform)
    order = ordered(world, services)[0]
    world.admin.change_order(order.platform_order_id or "", "receive_partly")
    weights = {"planning": {"weights": {"backordered": setting}}}
    world.changes = {"companies": [{**world.document()["companies"][0], **weights}]}
    ended = typed(f"probe {world.company} -c {world.write()} --location {order.location}")
    assert (ended.code, told in ended.said) == (code, True), ended.said


def test_a_location_can_be_chosen_and_one_that_is_not_enabled_is_refused(typed: Typed, world: World) -> None:
    path = world.write()
    chosen = world.locations[2]
    assert typed(f"probe {world.company} -c {path} --location {chosen} --json").data["location"] == chosen
    refused = typed(f"probe {world.company} -c {path} --location 777")
    assert (refused.code, "has not enabled location 777" in refused.err) == (6, True)
    unknown = typed(f"probe 99 -c {path}")
    assert (unknown.code, "99" in unknown.err) == (6, True)


def test_everything_is_written_to_a_file_that_can_be_sent_on(typed: Typed, world: World) -> None:
    path = world.write()
    target = world.folder / "probe.json"
    ended = typed(f"probe {world.company} -c {path} --output {target}")
    assert (ended.code, f"{target}: written" in ended.err) == (0, True)
    written = json.loads(target.read_text())
    assert written["company"] == world.company
    assert len(written["checks"]) > 10
    assert world.sandbox["password"] not in target.read_text()
    missing = typed(f"probe {world.company} -c {path} --output {world.folder / 'no' / 'probe.json'}")
    assert (missing.code, "cannot be written" in missing.err) == (3, True)


def test_one_report_that_fails_is_told_and_the_others_are_still_read(typed: Typed, world: World) -> None:
    path = world.write()
    world.admin.add_faults({"operation": "adjustments_report", "fault": "error_503", "count": 50})
    ended = typed(f"probe {world.company} -c {path} --json")
    assert ended.code == 7
    failed = [check["asked"] for check in ended.data["checks"] if not check["answered"]]
    assert failed == ["adjustments report"]
    assert "503" in unanswered(ended.data)["serial_field"]
    assert answers(ended.data)["date_inclusive"]


def test_a_refused_password_and_a_silent_platform_end_alike(typed: Typed, world: World, dark_world: World) -> None:
    path = world.write()
    (world.folder / "password").write_text("not-the-password")
    refused = typed(f"probe {world.company} -c {path}")
    assert (refused.code, "invalid_grant" in refused.err) == (5, True)
    assert "not-the-password" not in refused.out + refused.err
    silent = typed(f"probe 14146 -c {dark_world.write()} --json")
    assert silent.code == 5
    assert not any(check["answered"] for check in silent.data["checks"])


def test_a_database_without_tables_only_leaves_our_own_orders_out(
    typed: Typed, world: World, empty_database_url: str
) -> None:
    world.database_url = empty_database_url
    ended = typed(f"probe {world.company} -c {world.write()} --json")
    assert ended.code == 0
    assert "our own orders are not known" in unanswered(ended.data)["backorder_in_on_order"]


@pytest.mark.parametrize("wrong", ["probe", "probe 1 2"])
def test_exactly_one_company_is_named(typed: Typed, wrong: str) -> None:
    assert typed(wrong).code == 2


def test_an_interface_over_soap_is_asked_its_own_questions(typed: Typed, world: World) -> None:
    path = over_vmi(world)
    company = world.sandbox["companies"][0]["guid"]
    ended = typed(f"probe {company} -c {path} --json")
    assert ended.code == 0, ended.err
    assert ended.data["channel"] == "vmi"
    assert answers(ended.data)["element_order"].startswith("as described")
    assert unanswered(ended.data)["backorder_in_on_order"] == "no partly received order to learn from"
    world.admin.switch(soap_personality="docs")
    assert "of the alphabet" in typed(f"probe {company} -c {path}").said


@pytest.mark.parametrize(
    ("platform", "told"),
    [("beside", "in QuantityOnBackorder only"), ("included", "in QuantityOnOrder and in QuantityOnBackorder")],
)
def test_back_orders_are_learned_over_soap_as_well(typed: Typed, world: World, platform: str, told: str) -> None:
    path = over_vmi(world)
    services = build(world.settings())
    try:
        world.admin.switch(back_order=platform)
        order = ordered(world, services, world.sandbox["companies"][0]["guid"])[0]
    finally:
        services.close()
    world.admin.change_order(order.platform_order_id or "", "receive_partly")
    assert told in typed(f"probe {order.company} -c {path} --location {order.location}").said
