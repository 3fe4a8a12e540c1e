"""Answers as HAL in JSON: every resource with its links, lists under `_embedded.self`; hrefs are without host."""

from __future__ import annotations

from typing import Any

from replenisher.sandbox.switches import Switches

JSON, HAL = "application/json", "application/hal+json"


def wants_hal(accept: str, default: str) -> bool:
    """Whether an Accept header asks for HAL; an absent one leaves it to the service's default (`hal` or `json`)."""
    kinds = [part.split(";")[0].strip().lower() for part in accept.split(",") if part.strip()]
    if not kinds or kinds == ["*/*"]:
        return default == "hal"
    return HAL in kinds


def resource(switches: Switches, path: str, document: dict[str, Any], position: int = 0) -> dict[str, Any]:
    """One resource with a link to itself; `position` is its place in a list, by which mixed links differ."""
    return {"_links": {"self": _link(switches, path, bare=position % 2 == 1)}, **document}


def listed(switches: Switches, path: str, documents: list[tuple[str, dict[str, Any]]]) -> dict[str, Any]:
    """A list of resources, each given with the path of its own."""
    before = None if switches.hal_prev == "null" else "null"
    return {
        "_links": {"self": _link(switches, path, bare=True), "prev": before, "next": None},
        "_embedded": {
            "self": [resource(switches, own, document, place) for place, (own, document) in enumerate(documents)]
        },
        "_metadata": {"count": len(documents)},
    }


def _link(switches: Switches, path: str, *, bare: bool) -> dict[str, Any]:
    versioned = switches.hal_links == "versioned" or (switches.hal_links == "mixed" and not bare)
    return {"href": f"v1/{path}" if versioned else path, "templated": False}
