"""Tables come and go by one command, which asks before it deletes anything."""

from __future__ import annotations

import pytest

from replenisher.database.migrate import head_revision
from tests.cli.conftest import Typed
from tests.world import World


@pytest.fixture
def bare(dark_world: World, empty_database_url: str) -> World:
    dark_world.database_url = empty_database_url
    dark_world.write()
    return dark_world


def test_an_empty_database_is_brought_to_the_newest_revision_and_back(typed: Typed, bare: World) -> None:
    due = typed("migrate --check")
    assert (due.code, "base (no tables)" in due.out) == (7, True)
    refused = typed("orders list")
    assert (refused.code, "run `replenisher migrate`" in refused.err) == (4, True)

    assert f"was at base (no tables) and is at {head_revision()} now" in typed("migrate").out
    assert "nothing to do" in typed("migrate").out
    assert typed("migrate --check").code == 0
    assert typed("orders list").code == 0

    assert typed("migrate --revision base --yes").code == 0
    assert typed("migrate --check").code == 7


def test_going_back_is_asked_for_first(typed: Typed, bare: World, monkeypatch: pytest.MonkeyPatch) -> None:
    assert typed("migrate").code == 0
    with open("/dev/null") as nobody:  # noqa: PTH123 - a person who says nothing
        monkeypatch.setattr("sys.stdin", nobody)
        ended = typed("migrate --revision base")
    assert ended.code == 1
    assert "deletes tables with their data" in ended.said
    assert typed("migrate --check").code == 0


def test_an_unknown_revision_is_told_with_the_known_ones(typed: Typed, bare: World) -> None:
    ended = typed("migrate --revision 9999")
    assert (ended.code, "no migration 9999" in ended.err, head_revision() in ended.err) == (6, True, True)
