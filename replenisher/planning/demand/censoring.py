"""Demand behind sales that ended with the shelf empty: a day that sold its last unit wanted at least what it sold.

Taken as they are, such days tell too little; left out, they tell too little as well, for it is the days of large demand
that empty a shelf. So demand is taken as negative binomial, an open day says "exactly so many", a sold-out day "so many
or more", and the mean that makes all of this likeliest is looked for:

1. For each of a few sizes of the distribution (`SIZES`, from very uneven to Poisson) the best mean, and how likely the
   series then is. A mean is the fixed point of: sold-out days replaced by what they are expected to have wanted.
2. The size: the likeliest for the series and its pool (a category) together, the pool counting as `pool_days` days.
3. The pool's uplift: by how much its means are above what was sold, over series with `pool_days` open days or more.
4. The best mean once more, the pool's uplift counting as `pool_days` open days. A nearly empty series, of which alone
   any mean is likely, so stays with its pool; one with a long history hardly notices.
5. No mean is more than `most_times` what was sold.

Sources: Agrawal & Smith 1996 (negative binomial demand from censored sales); Dempster, Laird & Rubin 1977 (the fixed
point); Conrad 1976 (sales are not demand).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import betainc, gammaln

from replenisher.errors import PlanningInputError
from replenisher.planning.demand.panel import SERIES_AT_ONCE, Flags, Panel, Real, Whole

SIZES = (0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 25.0, 1000.0)
"""The variance is mean + mean² / size; the last is as good as Poisson."""
ROUNDS = 60
CLOSE = 1e-9
"""Relative; a mean that moves by less has arrived."""
NEVER = 1e-300


@dataclass(frozen=True)
class CensoringLimits:
    """How far a series is believed alone: days for which its pool counts, and the most that demand exceeds sales."""

    pool_days: int = 28
    most_times: float = 3.0

    def __post_init__(self) -> None:
        """Refuse limits that mean nothing."""
        if self.pool_days < 1:
            raise PlanningInputError(f"a pool should count as 1 day or more, not {self.pool_days}")
        if not 1.0 <= self.most_times < np.inf:
            raise PlanningInputError(
                f"demand is at least what was sold: most_times is 1 or more, not {self.most_times}"
            )


@dataclass(frozen=True)
class Uplift:
    """Demand behind sales, per series: factor on what was sold (1 without sold-out days), and size of the distribution.

    `capped` tells whose factor would have been more than `most_times`.
    """

    factor: Real
    size: Real
    capped: Flags


@dataclass(frozen=True)
class _Cells:
    """Different amounts per series and how many days had each, in flat arrays."""

    series: Whole
    amount: Real
    days: Real

    def total(self, values: Real, count: int) -> Real:
        """Add up a value per cell over each series."""
        return np.asarray(np.bincount(self.series, weights=self.days * values, minlength=count), dtype=np.float64)


@dataclass(frozen=True)
class _History:
    """What the likelihood needs of many series: open days and their units, and the amounts of both kinds of days."""

    open_days: Real
    open_units: Real
    open_sales: _Cells
    sold_out: _Cells

    @property
    def count(self) -> int:
        return len(self.open_days)

    @property
    def all_days(self) -> Real:
        return self.open_days + self.sold_out.total(np.ones(len(self.sold_out.series)), self.count)

    @property
    def sold(self) -> Real:
        return self.open_units + self.sold_out.total(self.sold_out.amount, self.count)


def uplift(panel: Panel, sold_out: Flags, pool: Whole, limits: CensoringLimits | None = None) -> Uplift:
    """Estimate by how much demand exceeds what was sold on the days that count.

    `sold_out` marks, in the shape of the panel, days that ended with the shelf empty; one that sold nothing says
    nothing and should not count. `pool` has a number from 0 for each series.

    Worked example: 10 open days with 1 unit each and 10 sold-out days with 1 unit each, as Poisson and without a pool:
    sold-out days wanted m / (1 - exp(-m)), so 20 m = 10 + 10 m / (1 - exp(-m)), m = 1.4456.
    """
    if sold_out.shape != panel.units.shape or pool.shape != (len(panel.units),):
        raise PlanningInputError("which days sold out should be told of every day, and the pool of every series")
    chosen = limits or CensoringLimits()
    factor, size = np.ones(len(pool)), np.full(len(pool), SIZES[-1])
    counted = sold_out if panel.counts is None else sold_out & panel.counts
    rows = np.flatnonzero((counted & (panel.units > 0)).any(axis=1))
    if not rows.size:
        return Uplift(factor, size, np.zeros(len(pool), dtype=np.bool_))
    history = _history(panel, counted, rows)
    _, mine = np.unique(pool[rows], return_inverse=True)
    factor[rows], size[rows] = _pooled(history, mine.astype(np.int64), chosen)
    return Uplift(np.minimum(factor, chosen.most_times), size, factor > chosen.most_times)


def expected_beyond(amount: Real, mean: Real, size: Real) -> Real:
    """Give what a day wanted that wanted `amount` (1 or more) at least, of a negative binomial demand.

    E[X | X >= c] = mean P(Y >= c - 1) / P(X >= c), where Y has the size + 1 and the same success share.

    Worked example: mean 1, size 1 is geometric: 1 at least is 2 expected, 3 at least is 4.
    """
    share = mean / (size + mean)
    reached = betainc(amount, size, share)
    above = np.where(amount > 1, betainc(np.maximum(amount - 1, 1e-9), size + 1, share), 1.0)
    # Beyond all digits the day wanted hardly more than it sold.
    return np.where(reached > NEVER, mean * above / np.maximum(reached, NEVER), amount)


def _history(panel: Panel, sold_out: Flags, rows: Whole) -> _History:
    open_sales, out_sales, open_days, open_units = [], [], [], []
    for first in range(0, rows.size, SERIES_AT_ONCE):
        block = rows[first : first + SERIES_AT_ONCE]
        units, out = panel.units[block], sold_out[block]
        counts = np.ones_like(out) if panel.counts is None else panel.counts[block]
        is_open = counts & ~out
        open_days.append(is_open.sum(axis=1).astype(np.float64))
        open_units.append(np.where(is_open, units, 0.0).sum(axis=1))
        open_sales.append(_cells(units, is_open & (units > 0), first))
        out_sales.append(_cells(units, out & (units > 0), first))
    return _History(np.concatenate(open_days), np.concatenate(open_units), _joined(open_sales), _joined(out_sales))


def _cells(units: Real, chosen: Flags, first: int) -> _Cells:
    series, _ = np.nonzero(chosen)
    amounts, place = np.unique(units[chosen], return_inverse=True)
    both, days = np.unique(series * len(amounts) + place, return_counts=True)
    width = max(len(amounts), 1)
    return _Cells(both // width + first, amounts[both % width], days.astype(np.float64))


def _joined(parts: list[_Cells]) -> _Cells:
    return _Cells(
        np.concatenate([part.series for part in parts]),
        np.concatenate([part.amount for part in parts]),
        np.concatenate([part.days for part in parts]),
    )


def _pooled(history: _History, pool: Whole, limits: CensoringLimits) -> tuple[Real, Real]:
    """Give factor and size of each series, as the steps 1 to 4 say."""
    sold, days = history.sold, history.all_days
    plain = sold / days
    means, scores = np.empty((len(SIZES), history.count)), np.empty((len(SIZES), history.count))
    nothing = np.zeros(history.count)
    for place, size in enumerate(SIZES):
        sizes = np.full(history.count, size)
        means[place] = np.minimum(_best_mean(history, sizes, nothing, nothing), limits.most_times * plain)
        scores[place] = _log_likelihood(history, means[place], sizes)
    per_day = np.stack([_by_pool(score, pool) for score in scores]) / _by_pool(days, pool)
    best = np.argmax(scores + limits.pool_days * per_day[:, pool], axis=0)
    size = np.asarray(SIZES)[best]
    own = means[best, np.arange(history.count)]
    known = history.open_days >= limits.pool_days
    raised, was = _by_pool(np.where(known, own, 0.0), pool), _by_pool(np.where(known, plain, 0.0), pool)
    pool_uplift = np.where(was > 0, raised / np.where(was > 0, was, 1.0), 1.0)[pool]
    weight = np.full(history.count, float(limits.pool_days))
    return _best_mean(history, size, weight, plain * pool_uplift) / plain, size


def _by_pool(values: Real, pool: Whole) -> Real:
    return np.asarray(np.bincount(pool, weights=values), dtype=np.float64)


def _best_mean(history: _History, size: Real, weight: Real, prior: Real) -> Real:
    """Find the likeliest mean of each series, `weight` open days with `prior` units each added to it.

    Of two steps and how much the second is shorter follows where they lead (Aitken), which a plain walk takes long for.
    """
    days, mean = history.all_days + weight, np.maximum(history.sold, NEVER) / history.all_days
    cells = history.sold_out

    def step(at: Real) -> Real:
        wanted = expected_beyond(cells.amount, at[cells.series], size[cells.series])
        result: Real = (history.open_units + cells.total(wanted, history.count) + weight * prior) / days
        return result

    for _ in range(ROUNDS):
        once = step(mean)
        twice = step(once)
        first, second = once - mean, twice - once
        bend = first - second
        leap = np.where(np.abs(bend) > 0, first * first / np.where(bend == 0, 1.0, bend), 0.0)
        ahead = mean + np.clip(leap, -0.5 * mean, 4.0 * mean)
        moved = np.where((second / np.where(first == 0, 1.0, first) > 0) & (ahead > 0), ahead, twice)
        arrived = np.abs(moved - mean) <= CLOSE * mean
        mean = moved
        if bool(np.all(arrived)):
            break
    return mean


def _log_likelihood(history: _History, mean: Real, size: Real) -> Real:
    """Give how likely open and sold-out days are together; an amount's own factor, the same for all, is left out."""
    share = np.maximum(mean / (size + mean), NEVER)
    opened, out = history.open_sales, history.sold_out
    ways = gammaln(opened.amount + size[opened.series]) - gammaln(size[opened.series])
    reached = betainc(out.amount, size[out.series], share[out.series])
    result: Real = (
        opened.total(ways, history.count)
        + history.open_units * np.log(share)
        + history.open_days * size * np.log1p(-share)
        + out.total(np.log(np.maximum(reached, NEVER)), history.count)
    )
    return result
