"""How long a series has sold nothing, judged by what it sold before."""

from __future__ import annotations

import numpy as np
import pytest

from replenisher.planning.demand.panel import Panel
from replenisher.planning.demand.silence import silence_of


def silence(units: list[float], least: int = 2, counts: list[int] | None = None) -> tuple[int, float, float]:
    marks = None if counts is None else np.array([counts], dtype=np.bool_)
    found = silence_of(Panel(np.array([units], dtype=np.float64), marks), least)
    return int(found.days[0]), float(found.rate[0]), float(found.sd[0])


def test_the_worked_example() -> None:
    assert silence([2, 0, 4, 0, 0]) == (2, 2.0, pytest.approx(2.0))


def test_a_series_that_sold_on_the_last_day_is_not_silent() -> None:
    assert silence([2, 0, 4]) == (0, 2.0, pytest.approx(2.0))


@pytest.mark.parametrize(("least", "expected"), [(3, (2, 2.0)), (4, (0, 0.0))])
def test_days_up_to_the_last_sale_have_to_be_enough(least: int, expected: tuple[int, float]) -> None:
    """Three days up to the last sale: enough for three, too few for four."""
    assert silence([2, 0, 4, 0, 0], least)[:2] == expected


def test_a_series_that_never_sold_is_not_silent() -> None:
    assert silence([0, 0, 0, 0]) == (0, 0.0, 0.0)


def test_days_that_do_not_count_are_no_silence() -> None:
    """An empty shelf sells nothing, and neither does a day that nobody read."""
    assert silence([2, 0, 4, 0, 0, 0], counts=[1, 1, 1, 0, 1, 0]) == (1, 2.0, pytest.approx(2.0))
    assert silence([2, 2, 0, 0], counts=[1, 1, 0, 0]) == (0, 2.0, 0.0)


def test_the_silence_does_not_lower_the_rate_that_it_is_judged_by() -> None:
    short, long = silence([1.0] * 10 + [0.0] * 5), silence([1.0] * 10 + [0.0] * 50)
    assert (short[0], long[0]) == (5, 50)
    assert short[1:] == long[1:] == (1.0, 0.0)


def test_a_single_day_before_the_silence_has_no_spread() -> None:
    assert silence([5, 0, 0], least=1) == (2, 5.0, 0.0)


def test_no_series_at_all_is_no_fault() -> None:
    assert silence_of(Panel(np.zeros((0, 3))), 28).days.shape == (0,)
