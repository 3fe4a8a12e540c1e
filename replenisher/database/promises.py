"""Units promised to customers at our locations, as far as we know of them ourselves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from replenisher.database import fulfilments, sales
from replenisher.database.session import Session
from replenisher.planning.frames import LARGEST_QUANTITY


@dataclass(frozen=True)
class Promised:
    """Columns of promised units by location and SKU, all of the same length."""

    location: list[str] = field(default_factory=list)
    sku: list[str] = field(default_factory=list)
    units: list[int] = field(default_factory=list)


def promised(session: Session, company: str, locations: Sequence[str], *, instead_of_report: bool) -> Promised:
    """Add up what is promised at these locations; must be read before an inventory report is asked for.

    On top of a report, what it cannot know yet: our sale orders that the platform has not taken into its point of sale.
    Instead of it, every sale order of ours until its end, and the in-stock items of customers' pending orders.
    """
    units: Counter[tuple[str, str]] = Counter()
    for location, sku, count in sales.promised(session, company, locations, also_in_pos=instead_of_report):
        units[location, sku] += count
    if instead_of_report:
        for location, sku, count in fulfilments.promised(session, company, locations):
            units[location, sku] += count
    keys = sorted(units)
    # More than planning takes is a slip of somebody's; it must not stop the planning of every other SKU.
    most = [min(units[key], LARGEST_QUANTITY) for key in keys]
    return Promised([key[0] for key in keys], [key[1] for key in keys], most)
