"""Settings of the guards: limits that mean something, and what an empty one means."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from replenisher.config import Guards, Settings
from replenisher.planning.data_guards import GuardLimits

Loaded = Callable[..., Settings]
Refused = Callable[..., list[str]]

LAST = "      unlisted: order"


def guarded(*lines: str) -> tuple[str, str]:
    """The smallest configuration's company with these guards, the first on line 20."""
    return LAST, f"{LAST}\n    guards:" + "".join(f"\n      {line}" for line in lines)


def test_the_defaults_are_those_that_planning_has_by_itself() -> None:
    assert Guards().limits(report_days=7) == GuardLimits()


def test_a_report_may_stand_still_for_the_days_that_it_covers_or_for_as_many_as_are_set() -> None:
    assert Guards().limits(report_days=60).maximum_report_age_days == 60
    assert Guards(maximum_report_age_days=0).limits(report_days=60).maximum_report_age_days == 0


def test_limits_at_the_edge_of_what_they_may_be_load(loaded: Loaded) -> None:
    edges = ("maximum_total_factor: 1.01", "smallest_judged_total: 0", "maximum_report_age_days: 366")
    (company,) = loaded(guarded(*edges)).companies
    limits = company.guards.limits(company.report_days)
    assert (limits.maximum_total_factor, limits.smallest_judged_total, limits.maximum_report_age_days) == (1.01, 0, 366)


def test_without_a_factor_no_total_is_judged(loaded: Loaded) -> None:
    (company,) = loaded(guarded("maximum_total_factor:", "maximum_report_age_days:")).companies
    assert (company.guards.maximum_total_factor, company.guards.maximum_report_age_days) == (None, None)
    assert company.guards.limits(7) == GuardLimits()


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("maximum_total_factor: 1", "should be more than 1; found '1'"),
        ("maximum_total_factor: .inf", "should be a number; found '.inf'"),
        ("smallest_judged_total: -1", "should be at least 0; found '-1'"),
        ("smallest_judged_total: 0.5", "should be a whole number; found '0.5'"),
        ("maximum_report_age_days: -1", "should be at least 0; found '-1'"),
        ("maximum_report_age_days: 367", "should be at most 366; found '367'"),
    ],
)
def test_a_limit_that_means_nothing_is_told_with_its_line(refused: Refused, line: str, says: str) -> None:
    (fault,) = refused(guarded(line))
    assert fault.startswith(f"20: companies[0].guards.{line.partition(':')[0]}: ")
    assert says in fault, fault
