from __future__ import annotations

import pytest

from replenisher.planning.policies.asking import Trigger
from replenisher.planning.proposal import Rules
from tests.planning.shelves import flying, override, planned, product, quantities, reasons, shelf

AT_OR_BELOW = Rules(trigger=Trigger.AT_OR_BELOW)


@pytest.mark.parametrize(("on_hand", "ordered"), [(0, 30), (1, 29), (9, 21), (10, 0), (11, 0), (30, 0)])
def test_below_the_minimum_fills_to_the_maximum_and_at_the_minimum_nothing_is_ordered(
    on_hand: int, ordered: int
) -> None:
    assert quantities(planned(shelf(on_hand=on_hand))) == [ordered]


@pytest.mark.parametrize(("on_hand", "ordered"), [(0, 30), (9, 21), (10, 20), (11, 0), (30, 0)])
def test_at_or_below_orders_at_the_minimum_too(on_hand: int, ordered: int) -> None:
    assert quantities(planned(shelf(on_hand=on_hand), rules=AT_OR_BELOW)) == [ordered]


def test_the_reason_names_the_trigger_of_the_company() -> None:
    full, empty = shelf("A", on_hand=11), shelf("B")
    assert reasons(planned(full, empty)) == ["at_or_above_minimum", "below_minimum"]
    assert reasons(planned(full, empty, rules=AT_OR_BELOW)) == ["above_minimum", "at_or_below_minimum"]


@pytest.mark.parametrize(("on_hand", "ordered"), [(0, 25), (1, 24), (2, 23), (3, 22)])
def test_an_empty_shelf_with_goods_on_the_way_orders_more_than_one_with_a_unit(on_hand: int, ordered: int) -> None:
    assert quantities(planned(shelf(on_hand=on_hand, on_order=5))) == [ordered]


def test_less_than_nothing_on_hand_orders_as_much_as_an_empty_shelf() -> None:
    assert quantities(planned(shelf(on_hand=-4))) == quantities(planned(shelf(on_hand=0))) == [30]


def test_promised_units_may_bring_the_position_below_zero() -> None:
    proposal = planned(shelf(on_hand=1, allocated=4, minimum=0, maximum=6))
    assert proposal["inventory_position"].tolist() == [-3]
    assert quantities(proposal) == [9]


def test_a_maximum_equal_to_the_minimum_orders_one_for_one() -> None:
    assert quantities(planned(shelf(on_hand=3, minimum=5, maximum=5))) == [2]


def test_a_shelf_at_both_its_minimum_and_maximum_orders_nothing_and_says_why() -> None:
    proposal = planned(shelf(on_hand=5, minimum=5, maximum=5), rules=AT_OR_BELOW)
    assert quantities(proposal) == [0]
    assert reasons(proposal) == ["already_at_maximum"]
    assert proposal["triggered"].tolist() == [True]


def test_a_shorter_lead_time_does_not_order_again_what_is_in_flight() -> None:
    for days in (10, 1):
        proposal = planned(shelf(), products=[product(lead_time_days=days)], in_flight=[flying(units=30)])
        assert quantities(proposal) == [0]


def test_another_location_that_sorts_first_changes_nothing_here() -> None:
    alone = planned(shelf(location="L2", on_hand=50))
    beside = planned(shelf(location="L1", on_hand=0), shelf(location="L2", on_hand=50))
    assert quantities(alone) == [0]
    assert quantities(beside) == [30, 0]


def test_the_planners_levels_decide() -> None:
    shelves = shelf("A"), shelf("B")
    proposal = planned(*shelves, levels=[override("A", minimum=2, maximum=4)])
    assert quantities(proposal) == [4, 30]


def test_planners_who_set_a_minimum_of_zero_order_only_what_is_promised_beyond_stock() -> None:
    levels = [override("A", minimum=0, maximum=3), override("B", minimum=0, maximum=3)]
    proposal = planned(shelf("A"), shelf("B", allocated=1), levels=levels)
    assert quantities(proposal) == [0, 4]
