"""Is a location's report to be trusted? Judged by figures alone; each doubt is a sentence with them in it.

1. **rows fell**: fewer rows than a set share of the last good report. A halved report would order for the half that is
   missing, once it is back;
2. **a total jumped**: a total (units on hand, units sold) is more than so many times the median of the last eight
   runs, or less than so many times below it. Small totals jump by themselves and are not judged;
3. **the report repeats**: it is the last one again, to the byte, and dated longer ago than allowed: a feed that
   stands still while goods are sold. A report that tells of nothing sold may stay as it is;
4. **an order is missing**: it is the last one again, to the byte, though an order of ours has reached the platform
   between the two. Units on order should have changed; whoever plans from it orders the same need twice.

A finding refuses the location for the run. Each names the setting that accepts the report, for a person who knows
that it is right. Shares and factors count as they are written: 0.55 of 100 rows is 55, not a hair more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from fractions import Fraction

from replenisher.errors import PlanningInputError

RUNS = 8
"""Earlier runs whose median a total is compared with."""

FEWEST_RUNS = 3
"""Earlier runs below which there is no median to speak of."""


class Guard(Enum):
    """What can be doubtful about a report, or about a row of it."""

    ROWS_FELL = "rows_fell"
    TOTAL_JUMPED = "total_jumped"
    REPORT_REPEATS = "report_repeats"
    ORDER_MISSING = "order_missing"
    PHANTOM_STOCK = "phantom_stock"


@dataclass(frozen=True)
class GuardLimits:
    """Where doubt begins; each name is that of the setting in `guards` that it comes from.

    `minimum_rows_share` 0 to 1; `maximum_total_factor` above 1; `smallest_judged_total` in units;
    `maximum_report_age_days` in days; `phantom_probability` 0 (nothing is a phantom) to 1.
    """

    minimum_rows_share: float = 0.6
    maximum_total_factor: float = 5.0
    smallest_judged_total: int = 100
    maximum_report_age_days: int = 7
    phantom_probability: float = 0.001

    def __post_init__(self) -> None:
        """Refuse limits that mean nothing."""
        legal = {
            "minimum_rows_share": 0 <= self.minimum_rows_share <= 1,
            "maximum_total_factor": 1 < self.maximum_total_factor < float("inf"),
            "smallest_judged_total": self.smallest_judged_total >= 0,
            "maximum_report_age_days": self.maximum_report_age_days >= 0,
            "phantom_probability": 0 <= self.phantom_probability <= 1,
        }
        for name, kept in legal.items():
            if not kept:
                raise PlanningInputError(f"guards.{name}: {getattr(self, name)} is outside what it may be")


@dataclass(frozen=True)
class Finding:
    """One doubt: what kind, at which location, and a sentence for a person."""

    guard: Guard
    location: str
    sentence: str


@dataclass(frozen=True)
class Total:
    """A total of this report, and those of earlier runs, oldest first; units."""

    now: int
    earlier: Sequence[int]


@dataclass(frozen=True)
class ReportFacts:
    """What is known of a report without reading its rows again.

    `usual_rows` is the count of the last good report, None for the first. `fingerprint` is the hash of the content,
    `last_fingerprint` that of the last report, None for the first. `dated` is the date of the report, where it bears
    none the business date on which this content was first read; `business_date` is the location's today. `may_repeat`
    says that the report tells of nothing that must change from day to day, so that it is not doubted for its age.
    `ordered_between` names an order that was sent after the first report with `last_fingerprint` was judged, and seen
    at the platform before this one was asked for; empty where there is none.
    """

    location: str
    rows: int
    usual_rows: int | None
    fingerprint: str
    last_fingerprint: str | None
    dated: date
    business_date: date
    totals: Mapping[str, Total] = field(default_factory=dict)
    may_repeat: bool = False
    ordered_between: str = ""


def judge_report(facts: ReportFacts, limits: GuardLimits) -> list[Finding]:
    """List every doubt about a report; an empty list means that it may be planned from.

    Worked example: 250 rows usually, and a share of 0.6: 149 rows are refused and 150 accepted. Units on hand of 900,
    1,000 and 1,100 before, and a factor of 3: 3,001 and 333 are refused, 3,000 and 334 accepted. The same bytes as
    last time, dated two days ago where one is allowed, are refused; dated yesterday they are accepted.
    """
    findings = [_rows_fell(facts, limits), _repeats(facts, limits), _order_missing(facts)]
    findings += [_total_jumped(facts.location, name, total, limits) for name, total in facts.totals.items()]
    return [finding for finding in findings if finding is not None]


def _rows_fell(facts: ReportFacts, limits: GuardLimits) -> Finding | None:
    usual = facts.usual_rows
    if not usual or facts.rows >= usual * _as_written(limits.minimum_rows_share):
        return None
    sentence = (
        f"location {facts.location}: {facts.rows:,} rows, where the last good report had {usual:,}; that is "
        f"{facts.rows / usual:.0%}, less than guards.minimum_rows_share = {limits.minimum_rows_share:g} allows. "
        "If the location really carries less now, lower that share for one run"
    )
    return Finding(Guard.ROWS_FELL, facts.location, sentence)


def _total_jumped(location: str, name: str, total: Total, limits: GuardLimits) -> Finding | None:
    usual = usual_total(total.earlier)
    smallest = limits.smallest_judged_total
    if not usual or (total.now < smallest and usual < smallest):
        return None
    factor = _as_written(limits.maximum_total_factor)
    if usual <= total.now * factor and total.now <= usual * factor:
        return None
    runs = min(len(total.earlier), RUNS)
    sentence = (
        f"location {location}: {name} is {total.now:,}, where the median of the last {runs} runs is "
        f"{float(usual):,.10g}; that is beyond guards.maximum_total_factor = {limits.maximum_total_factor:g}. "
        "If it is right, raise that factor for one run"
    )
    return Finding(Guard.TOTAL_JUMPED, location, sentence)


def _repeats(facts: ReportFacts, limits: GuardLimits) -> Finding | None:
    age = (facts.business_date - facts.dated).days
    same = facts.fingerprint == facts.last_fingerprint
    if facts.may_repeat or not same or age <= limits.maximum_report_age_days:
        return None
    sentence = (
        f"location {facts.location}: the report is the last one again and dated {facts.dated}, {age} days ago; more "
        f"than guards.maximum_report_age_days = {limits.maximum_report_age_days} allows. If the location was closed "
        "and nothing moved, raise that number of days for one run; otherwise ask why its reports stand still"
    )
    return Finding(Guard.REPORT_REPEATS, facts.location, sentence)


def _order_missing(facts: ReportFacts) -> Finding | None:
    if not facts.ordered_between or facts.fingerprint != facts.last_fingerprint:
        return None
    sentence = (
        f"location {facts.location}: the report is the last one again, though our order {facts.ordered_between} has "
        "reached the platform between the two, so its units on order should have changed; planned from it, the same "
        "need would be ordered twice. Ask why the location's reports stand still"
    )
    return Finding(Guard.ORDER_MISSING, facts.location, sentence)


def usual_total(earlier: Sequence[int]) -> Fraction | None:
    """Give the median of the last RUNS totals, oldest first; None where there are fewer than FEWEST_RUNS.

    Worked example: 900, 1,000, 1,100 and 5,000 have a median of 1,050; 900 and 1,000 alone have none.
    """
    totals = earlier[-RUNS:]
    if len(totals) < FEWEST_RUNS:
        return None
    ordered, middle = sorted(totals), len(totals) // 2
    return Fraction(ordered[middle] + ordered[-middle - 1], 2)


def _as_written(number: float) -> Fraction:
    """Take a setting for the decimal number that a person wrote."""
    return Fraction(str(number))
