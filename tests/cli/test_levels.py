"""Taking over a levels file: every fault, what changes, what is kept, and what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Typed
from tests.world import World

OLD = "location,sku,min,max\n15,00123,4,9\n15,0123,4,9\n16,00123,1,2\n"
NEW = "location;sku;max;min\n15;00123;90;40\n15;0123;9;4\n17;00123;6;5\n"


@pytest.fixture
def shelf(dark_world: World) -> World:
    """A configured world with a levels file in force and a new one beside it."""
    dark_world.changes = {"levels_file": "levels.csv"}
    (dark_world.folder / "levels.csv").write_text(OLD)
    (dark_world.folder / "new.csv").write_text(NEW)
    dark_world.write()
    return dark_world


def kept(world: World) -> list[Path]:
    return sorted(world.folder.glob("levels.csv.*"))


def test_the_new_file_is_put_in_place_and_what_changes_is_told_the_largest_first(typed: Typed, shelf: World) -> None:
    (shelf.folder / "levels.csv").chmod(0o640)
    ended = typed("levels import new.csv")
    assert ended.code == 0, ended.said
    assert "3 rows; 1 added, 1 changed, 1 removed" in ended.said
    lines = [line for line in ended.out.splitlines() if line.startswith(("15", "16", "17"))]
    assert [line.split() for line in lines] == [
        ["15", "00123", "4", "→", "40", "9", "→", "90", "changed"],
        ["17", "00123", "5", "6", "added"],
        ["16", "00123", "1", "2", "removed"],
    ]
    (former,) = kept(shelf)
    assert former.read_text() == OLD
    assert (shelf.folder / "levels.csv").read_text() == NEW
    assert (shelf.folder / "levels.csv").stat().st_mode & 0o777 == 0o640
    assert typed("check-config").code == 0


def test_the_same_file_again_changes_nothing_and_keeps_nothing(typed: Typed, shelf: World) -> None:
    assert typed("levels import new.csv").code == 0
    again = typed("levels import new.csv")
    assert (again.code, "is the same already" in again.said) == (0, True)
    assert len(kept(shelf)) == 1


def test_a_dry_run_only_shows(typed: Typed, shelf: World) -> None:
    ended = typed("levels import new.csv --dry-run --json")
    assert ended.code == 0
    assert ended.data["counts"] == {"added": 1, "changed": 1, "removed": 1}
    assert (ended.data["replaced"], ended.data["kept"]) == (False, None)
    changed = {"minimum": 4, "maximum": 9}, {"minimum": 40, "maximum": 90}
    first: dict[str, Any] = ended.data["differences"][0]
    assert (first["location"], first["sku"], first["before"], first["after"]) == ("15", "00123", *changed)
    assert (shelf.folder / "levels.csv").read_text() == OLD
    assert kept(shelf) == []


def test_only_the_largest_changes_are_shown_and_the_rest_is_counted(typed: Typed, shelf: World) -> None:
    ended = typed("levels import new.csv --dry-run --limit 1")
    assert "2 smaller changes are not shown" in ended.err
    assert [line.split()[0] for line in ended.out.splitlines() if line.startswith(("15", "16", "17"))] == ["15"]


def test_every_fault_is_told_with_its_line_and_nothing_is_replaced(typed: Typed, shelf: World) -> None:
    (shelf.folder / "new.csv").write_text("location,sku,min,max\n15,A1,9,4\n15,A2,x,4\n15,A1,1,2\n")
    ended = typed("levels import new.csv")
    assert ended.code == 3
    for place in ("new.csv:2: reorder_point", "new.csv:3: reorder_point", "new.csv:4: location and sku"):
        assert place in ended.err
    assert (shelf.folder / "levels.csv").read_text() == OLD


def test_what_nobody_knows_is_told(typed: Typed, world: World) -> None:
    world.changes = {"levels_file": "levels.csv"}
    (world.folder / "levels.csv").write_text("location,sku,min,max\n")
    world.write()
    (world.folder / "new.csv").write_text(
        f"location,sku,min,max\n{world.locations[0]},NOT-OURS,1,2\n777,NOT-OURS,1,2\n"
    )
    before = typed("levels import new.csv --dry-run")
    assert "1 SKU(s) are not in" in before.err
    assert "locations are not checked: no run has listed any yet" in before.err
    assert typed(f"run --company {world.company}").code == 0
    after = typed("levels import new.csv --dry-run")
    assert "1 location(s) are not known to company" in after.err
    assert ": 777" in after.err


def test_without_a_configured_file_it_says_how_to_configure_one(typed: Typed, dark_world: World) -> None:
    (dark_world.folder / "new.csv").write_text(NEW)
    dark_world.write()
    ended = typed("levels import new.csv")
    assert (ended.code, "set levels_file" in ended.err) == (3, True)
    named = typed("levels import new.csv --company 14146")
    assert (named.code, "no levels_file is configured for company 14146" in named.err) == (3, True)
    assert typed("levels import new.csv --company 99").code == 6


def test_a_common_file_is_not_replaced_in_the_name_of_one_company(typed: Typed, world: World) -> None:
    world.changes = {"levels_file": "levels.csv"}
    (world.folder / "levels.csv").write_text(OLD)
    (world.folder / "new.csv").write_text(NEW)
    world.write()
    ended = typed(f"levels import new.csv --company {world.company}")
    assert (ended.code, "serves other companies too" in ended.err) == (3, True)
    assert (world.folder / "levels.csv").read_text() == OLD


def test_a_company_s_own_file_is_replaced_and_the_common_one_left_alone(typed: Typed, shelf: World) -> None:
    (shelf.folder / "own.csv").write_text(OLD)
    shelf.changes |= {"companies": [{**shelf.document()["companies"][0], "levels_file": "own.csv"}]}
    shelf.write()
    assert typed("levels import new.csv --company 14146").code == 0
    assert (shelf.folder / "own.csv").read_text() == NEW
    assert (shelf.folder / "levels.csv").read_text() == OLD


def test_a_link_in_its_place_and_the_file_itself_are_refused(typed: Typed, shelf: World) -> None:
    itself = typed("levels import levels.csv")
    assert (itself.code, "in force already" in itself.err) == (3, True)
    (shelf.folder / "levels.csv").rename(shelf.folder / "elsewhere.csv")
    (shelf.folder / "levels.csv").symlink_to(shelf.folder / "elsewhere.csv")
    linked = typed("levels import new.csv")
    assert (linked.code, "symbolic link" in linked.err) == (3, True)
    assert (shelf.folder / "elsewhere.csv").read_text() == OLD


def test_a_faulty_file_in_force_can_be_replaced(typed: Typed, shelf: World) -> None:
    (shelf.folder / "levels.csv").write_text("location,sku,min,max\n15,A1,9,4\n")
    ended = typed("levels import new.csv")
    assert ended.code == 0
    assert "the file in force has 1 fault(s), so every row counts as added" in ended.err
    assert "3 added" in ended.out


def test_pushing_needs_its_setting_and_an_interface_that_can(typed: Typed, shelf: World) -> None:
    ended = typed("levels import new.csv --push")
    assert (ended.code, "set_platform_levels of company 14146 is false" in ended.err) == (3, True)
    assert (shelf.folder / "levels.csv").read_text() == OLD
    shelf.changes |= {"companies": [{**shelf.document()["companies"][0], "set_platform_levels": True}]}
    shelf.write()
    cannot = typed("levels import new.csv --push")
    assert (cannot.code, "vmi" in cannot.err) == (3, True), cannot.said
    assert (shelf.folder / "levels.csv").read_text() == OLD
