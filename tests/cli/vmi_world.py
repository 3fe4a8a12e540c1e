"""The small world with its companies served over VMI: the same sandbox, the same planners."""

from __future__ import annotations

from collections.abc import Callable
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


class Store:
    """A company over VMI and its first store."""

    def __init__(self, typed: Callable[[str], Any], world: World) -> None:
        self.typed = typed
        self.world = world
        self.company: str = world.sandbox["companies"][0]["guid"]
        self.location = int(world.locations[0])
        ids = world.admin.ids()["locations"]
        self.id = str(next(one["store_id"] for one in ids if one["id"] == self.location))

    def ask(self, words: str) -> Any:
        return self.typed(f"platform {words} --company {self.company}")

    def here(self, words: str) -> Any:
        return self.ask(f"{words} --location {self.id}")
