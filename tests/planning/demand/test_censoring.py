"""Demand behind days that sold out: against the likelihood itself, and on generated shelves whose demand is known."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar
from scipy.stats import nbinom, poisson

from replenisher.errors import PlanningInputError
from replenisher.planning.demand.censoring import SIZES, CensoringLimits, expected_beyond, uplift
from replenisher.planning.demand.panel import Panel

FOLDER = os.environ.get("REPLENISHER_REFERENCE_DATA")
Real = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

ALONE = CensoringLimits(pool_days=1, most_times=1e9)


def log_likelihood(mean: float, size: float, sold: Real, out: Flags) -> float:
    """Day by day, from the definition: exactly so many on an open day, so many or more on one that sold out."""
    share = size / (size + mean)
    exactly, at_least = nbinom.logpmf(sold[~out], size, share), nbinom.logsf(sold[out] - 1, size, share)
    return float(exactly.sum() + at_least.sum())


@pytest.mark.parametrize(("amount", "mean", "size"), [(1, 1.0, 1.0), (3, 1.0, 1.0), (2, 0.3, 0.4), (7, 5.0, 1000.0)])
def test_what_a_sold_out_day_wanted_is_the_mean_of_what_is_left_of_the_distribution(
    amount: int, mean: float, size: float
) -> None:
    units = np.arange(amount, 2000)
    chances = nbinom(size, size / (size + mean)).pmf(units)
    expected = float((units * chances).sum() / chances.sum())
    assert expected_beyond(np.array([float(amount)]), np.array([mean]), np.array([size]))[0] == pytest.approx(expected)


def test_a_sale_beyond_all_likelihood_wanted_what_it_sold() -> None:
    assert expected_beyond(np.array([900.0]), np.array([0.01]), np.array([1000.0])).tolist() == [900]


def test_the_example_by_hand() -> None:
    """Ten open and ten sold-out days of 1 unit: 20 m = 10 + 10 m / (1 - exp(-m)), but for the size of 1000 and a pool
    of one day."""
    out = np.array([[False] * 10 + [True] * 10])
    found = uplift(Panel(np.ones((1, 20))), out, np.array([0]), ALONE)
    assert found.size.tolist() == [SIZES[-1]]
    assert found.factor[0] == pytest.approx(1.4456, abs=1e-3)
    mean = 1.4456
    assert 20 * mean == pytest.approx(10 + 10 * mean / (1 - np.exp(-mean)), abs=1e-3)


DAYS = st.lists(st.tuples(st.integers(0, 6), st.booleans()), min_size=30, max_size=60)


@given(days=DAYS)
def test_alone_in_its_pool_a_series_has_the_likeliest_mean_and_size(days: list[tuple[int, bool]]) -> None:
    sold = np.array([float(units) for units, _ in days])
    out = np.array([ended and units > 0 for units, ended in days])
    found = uplift(Panel(sold[None]), out[None], np.array([0]), ALONE)
    if not out.any():
        assert found.factor.tolist() == [1]
        return
    if out.all() or sold[~out].sum() == 0:
        # Nothing bounds the mean, or only the days without a sale do: the pool and the cap are for such series.
        return
    best = min(
        (
            minimize_scalar(
                lambda log_mean, size=size: -log_likelihood(np.exp(log_mean), size, sold, out),
                bounds=(-3.0, 6.0),
                method="bounded",
                options={"xatol": 1e-5},
            )
            for size in SIZES
        ),
        key=lambda answer: float(answer.fun),
    )
    mean = float(found.factor[0]) * sold.mean()
    # The pool is the series itself, counting as one day: it moves the mean by nothing, for it is that mean.
    assert -log_likelihood(mean, float(found.size[0]), sold, out) == pytest.approx(float(best.fun), abs=1e-5)


@given(days=DAYS)
def test_demand_is_never_less_than_what_was_sold_nor_more_than_the_cap(days: list[tuple[int, bool]]) -> None:
    sold = np.array([[float(units) for units, _ in days]])
    out = np.array([[ended and units > 0 for units, ended in days]])
    found = uplift(Panel(sold), out, np.array([0]))
    assert 1.0 - 1e-9 <= found.factor[0] <= 3.0


def test_a_series_that_sold_out_on_every_day_stays_with_its_pool_and_below_the_cap() -> None:
    """Any mean however large would be likely for it alone."""
    random = np.random.default_rng(3)
    wanted = random.poisson(2.0, (40, 200)).astype(np.float64)
    stock = random.integers(1, 5, (40, 200))
    sold, out = np.minimum(wanted, stock), wanted >= stock
    sold[0], out[0] = 1.0, True
    found = uplift(Panel(sold), out, np.zeros(40, dtype=np.int64))
    assert found.factor[0] <= 3.0
    alone = uplift(Panel(sold[:1]), out[:1], np.array([0]), ALONE)
    assert alone.factor[0] > 5


def test_days_that_do_not_count_say_nothing() -> None:
    sold = np.array([[2.0, 1, 0, 3, 1, 2] * 8])
    out = np.array([[False, True, False, False, True, False] * 8])
    counts = np.ones_like(out)
    counts[0, :12] = False
    left = uplift(Panel(sold[:, 12:]), out[:, 12:], np.array([0]))
    assert uplift(Panel(sold, counts), out, np.array([0])).factor.tolist() == pytest.approx(left.factor.tolist())


def test_pools_do_not_know_of_each_other() -> None:
    random = np.random.default_rng(9)
    sold = random.poisson(1.0, (12, 90)).astype(np.float64)
    out = (random.random((12, 90)) < 0.3) & (sold > 0)
    pool = np.array([0, 5] * 6)
    together = uplift(Panel(sold), out, pool).factor
    for number in (0, 5):
        mine = pool == number
        alone = uplift(Panel(sold[mine]), out[mine], np.zeros(6, dtype=np.int64)).factor
        assert together[mine].tolist() == pytest.approx(alone.tolist())


def shelves(random: np.random.Generator, fill: float) -> tuple[Real, Real, Flags, Flags]:
    """Fill shelves every week to `fill` weeks of demand: true rates, sales, days that sold out, days without stock."""
    rate, size, days = random.gamma(1.0, 1.0, 600) + 0.1, 1.2, 182
    wanted = random.negative_binomial(size, (size / (size + rate))[:, None], (600, days)).astype(np.float64)
    sold, out, empty = np.zeros_like(wanted), np.zeros_like(wanted, dtype=bool), np.zeros_like(wanted, dtype=bool)
    stock = np.zeros(600)
    for day in range(days):
        if day % 7 == 0:
            stock = np.maximum(stock, np.ceil(fill * 7 * rate))
        empty[:, day] = stock == 0
        sold[:, day] = np.minimum(wanted[:, day], stock)
        stock = stock - sold[:, day]
        out[:, day] = (stock == 0) & ~empty[:, day]
    return rate, sold, out, empty


@pytest.mark.parametrize("fill", [0.7, 1.0, 1.4])
def test_the_likelihood_finds_the_demand_that_leaving_days_out_misses(fill: float) -> None:
    """Sales as demand tell too little; leaving out every day that ended empty too; the likelihood comes near."""
    rate, sold, out, empty = shelves(np.random.default_rng(41), fill)
    known = ~(out | empty)
    as_sold = sold.mean(axis=1)
    left_out = np.where(known, sold, 0.0).sum(axis=1) / np.maximum(known.sum(axis=1), 1)
    panel = Panel(sold, ~empty)
    factor = uplift(panel, out, np.zeros(600, dtype=np.int64)).factor
    likely = np.where(empty, 0.0, sold).sum(axis=1) / (~empty).sum(axis=1) * factor
    off = [float((estimate / rate - 1).mean()) for estimate in (as_sold, left_out, likely)]
    total = [float(estimate.sum() / rate.sum() - 1) for estimate in (as_sold, left_out, likely)]
    assert max(off[:2] + total[:2]) < -0.05
    assert max(abs(off[2]), abs(total[2])) < 0.03


@pytest.mark.skipif(FOLDER is None, reason="REPLENISHER_REFERENCE_DATA does not name the reference data")
@pytest.mark.parametrize("cover", [3, 4, 5])
def test_the_bias_on_real_weekly_demand_has_the_direction_of_the_reference(cover: int) -> None:
    """Half a year of 280 series behind shelves that order to so many weeks of cover, as in the reference."""
    folder = Path(str(FOLDER))
    with (folder / "censoring_bias_experiment.csv").open(newline="") as file:
        reference = {row["history_made_by"]: row for row in csv.DictReader(file)}[f"cover{cover}"]
    weeks, category = weekly(folder)
    wanted = weeks[:, -26:]
    sold, out = covered(weeks, cover)
    counts = ~(out & (sold == 0))
    rate = wanted.mean(axis=1)
    plain = np.where(counts, sold, 0.0).sum(axis=1) / np.maximum(counts.sum(axis=1), 1)
    likely = plain * uplift(Panel(sold, counts), out, category, CensoringLimits(pool_days=4)).factor
    left_out = np.where(out, 0.0, sold).sum(axis=1) / np.maximum((~out).sum(axis=1), 1)
    for estimate, name in ((sold.mean(axis=1), "sales_as_demand"), (left_out, "drop_any_oos_week")):
        assert (estimate / rate - 1).mean() < -0.05
        assert estimate.sum() / rate.sum() - 1 < 0
        assert float(reference[f"bias_{name}"]) < -0.05
    assert abs((likely / rate - 1).mean()) < 0.05
    # Each series alone explodes in the reference (+110 %, +18 %, +5 % of all units); pooled and capped it does not.
    assert abs(likely.sum() / rate.sum() - 1) < min(0.02, float(reference["total_bias_censored_NB_MLE"]))


def weekly(folder: Path) -> tuple[Real, npt.NDArray[np.int64]]:
    """Give units per series and week, Monday to Sunday, and each series' category."""
    lines = pd.read_parquet(folder / "m5_tiny_daily.parquet").assign(
        week=lambda frame: (pd.to_datetime(frame["date"]) - pd.Timestamp("2011-01-31")).dt.days // 7
    )
    within = lines[(lines["week"] >= 0) & (lines["week"] < 273)]
    table = within.pivot_table(index=["cat_id", "item_id", "store_id"], columns="week", values="qty", aggfunc="sum")
    return table.to_numpy(dtype=np.float64), np.asarray(table.index.codes[0], dtype=np.int64)


