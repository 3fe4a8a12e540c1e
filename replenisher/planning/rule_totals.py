"""How many rows each rule plans and what they order: a rule that matches nothing is seen at once."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import pandas as pd

from replenisher.planning.frames import from_money
from replenisher.planning.rule_set import PlanningRuleSet

_FIGURES = ["rows", "not_followed", "ordering_rows", "units", "value"]


@dataclass(frozen=True)
class RuleTotals:
    """What became of the rows of one rule; `rule` and `policy` are empty for the rows of none.

    `not_followed` counts the rows whose demand is not known, which keep their minimum and maximum; `value` leaves out
    rows whose cost is not known.
    """

    rule: str
    policy: str
    rows: int
    not_followed: int
    ordering_rows: int
    units: int
    value: Decimal


class RuleSums:
    """Adds planned frames up by rule, one after another."""

    def __init__(self, rule_set: PlanningRuleSet) -> None:
        """Begin with nothing for each rule."""
        self._policies = {rule.name: rule.policy for rule in rule_set.rules}
        self._sums = pd.DataFrame(0, index=pd.Index([*self._policies, ""]), columns=_FIGURES)

    def add(self, planned: pd.DataFrame) -> None:
        """Add a planned frame; all rows of one that was planned without rules are of none."""
        if self._policies:
            found = _by_rule(planned).reindex(self._sums.index, fill_value=0)
            self._sums += found

    def totals(self) -> list[RuleTotals]:
        """Give every rule in the order of the file, also those without rows, and last what no rule is for.

        Nothing where there are no rules. A rule of another company, or one that is not in force, has no rows either.
        """
        if not self._policies:
            return []
        rows = zip(self._sums.index, self._sums.to_numpy().tolist(), strict=True)
        return [
            RuleTotals(name, self._policies.get(name, ""), count, not_followed, ordering, units, from_money(value))
            for name, (count, not_followed, ordering, units, value) in rows
        ]


def _by_rule(planned: pd.DataFrame) -> pd.DataFrame:
    units = planned["order_quantity"].to_numpy()
    ruled = "rule" in planned
    figures = {
        "rule": planned["rule"].astype("object").fillna("") if ruled else "",
        "rows": 1,
        "not_followed": planned["demand_unknown"].astype("int64") if ruled else 0,
        "ordering_rows": (units > 0).astype("int64"),
        "units": units,
        "value": units * planned["unit_cost"].where(planned["cost_known"], 0).to_numpy(),
    }
    return pd.DataFrame(figures, index=planned.index).groupby("rule").sum()
