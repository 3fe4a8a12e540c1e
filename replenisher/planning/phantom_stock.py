"""Stock that the report shows and the shelf may not hold: on hand, and silent for longer than chance explains.

A SKU that sells some units a day is now and then not sold for days. How likely that is follows from its rate and
spread; a silence so unlikely means more probably that nothing is there to be sold: stolen, misplaced, or never
received. The plan sees stock and orders nothing, no sale corrects it, and a rate that is learnt from the silence falls
until nothing looks odd any more. So **the rate must be that of the days before the silence**, and the days counted are
those on which the location was open.

The chance of no sale in n days, at a rate r and a standard deviation s per day, independent from day to day:

    Poisson, where s² <= r:              exp(-n r)
    negative binomial, where s² > r:     (r / s²) ^ (n r² / (s² - r))

both written as exp(-n r · ln(1 + e) / e) with e = s²/r - 1, which is Poisson's as e goes to 0.

Source: DeHoratius, Mersereau & Schrage, *Retail Inventory Management When Records Are Inaccurate*, 2008.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from replenisher.errors import PlanningInputError
from replenisher.planning.data_guards import Finding, Guard, GuardLimits

Whole = npt.NDArray[np.int64]
Real = npt.NDArray[np.float64]

SLOWEST_RATE = 1e-9
"""Units per day; one in three million years, which is what is left of a rate that was 0."""


@dataclass(frozen=True)
class Silences:
    """Rows and how long each has sold nothing, as arrays of one length.

    `on_hand` in units and `days` without a sale are int64; the rate before them and its standard deviation, in units
    per day, are float64.
    """

    location: pd.Categorical
    sku: pd.Categorical
    on_hand: Whole
    days: Whole
    rate_per_day: Real
    spread_per_day: Real


def chance_of_silence(rate_per_day: Real, spread_per_day: Real, days: Whole) -> Real:
    """Give the probability that each row sells nothing for so many days, from its rate and standard deviation per day.

    A rate of 0 (SLOWEST_RATE or less) gives 1: silence is what it expects. Raises PlanningInputError for values that
    are missing or below 0.

    Worked example: 0.3 a day with a spread of 0.5 (0.25 <= 0.3, so Poisson), 20 days: exp(-6) = 0.0025. With a spread
    of 0.9 it is negative binomial, (0.3 / 0.81) ^ (20 · 0.09 / 0.51) = 0.030: lumpy sales fall silent more often.
    """
    for name, values in (("rate_per_day", rate_per_day), ("spread_per_day", spread_per_day), ("days", days)):
        wrong = ~(np.isfinite(values) & (values >= 0))
        if wrong.any():
            raise PlanningInputError(
                f"phantom stock: {name} is missing or below 0 (place {int(np.argmax(wrong))}); leave the row out"
            )
    sells = rate_per_day > SLOWEST_RATE
    rate = np.where(sells, rate_per_day, 1.0)
    excess = np.maximum(spread_per_day**2 / rate - 1, 0)
    shrunk = np.divide(np.log1p(excess), excess, out=np.ones_like(excess), where=excess > 0)
    chance: Real = np.where(sells, np.exp(-days * rate * shrunk), 1.0)
    return chance


def is_phantom(on_hand: Whole, chance: Real, limits: GuardLimits) -> npt.NDArray[np.bool_]:
    """Tell which rows have stock and a silence less likely than `limits.phantom_probability`."""
    return (on_hand > 0) & (chance < limits.phantom_probability)


def phantom_findings(silences: Silences, limits: GuardLimits) -> list[Finding]:
    """Write a finding for each row whose stock is probably a phantom, in the order of the rows.

    Worked example: 12 on hand, 0.3 a day with a spread of 0.5, silent for 24 days: the chance is exp(-7.2) = 0.00075,
    below 0.001, so it is one. At 23 days it is exp(-6.9) = 0.00101: not yet.
    """
    chance = chance_of_silence(silences.rate_per_day, silences.spread_per_day, silences.days)
    rows = np.flatnonzero(is_phantom(silences.on_hand, chance, limits)).tolist()
    return [_finding(silences, row, float(chance[row]), limits) for row in rows]


def _finding(silences: Silences, row: int, chance: float, limits: GuardLimits) -> Finding:
    location, sku = str(silences.location[row]), str(silences.sku[row])
    sentence = (
        f"location {location}, SKU {sku}: {silences.on_hand[row]:,} on hand and nothing sold for "
        f"{silences.days[row]:,} days, where {silences.rate_per_day[row]:.3g} a day are usual; the chance of that is "
        f"{chance:.2g}, less than guards.phantom_probability = {limits.phantom_probability:g}. "
        "Have the shelf counted; if it is right, lower that probability"
    )
    return Finding(Guard.PHANTOM_STOCK, location, sentence)
