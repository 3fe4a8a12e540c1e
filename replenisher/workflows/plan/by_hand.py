"""A run that a person asked for, carried out in that person's process; claims make it safe beside workers.

Each step is one that a worker would do on a hint. What a worker has claimed is waited for.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from replenisher.config import CompanySettings
from replenisher.database import companies, exceptions, run_batches, runs
from replenisher.database.models import PlanningRun, RunBatch
from replenisher.errors import GatewayError, NotFoundError, RunInProgressError
from replenisher.services import Services
from replenisher.workflows.plan.batch import plan_batch
from replenisher.workflows.plan.close import close_run
from replenisher.workflows.plan.due import open_manual_run
from replenisher.workflows.plan.start import start_run
from replenisher.workflows.planners_files import planners_files

WAIT_SECONDS = 0.2


@dataclass(frozen=True)
class Standing:
    """Where a run stands: its row, locations done and in all, its pending batches, why its company is paused.

    `trouble` is why a location could not be read yet.
    """

    run: PlanningRun
    done: int
    total: int
    pending: list[RunBatch]
    now: datetime
    pause_reason: str | None
    trouble: str | None

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen to the run."""
        return self.run.state in ("closed", "failed", "skipped")

    @property
    def due(self) -> list[int]:
        """Numbers of the batches that nobody works on and that are due now."""
        return [batch.number for batch in self.pending if batch.next_at is not None and batch.next_at <= self.now]

    @property
    def postponed(self) -> bool:
        """Whether batches wait because the platform did not answer."""
        waiting = [batch for batch in self.pending if batch.lease_until is None and batch.fence > 0]
        return bool(waiting) and len(waiting) == len(self.pending)


def open_or_join(services: Services, company: CompanySettings, only_locations: list[str] | None, *, join: bool) -> int:
    """Open a manual run, or with `join` take the company's open one if there is one; gives its id.

    Raises RunInProgressError and NotFoundError as `open_manual_run` does, and ConfigurationError before anything is
    opened: a person at the keyboard corrects the file first.
    """
    with services.database.transaction() as session:
        found = runs.open_run_of(session, company.id)
    if found is not None and join:
        return found.id
    for _, path, read in planners_files(services.settings, company):
        read(path)
    try:
        return open_manual_run(services, company, only_locations)
    except RunInProgressError as error:
        hint = "" if found is None else f", or go on with it: `replenisher run --company {company.id} --join`"
        raise RunInProgressError(f"{error}{hint}") from None


def carry_out(services: Services, run_id: int, tell: Callable[[Standing], None]) -> Standing:
    """Do every step of a run until it has ended; `tell` hears where it stands after each.

    Raises GatewayError when the platform cannot be read at all: a manual run that has planned nothing then ends as
    failed, any other stays open. A worker, or a later call, goes on with a run that was left open.
    """
    start_run(services, run_id)
    while True:
        standing = look(services, run_id)
        tell(standing)
        if standing.ended:
            return standing
        if standing.run.lease_until is None:
            _stop_if_hopeless(services, standing)
        claims = _claims(standing)
        if not _step(services, standing) or _claims(look(services, run_id)) == claims:
            time.sleep(WAIT_SECONDS)


def _claims(standing: Standing) -> tuple[int, ...]:
    """Count the claims of the run and its pending batches: the same counts mean that nothing was done."""
    return (standing.run.fence, *(batch.fence for batch in standing.pending))


def _step(services: Services, standing: Standing) -> bool:
    """Do what is due now; False when there is nothing but to wait for a worker, the platform or the cut-off."""
    run = standing.run
    if run.next_at is not None and run.next_at <= standing.now and run.state == "open":
        start_run(services, run.id)
        return True
    if run.state == "reading" and standing.due:
        plan_batch(services, run.id, standing.due[0])
        return True
    if run.state != "open" and run.next_at is not None and run.next_at <= standing.now:
        close_run(services, run.id)
        return True
    return False


def look(services: Services, run_id: int) -> Standing:
    """Read where a run stands; NotFoundError when there is no such run."""
    with services.database.transaction() as session:
        run = runs.run_of(session, run_id)
        if run is None:
            raise NotFoundError(f"there is no run {run_id}; see `replenisher status`")
        found = run_batches.locations_of(session, run_id)
        return Standing(
            run=run,
            done=sum(location.state != "pending" for location in found),
            total=len(found),
            pending=[batch for batch in run_batches.batches_of(session, run_id) if batch.state == "pending"],
            now=companies.now(session),
            pause_reason=companies.pause_reason(session, run.company),
            trouble=next((location.reason for location in found if location.state == "pending"), None),
        )


def _stop_if_hopeless(services: Services, standing: Standing) -> None:
    """Raise GatewayError when nobody can go on: the company is paused, or a run by hand could not even start."""
    run, paused = standing.run, standing.pause_reason
    if paused is None and (run.state != "open" or run.fence == 0 or run.kind != "manual"):
        return
    why = paused or _trouble(services, run) or "its list of locations could not be read"
    if run.kind == "manual" and run.state == "open":
        with services.database.transaction() as session:
            runs.move_run(session, run, "failed", reason=why, next_at=None, closed_at=companies.now(session))
        left = f"run {run.id} has ended without a plan"
    else:
        left = f"run {run.id} stays {run.state}"
    if paused is None:
        raise GatewayError(f"company {run.company}: {why}\n{left}; run again when the platform answers")
    raise GatewayError(
        f"company {run.company} is paused: {paused}\n"
        f"{left}. Correct the cause, then `replenisher resume --company {run.company}` and run again"
    )


def _trouble(services: Services, run: PlanningRun) -> str | None:
    """Give what was written down when the start of a run failed."""
    with services.database.transaction() as session:
        found = exceptions.listed(session, company=run.company, kind="platform_unreachable", limit=1)
    return found[0].message if found else None
