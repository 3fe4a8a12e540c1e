"""Settings of what is ordered: policy, packs, weights of the position, and every limit of a line and an order."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import Field

from replenisher.config.kinds import Section
from replenisher.config.limits import BudgetSettings, ShortageSettings
from replenisher.planning.closing import CloseRules
from replenisher.planning.constraints import Damping
from replenisher.planning.frames import LARGEST_QUANTITY, to_money
from replenisher.planning.policies.asking import Policy, Rounding, Trigger
from replenisher.planning.position import PositionWeights
from replenisher.planning.rules import Rules

Weight = Annotated[int, Field(ge=-1, le=1)]
Units = Annotated[int, Field(ge=1, le=LARGEST_QUANTITY)]
UnitsOrNone = Annotated[int, Field(ge=0, le=LARGEST_QUANTITY)]
Percent = Annotated[int, Field(ge=0, le=100)]
Amount = Annotated[Decimal, Field(gt=0, le=100_000_000, decimal_places=4)]

_BACKORDERED = {"count": 1, "included_in_on_order": 0, "demand": -1, "ignore": 0}
_TRANSFER_OUT = {"ignore": 0, "subtract": -1}


class WeightSettings(Section):
    """How each term of a report counts in the inventory position; our own in-flight orders always count."""

    on_hand: Weight = Field(default=1, description="Units for sale at the location.", examples=[1])
    on_order: Weight = Field(default=1, description="Units on committed purchase orders.", examples=[1])
    on_uncommitted_order: Weight = Field(
        default=1, description="Units on purchase orders that are not committed yet.", examples=[1]
    )
    backordered: Literal["count", "included_in_on_order", "demand", "ignore"] = Field(
        default="count",
        description="What is left of partly received orders: `count` it as supply; `included_in_on_order` or `ignore`"
        " leaves it out; `demand` subtracts it.",
        examples=["count"],
    )
    transfer_in: Weight = Field(default=1, description="Units on their way from other locations.", examples=[1])
    transfer_out: Literal["ignore", "subtract"] = Field(
        default="ignore",
        description="Units on their way to other locations: `ignore` where on hand leaves them out already.",
        examples=["ignore"],
    )
    allocated: Weight = Field(default=-1, description="Units promised on sales orders.", examples=[-1])

    def position_weights(self) -> PositionWeights:
        """Give the weights as planning takes them."""
        return PositionWeights(
            on_hand=self.on_hand,
            on_order=self.on_order,
            on_uncommitted_order=self.on_uncommitted_order,
            backordered=_BACKORDERED[self.backordered],
            transfer_in=self.transfer_in,
            transfer_out=_TRANSFER_OUT[self.transfer_out],
            allocated=self.allocated,
        )


class DampingSettings(Section):
    """Which orders of a row are too small to be worth their handling; any one is enough, 0 = does not apply."""

    units: UnitsOrNone = Field(default=0, description="An order of fewer units waits.", examples=[3])
    level_percent: Percent = Field(
        default=0, description="An order of less than this share of the maximum waits, in per cent.", examples=[10]
    )
    value: Annotated[Decimal, Field(ge=0, le=100_000_000, decimal_places=4)] = Field(
        default=Decimal(0),
        description="An order line worth less waits, in the company's currency; one of unknown cost does not.",
        examples=["5.00"],
    )
    floor_percent: Annotated[int, Field(ge=0, le=1000)] = Field(
        default=50,
        description="A row whose position is below this share of its minimum, in per cent, orders all the same.",
        examples=[50],
    )


class PlanningSettings(Section):
    """What is ordered, and how much at most."""

    policy: Policy = Field(
        default=Policy.MIN_MAX,
        description="`min_max` orders up to the maximum; `sell_through` (channel `cmi`) orders what was sold and not"
        " yet ordered again.",
        examples=["min_max"],
    )

    trigger: Trigger = Field(
        default=Trigger.BELOW,
        description="Order when the position is `below` the minimum, or `at_or_below` it.",
        examples=["below"],
    )
    rounding: Rounding = Field(
        default=Rounding.UP,
        description="Rounding to whole case packs: `up`, `nearest`, `down`, or `threshold`: up once"
        " `rounding_threshold_percent` of the next pack is needed.",
        examples=["up"],
    )
    rounding_threshold_percent: Annotated[int, Field(ge=1, le=100)] = Field(
        default=50,
        description="How much of the next case pack must be needed for it to be ordered (`rounding: threshold`).",
        examples=[80],
    )
    never_to_zero: bool = Field(
        default=True, description="Rounding never turns a needed quantity into nothing.", examples=[True]
    )
    unlisted: Literal["exclude", "order"] = Field(
        default="exclude",
        description="What happens to a product that the products file does not list.",
        examples=["exclude"],
    )
    unmapped: Literal["exclude", "order"] = Field(
        default="order",
        description="What happens to a product without `catalog_id` in the products file.",
        examples=["exclude"],
    )
    weights: WeightSettings = Field(default=WeightSettings(), description="How the terms of the position count.")
    allocated: Literal["report", "orders"] = Field(
        default="report",
        description="Where units promised to customers are taken from: the inventory `report`, or the pending"
        " customers' `orders` that are read for fulfilments, never both. Our own sale orders count until the platform"
        " has them.",
        examples=["report"],
    )
    lead_time: Literal["measured", "product"] = Field(
        default="measured",
        description="What rules take for the lead time of a location without a calendar: the one `measured` on its"
        " received orders, where there are five, else that of the `product`.",
        examples=["measured"],
    )
    maximum_line_quantity: Units | None = Field(
        default=None, description="Most units of one line; nothing = no maximum.", examples=[500]
    )
    damping: DampingSettings = Field(default=DampingSettings(), description="Which orders of a row are too small.")
    maximum_order_lines: Units | None = Field(
        default=None, description="Most lines of one location's order; nothing = no maximum.", examples=[200]
    )
    maximum_order_units: Units | None = Field(
        default=None, description="Most units of one location's order; nothing = no maximum.", examples=[2000]
    )
    maximum_order_value: Amount | None = Field(
        default=None,
        description="Highest value of one location's order, in the company's currency; nothing = no maximum.",
        examples=["10000.00"],
    )
    minimum_order_units: Units | None = Field(
        default=None, description="Fewest units of one location's order; nothing = no minimum.", examples=[24]
    )
    minimum_order_value: Amount | None = Field(
        default=None,
        description="Lowest value of one location's order, in the company's currency; nothing = no minimum.",
        examples=["150.00"],
    )
    below_order_minimum: Literal["hold", "top_up"] = Field(
        default="hold",
        description="What becomes of an order below its minimum: `hold` lets it wait for a person; `top_up` adds the"
        " case packs that are needed soonest, and holds it where they do not suffice.",
        examples=["top_up"],
    )
    shortage: ShortageSettings = Field(default=ShortageSettings(), description="How a vendor's shortage is shared.")
    budget: BudgetSettings = Field(default=BudgetSettings(), description="What may be ordered in a period.")

    def rules(self) -> Rules:
        """Give the rules as planning takes them, money in ten-thousandths."""
        plain: dict[str, Any] = {name: getattr(self, name) for name in _PLAIN}
        money: dict[str, Any] = {name: _money(getattr(self, name)) for name in _MONEY}
        damping = Damping(**self.damping.model_dump() | {"value": to_money(self.damping.value)})
        return Rules(weights=self.weights.position_weights(), damping=damping, **plain, **money)

    def close_rules(self) -> CloseRules:
        """Give the rules by which runs are closed, as planning takes them."""
        return CloseRules(
            method=self.shortage.method,
            priorities=self.shortage.priorities,
            usual_priority=self.shortage.usual_priority,
            unnamed_is_nothing=self.shortage.unnamed == "nothing",
            policy=self.policy,
            minimum_order_units=self.minimum_order_units,
            minimum_order_value=_money(self.minimum_order_value),
        )


def _money(amount: Decimal | None) -> int | None:
    return None if amount is None else to_money(amount)


_MONEY = ("maximum_order_value", "minimum_order_value")
_OTHER = ("weights", "allocated", "damping", "lead_time", "shortage", "budget", *_MONEY)
_PLAIN = tuple(name for name in PlanningSettings.model_fields if name not in _OTHER)
"""Settings that planning's rules have under the same name and as they are."""
