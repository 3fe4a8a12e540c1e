"""When an order is looked at next; all figures in seconds."""

from __future__ import annotations

from collections.abc import Sequence

JITTER = 0.2
"""Share by which a poll may be late, so that many orders do not ask at the same moment."""


def next_poll(polls: Sequence[float], done: int, chance: float) -> float:
    """Give the wait before the next status poll after `done` polls; the last step repeats.

    `chance` in [0, 1) is the caller's random number: this package draws none itself.
    """
    step = polls[min(done, len(polls) - 1)]
    return step * (1 + JITTER * chance)


def next_look_up(look_ups: Sequence[float], settle_window: float, elapsed: float) -> float | None:
    """Give the wait before the next look-up of an unknown order, `elapsed` seconds after it became unknown.

    The look-ups come at the listed ages, the last one when the settle window ends. None: the window has passed, and
    an order not found by now needs a person.
    """
    for age in (*look_ups, settle_window):
        if age > elapsed:
            return age - elapsed
    return None
