"""The page of policies is what the catalogue says."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

PAGE = Path(__file__).parents[3] / "docs" / "policies.md"


def test_the_page_is_what_the_catalogue_prints() -> None:
    printed = subprocess.run(
        [sys.executable, "-m", "replenisher.planning.policies"], capture_output=True, text=True, check=True
    )
    assert PAGE.read_text(encoding="utf-8") == printed.stdout, "print it anew: python -m replenisher.planning.policies"
