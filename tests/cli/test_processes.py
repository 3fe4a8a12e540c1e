"""Processes of the daemon: what ends again and again is given up, however slow the machine is."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest

from replenisher.cli.processes import MOST_SHORT_LIVES, SHORT_LIFE_SECONDS, Child, Children, ChildrenFailedError
from tests.patience import PATIENCE_SECONDS

ENDS = [sys.executable, "-S", "-c", "raise SystemExit(3)"]


def clock_of(seconds: float) -> Callable[[], float]:
    """A clock that is asked when a process is started and when it has ended, and shows a life of so many seconds."""
    shown = iter(float(number) * seconds for number in range(1000))
    return lambda: next(shown)


@pytest.mark.parametrize("life", [0.1, 15.0, SHORT_LIFE_SECONDS - 0.5])
@pytest.mark.parametrize("optional", [True, False])
def test_what_never_stays_up_is_given_up_after_six_lives(life: float, optional: bool) -> None:
    told: list[str] = []
    children = Children(lambda _, line: told.append(line), clock_of(life), 0.01)
    child = Child("flower", ENDS, optional=optional)
    children.start(child)
    if optional:
        while child.process is not None:
            children.tend(0.1)
    else:
        with pytest.raises(ChildrenFailedError, match="flower ended 6 times in a row"):
            children.tend(PATIENCE_SECONDS)
    assert [line for line in told if "starting it again" in line] == [
        "flower ended with exit code 3; starting it again"
    ] * (MOST_SHORT_LIVES - 1)
    assert [line for line in told if "going on without it" in line] == [
        "flower ended 6 times in a row within a minute of its start (exit code 3); going on without it"
    ] * optional


def test_what_ends_now_and_then_is_always_started_again() -> None:
    told: list[str] = []
    children = Children(lambda _, line: told.append(line), clock_of(SHORT_LIFE_SECONDS), 0.01)
    children.start(Child("worker", ENDS))
    while len(told) <= MOST_SHORT_LIVES:
        children.tend(0.1)
    children.stop()
    assert set(told) == {"worker ended with exit code 3; starting it again"}
