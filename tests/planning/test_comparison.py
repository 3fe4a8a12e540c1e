"""Two plans side by side: the snapshot given back, equality bit for bit, and the rows whose orders change."""

from __future__ import annotations

import pytest

from replenisher.errors import PlanningInputError
from replenisher.planning.comparison import changed_orders, differing_columns, same_plan, snapshot_of
from replenisher.planning.proposal import Rules, plan
from tests.planning.shelves import known, product, shelf

ROWS = [shelf("A", on_hand=3), shelf("B", on_hand=10), shelf("00123", on_hand=0, location="NA")]
PRODUCTS = [product("A", pack=6), product("B"), product("00123", cost=None)]


def test_a_plan_gives_back_the_snapshot_that_it_was_made_from() -> None:
    before = known(ROWS, PRODUCTS)
    assert snapshot_of(plan(before, Rules())).equals(before)


def test_the_same_snapshot_and_rules_are_the_same_plan() -> None:
    one, other = (plan(known(ROWS, PRODUCTS), Rules()) for _ in range(2))
    assert same_plan(one, other)
    assert differing_columns(one, other) == []
    assert changed_orders(one, other).empty


def test_other_rules_change_the_rows_they_touch_and_no_others() -> None:
    one = plan(known(ROWS, PRODUCTS), Rules())
    other = plan(snapshot_of(one), Rules(maximum_line_quantity=27))
    assert not same_plan(one, other)
    assert "order_quantity" in differing_columns(one, other)
    (a, late) = changed_orders(one, other).to_dict("records")
    assert (a["sku"], a["before"], a["after"], str(a["reason_after"])) == ("A", 30, 24, "cut_to_line_maximum")
    assert (late["location"], late["sku"], late["before"], late["after"]) == ("NA", "00123", 30, 27)


def test_a_column_that_only_one_plan_has_differs() -> None:
    one = plan(known(ROWS, PRODUCTS), Rules())
    assert differing_columns(one, one.assign(extra=1)) == ["extra"]


def test_plans_of_other_rows_are_not_compared() -> None:
    one = plan(known(ROWS, PRODUCTS), Rules())
    for other in (one.iloc[:2], one.iloc[::-1]):
        with pytest.raises(PlanningInputError, match="not of the same rows"):
            changed_orders(one, other)


def test_a_frame_that_is_no_plan_is_told() -> None:
    with pytest.raises(PlanningInputError, match="no plan"):
        snapshot_of(known(ROWS, PRODUCTS))
