"""How much the tests try: a little in every run, all that was promised where REPLENISHER_THOROUGH is 1."""

from __future__ import annotations

import os

THOROUGH = os.environ.get("REPLENISHER_THOROUGH") == "1"

PLAIN_EXAMPLES = 50
THOROUGH_EXAMPLES = 500
"""Examples of each law."""


def cases(plain: int, thorough: int = 100_000) -> int:
    """How many cases an oracle is asked for."""
    return thorough if THOROUGH else plain
