"""Read and plan the locations of one batch; one bad location never stops its neighbours.

1. Claim the batch.
2. Read proposals, then our own orders in flight, **before** the first report is asked for: whatever was confirmed by
   then is in the reports, so nothing is counted twice and nothing is missed.
3. Ask for all inventory reports (no session open, network waits overlap) and judge each beside the last (`guards`).
4. Plan the good ones as one frame and put the whole frame, every row and column, in the archive.
5. Record what became of each location; the batch that is recorded last makes the run due to close.
6. Only then write the sales history and pull the other reports: whatever becomes of them, the plan stands.
"""

from __future__ import annotations

import time
from datetime import date

import pandas as pd

from replenisher.config import CompanySettings, Guards, PlanningSettings
from replenisher.config.calendars import CalendarSettings
from replenisher.config.history import DemandSettings
from replenisher.database import companies, exceptions, orders, report_memory, run_batches, runs
from replenisher.database.models import PlanningRun, RunBatch
from replenisher.database.promises import promised
from replenisher.database.session import Session
from replenisher.errors import (
    ArchiveError,
    CredentialsError,
    ForbiddenError,
    GatewayError,
    NotSentError,
    ReplenisherError,
    ThrottledError,
    UnavailableError,
)
from replenisher.logs import get_logger
from replenisher.purchasing.platform import ReportStamp
from replenisher.services import Services
from replenisher.workflows.history.record import record_stock
from replenisher.workflows.pauses import pause_platform
from replenisher.workflows.plan import findings
from replenisher.workflows.plan.findings import Findings
from replenisher.workflows.plan.frame import Material, plan_reports
from replenisher.workflows.plan.guards import Known, guard
from replenisher.workflows.plan.inputs import frozen_inputs
from replenisher.workflows.plan.overrides import settle_overrides
from replenisher.workflows.plan.phantoms import phantoms, record_phantoms
from replenisher.workflows.plan.reports import record_other_reports, report_window

log = get_logger(__name__)

SHARE_FOR_READING = 0.4
"""Share of a batch's lease in which a report may still be asked for; the last one asked for needs time to answer."""
PASSING = (UnavailableError, NotSentError, ThrottledError)
"""When every location fails like this the platform is down: the batch waits instead of refusing its locations."""


def plan_batch(services: Services, run_id: int, number: int) -> None:
    """Plan one batch; does nothing when it is planned already or another worker has it."""
    with services.database.transaction() as session:
        batch = run_batches.claim_batch(session, run_id, number, lease=services.settings.times.batch_lease)
        run = runs.run_of(session, run_id)
        if batch is None or run is None:
            return
    company = frozen(services, services.settings.company(run.company), run)
    with services.database.transaction() as session:
        material, asked_at = _material(session, company, run, batch), companies.now(session)
    if batch.attempts > services.settings.work.maximum_run_attempts:
        _give_up(services, run, batch, material)
        return
    started = time.monotonic()
    channel = services.channel(company)
    window = report_window(company, channel.platform_now())
    within = services.settings.times.batch_lease * SHARE_FOR_READING
    read = channel.inventory(company.id, material.locations, window, within_seconds=within)
    found = judge(company, material, read, window.end)
    stopper = stopper_of(found)
    if stopper is not None and not found.frames:
        _postpone(services, company, run, batch, found, stopper)
        return
    try:
        inputs = frozen_inputs(services, run)
        frame, unmatched = plan_reports(services, company, found, material, inputs)
        name = None if frame is None else services.archive.put_frame(frame)
    except ArchiveError as error:
        _postpone(services, company, run, batch, found, error)
        return
    suspected = phantoms(company, frame)
    older = [order for order, location in material.older_proposals.items() if location in found.frames]
    with services.database.transaction() as session:
        if not run_batches.finish_batch(session, batch, "planned", frame=name, older_proposals=older):
            log.info("batch_result_dropped", company=company.id, run_id=run_id, batch=number)
            return
        # Before anything else of these locations: a person who accepts a report locks in the same order.
        report_memory.remember(session, run.company, run.id, found.judgements)
        findings.record(session, run, found, frame, unmatched)
        record_phantoms(session, run, found, suspected)
        settle_overrides(session, run, list(found.frames), inputs.overrides, frame)
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
    record_stock(services, company, window.end, asked_at, found.frames)
    record_other_reports(services, company, run, batch, sorted(found.frames))


