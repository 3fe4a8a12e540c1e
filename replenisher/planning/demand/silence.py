"""How long each series has sold nothing, and what it sold before: for judging whether its stock is there at all.

Only days that count are looked at. The rate and spread are those of the days up to the last sale, so that a silence
does not lower the rate by which it is judged (`planning.phantom_stock`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from replenisher.planning.demand.panel import Panel, Real, Whole


@dataclass(frozen=True)
class Silence:
    """Per series: counting days since the last sale, and rate and standard deviation per day up to that sale."""

    days: Whole
    rate: Real
    sd: Real


def silence_of(panel: Panel, least_days: int) -> Silence:
    """Measure each series; one that never sold, or counts fewer than `least_days` up to its last sale, is not silent.

    Worked example, least 2 days: 2, 0, 4, 0, 0: two days of silence after three days at 2 a day with a spread of 2.
    """
    units, length = panel.packed()
    sold = units > 0
    since = np.where(sold.any(axis=1), np.argmax(sold[:, ::-1], axis=1), length)
    before = length - since
    judged = before >= max(least_days, 1)
    total = units.sum(axis=1)
    rate = np.where(judged, total / np.maximum(before, 1), 0.0)
    squares = np.einsum("ij,ij->i", units, units) - before * rate**2
    sd = np.where(judged, np.sqrt(np.maximum(squares, 0.0) / np.maximum(before - 1, 1)), 0.0)
    return Silence(np.where(judged, since, 0).astype(np.int64), rate, sd)
