"""Recorded days as a table: zeros where sales were read, marks where nothing could be sold, else nothing known."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from replenisher.errors import PlanningInputError
from replenisher.planning.daily_demand import DAY, SALES_DAY, RecordedDays, Series, daily_demand
from replenisher.planning.history import DemandRules

START = date(2026, 3, 1)
A, B, ELSEWHERE = ("15", "A"), ("15", "B"), ("16", "A")
ALL_FOUR = np.arange(4).astype(DAY).tobytes()


def sold(*days: tuple[int, int]) -> bytes:
    """Pack days with units sold."""
    return np.array([(day, units, 0, 0, 0) for day, units in days], dtype=SALES_DAY).tobytes()


def marked(*days: int) -> bytes:
    return np.array(days, dtype=DAY).tobytes()


def test_the_worked_example() -> None:
    recorded = RecordedDays({A: sold((1, 2))}, {A: marked(2, 3)}, {"15": ALL_FOUR, "16": marked(1, 2, 3)})
    table = daily_demand([A, B, ELSEWHERE], recorded, START, 4, DemandRules())
    assert table.units.tolist() == [[0, 2, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]]
    assert table.stock_outs.tolist() == [[False, False, True, True], [False] * 4, [False] * 4]
    assert table.sold_out.tolist() == [[False, True, False, False], [False] * 4, [False] * 4]
    assert table.known.tolist() == [[True] * 4, [True] * 4, [False, True, True, True]]
    counts = table.panel().counts
    assert counts is not None
    assert counts.tolist() == [[True, True, False, False], [True] * 4, [False, True, True, True]]


def test_a_marked_day_on_which_something_was_sold_sold_out_and_counts() -> None:
    recorded = RecordedDays({A: sold((0, 3))}, {A: marked(0)}, {"15": ALL_FOUR})
    table = daily_demand([A], recorded, START, 4, DemandRules())
    assert (table.stock_outs[0, 0], table.sold_out[0, 0], table.units[0, 0]) == (False, True, 3.0)


def test_what_only_came_back_does_not_show_that_there_was_something_to_sell() -> None:
    returned = np.array([(0, 0, 2, 0, 0)], dtype=SALES_DAY).tobytes()
    table = daily_demand([A], RecordedDays({A: returned}, {A: marked(0)}, {"15": ALL_FOUR}), START, 4, DemandRules())
    assert (table.stock_outs[0, 0], table.sold_out[0, 0]) == (True, False)


def test_what_left_by_transfer_was_there_though_it_is_no_demand() -> None:
    moved = np.array([(0, 0, 0, 0, 2)], dtype=SALES_DAY).tobytes()
    table = daily_demand([A], RecordedDays({A: moved}, {A: marked(0)}, {"15": ALL_FOUR}), START, 4, DemandRules())
    assert (table.stock_outs[0, 0], table.units[0, 0]) == (False, 0.0)


def test_a_location_of_which_nothing_was_read_is_not_known_at_all() -> None:
    table = daily_demand([A], RecordedDays({}, {}, {}), START, 4, DemandRules())
    assert not table.known.any()
    assert table.units.tolist() == [[0.0] * 4]


def test_series_stand_in_the_order_in_which_they_were_asked_for() -> None:
    recorded = RecordedDays({A: sold((0, 1)), B: sold((0, 2)), ELSEWHERE: sold((0, 3))}, {}, {"15": ALL_FOUR})
    for series, units in (([A, B, ELSEWHERE], [1, 2, 3]), ([ELSEWHERE, A, B], [3, 1, 2])):
        assert daily_demand(series, recorded, START, 4, DemandRules()).units[:, 0].tolist() == units


def test_no_series_make_an_empty_table() -> None:
    table = daily_demand([], RecordedDays({}, {}, {}), START, 4, DemandRules())
    assert table.units.shape == table.known.shape == table.sold_out.shape == (0, 4)


@pytest.mark.parametrize(
    ("series", "days", "recorded", "reason"),
    [
        ([A], 0, RecordedDays({}, {}, {}), "no columns"),
        ([A, A], 4, RecordedDays({}, {}, {}), "asked for twice"),
        ([A], 4, RecordedDays({A: sold((4, 1))}, {}, {}), "outside of the 4 days"),
        ([A], 4, RecordedDays({}, {A: marked(-1)}, {}), "outside of the 4 days"),
        ([A], 4, RecordedDays({}, {}, {"15": marked(7)}), "outside of the 4 days"),
    ],
)
def test_what_makes_no_table_is_refused(series: list[Series], days: int, recorded: RecordedDays, reason: str) -> None:
    with pytest.raises(PlanningInputError, match=reason):
        daily_demand(series, recorded, START, days, DemandRules())


places = st.tuples(st.sampled_from([A, B, ELSEWHERE]), st.integers(0, 5))


@given(
    st.dictionaries(places, st.tuples(*[st.integers(0, 3)] * 4), max_size=12),
    st.sets(places),
    st.sets(st.tuples(st.sampled_from(["15", "16"]), st.integers(0, 5))),
)
def test_every_cell_is_what_its_own_day_says(
    moved: dict[tuple[Series, int], tuple[int, int, int, int]],
    empty: set[tuple[Series, int]],
    read: set[tuple[str, int]],
) -> None:
    series = [A, B, ELSEWHERE]
    recorded = RecordedDays(
        {
            one: np.array([(day, *units) for (whose, day), units in moved.items() if whose == one], SALES_DAY).tobytes()
            for one in series
        },
        {one: marked(*[day for whose, day in empty if whose == one]) for one in series},
        {location: marked(*[day for whose, day in read if whose == location]) for location in ("15", "16")},
    )
    table = daily_demand(series, recorded, START, 6, DemandRules(subtract_returns=True, count_exchanges=True))
    for row, one in enumerate(series):
        for day in range(6):
            sales, returned, exchanged, transferred = moved.get((one, day), (0, 0, 0, 0))
            left = sales + exchanged + transferred > 0
            assert table.units[row, day] == max(sales + exchanged - returned, 0)
            assert table.stock_outs[row, day] == ((one, day) in empty and not left)
            assert table.sold_out[row, day] == (left and not {(one, day), (one, day + 1)}.isdisjoint(empty))
            assert table.known[row, day] == ((one[0], day) in read)
