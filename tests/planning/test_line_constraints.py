from __future__ import annotations

import pytest

from replenisher.errors import PlanningInputError
from replenisher.planning.policies.asking import Rounding, Trigger
from replenisher.planning.proposal import Rules
from replenisher.planning.reasons import Reason, reasons_in
from tests.planning.shelves import flying, planned, product, quantities, reasons, shelf


def ordered(missing: int, rounding: Rounding, pack: int, *, never_to_zero: bool) -> int:
    """Plan a shelf of maximum 30 from which `missing` units are gone; it asks for goods below 30."""
    rules = Rules(rounding=rounding, never_to_zero=never_to_zero)
    row = shelf(on_hand=30 - missing, minimum=30 - missing + 1)
    return quantities(planned(row, products=[product(pack=pack)], rules=rules))[0]


@pytest.mark.parametrize(
    ("missing", "pack", "up", "nearest", "down"),
    [
        (20, 3, 21, 21, 18),
        (19, 3, 21, 18, 18),
        (18, 3, 18, 18, 18),
        (20, 1, 20, 20, 20),
        (21, 6, 24, 24, 18),
        (20, 6, 24, 18, 18),
        (1, 3, 3, 0, 0),
        (2, 3, 3, 3, 0),
        (3, 6, 6, 6, 0),
        (5, 12, 12, 0, 0),
        (6, 12, 12, 12, 0),
    ],
)
def test_quantities_go_to_whole_case_packs_the_way_the_company_set(
    missing: int, pack: int, up: int, nearest: int, down: int
) -> None:
    assert ordered(missing, Rounding.UP, pack, never_to_zero=False) == up
    assert ordered(missing, Rounding.NEAREST, pack, never_to_zero=False) == nearest
    assert ordered(missing, Rounding.DOWN, pack, never_to_zero=False) == down


@pytest.mark.parametrize("rounding", [Rounding.DOWN, Rounding.NEAREST])
def test_a_need_below_a_pack_is_not_rounded_to_nothing(rounding: Rounding) -> None:
    assert ordered(1, rounding, 12, never_to_zero=True) == 12


def test_a_need_rounded_to_nothing_by_setting_says_so() -> None:
    rules = Rules(rounding=Rounding.DOWN, never_to_zero=False)
    proposal = planned(shelf(on_hand=9, maximum=12), products=[product(pack=6)], rules=rules)
    assert (quantities(proposal), reasons(proposal)) == ([0], ["rounded_to_zero"])
    assert proposal["raw_quantity"].tolist() == [3]


def test_rounding_down_never_leaves_a_shelf_that_would_order_again_at_the_next_run() -> None:
    row = shelf(minimum=18, maximum=20)
    rules = Rules(rounding=Rounding.DOWN)
    proposal = planned(row, products=[product(pack=15)], rules=rules)
    assert quantities(proposal) == [30]
    assert Reason.ROUNDED_UP_TO_REACH_MINIMUM in reasons_in(proposal["reasons"].iloc[0])
    assert quantities(planned(row, products=[product(pack=15)], rules=rules, in_flight=[flying(units=30)])) == [0]


def test_rounding_down_that_reaches_the_minimum_stays_down() -> None:
    at_minimum = planned(
        shelf(minimum=15, maximum=20), products=[product(pack=15)], rules=Rules(rounding=Rounding.DOWN)
    )
    assert quantities(at_minimum) == [15]
    rules = Rules(rounding=Rounding.DOWN, trigger=Trigger.AT_OR_BELOW)
    assert quantities(planned(shelf(minimum=15, maximum=20), products=[product(pack=15)], rules=rules)) == [30]


def test_every_change_by_rounding_has_its_reason() -> None:
    pack = [product(pack=6)]
    up = planned(shelf(on_hand=9), products=pack)
    down = planned(shelf(on_hand=9), products=pack, rules=Rules(rounding=Rounding.DOWN))
    exact = planned(shelf(on_hand=6), products=pack)
    assert reasons_in(up["reasons"].iloc[0]) == [Reason.BELOW_MINIMUM, Reason.ROUNDED_UP]
    assert reasons_in(down["reasons"].iloc[0]) == [Reason.BELOW_MINIMUM, Reason.ROUNDED_DOWN]
    assert reasons_in(exact["reasons"].iloc[0]) == [Reason.BELOW_MINIMUM]


