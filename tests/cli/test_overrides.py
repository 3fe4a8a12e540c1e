"""Overrides as a person types them: set, listed, explained, withdrawn, imported."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from replenisher.database import overrides
from replenisher.services import Services, build
from replenisher.workflows.overrides import today_of
from tests.cli.conftest import Typed
from tests.cli.test_explain import _planned
from tests.world import World

SKU = "00123"


@pytest.fixture
def services(small: World) -> Iterator[Services]:
    """Services on the world of one company."""
    built = build(small.settings())
    yield built
    built.close()


@pytest.fixture
def here(small: World) -> str:
    """A location where 00123 surely needs goods."""
    location = small.locations[0]
    small.admin.set_stock(int(location), SKU, in_stock=0, minimum=50, maximum=90, do_not_order=False)
    return location


@pytest.fixture
def until(services: Services, small: World) -> date:
    """A week from now, by the company's calendar."""
    with services.database.transaction() as session:
        return today_of(session, services.settings.company(small.company)) + timedelta(days=7)


@pytest.fixture
def planned(services: Services, small: World, here: str) -> str:
    """The location, planned once."""
    _planned(services, small, ahead=0)
    return here


def test_a_quantity_is_set_listed_explained_and_found_among_the_used_ones(
    typed: Typed, services: Services, small: World, planned: str, until: date
) -> None:
    ended = typed(f"overrides set --location {planned} --sku {SKU} --quantity 7 --until {until} --reason 'opening day'")
    assert ended.code == 0
    assert f"{SKU} at location {planned}: quantity 7 for one run, until {until}" in ended.said
    (listed,) = typed("overrides list --json").data
    assert (listed["quantity"], listed["state"]) == (7, "in_force")
    assert "quantity 7 for one run" in typed("overrides list").said
    run = _planned(services, small, ahead=1)
    said = typed(f"explain --location {planned} --sku {SKU}").said
    assert f"quantity 7 for run {run} and no other" in said
    assert f"set by {listed['set_by']}: opening day" in said
    assert "planner's quantity" in said
    assert typed("overrides list").said == "none in force"
    assert f"used by run {run}" in typed("overrides list --all").said


def test_levels_are_set_replaced_and_withdrawn(typed: Typed, planned: str, until: date) -> None:
    line = f"overrides set --location {planned} --sku {SKU} --until {until} --reason rebuilding"
    first = typed(f"{line} --minimum 0 --maximum 0 --json").data[0]
    second = typed(f"{line} --minimum 2 --maximum 4 --json").data[0]
    assert [first["order_up_to_level"], second["order_up_to_level"]] == [0, 4]
    assert [one["id"] for one in typed("overrides list --json").data] == [second["id"]]
    ended = typed(f"overrides withdraw {second['id']}")
    assert (ended.code, f"override {second['id']} withdrawn: {SKU}" in ended.said) == (0, True)
    again = typed(f"overrides withdraw {second['id']}")
    assert (again.code, "it is withdrawn already" in again.said) == (6, True)
    states = {one["id"]: one["state"] for one in typed("overrides list --all --json").data}
    assert states == {first["id"]: "replaced", second["id"]: "withdrawn"}


@pytest.mark.parametrize(
    ("options", "ending"),
    [
        ("--quantity 1 --until 2026-13-01 --reason x", (2, "is no date")),
        ("--quantity 1 --until {until} --reason ' '", (2, "should not be empty")),
        ("--quantity -1 --until {until} --reason x", (2, "greater than or equal to 0")),
        ("--until {until} --reason x", (6, "give minimum and maximum, or a quantity")),
        ("--quantity 1 --minimum 1 --until {until} --reason x", (6, "a row of its own")),
        ("--minimum 1 --until {until} --reason x", (6, "a minimum without a maximum")),
        ("--minimum 3 --maximum 2 --until {until} --reason x", (6, "the minimum 3 is more than the maximum 2")),
        ("--quantity 1 --until 2020-01-01 --reason x", (6, "2020-01-01 has passed")),
    ],
)
def test_what_is_no_override_is_refused_with_what_to_do(
    typed: Typed, planned: str, until: date, options: str, ending: tuple[int, str]
) -> None:
    ended = typed(f"overrides set --location {planned} --sku {SKU} {options.format(until=until)}")
    code, says = ending
    assert ended.code == code
    assert says in ended.said
    assert typed("overrides list --all --json").data == []


def test_an_unknown_location_and_an_unknown_sku_are_refused_with_the_nearest(
    typed: Typed, planned: str, until: date
) -> None:
    rest = f"--quantity 1 --until {until} --reason x"
    ended = typed(f"overrides set --location {planned}0 --sku {SKU} {rest}")
    assert (ended.code, f"nearest: {planned}" in ended.said) == (6, True)
    ended = typed(f"overrides set --location {planned} --sku 0123 {rest}")
    assert (ended.code, f"has no SKU 0123; nearest: {SKU}" in ended.said) == (6, True)


def test_before_any_run_no_location_is_known(typed: Typed, here: str, until: date) -> None:
    ended = typed(f"overrides set --location {here} --sku {SKU} --quantity 1 --until {until} --reason x")
    assert (ended.code, "no run has listed any yet" in ended.said) == (6, True)


def test_a_file_with_faults_names_each_line_and_changes_nothing(
    typed: Typed, small: World, planned: str, until: date
) -> None:
    header = "location,sku,minimum,maximum,quantity,until,reason\n"
    path = small.folder / "overrides.csv"
    path.write_text(f"{header}{planned},{SKU},,,7,{until},good\n{planned},0123,,,7,{until},slip\n")
    ended = typed("overrides import overrides.csv")
    assert (ended.code, "overrides.csv:3: sku:" in ended.said) == (3, True)
    assert typed("overrides list --all --json").data == []
    path.write_text(f"{header}{planned},{SKU},,,7,{until},good\n{planned},{SKU},1,2,,{until},good\n")
    ended = typed("overrides import overrides.csv")
    assert (ended.code, "2 overrides set" in ended.said) == (0, True)
    assert len(typed("overrides list --json").data) == 2


def test_an_override_that_ran_out_unused_is_told_by_expired_alone(
    typed: Typed, services: Services, small: World, planned: str, until: date
) -> None:
    made = typed(f"overrides set --location {planned} --sku {SKU} --quantity 7 --until {until} --reason x --json").data
    with services.database.transaction() as session:
        found = overrides.of_id(session, made[0]["id"], until)
        assert found is not None
        found.override.until = until - timedelta(days=30)
    assert typed("overrides list").said == "none in force"
    (expired,) = typed("overrides list --expired --json").data
    assert (expired["id"], expired["state"]) == (made[0]["id"], "expired")
    assert typed(f"overrides list --expired --location {small.locations[1]}").said == "no expired ones"


def test_an_id_that_is_none_is_refused(typed: Typed, planned: str) -> None:
    assert planned
    assert typed("overrides withdraw seven").code == 2
    ended = typed("overrides withdraw 987654")
    assert (ended.code, "there is no override 987654" in ended.said) == (6, True)
