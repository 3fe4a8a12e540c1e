"""The smallest whole level that is enough, for many rows at once: how quantiles and service levels are found.

1. Guess each row's level, as if its demand were normal but lopsided (`likely_level`).
2. Step away from the guess, up where it is not enough and down where it is, by twice as much each time.
3. Halve what lies between the last level that is not enough and the first that is.

After each step only the rows that are not settled are looked at, so a good guess costs two looks.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

Real = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]
Places = npt.NDArray[np.intp]
Enough = Callable[[Real, Places], npt.NDArray[np.bool_]]
"""From levels and the places of their rows to whether each is enough."""


def smallest_level(guess: Real, enough: Enough) -> Whole:
    """Find, for each row, the smallest whole level from 0 that is enough.

    `enough(levels, rows)` tells of some rows, by their places, whether these levels are; a level above one that is
    enough must be enough too. The search steps away from the guess, by twice as much each time, and then halves: it
    ends right from any guess, and soon from a good one.

    Worked example: where 7 and more are enough, guesses of 0, 7 and 100 all end at 7.
    """
    high = np.maximum(np.ceil(guess), 0.0).reshape(-1)
    low = np.full_like(high, -1.0)
    first = enough(high, np.arange(high.size))
    _step_up(low, high, np.flatnonzero(~first), enough)
    _step_down(low, high, np.flatnonzero(first), enough)
    rows = np.flatnonzero(high - low > 1)
    while rows.size:
        middle = np.floor(0.5 * (low[rows] + high[rows]))
        is_enough = enough(middle, rows)
        high[rows[is_enough]] = middle[is_enough]
        low[rows[~is_enough]] = middle[~is_enough]
        rows = rows[high[rows] - low[rows] > 1]
    return high.astype(np.int64).reshape(guess.shape)


def _step_up(low: Real, high: Real, rows: Places, enough: Enough) -> None:
    """Raise `high` of these rows until it is enough; `low` follows to the last that was not."""
    step = 1.0
    while rows.size:
        low[rows] = high[rows]
        high[rows] += step
        rows = rows[~enough(high[rows], rows)]
        step *= 2.0


def _step_down(low: Real, high: Real, rows: Places, enough: Enough) -> None:
    """Lower `high` of these rows while it is enough; `low` is where it no longer was, or -1."""
    step = 1.0
    while (rows := rows[high[rows] >= step]).size:
        lower = high[rows] - step
        is_enough = enough(lower, rows)
        low[rows[~is_enough]] = lower[~is_enough]
        rows, lower = rows[is_enough], lower[is_enough]
        high[rows] = lower
        step *= 2.0


def likely_level(z: Real, mean: Real, sd: Real) -> Real:
    """Guess the level z standard deviations above the mean of a lopsided demand, to start a search from.

    mean + sd (z + (z^2 - 1) g / 6) with g the skewness (2 sd^2 / mean - 1) / sd, for a Poisson at least: the first
    terms of Cornish & Fisher 1938.

    Worked example: z 2 of mean 100, sd 20: g is 0.35, and the guess 100 + 20 (2 + 3 x 0.35 / 6) = 143.5.
    """
    spread = np.maximum(sd, np.sqrt(mean))
    with np.errstate(divide="ignore", invalid="ignore"):
        skewness = np.where(mean > 0, (2.0 * spread * spread / mean - 1.0) / spread, 0.0)
    # Of a very lopsided demand the next terms would matter more than these: no further than its mean and spread say.
    level: Real = mean + spread * (z + (z * z - 1.0) * np.minimum(skewness, 2.0) / 6.0)
    return np.maximum(level, 0.0)
