"""Replay a run: plan what it saw once more from the archive, by the rules it had or by others.

By its own rules the plan comes out bit for bit as it was recorded, or the engine has changed since: both are told. By
other rules the difference in orders is told, so that a planner can try a rule on what has really been before it orders
anything. Nothing is fetched, nothing is written.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd

from replenisher import __version__
from replenisher.config import CompanySettings, load
from replenisher.config.rules_file import is_rules_file, read_rules
from replenisher.database import run_batches, runs
from replenisher.database.models import PlanningRun
from replenisher.errors import NotFoundError, PlanningInputError
from replenisher.planning.comparison import changed_orders, differing_columns, same_plan, snapshot_of
from replenisher.planning.frames import from_money
from replenisher.planning.levels_by_rule import RuledBy, with_rules, without_rules
from replenisher.planning.proposal import plan
from replenisher.planning.rule_set import PlanningRuleSet
from replenisher.planning.rule_totals import RuleSums, RuleTotals
from replenisher.services import Services
from replenisher.workflows.explain import settings_of_run
from replenisher.workflows.plan.closed import close_again
from replenisher.workflows.plan.inputs import rule_set_of_run
from replenisher.workflows.plan.rehearse import write_safely


@dataclass(frozen=True)
class OtherRules:
    """What a run is planned by instead of its own: its company with other settings, another rules file, or both."""

    company: CompanySettings | None = None
    rule_set: PlanningRuleSet | None = None


FILE_COLUMNS = ("location", "sku", "before", "after", "reason_before", "reason_after")


@dataclass(frozen=True)
class ReplayedLocation:
    """What one location's order was and becomes; values are at cost, without lines whose cost is not known."""

    location: str
    changed_rows: int
    lines_before: int
    lines_after: int
    units_before: int
    units_after: int
    value_before: Decimal
    value_after: Decimal


@dataclass(frozen=True)
class Replay:
    """A run planned once more.

    `same` is whether every column of every row came out as recorded, and the close of the run with them; `differing`
    names what did not. By other rules orders are compared as planned, before the close.
    `other_rules` says whether other rules than the run's own were used, `by_rule` what each rule orders. `locations`
    are those whose orders change, `frame` holds each changed row.
    """

    company: str
    run: int
    kind: str
    slot: datetime
    time_zone: str
    engine_then: str
    engine_now: str
    other_rules: bool
    rows: int
    same: bool
    differing: list[str]
    units_before: int
    units_after: int
    value_before: Decimal
    value_after: Decimal
    locations: list[ReplayedLocation]
    by_rule: list[RuleTotals]
    frame: pd.DataFrame


@dataclass
class _Compared:
    """What the batches planned so far came to."""

    rows: int = 0
    same: bool = True
    differing: dict[str, None] = field(default_factory=dict)
    changed: list[pd.DataFrame] = field(default_factory=list)
    totals: list[pd.DataFrame] = field(default_factory=list)

    def add(self, before: pd.DataFrame, after: pd.DataFrame) -> None:
        self.rows += len(before)
        self.same = self.same and same_plan(before, after)
        self.differing |= dict.fromkeys(differing_columns(before, after))
        self.changed.append(changed_orders(before, after).astype({"location": "str", "sku": "str"}))
        self.totals.append(_totals(before, after))

    def add_close(self, differing: list[str]) -> None:
        self.same = self.same and not differing
        self.differing |= dict.fromkeys(differing)


def replay(
    services: Services,
    run_id: int,
    other: OtherRules | None = None,
    tell: Callable[[int, int], None] = lambda _done, _of: None,
) -> Replay:
    """Plan a run's snapshots again, by its own rules or by `other` ones; `tell` hears of the batches.

    Raises NotFoundError when there is no such run or it planned nothing, and PlanningInputError when what it kept is
    of an engine too old to be planned again.
    """
    run, company, frames = _recorded(services, run_id)
    settings = settings_of_run(services, company, run)
    rule_set = _rule_set(services, run, other)
    again = _again_by(run, settings if other is None or other.company is None else other.company, rule_set)
    compared, by_rule = _Compared(), RuleSums(rule_set)
    tell(0, len(frames))
    for done, name in enumerate(frames, 1):
        before = services.archive.get_frame(name)
        after = again(before)
        compared.add(before, after)
        by_rule.add(after)
        tell(done, len(frames))
    if other is None:
        compared.add_close(close_again(services.archive, run, frames, settings.planning.close_rules()))
    every, whole = (pd.concat(one, ignore_index=True) for one in (compared.changed, compared.totals))
    touched = whole[whole["location"].isin(set(every["location"]))]
    return Replay(
        company=company.id,
        run=run.id,
        kind=run.kind,
        slot=run.slot,
        time_zone=company.time_zone,
        engine_then=run.engine_version,
        engine_now=__version__,
        other_rules=other is not None,
        rows=compared.rows,
        same=compared.same,
        differing=list(compared.differing),
        units_before=int(whole["units_before"].sum()),
        units_after=int(whole["units_after"].sum()),
        value_before=from_money(int(whole["value_before"].sum())),
        value_after=from_money(int(whole["value_after"].sum())),
        by_rule=by_rule.totals(),
        locations=[_location(row, every) for row in touched.sort_values("location").to_dict("records")],
        frame=every,
    )


