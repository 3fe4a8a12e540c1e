"""The published tables and textbook cases, typed in with their source, to the digits that the source has.

The 24 instances are Table 1 of Zheng & Federgruen 1991 (Poisson demand, no lead time, h 1, p 9, K 64; order when the
position is at or below s). The textbook cases are examples and problems of Snyder & Shen, Fundamentals of Supply Chain
Theory, second edition.
"""

from __future__ import annotations

import math

import numpy as np
import pytest

from replenisher.planning.distributions import (
    inverse_standard_loss,
    normal_quantile,
    normal_short,
    poisson_quantile,
    poisson_short,
    standard_loss,
    table_quantile,
    table_short,
    units_left,
)
from replenisher.planning.policies.best_s_s import Costs, average_cost, solve
from replenisher.planning.policies.levels import Demand, Real, Supply
from replenisher.planning.policies.lots import (
    best_reorder_point,
    economic_lot,
    lot_and_reorder_point,
    lot_cost,
    steady_cost,
)
from replenisher.planning.policies.optimal_s_s import optimal_s_s
from replenisher.planning.policies.power_approximation import bounded_approximation, power_approximation
from replenisher.planning.policies.stocking import newsvendor

INSTANCES = (
    (10, 6, 40, 35.022),
    (15, 10, 49, 42.698),
    (20, 14, 62, 49.173),
    (25, 19, 56, 54.262),
    (30, 23, 66, 57.819),
    (35, 28, 77, 61.215),
    (40, 33, 87, 64.512),
    (45, 37, 97, 67.776),
    (50, 42, 108, 70.975),
    (55, 47, 118, 74.149),
    (60, 52, 129, 77.306),
    (65, 56, 75, 78.518),
    (70, 62, 81, 79.037),
    (75, 67, 86, 79.554),
    (21, 15, 65, 50.406),
    (22, 16, 68, 51.632),
    (23, 17, 52, 52.757),
    (24, 18, 54, 53.518),
    (51, 43, 110, 71.611),
    (52, 44, 112, 72.246),
    (59, 51, 126, 76.679),
    (61, 52, 131, 77.929),
    (63, 54, 73, 78.287),
    (64, 55, 74, 78.402),
)
"""Mean, s, S, cost per period."""


def column(*values: float) -> Real:
    return np.array(values, dtype=np.float64)


def key(mean: float) -> tuple[float, float, float, float]:
    """A period's Poisson demand without lead time, as the solver takes it."""
    return mean, math.sqrt(mean), mean, math.sqrt(mean)


@pytest.mark.parametrize(("mean", "low", "high", "cost"), INSTANCES)
def test_the_best_s_and_S_of_every_published_instance(mean: int, low: int, high: int, cost: float) -> None:  # noqa: N802 - the policy's own name
    found = solve(key(mean), Costs(fixed=64, holding=1, backorder=9))
    assert found[:2] == (low, high)
    assert found[2] == pytest.approx(cost, abs=6e-4)


def test_all_instances_at_once_as_columns() -> None:
    means = column(*(mean for mean, *_ in INSTANCES))
    daily = Supply(np.zeros(means.size), np.zeros(means.size), np.ones(means.size))
    levels = optimal_s_s(Demand(means, np.sqrt(means)), daily, np.full(means.size, 64.0), 9.0)
    assert levels.reorder_point.tolist() == [low for _, low, _, _ in INSTANCES]
    assert levels.order_up_to_level.tolist() == [high for *_, high, _ in INSTANCES]
    assert levels.at_or_below.all()


def test_the_exact_s_S_of_the_textbook() -> None:  # noqa: N802 - as above
    """Example 4.7 and problem 4.31, and the cost of (6, 18)."""
    low, high, cost = solve(key(6), Costs(fixed=5, holding=1, backorder=4))
    assert (low, high, cost) == (4, 10, pytest.approx(8.034111561471644, rel=1e-9))
    low, high, cost = solve(key(4), Costs(fixed=150, holding=40, backorder=125))
    assert (low, high, cost) == (2, 7, pytest.approx(223.5748295669688, rel=1e-9))
    assert average_cost(6, 18, key(6), Costs(5, 1, 4)) == pytest.approx(10.193798671644046, rel=1e-9)


