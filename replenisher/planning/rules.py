"""The rules by which a company's locations are planned: what `proposal.plan` needs besides the snapshot."""

from __future__ import annotations

from dataclasses import dataclass, field

from replenisher.errors import PlanningInputError
from replenisher.planning.constraints import Damping
from replenisher.planning.policies.asking import Policy, Rounding, Trigger
from replenisher.planning.position import PositionWeights

LARGEST_LIMIT = 2**53
"""Sums are compared with limits in float64, which is exact up to here."""

_LIMITS = (
    "maximum_line_quantity",
    "maximum_order_lines",
    "maximum_order_units",
    "maximum_order_value",
    "minimum_order_units",
    "minimum_order_value",
)

_WORDS = {
    "unlisted": ("exclude", "order"),
    "unmapped": ("exclude", "order"),
    "below_order_minimum": ("hold", "top_up"),
}


@dataclass(frozen=True)
class Rules:
    """How a company's locations are planned.

    Maximums are units per line, and lines, units and value (ten-thousandths) per location's order; minimums are units
    and value per location's order; None means none. `below_order_minimum` says what becomes of an order below its
    minimum: "hold" or "top_up". `rounding_threshold_percent` is for `Rounding.THRESHOLD`. `unlisted` says what happens
    to a SKU that the products file does not list, `unmapped` to one without an id of the platform's catalog: "exclude"
    or "order".
    """

    policy: Policy = Policy.MIN_MAX
    weights: PositionWeights = field(default_factory=PositionWeights)
    trigger: Trigger = Trigger.BELOW
    rounding: Rounding = Rounding.UP
    rounding_threshold_percent: int = 50
    never_to_zero: bool = True
    maximum_line_quantity: int | None = None
    damping: Damping = field(default_factory=Damping)
    maximum_order_lines: int | None = None
    maximum_order_units: int | None = None
    maximum_order_value: int | None = None
    minimum_order_units: int | None = None
    minimum_order_value: int | None = None
    below_order_minimum: str = "hold"
    unlisted: str = "exclude"
    unmapped: str = "order"

    @property
    def effective_trigger(self) -> Trigger:
        """Which comparison asks for goods; with sell-through nothing owed asks for nothing."""
        return Trigger.BELOW if self.policy is Policy.SELL_THROUGH else self.trigger

    def __post_init__(self) -> None:
        """Refuse rules that mean nothing."""
        for name, words in _WORDS.items():
            if getattr(self, name) not in words:
                raise PlanningInputError(f"{name} should be {' or '.join(words)}, not {getattr(self, name)}")
        for name in _LIMITS:
            limit = getattr(self, name)
            if limit is not None and not 1 <= limit <= LARGEST_LIMIT:
                kind = name.partition("_")[0]
                raise PlanningInputError(f"{name} should be from 1 to {LARGEST_LIMIT}, or None for no {kind}")
        if not 1 <= self.rounding_threshold_percent <= 100:
            raise PlanningInputError("rounding_threshold_percent should be from 1 to 100")
        for what in ("units", "value"):
            least, most = getattr(self, f"minimum_order_{what}"), getattr(self, f"maximum_order_{what}")
            if least is not None and most is not None and least > most:
                raise PlanningInputError(
                    f"minimum_order_{what} {least} is above maximum_order_{what} {most}: no order could keep both"
                )
