"""Daily sales as they are known: days that count, and days that a predecessor lends."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from replenisher.errors import PlanningInputError
from replenisher.planning.demand.panel import Flags
from replenisher.planning.demand.sales import Sales, sales_of, with_predecessors

NAN = float("nan")


def counted(sales: Sales) -> list[list[bool]]:
    counts = sales.panel().counts
    assert counts is not None
    return [list(map(bool, row)) for row in counts]


def test_days_that_are_missing_are_those_before_a_product_was_on_sale() -> None:
    sales = sales_of(np.array([[NAN, NAN, 3, 0], [1, 0, 0, 2], [NAN, NAN, NAN, NAN]]))
    assert sales.first_day is not None
    assert sales.first_day.tolist() == [2, 0, 4]
    assert counted(sales) == [[False, False, True, True], [True] * 4, [False] * 4]


def test_a_figure_that_is_missing_later_is_refused_for_it_is_not_0() -> None:
    with pytest.raises(PlanningInputError, match="series 1 are missing on day 2, after its first day on sale"):
        sales_of(np.array([[1.0, 2, 3], [NAN, 2, NAN]]))


def test_a_day_that_sold_out_counts_unless_it_sold_nothing() -> None:
    sales = Sales(np.array([[2.0, 0, 0, 1]]), sold_out=np.array([[True, True, False, False]]))
    assert counted(sales) == [[True, False, True, True]]
    assert sales.stock_out_days().tolist() == [1]


def test_both_marks_of_stock_go_together() -> None:
    out = np.array([[False, False, True, False]])
    sales = Sales(np.array([[2.0, 0, 0, 1]]), stock_outs=out, sold_out=np.array([[True, True, False, False]]))
    assert counted(sales) == [[True, False, False, True]]
    assert sales.stock_out_days().tolist() == [2]


def test_a_day_whose_sales_were_not_read_does_not_count_and_is_no_stock_out() -> None:
    known = np.array([[True, False, True, True]])
    sales = Sales(np.array([[2.0, 0, 0, 1]]), stock_outs=np.array([[False, False, True, False]]), known=known)
    assert counted(sales) == [[True, False, False, True]]
    assert sales.stock_out_days().tolist() == [1]
    assert counted(Sales(np.array([[2.0, 0, 0, 1]]), known=known)) == [[True, False, True, True]]


def test_without_marks_every_day_counts() -> None:
    assert Sales(np.ones((2, 3))).panel().counts is None


def test_the_example_of_a_predecessor_by_hand() -> None:
    sales = Sales(np.array([[2.0, 2, 2, 0], [0, 0, 0, 5]]), first_day=np.array([0, 3]))
    lent = with_predecessors(sales, np.array([-1, 0]))
    assert lent.units.tolist() == [[2, 2, 2, 0], [2, 2, 2, 5]]
    assert lent.first_day is not None
    assert lent.lent_days is not None
    assert (lent.first_day.tolist(), lent.lent_days.tolist()) == ([0, 0], [0, 3])
    assert sales.units.tolist() == [[2, 2, 2, 0], [0, 0, 0, 5]]


def test_a_predecessors_empty_shelf_is_lent_with_its_days() -> None:
    out = np.array([[False, True, False, False], [False, False, False, True]])
    sales = Sales(np.array([[2.0, 0, 2, 0], [0, 0, 0, 0]]), out, np.array([1, 3]))
    lent = with_predecessors(sales, np.array([-1, 0]))
    assert counted(lent) == [[False, False, True, True], [False, False, True, False]]


def test_a_predecessor_that_came_later_lends_nothing() -> None:
    sales = Sales(np.array([[0.0, 0, 7], [0, 4, 4]]), first_day=np.array([2, 1]))
    lent = with_predecessors(sales, np.array([-1, 0]))
    assert lent.lent_days is not None
    assert (lent.units[1].tolist(), lent.lent_days.tolist()) == ([0, 4, 4], [0, 0])


@given(st.permutations(range(5)))
def test_a_chain_lends_on_whatever_the_order_of_the_rows(order: list[int]) -> None:
    """Product k of a chain of five sold k + 1 a day from day k on; the last has one day of each before its own."""
    row_of = {product: row for row, product in enumerate(order)}
    units, first = np.zeros((5, 5)), np.zeros(5, dtype=np.int64)
    predecessor = np.full(5, -1)
    for product, row in row_of.items():
        units[row, product:], first[row] = product + 1, product
        predecessor[row] = row_of.get(product - 1, -1)
    lent = with_predecessors(Sales(units, first_day=first), predecessor)
    assert lent.units[row_of[4]].tolist() == [1, 2, 3, 4, 5]
    assert lent.lent_days is not None
    assert lent.lent_days[row_of[4]] == 4


def test_no_predecessor_at_all_changes_nothing() -> None:
    sales = Sales(np.array([[1.0, 2]]), first_day=np.array([1]))
    lent = with_predecessors(sales, np.array([-1]))
    assert counted(lent) == counted(sales)
    assert lent.lent_days is not None
    assert lent.lent_days.tolist() == [0]


@pytest.mark.parametrize(
    ("predecessor", "told"),
    [
        ([1, 0], "series 0 come back to a series before"),
        ([-1, 1], "series 1 come back"),
        ([-1, 2], "-1, or a series from 0 to 1"),
        ([-2, -1], "-1, or a series from 0 to 1"),
        ([-1], "told of every series"),
    ],
)
def test_a_chain_that_comes_back_or_names_no_series_is_refused(predecessor: list[int], told: str) -> None:
    with pytest.raises(PlanningInputError, match=told):
        with_predecessors(Sales(np.ones((2, 3))), np.array(predecessor))


def test_marks_of_other_days_or_series_are_refused() -> None:
    wrong: Flags = np.ones((1, 2), dtype=np.bool_)
    with pytest.raises(PlanningInputError, match="stock_outs should be told of every day"):
        Sales(np.ones((1, 3)), stock_outs=wrong)
    with pytest.raises(PlanningInputError, match="sold_out should be told of every day"):
        Sales(np.ones((1, 3)), sold_out=wrong)
    with pytest.raises(PlanningInputError, match="first_day should be told of every series"):
        Sales(np.ones((1, 3)), first_day=np.array([0, 0]))
    assert Sales(np.ones((1, 2)), stock_outs=wrong).stock_out_days().tolist() == [2]