def frozen(services: Services, company: CompanySettings, run: PlanningRun) -> CompanySettings:
    """Give the company with the rules that were archived when the run started: every batch plans by the same ones."""
    rules = services.archive.get_document(run.inputs["rules"])
    return company.model_copy(
        update={
            "planning": PlanningSettings.model_validate(rules["planning"]),
            "guards": Guards.model_validate(rules["guards"]),
            "demand": DemandSettings.model_validate(rules.get("demand", {})),
            "calendars": tuple(CalendarSettings.model_validate(one) for one in rules.get("calendars", ())),
            "report_days": rules["report_days"],
        }
    )


def _postpone(  # noqa: PLR0917 - what a batch knows by then
    services: Services,
    company: CompanySettings,
    run: PlanningRun,
    batch: RunBatch,
    found: Findings,
    error: ReplenisherError,
) -> None:
    """Let the batch wait for the platform, the archive or a person; at the cut-off its locations say why."""
    if isinstance(error, CredentialsError | ForbiddenError):
        pause_platform(services, company, error)
    log.warning("batch_postponed", company=company.id, run_id=run.id, batch=batch.number, error=str(error))
    with services.database.transaction() as session:
        if run_batches.postpone_batch(session, batch, services.settings.times.resubmit_wait):
            findings.record_waiting(session, run, found, error)


def _material(session: Session, company: CompanySettings, run: PlanningRun, batch: RunBatch) -> Material:
    locations = [location.location for location in run_batches.locations_of(session, run.id, batch.number)]
    known = companies.known_locations(session, run.company)
    # In this order: a proposal approved between the two statements is in both, and blocks its location at the close;
    # the other way round it would be in neither, and its need would be ordered twice.
    older_proposals = orders.unapproved(session, run.company, locations)
    own = orders.in_flight(session, run.company, locations)
    return Material(
        locations=locations,
        own=own,
        older_proposals=older_proposals,
        usual_rows={location: known[location].report_rows if location in known else None for location in locations},
        promised=promised(session, run.company, locations, instead_of_report=company.planning.allocated == "orders"),
        memory=report_memory.remembered(session, run.company, locations),
        at_platform=orders.last_seen(session, run.company, locations),
    )


def judge(
    company: CompanySettings,
    material: Material,
    read: dict[str, tuple[pd.DataFrame, ReportStamp] | Exception],
    day: date,
) -> Findings:
    """Part the answers of a batch, read on this business date, into reports to plan on and refusals."""
    found = Findings({}, {}, {})
    for location in material.locations:
        answer = read[location]
        if isinstance(answer, Exception):
            found.refused[location] = answer
            continue
        frame, stamp = answer
        found.stamps[location] = stamp
        fault = None
        if "on_hand_source" not in frame.columns:  # a derived stock is judged by its counts
            memory, seen = material.memory.get(location, ()), material.at_platform.get(location)
            known = Known(material.usual_rows[location], memory, seen)
            judgement, fault = guard(company, location, frame, known, day)
            found.judgements.append(judgement)
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


def _give_up(services: Services, run: PlanningRun, batch: RunBatch, material: Material) -> None:
    """Set aside a batch that was never finished: the others of the run go on."""
    reason = (
        f"tried {batch.attempts - 1} times and never finished: its worker died, was stopped by the time limit, or "
        "met an error that its log names"
    )
    with services.database.transaction() as session:
        if not run_batches.finish_batch(session, batch, "failed"):
            return
        for location in material.locations:
            run_batches.record_location(session, run.id, location, "refused", reason=reason)
            matter = findings.location_matter(run, location, "location_refused", reason)
            exceptions.raise_matter(session, matter)
    log.error("batch_failed", company=run.company, run_id=run.id, batch=batch.number, reason=reason)
