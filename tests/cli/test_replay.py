"""A past run planned again from the archive: bit for bit by its own rules, and by other rules with the difference."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
import yaml
from sqlalchemy import text

from replenisher.services import Services
from tests.cli.conftest import Typed
from tests.cli.test_explain import _planned
from tests.world import World


@pytest.fixture
def run(services: Services, world: World) -> int:
    """A run in which 00123 surely orders 9 units at the first location; what the shelves hold then changes."""
    location = int(world.locations[0])
    world.admin.set_stock(location, "00123", in_stock=0, minimum=5, maximum=9, do_not_order=False, allocated=0)
    world.write()
    done = _planned(services, world, ahead=0)
    world.admin.set_stock(location, "00123", in_stock=100)
    return done


def other_rules(world: World, folder: Path, **planning: object) -> Path:
    """Another configuration whose companies are planned otherwise."""
    document = world.document()
    companies = [{**one, "planning": planning} for one in document["companies"]]
    path = folder / "other.yaml"
    path.write_text(yaml.safe_dump({**document, "companies": companies}))
    return path


@pytest.fixture
def elsewhere(world: World, tmp_path: Path) -> None:
    """A configuration with a company of another id alone."""
    document = world.document()
    other = [{**document["companies"][0], "id": "777"}]
    (tmp_path / "other.yaml").write_text(yaml.safe_dump({**document, "companies": other}))


def test_by_its_own_rules_a_run_comes_out_bit_for_bit_though_shelves_and_configuration_have_changed(
    typed: Typed, world: World, run: int
) -> None:
    changed = [{**one, "planning": {"maximum_line_quantity": 1}} for one in world.document()["companies"]]
    world.changes = {"companies": changed}
    world.write()
    ended = typed(f"replay {run}")
    assert ended.code == 0
    assert f"Run {run} of company {world.company}" in ended.said
    assert "120 rows come out exactly as recorded" in ended.said
    data = typed(f"replay {run} --json").data
    assert (data["same"], data["differing"], data["locations"], data["rows"]) == (True, [], [], 120)


def test_by_other_rules_the_difference_in_orders_is_shown_and_nothing_is_ordered(
    typed: Typed, world: World, tmp_path: Path, run: int
) -> None:
    other_rules(world, tmp_path, maximum_line_quantity=4)
    before = world.admin.audit()["accepted"]
    ended = typed(f"replay {run} --rules other.yaml --output changed.csv")
    assert ended.code == 0, ended.said
    with (tmp_path / "changed.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    (here,) = [row for row in rows if (row["location"], row["sku"]) == (world.locations[0], "00123")]
    assert (int(here["after"]) <= 4, int(here["before"]) >= 9) == (True, True)
    assert "rows order otherwise" in ended.said
    data = typed(f"replay {run} --rules other.yaml --json").data
    assert data["units_after"] == data["units_before"] - sum(int(one["before"]) - int(one["after"]) for one in rows)
    assert sum(one["changed_rows"] for one in data["locations"]) == len(rows)
    assert world.admin.audit()["accepted"] == before


def test_a_rules_file_is_tried_on_what_has_really_been(typed: Typed, world: World, tmp_path: Path, run: int) -> None:
    """The run had no rules; by the file the shelf of one SKU has to show 40, whatever it sells."""
    (tmp_path / "rules.yaml").write_text(
        "rules:\n  - name: show\n    match: {sku: ['00123']}\n    policy: min_max\n"
        "    parameters: {presentation_minimum: 40}\n"
    )
    ended = typed(f"replay {run} --rules rules.yaml --output changed.csv")
    assert (ended.code, "rows order otherwise" in ended.said) == (0, True), ended.said
    with (tmp_path / "changed.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["sku"] for row in rows} == {"00123"}
    (here,) = [row for row in rows if row["location"] == world.locations[0]]
    assert (int(here["before"]), int(here["after"])) == (9, 40)
    (tmp_path / "rules.yaml").write_text("rules:\n  - name: show\n    policy: show\n")
    ended = typed(f"replay {run} --rules rules.yaml")
    assert (ended.code, "rules.yaml:3: rules[0].policy: there is no such policy" in ended.said) == (3, True)


def test_other_rules_that_change_nothing_say_so(typed: Typed, world: World, tmp_path: Path, run: int) -> None:
    other_rules(world, tmp_path, maximum_order_units=1_000_000)
    ended = typed(f"replay {run} --rules other.yaml")
    assert (ended.code, "the other rules change nothing" in ended.said) == (0, True), ended.said


RULES = """rules:
  - name: shown
    match: {category: [Accessories]}
    policy: min_max
    parameters: {presentation_minimum: 40}
  - name: by demand
    match: {category: [Phones]}
    policy: days_of_cover
    parameters: {least_days: 7, most_days: 21}
  - name: nobody
    match: {category: [Cars]}
    policy: min_max
