"""Settings of the guards: when a report is too suspicious to plan from, and what of a report or a count is doubtful."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from replenisher.config.kinds import Section
from replenisher.planning.data_guards import GuardLimits


class Guards(Section):
    """When a report is too suspicious to plan from."""

    minimum_rows_share: Annotated[float, Field(ge=0, le=1)] = Field(
        default=0.6,
        description="A report with fewer rows than this share of the location's last one is refused; so is, for the"
        " sales history, a sales report with fewer lines than this share of those known of the same days.",
        examples=[0.6],
    )
    accept_empty: bool = Field(
        default=False, description="Whether a report without rows is believed.", examples=[False]
    )
    maximum_total_factor: Annotated[float, Field(gt=1, le=1000)] | None = Field(
        default=5.0,
        description="A report is refused whose units on hand, or units sold, are more than so many times the median of"
        " the location's last 8 planned reports, or less than so many times below it; nothing = never.",
        examples=[5.0],
    )
    smallest_judged_total: Annotated[int, Field(ge=0, le=1_000_000_000)] = Field(
        default=100,
        description="Such a total is not judged while it and its median are both below this many units: small ones"
        " jump by themselves.",
        examples=[100],
    )
    maximum_report_age_days: Annotated[int, Field(ge=0, le=366)] | None = Field(
        default=None,
        description="A report that is the last one again is refused when it was first read more than so many days ago"
        " and tells of units sold; nothing = `report_days`, for so long a sale stays in a report.",
        examples=[3],
    )
    phantom_probability: Annotated[float, Field(ge=0, le=0.5)] = Field(
        default=0.001,
        description="Stock of a product that has not sold for so long that the chance of it is below this is an"
        " exception: it may not be on the shelf; 0 = never.",
        examples=[0.001],
    )
    maximum_count_drift: Annotated[float, Field(ge=0, le=10)] = Field(
        default=0.1,
        description="A new count that differs from the derived stock by more than this share, and by more than two"
        " units, is an exception (`cmi`).",
        examples=[0.1],
    )

    def limits(self, report_days: int) -> GuardLimits:
        """Give the limits as planning takes them; a report covers so many days. Without a factor it judges none."""
        factor, age = self.maximum_total_factor, self.maximum_report_age_days
        return GuardLimits(
            minimum_rows_share=self.minimum_rows_share,
            **({} if factor is None else {"maximum_total_factor": factor}),
            smallest_judged_total=self.smallest_judged_total,
            maximum_report_age_days=report_days if age is None else age,
            phantom_probability=self.phantom_probability,
        )
