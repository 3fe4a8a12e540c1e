"""Settings of the sales history: how long it is kept, what of it counts as demand, and how demand is estimated."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from replenisher.config.kinds import Section
from replenisher.planning.demand.censoring import CensoringLimits
from replenisher.planning.demand.choice import EstimateSettings
from replenisher.planning.history import DemandRules

AUTOMATIC = "automatic"
Estimator = Literal[
    "automatic",
    "moving_average",
    "exponential_smoothing",
    "best_smoothing",
    "croston",
    "sba",
    "tsb",
    "adida",
    "imapa",
]


class HistorySettings(Section):
    """How long the sales history is kept."""

    months: Annotated[int, Field(ge=13, le=120)] = Field(
        default=25,
        description="Whole months of sales that are kept before the present one; older ones are dropped.",
        examples=[25],
    )


class DemandSettings(Section):
    """What counts as demand besides what was sold, and how it is estimated."""

    returns: Literal["ignore", "subtract"] = Field(
        default="ignore",
        description="What was returned: `ignore` it, or `subtract` it from what was sold on the day it came back.",
        examples=["ignore"],
    )
    exchanges: Literal["ignore", "count"] = Field(
        default="ignore",
        description="What was handed out in exchange for something else: `ignore` it, or `count` it as sold.",
        examples=["ignore"],
    )
    transfers: Literal["ignore", "count"] = Field(
        default="ignore",
        description="What was shipped to other locations: `ignore` it, or `count` it as sold by the one that shipped"
        " it (needs the `transfers` report; `vmi` and `cmi` do not tell its days).",
        examples=["ignore"],
    )

    days: Annotated[int, Field(ge=28, le=1826)] = Field(
        default=365, description="How many days before the run demand is estimated from.", examples=[365]
    )
    least_known_days: Annotated[int, Field(ge=1, le=366)] = Field(
        default=28,
        description="With fewer days of a location's sales known, a rule that goes by demand is not followed: its rows"
        " keep their minimum and maximum.",
        examples=[28],
    )
    least_days: Annotated[int, Field(ge=1, le=366)] = Field(
        default=28,
        description="A product with fewer days on sale is new: it borrows what it lacks from its category at the"
        " location.",
        examples=[28],
    )
    estimator: Estimator = Field(
        default="automatic",
        description="`automatic` chooses by the class of demand; or the name of one estimator for all.",
        examples=["automatic"],
    )
    sold_out: Literal["as_sold", "likelihood"] = Field(
        default="as_sold",
        description="A day that ended with an empty shelf counts `as_sold`, or with the demand that most likely stood"
        " behind it (`likelihood`, ten times slower).",
        examples=["likelihood"],
    )

    def estimate_settings(self) -> EstimateSettings:
        """Give the settings by which demand is estimated, as planning takes them."""
        return EstimateSettings(
            least_days=self.least_days,
            only=None if self.estimator == AUTOMATIC else self.estimator,
            censoring=CensoringLimits() if self.sold_out == "likelihood" else None,
        )

    def demand_rules(self) -> DemandRules:
        """Give the rules as planning takes them."""
        return DemandRules(
            subtract_returns=self.returns == "subtract",
            count_exchanges=self.exchanges == "count",
            count_transfers=self.transfers == "count",
        )
