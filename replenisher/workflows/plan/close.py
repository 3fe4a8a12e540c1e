"""Close a run: turn its planned rows into purchase orders, all of them in one transaction.

1. Claim the run when its last batch is recorded or its cut-off has come; locations without a plan are exceptions.
2. Read the rows that order something from the archive (no session open meanwhile).
3. In one transaction: lock older proposals; those nobody approved are superseded, and a location whose older proposal
   was approved after this run had read its shelves gets nothing (its plan did not know of it); write orders, lines and
   approvals; close the run. A crash before the commit leaves nothing, a second worker finds the run moved.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pandas as pd

from replenisher.config import CompanySettings
from replenisher.database import companies, exceptions, orders, run_batches, runs, submissions
from replenisher.database.exceptions import Matter
from replenisher.database.models import KnownLocation, PlanningRun, RunBatch
from replenisher.database.session import Session
from replenisher.errors import ReplenisherError
from replenisher.logs import get_logger
from replenisher.planning.frames import from_money
from replenisher.planning.reasons import Reason
from replenisher.purchasing.platform import RequestLine
from replenisher.purchasing.states import UNAPPROVED, OrderState
from replenisher.services import Services
from replenisher.workflows.approve import approve_proposals
from replenisher.workflows.plan.failing import fail_run
from replenisher.workflows.plan.findings import location_matter
from replenisher.workflows.plan.proposals import NewOrder, write_orders

log = get_logger(__name__)

COLUMNS = ("location", "sku", "order_quantity", "unit_cost", "cost_known", "lead_time_days", "reasons")
BELOW_MINIMUM = "it is below the company's minimum per order"
USUAL_LEAD_TIME_DAYS = 7


@dataclass(frozen=True)
class Planned:
    """What the batches of a run want to order, and the proposals they knew of."""

    lines: dict[str, tuple[RequestLine, ...]]
    lead_time_days: dict[str, int]
    older_proposals: list[int]
    below_minimum: frozenset[str]


def close_run(services: Services, run_id: int) -> None:
    """Close a run that is done or past its cut-off; does nothing otherwise, or when another worker has it."""
    run = _claim(services, run_id)
    if run is None:
        return
    try:
        _close(services, services.settings.company(run.company), run)
    except _ApprovedMeanwhileError:
        # A planner said yes between our look and the lock: what is archived would be wrong, so look again.
        with services.database.transaction() as session:
            runs.release_run(session, run, 0)
    except ReplenisherError as error:
        log.exception("run_not_closed", company=run.company, run_id=run.id)
        text = f"run {run.id} cannot be closed and is tried again: {error}"
        with services.database.transaction() as session:
            runs.retry_run(session, run, services.settings.times.resubmit_wait)
            exceptions.raise_matter(session, Matter(run.company, "run_failed", run.company, text, run_id=run.id))


def _close(services: Services, company: CompanySettings, run: PlanningRun) -> None:
    with services.database.transaction() as session:
        batches = run_batches.batches_of(session, run.id)
    planned = _gather(services, batches)
    with services.database.transaction() as session:
        expected = orders.locations_approved(session, planned.older_proposals)
    left_out = sorted(expected & planned.lines.keys())
    close_frame = pd.DataFrame({"location": left_out, "reason": ["older_order_approved"] * len(left_out)}, dtype="str")
    name = services.archive.put_frame(close_frame)
    today = services.channel(company).platform_now().astimezone(ZoneInfo(company.time_zone)).date()
    with services.database.transaction() as session:
        counts = _order(session, services.actor, company, run, planned, expected, name, today)
    if counts is not None:
        log.info("run_closed", company=company.id, run_id=run.id, **counts)


class _ApprovedMeanwhileError(Exception):
    """An older proposal was approved while this run was closing."""


def _order(  # noqa: PLR0917 - one transaction, all of whose inputs were read before it began
    session: Session,
    actor: str,
    company: CompanySettings,
    run: PlanningRun,
    planned: Planned,
    expected: set[str],
    close_frame: str,
    today: date,
) -> dict[str, int] | None:
    """Close the run and write its orders; None when another worker has closed it."""
    if not runs.move_run(
        session, run, "closed", close_frame=close_frame, next_at=None, closed_at=companies.now(session)
    ):
        return None
    exceptions.resolve(session, company.id, [company.id], ["run_failed"])
    if _supersede(session, actor, company.id, planned.older_proposals) != expected:
        raise _ApprovedMeanwhileError
    known = companies.known_locations(session, company.id)
    new = [
        _new_order(company, known[location], today, planned, lines)
        for location, lines in sorted(planned.lines.items())
        if location not in expected
    ]
    made = write_orders(session, run, company, new)
    for location in sorted(expected & planned.lines.keys()):
        text = f"location {location}: an older order was approved while run {run.id} was planning; nothing ordered"
        exceptions.raise_matter(session, location_matter(run, location, "overtaken", text))
    return {"orders": len(made)} | approve_proposals(session, company, made, actor=actor)


def _claim(services: Services, run_id: int) -> PlanningRun | None:
    lease = services.settings.times.batch_lease
    with services.database.transaction() as session:
        run = runs.claim_run(session, run_id, states=["reading", "closing"], lease=lease)
        if run is None:
            return None
        now = companies.now(session)
        reason = _hopeless(run, now, services.settings.work.maximum_run_attempts)
        if reason is not None:
            fail_run(session, run, reason)
            return None
        pending = [batch for batch in run_batches.batches_of(session, run_id) if batch.state == "pending"]
        if pending and now < run.cut_off_at:
            runs.release_run(session, run, (run.cut_off_at - now).total_seconds())
            return None
        if run.state == "reading":
            _record_missing(session, run)
            runs.begin_closing(session, run, lease)
        return run


def _hopeless(run: PlanningRun, now: datetime, most_attempts: int) -> str | None:
    """Say why a run must not be closed any more: what it read is too old, or closing it fails again and again."""
    allowed = run.cut_off_at - run.opened_at
    if now > run.cut_off_at + allowed:
        return f"its reports are older than twice the {allowed.total_seconds() / 60:.0f} minutes until its cut-off"
    if run.state == "closing" and run.attempts > most_attempts:
        return f"closing it failed {run.attempts - 1} times"
    return None


def _record_missing(session: Session, run: PlanningRun) -> None:
    for location in run_batches.locations_of(session, run.id):
        if location.state == "pending":
            text = f"location {location.location}: no inventory report was planned before the cut-off of run {run.id}"
            text += f"; {location.reason}" if location.reason else ""
            run_batches.record_location(session, run.id, location.location, "missing", reason=text)
            matter = location_matter(run, location.location, "location_missing", text, "inventory")
            exceptions.raise_matter(session, matter)


def _gather(services: Services, batches: Sequence[RunBatch]) -> Planned:
    lines: dict[str, list[RequestLine]] = {}
    lead_times: dict[str, int] = {}
    below_minimum = set()
    for batch in batches:
        if batch.frame is None:
            continue
        wanted = services.archive.get_frame(batch.frame, columns=COLUMNS, only=[("order_quantity", ">", 0)])
        # Plain lists: a frame of its own for each of hundreds of locations costs more than all their lines.
        columns = (wanted[name].tolist() for name in COLUMNS)
        for location, sku, quantity, cost, known, lead_time_days, reasons in zip(*columns, strict=True):
            lines.setdefault(location, []).append(RequestLine(sku, quantity, from_money(cost) if known else None))
            lead_times[location] = max(lead_time_days, lead_times.get(location, 0))
            if reasons & Reason.ORDER_BELOW_MINIMUM.bit:
                below_minimum.add(location)
    return Planned(
        {location: tuple(sorted(ours, key=lambda line: line.sku)) for location, ours in lines.items()},
        {location: days or USUAL_LEAD_TIME_DAYS for location, days in lead_times.items()},
        [order for batch in batches for order in batch.older_proposals or []],
        frozenset(below_minimum),
    )


def _supersede(session: Session, actor: str, company: str, older: list[int]) -> set[str]:
    """Supersede what nobody approved; gives the locations where somebody did meanwhile."""
    for order in orders.locked(session, older):
        if OrderState(order.state) in UNAPPROVED:
            submissions.move(session, order, OrderState.SUPERSEDED, name="superseded", actor=actor)
            exceptions.resolve(session, company, [order.vendor_invoice_number], ["order_held"])
    return orders.locations_approved(session, older)


def _new_order(
    company: CompanySettings, known: KnownLocation, today: date, planned: Planned, lines: tuple[RequestLine, ...]
) -> NewOrder:
    location = known.location
    estimated = company.estimated_arrival_days
    days = planned.lead_time_days[location] if estimated is None else estimated
    hold = (BELOW_MINIMUM,) if location in planned.below_minimum else ()
    return NewOrder(location, known.bill_to, known.ship_to, today + timedelta(days=days), lines, hold)
