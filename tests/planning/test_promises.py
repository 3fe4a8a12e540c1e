"""What we know to be promised counts once: on top of the report's figure, or instead of it."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from replenisher.errors import PlanningInputError
from replenisher.planning.explain import explain_row
from replenisher.planning.frames import IN_FLIGHT, INVENTORY, empty
from replenisher.planning.promises import with_promises
from replenisher.planning.proposal import Rules, plan
from replenisher.planning.snapshot import orphans, snapshot
from tests.planning.shelves import frame, shelf


def promises(*rows: tuple[str, str, int]) -> pd.DataFrame:
    """A frame of promised units."""
    columns = list(zip(*rows, strict=True)) if rows else [[], [], []]
    return pd.DataFrame(
        {
            "location": pd.Series(columns[0], dtype="str"),
            "sku": pd.Series(columns[1], dtype="str"),
            "promised": pd.Series(columns[2], dtype="int64"),
        }
    )


def shelves(*allocated: int) -> pd.DataFrame:
    """Rows of one location, SKUs 1, 2, ...: minimum 5, maximum 10, 10 on hand, so many reported as allocated."""
    rows = [shelf(str(n + 1), minimum=5, maximum=10, on_hand=10, allocated=one) for n, one in enumerate(allocated)]
    return frame(INVENTORY, rows)


def test_our_promises_come_on_top_of_the_report() -> None:
    found = with_promises(shelves(3, 1), promises(("L1", "1", 2)), instead=False)
    assert found["allocated"].tolist() == [5, 1]
    assert found["allocated_reported"].tolist() == [3, 1]


def test_or_they_count_alone_and_what_we_know_nothing_of_is_not_promised() -> None:
    found = with_promises(shelves(3, 1), promises(("L1", "1", 2)), instead=True)
    assert found["allocated"].tolist() == [2, 0]


def test_the_frame_that_was_given_stays_as_it_is() -> None:
    before = shelves(3)
    with_promises(before, promises(("L1", "1", 2)), instead=True)
    assert before["allocated"].tolist() == [3]
    assert "promised" not in before


def test_a_promise_lowers_the_position_and_so_orders() -> None:
    rows = with_promises(shelves(3), promises(("L1", "1", 3)), instead=False)
    planned = plan(snapshot(rows, None, None, empty(IN_FLIGHT)), Rules())
    assert planned["inventory_position"].tolist() == [4]
    assert planned["order_quantity"].tolist() == [6]


@pytest.mark.parametrize(
    ("instead", "told"),
    [
        (False, "5 x weight -1 = -5 (reported 3 + 2 on our sale orders)"),
        (True, "2 x weight -1 = -2 (on customers' orders and our sale orders; the report's 3 is not counted)"),
    ],
)
def test_the_explanation_says_what_allocated_is_made_of(instead: bool, told: str) -> None:
    rows = with_promises(shelves(3), promises(("L1", "1", 2)), instead=instead)
    planned = plan(snapshot(rows, None, None, empty(IN_FLIGHT)), Rules())
    (step,) = (step for step in explain_row(planned.iloc[0], Rules()) if step.column == "allocated")
    assert step.text == told


def test_a_row_without_promises_of_ours_is_explained_as_before() -> None:
    rows = with_promises(shelves(3, 3), promises(("L1", "2", 2)), instead=False)
    planned = plan(snapshot(rows, None, None, empty(IN_FLIGHT)), Rules())
    (step,) = (step for step in explain_row(planned.iloc[0], Rules()) if step.column == "allocated")
    assert step.text == "3 x weight -1 = -3"


def test_a_promise_of_a_product_that_the_report_lacks_is_an_orphan() -> None:
    rows = shelves(0)
    ours = promises(("L1", "1", 1), ("L1", "9", 1), ("L2", "1", 1))
    assert with_promises(rows, ours, instead=False)["promised"].tolist() == [1]
    assert orphans(rows, ours)[["location", "sku"]].to_numpy().tolist() == [["L1", "9"], ["L2", "1"]]


@pytest.mark.parametrize("rows", [[("L1", "1", -1)], [("L1", "1", 1), ("L1", "1", 2)]])
def test_promises_keep_their_contract(rows: list[tuple[str, str, int]]) -> None:
    with pytest.raises(PlanningInputError, match="promised"):
        with_promises(shelves(0), promises(*rows), instead=False)


@given(st.lists(st.integers(0, 50), min_size=1, max_size=8), st.data())
def test_more_promised_never_orders_less(reported: list[int], data: st.DataObject) -> None:
    ours = data.draw(st.lists(st.integers(0, 50), min_size=len(reported), max_size=len(reported)))
    instead = data.draw(st.booleans())

    def ordered(extra: int) -> list[int]:
        given_promises = promises(*(("L1", str(n + 1), one + extra) for n, one in enumerate(ours)))
        rows = with_promises(shelves(*reported), given_promises, instead=instead)
        return [int(one) for one in plan(snapshot(rows, None, None, empty(IN_FLIGHT)), Rules())["order_quantity"]]

    assert all(more >= less for less, more in zip(ordered(0), ordered(1), strict=True))
