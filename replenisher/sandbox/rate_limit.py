"""Fixed windows of requests per service and caller, and the four headers that tell about them."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from replenisher.sandbox.world import World


@dataclass
class _Window:
    ends: float
    used: int = 0


class RateLimiter:
    """Counts requests; a window starts with its first request."""

    def __init__(self, world: World, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._world = world
        self._monotonic = monotonic
        self._windows: dict[tuple[str, str], _Window] = {}

    def count(self, service: str, caller: str) -> tuple[bool, dict[str, str]]:
        """Count one request; gives whether it is within the limit, and the headers to answer with."""
        switches = self._world.switches
        now = self._monotonic()
        window = self._windows.get((service, caller))
        if window is None or window.ends <= now:
            window = self._windows[service, caller] = _Window(now + switches.rate_window_seconds)
        window.used += 1
        left = max(0.0, window.ends - now)
        reset = self._world.clock.now() + timedelta(seconds=left)
        headers = {
            "X-RateLimit-Limit": str(switches.rate_limit),
            "X-RateLimit-Remaining": str(max(0, switches.rate_limit - window.used)),
            "X-RateLimit-Reset": f"{reset:%Y-%m-%dT%H:%M:%S}.{reset.microsecond:06d}0Z",
            "X-RateLimit-ResetSeconds": str(math.ceil(left)),
        }
        return window.used <= switches.rate_limit, headers
