"""The best (s, S): against the definition, by brute force, and as columns; the published tables stand beside."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from replenisher.errors import PlanningInputError
from replenisher.planning.policies.best_s_s import Costs, Key, average_cost, solve
from replenisher.planning.policies.levels import Demand, Levels, Real, Supply
from replenisher.planning.policies.optimal_s_s import LARGEST, optimal_s_s
from tests.planning.test_distributions import negative_binomial_masses

MEANS = st.floats(0.05, 8.0)
RATIOS = st.floats(1.0, 4.0)
FIXED = st.sampled_from([0.0, 0.3, 1.0, 5.0, 40.0])
BACKORDER = st.sampled_from([0.7, 1.0, 4.0, 19.0])


def a_row(mean: float, ratio: float, periods: float) -> Key:
    return mean, math.sqrt(mean * ratio), mean * periods, math.sqrt(mean * ratio * periods)


def cost_by_definition(low: int, high: int, key: Key, costs: Costs) -> float:
    """The long-run cost: each position above s as a state of its own, left by a period's demand, entered at S."""
    masses = negative_binomial_masses(key[0], key[1], high - low)
    count = high - low
    moves = np.array([[masses[to - at] if to >= at else 0.0 for to in range(count)] for at in range(count)])
    visits = np.linalg.solve(np.eye(count) - moves.T, np.eye(count)[0])
    later = negative_binomial_masses(key[2], key[3], 400)
    spent = [
        sum(
            (costs.holding * max(high - below - units, 0) + costs.backorder * max(units - high + below, 0)) * mass
            for units, mass in enumerate(later)
        )
        for below in range(count)
    ]
    return float((costs.fixed + visits @ spent) / visits.sum())


@given(MEANS, RATIOS, st.floats(1.0, 3.0), FIXED, BACKORDER, st.integers(-4, 12), st.integers(1, 25))
def test_the_cost_of_any_s_and_S_is_that_of_the_definition(  # noqa: N802, PLR0917 - the policy's own name
    mean: float, ratio: float, periods: float, fixed: float, backorder: float, low: int, span: int
) -> None:
    key, costs = a_row(mean, ratio, periods), Costs(fixed, 1.0, backorder)
    expected = cost_by_definition(low, low + span, key, costs)
    assert average_cost(low, low + span, key, costs) == pytest.approx(expected, rel=1e-6)


@given(MEANS, RATIOS, st.floats(1.0, 3.0), FIXED, BACKORDER)
def test_no_other_s_and_S_costs_less(mean: float, ratio: float, periods: float, fixed: float, backorder: float) -> None:  # noqa: N802 - as above
    key, costs = a_row(mean, ratio, periods), Costs(fixed, 1.0, backorder)
    low, high, cost = solve(key, costs)
    assert cost == pytest.approx(average_cost(low, high, key, costs), rel=1e-9)
    others = [
        average_cost(s, upper, key, costs)
        for s in range(low - 5, high + 5)
        for upper in range(max(s + 1, high - 5), high + 6)
    ]
    assert cost <= min(others) * (1 + 1e-9)


def columns(rates: Real, ratio: float = 1.0, lead: float = 0.0) -> tuple[Demand, Supply]:
    nothing = np.zeros(rates.size)
    return Demand(rates, np.sqrt(rates * ratio)), Supply(nothing + lead, nothing, nothing + 1)


def pairs(levels: Levels) -> list[tuple[int, int]]:
    return list(zip(levels.reorder_point.tolist(), levels.order_up_to_level.tolist(), strict=True))


def test_rows_with_the_same_parameters_are_solved_once_and_each_gets_its_own_levels() -> None:
    means = np.tile(np.array([6.0, 10.0, 6.0, 0.0]), 5000)
    levels = optimal_s_s(*columns(means), np.where(means == 6, 5.0, 64.0), 4.0)
    assert pairs(levels)[:4] == pairs(levels)[-4:]
    assert pairs(levels)[0] == (4, 10)
    assert pairs(levels)[3] == (0, 0)
    assert levels.at_or_below.tolist()[:4] == [True, True, True, False]


