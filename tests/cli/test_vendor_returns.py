"""Goods asked back at the keyboard."""

from __future__ import annotations

import csv

import pytest

from tests.cli.conftest import Typed
from tests.cli.vmi_world import Store
from tests.world import World


def test_a_return_is_asked_for_changed_committed_and_completed(store: Store) -> None:
    sku = next(row["sku"] for row in store.here("stock --json").data if not row["sku"].startswith("PH"))
    store.world.admin.set_stock(store.location, sku, in_stock=5)
    typed, at = store.typed, f"--company {store.company}"
    assert typed(f"returns list {at}").out.strip() == "no returns"
    asked = typed(f"returns ask {at} --location {store.id} --line {sku}=2 --comments 'recalled'")
    assert (asked.code, "not committed" in asked.said) == (0, True)
    (one,) = typed(f"returns list {at} --json").data
    assert (one["comments"], one["quantity"], one["lines"][0]["quantity"]) == ("recalled", 2, 2)
    number = one["printed_number"]
    assert number in asked.said
    changed = typed(f"returns change {number} {at} --vendor-number V-1 --json").data
    assert changed["vendor_number"] == "V-1"
    assert f"Return {number}: committed" in typed(f"returns commit {number} {at}").said
    credited = typed(f"returns change {number} {at} --action {sku}=credit --json").data
    assert [line["action"] for line in credited["lines"]] == ["Credit"]
    assert "completed" in typed(f"returns complete {number} {at}").said
    assert typed(f"returns list {at} --no-committed --json").data == []
    listed = typed(f"returns list {at} --committed --shipped --csv returns.csv")
    assert number in listed.out
    with (store.world.folder / "returns.csv").open() as file:
        (row,) = csv.DictReader(file)
    assert (row["printed_number"], row["quantity"], "lines" in row) == (number, "2", False)


def test_what_goes_wrong_with_a_return_has_its_code(store: Store) -> None:
    typed, at = store.typed, f"--company {store.company}"
    here = f"{at} --location {store.id} --comments why"
    assert typed(f"returns ask {here} --line NO-SUCH=1").code == 6
    assert typed(f"returns ask {here} --line A=0").code == 2
    assert typed(f"returns ask {at} --location {store.id} --line A=1 --comments ' '").code == 2
    assert typed(f"returns commit 1 {at}").code == 6
    assert typed(f"returns change 1 {at} --action A=Eaten").code == 2
    sku = store.here("stock --json").data[0]["sku"]
    store.world.admin.add_faults({"operation": "vmi.CreateRMA", "fault": "reset_before"})
    lost = typed(f"returns ask {here} --line {sku}=1")
    assert (lost.code, "before it is asked for again" in lost.said) == (5, True)


@pytest.mark.parametrize(
    "line",
    [
        "list",
        "ask --location 131 --line A=1 --comments why",
        "change 1 --vendor-number V",
        "commit 1",
        "complete 1",
    ],
)
def test_a_channel_without_returns_says_which_has_them(typed: Typed, small: World, line: str) -> None:
    ended = typed(f"returns {line} --company {small.company}")
    assert (ended.code, "has no way to ask for goods back (vmi can); nothing was sent" in ended.said) == (5, True)