@pytest.mark.parametrize(("least", "ordered_units"), [(0, 4), (4, 4), (5, 8), (8, 8), (10, 12)])
def test_the_minimum_order_quantity_raises_to_whole_packs(least: int, ordered_units: int) -> None:
    proposal = planned(shelf(on_hand=9, maximum=12), products=[product(pack=4, least=least)])
    assert quantities(proposal) == [ordered_units]
    assert (reasons(proposal) == ["raised_to_minimum_order"]) is (ordered_units > 4)


def test_the_minimum_order_quantity_never_creates_an_order() -> None:
    full = planned(shelf(on_hand=10), products=[product(least=50)])
    assert (quantities(full), reasons(full)) == ([0], ["at_or_above_minimum"])
    rules = Rules(rounding=Rounding.DOWN, never_to_zero=False)
    rounded_away = planned(shelf(on_hand=9, maximum=12), products=[product(pack=6, least=50)], rules=rules)
    assert (quantities(rounded_away), reasons(rounded_away)) == ([0], ["rounded_to_zero"])


@pytest.mark.parametrize(
    ("most_of_product", "most_of_company", "pack", "ordered_units"),
    [
        (0, None, 6, 30),
        (20, None, 6, 18),
        (0, 20, 6, 18),
        (12, 20, 6, 12),
        (20, 12, 6, 12),
        (30, None, 6, 30),
        (29, None, 6, 24),
        (6, None, 6, 6),
    ],
)
def test_the_stricter_maximum_per_line_cuts_to_whole_packs(
    most_of_product: int, most_of_company: int | None, pack: int, ordered_units: int
) -> None:
    rules = Rules(maximum_line_quantity=most_of_company)
    proposal = planned(shelf(), products=[product(pack=pack, most=most_of_product)], rules=rules)
    assert quantities(proposal) == [ordered_units]
    assert (reasons(proposal) == ["cut_to_line_maximum"]) is (ordered_units < 30)


def test_a_maximum_below_one_case_pack_orders_nothing_and_says_so() -> None:
    proposal = planned(shelf(), products=[product(pack=6, most=5)])
    assert (quantities(proposal), reasons(proposal)) == ([0], ["line_maximum_below_case_pack"])


def test_a_maximum_below_the_minimum_order_orders_nothing_and_says_so() -> None:
    proposal = planned(shelf(), products=[product(pack=6, least=13, most=17)])
    assert (quantities(proposal), reasons(proposal)) == ([0], ["line_maximum_below_minimum_order"])


def test_a_maximum_that_just_holds_the_minimum_order_lets_it_through() -> None:
    assert quantities(planned(shelf(), products=[product(pack=6, least=13, most=18)])) == [18]


def test_a_maximum_per_line_says_nothing_of_rows_that_it_did_not_stop() -> None:
    rules = Rules(rounding=Rounding.DOWN, never_to_zero=False)
    proposal = planned(shelf(on_hand=9, maximum=12), products=[product(pack=6, most=2)], rules=rules)
    assert reasons_in(proposal["reasons"].iloc[0])[0] is Reason.ROUNDED_TO_ZERO
    assert Reason.LINE_MAXIMUM_BELOW_CASE_PACK not in reasons_in(proposal["reasons"].iloc[0])


@pytest.mark.parametrize(
    "name", ["maximum_line_quantity", "maximum_order_lines", "maximum_order_units", "maximum_order_value"]
)
@pytest.mark.parametrize("limit", [0, -1, 2**53 + 1])
def test_a_maximum_that_means_nothing_is_refused(name: str, limit: int) -> None:
    with pytest.raises(PlanningInputError, match=f"{name} should be from 1 to"):
        Rules(**{name: limit})