def test_a_column_of_rows_is_what_each_row_is_alone() -> None:
    means = np.array([0.2, 1.0, 6.0, 30.0, 0.0, 5000.0])
    together = pairs(optimal_s_s(*columns(means), np.full(means.size, 5.0), 4.0))
    alone = [pairs(optimal_s_s(*columns(np.array([one])), np.array([5.0]), 4.0))[0] for one in means]
    assert together == alone


def test_no_rows_have_no_levels() -> None:
    assert pairs(optimal_s_s(*columns(np.empty(0)), np.empty(0), 4.0)) == []


@given(st.floats(0.05, 20.0), RATIOS, FIXED, BACKORDER)
def test_orders_never_come_later_when_a_shortage_is_dearer(
    rate: float, ratio: float, fixed: float, backorder: float
) -> None:
    """Of S there is no such law: with s it may jump to fewer, more frequent orders, as in the published table."""
    demand, supply = columns(np.array([rate]), ratio, lead=2.0)
    (low, _), (later, _) = (
        pairs(optimal_s_s(demand, supply, np.array([fixed]), times * backorder))[0] for times in (1, 3)
    )
    assert later >= low


def test_a_shelf_that_is_worth_keeping_asks_for_goods_when_it_is_empty() -> None:
    """Orders so dear that the best s is -69, where 69 customers would wait; nobody waits at a shelf."""
    low, high, _ = solve((1.0, 1.0, 4.0, 2.0), Costs(1e6, 1.0, 19.0))
    assert (low, high) == (-69, 1381)
    levels = optimal_s_s(*columns(np.array([1.0]), lead=3.0), np.array([1e6]), 19.0)
    assert pairs(levels) == [(0, 1381)]


def test_a_shelf_that_is_not_worth_keeping_asks_for_nothing() -> None:
    """A unit kept for a year costs as much as ten missed sales, and one is sold in a thousand days."""
    levels = optimal_s_s(*columns(np.array([0.001])), np.array([5.0]), 0.5)
    assert pairs(levels) == [(-1, 0)]
    assert levels.at_or_below.tolist() == [True]


@pytest.mark.parametrize(("mean", "fixed"), [(LARGEST * 1.01, 50.0), (400.0, LARGEST**2 / 700)])
def test_rows_beyond_what_is_solved_exactly_cost_less_than_a_tenth_more_than_the_best(
    mean: float, fixed: float
) -> None:
    levels = optimal_s_s(*columns(np.array([mean])), np.array([fixed]), 99.0)
    key, costs = a_row(mean, 1.0, 1.0), Costs(fixed, 1.0, 99.0)
    low, high, best = solve(key, costs)
    assert pairs(levels)[0] != (low, high), "the formulas stand in"
    assert average_cost(*pairs(levels)[0], key, costs) < best * 1.1


def test_a_row_at_the_border_is_solved_exactly() -> None:
    levels = optimal_s_s(*columns(np.array([LARGEST])), np.array([0.5]), 9.0)
    assert pairs(levels) == [solve(a_row(LARGEST, 1.0, 1.0), Costs(0.5, 1.0, 9.0))[:2]]


def test_a_very_lopsided_demand_takes_no_longer_and_orders_no_heap() -> None:
    """One unit a day on average with a spread of a hundred: nearly always nothing, and then thousands."""
    one = np.ones(1)
    levels = optimal_s_s(Demand(one, 100 * one), Supply(3 * one, 0 * one, one), 10 * one, 19.0)
    assert pairs(levels) == [(-1, 0)]


@pytest.mark.parametrize("wrong", [(-1, 1, 1), (1, 0, 1), (1, 1, 0)])
def test_costs_by_which_nothing_is_best_are_refused(wrong: tuple[float, float, float]) -> None:
    with pytest.raises(PlanningInputError, match="more than 0"):
        Costs(*wrong)
    with pytest.raises(PlanningInputError, match="s should be less than S, not 4 and 4"):
        average_cost(4, 4, (6, 2, 6, 2), Costs(5, 1, 4))