def covered(weeks: Real, cover: int) -> tuple[Real, Flags]:
    """Sell half a year from shelves that are ordered up to `cover` weeks of the last 13, which arrive in the third week
    after; gives sales and the weeks that ended empty."""
    first = weeks.shape[1] - 26
    stock, pipeline = np.ceil(4 * weeks[:, first - 13 : first].mean(axis=1)), [np.zeros(len(weeks))] * 3
    sold, out = np.zeros((len(weeks), 26)), np.zeros((len(weeks), 26), dtype=np.bool_)
    for place in range(26):
        stock = stock + pipeline.pop(0)
        sold[:, place] = np.minimum(stock, weeks[:, first + place])
        stock = stock - sold[:, place]
        out[:, place] = stock == 0
        mean = weeks[:, first + place - 12 : first + place + 1].mean(axis=1)
        pipeline.append(np.maximum(np.round(cover * mean - stock - sum(pipeline)), 0))
    return sold, out


def test_poisson_is_the_last_size() -> None:
    """Size 1000 stands for Poisson: at a mean of 5 their chances differ by less than a tenth of a percent point."""
    units = np.arange(40)
    assert np.abs(nbinom(SIZES[-1], SIZES[-1] / (SIZES[-1] + 5)).pmf(units) - poisson(5).pmf(units)).max() < 1e-3


def test_marks_and_limits_that_mean_nothing_are_refused() -> None:
    with pytest.raises(PlanningInputError, match="of every day, and the pool of every series"):
        uplift(Panel(np.ones((1, 3))), np.ones((1, 2), dtype=np.bool_), np.array([0]))
    with pytest.raises(PlanningInputError, match="1 day or more, not 0"):
        CensoringLimits(pool_days=0)
    with pytest.raises(PlanningInputError, match="most_times is 1 or more, not 0"):
        CensoringLimits(most_times=0)
    assert CensoringLimits(pool_days=1, most_times=1.0).most_times == 1