def _recorded(services: Services, run_id: int) -> tuple[PlanningRun, CompanySettings, list[str]]:
    with services.database.transaction() as session:
        run = runs.run_of(session, run_id)
        if run is None:
            raise NotFoundError(f"there is no run {run_id}; see `replenisher status`")
        frames = [batch.frame for batch in run_batches.batches_of(session, run.id) if batch.frame is not None]
    if not frames:
        raise NotFoundError(f"run {run_id} planned no location, so there is nothing to replay; it is {run.state}")
    return run, services.settings.company(run.company), frames


def _again_by(
    run: PlanningRun, company: CompanySettings, rule_set: PlanningRuleSet
) -> Callable[[pd.DataFrame], pd.DataFrame]:
    """Make what plans a recorded frame again: the levels by rule too, from what was known of demand and supply then."""
    rules = company.planning_rules()

    def again(before: pd.DataFrame) -> pd.DataFrame:
        try:
            snapshot = without_rules(snapshot_of(before))
            return plan(with_rules(snapshot, RuledBy(rule_set, company.id), rules), rules)
        except PlanningInputError as error:
            raise PlanningInputError(
                f"run {run.id} was planned by replenisher {run.engine_version} and cannot be planned again by "
                f"{__version__}: {error}"
            ) from error

    return again


def _rule_set(services: Services, run: PlanningRun, other: OtherRules | None) -> PlanningRuleSet:
    return rule_set_of_run(services, run) if other is None or other.rule_set is None else other.rule_set


def _totals(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Add up lines, units and value of each location, before and after."""
    cost = before["unit_cost"].where(before["cost_known"], 0).to_numpy()
    columns: dict[str, object] = {"location": before["location"].astype("str").to_numpy()}
    for when, frame in (("before", before), ("after", after)):
        units = frame["order_quantity"].to_numpy()
        columns |= {f"lines_{when}": units > 0, f"units_{when}": units, f"value_{when}": units * cost}
    return pd.DataFrame(columns).groupby("location", as_index=False).sum()


def _location(row: Mapping[Hashable, Any], every: pd.DataFrame) -> ReplayedLocation:
    return ReplayedLocation(
        location=str(row["location"]),
        changed_rows=int((every["location"] == row["location"]).sum()),
        lines_before=int(row["lines_before"]),
        lines_after=int(row["lines_after"]),
        units_before=int(row["units_before"]),
        units_after=int(row["units_after"]),
        value_before=from_money(int(row["value_before"])),
        value_after=from_money(int(row["value_after"])),
    )


def write_rows(found: Replay, path: Path) -> int:
    """Write every row whose quantity changes as CSV; gives how many. Raises ConfigurationError when it cannot."""
    rows = found.frame.assign(company=found.company, run=found.run)
    return write_safely(rows, ("company", "run", *FILE_COLUMNS), path)


def other_rules(company_id: str, file: Path) -> OtherRules:
    """Read what to plan by instead: a rules file, or a configuration with the run's company and its rules file.

    Raises ConfigurationError with every fault of the file, and NotFoundError naming the companies that it has instead.
    """
    if is_rules_file(file):
        return OtherRules(rule_set=read_rules(file))
    settings = load(file)
    having: Sequence[CompanySettings] = [one for one in settings.companies if one.id == company_id]
    if not having:
        raise NotFoundError(f"{file} has no company {company_id}, whose run this is")
    rules = settings.rules_file_of(having[0])
    return OtherRules(having[0], PlanningRuleSet() if rules is None else read_rules(rules))
