"""Setting minima and maxima at the platform: only where they differ, and every refusal told by name."""

from __future__ import annotations

import csv
from contextlib import closing
from typing import Any

import pytest

from replenisher.channels import make_channel
from replenisher.purchasing.platform import ReportWindow
from tests.cli.conftest import Typed
from tests.cli.vmi_world import over_vmi
from tests.world import World


class Shelves:
    """The stock rows of the first company's first location, at the platform."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.guid: str = world.sandbox["companies"][0]["guid"]
        self.location = int(world.locations[0])
        ids = world.admin.ids()["locations"]
        self.store = str(next(one["store_id"] for one in ids if one["id"] == self.location))

    @property
    def unlocked(self) -> list[str]:
        """SKUs whose levels the retailer has not locked, as its own report says."""
        world = self.world
        with closing(make_channel(world.settings(), world.settings().company(self.guid))) as channel:
            today = channel.platform_now().date()
            report = channel.inventory(self.guid, [self.store], ReportWindow(today, today))[self.store]
        assert not isinstance(report, Exception)
        return [str(sku) for sku in report[0].loc[~report[0]["levels_locked"], "sku"]]

    def rows(self) -> dict[str, Any]:
        rows: dict[str, Any] = self.world.admin.state(self.location)["locations"][0]["rows"]
        return rows

    def levels(self, sku: str) -> tuple[int, int]:
        row = self.rows()[sku]
        return row["minimum"], row["maximum"]


@pytest.fixture
def shelves(world: World) -> Shelves:
    """A company over VMI that lets levels be set, with an empty levels file in force."""
    (world.folder / "levels.csv").write_text("location,sku,min,max\n")
    over_vmi(world, set_platform_levels=True)
    first, second = world.changes["companies"]
    world.changes |= {"companies": [{**first, "levels_file": "levels.csv"}, second]}
    world.write()
    return Shelves(world)


def write(world: World, *rows: tuple[str, str, int, int]) -> None:
    with (world.folder / "new.csv").open("w", newline="") as file:
        csv.writer(file).writerows([("location", "sku", "min", "max"), *rows])


def calls(world: World) -> int:
    return int(world.admin.audit()["operation_calls"].get("vmi.UpdateMinAndMaxProductQuantities", 0))


def test_only_what_differs_is_set_and_a_second_push_sets_nothing(typed: Typed, world: World, shelves: Shelves) -> None:
    first, second = shelves.unlocked[:2]
    low, high = shelves.levels(second)
    write(world, (shelves.store, first, 41, 82), (shelves.store, second, low, high))
    ended = typed(f"levels import new.csv --push --company {shelves.guid} --json")
    assert ended.code == 0, ended.err
    (pushed,) = ended.data["pushed"]
    assert (pushed["location"], pushed["equal"], len(pushed["outcomes"])) == (shelves.store, 1, 1)
    assert shelves.levels(first) == (41, 82)
    assert shelves.levels(second) == (low, high)
    assert calls(world) == 1
    again = typed(f"levels import new.csv --push --company {shelves.guid}")
    assert again.code == 0
    assert calls(world) == 1


def test_nothing_is_set_in_a_dry_run(typed: Typed, world: World, shelves: Shelves) -> None:
    sku = next(iter(shelves.rows()))
    write(world, (shelves.store, sku, 41, 82))
    ended = typed(f"levels import new.csv --push --dry-run --company {shelves.guid}")
    assert ended.code == 0
    assert "would be set" in ended.said
    assert "nothing was set at the platform" in ended.said
    assert calls(world) == 0


def test_products_that_are_locked_or_unknown_are_told_one_by_one(typed: Typed, world: World, shelves: Shelves) -> None:
    every = list(shelves.rows())
    write(world, *((shelves.store, sku, 41, 82) for sku in every), (shelves.store, "NOT-THERE", 1, 2))
    ended = typed(f"levels import new.csv --push --company {shelves.guid}")
    assert ended.code == 7
    assert f"location {shelves.store}, SKU NOT-THERE: not set: not in the location's inventory report" in ended.said
    refused = [sku for sku in every if f"SKU {sku}: not set: locked by the retailer" in ended.said]
    assert refused
    assert {sku for sku in every if shelves.levels(sku) != (41, 82)} == set(refused)


def test_a_location_that_is_not_enabled_does_not_stop_the_others(typed: Typed, world: World, shelves: Shelves) -> None:
    write(world, ("999", "A1", 1, 2), *((shelves.store, sku, 41, 82) for sku in list(shelves.rows())[:1]))
    ended = typed(f"levels import new.csv --push --company {shelves.guid} --json")
    assert ended.code == 7
    told = {one["location"]: (one["error"], len(one["outcomes"])) for one in ended.data["pushed"]}
    assert told["999"] == ("not enabled for this company", 0)
    assert told[shelves.store] == ("", 1)


def test_a_report_that_does_not_come_is_told_and_refused_credentials_end_it(
    typed: Typed, world: World, shelves: Shelves
) -> None:
    write(world, (shelves.store, next(iter(shelves.rows())), 41, 82))
    world.admin.add_faults({"operation": "vmi.GetInventoryReport", "fault": "error_503", "count": 50})
    silent = typed(f"levels import new.csv --push --company {shelves.guid} --json")
    assert silent.code == 7
    assert "503" in silent.data["pushed"][0]["error"]
    world.admin.clear_faults()
    (world.folder / "password").write_text("not-the-password")
    refused = typed(f"levels import new.csv --push --company {shelves.guid}")
    assert refused.code == 5
    assert "not-the-password" not in refused.out + refused.err


def test_a_common_file_is_pushed_for_every_company_that_allows_it(typed: Typed, world: World, shelves: Shelves) -> None:
    first, second = world.document()["companies"]
    stores = {one["id"]: str(one["store_id"]) for one in world.admin.ids()["locations"]}
    theirs = stores[world.sandbox["companies"][1]["locations"][0]]
    sku = shelves.unlocked[0]
    write(world, (shelves.store, sku, 41, 82), (theirs, sku, 43, 84))
    common = {"levels_file": "levels.csv"}
    first.pop("levels_file")
    world.changes |= {**common, "companies": [first, {**second, "set_platform_levels": False}]}
    world.write()
    ended = typed("levels import new.csv --push --json")
    assert ended.code == 0, ended.err
    assert [(one["company"], one["location"]) for one in ended.data["pushed"]] == [(shelves.guid, shelves.store)]
    assert shelves.levels(sku) == (41, 82)
    world.changes |= {"companies": [{**one, "set_platform_levels": False} for one in (first, second)]}
    world.write()
    nobody = typed("levels import new.csv --push")
    assert (nobody.code, "set_platform_levels of company" in nobody.err) == (3, True)
