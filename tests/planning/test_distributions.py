"""Distributions of demand: published figures, hand-worked examples, and sums taken from the definition."""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from replenisher.errors import PlanningInputError
from replenisher.planning import distributions as of

MEANS = st.just(0.0) | st.floats(1e-6, 60.0)
RATIOS = st.floats(1.0, 6.0)
SHARES = st.floats(0.01, 0.999)
LEVELS = st.integers(-3, 150)


def poisson_mass(mean: float, units: int) -> float:
    """From the definition."""
    if mean == 0:
        return float(units == 0)
    return math.exp(units * math.log(mean) - mean - math.lgamma(units + 1))


def negative_binomial_masses(mean: float, sd: float, count: int) -> list[float]:
    """From the definition, each mass from the one before; a Poisson where the variance is not above the mean."""
    surplus = sd * sd - mean
    if mean == 0 or surplus <= mean * 1e-9:
        return [poisson_mass(mean, units) for units in range(count)]
    size, failure = mean * mean / surplus, surplus / (sd * sd)
    masses = [math.exp(-size * math.log1p(surplus / mean))]
    for units in range(1, count):
        masses.append(masses[-1] * (size + units - 1) / units * failure)
    return masses


@pytest.mark.parametrize(
    ("z", "loss", "left"),
    [
        (-1.4, 1.436668142708465, 0.036668142708465),
        (0.3, 0.26676124211721, 0.56676124211721),
        (3.1, 0.0002672490952231408, 3.100267249095223),
    ],
)
def test_the_standard_loss_is_as_published(z: float, loss: float, left: float) -> None:
    """Snyder & Shen, Fundamentals of Supply Chain Theory, second edition, appendix C."""
    assert of.standard_loss(z) == pytest.approx(loss, rel=1e-12)
    assert float(of.units_left(z, 0, of.standard_loss(z))) == pytest.approx(left, rel=1e-12)


@given(st.floats(-30.0, 8.0))
def test_the_inverse_of_the_standard_loss_finds_its_z(z: float) -> None:
    assert float(of.inverse_standard_loss(of.standard_loss(z))) == pytest.approx(z, abs=1e-6)


def test_columns_are_evaluated_row_by_row() -> None:
    levels, means, sds = np.array([50.0, 60.0]), np.array([50.0, 50.0]), np.array([8.0, 0.0])
    assert of.normal_cdf(levels, means, sds).tolist() == [0.5, 1.0]
    assert of.normal_short(levels, means, sds) == pytest.approx([8 * 0.3989422804014327, 0.0])


def test_the_published_newsvendors() -> None:
    """Snyder & Shen, examples 4.3, 4.4 and 4.7, problems 4.1, 4.8a and 4.19."""
    assert of.normal_quantile(0.7 / 0.88, 50, 8) == pytest.approx(56.60395592743389, rel=1e-12)
    assert of.normal_quantile(0.7 / 0.88, 250, 8 * math.sqrt(5)) == pytest.approx(264.7668943741548, rel=1e-12)
    assert of.normal_quantile(79 / 122, 900, 60) == pytest.approx(922.7214038234755, rel=1e-12)
    assert [
        int(of.poisson_quantile(share, mean)) for share, mean in ((0.8, 6), (270 / 470, 18), (1.25 / 1.33, 90))
    ] == [
        8,
        19,
        105,
    ]


def test_the_hand_worked_examples() -> None:
    assert float(of.poisson_short(2, 1)) == pytest.approx(0.103638, abs=5e-7)
    assert float(of.units_left(2, 1, of.poisson_short(2, 1))) == pytest.approx(1.103638, abs=5e-7)
    assert float(of.negative_binomial_cdf(3, 2, 2)) == pytest.approx(0.8125)
    assert int(of.negative_binomial_quantile(0.8, 2, 2)) == 3
    assert float(of.negative_binomial_short(3, 2, 2)) == pytest.approx(0.4375)


@given(MEANS, LEVELS)
def test_a_poisson_is_the_sum_of_its_masses(mean: float, level: int) -> None:
    masses = [poisson_mass(mean, units) for units in range(400)]
    assert float(of.poisson_cdf(level, mean)) == pytest.approx(sum(masses[: max(level + 1, 0)]), abs=1e-9)
    short = sum(max(units - level, 0) * mass for units, mass in enumerate(masses))
    assert float(of.poisson_short(level, mean)) == pytest.approx(short, abs=1e-7)


@given(MEANS, RATIOS, LEVELS)
def test_a_negative_binomial_is_the_sum_of_its_masses(mean: float, ratio: float, level: int) -> None:
    sd = math.sqrt(mean * ratio)
    masses = negative_binomial_masses(mean, sd, 1500)
    assert float(of.negative_binomial_cdf(level, mean, sd)) == pytest.approx(sum(masses[: max(level + 1, 0)]), abs=1e-7)
    short = sum(max(units - level, 0) * mass for units, mass in enumerate(masses))
    found = float(of.negative_binomial_short(level, mean, sd))
    assert found == pytest.approx(short, abs=1e-5)
    left = sum(max(level - units, 0) * mass for units, mass in enumerate(masses))
    assert float(of.units_left(level, mean, found)) == pytest.approx(left, abs=1e-5)


