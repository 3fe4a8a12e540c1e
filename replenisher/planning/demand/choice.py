"""Which estimator a series has, and by which rule: the table that a planner reads.

| class | estimator | why |
|---|---|---|
| smooth, erratic | exponential smoothing | most days sell |
| intermittent | SBA | few days sell, alike; Croston's rate would be too high |
| lumpy | TSB | few days sell, unlike; such products often fade away |
| too new | moving average | there is little to go by |
| none | none | nothing was sold |
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum

import pandas as pd

from replenisher.errors import PlanningInputError
from replenisher.planning.demand.aggregation import adida, imapa
from replenisher.planning.demand.censoring import CensoringLimits
from replenisher.planning.demand.classes import ADI_LIMIT, CLASSES, CV2_LIMIT, DemandClass
from replenisher.planning.demand.intermittent import croston, sba, tsb
from replenisher.planning.demand.panel import Panel, Real
from replenisher.planning.demand.smoothing import best_smoothing, exponential_smoothing, moving_average

WINDOW_DAYS = 28
SLOW, QUICK = 0.1, 0.2

METHODS: dict[str, Callable[[Panel], Real]] = {
    "moving_average": lambda panel: moving_average(panel, WINDOW_DAYS),
    "exponential_smoothing": lambda panel: exponential_smoothing(panel, SLOW),
    "best_smoothing": best_smoothing,
    "croston": croston,
    "sba": sba,
    "tsb": lambda panel: tsb(panel, QUICK, SLOW),
    "adida": adida,
    "imapa": imapa,
}
"""Estimators by name; the moving average is that of four weeks."""
NO_METHOD = "none"
METHOD_DTYPE = pd.CategoricalDtype([*METHODS, NO_METHOD])

CHOICE: Mapping[DemandClass, str] = {
    DemandClass.SMOOTH: "exponential_smoothing",
    DemandClass.ERRATIC: "exponential_smoothing",
    DemandClass.INTERMITTENT: "sba",
    DemandClass.LUMPY: "tsb",
    DemandClass.TOO_NEW: "moving_average",
    DemandClass.NONE: NO_METHOD,
}
"""Which estimator a class has, if nobody says otherwise."""


class Rule(Enum):
    """Why a series has its estimator; the value is its code in frames."""

    OFTEN_ALIKE = "often_alike"
    RARE_ALIKE = "rare_alike"
    OFTEN_UNLIKE = "often_unlike"
    RARE_UNLIKE = "rare_unlike"
    FEW_DAYS = "few_days"
    NO_SALE = "no_sale"
    ASKED_FOR = "asked_for"
    CATEGORY = "category"


RULES: dict[Rule, str] = {
    Rule.OFTEN_ALIKE: "ADI {adi:.2f} is below {adi_limit} and CV² {cv2:.2f} below {cv2_limit}: smooth, so {method}",
    Rule.RARE_ALIKE: "ADI {adi:.2f} is {adi_limit} or more, CV² {cv2:.2f} below {cv2_limit}: intermittent, so {method}",
    Rule.OFTEN_UNLIKE: "ADI {adi:.2f} is below {adi_limit}, CV² {cv2:.2f} is {cv2_limit} or more: erratic, so {method}",
    Rule.RARE_UNLIKE: "ADI {adi:.2f} is {adi_limit} or more and so is CV² {cv2:.2f} of {cv2_limit}: lumpy, so {method}",
    Rule.FEW_DAYS: "only {days_used} days count, too few for a class, so {method}",
    Rule.NO_SALE: "nothing was sold on the {days_used} days that count",
    Rule.ASKED_FOR: "the settings ask for {method}, whatever the class",
    Rule.CATEGORY: "only {days_used} days count; the mean of its category counts for the days that are missing",
}
"""What each rule says of a row of demand."""

RULE_DTYPE = pd.CategoricalDtype([rule.value for rule in Rule])

CLASS_RULES: Mapping[DemandClass, Rule] = {
    DemandClass.SMOOTH: Rule.OFTEN_ALIKE,
    DemandClass.INTERMITTENT: Rule.RARE_ALIKE,
    DemandClass.ERRATIC: Rule.OFTEN_UNLIKE,
    DemandClass.LUMPY: Rule.RARE_UNLIKE,
    DemandClass.TOO_NEW: Rule.FEW_DAYS,
    DemandClass.NONE: Rule.NO_SALE,
}


@dataclass(frozen=True)
class EstimateSettings:
    """How demand is estimated: the estimator of each class, and days below which a series is too new to be classified.

    `only` names one estimator for every series that has sold anything; `censoring` says how much is made of days that
    sold out, None that they count with what they sold.
    """

    choice: Mapping[DemandClass, str] = field(default_factory=lambda: dict(CHOICE))
    least_days: int = 28
    only: str | None = None
    censoring: CensoringLimits | None = None

    def __post_init__(self) -> None:
        """Refuse estimators that there are not, and classes without one."""
        named = {*self.choice.values(), *([] if self.only is None else [self.only])}
        unknown = sorted(named - {*METHODS, NO_METHOD})
        if unknown:
            raise PlanningInputError(f"there is no estimator {', '.join(unknown)}; there are {', '.join(METHODS)}")
        missing = [one.value for one in CLASSES if one not in self.choice]
        if missing:
            raise PlanningInputError(f"demand of class {', '.join(missing)} has no estimator")
        if self.least_days < 1:
            raise PlanningInputError(f"a class needs 1 day or more, not {self.least_days}")

    def method_of(self, demand_class: DemandClass) -> str:
        """Name the estimator of a class."""
        if demand_class is DemandClass.NONE:
            return NO_METHOD
        return self.only or self.choice[demand_class]

    def rule_of(self, demand_class: DemandClass) -> Rule:
        """Name the rule by which a class has its estimator."""
        if self.only is not None and demand_class is not DemandClass.NONE:
            return Rule.ASKED_FOR
        return CLASS_RULES[demand_class]


def explained(row: Mapping[str, object]) -> str:
    """Say in one sentence why a row of demand has its estimator.

    Worked example: intermittent with ADI 2 and CV² 0.1: "ADI 2.00 is 1.32 or more, CV² 0.10 below 0.49: intermittent,
    so sba".
    """
    return RULES[Rule(row["rule"])].format(**row, adi_limit=ADI_LIMIT, cv2_limit=CV2_LIMIT)
