"""Print docs/configuration.md: `python -m replenisher.config > docs/configuration.md`."""

from __future__ import annotations

import sys

from replenisher.config.page import render

if __name__ == "__main__":
    sys.stdout.write(render())
