"""A vendor's shortage: exact, never more than asked, and more supply never gives a location less."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import fields, replace
from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from replenisher.errors import PlanningInputError
from replenisher.planning.fair_share.awards import BLOCK_ROWS, Rows, first_awards
from replenisher.planning.fair_share.shortage import (
    Requests,
    Shared,
    ShareMethod,
    ShareOutcome,
    Supply,
    share_supply,
)
from tests.thorough import cases

Asking = dict[str, Any]


def whole(values: Iterable[int]) -> Any:
    return np.array(list(values), dtype=np.int64)


NOTHING_SPECIAL: Asking = {"sku": 0, "rank": 0, "priority": 0, "position": 0, "level": 1, "need": 0.0}


def asking(quantity: int, **others: float) -> Asking:
    return {**NOTHING_SPECIAL, "quantity": quantity, **others}


def requests(rows: Sequence[Asking]) -> Requests:
    columns: dict[str, Any] = {field.name: whole(row[field.name] for row in rows) for field in fields(Requests)[:-1]}
    return Requests(**columns, need=np.array([row["need"] for row in rows], dtype=np.float64))


def share(
    rows: Sequence[Asking], units: int | Sequence[int], pack: int = 1, method: ShareMethod = ShareMethod.PROPORTIONAL
) -> Shared:
    there = whole([units] if isinstance(units, int) else units)
    return share_supply(requests(rows), Supply(there, np.full_like(there, pack)), method)


def ranked(*quantities: int, **same: Any) -> list[Asking]:
    return [asking(quantity, rank=rank, **same) for rank, quantity in enumerate(quantities)]


EXAMPLE = [
    asking(24, rank=0, position=0, level=24, need=1.0),
    asking(24, rank=1, position=12, level=24, need=0.5),
    asking(8, rank=2, position=0, level=24, need=0.25),
]


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        (ShareMethod.PROPORTIONAL, [20, 20, 4]),
        (ShareMethod.EQUALISED, [24, 12, 8]),
        (ShareMethod.BY_NEED, [24, 20, 0]),
    ],
)
def test_eleven_packs_for_fourteen_that_are_asked(method: ShareMethod, expected: list[int]) -> None:
    """The worked example of share_supply."""
    shared = share(EXAMPLE, 46, 4, method)
    assert shared.quantity.tolist() == expected
    assert (shared.asked.tolist(), shared.given.tolist()) == ([56], [44])


def test_the_worked_example_of_awards() -> None:
    rows = Rows(wanted=whole([5, 2]), start=whole([1, 1]), step=whole([2, 2]), base=whole([10, 4]))
    assert first_awards(rows, np.array([0]), whole([4])).tolist() == [3, 1]


@pytest.mark.parametrize("method", ShareMethod)
def test_what_suffices_is_given_as_asked_and_nothing_is_shared_out_of_nothing(method: ShareMethod) -> None:
    for units, expected in ((56, [24, 24, 8]), (1000, [24, 24, 8]), (3, [0, 0, 0]), (0, [0, 0, 0])):
        assert share(EXAMPLE, units, 4, method).quantity.tolist() == expected
    assert share([], [5], 1, method).quantity.tolist() == []
    assert share([], [5], 1, method).asked.tolist() == [0]


def test_one_pack_less_than_asked_is_a_shortage() -> None:
    assert share(EXAMPLE, 55, 4).given.tolist() == [52]


def test_each_row_is_told_what_the_shortage_did_to_it() -> None:
    shared = share([*ranked(10, 10, 0), asking(10, rank=3, priority=1)], 12)
    told = [ShareOutcome(code) for code in shared.outcome]
    assert shared.quantity.tolist() == [6, 6, 0, 0]
    assert told == [ShareOutcome.CUT, ShareOutcome.CUT, ShareOutcome.NOT_CUT, ShareOutcome.NOTHING_LEFT]


def test_classes_are_served_in_order_and_share_only_what_is_left() -> None:
    rows = [asking(6, rank=0, priority=1), asking(5, rank=1), asking(6, rank=2, priority=1), asking(3, rank=3)]
    assert share(rows, 12).quantity.tolist() == [2, 5, 2, 3]
    assert share(rows, 4).quantity.tolist() == [0, 3, 0, 1]
    assert share(rows, 8).quantity.tolist() == [0, 5, 0, 3]


@pytest.mark.parametrize("method", ShareMethod)
def test_equal_claims_go_by_rank_wherever_their_rows_stand(method: ShareMethod) -> None:
    rows = ranked(4, 4, 4)
    assert share(rows, 2, method=method).quantity.tolist() == (
        [2, 0, 0] if method is ShareMethod.BY_NEED else [1, 1, 0]
    )
    assert share(rows[::-1], 4, method=method).quantity.tolist() == (
        [0, 0, 4] if method is ShareMethod.BY_NEED else [1, 1, 2]
    )


def test_a_level_of_nothing_counts_as_one_unit() -> None:
    owed = [asking(6, rank=0, position=-6, level=0), asking(3, rank=1, position=-3, level=0)]
    assert share(owed, 3, method=ShareMethod.EQUALISED).quantity.tolist() == [3, 0]
    assert share(owed, 5, method=ShareMethod.EQUALISED).quantity.tolist() == [4, 1]


def largest_remainder(supply: int, wanted: Sequence[int]) -> list[int]:
    """The method that is not used: whole parts of the exact shares, then one each by the largest rest."""
    exact = [Fraction(supply * one, sum(wanted)) for one in wanted]
    given = [int(one) for one in exact]
    rests = sorted(range(len(wanted)), key=lambda place: (given[place] - exact[place], place))
    for place in rests[: supply - sum(given)]:
        given[place] += 1
    return given


def test_the_largest_remainder_takes_a_pack_away_when_there_is_one_more_and_we_do_not() -> None:
    assert [largest_remainder(supply, (6, 6, 2))[2] for supply in (10, 11)] == [2, 1]
    third = [share(ranked(6, 6, 2), supply).quantity.tolist()[2] for supply in range(15)]
    assert third == sorted(third)


def place_of(row: Asking, pack: int, number: int, method: ShareMethod) -> Fraction:
    """Where a row's pack stands in the order of awards, as the words of each method say."""
    if method is ShareMethod.PROPORTIONAL:
        return Fraction(2 * number + 1, 2 * (row["quantity"] // pack))
    if method is ShareMethod.EQUALISED:
        return Fraction(row["position"] + number * pack, max(row["level"], 1))
    return -Fraction(row["need"])


def one_by_one(rows: Sequence[Asking], units: int, pack: int, method: ShareMethod) -> list[int]:
    """Give out pack after pack, each to the one whose turn it is."""
    given = [0] * len(rows)
    for _ in range(units // pack):
        waiting = [place for place, row in enumerate(rows) if given[place] + pack <= row["quantity"]]
        if not waiting:
            break
        turn = min(
            waiting,
            key=lambda place: (
                rows[place]["priority"],
                place_of(rows[place], pack, given[place] // pack, method),
                rows[place]["rank"],
            ),
        )
        given[turn] += pack
    return given


def any_rows(random: np.random.Generator, sku: int, pack: int, most: int = 6, locations: int = 5) -> list[Asking]:
    ranks = random.permutation(9)
    return [
        asking(
            quantity=int(random.integers(0, most + 1)) * pack,
            sku=sku,
            rank=int(ranks[number]),
            priority=int(random.integers(0, 5) == 0),
            position=int(random.integers(-4, 12)),
            level=int(random.integers(0, 15)),
            need=float(random.integers(0, 4)) / 4,
        )
        for number in range(int(random.integers(1, locations + 1)))
    ]


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("method", ShareMethod)
def test_many_small_shortages_are_shared_as_pack_by_pack(method: ShareMethod) -> None:
    random = np.random.default_rng(20_261_127)
    count = cases(1_500)
    packs = random.integers(1, 5, count).tolist()
    skus = [any_rows(random, sku, pack) for sku, pack in enumerate(packs)]
    units = [int(random.integers(0, sum(row["quantity"] for row in rows) + 3)) for rows in skus]
    every = [row for rows in skus for row in rows]
    order = random.permutation(len(every))
    shared = share_supply(requests([every[place] for place in order]), Supply(whole(units), whole(packs)), method)
    quantity = np.empty_like(shared.quantity)
    quantity[order] = shared.quantity
    expected = [one_by_one(*one, method) for one in zip(skus, units, packs, strict=True)]
    assert quantity.tolist() == [units for rows in expected for units in rows]
    assert shared.given.tolist() == [sum(rows) for rows in expected]


def every_split(wanted: Sequence[int], packs: int) -> list[tuple[int, ...]]:
    return [split for split in product(*(range(one + 1) for one in wanted)) if sum(split) == packs]


def farness(rows: Sequence[Asking], split: Sequence[int], pack: int, packs: int, method: ShareMethod) -> Fraction:
    """What each method makes smallest: distance from the exact share, or from equal supply, per unit of claim."""
    if method is ShareMethod.PROPORTIONAL:
        wanted = [row["quantity"] // pack for row in rows]
        exact = [Fraction(packs * one, max(sum(wanted), 1)) for one in wanted]
        return sum(((x - q) ** 2 / w for x, q, w in zip(split, exact, wanted, strict=True) if w), Fraction(0))
    middles = [row["position"] + pack * x - Fraction(pack, 2) for row, x in zip(rows, split, strict=True)]
    return sum((middle**2 / max(row["level"], 1) for row, middle in zip(rows, middles, strict=True)), Fraction(0))


@pytest.mark.parametrize("method", [ShareMethod.PROPORTIONAL, ShareMethod.EQUALISED])
def test_no_other_split_is_nearer_to_what_the_method_is_for(method: ShareMethod) -> None:
    random = np.random.default_rng(5)
    for _ in range(cases(60, 2_000)):
        pack = int(random.integers(1, 4))
        rows = [{**row, "priority": 0} for row in any_rows(random, 0, pack, most=4, locations=4)]
        wanted = [row["quantity"] // pack for row in rows]
        packs = int(random.integers(0, sum(wanted) + 1))
        split = [units // pack for units in share(rows, packs * pack, pack, method).quantity.tolist()]
        best = min(farness(rows, other, pack, packs, method) for other in every_split(wanted, packs))
        assert farness(rows, split, pack, packs, method) == best


@st.composite
def shortages(draw: st.DrawFn) -> tuple[list[Asking], int]:
    pack = draw(st.integers(1, 6))
    ranks = draw(st.permutations(range(8)))
    few = st.integers(0, 9)
    rows = [
        asking(
            quantity=draw(st.integers(0, 12)) * pack,
            rank=ranks[number],
            priority=draw(st.integers(0, 2)),
            position=draw(st.integers(-20, 60)),
            level=draw(st.integers(0, 80)),
            need=draw(few) / 8,
        )
        for number in range(draw(st.integers(1, 8)))
    ]
    return rows, pack


@given(shortages(), st.sampled_from(ShareMethod))
def test_more_supply_never_gives_a_location_less_and_totals_are_exact(
    shortage: tuple[list[Asking], int], method: ShareMethod
) -> None:
    rows, pack = shortage
    asked = sum(row["quantity"] for row in rows)
    supplies = range(asked + pack + 1)
    # Every supply is a SKU of its own, with the same requests.
    every = [{**row, "sku": units} for units in supplies for row in rows]
    shared = share(every, supplies, pack, method)
    quantity = shared.quantity.reshape(len(supplies), len(rows))
    assert (np.diff(quantity, axis=0) >= 0).all()
    assert (quantity <= whole(row["quantity"] for row in rows)).all()
    assert (quantity % pack == 0).all()
    assert quantity.sum(axis=1).tolist() == [min(units // pack * pack, asked) for units in supplies]


@given(shortages(), st.sampled_from(ShareMethod), st.integers(0, 99), st.randoms(use_true_random=False))
def test_the_order_of_the_rows_and_other_skus_change_nothing(
    shortage: tuple[list[Asking], int], method: ShareMethod, units: int, random: Any
) -> None:
    rows, pack = shortage
    alone = share(rows, units, pack, method).quantity.tolist()
    every = [*enumerate(rows), *((-1, {**row, "sku": 1}) for row in rows)]
    random.shuffle(every)
    shared = share([row for _, row in every], [units, 7], pack, method).quantity.tolist()
    found = {number: units for (number, _), units in zip(every, shared, strict=True)}
    assert [found[number] for number in range(len(rows))] == alone


@given(st.lists(st.integers(0, 40), min_size=1, max_size=3), st.data())
def test_of_three_locations_none_is_a_whole_pack_from_its_exact_share(wanted: list[int], data: st.DataObject) -> None:
    supply = data.draw(st.integers(0, sum(wanted)))
    given_ = share(ranked(*wanted), supply).quantity.tolist()
    pairs = zip(given_, wanted, strict=True)
    assert all(abs(one * sum(wanted) - supply * asked) < max(sum(wanted), 1) for one, asked in pairs)


@given(st.data(), st.sampled_from([ShareMethod.PROPORTIONAL, ShareMethod.EQUALISED]))
def test_among_very_large_numbers_no_pack_is_given_out_of_turn(data: st.DataObject, method: ShareMethod) -> None:
    large = st.integers(9_999_900, 10_000_000) | st.integers(1, 10_000_000)
    rows = [
        asking(data.draw(large), rank=rank, position=data.draw(st.integers(-10_000_000, 10_000_000)), level=level)
        for rank, level in enumerate(data.draw(st.lists(large, min_size=2, max_size=6)))
    ]
    units = data.draw(st.integers(1, sum(row["quantity"] for row in rows)))
    shared = share(rows, units, 1, method).quantity.tolist()
    assert sum(shared) == units
    given_last = [(place_of(row, 1, x - 1, method), row["rank"]) for row, x in zip(rows, shared, strict=True) if x]
    waiting = [
        (place_of(row, 1, x, method), row["rank"]) for row, x in zip(rows, shared, strict=True) if x < row["quantity"]
    ]
    assert not waiting or max(given_last) < min(waiting)


WANTED = st.integers(1, 10_000)
ROW = st.tuples(WANTED, st.integers(-(10**6), 10**6), st.integers(1, 10**4), st.integers(1, 10**7))


@given(st.lists(ROW, min_size=20, max_size=20), st.data())
def test_packs_are_counted_exactly_at_a_place_and_a_hair_beside_it(
    rows: list[tuple[int, int, int, int]], data: st.DataObject
) -> None:
    wanted, start, step, base = (whole(column) for column in zip(*rows, strict=True))
    made = Rows(wanted, start, step, base)
    pack = whole(data.draw(st.integers(0, one - 1)) for one in wanted.tolist())
    place = made.place(pack)
    assert made.up_to(place).tolist() == (pack + 1).tolist()
    assert made.up_to(np.nextafter(place, np.inf)).tolist() == (pack + 1).tolist()
    assert made.up_to(np.nextafter(place, -np.inf)).tolist() == pack.tolist()


def test_blocks_of_skus_are_shared_like_one() -> None:
    random = np.random.default_rng(3)
    locations = 37
    count = BLOCK_ROWS // locations * 2 + 5
    sku = np.repeat(np.arange(count), locations)
    quantity = random.integers(0, 9, sku.size)
    level, need = random.integers(1, 50, sku.size), random.random(sku.size)
    rank = np.tile(np.arange(locations), count)
    made = Requests(sku, rank, quantity, np.zeros_like(sku), random.integers(-5, 50, sku.size), level, need)
    supply = Supply(np.bincount(sku, quantity).astype(np.int64) // 2, np.ones(count, dtype=np.int64))
    together = share_supply(made, supply, ShareMethod.EQUALISED)
    for one in (0, 1770, 1771, 1772, count - 1):
        here = {field.name: getattr(made, field.name)[sku == one] for field in fields(Requests)}
        alone = share_supply(
            Requests(**{**here, "sku": np.zeros(locations, dtype=np.int64)}),
            Supply(supply.units[[one]], supply.case_pack[[one]]),
            ShareMethod.EQUALISED,
        )
        assert alone.quantity.tolist() == together.quantity[sku == one].tolist()
    assert together.given.tolist() == supply.units.tolist()


def test_a_sku_of_more_locations_than_a_block_is_shared() -> None:
    rows = BLOCK_ROWS + 3
    ones, zeros = np.ones(rows, dtype=np.int64), np.zeros(rows, dtype=np.int64)
    made = Requests(zeros, np.arange(rows), ones, zeros, zeros, ones, np.zeros(rows))
    shared = share_supply(made, Supply(whole([5]), whole([1])), ShareMethod.PROPORTIONAL)
    assert np.flatnonzero(shared.quantity).tolist() == [0, 1, 2, 3, 4]


@pytest.mark.parametrize(
    ("rows", "units", "pack", "told"),
    [
        ([asking(4)], [4], 0, "case pack below 1"),
        ([asking(4)], [-1], 1, "supply below 0"),
        ([asking(-4)], [4], 1, "less than nothing"),
        ([asking(4, priority=-1)], [4], 1, "priority class below 0"),
        ([asking(4, need=float("nan"))], [4], 1, "has no need"),
        ([asking(4), asking(4, sku=1)], [4], 1, r"no supply; leave the row out \(place 1\)"),
        ([asking(4, sku=-1)], [4], 1, "no supply"),
        ([asking(6)], [4], 4, "broken case pack"),
        ([asking(4, position=2**40, level=2**20)], [1], 1, "too large to be compared"),
    ],
)
def test_what_cannot_be_shared_is_named(rows: list[Asking], units: list[int], pack: int, told: str) -> None:
    with pytest.raises(PlanningInputError, match=told):
        share(rows, units, pack, ShareMethod.EQUALISED)


def test_requests_at_the_edge_of_their_contract_are_shared() -> None:
    edge = [asking(0), asking(8, rank=1, position=-(10**7), level=10**7, need=float("inf"))]
    assert share(edge, [4], 4, ShareMethod.EQUALISED).quantity.tolist() == [0, 4]


def test_sharing_writes_to_none_of_its_arguments() -> None:
    made, supply = requests(EXAMPLE), Supply(whole([46]), whole([4]))
    kept = [getattr(made, field.name).copy() for field in fields(Requests)]
    share_supply(made, supply, ShareMethod.EQUALISED)
    assert all((getattr(made, field.name) == one).all() for field, one in zip(fields(Requests), kept, strict=True))
    assert replace(supply).units.tolist() == [46]