"""


def test_by_a_rules_file_each_rule_is_shown_with_its_rows_also_one_that_matches_nothing(
    typed: Typed, tmp_path: Path, run: int
) -> None:
    (tmp_path / "rules.yaml").write_text(RULES)
    data = typed(f"replay {run} --rules rules.yaml --json").data
    shown, by_demand, nobody, none = data["by_rule"]
    assert [one["rule"] for one in data["by_rule"]] == ["shown", "by demand", "nobody", ""]
    assert (shown["rows"] > 0, by_demand["rows"] > 0, nobody["rows"]) == (True, True, 0)
    assert sum(one["rows"] for one in data["by_rule"]) == data["rows"] == 120
    assert sum(one["units"] for one in data["by_rule"]) == data["units_after"] > data["units_before"]
    assert (by_demand["not_followed"], none["rows"]) == (by_demand["rows"], 0)
    ended = typed(f"replay {run} --rules rules.yaml")
    for told in ("By rule", "shown", "nobody", "(no rule)", "not followed: sales of too few days are known"):
        assert told in ended.said


def test_a_run_that_no_longer_comes_out_as_recorded_is_told_with_both_engines(
    typed: Typed, services: Services, run: int
) -> None:
    """The recorded frame is exchanged for one that another engine might have made."""
    with services.database.transaction() as session:
        (name,) = session.execute(text("SELECT frame FROM run_batches WHERE frame IS NOT NULL LIMIT 1")).one()
    frame = services.archive.get_frame(name)
    first = int(frame["order_quantity"].to_numpy().argmax())
    forged = frame.assign(order_quantity=frame["order_quantity"].where(frame.index != first, 1))
    other = services.archive.put_frame(forged)
    with services.database.transaction() as session:
        session.execute(
            text("UPDATE run_batches SET frame = :other WHERE frame = :name"), {"other": other, "name": name}
        )
        session.execute(text("UPDATE planning_runs SET engine_version = '0.0.9'"))
    ended = typed(f"replay {run}")
    assert ended.code == 7
    assert "not as recorded in order_quantity; it was planned by replenisher 0.0.9, this is" in ended.said


@pytest.mark.parametrize(
    ("line", "code", "told"),
    [
        ("replay 99", 6, "there is no run 99"),
        ("replay {run} --rules nowhere.yaml", 3, "nowhere.yaml: does not exist"),
        ("replay {run} --rules other.yaml", 6, "other.yaml has no company"),
        ("replay {run} --rules other.yaml --output no/such/folder.csv", 6, "has no company"),
        ("replay {run} --output no/such/folder.csv", 3, "cannot be written"),
        ("replay x", 2, "should be a valid integer"),
    ],
)
@pytest.mark.usefixtures("elsewhere")
def test_what_is_not_there_is_told(typed: Typed, run: int, line: str, code: int, told: str) -> None:
    ended = typed(line.format(run=run))
    assert (ended.code, told in ended.said) == (code, True), ended.said
