"""Settings of the sales history: how long it is kept, and what of it counts as demand."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from replenisher.config.kinds import Section
from replenisher.planning.history import DemandRules


class HistorySettings(Section):
    """How long the sales history is kept."""

    months: Annotated[int, Field(ge=13, le=120)] = Field(
        default=25,
        description="Whole months of sales that are kept before the present one; older ones are dropped.",
        examples=[25],
    )


class DemandSettings(Section):
    """What counts as demand besides what was sold."""

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

    def demand_rules(self) -> DemandRules:
        """Give the rules as planning takes them."""
        return DemandRules(
            subtract_returns=self.returns == "subtract",
            count_exchanges=self.exchanges == "count",
            count_transfers=self.transfers == "count",
        )
