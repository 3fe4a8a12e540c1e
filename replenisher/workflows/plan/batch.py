"""Read and plan the locations of one batch; one bad location never stops its neighbours.

1. Claim the batch.
2. Read our own orders in flight **before** the first report is asked for: whatever was confirmed by then is in the
   reports, so nothing is counted twice and nothing is missed.
3. Ask for all inventory reports (no session open, network waits overlap) and judge each (`guards`).
4. Plan the good ones as one frame and put the whole frame, every row and column, in the archive.
5. Record what became of each location; the batch that is recorded last makes the run due to close.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import pandas as pd

from replenisher.config import CompanySettings
from replenisher.database import companies, exceptions, orders, runs
from replenisher.database.models import PlanningRun, RunBatch
from replenisher.database.orders import InFlight
from replenisher.database.session import Session
from replenisher.errors import (
    CredentialsError,
    ForbiddenError,
    GatewayError,
    NotSentError,
    ThrottledError,
    UnavailableError,
)
from replenisher.logs import get_logger
from replenisher.planning.proposal import plan
from replenisher.planning.snapshot import orphans, snapshot
from replenisher.purchasing.platform import ReportStamp
from replenisher.services import Services
from replenisher.workflows.pauses import pause_platform
from replenisher.workflows.plan import findings
from replenisher.workflows.plan.findings import Findings
from replenisher.workflows.plan.guards import guard
from replenisher.workflows.plan.reports import pull_other_reports, report_window

log = get_logger(__name__)

RETRY_SECONDS = 30.0
PASSING = (UnavailableError, NotSentError, ThrottledError)
"""When every location fails like this the platform is down: the batch waits instead of refusing its locations."""


@dataclass(frozen=True)
class Material:
    """What a batch knows from the database before it asks for reports."""

    locations: list[str]
    own: InFlight
    older_proposals: list[int]
    usual_rows: dict[str, int | None]


def plan_batch(services: Services, run_id: int, number: int) -> None:
    """Plan one batch; does nothing when it is planned already or another worker has it."""
    with services.database.transaction() as session:
        batch = runs.claim_batch(session, run_id, number, lease=services.settings.times.batch_lease)
        run = runs.run_of(session, run_id)
        if batch is None or run is None:
            return
        material = _material(session, run, batch)
    company = services.settings.company(run.company)
    if batch.attempts > services.settings.work.maximum_run_attempts:
        _give_up(services, run, batch, material)
        return
    started = time.monotonic()
    channel = services.channel(company)
    read = channel.inventory(company.id, material.locations, report_window(company, channel.platform_now()))
    found = judge(company, material, read)
    stopper = stopper_of(found)
    if stopper is not None and not found.frames:
        if isinstance(stopper, CredentialsError | ForbiddenError):
            pause_platform(services, company, stopper)
        log.warning("batch_postponed", company=company.id, run_id=run_id, batch=number, error=str(stopper))
        with services.database.transaction() as session:
            runs.postpone_batch(session, batch, RETRY_SECONDS)
            findings.record_waiting(session, run, found)
        return
    frame, unmatched = _plan(services, company, run, material, found)
    name = None if frame is None else services.archive.put_frame(frame)
    other = pull_other_reports(services, company, channel, sorted(found.frames))
    with services.database.transaction() as session:
        values: dict[str, Any] = {"older_proposals": material.older_proposals, "other_reports": other.names}
        if not runs.finish_batch(session, batch, "planned", frame=name, **values):
            log.info("batch_result_dropped", company=company.id, run_id=run_id, batch=number)
            return
        findings.record(session, run, found, frame, unmatched)
        findings.record_other_reports(session, run, other)
    log.info(
        "batch_planned",
        company=company.id,
        run_id=run_id,
        batch=number,
        locations=len(found.frames),
        refused=len(found.refused),
        rows=0 if frame is None else len(frame),
        seconds=round(time.monotonic() - started, 3),
    )


def _material(session: Session, run: PlanningRun, batch: RunBatch) -> Material:
    locations = [location.location for location in runs.locations_of(session, run.id, batch.number)]
    known = companies.known_locations(session, run.company)
    return Material(
        locations=locations,
        own=orders.in_flight(session, run.company, locations),
        older_proposals=orders.unapproved(session, run.company, locations),
        usual_rows={location: known[location].report_rows if location in known else None for location in locations},
    )


def judge(
    company: CompanySettings, material: Material, read: dict[str, tuple[pd.DataFrame, ReportStamp] | Exception]
) -> Findings:
    """Part the answers of a batch into reports to plan on and refusals."""
    found = Findings({}, {}, {})
    for location in material.locations:
        answer = read[location]
        if isinstance(answer, Exception):
            found.refused[location] = answer
            continue
        frame, stamp = answer
        found.stamps[location] = stamp
        fault = guard(company.guards, location, len(frame), material.usual_rows[location])
        if fault is None:
            found.frames[location] = frame
        else:
            found.refused[location] = fault
    return found


def stopper_of(found: Findings) -> GatewayError | None:
    """Find what stops the whole batch: refused credentials, or nothing but passing trouble."""
    errors = list(found.refused.values())
    for error in errors:
        if isinstance(error, CredentialsError):
            return error
    if errors and all(isinstance(error, (*PASSING, ForbiddenError)) for error in errors):
        first = errors[0]
        return first if isinstance(first, GatewayError) else None
    return None


def _plan(
    services: Services, company: CompanySettings, run: PlanningRun, material: Material, found: Findings
) -> tuple[pd.DataFrame | None, dict[str, pd.DataFrame]]:
    products = services.archive.get_frame(run.inputs["products"]) if "products" in run.inputs else None
    levels = services.archive.get_frame(run.inputs["levels"]) if "levels" in run.inputs else None
    return plan_reports(company, found, material.own, products, levels)


def plan_reports(
    company: CompanySettings, found: Findings, own: InFlight, products: pd.DataFrame | None, levels: pd.DataFrame | None
) -> tuple[pd.DataFrame | None, dict[str, pd.DataFrame]]:
    """Plan the good reports as one frame (None without any); gives also, by kind, the rows that no report has."""
    if not found.frames:
        return None, {}
    inventory = pd.concat(list(found.frames.values()), ignore_index=True)
    in_flight = in_flight_frame(own)
    in_flight = in_flight[in_flight["location"].isin(list(found.frames))]
    unmatched = {"in_flight_unmatched": orphans(inventory, in_flight)}
    if levels is not None:
        here = levels[levels["location"].isin(list(found.frames))]
        unmatched["levels_unmatched"] = orphans(inventory, here)
    return plan(snapshot(inventory, products, levels, in_flight), company.planning_rules()), unmatched


def in_flight_frame(own: InFlight) -> pd.DataFrame:
    """Put our own open units into the frame that planning reads."""
    return pd.DataFrame(
        {
            "location": pd.Series(own.location, dtype="str"),
            "sku": pd.Series(own.sku, dtype="str"),
            "in_flight": pd.Series(own.in_flight, dtype="int64"),
        }
    )


def _give_up(services: Services, run: PlanningRun, batch: RunBatch, material: Material) -> None:
    """Set aside a batch whose worker died again and again: the others of the run go on."""
    reason = "its worker died again and again while planning it"
    with services.database.transaction() as session:
        if not runs.finish_batch(session, batch, "failed"):
            return
        for location in material.locations:
            runs.record_location(session, run.id, location, "refused", reason=reason)
            matter = findings.location_matter(run, location, "location_refused", reason)
            exceptions.raise_matter(session, matter)
    log.error("batch_failed", company=run.company, run_id=run.id, batch=batch.number, reason=reason)
