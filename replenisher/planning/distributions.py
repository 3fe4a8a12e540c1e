"""Demand over a protection interval as a distribution: how likely it is covered, and how many units would be short.

Three distributions by mean and standard deviation, whole columns at once: the **normal**, the **Poisson** (whose
variance is its mean), and the **negative binomial** for whole units that vary more than that. Of a column, each row has
its own parameters.

For demand X and a level y: `..._cdf` is P(X <= y), `..._quantile` the smallest y that covers a share of demand,
`..._short` the expected units short E[max(X - y, 0)]. Of any of the three, `units_left` is the expected units left
E[max(y - X, 0)]. Beside them stands demand as a table of masses, from 0 units on: `table_quantile`, `table_short`.

Sources: Snyder & Shen, Fundamentals of Supply Chain Theory, appendix C (loss functions); Hadley & Whitin 1963.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import betainc, ndtr, ndtri, pdtr, pdtrik

from replenisher.errors import PlanningInputError
from replenisher.planning.smallest import likely_level, smallest_level

Real = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]

LARGEST_MEAN = 1e9
"""Units; beyond it a demand is a slip, and the sums below would lose digits."""
_NO_MORE_THAN_POISSON = 1.0 + 1e-9
"""Variance by mean; a surplus so small is a rounding error of the arithmetic, and its size would lose digits."""


def _checked(mean: npt.ArrayLike, sd: npt.ArrayLike | None = None) -> tuple[Real, Real]:
    means = np.asarray(mean, dtype=np.float64)
    sds = np.sqrt(np.maximum(means, 0)) if sd is None else np.asarray(sd, dtype=np.float64)
    means, sds = np.broadcast_arrays(means, sds)
    for name, values in (("mean", means), ("standard deviation", sds)):
        if values.size and not bool(np.all((values >= 0) & (values <= LARGEST_MEAN))):
            raise PlanningInputError(f"the {name} of a demand should be from 0 to {LARGEST_MEAN:g} units, and a number")
    return means, sds


def _share(share: npt.ArrayLike) -> Real:
    shares = np.asarray(share, dtype=np.float64)
    if shares.size and not bool(np.all((shares > 0) & (shares < 1))):
        raise PlanningInputError("a share of demand should be more than 0 and less than 1")
    return shares


def density(z: npt.ArrayLike) -> Real:
    """Evaluate the standard normal density."""
    at = np.asarray(z, dtype=np.float64)
    result: Real = np.exp(-0.5 * at * at) / np.sqrt(2.0 * np.pi)
    return result


def standard_loss(z: npt.ArrayLike) -> Real:
    """Give G(z) = phi(z) - z (1 - Phi(z)): units short of a standard normal demand at level z.

    Worked example: G(0.3) = 0.266761 (Snyder & Shen), and G(0) = 0.398942.
    """
    at = np.asarray(z, dtype=np.float64)
    result: Real = density(at) - at * ndtr(-at)
    return np.maximum(result, 0.0)


def inverse_standard_loss(loss: npt.ArrayLike) -> Real:
    """Find the z whose G(z) is this many units, by Newton's method on log G within a bracket; losses are more than 0.

    The logarithm, for far out G falls so steeply that steps on G itself would be tiny.

    Worked example: the inverse of 0.266761 is 0.3.
    """
    wanted = np.asarray(loss, dtype=np.float64)
    if wanted.size and not bool(np.all((wanted > 0) & np.isfinite(wanted))):
        raise PlanningInputError("a loss should be more than 0 units")
    # G falls from -z (far left) to 0 (far right), so the z lies between these two.
    low, high = -wanted - 1.0, np.full_like(wanted, 40.0)
    at = np.where(wanted > 1.0, -wanted, 0.0)
    for _ in range(80):
        value = standard_loss(at)
        low, high = np.where(value > wanted, at, low), np.where(value > wanted, high, at)
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            step = at + np.log(value / wanted) * value / ndtr(-at)
        inside = np.isfinite(step) & (step >= low) & (step <= high)
        before, at = at, np.where(inside, step, 0.5 * (low + high))
        if bool(np.all(np.abs(at - before) <= 1e-10 * np.maximum(np.abs(at), 1.0))):
            break
    return at


def units_left(level: npt.ArrayLike, mean: npt.ArrayLike, short: npt.ArrayLike) -> Real:
    """Give the expected units left at a level, from the mean and the units short there: y - mean + short.

    Worked example: level 2 of a Poisson demand of mean 1, where 0.103638 are short, leaves 1.103638.
    """
    left: Real = np.asarray(level, dtype=np.float64) - np.asarray(mean, dtype=np.float64) + np.asarray(short)
    return np.maximum(left, 0.0)


def normal_cdf(level: npt.ArrayLike, mean: npt.ArrayLike, sd: npt.ArrayLike) -> Real:
    """Give P(X <= level) of a normal demand; without spread it is 1 from the mean on."""
    means, sds = _checked(mean, sd)
    gap = np.asarray(level, dtype=np.float64) - means
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(sds > 0, ndtr(gap / sds), (gap >= 0).astype(np.float64))


def normal_quantile(share: npt.ArrayLike, mean: npt.ArrayLike, sd: npt.ArrayLike) -> Real:
    """Give the level that covers this share of a normal demand: mean + z sd.

    Worked example: 0.795455 of mean 50, sd 8 is 56.604 (Snyder & Shen, example 4.3).
    """
    means, sds = _checked(mean, sd)
    result: Real = means + ndtri(_share(share)) * sds
    return result


def normal_short(level: npt.ArrayLike, mean: npt.ArrayLike, sd: npt.ArrayLike) -> Real:
    """Give the expected units short of a normal demand at a level: sd G((level - mean) / sd)."""
    means, sds = _checked(mean, sd)
    gap = np.asarray(level, dtype=np.float64) - means
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = sds * standard_loss(np.where(sds > 0, gap / np.where(sds > 0, sds, 1.0), 0.0))
    return np.where(sds > 0, spread, np.maximum(-gap, 0.0))


def poisson_cdf(level: npt.ArrayLike, mean: npt.ArrayLike) -> Real:
    """Give P(X <= level) of a Poisson demand; a level between two units counts as the lower, below 0 it is 0."""
    means, _ = _checked(mean)
    at = np.floor(np.asarray(level, dtype=np.float64))
    result: Real = np.where(at < 0, 0.0, pdtr(np.maximum(at, 0.0), means))
    return result


def poisson_quantile(share: npt.ArrayLike, mean: npt.ArrayLike) -> Whole:
    """Give the smallest whole level that covers this share of a Poisson demand.

    Worked example: 0.8 of mean 6 is 8 (Snyder & Shen, example 4.7).
    """
    means, _ = _checked(mean)
    wanted = _share(share)
    with np.errstate(invalid="ignore"):
        first = np.where(means > 0, pdtrik(wanted, np.maximum(means, 1e-300)), 0.0)
    means, wanted, first = np.broadcast_arrays(means, wanted, np.nan_to_num(first))
    m, w = means.reshape(-1), wanted.reshape(-1)
    return smallest_level(first, lambda level, rows: poisson_cdf(level, m[rows]) >= w[rows])


def poisson_short(level: npt.ArrayLike, mean: npt.ArrayLike) -> Real:
    """Give the expected units short of a Poisson demand at a whole level: (mean - y) (1 - F(y)) + mean f(y).

    Worked example: level 2 of mean 1 is 0.103638.
    """
    means, _ = _checked(mean)
    at = np.asarray(level, dtype=np.float64)
    mass = poisson_cdf(at, means) - poisson_cdf(at - 1.0, means)
    inside = (means - at) * (1.0 - poisson_cdf(at, means)) + means * mass
    return np.maximum(np.where(at < 0, means - at, inside), 0.0)


def _parameters(mean: Real, sd: Real) -> tuple[Real, Real, npt.NDArray[np.bool_]]:
    """Give size and success share of the negative binomial, and the rows that vary no more than a Poisson."""
    variance = sd * sd
    poisson = (variance <= mean * _NO_MORE_THAN_POISSON) | (mean == 0)
    surplus = np.where(poisson, 1.0, variance - mean)
    with np.errstate(divide="ignore", invalid="ignore"):
        size = np.where(poisson, 1.0, mean * mean / surplus)
        share = np.where(poisson, 0.5, mean / np.where(poisson, 1.0, variance))
    return size, share, poisson


def _beta_cdf(level: Real, size: Real, share: Real) -> Real:
    return np.asarray(betainc(size, level + 1.0, share), dtype=np.float64)


def negative_binomial_cdf(level: npt.ArrayLike, mean: npt.ArrayLike, sd: npt.ArrayLike) -> Real:
    """Give P(X <= level) of a negative binomial demand; of a Poisson one where the variance is not above the mean."""
    means, sds = _checked(mean, sd)
    size, share, poisson = _parameters(means, sds)
    at: Real = np.floor(np.asarray(level, dtype=np.float64))
    result: Real = np.where(at < 0, 0.0, _beta_cdf(np.maximum(at, 0.0), size, share))
    return np.where(poisson, poisson_cdf(at, means), result) if poisson.any() else result


def negative_binomial_quantile(share: npt.ArrayLike, mean: npt.ArrayLike, sd: npt.ArrayLike) -> Whole:
    """Give the smallest whole level that covers this share of a negative binomial demand.

    Worked example: mean 2, sd 2 (size 2, success share 1/2): F(3) = 0.8125, so 0.8 is covered by 3.
    """
    means, sds = _checked(mean, sd)
    means, sds, wanted = np.broadcast_arrays(means, sds, _share(share))
    m, d, w = means.reshape(-1), sds.reshape(-1), wanted.reshape(-1)
    return smallest_level(
        likely_level(ndtri(wanted), means, sds),
        lambda level, rows: negative_binomial_cdf(level, m[rows], d[rows]) >= w[rows],
    )


def negative_binomial_short(level: npt.ArrayLike, mean: npt.ArrayLike, sd: npt.ArrayLike) -> Real:
    """Give the expected units short of a negative binomial demand at a whole level.

    E[X; X > y] = mean P(Y > y - 1) with Y negative binomial of size + 1, less y P(X > y).

    Worked example: mean 2, sd 2 at level 3: 2 P(Y > 2) - 3 P(X > 3) = 2 x 0.5 - 3 x 0.1875 = 0.4375.
    """
    means, sds = _checked(mean, sd)
    size, share, poisson = _parameters(means, sds)
    at = np.asarray(level, dtype=np.float64)
    beyond = 1.0 - _beta_cdf(np.maximum(at - 1.0, 0.0), size + 1.0, share) * (at >= 1.0)
    inner = means * beyond - at * (1.0 - _beta_cdf(np.maximum(at, 0.0), size, share))
    short = np.maximum(np.where(at < 0, means - at, inner), 0.0)
    return np.where(poisson, poisson_short(at, means), short) if poisson.any() else short


def _table(masses: npt.ArrayLike) -> Real:
    table = np.asarray(masses, dtype=np.float64)
    if table.size and not bool(np.all(table >= 0) and np.all(np.abs(table.sum(axis=-1) - 1.0) < 1e-6)):
        raise PlanningInputError("the masses of a demand should be 0 or more, and add up to 1")
    return table


def table_quantile(share: npt.ArrayLike, masses: npt.ArrayLike) -> Whole:
    """Give the smallest level that covers this share of a demand whose masses are known; the last axis is units from 0.

    Worked example: no unit with 1/4, one with 1/2 and two with 1/4: 3/4 are covered by 1, more by 2.
    """
    covered = np.cumsum(_table(masses), axis=-1)
    # A share that the sum of masses reaches but for its last digits is covered.
    level: Whole = np.sum(covered < _share(share)[..., None] - 1e-12, axis=-1, dtype=np.int64)
    return level


def table_short(level: npt.ArrayLike, masses: npt.ArrayLike) -> Real:
    """Give the expected units short of a demand whose masses are known.

    Worked example: of the table above, level 1 is short of one unit in a quarter of cases: 0.25.
    """
    table = _table(masses)
    over = np.arange(table.shape[-1]) - np.asarray(level, dtype=np.float64)[..., None]
    result: Real = np.sum(np.maximum(over, 0.0) * table, axis=-1)
    return result
