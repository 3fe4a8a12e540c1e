"""Settings of what limits a company's orders together: a vendor's shortage, and a budget."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from replenisher.config.kinds import Id, Section
from replenisher.planning.budget import BudgetPeriod
from replenisher.planning.fair_share.shortage import ShareMethod

PriorityClass = Annotated[int, Field(ge=0, le=1000)]


class ShortageSettings(Section):
    """How the vendor's stock is shared when locations ask for more (only with a `vendor_stock_file`)."""

    method: ShareMethod = Field(
        default=ShareMethod.PROPORTIONAL,
        description="`proportional` to what is asked; `equalised`: each pack goes where position and share are the"
        " lowest part of the maximum; `by_need`: the location in greatest need gets all it asks, then the next.",
        examples=["equalised"],
    )
    priorities: dict[Id, PriorityClass] = Field(
        default={},
        description="Class of a location, by its id: the lowest number is served first, and the next class gets what"
        " is left.",
        examples=[{"11412": 0}],
    )
    usual_priority: PriorityClass = Field(
        default=1, description="Class of the locations that `priorities` does not name.", examples=[1]
    )
    unnamed: Literal["not_limited", "nothing"] = Field(
        default="not_limited",
        description="What there is of a SKU that the vendor's stock file does not name.",
        examples=["nothing"],
    )


class BudgetSettings(Section):
    """What a company may order in a period; without an amount there is no budget."""

    amount: Annotated[Decimal, Field(ge=0, le=10_000_000_000, decimal_places=4)] | None = Field(
        default=None,
        description="Value of the orders of a period at most, in the company's currency; nothing = no budget.",
        examples=["25000.00"],
    )
    period: BudgetPeriod = Field(
        default=BudgetPeriod.MONTH,
        description="How long a budget lasts, by the company's own days; a week begins on Monday.",
        examples=["quarter"],
    )
