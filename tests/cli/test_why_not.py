"""What is missing and was not ordered: grouped by reason, with the money at stake, on the screen and in a file."""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path

import pytest

from replenisher.services import Services
from tests.cli.conftest import Typed
from tests.cli.test_explain import _planned
from tests.world import World


@pytest.fixture
def run(services: Services, world: World) -> int:
    """A run in which two rows of the first location may not be ordered, and everything else has what it needs."""
    for location in world.locations:
        (place,) = world.admin.state(int(location))["locations"]
        for sku in place["rows"]:
            world.admin.set_stock(int(location), sku, in_stock=9, minimum=1, maximum=9, do_not_order=False, allocated=0)
    first = int(world.locations[0])
    world.admin.set_stock(first, "00123", in_stock=0, minimum=5, maximum=9, do_not_order=True)
    world.admin.set_stock(first, "NA", in_stock=0, minimum=9, maximum=5, do_not_order=False)
    world.write()
    return _planned(services, world, ahead=0)


def test_the_screen_groups_what_was_not_ordered_by_reason_with_what_it_is_worth(
    typed: Typed, world: World, run: int
) -> None:
    ended = typed("why-not")
    assert ended.code == 0
    assert "note: no run of company" in ended.err, "the other company has planned nothing yet"
    assert f"run {run} (manual, slot" in ended.said
    assert "2 of 2 rows below their minimum order nothing" in ended.said
    assert f"00123 at {world.locations[0]}: 9 missing" in ended.said
    (found,) = typed("why-not --json").data
    by_reason = {one["reason"]: one for one in found["reasons"]}
    assert set(by_reason) == {"do_not_order", "levels_inverted"}
    row = typed(f"explain --location {world.locations[0]} --sku 00123 --json").data["row"]
    assert Decimal(by_reason["do_not_order"]["value"]) == 9 * Decimal(row["unit_cost"]) / 10_000
    assert by_reason["do_not_order"]["units"] == 9
    assert (found["rows"], found["rows_below"]) == (40 * len(world.locations), 2)


def test_one_reason_one_location_or_an_older_run_can_be_asked_for(
    typed: Typed, world: World, services: Services, run: int
) -> None:
    (found,) = typed("why-not --reason levels_inverted --json").data
    assert [one["reason"] for one in found["reasons"]] == ["levels_inverted"]
    (elsewhere,) = typed(f"why-not --company {world.company} --location {world.locations[1]} --json").data
    assert (elsewhere["reasons"], elsewhere["rows"]) == ([], 40)
    assert (
        "nothing that is below its minimum was left"
        in typed(f"why-not --company {world.company} --location {world.locations[1]}").said
    )
    world.admin.set_stock(int(world.locations[0]), "00123", in_stock=9)
    newer = _planned(services, world, ahead=1)
    (found,) = typed("why-not --json").data
    assert (found["run"], [one["reason"] for one in found["reasons"]]) == (newer, ["levels_inverted"])
    (found,) = typed(f"why-not --run {run} --json").data
    assert found["run"] == run


def test_every_row_can_be_written_to_a_file(typed: Typed, tmp_path: Path, run: int) -> None:
    ended = typed("why-not --output unmet.csv --json")
    assert "2 rows written to unmet.csv" in ended.err
    with (tmp_path / "unmet.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["sku"], row["reason"], row["missing"], row["run"]) for row in rows] == [
        ("00123", "do_not_order", "9", str(run)),
        ("NA", "levels_inverted", "5", str(run)),
    ]


@pytest.mark.parametrize(
    ("line", "code", "told"),
    [
        ("why-not --run 99", 6, "there is no run 99"),
        ("why-not --company 14146 --location 1", 6, "planned no location 1; `replenisher explain` says why"),
        ("why-not --reason sold_out", 6, "by a reason sold_out; the reasons are do_not_order"),
        ("why-not --output no/such/folder.csv", 3, "cannot be written"),
    ],
)
@pytest.mark.usefixtures("run")
def test_what_is_not_there_is_told(typed: Typed, line: str, code: int, told: str) -> None:
    ended = typed(line)
    assert (ended.code, told in ended.said) == (code, True), ended.said


def test_before_the_first_run_it_says_what_to_do(typed: Typed, world: World, services: Services) -> None:
    world.write()
    assert services.settings.companies
    ended = typed("why-not")
    assert "has planned anything yet; start one with `replenisher run`" in ended.said
    assert ended.code == 6
