"""What a shelf has room for, what is too small to be ordered, and when the next pack is."""

from __future__ import annotations

import numpy as np
import pytest

from replenisher.errors import PlanningInputError
from replenisher.planning.constraints import (
    Damping,
    cut_to_shelf_capacity,
    drop_too_small,
    round_to_case_pack,
)
from replenisher.planning.explain import explain_row
from replenisher.planning.policies.asking import Rounding, Trigger
from replenisher.planning.proposal import Rules
from replenisher.planning.reasons import Reason
from tests.planning.shelves import flying, planned, product, quantities, reasons, shelf

EUROS = 10_000


@pytest.mark.parametrize(("missing", "ordered"), [(1, 0), (3, 0), (4, 5), (5, 5), (8, 5), (9, 10), (10, 10)])
def test_the_next_pack_is_ordered_once_so_much_of_it_is_needed(missing: int, ordered: int) -> None:
    columns = {"case_pack": np.array([5])}
    after, _ = round_to_case_pack(columns, np.array([missing]), Rounding.THRESHOLD, Trigger.BELOW, False, 80)
    assert after.tolist() == [ordered]


@pytest.mark.parametrize("percent", [0, 101])
def test_a_threshold_that_means_nothing_is_refused(percent: int) -> None:
    with pytest.raises(PlanningInputError, match="from 1 to 100"):
        Rules(rounding_threshold_percent=percent)


