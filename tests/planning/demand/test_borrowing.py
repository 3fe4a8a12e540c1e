"""New products borrow from their category what they have no days for."""

from __future__ import annotations

import numpy as np
import pytest

from replenisher.errors import PlanningInputError
from replenisher.planning.demand.borrowing import Estimated, borrow


def estimated(rate: list[float], days: list[int], sd: list[float] | None = None) -> Estimated:
    spread = np.array(sd or [0.0] * len(rate), dtype=np.float64)
    return Estimated(np.array(rate, dtype=np.float64), spread, np.array(days, dtype=np.int64))


def test_the_example_by_hand() -> None:
    found, borrowed = borrow(estimated([1, 3, 4], [28, 90, 7]), np.array([0, 0, 0]), 28)
    assert found.rate.tolist() == [1, 3, 2.5]
    assert borrowed.tolist() == [False, False, True]


def test_a_product_without_a_day_has_its_categorys_mean_and_one_day_short_hardly_borrows() -> None:
    found, borrowed = borrow(estimated([2, 0, 9], [28, 0, 27]), np.array([0, 0, 0]), 28)
    assert found.rate.tolist() == pytest.approx([2, 2, (27 * 9 + 2) / 28])
    assert borrowed.tolist() == [False, True, True]


def test_the_spread_is_borrowed_as_a_variance() -> None:
    found, _ = borrow(estimated([2, 4], [28, 14], sd=[3, 1]), np.array([0, 0]), 28)
    assert found.sd.tolist() == pytest.approx([3, np.sqrt((1 + 9) / 2)])


def test_products_that_sell_nothing_and_other_categories_lend_nothing() -> None:
    found, borrowed = borrow(estimated([0, 5, 1], [90, 90, 7]), np.array([0, 1, 0]), 28)
    assert found.rate.tolist() == [0, 5, 1]
    assert not borrowed.any()


def test_without_a_category_a_product_stands_alone() -> None:
    found, borrowed = borrow(estimated([5, 1], [90, 7]), np.array([-1, -1]), 28)
    assert found.rate.tolist() == [5, 1]
    assert not borrowed.any()


def test_no_series_at_all_is_no_fault() -> None:
    found, _ = borrow(estimated([], []), np.zeros(0, dtype=np.int64), 28)
    assert found.rate.shape == (0,)


def test_categories_of_other_series_are_refused() -> None:
    with pytest.raises(PlanningInputError, match="a number from 0, or -1 for none"):
        borrow(estimated([1, 2], [28, 28]), np.array([0]), 28)