@pytest.mark.parametrize(
    ("mean", "sd", "fixed", "backorder", "low", "high"),
    [
        (50, 8, 2.5 / 0.18, 0.7 / 0.18, 40.19461695647407, 74.29017010980579),
        (190, 48, 60 / 2, 36 / 2, 226.6137928222839, 324.3797868133974),
    ],
)
def test_the_power_approximation(  # noqa: PLR0917 - a row of the table
    mean: float, sd: float, fixed: float, backorder: float, low: float, high: float
) -> None:
    """Example 4.8 and problem 4.32, by K / h and p / h."""
    found = power_approximation(column(mean), column(mean), column(sd), column(fixed), backorder)
    assert [float(one[0]) for one in found] == pytest.approx([low, high], rel=1e-9)


def test_lots_of_next_to_nothing_come_to_the_base_stock() -> None:
    """Example 4.8 with the second step of Ehrhardt & Mosier; the base stock is that of example 4.3, 56.604."""
    example = (column(50), column(50), column(8))
    found = bounded_approximation(*example, column(2.5 / 0.18), 0.7 / 0.18)
    assert [float(one[0]) for one in found] == pytest.approx([40.19461695647407, 56.60395592743389], rel=1e-9)
    found = bounded_approximation(*example, column(0), 0.7 / 0.18)
    assert [float(one[0]) for one in found] == pytest.approx([56.60395592743389, 56.60395592743389], rel=1e-9)


@pytest.mark.parametrize(
    ("fixed", "holding", "rate", "lot", "cost"),
    [
        (8, 0.225, 1300, 304.0467800264368, 68.41052550594827),
        (2250, 275, 182500, 1728.109844993551, 475230.2073732266),
    ],
)
def test_the_economic_lot_and_its_cost(fixed: float, holding: float, rate: float, lot: float, cost: float) -> None:
    """Example 3.1 and problem 3.1; at another lot, 250, example 3.1 costs 69.725."""
    found = economic_lot(column(rate), fixed, column(holding))
    assert float(found[0]) == pytest.approx(lot, rel=1e-9)
    assert float(steady_cost(found, column(rate), fixed, holding)[0]) == pytest.approx(cost, rel=1e-9)
    assert float(steady_cost(column(250), column(1300), 8, 0.225)[0]) == pytest.approx(69.725)


@pytest.mark.parametrize(
    ("holding", "shortage", "mean", "sd", "level", "cost"),
    [
        (0.18, 0.7, 50, 8, 56.60395592743389, 1.997605193176645),
        (0.18, 0.7, 250, 8 * math.sqrt(5), 264.7668943741548, 4.466781004149578),
        (43, 79, 900, 60, 922.7214038234755, 2718.196781782411),
    ],
)
def test_the_normal_newsvendor_and_base_stock(  # noqa: PLR0917 - a row of the table
    holding: float, shortage: float, mean: float, sd: float, level: float, cost: float
) -> None:
    """Examples 4.3 and 4.4 (four periods of lead time and one more), problem 4.1."""
    found = float(normal_quantile(shortage / (shortage + holding), mean, sd))
    assert found == pytest.approx(level, rel=1e-9)
    short = float(normal_short(found, mean, sd))
    assert holding * (found - mean + short) + shortage * short == pytest.approx(cost, rel=1e-9)


@pytest.mark.parametrize(
    ("holding", "shortage", "mean", "level", "cost"),
    [
        (1, 4, 6, 8, 3.570106945770946),
        (0.08, 1.25, 90, 105, 1.5450188691551778),
        (200, 270, 18, 19, 786.0884409351115),
    ],
)
def test_the_poisson_newsvendor_and_base_stock(
    holding: float, shortage: float, mean: float, level: int, cost: float
) -> None:
    """Example 4.7, problems 4.19 (18 a period, four periods of lead time and one more) and 4.8a."""
    assert int(poisson_quantile(shortage / (shortage + holding), mean)) == level
    short = float(poisson_short(level, mean))
    assert holding * (level - mean + short) + shortage * short == pytest.approx(cost, rel=1e-9)
    one = newsvendor(Demand(column(mean), column(math.sqrt(mean))), column(1), column(shortage), column(holding))
    assert one.order_up_to_level.tolist() == [level]


