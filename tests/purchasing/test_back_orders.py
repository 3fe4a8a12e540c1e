"""Where the report keeps what is left of partly received orders, learned from orders of our own."""

from __future__ import annotations

import pytest

from replenisher.purchasing.back_orders import BackOrderPlace, OpenLines, ReportedSupply, learn


@pytest.mark.parametrize(
    ("on_order", "backordered", "place"),
    [
        (0, 4, BackOrderPlace.BESIDE),
        (3, 4, BackOrderPlace.BESIDE),
        (4, 4, BackOrderPlace.INCLUDED),
        (4, 0, BackOrderPlace.ON_ORDER),
        (4, 3, BackOrderPlace.ON_ORDER),
        (5, 4, None),
        (3, 3, None),
    ],
)
def test_four_units_left_on_two_skus_are_found_where_the_report_has_room_for_them(
    on_order: int, backordered: int, place: BackOrderPlace | None
) -> None:
    reported = dict.fromkeys(("A1", "A2"), ReportedSupply(on_order, backordered))
    assert learn(OpenLines({"A1": 4, "A2": 4}, {}), reported).place is place


def test_untouched_orders_of_ours_explain_their_part_of_on_order() -> None:
    reported = {"A1": ReportedSupply(10, 4)}
    learned = learn(OpenLines({"A1": 4}, {"A1": 10}), reported)
    assert (learned.place, learned.lines) == (BackOrderPlace.BESIDE, 1)
    without = learn(OpenLines({"A1": 4}, {}), reported)
    assert without.place is None
    assert without.reason == "our own orders do not explain the report, on 1 lines"


def test_one_line_that_agrees_may_be_chance_and_two_are_believed() -> None:
    reported = {"A1": ReportedSupply(4, 4), "A2": ReportedSupply(2, 2)}
    one = learn(OpenLines({"A1": 4}, {}), reported)
    assert (one.place, one.reason) == (None, "one line agrees, which may be chance")
    two = learn(OpenLines({"A1": 4, "A2": 2}, {}), reported)
    assert (two.place, two.lines) == (BackOrderPlace.INCLUDED, 2)


def test_lines_that_contradict_each_other_decide_nothing() -> None:
    reported = {"A1": ReportedSupply(4, 4), "A2": ReportedSupply(0, 2)}
    learned = learn(OpenLines({"A1": 4, "A2": 2}, {}), reported)
    assert (learned.place, learned.reason) == (None, "2 lines contradict each other")


@pytest.mark.parametrize("ours", [OpenLines({}, {"A1": 3}), OpenLines({"GONE": 3}, {}), OpenLines({"A1": 0}, {})])
def test_without_a_remainder_in_the_report_there_is_nothing_to_learn_from(ours: OpenLines) -> None:
    learned = learn(ours, {"A1": ReportedSupply(3, 0)})
    assert (learned.place, learned.reason) == (None, "no partly received order to learn from")
