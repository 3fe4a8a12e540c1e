"""Policies from demand and supply to levels: hand-worked examples, laws, and what is refused."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from replenisher.errors import PlanningInputError
from replenisher.planning.distributions import negative_binomial_cdf, negative_binomial_short
from replenisher.planning.policies import stocking
from replenisher.planning.policies.catalogue import CATALOGUE, Known, check_parameters, levels_of
from replenisher.planning.policies.levels import (
    Demand,
    Levels,
    Real,
    Supply,
    Whole,
    fill_up,
    over_protection_interval,
    whole_up,
    with_presentation_minimum,
)
from replenisher.planning.policies.lots import economic_lot, lot_and_reorder_point
from replenisher.planning.policies.optimal_s_s import optimal_s_s
from replenisher.planning.policies.service import (
    fill_rate_of,
    level_for_cycle_service,
    level_for_fill_rate,
    safety_stock,
)


def real(*values: float) -> Real:
    return np.array(values, dtype=np.float64)


def whole(*values: int) -> Whole:
    return np.array(values, dtype=np.int64)


def supply(lead: float = 0.0, spread: float = 0.0, review: float = 1.0) -> Supply:
    return Supply(real(lead), real(spread), real(review))


def both(levels: Levels) -> tuple[int, int]:
    return int(levels.reorder_point[0]), int(levels.order_up_to_level[0])


def test_the_protection_interval_by_hand() -> None:
    mean, sd = over_protection_interval(Demand(real(10), real(4)), supply(6, 1, 3))
    assert (float(mean[0]), float(sd[0]) ** 2) == (90, pytest.approx(244))


@pytest.mark.parametrize(("units", "up"), [(12.0, 12), (12.0000000001, 12), (12.01, 13), (0.0, 0), (-0.5, 0)])
def test_levels_are_rounded_up_but_not_by_a_rounding_error(units: float, up: int) -> None:
    assert int(whole_up(units)) == up


def test_the_examples_of_each_policy_by_hand() -> None:
    six = Demand(real(6), real(math.sqrt(6)))
    assert both(stocking.order_up_to(six, supply(), 0.8)) == (8, 8)
    lots = stocking.reorder_point_lot(six, supply(1, 0, 0), whole(24), 0.8)
    assert (both(lots), lots.lot.tolist(), lots.at_or_below.tolist()) == ((8, 32), [24], [True])
    assert both(stocking.days_of_cover(Demand(real(1.5), real(0)), 7, 21)) == (11, 32)
    ten = Demand(real(10), real(0))
    assert both(stocking.dynamic_buffer(ten, supply(12, 0, 7), 0.5, 0.5, whole(0))) == (210, 280)
    assert both(stocking.newsvendor(six, real(1), real(4), real(1))) == (8, 8)
    fifty = Demand(real(50), real(8))
    assert both(stocking.newsvendor(fifty, real(1), real(0.7), real(0.18))) == (57, 57)
    assert float(safety_stock(0.95, real(math.sqrt(244)))[0]) == pytest.approx(25.69, abs=0.005)
    assert float(fill_rate_of(100, real(80), real(20), real(50))[0]) == pytest.approx(0.9667, abs=5e-5)
    assert level_for_fill_rate(0.78, real(2), real(2), real(2)).tolist() == [3]


def test_a_fill_rate_allows_exactly_what_it_says() -> None:
    """At level 3 of mean 2, sd 2 exactly 0.4375 units are short."""
    for allowed, level in ((0.4375, 3), (0.4374, 4), (0.75, 2), (2.0, 0)):
        rate = 1 - allowed / 4.0
        assert level_for_fill_rate(rate, real(2), real(2), real(4)).tolist() == [level], allowed


@pytest.mark.parametrize(
    ("low", "high", "at_or_below", "floor", "expected"),
    [
        (2, 5, False, 4, (4, 5)),
        (2, 5, False, 6, (6, 6)),
        (2, 5, False, 0, (2, 5)),
        (2, 5, True, 4, (3, 5)),
        (5, 9, True, 4, (5, 9)),
    ],
)
def test_a_presentation_minimum_is_a_floor_on_both_levels(
    low: int, high: int, at_or_below: bool, floor: int, expected: tuple[int, int]
) -> None:
    levels = fill_up(whole(low), whole(high), at_or_below=at_or_below)
    assert both(with_presentation_minimum(levels, whole(floor))) == expected


def test_a_product_that_nobody_buys_is_not_kept() -> None:
    nothing = Demand(real(0), real(0))
    for levels in (
        stocking.order_up_to(nothing, supply(5), 0.99),
        stocking.order_up_to(nothing, supply(5), 0.99, stocking.FILL),
        stocking.days_of_cover(nothing, 7, 21),
        optimal_s_s(nothing, supply(5), real(64), 9),
    ):
        assert both(levels) == (0, 0)
        assert not levels.at_or_below.any(), "at a position of 0 nothing is asked for"


@pytest.mark.parametrize("next_to_nothing", [5e-324, 1e-300, 1e-30, 1e-9])
def test_a_demand_of_next_to_nothing_has_levels_too(next_to_nothing: float) -> None:
    demand = Demand(real(next_to_nothing), real(next_to_nothing))
    assert both(stocking.order_up_to(demand, supply(5), 0.99)) == (0, 0)
    assert both(stocking.order_up_to(demand, supply(5), 0.99, stocking.FILL))[0] in {0, 1}
    assert both(optimal_s_s(demand, supply(5), real(64), 9)) in {(0, 0), (-1, 0)}


RATES = st.floats(0.01, 40.0)
SPREADS = st.floats(0.0, 30.0)
TIMES = st.floats(0.0, 20.0)
MEANS = st.floats(0.01, 2000.0)
SERVICES = (0.8, 0.9, 0.95, 0.99, 0.999)
SHARES = st.sampled_from([0.5, *SERVICES])
KINDS = st.sampled_from([stocking.CYCLE, stocking.FILL])


@given(RATES, SPREADS, TIMES, SHARES, KINDS)
def test_levels_never_fall_when_service_or_lead_time_rises(
    rate: float, spread: float, lead: float, share: float, kind: str
) -> None:
    """Of a lead time that is certain: of one that varies, a longer mean alone makes the demand less lopsided."""

    def level(longer: float = 0.0, better: float | None = None) -> int:
        return both(
            stocking.order_up_to(Demand(real(rate), real(spread)), supply(lead + longer), better or share, kind)
        )[0]

    assert level(longer=1.0) >= level()
    assert level(better=0.9995) >= level()


@given(MEANS, st.floats(0.0, 1.0), st.floats(0.0, 1.0), st.sampled_from(SERVICES))
def test_levels_of_a_cycle_service_never_fall_when_spread_rises(
    mean: float, ratio: float, other: float, share: float
) -> None:
    """Up to a spread as large as the mean: a demand more lopsided than that lies at 0 in more and more cycles."""
    least, most = (
        int(level_for_cycle_service(share, real(mean), real(mean * times))[0]) for times in sorted((ratio, other))
    )
    assert most >= least


@given(MEANS, st.floats(0.0, 5.0), st.floats(0.0, 5.0), SHARES, st.floats(0.05, 1.0))
def test_levels_of_a_fill_rate_never_fall_when_spread_rises(
    mean: float, ratio: float, other: float, share: float, cycle: float
) -> None:
    least, most = (
        int(level_for_fill_rate(share, real(mean), real(mean * times), real(mean * cycle))[0])
        for times in sorted((ratio, other))
    )
    assert most >= least


def test_a_day_more_of_lead_time_asks_for_no_less_however_lopsided_and_however_many_units() -> None:
    """Around 100 units with a spread of as many, where a normal demand would ask for a third less."""
    lead = np.arange(1.0, 60.0)
    for rate, spread in ((4.0, 4.0), (7.67, 22.21), (20.0, 0.0)):
        rows = Demand(np.full(lead.size, rate), np.full(lead.size, spread))
        times = Supply(lead, 0 * lead, 0 * lead + 1)
        for share in SERVICES:
            for kind in (stocking.CYCLE, stocking.FILL):
                levels = stocking.order_up_to(rows, times, share, kind).order_up_to_level
                assert (np.diff(levels) >= 0).all(), (rate, spread, share, kind)


@given(st.floats(0.05, 900.0), st.floats(1.0, 80.0), SHARES)
def test_cycle_service_is_reached_and_one_unit_less_does_not_reach_it(mean: float, ratio: float, share: float) -> None:
    sd = math.sqrt(mean * ratio)
    level = int(level_for_cycle_service(share, real(mean), real(sd))[0])
    assert float(negative_binomial_cdf(level, mean, sd)) >= share
    assert level == 0 or float(negative_binomial_cdf(level - 1, mean, sd)) < share


@given(st.floats(0.05, 900.0), st.floats(1.0, 80.0), SHARES, st.floats(0.5, 50.0))
def test_a_fill_rate_is_reached_and_one_unit_less_does_not_reach_it(
    mean: float, ratio: float, share: float, cycle: float
) -> None:
    sd, allowed = math.sqrt(mean * ratio), (1 - share) * cycle
    level = int(level_for_fill_rate(share, real(mean), real(sd), real(cycle))[0])
    assert float(negative_binomial_short(level, mean, sd)) <= allowed * (1 + 1e-9) + 1e-12
    assert level == 0 or float(negative_binomial_short(level - 1, mean, sd)) > allowed * (1 - 1e-9)


def known(rate: float = 6.0, sd: float = math.sqrt(6), **columns: Any) -> Known:
    plain: dict[str, Any] = {
        "demand": Demand(real(rate), real(sd)),
        "supply": supply(),
        "reorder_point": whole(3),
        "order_up_to_level": whole(7),
        "case_pack": whole(1),
        "minimum_order_quantity": whole(0),
        "unit_cost": whole(10_000),
    }
    return Known(**{**plain, **columns})


@pytest.mark.parametrize(
    ("policy", "given_", "expected"),
    [
        ("min_max", {}, (3, 7)),
        ("min_max", {"presentation_minimum": 9}, (9, 9)),
        ("order_up_to", {"cycle_service": 0.8}, (8, 8)),
        ("reorder_point_lot", {"cycle_service": 0.8, "lot": 24}, (8, 32)),
        ("optimal_s_s", {"order_cost": 5 / 365, "holding_rate_per_year": 1, "cycle_service": 0.8}, (4, 10)),
        ("days_of_cover", {"least_days": 7, "most_days": 21}, (42, 126)),
        ("newsvendor", {"days_left": 1, "shortage_cost": 4, "leftover_cost": 1}, (8, 8)),
    ],
)
def test_a_policy_is_chosen_by_name_with_parameters_by_name(
    policy: str, given_: dict[str, float], expected: tuple[int, int]
) -> None:
    assert both(levels_of(policy, known(), given_)) == expected


def test_the_economic_lot_comes_in_whole_packs_and_holds_the_minimum() -> None:
    """6 a day, an order line for 2.00, a unit of 10.00 kept a year for a quarter of it: sqrt(2 x 2 x 6 x 365 / 2.5)."""
    asked = {"cycle_service": 0.8, "order_cost": 2.0, "holding_rate_per_year": 0.25}
    assert math.sqrt(2 * 2 * 6 * 365 / 2.5) == pytest.approx(59.195, abs=5e-4)
    for columns, lot in (({}, 60), ({"case_pack": whole(25)}, 75), ({"minimum_order_quantity": whole(61)}, 61)):
        dear = known(unit_cost=whole(100_000), **columns)
        assert levels_of("reorder_point_lot", dear, asked).lot.tolist() == [lot]


@pytest.mark.parametrize(
    ("policy", "given_", "told"),
    [
        ("magic", {}, "there is no policy 'magic'; the policies are min_max"),
        ("min_max", {"lot": 3}, "min_max takes no parameter 'lot'; it takes presentation_minimum"),
        ("order_up_to", {}, "takes exactly one of cycle_service and fill_rate"),
        ("order_up_to", {"cycle_service": 0.9, "fill_rate": 0.9}, "takes exactly one of cycle_service and fill_rate"),
        ("order_up_to", {"cycle_service": 95}, r"cycle_service should be from 0.5 to 0.9999 \(share\), not 95"),
        ("order_up_to", {"cycle_service": math.nan}, "cycle_service should be from"),
        ("reorder_point_lot", {"cycle_service": 0.9}, "takes exactly one of lot and order_cost"),
        ("reorder_point_lot", {"cycle_service": 0.9, "lot": 2.5}, "lot should be a whole number, not 2.5"),
        ("days_of_cover", {"least_days": 3}, "days_of_cover needs most_days"),
        ("days_of_cover", {"least_days": 9, "most_days": 3}, "least_days should not be more than most_days"),
        ("min_max", {"presentation_minimum": -1}, "presentation_minimum should be from 0"),
    ],
)
def test_parameters_that_mean_nothing_are_refused_with_what_is_allowed(
    policy: str, given_: dict[str, float], told: str
) -> None:
    with pytest.raises(PlanningInputError, match=told):
        check_parameters(policy, given_)


def test_defaults_are_filled_in_and_what_is_given_stays() -> None:
    assert check_parameters("dynamic_buffer", {"lead_time_factor": 0.3}) == {
        "lead_time_factor": 0.3,
        "variability_factor": 0.5,
        "presentation_minimum": 0,
    }


def test_every_policy_of_the_catalogue_says_what_it_is_for_and_where_it_comes_from() -> None:
    for name, entry in CATALOGUE.items():
        assert entry.name == name
        assert entry.sentence.endswith(".")
        assert entry.formula
        assert entry.source
        for one in entry.parameters:
            assert one.least <= one.most
            assert one.meaning
            assert one.default is None or one.least <= one.default <= one.most


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda: Demand(real(-1), real(0)), "rate_per_day should be 0 or more"),
        (lambda: Demand(real(1), real(math.nan)), "sd_per_day should be 0 or more"),
        (lambda: supply(-1), "lead_time_days should be 0 or more"),
        (lambda: stocking.reorder_point_lot(Demand(real(1), real(1)), supply(), whole(0), 0.9), "a lot should be 1"),
        (lambda: stocking.order_up_to(Demand(real(1), real(1)), supply(), 1.0), "less than 1, not 1"),
        (lambda: stocking.order_up_to(Demand(real(1), real(1)), supply(), 0.9, "luck"), "by cycle or fill, not luck"),
        (lambda: stocking.days_of_cover(Demand(real(1), real(1)), 3, 2), "days of cover should rise"),
        (lambda: stocking.dynamic_buffer(Demand(real(1), real(1)), supply(), 2, 0, whole(0)), "lead_time_factor"),
        (lambda: stocking.newsvendor(Demand(real(1), real(1)), real(1), real(0), real(1)), "both be more than 0"),
        (lambda: economic_lot(real(1), -1, real(1)), "fixed cost should be 0 or more"),
        (lambda: economic_lot(real(1), 1, real(0)), "holding cost of a unit more than 0"),
        (lambda: lot_and_reorder_point(real(1), real(1), real(1), (8, 1, 1)), "there is no best reorder point"),
        (lambda: with_presentation_minimum(fill_up(whole(1), whole(2)), whole(-1)), "presentation minimum"),
        (lambda: whole_up(real(np.nan)), "a level should be a number"),
    ],
)
def test_what_means_nothing_is_refused(make: Any, told: str) -> None:
    with pytest.raises(PlanningInputError, match=told):
        make()
