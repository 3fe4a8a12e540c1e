"""Demand, policies and shortages: what a night of estimating and levelling costs, each beside plain numpy.

`python -m tests.bench.bench_demand` prints the table and writes `bench-results/demand.json`. The floor of a line is the
least that must be done to the same arrays: mean and variance of all sales, or one multiplication per level.
"""

from __future__ import annotations

import resource
import time
from collections.abc import Callable
from statistics import median

import numpy as np
import pandas as pd
from rich.console import Console
from rich.table import Table

from replenisher.planning.demand.censoring import CensoringLimits
from replenisher.planning.demand.choice import METHODS, EstimateSettings
from replenisher.planning.demand.classes import DemandClass
from replenisher.planning.demand.estimate import estimate
from replenisher.planning.demand.intervals import Distribution, over_interval
from replenisher.planning.demand.panel import Real
from replenisher.planning.demand.sales import Sales
from replenisher.planning.demand.weekdays import weekday_pattern
from replenisher.planning.policies.catalogue import Known, levels_of
from replenisher.planning.policies.levels import Demand, Supply
from tests.bench.results import Line, keep, machine, repeated

SERIES, DAYS, ROWS = 100_000, 365, 1_000_000
FEW = 2_000
"""Series of the estimators that are looked at one by one, and slow ones among them."""


def measured(work: Callable[[], object], times: int = 3) -> list[float]:
    """Seconds of one core that the work takes, several times."""
    taken = []
    for _ in range(times):
        began = time.process_time()
        work()
        taken.append(time.process_time() - began)
    return taken


def demand_lines() -> list[Line]:
    """Estimate 100,000 series of a year, with and without stock-outs, and each estimator on fewer."""
    random = np.random.default_rng(11)
    rate = random.gamma(0.5, 1.0, SERIES) + 0.02
    units = random.poisson(rate[:, None], (SERIES, DAYS)).astype(np.float64)
    out = random.random((SERIES, DAYS)) < 0.1
    skus = np.arange(SERIES).astype(str)
    keys = pd.DataFrame({"location": pd.Categorical(["L"] * SERIES), "sku": pd.Categorical(skus)})
    floor = measured(lambda: (units.mean(axis=1), units.var(axis=1)))
    lines = [_beside("100,000 series x 365 days", lambda: estimate(keys, Sales(units)), floor, SERIES)]
    lines.append(
        _beside(
            "  the same, a tenth of the days out of stock", lambda: estimate(keys, Sales(units, out)), floor, SERIES
        )
    )
    lines += behind_lines(keys, units, floor)
    few, small = Sales(units[:FEW]), measured(lambda: (units[:FEW].mean(axis=1), units[:FEW].var(axis=1)))
    for name in METHODS:
        settings = EstimateSettings(only=name)
        lines.append(_beside(f"  {name}, 2,000 series", lambda s=settings: estimate(keys[:FEW], few, s), small, FEW))
    return lines


def behind_lines(keys: pd.DataFrame, units: Real, floor: list[float]) -> list[Line]:
    """Find the demand behind a tenth of the days that sold out, the week's pattern, and the spread of eight days."""
    random = np.random.default_rng(13)
    ended_empty = (random.random(units.shape) < 0.1) & (units > 0)
    sales = Sales(units, sold_out=ended_empty)
    likely = EstimateSettings(censoring=CensoringLimits())
    demand, panel = estimate(keys, sales), sales.panel()
    days = np.full(SERIES, 8, dtype=np.int64)
    own = dict.fromkeys(DemandClass, Distribution.EMPIRICAL)
    return [
        _beside(
            "  demand behind days that sold out, by likelihood", lambda: estimate(keys, sales, likely), floor, SERIES, 1
        ),
        _beside("  pattern of the week", lambda: weekday_pattern(panel, 0), floor, SERIES),
        _beside("  eight days, from history", lambda: over_interval(demand, days, panel, None, own), floor, SERIES),
    ]


def policy_lines() -> list[Line]:
    """Bring a million rows to their levels by each policy; the exact (s, S) with 500 sets of parameters."""
    random = np.random.default_rng(12)
    rate = random.gamma(0.5, 1.0, ROWS) + 0.01
    classes = random.integers(0, 500, ROWS)
    alike = np.round(random.gamma(0.5, 1.0, 500) + 0.05, 2)[classes]

    def known(rates: np.ndarray[tuple[int], np.dtype[np.float64]]) -> Known:
        whole = np.full(ROWS, 7, dtype=np.int64)
        ones = np.ones(ROWS)
        return Known(
            Demand(rates, np.sqrt(2 * rates)),
            Supply(3 * ones, 0 * ones, 7 * ones),
            reorder_point=whole,
            order_up_to_level=2 * whole,
            case_pack=np.ones(ROWS, dtype=np.int64),
            minimum_order_quantity=0 * whole,
            unit_cost=1_000 * whole,
        )

    any_, few = known(rate), known(alike)
    floor = measured(lambda: np.ceil(rate * 10).astype(np.int64))
    asked: list[tuple[str, Known, dict[str, float]]] = [
        ("min_max", any_, {"presentation_minimum": 2}),
        ("days_of_cover", any_, {"least_days": 7, "most_days": 21}),
        ("dynamic_buffer", any_, {}),
        ("order_up_to", any_, {"cycle_service": 0.95}),
        ("order_up_to", any_, {"fill_rate": 0.98}),
        ("reorder_point_lot", any_, {"cycle_service": 0.95, "lot": 12}),
        ("optimal_s_s", few, {"order_cost": 0.5}),
    ]
    return [
        _beside(
            f"{name} {given or ''}, 1,000,000 rows", lambda n=name, k=rows, g=given: levels_of(n, k, g), floor, ROWS, 1
        )
        for name, rows, given in asked
    ]


def _beside(what: str, work: Callable[[], object], floor: list[float], rows: int, times: int = 3) -> Line:
    line = repeated(what, measured(work, times), floor_seconds=round(median(floor), 4))
    seconds = float(line["seconds_median"])
    return line | {
        "rows_per_second": round(rows / seconds),
        "times_the_floor": round(seconds / max(median(floor), 1e-9), 1),
    }


def main() -> None:
    """Measure, print, and keep."""
    before = machine()
    lines = [*demand_lines(), *policy_lines()]
    table = Table("what", title="Demand and policies, on one core")
    for name in ("seconds", "rows/s", "floor s", "times the floor"):
        table.add_column(name, justify="right")
    for line in lines:
        figures = (f"{line['seconds_median']:.2f}", f"{line['rows_per_second']:,}", f"{line['floor_seconds']:.3f}")
        table.add_row(str(line["what"]), *figures, f"{line['times_the_floor']:,}")
    console = Console(highlight=False, width=130)
    console.print(table)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    path = keep("demand", before, [*lines, {"what": "peak memory", "gigabytes": round(peak, 2)}])
    console.print(f"peak memory {peak:.2f} GB; figures in {path}")


if __name__ == "__main__":
    main()
