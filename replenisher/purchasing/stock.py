"""Stock that no report tells: movements of a location, and what the book makes of them, in our own words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum


class MovementKind(Enum):
    """Why units came or went."""

    SALE = "sale"
    RETURN = "return"
    RECEIPT = "receipt"


@dataclass(frozen=True)
class Movement:
    """Units of one SKU that came or went at once, as one line of one paper.

    `document` is the paper's number, `key` tells its lines apart and is the same every time the paper is read. `units`
    is never negative: the kind says which way. `moved_at` is the location's wall-clock time, without a zone.
    """

    kind: MovementKind
    document: str
    key: str
    sku: str
    units: int
    moved_at: datetime


@dataclass(frozen=True)
class Standing:
    """What the book says of one SKU of a location; all figures in units.

    `on_hand` is None while no count has been imported: missing is not zero. The figures since `counted_at` are what
    it is made of: `counted` + `received` - `sold` + `returned`. `sold_not_reordered` is `sold_since_opening` less
    `ordered_since_opening`, never negative: what was sold since the book was opened for the location, less returns (so
    it may be negative itself), and what orders of ours made since bring.
    """

    sku: str
    on_hand: int | None
    sold_not_reordered: int
    counted: int | None = None
    counted_at: datetime | None = None
    received: int = 0
    sold: int = 0
    returned: int = 0
    sold_since_opening: int = 0
    ordered_since_opening: int = 0
