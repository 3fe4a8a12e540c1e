"""`python -m replenisher.planning.policies` prints docs/policies.md."""

from __future__ import annotations

import sys

from replenisher.planning.policies.page import policies_page

sys.stdout.write(policies_page())
