"""Rows of many policies in one frame, what each then asks for, and the laws of that."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from replenisher.errors import PlanningInputError
from replenisher.planning.policies.catalogue import CATALOGUE, Known, levels_of
from replenisher.planning.policies.every_row import NO_POLICY, asked, levels
from replenisher.planning.policies.levels import Demand, Levels, Real, Supply, Whole
from replenisher.planning.policies.lots import economic_lot
from replenisher.planning.policies.power_approximation import power_approximation
from replenisher.planning.policies.stocking import days_of_cover, dynamic_buffer

POLICIES: list[tuple[str, dict[str, float]]] = [
    ("min_max", {"presentation_minimum": 4}),
    ("order_up_to", {"cycle_service": 0.95}),
    ("order_up_to", {"fill_rate": 0.98}),
    ("reorder_point_lot", {"cycle_service": 0.9, "lot": 12}),
    ("reorder_point_lot", {"fill_rate": 0.9, "order_cost": 1.5}),
    ("optimal_s_s", {"order_cost": 0.5}),
    ("days_of_cover", {"least_days": 7, "most_days": 21, "presentation_minimum": 2}),
    ("dynamic_buffer", {"variability_factor": 0.7}),
    ("newsvendor", {"days_left": 30, "shortage_cost": 3, "leftover_cost": 1}),
]


def whole(*values: int) -> Whole:
    return np.array(values, dtype=np.int64)


def real(*values: float) -> Real:
    return np.array(values, dtype=np.float64)


def rows(rates: Real, **columns: Any) -> Known:
    same = np.ones(rates.size, dtype=np.int64)
    plain: dict[str, Any] = {
        "demand": Demand(rates, np.sqrt(2 * rates)),
        "supply": Supply(3.0 * same, 1.0 * same, 7.0 * same),
        "reorder_point": 3 * same,
        "order_up_to_level": 7 * same,
        "case_pack": same,
        "minimum_order_quantity": 0 * same,
        "unit_cost": 25_000 * same,
    }
    return Known(**{**plain, **columns})


def as_tuples(of: Levels) -> list[tuple[int, int, int, bool]]:
    columns = (of.reorder_point, of.order_up_to_level, of.lot, of.at_or_below)
    return list(zip(*(column.tolist() for column in columns), strict=True))


def test_each_row_follows_its_own_policy_and_one_without_keeps_its_own_levels() -> None:
    found = levels(whole(0, NO_POLICY), [("days_of_cover", {"least_days": 7, "most_days": 21})], rows(real(1.5, 1.5)))
    assert as_tuples(found) == [(11, 32, 0, False), (3, 7, 0, False)]


def test_every_policy_of_the_catalogue_is_among_those_tried_here() -> None:
    assert {name for name, _ in POLICIES} == set(CATALOGUE)


def by_itself(code: int, rate: float) -> tuple[int, int, int, bool]:
    if code == NO_POLICY:
        return (3, 7, 0, False)
    name, parameters = POLICIES[code]
    return as_tuples(levels_of(name, rows(real(rate)), parameters))[0]


@given(st.lists(st.tuples(st.integers(NO_POLICY, len(POLICIES) - 1), st.floats(0.0, 30.0)), max_size=12))
def test_a_row_among_others_is_planned_as_if_it_were_alone(of: list[tuple[int, float]]) -> None:
    codes = np.array([code for code, _ in of], dtype=np.int16)
    together = levels(codes, POLICIES, rows(real(*(rate for _, rate in of))))
    alone = [by_itself(code, rate) for code, rate in of]
    assert as_tuples(together) == alone


def test_levels_are_of_the_promised_kinds_and_nothing_is_written_to() -> None:
    codes, known = np.arange(len(POLICIES), dtype=np.int16), rows(np.linspace(0.1, 9, len(POLICIES)))
    for column in (codes, known.demand.rate_per_day, known.reorder_point, known.unit_cost, known.case_pack):
        column.setflags(write=False)
    found = levels(codes, POLICIES, known)
    kinds = (found.reorder_point.dtype, found.order_up_to_level.dtype, found.lot.dtype, found.at_or_below.dtype)
    assert kinds == (np.int64, np.int64, np.int64, np.bool_)
    assert (found.order_up_to_level >= found.reorder_point).all()


@pytest.mark.parametrize("wrong", [-2, len(POLICIES)])
def test_a_code_without_a_policy_is_refused(wrong: int) -> None:
    with pytest.raises(PlanningInputError, match=f"from -1 to {len(POLICIES) - 1}, not from {wrong} to {wrong}"):
        levels(whole(wrong), POLICIES, rows(real(1)))


def test_a_fault_of_a_policy_names_the_policy() -> None:
    with pytest.raises(PlanningInputError, match="policy 0, order_up_to: order_up_to takes exactly one of"):
        levels(whole(0), [("order_up_to", {})], rows(real(1)))
    assert as_tuples(levels(whole(1), [("order_up_to", {}), POLICIES[0]], rows(real(1)))) == [(4, 7, 0, False)]


@pytest.mark.parametrize(
    ("position", "lot", "at_or_below", "expected"),
    [
        (8, 0, True, (True, 24)),
        (8, 0, False, (False, 0)),
        (7, 0, False, (True, 25)),
        (9, 0, True, (False, 0)),
        (8, 10, True, (True, 10)),
        (-1, 10, True, (True, 10)),
        (-2, 10, True, (True, 20)),
        (-2, 10, False, (True, 10)),
        (-3, 10, False, (True, 20)),
    ],
)
def test_what_a_row_asks_for(position: int, lot: int, at_or_below: bool, expected: tuple[bool, int]) -> None:
    of = Levels(whole(8), whole(32), whole(lot), np.array([at_or_below]))
    triggered, quantity = asked(of, whole(position))
    assert (triggered.tolist()[0], quantity.tolist()[0]) == expected


def test_a_row_at_its_maximum_asks_for_nothing_though_it_is_triggered() -> None:
    triggered, quantity = asked(Levels(whole(8), whole(8), whole(0), np.array([True])), whole(8))
    assert (triggered.tolist(), quantity.tolist()) == ([True], [0])


LEVELS = st.tuples(st.integers(-5, 60), st.integers(0, 60), st.sampled_from([0, 0, 1, 6, 25]), st.booleans())


@given(LEVELS, st.integers(-50, 150))
def test_lots_are_added_one_by_one_until_the_row_no_longer_asks(of: tuple[int, int, int, bool], position: int) -> None:
    point, room, lot, at_or_below = of

    def asks(at: int) -> bool:
        return at <= point if at_or_below else at < point

    ordered = 0
    if asks(position) and lot == 0:
        ordered = max(point + room - position, 0)
    while lot and asks(position + ordered):
        ordered += lot
    found = Levels(whole(point), whole(point + room), whole(lot), np.array([at_or_below]))
    triggered, quantity = asked(found, whole(position))
    assert (triggered.tolist()[0], quantity.tolist()[0]) == (asks(position), ordered)


@given(st.integers(0, len(POLICIES) - 1), st.floats(0.0, 30.0), st.integers(-50, 400), st.integers(0, 50))
def test_more_stock_never_asks_for_more(code: int, rate: float, position: int, more: int) -> None:
    of = levels(whole(code), POLICIES, rows(real(rate)))
    assert asked(of, whole(position + more))[1] <= asked(of, whole(position))[1]


@given(st.integers(0, len(POLICIES) - 1), st.floats(0.0, 30.0), st.integers(-50, 400))
def test_a_row_that_has_just_ordered_asks_for_nothing_more(code: int, rate: float, position: int) -> None:
    of = levels(whole(code), POLICIES, rows(real(rate)))
    ordered = asked(of, whole(position))[1]
    assert asked(of, whole(position) + ordered)[1].tolist() == [0]


@given(st.integers(0, len(POLICIES) - 1), st.floats(0.0, 30.0), st.integers(0, 60), st.integers(0, 60))
def test_a_higher_presentation_minimum_never_lowers_a_level_and_is_reached(
    code: int, rate: float, floor: int, more: int
) -> None:
    name, given_ = POLICIES[code]
    least, most = (
        levels_of(name, rows(real(rate)), {**given_, "presentation_minimum": one}) for one in (floor, floor + more)
    )
    assert most.reorder_point >= least.reorder_point
    assert most.order_up_to_level >= least.order_up_to_level
    assert least.reorder_point + least.at_or_below >= floor
    assert least.order_up_to_level >= floor


WHOLE_RATES = st.integers(0, 50)
TIMES = st.integers(1, 12)


@given(WHOLE_RATES, TIMES, st.integers(0, 30), st.integers(0, 40))
def test_counting_in_units_instead_of_packs_scales_days_of_cover_and_buffers(
    rate: int, times: int, days: int, minimum: int
) -> None:
    """Of whole factors, so that nothing is rounded."""
    supply = Supply(real(4), real(0), real(7))
    one, many = (Demand(real(count), real(0)) for count in (rate, times * rate))
    cover = [as_tuples(days_of_cover(demand, days, 2 * days))[0][:2] for demand in (one, many)]
    buffer = [
        as_tuples(dynamic_buffer(demand, supply, 0.5, 1.0, whole(least)))[0][:2]
        for demand, least in ((one, minimum), (many, times * minimum))
    ]
    for few, scaled in (cover, buffer):
        assert scaled == (times * few[0], times * few[1])


@given(st.floats(0.1, 200.0), st.floats(0.1, 60.0), st.floats(0.01, 500.0), st.floats(0.01, 100.0))
def test_counting_in_units_instead_of_packs_scales_lots(mean: float, sd: float, fixed: float, times: float) -> None:
    """The same goods in smaller units: each is kept for less, so K / h is as many times more units."""
    lot = economic_lot(real(mean), fixed, real(1.0))
    assert economic_lot(real(times * mean), fixed, real(1.0 / times)) == pytest.approx(times * lot, rel=1e-9)
    one = power_approximation(real(mean), real(mean), real(sd), real(fixed), 9.0)
    many = power_approximation(real(times * mean), real(times * mean), real(times * sd), real(times * fixed), 9.0)
    for few, scaled in zip(one, many, strict=True):
        assert math.isclose(scaled[0], times * few[0], rel_tol=1e-9, abs_tol=1e-9 * times * (mean + sd))