@given(SHARES, MEANS, RATIOS)
def test_a_quantile_is_the_smallest_level_that_covers(share: float, mean: float, ratio: float) -> None:
    sd = math.sqrt(mean * ratio)
    level = int(of.negative_binomial_quantile(share, mean, sd))
    assert float(of.negative_binomial_cdf(level, mean, sd)) >= share
    assert level == 0 or float(of.negative_binomial_cdf(level - 1, mean, sd)) < share
    level = int(of.poisson_quantile(share, mean))
    assert float(of.poisson_cdf(level, mean)) >= share
    assert level == 0 or float(of.poisson_cdf(level - 1, mean)) < share


@given(st.floats(1e-3, 60.0), st.sampled_from([0.0, 1e-12, 1e-9, 2e-9, 1e-7, 1e-5]), LEVELS)
def test_a_demand_that_varies_hardly_more_than_a_poisson_is_hardly_another(
    mean: float, surplus: float, level: int
) -> None:
    sd = math.sqrt(mean * (1 + surplus))
    assert float(of.negative_binomial_cdf(level, mean, sd)) == pytest.approx(
        float(of.poisson_cdf(level, mean)), abs=1e-4
    )
    assert float(of.negative_binomial_short(level, mean, sd)) == pytest.approx(
        float(of.poisson_short(level, mean)), abs=1e-2
    )


@given(SHARES, st.floats(0.0, 1e5), st.floats(0.1, 1e4))
def test_a_normal_quantile_is_that_of_the_standard_library(share: float, mean: float, sd: float) -> None:
    assert float(of.normal_quantile(share, mean, sd)) == pytest.approx(NormalDist(mean, sd).inv_cdf(share), rel=1e-9)


@pytest.mark.parametrize("mean", [0.0, 1e6])
def test_no_demand_and_very_much_of_it_are_covered(mean: float) -> None:
    level = int(of.negative_binomial_quantile(0.99, mean, 2 * math.sqrt(mean)))
    assert level == 0 if mean == 0 else mean < level < mean + 10_000
    assert float(of.negative_binomial_short(level, mean, 2 * math.sqrt(mean))) < 20


@pytest.mark.parametrize("bad", [-1.0, math.nan, math.inf, 2e9])
def test_a_demand_that_is_no_demand_is_refused(bad: float) -> None:
    with pytest.raises(PlanningInputError, match="the mean of a demand"):
        of.poisson_cdf(1, bad)
    with pytest.raises(PlanningInputError, match="the standard deviation of a demand"):
        of.normal_cdf(1, 5, bad)


@pytest.mark.parametrize("bad", [0.0, 1.0, -0.1, math.nan])
def test_a_share_that_is_none_is_refused(bad: float) -> None:
    for quantile in (of.normal_quantile, of.negative_binomial_quantile):
        with pytest.raises(PlanningInputError, match="more than 0 and less than 1"):
            quantile(bad, 5, 1)
    with pytest.raises(PlanningInputError, match="more than 0 units"):
        of.inverse_standard_loss(0.0)


def test_a_table_of_masses_by_hand_row_by_row() -> None:
    table = np.array([[0.25, 0.5, 0.25], [1.0, 0.0, 0.0]])
    assert of.table_quantile([0.75, 0.75], table).tolist() == [1, 0]
    assert of.table_quantile([0.76, 0.9999], table).tolist() == [2, 0]
    assert of.table_short([1, 1], table).tolist() == [0.25, 0]
    assert of.table_short([0, -2], table).tolist() == [1.0, 2.0]


@given(SHARES, st.floats(0.1, 20.0), st.integers(-2, 30))
def test_a_poisson_written_as_a_table_is_that_poisson(share: float, mean: float, level: int) -> None:
    masses = np.array([poisson_mass(mean, units) for units in range(200)])
    found = int(of.table_quantile(share, masses))
    assert float(of.poisson_cdf(found, mean)) >= share - 1e-9
    assert found == 0 or float(of.poisson_cdf(found - 1, mean)) < share + 1e-9
    assert float(of.table_short(level, masses)) == pytest.approx(float(of.poisson_short(level, mean)), abs=1e-9)


@pytest.mark.parametrize("bad", [[0.5, 0.4], [1.5, -0.5], [0.5, math.nan]])
def test_masses_that_are_none_are_refused(bad: list[float]) -> None:
    with pytest.raises(PlanningInputError, match="add up to 1"):
        of.table_quantile(0.5, bad)