# 9 are missing, packs of 6: up 12; nearest (a half goes up) 12; down 6; with a threshold of 80 % 6, of 50 % 12.
@pytest.mark.parametrize("never_to_zero", [False, True])
@pytest.mark.parametrize("most", [0, 13, 11, 6, 5])
@pytest.mark.parametrize(
    ("rounding", "percent", "uncapped"),
    [
        (Rounding.UP, 50, 12),
        (Rounding.NEAREST, 50, 12),
        (Rounding.DOWN, 50, 6),
        (Rounding.THRESHOLD, 80, 6),
        (Rounding.THRESHOLD, 50, 12),
    ],
)
def test_rounding_never_to_zero_and_a_maximum_go_together(
    rounding: Rounding, percent: int, uncapped: int, never_to_zero: bool, most: int
) -> None:
    rules = Rules(rounding=rounding, rounding_threshold_percent=percent, never_to_zero=never_to_zero)
    for minimum in (22, 28):
        # At 21, an order of 6 leaves 27: above a minimum of 22, below one of 28, where the next run would ask again.
        row = shelf(on_hand=21, minimum=minimum, maximum=30)
        wanted = 12 if never_to_zero and minimum == 28 else uncapped
        fitting = wanted if most == 0 else min(wanted, most // 6 * 6)
        assert quantities(planned(row, products=[product(pack=6, most=most)], rules=rules)) == [fitting]


@pytest.mark.parametrize(
    ("capacity", "pack", "least", "ordered", "told"),
    [
        (0, 6, 0, 30, "below_minimum"),
        (37, 6, 0, 30, "below_minimum"),
        (36, 6, 0, 24, "cut_to_shelf_capacity"),
        (30, 6, 0, 18, "cut_to_shelf_capacity"),
        (13, 6, 0, 6, "cut_to_shelf_capacity"),
        (12, 6, 0, 0, "no_room_on_shelf"),
        (3, 6, 0, 0, "no_room_on_shelf"),
        (24, 6, 13, 0, "no_room_on_shelf"),
        (25, 6, 13, 18, "cut_to_shelf_capacity"),
    ],
)
def test_what_is_there_and_coming_and_the_order_fit_on_the_shelf(
    capacity: int, pack: int, least: int, ordered: int, told: str
) -> None:
    row = shelf(on_hand=4, on_order=2, allocated=2)
    file = [product(pack=pack, least=least, shelf_capacity=capacity)]
    proposal = planned(row, products=file, in_flight=[flying(units=1)])
    assert proposal["after_maximum_line_quantity"].tolist() == [30]
    assert (quantities(proposal), reasons(proposal)) == ([ordered], [told])


def test_the_room_on_a_shelf_takes_whole_packs() -> None:
    columns = {
        "case_pack": np.array([6, 24, 6]),
        "minimum_order_quantity": np.array([0, 0, 13]),
        "shelf_capacity": np.array([20, 20, 20]),
        "stock_and_coming": np.array([7, 7, 7]),
    }
    after, bits = cut_to_shelf_capacity(columns, np.array([24, 24, 24]))
    assert after.tolist() == [12, 0, 0]
    assert bits.tolist() == [Reason.CUT_TO_SHELF_CAPACITY.bit, *[Reason.NO_ROOM_ON_SHELF.bit] * 2]


@pytest.mark.parametrize(("position", "ordered"), [(8, 0), (5, 0), (4, 4)])
def test_a_small_order_waits_unless_the_row_is_in_urgent_need(position: int, ordered: int) -> None:
    columns = {
        "inventory_position": np.array([position]),
        "reorder_point": np.array([10]),
        "order_up_to_level": np.array([30]),
        "unit_cost": np.array([0]),
        "cost_known": np.array([False]),
    }
    after, bits = drop_too_small(columns, np.array([4]), Damping(units=5))
    assert after.tolist() == [ordered]
    assert bits.tolist() == [0 if ordered else Reason.TOO_SMALL.bit]


@pytest.mark.parametrize(
    ("damping", "cost", "ordered"),
    [
        (Damping(units=3), 1, 3),
        (Damping(units=4), 1, 0),
        (Damping(level_percent=25), 1, 3),
        (Damping(level_percent=26), 1, 0),
        (Damping(value=6 * EUROS), 2, 3),
        (Damping(value=6 * EUROS + 1), 2, 0),
        (Damping(value=6 * EUROS + 1), None, 3),
        (Damping(units=4, level_percent=1), 1, 0),
    ],
)
def test_an_order_exactly_as_large_as_asked_is_not_too_small(damping: Damping, cost: int | None, ordered: int) -> None:
    file = [product(cost=None if cost is None else cost * EUROS)]
    proposal = planned(shelf(on_hand=9, maximum=12), products=file, rules=Rules(damping=damping))
    assert quantities(proposal) == [ordered]
    assert (reasons(proposal) == ["too_small"]) is (ordered == 0)


def test_damping_that_means_nothing_is_refused() -> None:
    with pytest.raises(PlanningInputError, match="damping units should be 0 or more"):
        Damping(units=-1)
    with pytest.raises(PlanningInputError, match="level_percent should be at most 100"):
        Damping(level_percent=101)


def test_room_and_smallness_are_explained() -> None:
    rules = Rules(damping=Damping(units=3, value=5 * EUROS), rounding=Rounding.THRESHOLD, rounding_threshold_percent=80)
    proposal = planned(shelf(on_hand=8, allocated=1), products=[product(pack=1, shelf_capacity=10)], rules=rules)
    steps = {step.label: step.text for step in explain_row(proposal.iloc[0], rules)}
    assert steps["case pack"] == "23 stays; packs of 1, rounding threshold of 80 %, up where the row would ask again"
    assert steps["shelf capacity"].startswith("23 -> 2; room for 10 - 8 on hand and coming = 2. Cut to the whole case")
    assert steps["too small"].startswith(
        "2 -> 0; below 3 units or a value of 5 (unit cost 1), unless below 50 % of the minimum. So"
    )
    assert quantities(proposal) == [0]


def test_a_plan_of_an_engine_without_these_steps_is_still_explained() -> None:
    row = (
        planned(shelf(), products=[product()])
        .iloc[0]
        .drop(["after_shelf_capacity", "after_damping", "after_order_minimum"])
    )
    labels = [step.label for step in explain_row(row, Rules())]
    assert "shelf capacity" not in labels
    assert labels[-2:] == ["maximum value per order", "order quantity"]
