"""A dry run: what would be ordered, and nothing written anywhere but the file that was asked for."""

from __future__ import annotations

import csv

import pytest

from replenisher.database import companies, exceptions, orders, runs
from replenisher.services import Services
from replenisher.workflows.plan.rehearse import neutralised
from tests.cli.conftest import Typed
from tests.world import World


def test_a_dry_run_writes_nothing_and_foretells_the_run(typed: Typed, world: World, services: Services) -> None:
    path = world.write()
    told = typed(f"run -c {path} --dry-run --json")
    assert told.code == 0
    with services.database.transaction() as session:
        assert runs.latest_runs(session) == []
        assert orders.listed(session) == []
        assert exceptions.listed(session) == []
        assert companies.known_locations(session, world.company) == {}
    assert not (world.folder / "var" / "archive").exists()
    foretold = {one["location"]: one["units"] for company in told.data for one in company["locations"] if one["units"]}

    assert typed(f"run -c {path}").code == 0
    with services.database.transaction() as session:
        assert {order.location: order.units for order in orders.listed(session)} == foretold
    with services.database.transaction() as session:
        held = {order.location: order.units for order in orders.listed(session, states=["held"])}
    again = typed(f"run -c {path} --dry-run --json")
    # What is approved is in flight now; what is held would be superseded and proposed anew.
    assert {
        one["location"]: one["units"] for company in again.data for one in company["locations"] if one["units"]
    } == held


def test_the_file_holds_every_row_and_no_formula(typed: Typed, world: World) -> None:
    ended = typed(f"run -c {world.write()} --company {world.company} --dry-run --output rows.csv")
    assert ended.code == 0
    assert "dry run: nothing was written" in ended.out
    with (world.folder / "rows.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 3 * 40
    texts = [row[name] for row in rows for name in ("company", "location", "sku", "reason")]
    assert not [text for text in texts if text.startswith(("=", "+", "-", "@"))]
    assert "00123" in {row["sku"] for row in rows}
    assert sum(int(row["order_quantity"]) for row in rows) > 0
    assert all(row["reason"] for row in rows)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("00123", "00123"),
        ("NA", "NA"),
        ("A=1", "A=1"),
        ("=cmd|'/c calc'!A1", "'=cmd|'/c calc'!A1"),
        ("  +1", "'  +1"),
        ("-40", "'-40"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("A;=1", "A;'=1"),
        ("\uff1d1", "'\uff1d1"),
    ],
)
def test_a_text_that_a_spreadsheet_would_run_is_written_as_text(text: str, written: str) -> None:
    assert neutralised(text) == written


def test_a_refused_location_is_told_and_the_others_are_shown(typed: Typed, world: World) -> None:
    here = int(world.locations[2])
    world.admin.add_faults({"operation": "inventory_report", "fault": "empty", "location": here})
    ended = typed(f"run -c {world.write()} --company {world.company} --dry-run")
    assert ended.code == 7
    assert f"refused: location {here}" in ended.said
    assert world.locations[0] in ended.out


def test_a_location_that_is_not_enabled_is_told_beside_the_others(typed: Typed, world: World) -> None:
    asked = f"--location 99999 --location {world.locations[0]}"
    rehearsed = typed(f"run -c {world.write()} --company {world.company} {asked} --dry-run")
    assert (rehearsed.code, "99999: the retailer has not enabled" in rehearsed.said) == (7, True)
    planned = typed(f"run --company {world.company} {asked}")
    assert planned.code == 7
    assert "not enabled: the retailer has not enabled location 99999" in planned.said
    assert "1 planned" in planned.said


def test_a_paused_company_is_not_asked(typed: Typed, world: World, services: Services) -> None:
    with services.database.transaction() as session:
        companies.pause(session, world.company, "the password was refused")
    ended = typed(f"run -c {world.write()} --company {world.company} --dry-run")
    assert (ended.code, "the password was refused" in ended.err) == (6, True)
    assert not world.admin.audit()["operation_calls"]


def test_a_file_that_cannot_be_written_is_named(typed: Typed, world: World) -> None:
    ended = typed(f"run -c {world.write()} --dry-run --company {world.company} --output nowhere/rows.csv")
    assert ended.code == 3
    assert "nowhere/rows.csv: cannot be written" in ended.err


def test_options_that_do_not_go_together_are_refused(typed: Typed, dark_world: World) -> None:
    path = dark_world.write()
    assert typed(f"run -c {path} --output rows.csv").code == 2
    assert typed(f"run -c {path} --dry-run --join").code == 2


def test_a_dry_run_by_rules_shows_what_each_rule_orders(typed: Typed, world: World) -> None:
    (world.folder / "rules.yaml").write_text(
        "rules:\n  - name: shown\n    policy: min_max\n    parameters: {presentation_minimum: 40}\n"
    )
    world.changes = {"rules_file": "rules.yaml"}
    path = world.write()
    (told,) = typed(f"run -c {path} --company {world.company} --dry-run --json").data
    shown, none = told["by_rule"]
    assert shown["rows"] == sum(one["rows"] for one in told["locations"])
    assert shown["units"] == sum(one["units"] for one in told["locations"]) > 0
    assert (shown["rule"], none["rule"], none["rows"]) == ("shown", "", 0)
    ended = typed(f"run -c {path} --company {world.company} --dry-run")
    assert ("By rule" in ended.out, "(no rule)" in ended.out) == (True, True)
