"""How long a test waits for something that will come: so long that only what never comes is late.

A test that waits looks for the event itself; the length below is no part of what it proves. Only where the passing
of time is the matter (a deadline, a lease, a wait that was told) does a test name seconds of its own, and then it
proves that something came early enough by what would have come otherwise, and that much later.
"""

from __future__ import annotations

import time
from collections.abc import Callable

PATIENCE_SECONDS = 120.0
HURRY_SECONDS = 1.5
"""A deadline that a test lets pass: short to wait for, and long for what has to be done before it begins to matter."""


def eventually(holds: Callable[[], bool], missing: str | Callable[[], str], pause: float = 0.02) -> None:
    """Wait until this holds; fails with what is missing when it never does."""
    ends = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < ends, missing if isinstance(missing, str) else missing()
        time.sleep(pause)
