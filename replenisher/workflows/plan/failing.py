"""End a run that can plan nothing: it must not stand in the way of the next one, and a person must hear of it."""

from __future__ import annotations

from replenisher.database import companies, exceptions, runs
from replenisher.database.exceptions import Matter
from replenisher.database.models import PlanningRun
from replenisher.database.session import Session
from replenisher.logs import get_logger

log = get_logger(__name__)


def fail_run(session: Session, run: PlanningRun, reason: str, *, kind: str = "run_failed") -> None:
    """Move a claimed run to `failed` and raise why; nothing when another worker has moved it."""
    if not runs.move_run(session, run, "failed", reason=reason, next_at=None, closed_at=companies.now(session)):
        return
    text = f"run {run.id} ordered nothing: {reason}"
    exceptions.raise_matter(session, Matter(run.company, kind, run.company, text, run_id=run.id))
    log.error("run_failed", company=run.company, run_id=run.id, reason=reason)
