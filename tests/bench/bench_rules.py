"""The full engine: demand known, policies chosen by rules, every constraint, reasons as codes; one process, one thread.

`python -m tests.bench.bench_rules` prints the table and writes `bench-results/rules.json`. Levels of each policy are
on lines of their own, for they cost from a tenth of a microsecond a row (days of cover) to a millisecond (the exact
(s, S), each pair of demand and lead time solved once). The floor for days of cover is two multiplications and ceilings.
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

from replenisher.planning.choosing import Ages, PolicyRule, Scope
from replenisher.planning.demand.classes import CLASS_DTYPE
from replenisher.planning.levels_by_rule import RuledBy, with_rules
from replenisher.planning.proposal import plan
from replenisher.planning.rule_set import PlanningRuleSet
from replenisher.planning.snapshot import snapshot
from tests.bench.bench_planning import EVERYTHING, inputs, with_limits
from tests.bench.results import Line, keep, machine, repeated

ROWS, MOST_ROWS, SOME_ROWS = 1_000_000, 5_000_000, 5_000
REPEATS = 5

COVER = {"least_days": 7.0, "most_days": 21.0}
RULES = PlanningRuleSet(
    (
        PolicyRule("everything", "days_of_cover", Scope(), COVER),
        PolicyRule("new", "min_max", Scope(ages=Ages(0, 60)), {"presentation_minimum": 2.0}),
        PolicyRule(
            "lumpy", "days_of_cover", Scope(classes=frozenset({"lumpy"})), {"least_days": 14.0, "most_days": 42.0}
        ),
        PolicyRule(
            "cases", "days_of_cover", Scope(categories=frozenset({"Cases"}), classes=frozenset({"smooth"})), COVER
        ),
        PolicyRule("some", "dynamic_buffer", Scope(locations=frozenset(f"{one:05d}" for one in range(100))), {}),
        PolicyRule("one", "min_max", Scope(skus=frozenset({"SKU-000007"})), {}),
    )
)
"""Rules of every kind of scope."""


def known(rows: int) -> pd.DataFrame:
    """Make a snapshot with limits, demand and supply, no two rows alike; one row in five asks."""
    random = np.random.default_rng(3)
    rate = random.gamma(0.8, 2.0, rows)
    classes = random.integers(0, len(CLASS_DTYPE.categories), rows).astype(np.int8)
    return with_limits(snapshot(**inputs(rows))).assign(
        rate_per_day=rate,
        sd_per_day=np.sqrt(rate * (1 + random.random(rows))),
        rate_known=random.random(rows) < 0.97,
        expected_lead_time_days=random.choice([2.0, 3.0, 4.5, 6.0], rows),
        lead_time_sd_days=random.choice([0.0, 0.5, 1.0], rows),
        review_period_days=random.choice([1.0, 2.0, 7.0], rows),
        order_day=True,
        age_days=random.integers(0, 900, rows),
        demand_class=pd.Categorical.from_codes(classes, dtype=CLASS_DTYPE),
    )


def timed(work: Callable[[], object], repeats: int = REPEATS) -> list[float]:
    """Do it once to warm up, and give the seconds of each repeat."""
    seconds = []
    for _ in range(repeats + 1):
        begin = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - begin)
    return seconds[1:]


def ruled(rows: pd.DataFrame, rule_set: PlanningRuleSet = RULES) -> pd.DataFrame:
    """Choose each row's rule and work its levels out."""
    return with_rules(rows, RuledBy(rule_set, "14146"), EVERYTHING)


def only(policy: str, **parameters: float) -> PlanningRuleSet:
    """One rule for every row."""
    return PlanningRuleSet((PolicyRule(policy, policy, Scope(), parameters),))


def measure() -> list[Line]:
    """Measure every line."""
    rows = known(ROWS)
    chosen = PlanningRuleSet(tuple(PolicyRule(one.name, "min_max", one.scope) for one in RULES.rules))
    done = ruled(rows)
    rate = rows["rate_per_day"].to_numpy()
    lines = [
        line("everything: rules, levels, every constraint", ROWS, timed(lambda: plan(ruled(rows), EVERYTHING))),
        line("  of it: every constraint", ROWS, timed(lambda: plan(done, EVERYTHING))),
        line("  of it: rules and levels", ROWS, timed(lambda: ruled(rows))),
        line("choosing among six rules alone", ROWS, timed(lambda: ruled(rows, chosen))),
        line("floor: days of cover in numpy", ROWS, timed(lambda: (np.ceil(rate * 7), np.ceil(rate * 21)))),
        line(
            "order_up_to by cycle service", ROWS, timed(lambda: ruled(rows, only("order_up_to", cycle_service=0.97)), 1)
        ),
        line("order_up_to by fill rate", ROWS, timed(lambda: ruled(rows, only("order_up_to", fill_rate=0.98)), 1)),
    ]
    some = rows.iloc[:SOME_ROWS]
    lines.append(line("optimal_s_s", SOME_ROWS, timed(lambda: ruled(some, only("optimal_s_s", order_cost=2.0)), 1)))
    return lines


def measure_many() -> Line:
    """Measure five million rows."""
    rows = known(MOST_ROWS)
    return line("everything, five million rows", MOST_ROWS, timed(lambda: plan(ruled(rows), EVERYTHING), 1))


def line(what: str, rows: int, seconds: list[float]) -> Line:
    """Give one line, with the process's peak memory so far."""
    peak = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    return repeated(what, seconds, rows=rows, rows_per_second=round(rows / median(seconds)), peak_megabytes=peak)


def main() -> None:
    """Measure, print the table and keep the figures."""
    before, lines = machine(), [*measure(), measure_many()]
    table = Table("what", title="Full engine, one process, one thread", box=None)
    for heading in ("rows", "seconds", "rows/s", "peak MB"):
        table.add_column(heading, justify="right")
    for one in lines:
        figures = (f"{one['rows']:,}", f"{one['seconds_median']:.3f}", f"{one['rows_per_second']:,}")
        table.add_row(one["what"], *figures, f"{one['peak_megabytes']:,}")
    console = Console(highlight=False)
    console.print(table)
    console.print(f"figures in {keep('rules', before, lines)}")


if __name__ == "__main__":
    main()
