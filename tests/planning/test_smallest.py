"""The search for the smallest level that is enough, from any guess, and the guess."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from replenisher.planning.smallest import Places, Real, likely_level, smallest_level

ROWS = st.lists(st.tuples(st.integers(0, 5000), st.floats(-10.0, 10_000.0)), max_size=20)


@pytest.mark.parametrize("guess", [0.0, 6.0, 6.5, 7.0, 8.0, 100.0, -3.0])
def test_any_guess_ends_at_the_smallest_level_that_is_enough(guess: float) -> None:
    assert smallest_level(np.array([guess]), lambda levels, rows: levels >= 7).tolist() == [7]


@given(ROWS)
def test_every_row_ends_at_its_own_level(rows: list[tuple[int, float]]) -> None:
    wanted = np.array([level for level, _ in rows], dtype=np.float64)
    guesses = np.array([guess for _, guess in rows], dtype=np.float64)

    def enough(levels: Real, places: Places) -> npt.NDArray[np.bool_]:
        return levels >= wanted[places]

    assert smallest_level(guesses, enough).tolist() == wanted.tolist()


def test_a_table_of_rows_keeps_its_shape_and_the_guess_is_not_written_to() -> None:
    guesses = np.array([[1.0, 2.0], [3.0, 4.0]])
    found = smallest_level(guesses, lambda levels, rows: levels >= rows)
    assert found.tolist() == [[0, 1], [2, 3]]
    assert guesses.tolist() == [[1, 2], [3, 4]]


def test_the_guess_by_hand() -> None:
    assert likely_level(np.array([2.0]), np.array([100.0]), np.array([20.0])) == pytest.approx([143.5])
    assert likely_level(np.array([2.0]), np.array([0.0]), np.array([0.0])).tolist() == [0]
    # No less than the spread of a Poisson demand: g is 1 / sqrt(mean).
    poisson = 100 + 10 * (2 + 3 * 0.1 / 6)
    assert likely_level(np.array([2.0]), np.array([100.0]), np.array([0.0])) == pytest.approx([poisson])


def test_a_good_guess_is_looked_at_twice() -> None:
    looks: list[int] = []

    def enough(levels: Real, rows: Places) -> npt.NDArray[np.bool_]:
        looks.append(rows.size)
        return levels >= 7

    assert smallest_level(np.full(1000, 7.0), enough).tolist() == [7] * 1000
    assert looks == [1000, 1000]
