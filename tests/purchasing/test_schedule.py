"""When an order is looked at next."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replenisher.purchasing.schedule import JITTER, next_look_up, next_poll

POLLS = (5.0, 10.0, 20.0)
LOOK_UPS = (30.0, 120.0)
SETTLE = 1800.0


@pytest.mark.parametrize(("done", "wait"), [(0, 5.0), (1, 10.0), (2, 20.0), (3, 20.0), (99, 20.0)])
def test_polls_come_at_the_listed_waits_and_the_last_one_repeats(done: int, wait: float) -> None:
    assert next_poll(POLLS, done, 0.0) == wait


@given(st.integers(0, 50), st.floats(0, 1, exclude_max=True))
def test_a_poll_is_at_most_a_fifth_late_and_never_early(done: int, chance: float) -> None:
    exact = next_poll(POLLS, done, 0.0)
    assert exact <= next_poll(POLLS, done, chance) < exact * (1 + JITTER) + 1e-9


@pytest.mark.parametrize(
    ("elapsed", "wait"),
    [(0.0, 30.0), (29.0, 1.0), (30.0, 90.0), (119.5, 0.5), (120.0, 1680.0), (1799.0, 1.0), (1800.0, None), (9e9, None)],
)
def test_look_ups_come_at_the_listed_ages_and_when_the_settle_window_ends(elapsed: float, wait: float | None) -> None:
    assert next_look_up(LOOK_UPS, SETTLE, elapsed) == wait


ages = st.lists(st.integers(1, 1000), min_size=1, max_size=6, unique=True).map(sorted)


@given(ages, st.integers(1, 5000))
def test_the_look_ups_of_an_order_nobody_finds_end_at_the_settle_window(look_ups: list[int], settle: int) -> None:
    elapsed = 0.0
    seen: list[float] = []
    while (wait := next_look_up(look_ups, settle, elapsed)) is not None:
        assert wait > 0
        elapsed += wait
        seen.append(elapsed)
        assert len(seen) <= len(look_ups) + 1
    assert seen
    assert all(earlier < later for earlier, later in pairwise(seen))
    assert seen[-1] == max(settle, *look_ups)
