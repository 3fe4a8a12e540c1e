"""Rows that are planned by rules, written as a planner would say them: a rule, what a row sells, how long it waits."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from replenisher.planning.choosing import PolicyRule, Scope
from replenisher.planning.levels_by_rule import LEAD_TIME_DTYPE, RuledBy, with_rules
from replenisher.planning.proposal import Rules, plan
from replenisher.planning.rule_set import PlanningRuleSet
from tests.planning.anything import TODAY
from tests.planning.shelves import Row, known

COMPANY = "14146"


def rule(policy: str, *skus: str, name: str = "", **parameters: float) -> PolicyRule:
    """A rule for some SKUs, or for every row."""
    return PolicyRule(name or policy, policy, Scope(skus=frozenset(skus) if skus else None), parameters)


def sells(snapshot: pd.DataFrame, rate: Any, sd: Any = None, *, known_rate: Any = True) -> pd.DataFrame:
    """Put demand beside rows, Poisson unless its spread is told: one figure for all, or one for each."""
    rates = np.broadcast_to(np.asarray(rate, dtype=np.float64), (len(snapshot),)).copy()
    spread = np.sqrt(rates) if sd is None else np.broadcast_to(np.asarray(sd, dtype=np.float64), rates.shape).copy()
    flags = np.broadcast_to(np.asarray(known_rate, dtype=np.bool_), rates.shape).copy()
    return snapshot.assign(rate_per_day=rates, sd_per_day=spread, rate_known=flags)


def waits(snapshot: pd.DataFrame, lead_time: float, *, spread: float = 0.0, review: float = 1.0) -> pd.DataFrame:
    """Put supply beside rows, the same for all."""
    return snapshot.assign(
        expected_lead_time_days=np.full(len(snapshot), float(lead_time)),
        lead_time_sd_days=np.full(len(snapshot), float(spread)),
        review_period_days=np.full(len(snapshot), float(review)),
        lead_time_source=pd.Categorical(["product"] * len(snapshot), dtype=LEAD_TIME_DTYPE),
    )


def of(*shelves: Row, **files: list[Row] | None) -> pd.DataFrame:
    """Known rows, on the run's date."""
    return known(list(shelves), **files).assign(business_date=TODAY)


def by(*rules: PolicyRule, **regions: str) -> RuledBy:
    return RuledBy(PlanningRuleSet(rules, regions), COMPANY)


def ruled(snapshot: pd.DataFrame, *rules: PolicyRule, company_rules: Rules | None = None) -> pd.DataFrame:
    """The planned frame of rows under these rules."""
    settings = company_rules or Rules()
    return plan(with_rules(snapshot, by(*rules), settings), settings)


def levels(frame: pd.DataFrame) -> list[tuple[int, int, int, bool]]:
    names = ("reorder_point", "order_up_to_level", "lot", "at_or_below")
    return list(zip(*(frame[name].tolist() for name in names), strict=True))
