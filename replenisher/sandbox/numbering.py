"""The ids that depend on the sizes of the world alone, so that files can name them without a running sandbox."""

from __future__ import annotations

from replenisher.sandbox.switches import Setup

_FIRST_COMPANY = 14146
_FIRST_LOCATION = 11412
_FIRST_STORE = 31


def company_ids(setup: Setup) -> list[int]:
    """The ids of the companies."""
    return [_FIRST_COMPANY + 470 * position for position in range(setup.companies)]


def location_ids(setup: Setup, company_position: int) -> list[int]:
    """The ids of a company's locations; no two companies share one."""
    stride = max(1000, setup.locations)
    return [_FIRST_LOCATION + stride * company_position + position for position in range(setup.locations)]


def store_ids(setup: Setup, company_position: int) -> list[int]:
    """What SOAP calls the same locations, in the same order; no two companies share one."""
    stride = max(100, setup.locations)
    return [_FIRST_STORE + stride * company_position + position for position in range(setup.locations)]
