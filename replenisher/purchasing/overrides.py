"""An override as a person gives it: levels or a quantity, never both and never neither; and what of it cannot be."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from enum import Enum


class OverrideKind(Enum):
    """What an override sets."""

    LEVELS = "levels"
    QUANTITY = "quantity"


class OverrideState(Enum):
    """Where an override stands: in force, or why it is not any more."""

    IN_FORCE = "in_force"
    USED = "used"
    WITHDRAWN = "withdrawn"
    REPLACED = "replaced"
    EXPIRED = "expired"
    LAPSED = "lapsed"


@dataclass(frozen=True)
class NewOverride:
    """Minimum and maximum, or a quantity, in units, for one SKU at one location; 0 is a value, None is not set.

    `until` is the last business date; `line` is where a file says so, 0 where none does.
    """

    location: str
    sku: str
    minimum: int | None
    maximum: int | None
    quantity: int | None
    until: date
    reason: str
    line: int = field(default=0, compare=False)

    @property
    def kind(self) -> OverrideKind:
        """What it sets."""
        return OverrideKind.LEVELS if self.quantity is None else OverrideKind.QUANTITY

    def faults(self) -> Iterator[tuple[str, str]]:
        """Name each column that makes no sense beside the others, and say what to do."""
        levels = {"minimum": self.minimum, "maximum": self.maximum}
        given = [name for name, value in levels.items() if value is not None]
        if self.quantity is None and not given:
            yield "quantity", "neither levels nor a quantity are given; give minimum and maximum, or a quantity"
        elif self.quantity is not None and given:
            yield "quantity", f"a quantity and a {given[0]} are given; give levels and a quantity each a row of its own"
        elif len(given) == 1:
            (missing,) = levels.keys() - given
            yield missing, f"a {given[0]} without a {missing}; give both, 0 for none"
        for name, value in (*levels.items(), ("quantity", self.quantity)):
            if value is not None and value < 0:
                yield name, f"{value} is negative; write a whole number of at least 0"
        if self.minimum is not None and self.maximum is not None and self.minimum > self.maximum:
            inverted = f"the minimum {self.minimum} is more than the maximum {self.maximum}"
            yield "minimum", f"{inverted}; a location is filled up to the maximum"
        if not self.reason.strip():
            yield "reason", "is empty; write why, for whoever asks later"
