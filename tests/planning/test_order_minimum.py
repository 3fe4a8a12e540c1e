"""The minimum per order: held, or topped up with what is needed soonest."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from replenisher.errors import PlanningInputError
from replenisher.planning.explain import explain_row
from replenisher.planning.order_minimum import OrderMinimum, OrderRows, keep_order_minimum
from replenisher.planning.proposal import Rules, plan
from replenisher.planning.reasons import Reason, reasons_in
from tests.planning.shelves import Row, known, planned, product, quantities, shelf

EUROS = 10_000
NO_LIMIT = 1 << 40


def topped_up(*rows: Row, rates: list[float] | None = None, files: list[Row] | None = None, **rules: int) -> list[int]:
    snapshot = known(list(rows), files)
    if rates is not None:
        snapshot = snapshot.assign(rate_per_day=pd.Series(rates, dtype="float64"))
    return quantities(plan(snapshot, Rules(below_order_minimum="top_up", **rules)))


def held(proposal: pd.DataFrame) -> list[bool]:
    return [Reason.ORDER_BELOW_MINIMUM in reasons_in(bits) for bits in proposal["reasons"]]


@pytest.mark.parametrize(("top_up", "after"), [(True, [20, 20]), (False, [20, 10])])
def test_the_pack_that_is_needed_soonest_comes_first(top_up: bool, after: list[int]) -> None:
    rows = OrderRows(
        location=np.array([0, 0]),
        sku_rank=np.array([0, 1]),
        position=np.array([0, 0]),
        rate=np.array([2.0, 2.0]),
        quantity=np.array([20, 10]),
        case_pack=np.array([10, 5]),
        most=np.array([NO_LIMIT, NO_LIMIT]),
        unit_cost=np.array([0, 0]),
    )
    found, bits = keep_order_minimum(rows, OrderMinimum(40, None, top_up=top_up))
    assert found.tolist() == after
    below = Reason.ORDER_BELOW_MINIMUM.bit
    assert bits.tolist() == ([0, Reason.TOPPED_UP.bit] if top_up else [below, below])


@pytest.mark.parametrize(("least", "waits"), [(30, False), (31, True)])
def test_an_order_that_just_reaches_its_minimum_is_not_held(least: int, waits: bool) -> None:
    proposal = planned(shelf(), rules=Rules(minimum_order_units=least))
    assert (quantities(proposal), held(proposal)) == ([30], [waits])
    by_value = planned(shelf(), products=[product(cost=EUROS)], rules=Rules(minimum_order_value=least * EUROS))
    assert (quantities(by_value), held(by_value)) == ([30], [waits])


def test_a_location_that_orders_nothing_is_neither_topped_up_nor_held() -> None:
    proposal = planned(shelf(on_hand=10), rules=Rules(minimum_order_units=50, below_order_minimum="top_up"))
    assert (quantities(proposal), held(proposal)) == ([0], [False])


def test_only_rows_that_order_something_are_added_to() -> None:
    assert topped_up(shelf("A"), shelf("B", on_hand=10), minimum_order_units=40) == [40, 0]


def test_a_top_up_never_passes_line_shelf_or_order() -> None:
    assert topped_up(shelf(), files=[product(most=35)], minimum_order_units=36) == [30]
    assert topped_up(shelf(), files=[product(most=36)], minimum_order_units=36) == [36]
    assert topped_up(shelf(), files=[product(shelf_capacity=35)], minimum_order_units=36) == [30]
    assert topped_up(shelf(), files=[product(shelf_capacity=36)], minimum_order_units=36) == [36]
    files = [product("A", pack=30), product("B", pack=4)]
    rows = shelf("A"), shelf("B", maximum=12)
    assert topped_up(*rows, files=files, minimum_order_units=45, maximum_order_units=50) == [30, 16]


def test_an_order_that_cannot_reach_its_minimum_stays_as_it_was_and_is_held() -> None:
    rules = Rules(minimum_order_units=50, below_order_minimum="top_up")
    proposal = planned(shelf(), products=[product(most=40)], rules=rules)
    assert (quantities(proposal), held(proposal)) == ([30], [True])


def test_what_does_not_sell_or_has_no_known_cost_is_not_added_to() -> None:
    rows = shelf("A"), shelf("B")
    assert topped_up(*rows, rates=[0.0, 1.0], minimum_order_units=70) == [30, 40]
    assert topped_up(*rows, rates=[float("nan"), 1.0], minimum_order_units=70) == [30, 40]
    files = [product("A", cost=None), product("B", cost=EUROS)]
    assert topped_up(*rows, files=files, minimum_order_value=40 * EUROS) == [30, 40]


def test_of_packs_needed_on_the_same_day_the_first_sku_comes_first() -> None:
    assert topped_up(shelf("B"), shelf("A"), minimum_order_units=61) == [30, 31]


def test_two_minimums_are_both_reached() -> None:
    files = [product(cost=EUROS)]
    assert topped_up(shelf(), files=files, minimum_order_units=35, minimum_order_value=33 * EUROS) == [35]
    assert topped_up(shelf(), files=files, minimum_order_units=33, minimum_order_value=35 * EUROS) == [35]


def test_a_top_up_and_a_hold_are_explained() -> None:
    rules = Rules(minimum_order_units=36, below_order_minimum="top_up")
    proposal = plan(known([shelf()]).assign(rate_per_day=0.5), rules)
    steps = {step.label: step.text for step in explain_row(proposal.iloc[0], rules)}
    assert steps["minimum per order"] == (
        "30 -> 36; at least 36 units, topped up; sells 0.5 a day. "
        "Raised by whole case packs until the order reaches its minimum."
    )
    rules = Rules(minimum_order_value=36 * EUROS)
    steps = {step.label: step.text for step in explain_row(planned(shelf(), rules=rules).iloc[0], rules)}
    assert steps["minimum per order"] == "30 stays; at least a value of 36, or held"
    assert steps["note"] == "The location's order is below its minimum and waits for a person."


@pytest.mark.parametrize("what", ["units", "value"])
def test_a_minimum_above_the_maximum_is_refused_and_an_equal_one_taken(what: str) -> None:
    with pytest.raises(PlanningInputError, match="no order could keep both"):
        Rules(**{f"minimum_order_{what}": 11, f"maximum_order_{what}": 10})
    assert Rules(**{f"minimum_order_{what}": 10, f"maximum_order_{what}": 10}).below_order_minimum == "hold"
