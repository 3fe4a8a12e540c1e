"""Is a report to be trusted, and is the stock it shows there? PEERS 42 (a feed that changed) and 43 (phantom stock)."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date, timedelta
from statistics import median
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from replenisher.errors import PlanningInputError
from replenisher.planning.data_guards import Guard, GuardLimits, ReportFacts, Total, judge_report, usual_total
from replenisher.planning.phantom_stock import Silences, chance_of_silence, is_phantom, phantom_findings

TODAY = date(2026, 11, 27)
USUAL = ReportFacts("11412", 250, 250, "new", "old", TODAY, TODAY)
LIMITS = GuardLimits(maximum_total_factor=3, maximum_report_age_days=1)


def found(facts: ReportFacts, limits: GuardLimits = LIMITS) -> list[Guard]:
    return [finding.guard for finding in judge_report(facts, limits)]


def on_hand(now: int, *earlier: int) -> ReportFacts:
    return replace(USUAL, totals={"units on hand": Total(now, earlier)})


def test_a_report_like_the_last_ones_is_trusted() -> None:
    assert found(on_hand(1_000, 900, 1_000, 1_100)) == []


def test_the_first_report_of_a_location_is_trusted() -> None:
    assert found(ReportFacts("new", 1, None, "some", None, TODAY, TODAY, {"units sold": Total(9_999, [])})) == []


@pytest.mark.parametrize(("rows", "refused"), [(149, True), (150, False), (250, False), (2_000, False), (0, True)])
def test_rows_may_fall_to_their_share_and_not_below(rows: int, refused: bool) -> None:
    assert found(replace(USUAL, rows=rows)) == [Guard.ROWS_FELL] * refused


def test_a_share_counts_as_it_is_written() -> None:
    """In binary 0.55 of 100 is a hair more than 55."""
    limits = GuardLimits(minimum_rows_share=0.55)
    assert 100 * limits.minimum_rows_share > 55
    assert found(replace(USUAL, usual_rows=100, rows=55), limits) == []
    assert found(replace(USUAL, usual_rows=100, rows=54), limits) == [Guard.ROWS_FELL]


@pytest.mark.parametrize(("now", "refused"), [(3_000, False), (3_001, True), (334, False), (333, True), (0, True)])
def test_a_total_may_reach_its_factor_either_way_and_not_pass_it(now: int, refused: bool) -> None:
    assert found(on_hand(now, 1_100, 900, 1_000)) == [Guard.TOTAL_JUMPED] * refused


def test_a_total_is_compared_with_the_last_eight_runs() -> None:
    long_ago = [1] * 20
    assert found(on_hand(3_000, *long_ago, *[1_000] * 8)) == []
    assert found(on_hand(3_000, *long_ago, *[1_000] * 5)) == []
    assert found(on_hand(3_000, *long_ago, *[1_000] * 3)) == [Guard.TOTAL_JUMPED]


def test_two_earlier_runs_are_no_median_and_three_are() -> None:
    assert found(on_hand(9_000, 1_000, 1_000)) == []
    assert found(on_hand(9_000, 1_000, 1_000, 1_000)) == [Guard.TOTAL_JUMPED]


def test_small_totals_jump_by_themselves_and_are_not_judged() -> None:
    assert found(on_hand(99, 4, 4, 4)) == []
    assert found(on_hand(100, 4, 4, 4)) == [Guard.TOTAL_JUMPED]
    assert found(on_hand(5, 99, 99, 99)) == []
    assert found(on_hand(5, 100, 100, 100)) == [Guard.TOTAL_JUMPED]


def test_goods_where_there_were_none_are_an_opening_not_a_jump() -> None:
    assert found(on_hand(5_000, 0, 0, 0)) == []


@given(st.integers(0, 5_000), st.lists(st.integers(0, 2_000), max_size=12), st.integers(2, 5))
def test_totals_are_judged_by_the_median_of_eight(now: int, earlier: list[int], factor: int) -> None:
    limits = GuardLimits(maximum_total_factor=factor, smallest_judged_total=0)
    usual = median(earlier[-8:]) if len(earlier) > 2 else 0
    jumped = usual > 0 and (now > factor * usual or now * factor < usual)
    assert found(on_hand(now, *earlier), limits) == [Guard.TOTAL_JUMPED] * jumped


@pytest.mark.parametrize(
    ("fingerprint", "days_old", "refused"),
    [("old", 0, False), ("old", 1, False), ("old", 2, True), ("new", 2, False), ("new", 30, False)],
)
def test_the_last_report_again_is_doubted_when_its_date_is_old(fingerprint: str, days_old: int, refused: bool) -> None:
    facts = replace(USUAL, fingerprint=fingerprint, dated=TODAY - timedelta(days=days_old))
    assert found(facts) == [Guard.REPORT_REPEATS] * refused


def test_a_report_in_which_nothing_must_change_is_not_doubted_for_its_age() -> None:
    facts = replace(USUAL, fingerprint="old", dated=TODAY - timedelta(days=30), may_repeat=True)
    assert found(facts) == []
    assert found(replace(facts, rows=1)) == [Guard.ROWS_FELL]


@pytest.mark.parametrize(
    ("earlier", "usual"),
    [((), None), ((900, 1_000), None), ((900, 1_000, 1_100), 1_000), ((900, 1_000, 1_100, 5_000), 1_050)],
)
def test_the_usual_total_is_a_median_of_three_runs_or_more(earlier: tuple[int, ...], usual: int | None) -> None:
    assert usual_total(earlier) == usual
    assert usual_total((1,) * 8 + (7,) * 8) == 7


def test_every_doubt_is_told() -> None:
    facts = replace(
        USUAL,
        rows=10,
        fingerprint="old",
        dated=date(2026, 11, 20),
        totals={"units on hand": Total(1, [900] * 8), "units sold": Total(9_000, [1_234, 1_235] * 4)},
    )
    rows, repeated, stock, sold = judge_report(facts, LIMITS)
    assert rows.sentence == (
        "location 11412: 10 rows, where the last good report had 250; that is 4%, less than guards.minimum_rows_share "
        "= 0.6 allows. If the location really carries less now, lower that share for one run"
    )
    assert repeated.sentence.startswith(
        "location 11412: the report is the last one again and dated 2026-11-20, 7 days ago; more than "
        "guards.maximum_report_age_days = 1 allows"
    )
    assert "units on hand is 1, where the median of the last 8 runs is 900" in stock.sentence
    assert "units sold is 9,000, where the median of the last 8 runs is 1,234.5" in sold.sentence
    assert "guards.maximum_total_factor = 3" in sold.sentence


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("minimum_rows_share", -0.1),
        ("minimum_rows_share", 1.1),
        ("minimum_rows_share", float("nan")),
        ("maximum_total_factor", 1.0),
        ("maximum_total_factor", float("inf")),
        ("smallest_judged_total", -1),
        ("maximum_report_age_days", -1),
        ("phantom_probability", -0.1),
        ("phantom_probability", 1.1),
    ],
)
def test_a_limit_that_means_nothing_is_refused_with_its_setting(name: str, value: Any) -> None:
    with pytest.raises(PlanningInputError, match=f"guards.{name}"):
        GuardLimits(**{name: value})


@pytest.mark.parametrize("limits", [(0, 1.01, 0, 0, 0), (1, 100, 10**6, 365, 1)])
def test_limits_at_the_edge_of_what_they_may_be_are_accepted(limits: tuple[float, ...]) -> None:
    names = [field.name for field in fields(GuardLimits)]
    made = GuardLimits(**dict(zip(names, limits, strict=True)))  # type: ignore[arg-type]
    assert [getattr(made, name) for name in names] == list(limits)


def chance(rate: float, spread: float, days: int) -> float:
    return float(chance_of_silence(np.array([rate]), np.array([spread]), np.array([days]))[0])


def test_the_worked_examples_of_a_silence() -> None:
    assert chance(0.3, 0.5, 20) == pytest.approx(0.0025, abs=5e-5)
    assert chance(0.3, 0.9, 20) == pytest.approx(0.030, abs=5e-4)


@given(st.floats(0.01, 20), st.floats(0, 8), st.integers(0, 400))
def test_a_silence_is_as_likely_as_its_distribution_says(rate: float, spread: float, days: int) -> None:
    variance = spread**2
    if days == 0:
        expected = 1.0
    elif variance <= rate * 1.000_001:
        expected = float(stats.poisson.pmf(0, rate * days))
    else:
        expected = float(stats.nbinom.pmf(0, days * rate**2 / (variance - rate), rate / variance))
    assert chance(rate, spread, days) == pytest.approx(expected, rel=1e-4, abs=1e-300)


@given(st.floats(0, 20), st.floats(0, 8), st.integers(0, 400), st.integers(1, 9))
def test_a_longer_silence_is_never_likelier(rate: float, spread: float, days: int, more: int) -> None:
    assert 0 <= chance(rate, spread, days + more) <= chance(rate, spread, days) <= 1


@given(st.floats(0.01, 20), st.floats(0, 8), st.floats(0.01, 5), st.integers(1, 400))
def test_lumpier_sales_fall_silent_no_less_often(rate: float, spread: float, more: float, days: int) -> None:
    assert chance(rate, spread + more, days) >= chance(rate, spread, days) * (1 - 1e-12)


def silences(*rows: tuple[str, int, int, float, float]) -> Silences:
    skus, stock, days, rates, spreads = zip(*rows, strict=True)
    return Silences(
        pd.Categorical(["00123"] * len(rows)),
        pd.Categorical(skus),
        np.array(stock, dtype=np.int64),
        np.array(days, dtype=np.int64),
        np.array(rates, dtype=np.float64),
        np.array(spreads, dtype=np.float64),
    )


def test_stock_that_is_silent_for_too_long_is_told_with_its_chance() -> None:
    """The worked example of phantom_findings; the others are not yet, have nothing on hand, and never sell."""
    rows = silences(("NA", 12, 24, 0.3, 0.5), ("A", 12, 23, 0.3, 0.5), ("B", 0, 24, 0.3, 0.5), ("C", 12, 999, 0.0, 0.0))
    (finding,) = phantom_findings(rows, LIMITS)
    assert (finding.guard, finding.location) == (Guard.PHANTOM_STOCK, "00123")
    assert finding.sentence == (
        "location 00123, SKU NA: 12 on hand and nothing sold for 24 days, where 0.3 a day are usual; the chance of "
        "that is 0.00075, less than guards.phantom_probability = 0.001. Have the shelf counted; if it is right, lower "
        "that probability"
    )


def test_a_chance_at_the_limit_is_no_phantom_and_without_a_limit_nothing_is() -> None:
    stock, chances = np.array([1, 1]), np.array([0.001, 0.0])
    assert is_phantom(stock, chances, LIMITS).tolist() == [False, True]
    assert not is_phantom(stock, chances, GuardLimits(phantom_probability=0)).any()


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (("A", 1, 1, float("nan"), 1.0), "rate_per_day is missing or below 0"),
        (("A", 1, 1, -0.1, 1.0), "rate_per_day"),
        (("A", 1, 1, 0.1, float("inf")), "spread_per_day"),
        (("A", 1, 1, 0.1, -1.0), "spread_per_day"),
        (("A", 1, -1, 0.1, 1.0), "days is missing or below 0"),
    ],
)
def test_a_silence_that_cannot_be_judged_is_named(row: tuple[str, int, int, float, float], told: str) -> None:
    with pytest.raises(PlanningInputError, match=told):
        phantom_findings(silences(row), LIMITS)


def test_the_last_report_again_lacks_an_order_that_has_reached_the_platform_between() -> None:
    same = replace(USUAL, fingerprint="old")
    assert found(same) == []
    assert found(replace(same, ordered_between="R2F3")) == [Guard.ORDER_MISSING]
    assert found(replace(same, ordered_between="R2F3", may_repeat=True)) == [Guard.ORDER_MISSING]
    assert found(replace(USUAL, ordered_between="R2F3")) == []
    (finding,) = judge_report(replace(same, ordered_between="R2F3"), LIMITS)
    assert "though our order R2F3 has reached the platform between the two" in finding.sentence
