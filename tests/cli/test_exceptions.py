"""What a person should look at: listed, filtered, settled."""

from __future__ import annotations

import pytest

from replenisher.database import exceptions
from replenisher.database.exceptions import Matter
from replenisher.services import Services
from tests.cli.conftest import Typed
from tests.world import World

COMPANY = "14146"


@pytest.fixture
def matters(dark_world: World, services_of_dark_world: Services) -> list[int]:
    """Three open matters; gives their ids, the oldest first."""
    raised = (
        Matter(COMPANY, "location_refused", "15", "location 15, inventory report: [bold]empty[/bold]", location="15"),
        Matter(COMPANY, "order_held", "RAAA", "order RAAA is held: value 900.00 is above the limit of 500.00"),
        Matter("999", "order_held", "RBBB", "order RBBB is held"),
    )
    ids = []
    for matter in raised:
        with services_of_dark_world.database.transaction() as session:
            exceptions.raise_matter(session, matter)
        with services_of_dark_world.database.transaction() as session:
            ids.append(max(one.id for one in exceptions.listed(session)))
    return ids


def test_open_matters_are_listed_newest_first_with_their_text_as_it_is(typed: Typed, matters: list[int]) -> None:
    ended = typed("exceptions list")
    assert ended.code == 0
    assert "inventory report: [bold]empty[/bold]" in ended.out
    assert ended.out.index("RBBB") < ended.out.index("RAAA") < ended.out.index("location 15")
    data = typed(f"exceptions list --company {COMPANY} --kind order_held --json").data
    assert [(one["id"], one["subject"], one["times_seen"]) for one in data] == [(matters[1], "RAAA", 1)]
    assert typed("exceptions list --limit 1").err.startswith("only the newest 1 are shown")


def test_a_settled_matter_leaves_the_list_and_stays_in_the_whole_one(typed: Typed, matters: list[int]) -> None:
    assert typed(f"exceptions resolve {matters[0]} {matters[1]}").code == 0
    assert [one["id"] for one in typed("exceptions list --json").data] == [matters[2]]
    assert len(typed("exceptions list --all --json").data) == 3
    assert "(settled)" in typed("exceptions list --all").out
    assert typed("exceptions list --kind location_refused").out.strip() == "no open exceptions"


def test_what_is_not_open_cannot_be_settled_and_the_others_are(typed: Typed, matters: list[int]) -> None:
    ended = typed(f"exceptions resolve 424242 {matters[0]}")
    assert ended.code == 6
    assert "exception 424242: there is no open one with this id" in ended.err
    assert f"exception {matters[0]}: settled" in ended.out
    assert typed(f"exceptions resolve {matters[0]}").code == 6
    assert typed("exceptions resolve many").code == 2
