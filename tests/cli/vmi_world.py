"""The small world with its companies served over VMI: the same sandbox, the same planners."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.world import World


def over_vmi(world: World, **company: Any) -> Path:
    """Write the configuration with every company on the VMI channel, each with these settings."""
    sandbox = world.sandbox
    account = {
        "url": sandbox["vmi_url"],
        "vendor_id": sandbox["vendor_guid"],
        "username": sandbox["username"],
        "password": "${file:password}",
    }
    rest = world.document()["companies"]
    companies = [
        {**one, "id": named["guid"], "channel": "vmi", **company}
        for one, named in zip(rest, sandbox["companies"], strict=True)
    ]
    world.changes |= {"platforms": {"retail": {"vmi": account}}, "companies": companies}
    return world.write()