def test_a_newsvendor_of_a_table_of_masses() -> None:
    """Problem 4.7b: the smallest level that covers p / (p + h), here 2/3."""
    masses = column(0, 0.25, 0.05, 0.1, 0.2, 0.15, 0.1, 0.1, 0.05)
    level = int(table_quantile(1_000_000 / 1_500_000, masses))
    short = float(table_short(level, masses))
    left = float(units_left(level, masses @ np.arange(9), short))
    assert (level, 500_000 * left + 1_000_000 * short) == (5, pytest.approx(1_225_000))


RATE, SD_OF_A_YEAR, FIXED, HELD, SHORT = 1300.0, 150.0, 8.0, 0.225, 7.5
"""Examples 5.1 to 5.5: a year's demand, lead time a month."""
MEAN, SD = column(RATE / 12), column(SD_OF_A_YEAR / math.sqrt(12))


def test_the_cost_of_a_lot_policy_and_the_best_reorder_point_of_a_lot() -> None:
    """Example 5.1: (126.8, 328.5) costs 78.07; of lot 318 the best r is 127.788."""
    found = lot_cost(column(126.8), column(328.5), column(RATE), MEAN, SD, (FIXED, HELD, SHORT))
    assert float(found[0]) == pytest.approx(78.07116250928294, rel=1e-9)
    best = best_reorder_point(column(318), MEAN, SD, HELD, SHORT)
    assert float(best[0]) == pytest.approx(127.7880348669655, rel=1e-6)


def test_a_reorder_point_beside_the_best_costs_more() -> None:
    lots = column(20, 100, 318, 900)
    best = best_reorder_point(lots, MEAN, SD, HELD, SHORT)
    costs = [
        lot_cost(best + beside, lots, column(RATE), MEAN, SD, (FIXED, HELD, SHORT)) for beside in (-2, -0.1, 0, 0.1, 2)
    ]
    assert (np.argmin(costs, axis=0) == 2).all()


def test_the_cost_of_a_lot_policy_is_the_average_over_its_positions() -> None:
    """From the definition, by adding up the cost of positions from r to r + Q in small steps."""
    positions = np.linspace(126.8, 126.8 + 328.5, 20_001)
    short = normal_short(positions, MEAN, SD)
    rates = HELD * (positions - MEAN + short) + SHORT * short
    average = float((rates.sum() - 0.5 * (rates[0] + rates[-1])) / 20_000)
    found = lot_cost(column(126.8), column(328.5), column(RATE), MEAN, SD, (FIXED, HELD, SHORT))
    assert float(found[0]) == pytest.approx(FIXED * RATE / 328.5 + average, rel=1e-7)


def test_the_approximations_of_a_lot_policy() -> None:
    """Examples 5.2 (expected inventory level), 5.4 (economic lot with backorders), 5.5 (economic lot, safety stock)."""
    lot = economic_lot(column(RATE), FIXED, column(HELD))
    assert float(lot[0]) == pytest.approx(304.0467800264368, rel=1e-9)
    level = float(normal_quantile(SHORT / (SHORT + HELD), MEAN, SD)[0])
    assert level == pytest.approx(190.3369965715624, rel=1e-9)
    waiting = lot * math.sqrt((HELD + SHORT) / SHORT)
    assert float(waiting[0]) == pytest.approx(308.5737801203754, rel=1e-9)
    assert float(best_reorder_point(waiting, MEAN, SD, HELD, SHORT)[0]) == pytest.approx(128.637814424271, rel=1e-6)

    points, lots = lot_and_reorder_point(column(RATE), MEAN, SD, (FIXED, HELD, SHORT))
    assert float(points[0]) == pytest.approx(213.9704421358024, rel=1e-6)
    assert float(lots[0]) == pytest.approx(318.5901810768729, rel=1e-6)
    short = SHORT * float(normal_short(points, MEAN, SD)[0])
    cost = HELD * float((points - MEAN + lots / 2)[0]) + (FIXED + short) * RATE / float(lots[0])
    assert cost == pytest.approx(95.45114022285196, rel=1e-6)


def test_the_fill_rate_is_solved_for_its_loss() -> None:
    """By the fill rate's own equation sd G(z) = (1 - b) Q, backwards and forwards."""
    z = inverse_standard_loss(0.02 * 318 / SD)
    assert SD * standard_loss(z) == pytest.approx(0.02 * 318, rel=1e-9)
