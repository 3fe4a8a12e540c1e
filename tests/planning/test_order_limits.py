from __future__ import annotations

from replenisher.planning.proposal import Rules
from replenisher.planning.reasons import Reason, reasons_in
from tests.planning.shelves import planned, product, quantities, reasons, shelf

EUROS = 10_000


def test_the_rows_in_greatest_need_keep_their_lines() -> None:
    shelves = shelf("A", on_hand=8), shelf("B", on_hand=2), shelf("C", on_hand=5)
    proposal = planned(*shelves, rules=Rules(maximum_order_lines=2))
    assert quantities(proposal) == [0, 28, 25]
    assert reasons(proposal) == ["no_room_in_order_lines", "below_minimum", "below_minimum"]


def test_need_is_the_missing_share_of_the_minimum_not_the_missing_units() -> None:
    half_empty, nearly_full = (
        shelf("A", minimum=4, maximum=9, on_hand=2),
        shelf("B", minimum=100, maximum=109, on_hand=90),
    )
    proposal = planned(half_empty, nearly_full, rules=Rules(maximum_order_lines=1))
    assert quantities(proposal) == [7, 0]


def test_equal_need_goes_by_sku() -> None:
    proposal = planned(shelf("B"), shelf("A"), shelf("00123"), rules=Rules(maximum_order_lines=1))
    assert quantities(proposal) == [0, 0, 30]


def test_exactly_at_a_maximum_nothing_is_cut() -> None:
    rules = Rules(maximum_order_lines=2, maximum_order_units=60, maximum_order_value=60 * EUROS)
    proposal = planned(shelf("A"), shelf("B"), products=[product("A"), product("B")], rules=rules)
    assert quantities(proposal) == [30, 30]
    assert reasons(proposal) == ["below_minimum", "below_minimum"]


def test_the_row_that_meets_the_maximum_of_units_takes_the_packs_that_fit() -> None:
    shelves = [shelf(sku, minimum=12, maximum=12, on_hand=stock) for sku, stock in (("A", 0), ("B", 1), ("C", 8))]
    packs = [product(sku, pack=4) for sku in "ABC"]
    proposal = planned(*shelves, products=packs, rules=Rules(maximum_order_units=20))
    assert proposal["after_maximum_line_quantity"].tolist() == [12, 12, 4]
    assert quantities(proposal) == [12, 8, 0]
    assert reasons(proposal) == ["below_minimum", "cut_to_order_units", "no_room_in_order_units"]


def test_a_large_pack_that_does_not_fit_leaves_the_room_to_the_rows_after_it() -> None:
    shelves = [shelf("A"), shelf("B", on_hand=5), shelf("C", on_hand=8)]
    proposal = planned(
        *shelves, products=[product("A", pack=60), product("B"), product("C")], rules=Rules(maximum_order_units=40)
    )
    assert quantities(proposal) == [0, 25, 15]
    assert reasons(proposal) == ["no_room_in_order_units", "below_minimum", "cut_to_order_units"]


def test_a_row_that_can_never_fit_takes_no_line_from_the_others() -> None:
    products = [product("A", pack=60), product("B")]
    rules = Rules(maximum_order_lines=1, maximum_order_units=40)
    assert quantities(planned(shelf("A"), shelf("B", on_hand=5), products=products, rules=rules)) == [0, 25]
    rules = Rules(maximum_order_lines=1, maximum_order_value=40 * EUROS)
    assert quantities(planned(shelf("A"), shelf("B", on_hand=5), products=products, rules=rules)) == [0, 25]


def test_a_cut_that_would_fall_below_the_minimum_order_drops_the_row() -> None:
    products = [product("A"), product("B", least=15), product("C", least=5)]
    shelves = [shelf("A"), shelf("B", on_hand=1), shelf("C", on_hand=9, maximum=14)]
    proposal = planned(*shelves, products=products, rules=Rules(maximum_order_units=40))
    assert quantities(proposal) == [30, 0, 5]


def test_the_value_of_an_order_is_cut_in_whole_packs() -> None:
    products = [product("A", pack=6, cost=2 * EUROS), product("B", pack=6, cost=3 * EUROS)]
    shelves = [shelf("A"), shelf("B", on_hand=1)]
    proposal = planned(*shelves, products=products, rules=Rules(maximum_order_value=100 * EUROS))
    assert proposal["after_maximum_order_units"].tolist() == [30, 30]
    assert quantities(proposal) == [30, 12]
    assert reasons(proposal) == ["below_minimum", "cut_to_order_value"]


def test_a_row_without_room_in_the_value_orders_nothing() -> None:
    products = [product("A"), product("B", cost=50 * EUROS)]
    proposal = planned(
        shelf("A"), shelf("B", on_hand=1), products=products, rules=Rules(maximum_order_value=40 * EUROS)
    )
    assert (quantities(proposal), reasons(proposal)[1]) == ([30, 0], "no_room_in_order_value")


def test_a_row_of_unknown_cost_counts_nothing_towards_the_value_and_stays() -> None:
    products = [product("A", cost=None), product("B"), product("C")]
    shelves = [shelf("A"), shelf("B"), shelf("C")]
    proposal = planned(*shelves, products=products, rules=Rules(maximum_order_value=45 * EUROS))
    assert quantities(proposal) == [30, 30, 15]
    assert Reason.COST_UNKNOWN in reasons_in(proposal["reasons"].iloc[0])


def test_the_three_maximums_apply_one_after_the_other() -> None:
    products = [product(sku, cost=EUROS) for sku in "ABCD"]
    shelves = [shelf(sku, on_hand=stock) for stock, sku in enumerate("ABCD")]
    rules = Rules(maximum_order_lines=3, maximum_order_units=70, maximum_order_value=50 * EUROS)
    proposal = planned(*shelves, products=products, rules=rules)
    assert proposal["after_maximum_order_lines"].tolist() == [30, 29, 28, 0]
    assert proposal["after_maximum_order_units"].tolist() == [30, 29, 11, 0]
    assert proposal["after_maximum_order_value"].tolist() == [30, 20, 0, 0]
    assert quantities(proposal) == [30, 20, 0, 0]
    third = reasons_in(proposal["reasons"].iloc[2])
    assert third[:2] == [Reason.NO_ROOM_IN_ORDER_VALUE, Reason.CUT_TO_ORDER_UNITS]


def test_each_location_has_its_own_order() -> None:
    shelves = [shelf("A"), shelf("A", location="L2"), shelf("B", location="L2"), shelf("B", on_hand=20)]
    assert quantities(planned(*shelves, rules=Rules(maximum_order_units=40))) == [30, 30, 10, 0]


def test_values_beyond_any_money_are_cut_like_others() -> None:
    products = [product(sku, cost=10_000_000 * EUROS) for sku in "ABC"]
    shelves = [shelf(sku, minimum=10_000_000, maximum=10_000_000) for sku in "ABC"]
    rules = Rules(maximum_order_value=2**53)
    units = 2**53 // (10_000_000 * EUROS)
    assert quantities(planned(*shelves, products=products, rules=rules)) == [units, 0, 0]


def test_maximums_of_an_order_leave_a_plan_that_orders_nothing_alone() -> None:
    rules = Rules(maximum_order_lines=1, maximum_order_units=1, maximum_order_value=1)
    assert quantities(planned(shelf(on_hand=10), rules=rules)) == [0]
    assert len(planned(rules=rules)) == 0
