"""Why nothing was ordered where goods are missing: the rows below their minimum that a run ordered nothing for.

Read from what the run recorded, as `explain` does: the batches' frames, the rules and the close frame of the archive.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pandas as pd

from replenisher.config import CompanySettings
from replenisher.database import run_batches, runs
from replenisher.database.models import PlanningRun
from replenisher.errors import NotFoundError
from replenisher.planning.closing import CloseReason, describe_close
from replenisher.planning.frames import from_money
from replenisher.planning.reasons import Effect, Reason, describe
from replenisher.planning.unmet import COLUMNS, unmet
from replenisher.services import Services
from replenisher.workflows.explain import settings_of_run
from replenisher.workflows.plan.closed import STOPPING, closed_run
from replenisher.workflows.plan.rehearse import write_safely

REASON_CODES = (*(reason.value for reason in Reason if reason.effect is Effect.STOPS), *STOPPING)
EXAMPLES = 3
"""Rows named for each reason, the dearest first."""
FILE_COLUMNS = (
    "location",
    "sku",
    "reason",
    "missing",
    "value",
    "inventory_position",
    "reorder_point",
    "order_up_to_level",
)
"""Columns of the file that `write_rows` writes, after the company and the run."""


@dataclass(frozen=True)
class UnmetRow:
    """A row that ordered nothing; `value` is what is missing at cost, None where the cost is not known."""

    location: str
    sku: str
    missing: int
    value: Decimal | None
    inventory_position: int
    reorder_point: int


@dataclass(frozen=True)
class UnmetReason:
    """The rows that one reason stopped; `value` is at cost, without the rows whose cost is not known."""

    reason: str
    text: str
    rows: int
    locations: int
    units: int
    value: Decimal
    rows_without_cost: int
    examples: list[UnmetRow]


@dataclass(frozen=True)
class WhyNot:
    """What a run left unmet, the dearest reason first; `frame` holds every row."""

    company: str
    run: int
    kind: str
    slot: datetime
    time_zone: str
    state: str
    rows: int
    rows_below: int
    reasons: list[UnmetReason]
    frame: pd.DataFrame


def why_not(
    services: Services,
    company: CompanySettings,
    *,
    run_id: int | None = None,
    locations: Sequence[str] | None = None,
    reason: str | None = None,
) -> WhyNot:
    """Group what the newest planned run of a company (or a given one) left unmet, by reason.

    `locations` and `reason` keep only those. Raises NotFoundError when there is no such run, location or reason.
    """
    run, frames, planned_locations = _run(services, company, run_id)
    _check_asked(run, locations, planned_locations, reason)
    policy = settings_of_run(services, company, run).planning.policy
    closed = closed_run(services.archive, run)
    rows, below, found = 0, 0, []
    for name in frames:
        frame = services.archive.get_frame(name, columns=list(COLUMNS))
        if locations is not None:
            frame = frame[frame["location"].isin(locations)]
        rows += len(frame)
        below += int(frame["triggered"].sum())
        found.append(unmet(closed.as_closed(frame), policy).astype(dict.fromkeys(("location", "sku", "reason"), "str")))
    every = pd.concat(found, ignore_index=True).assign(company=company.id, run=run.id)
    if reason is not None:
        every = every[every["reason"] == reason].reset_index(drop=True)
    every = every.sort_values(["worth", "location", "sku"], ascending=[False, True, True], ignore_index=True)
    return WhyNot(
        company=company.id,
        run=run.id,
        kind=run.kind,
        slot=run.slot,
        time_zone=company.time_zone,
        state=run.state,
        rows=rows,
        rows_below=below,
        reasons=sorted(_groups(every), key=lambda one: (-one.value, -one.units, one.reason)),
        frame=every,
    )


def _run(services: Services, company: CompanySettings, run_id: int | None) -> tuple[PlanningRun, list[str], set[str]]:
    """Find the run, the names of its batches' frames, and the locations that it planned."""
    with services.database.transaction() as session:
        if run_id is None:
            candidates = list(runs.latest_runs(session, company.id, limit=50))
        else:
            one = runs.run_of(session, run_id)
            candidates = [] if one is None or one.company != company.id else [one]
        for run in candidates:
            frames = [batch.frame for batch in run_batches.batches_of(session, run.id) if batch.frame is not None]
            if frames:
                places = run_batches.locations_of(session, run.id)
                return run, frames, {place.location for place in places if place.state == "planned"}
    if run_id is not None and candidates:
        raise NotFoundError(f"run {run_id} of company {company.id} planned no location; see `replenisher status`")
    if run_id is not None:
        raise NotFoundError(f"company {company.id} has no run {run_id}; see `replenisher status`")
    raise NotFoundError(f"no run of company {company.id} has planned anything yet; start one with `replenisher run`")


def company_of_run(services: Services, run_id: int) -> CompanySettings:
    """Give the company of a run. Raises NotFoundError when there is no such run, or its company is not configured."""
    with services.database.transaction() as session:
        run = runs.run_of(session, run_id)
    if run is None:
        raise NotFoundError(f"there is no run {run_id}; see `replenisher status`")
    return services.settings.company(run.company)


def _check_asked(run: PlanningRun, locations: Sequence[str] | None, planned: set[str], reason: str | None) -> None:
    absent = sorted(set(locations or ()) - planned)
    if absent:
        raise NotFoundError(
            f"run {run.id} planned no location {', '.join(absent)}; `replenisher explain` says why it did not"
        )
    if reason is not None and reason not in REASON_CODES:
        raise NotFoundError(f"no row is stopped by a reason {reason}; the reasons are {', '.join(REASON_CODES)}")


def _groups(every: pd.DataFrame) -> Iterator[UnmetReason]:
    for code, rows in every.groupby("reason", sort=False):
        yield UnmetReason(
            reason=str(code),
            text=describe_close(CloseReason(code)) if code in STOPPING else describe(Reason(code)),
            rows=len(rows),
            locations=rows["location"].nunique(),
            units=int(rows["missing"].sum()),
            value=from_money(int(rows["worth"].sum())),
            rows_without_cost=int((~rows["cost_known"]).sum()),
            examples=list(_examples(rows.head(EXAMPLES))),
        )


def _examples(rows: pd.DataFrame) -> Iterator[UnmetRow]:
    names = ("location", "sku", "missing", "worth", "cost_known", "inventory_position", "reorder_point")
    for location, sku, missing, worth, known, position, minimum in zip(*(rows[name] for name in names), strict=True):
        value = from_money(worth) if known else None
        yield UnmetRow(str(location), str(sku), int(missing), value, int(position), int(minimum))


def write_rows(found: Sequence[WhyNot], path: Path) -> int:
    """Write every unmet row as CSV, what a spreadsheet would run as a formula made harmless; gives how many.

    `value` is empty where the cost is not known. Raises ConfigurationError when the file cannot be written.
    """
    parts = [one.frame.assign(value=_values(one.frame)) for one in found]
    return write_safely(pd.concat(parts, ignore_index=True), ("company", "run", *FILE_COLUMNS), path)


def _values(frame: pd.DataFrame) -> list[str]:
    known = zip(frame["worth"].tolist(), frame["cost_known"].tolist(), strict=True)
    return [f"{from_money(worth):.4f}" if cost_known else "" for worth, cost_known in known]
