"""Budgets: exact money, cut in order of need, and more budget never gives a row less."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from replenisher.errors import PlanningInputError
from replenisher.planning.budget import (
    LARGEST_BUDGET,
    Budgeted,
    BudgetOutcome,
    BudgetPeriod,
    Budgets,
    Spending,
    keep_budgets,
)
from tests.thorough import cases

EUROS = 10_000
Spender = dict[str, Any]
PLAIN: Spender = {"budget": 0, "need": 0.0, "rank": 0, "case_pack": 1, "smallest_lot": 1, "unit_cost": EUROS}


def spender(quantity: int, **others: float) -> Spender:
    return {**PLAIN, "quantity": quantity, **others}


def spending(rows: Sequence[Spender]) -> Spending:
    dtypes = {"need": np.float64}
    names = [field.name for field in fields(Spending)]
    return Spending(**{name: np.array([row[name] for row in rows], dtypes.get(name, np.int64)) for name in names})


def kept(rows: Sequence[Spender], amount: int | Sequence[int], spent: int | Sequence[int] = 0) -> Budgeted:
    amounts = np.array([amount] if isinstance(amount, int) else amount, dtype=np.int64)
    return keep_budgets(spending(rows), Budgets(amounts, np.zeros_like(amounts) + np.array(spent, dtype=np.int64)))


THREE = [
    spender(1, need=0.1, unit_cost=3 * EUROS),
    spender(20, need=0.9, case_pack=5, smallest_lot=5, unit_cost=2 * EUROS),
    spender(6, need=0.5, unit_cost=7 * EUROS),
]


def test_rows_in_greatest_need_are_paid_first_and_the_room_ends_in_whole_packs() -> None:
    """The worked example of keep_budgets."""
    result = kept(THREE, 100 * EUROS, 40 * EUROS)
    assert result.quantity.tolist() == [0, 20, 2]
    assert (result.room.tolist(), result.left.tolist()) == ([60 * EUROS], [6 * EUROS])
    told = [BudgetOutcome(code) for code in result.outcome]
    assert told == [BudgetOutcome.NOTHING_LEFT, BudgetOutcome.NOT_CUT, BudgetOutcome.CUT]


def test_a_budget_that_just_suffices_cuts_nothing_and_a_ten_thousandth_less_cuts() -> None:
    enough = 40 * EUROS + 42 * EUROS + 3 * EUROS
    assert kept(THREE, enough).quantity.tolist() == [1, 20, 6]
    assert kept(THREE, enough).left.tolist() == [0]
    assert kept(THREE, enough - 1).quantity.tolist() == [0, 20, 6]


@pytest.mark.parametrize(("amount", "spent"), [(0, 0), (50, 50), (50, 900)])
def test_a_budget_that_is_spent_or_overspent_leaves_nothing_and_never_less(amount: int, spent: int) -> None:
    result = kept(THREE, amount, spent)
    assert result.quantity.tolist() == [0, 0, 0]
    assert (result.room.tolist(), result.left.tolist()) == ([0], [0])


def test_a_cut_that_would_fall_below_the_smallest_lot_drops_the_row() -> None:
    rows = [spender(20, smallest_lot=10)]
    assert kept(rows, 10 * EUROS).quantity.tolist() == [10]
    assert kept(rows, 10 * EUROS - 1).quantity.tolist() == [0]


def test_a_cheaper_row_does_not_take_what_a_dearer_one_leaves() -> None:
    rows = [spender(1, need=0.9, unit_cost=10 * EUROS), spender(1, unit_cost=5 * EUROS)]
    given_ = [kept(rows, amount * EUROS).quantity.tolist() for amount in (9, 10, 15)]
    assert given_ == [[0, 0], [1, 0], [1, 1]]


def test_equal_need_goes_by_rank() -> None:
    rows = [spender(1, rank=2), spender(1, rank=0), spender(1, rank=1)]
    assert kept(rows, 2 * EUROS).quantity.tolist() == [0, 1, 1]


def test_a_row_whose_cost_is_not_known_takes_nothing_and_stays() -> None:
    rows = [spender(5, unit_cost=0, need=0.1), spender(5, need=0.9), spender(0, unit_cost=0)]
    result = kept(rows, 3 * EUROS)
    assert result.quantity.tolist() == [5, 3, 0]
    assert [BudgetOutcome(code) for code in result.outcome] == [
        BudgetOutcome.COST_NOT_KNOWN,
        BudgetOutcome.CUT,
        BudgetOutcome.NOT_CUT,
    ]


def test_each_budget_pays_for_its_own_rows() -> None:
    rows = [spender(5, budget=1), spender(5, budget=0), spender(5, budget=1, rank=1)]
    result = kept(rows, [3 * EUROS, 7 * EUROS, EUROS])
    assert result.quantity.tolist() == [5, 3, 2]
    assert result.left.tolist() == [0, 0, EUROS]
    assert kept([], [EUROS]).left.tolist() == [EUROS]


def test_values_beyond_any_money_are_cut_like_others() -> None:
    rows = [spender(10_000_000, rank=rank, unit_cost=10_000_000 * EUROS) for rank in range(30)]
    units = LARGEST_BUDGET // (10_000_000 * EUROS)
    assert kept(rows, LARGEST_BUDGET).quantity.tolist() == [units] + [0] * 29
    just_beyond = [spender(1, unit_cost=1), spender(1, rank=1, unit_cost=LARGEST_BUDGET)]
    assert kept(just_beyond, LARGEST_BUDGET).quantity.tolist() == [1, 0]


def row_by_row(rows: Sequence[Spender], room: int) -> list[int]:
    """Each row takes what is left of the room when all rows before it got what they ask."""
    given_ = [0] * len(rows)
    for place in sorted(range(len(rows)), key=lambda place: (-rows[place]["need"], rows[place]["rank"])):
        row = rows[place]
        packs = [
            n for n in range(row["quantity"] // row["case_pack"] + 1) if n * row["case_pack"] * row["unit_cost"] <= room
        ]
        units = max(packs, default=0) * row["case_pack"]
        given_[place] = units if units >= row["smallest_lot"] else 0
        if not row["unit_cost"]:
            given_[place] = row["quantity"]
        room -= row["quantity"] * row["unit_cost"]
    return given_


def any_rows(random: np.random.Generator, budget: int) -> list[Spender]:
    ranks = random.permutation(9)
    rows = []
    for number in range(int(random.integers(1, 6))):
        pack = int(random.integers(1, 5))
        lot = int(random.integers(1, 4)) * pack
        quantity = int(random.choice([0, lot + int(random.integers(0, 4)) * pack]))
        cost, need = int(random.integers(0, 6)), int(random.integers(0, 4)) / 4
        rank = int(ranks[number])
        rows.append(
            spender(quantity, budget=budget, need=need, rank=rank, case_pack=pack, smallest_lot=lot, unit_cost=cost)
        )
    return rows


def test_many_small_budgets_are_kept_as_row_by_row() -> None:
    random = np.random.default_rng(20_261_127)
    budgets = [any_rows(random, place) for place in range(cases(1_500))]
    amounts, spent = random.integers(0, 90, len(budgets)), random.integers(0, 30, len(budgets))
    every = [row for rows in budgets for row in rows]
    order = random.permutation(len(every))
    result = kept([every[place] for place in order], amounts.tolist(), spent.tolist())
    quantity = np.empty_like(result.quantity)
    quantity[order] = result.quantity
    room = np.maximum(amounts - spent, 0).tolist()
    expected = [units for rows, one in zip(budgets, room, strict=True) for units in row_by_row(rows, one)]
    assert quantity.tolist() == expected


@st.composite
def many_rows(draw: st.DrawFn) -> list[Spender]:
    ranks = draw(st.permutations(range(7)))
    return [draw(one_row(rank)) for rank in ranks[: draw(st.integers(1, 7))]]


@st.composite
def one_row(draw: st.DrawFn, rank: int) -> Spender:
    pack = draw(st.integers(1, 6))
    lot = draw(st.integers(1, 3)) * pack
    return spender(
        draw(st.sampled_from([0, lot, lot + pack, 9 * pack + lot])),
        need=draw(st.integers(0, 3)) / 4,
        rank=rank,
        case_pack=pack,
        smallest_lot=lot,
        unit_cost=draw(st.integers(0, 9)),
    )


@given(many_rows(), st.integers(1, 40))
def test_more_budget_never_gives_a_row_less_and_no_budget_is_overdrawn(rows: list[Spender], step: int) -> None:
    asked = sum(row["quantity"] * row["unit_cost"] for row in rows)
    amounts = [*range(0, asked + 1, step), asked]
    every = [{**row, "budget": place} for place in range(len(amounts)) for row in rows]
    result = kept(every, amounts)
    quantity = result.quantity.reshape(len(amounts), len(rows))
    value = quantity @ np.array([row["unit_cost"] for row in rows])
    assert (np.diff(quantity, axis=0) >= 0).all()
    assert (value + result.left).tolist() == amounts
    assert (result.left >= 0).all()
    assert quantity[-1].tolist() == [row["quantity"] for row in rows]
    for given_, row in zip(quantity.T, rows, strict=True):
        assert (given_ % row["case_pack"] == 0).all()
        assert ((given_ == 0) | (given_ >= row["smallest_lot"])).all()


@given(many_rows(), st.integers(0, 200), st.randoms(use_true_random=False))
def test_the_order_of_the_rows_changes_nothing(rows: list[Spender], amount: int, random: Any) -> None:
    order = list(range(len(rows)))
    random.shuffle(order)
    shuffled = kept([rows[place] for place in order], amount).quantity.tolist()
    expected = kept(rows, amount).quantity.tolist()
    assert shuffled == [expected[place] for place in order]


@pytest.mark.parametrize(
    ("row", "amount", "spent", "told"),
    [
        (spender(1), -1, 0, "an amount is below 0"),
        (spender(1), LARGEST_BUDGET + 1, 0, "an amount is above"),
        (spender(1), 1, -1, "spent is below 0"),
        (spender(1, case_pack=0), 1, 0, "case pack below 1"),
        (spender(-1), 1, 0, "less than nothing"),
        (spender(3, case_pack=2), 1, 0, "broken case pack"),
        (spender(1, unit_cost=-1), 1, 0, "cost below 0"),
        (spender(1, need=float("nan")), 1, 0, "no need"),
        (spender(1, budget=1), 1, 0, r"budget that is not there; leave the row out \(place 0\)"),
        (spender(1, budget=-1), 1, 0, "budget that is not there"),
    ],
)
def test_what_no_budget_can_be_kept_with_is_named(row: Spender, amount: int, spent: int, told: str) -> None:
    with pytest.raises(PlanningInputError, match=told):
        kept([row], amount, spent)


def test_rows_at_the_edge_of_their_contract_are_accepted() -> None:
    edge = [spender(0, unit_cost=0, need=float("inf")), spender(2, rank=1, case_pack=2, smallest_lot=2, unit_cost=1)]
    assert kept(edge, LARGEST_BUDGET, LARGEST_BUDGET - 2).quantity.tolist() == [0, 2]


def test_keeping_budgets_writes_to_none_of_its_arguments() -> None:
    made = spending(THREE)
    before = [getattr(made, field.name).copy() for field in fields(Spending)]
    keep_budgets(made, Budgets(np.array([60 * EUROS]), np.array([0])))
    assert all((getattr(made, field.name) == one).all() for field, one in zip(fields(Spending), before, strict=True))


@pytest.mark.parametrize(
    ("period", "first", "last"),
    [
        (BudgetPeriod.WEEK, date(2026, 11, 23), date(2026, 11, 29)),
        (BudgetPeriod.MONTH, date(2026, 11, 1), date(2026, 11, 30)),
        (BudgetPeriod.QUARTER, date(2026, 10, 1), date(2026, 12, 31)),
        (BudgetPeriod.YEAR, date(2026, 1, 1), date(2026, 12, 31)),
    ],
)
def test_the_period_that_a_day_is_in(period: BudgetPeriod, first: date, last: date) -> None:
    assert period.days(date(2026, 11, 27)) == (first, last)
    assert period.days(first) == period.days(last) == (first, last)


@given(st.sampled_from(BudgetPeriod), st.dates(date(2000, 1, 1), date(2100, 1, 1)))
def test_every_day_is_in_one_period_and_periods_follow_each_other(period: BudgetPeriod, day: date) -> None:
    first, last = period.days(day)
    assert first <= day <= last
    assert period.days(last + timedelta(days=1))[0] == last + timedelta(days=1)
    assert period.days(first - timedelta(days=1))[1] == first - timedelta(days=1)
