"""The complaints of other programs' users, each shown not to be ours; `peer` is the number in our list of them.

The list is `docs/peers.md`. What needs a database, a platform or a clock is tested where those are, and the page says
where.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from replenisher.errors import PlanningInputError
from replenisher.planning.frames import LEVELS, PRODUCTS
from replenisher.planning.policies.asking import Rounding, Trigger
from replenisher.planning.proposal import STEPS, Rules, plan
from replenisher.planning.snapshot import orphans
from tests.planning.shelves import (
    Row,
    flying,
    frame,
    known,
    override,
    planned,
    product,
    quantities,
    reasons,
    shelf,
)


def peer(number: int) -> pytest.MarkDecorator:
    """Say which complaint a test is about."""
    return pytest.mark.peer(number)


@peer(1)
@peer(4)
def test_what_was_ordered_by_whatever_hand_counts_and_a_second_run_orders_nothing() -> None:
    assert quantities(planned(shelf(on_hand=3))) == [27]
    assert quantities(planned(shelf(on_hand=3), in_flight=[flying(units=27)])) == [0], "while only we know of it"
    assert quantities(planned(shelf(on_hand=3, on_uncommitted_order=27))) == [0], "while the retailer has a draft of it"
    assert quantities(planned(shelf(on_hand=3, on_order=27))) == [0], "once it is committed"


@peer(3)
@peer(17)
@pytest.mark.parametrize("days", [0, 1, 10, 400])
def test_a_lead_time_that_changes_orders_nothing_on_top_of_what_is_on_its_way(days: int) -> None:
    files = [product(lead_time_days=days)]
    assert quantities(planned(shelf(on_hand=3, on_order=27), products=files)) == [0]
    assert quantities(planned(shelf(on_hand=3), products=files, in_flight=[flying(units=27)])) == [0]


@peer(5)
def test_planning_twice_never_doubles_what_is_to_be_ordered() -> None:
    once = known([shelf(on_hand=3)], [product(pack=6)])
    first, second = plan(once, Rules()), plan(once, Rules())
    assert first.equals(second)
    assert quantities(first) == [30]


@peer(7)
def test_an_order_that_came_in_too_full_does_not_lower_the_stock() -> None:
    over_received = shelf(on_hand=10, on_order=-4, backordered=-2)
    assert planned(over_received)["inventory_position"].tolist() == [10]
    assert quantities(planned(over_received)) == [0]


@peer(8)
def test_our_own_order_that_the_platform_does_not_show_yet_is_counted_once_and_not_by_comparing_quantities() -> None:
    both = planned(shelf(on_hand=3, on_order=27), in_flight=[flying(units=27)])
    assert both["inventory_position"].tolist() == [57], "two orders of 27 are two orders, though the figures are alike"


@peer(10)
def test_what_is_on_back_order_is_supply_and_is_not_ordered_again() -> None:
    assert quantities(planned(shelf(on_hand=0, backordered=30))) == [0]


@peer(11)
@pytest.mark.parametrize(("trigger", "ordered"), [(Trigger.BELOW, 0), (Trigger.AT_OR_BELOW, 20)])
def test_at_exactly_the_minimum_the_setting_decides_and_the_reason_says_so(trigger: Trigger, ordered: int) -> None:
    row = planned(shelf(on_hand=10), rules=Rules(trigger=trigger, unlisted="order"))
    assert quantities(row) == [ordered]
    assert reasons(row) == ["at_or_below_minimum" if ordered else "at_or_above_minimum"]


@peer(12)
def test_the_first_run_orders_as_every_later_one_to_the_same_maximum() -> None:
    assert quantities(planned(shelf(on_hand=0))) == [30]
    assert quantities(planned(shelf(on_hand=9))) == [21]


@peer(13)
@peer(22)
def test_every_row_that_orders_nothing_says_why_in_one_sentence() -> None:
    rows = [shelf("A", do_not_order=True), shelf("B", on_hand=10), shelf("C", minimum=0, maximum=0)]
    assert reasons(planned(*rows)) == ["do_not_order", "at_or_above_minimum", "levels_missing"]


@peer(15)
def test_a_planner_can_say_0_and_it_holds() -> None:
    zero = [override(minimum=0, maximum=0)]
    row = planned(shelf(on_hand=-5), levels=zero)
    assert (quantities(row), reasons(row)) == ([0], ["levels_set_to_zero"])


@peer(16)
def test_an_empty_shelf_never_orders_less_than_one_with_a_unit_on_it() -> None:
    coming = [planned(shelf(on_hand=units, on_order=5)) for units in range(31)]
    ordered = [quantities(one)[0] for one in coming]
    assert ordered[:2] == [25, 24]
    assert all(more >= less for more, less in pairwise(ordered))


@peer(18)
def test_what_is_excluded_is_excluded_whatever_else_asks_for_it() -> None:
    files = [product(discontinued=True, least=10, pack=6)]
    row = planned(shelf(on_hand=-9), products=files, levels=[override(minimum=20, maximum=40)])
    assert (quantities(row), reasons(row)) == ([0], ["discontinued"])


@peer(19)
def test_a_minimum_order_quantity_raises_an_order_and_never_creates_one() -> None:
    files = [product(least=50)]
    assert quantities(planned(shelf(on_hand=10), products=files)) == [0]
    assert quantities(planned(shelf(on_hand=9), products=files)) == [50]


@peer(20)
@peer(21)
def test_quantities_are_whole_units_and_packs_and_never_go_through_a_fraction() -> None:
    packs = [product("A", pack=3), product("B", pack=127), product("C", pack=1)]
    rows = [shelf(sku, on_hand=0, minimum=1, maximum=6223) for sku in "ABC"]
    row = planned(*rows, products=packs)
    assert quantities(row) == [6225, 6223, 6223]
    assert all(row[name].dtype == np.int64 for name in STEPS)


@peer(22)
@pytest.mark.parametrize(
    ("rounding", "never_to_zero", "ordered"),
    [(Rounding.UP, False, 12), (Rounding.DOWN, False, 0), (Rounding.DOWN, True, 12), (Rounding.NEAREST, False, 0)],
)
def test_a_direction_of_rounding_is_a_setting_and_rounding_down_need_not_stop_a_row_for_ever(
    rounding: Rounding, never_to_zero: bool, ordered: int
) -> None:
    rules = Rules(rounding=rounding, never_to_zero=never_to_zero)
    row = planned(shelf(on_hand=7, minimum=8, maximum=12), products=[product(pack=12)], rules=rules)
    assert quantities(row) == [ordered]
    assert ordered or reasons(row) == ["rounded_to_zero"]


@peer(24)
def test_what_would_be_refused_for_being_too_little_is_not_proposed() -> None:
    row = planned(shelf(on_hand=9, maximum=12), products=[product(least=5, most=4)])
    assert (quantities(row), reasons(row)) == ([0], ["line_maximum_below_minimum_order"])


@peer(38)
def test_a_key_that_repeats_is_refused_before_it_multiplies_rows() -> None:
    twice: list[Row] = [product("A"), product("A", pack=6)]
    with pytest.raises(PlanningInputError, match="products: sku repeat"):
        known([shelf("A")], twice)
    with pytest.raises(PlanningInputError, match="levels: location and sku repeat"):
        known([shelf("A")], None, [override(minimum=1, maximum=2), override(minimum=3, maximum=4)])
    assert list(frame(PRODUCTS, twice)["sku"]) == ["A", "A"]


@peer(41)
def test_a_row_that_cannot_be_planned_says_so_and_its_neighbours_are_planned() -> None:
    rows = [shelf("BAD", minimum=30, maximum=10), shelf("GOOD", on_hand=3)]
    row = planned(*rows)
    assert (quantities(row), reasons(row)[0]) == ([0, 27], "levels_inverted")


def test_an_override_for_something_no_report_has_is_not_lost_silently() -> None:
    levels = frame(LEVELS, [override("SLIP", minimum=1, maximum=2)])
    assert orphans(known([shelf("A")]), levels)["sku"].tolist() == ["SLIP"]


@peer(44)
def test_less_than_nothing_on_the_shelf_is_planned_as_nothing_flagged_and_never_a_negative_order() -> None:
    row = planned(shelf(on_hand=-40))
    assert quantities(row) == [30]
    assert row["on_hand_reported"].tolist() == [-40]
    assert row["negative_on_hand"].tolist() == [True]
    assert quantities(planned(shelf(on_hand=500))) == [0]


def test_what_is_known_stays_as_it_was_whatever_is_planned() -> None:
    before = known([shelf(on_hand=3)])
    kept = before.copy(deep=True)
    plan(before, Rules())
    pd.testing.assert_frame_equal(before, kept)
