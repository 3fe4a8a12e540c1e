"""Where everything stands: a run in figures, a company, and the whole daemon; read only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from replenisher.config import CompanySettings, slots
from replenisher.database import (
    companies,
    due,
    exceptions,
    fulfilments,
    jobs,
    notices,
    orders,
    run_batches,
    runs,
    sales,
)
from replenisher.database.job_models import CompanyJob
from replenisher.database.migrate import current_revision, head_revision
from replenisher.database.models import CompanyStanding, CompanyState, Order, PlanningRun, RunLocation
from replenisher.database.session import Session
from replenisher.database.standings import standings
from replenisher.errors import NotFoundError
from replenisher.services import Services

MOST = 100_000
PARTS = ("scheduler", "sweeper")
"""Parts of the daemon that note each time they did their work."""


@dataclass(frozen=True)
class OrderCount:
    """How many orders, and the units on them."""

    orders: int
    units: int


@dataclass(frozen=True)
class Unplanned:
    """A location that a run did not plan: `refused`, `missing` or `not enabled`, and why."""

    location: str
    state: str
    reason: str


@dataclass(frozen=True)
class RunFigures:
    """A run in figures; `orders` are in the state they have now, `exceptions` are open ones that name the run.

    Of SKUs that the vendor had too little of, units asked and given; the value that the budget cut. None: not limited.
    """

    id: int
    company: str
    kind: str
    slot: datetime
    state: str
    reason: str | None
    opened_at: datetime
    closed_at: datetime | None
    cut_off_at: datetime
    locations: dict[str, int]
    rows: int
    ordering_rows: int
    orders: dict[str, OrderCount]
    value: Decimal
    shortage_asked: int | None
    shortage_given: int | None
    budget_cut: Decimal | None
    unplanned: list[Unplanned]
    exceptions: dict[str, int]


@dataclass(frozen=True)
class JobFigures:
    """A job that comes round: when next, None when it is no longer configured, and how it ended last."""

    job: str
    cadence: str
    next_at: datetime | None
    last_done_at: datetime | None
    last_error: str | None
    failures: int


@dataclass(frozen=True)
class CompanyOverview:
    """A configured company: how it stands, is it paused, what comes next, what is open.

    `standing` is what the platform said when a run last asked, None until then.
    """

    id: str
    name: str
    time_zone: str
    channel: str
    standing: str | None
    standing_seen_at: datetime | None
    paused_at: datetime | None
    pause_reason: str | None
    schedule: str | None
    next_slot: datetime | None
    last_run: RunFigures | None
    orders: dict[str, OrderCount]
    notices: dict[str, int]
    fulfilments: dict[str, int]
    sale_orders: dict[str, int]
    exceptions: dict[str, int]
    jobs: list[JobFigures]


@dataclass(frozen=True)
class Overview:
    """The whole daemon; heartbeats are seconds since a part last did its work, None for never."""

    revision: str | None
    needed_revision: str
    heartbeats: dict[str, float | None] = field(default_factory=dict)
    companies: list[CompanyOverview] = field(default_factory=list)
    oldest_due_order_seconds: float | None = None


def overview(services: Services) -> Overview:
    """Gather where the daemon stands; a database that is not migrated gives its revisions alone."""
    services.database.ping()
    revision, needed = current_revision(services.database), head_revision()
    if revision != needed:
        return Overview(revision, needed)
    with services.database.transaction() as session:
        beats = companies.heartbeats(session)
        known = {state.company: state for state in companies.states(session)}
        told = standings(session)
        now = companies.now(session)
        found = [
            _company(session, company, known.get(company.id), told.get(company.id), now)
            for company in services.settings.companies
        ]
        waited = due.oldest_due_seconds(session)
    parts = dict.fromkeys((*PARTS, *beats))
    return Overview(revision, needed, {name: beats.get(name) for name in parts}, found, waited)


def run_figures(services: Services, run_id: int) -> RunFigures:
    """Put a run into figures; NotFoundError when there is no such run."""
    with services.database.transaction() as session:
        run = runs.run_of(session, run_id)
        if run is None:
            raise NotFoundError(f"there is no run {run_id}; see `replenisher status`")
        return _figures(session, run)


def next_slot(company: CompanySettings, now: datetime) -> datetime | None:
    """Give the company's next planning time, local; None for one without a schedule."""
    if company.schedule is None:
        return None
    return slots.next_slot(company.schedule, ZoneInfo(company.time_zone), now)


def _company(
    session: Session,
    company: CompanySettings,
    state: CompanyState | None,
    standing: CompanyStanding | None,
    now: datetime,
) -> CompanyOverview:
    latest = runs.latest_runs(session, company.id, limit=1)
    return CompanyOverview(
        id=company.id,
        name=company.name,
        time_zone=company.time_zone,
        channel=company.channel,
        standing=None if standing is None else standing.standing,
        standing_seen_at=None if standing is None else standing.seen_at,
        paused_at=None if state is None else state.paused_at,
        pause_reason=None if state is None else state.pause_reason,
        schedule=company.schedule,
        next_slot=next_slot(company, now),
        last_run=_figures(session, latest[0]) if latest else None,
        orders={
            name: OrderCount(*counts) for name, counts in orders.counts_by_state(session, company=company.id).items()
        },
        notices=notices.counts_by_state(session, company.id),
        fulfilments=fulfilments.counts_by_state(session, company.id),
        sale_orders=sales.counts_by_state(session, company.id),
        exceptions=exceptions.counts(session, company.id),
        jobs=[_job(job) for job in jobs.jobs_of(session, company.id)],
    )


def _job(job: CompanyJob) -> JobFigures:
    return JobFigures(job.job, job.cadence, job.next_at, job.last_done_at, job.last_error, job.failures)


def _figures(session: Session, run: PlanningRun) -> RunFigures:
    found = run_batches.locations_of(session, run.id)
    placed = orders.listed(session, company=run.company, run_id=run.id, limit=MOST)
    matters = exceptions.listed(session, company=run.company, limit=MOST)
    return RunFigures(
        id=run.id,
        company=run.company,
        kind=run.kind,
        slot=run.slot,
        state=run.state,
        reason=run.reason,
        opened_at=run.opened_at,
        closed_at=run.closed_at,
        cut_off_at=run.cut_off_at,
        locations=dict(Counter(location.state for location in found)),
        rows=sum(location.rows or 0 for location in found),
        ordering_rows=sum(location.ordering_rows or 0 for location in found),
        orders=dict(_by_state(placed)),
        value=sum((order.value for order in placed if order.value is not None), Decimal(0)),
        shortage_asked=run.shortage_asked,
        shortage_given=run.shortage_given,
        budget_cut=run.budget_cut,
        unplanned=list(_unplanned(run, found)),
        exceptions=dict(Counter(matter.kind for matter in matters if matter.run_id == run.id).most_common()),
    )


def _by_state(placed: Sequence[Order]) -> Iterator[tuple[str, OrderCount]]:
    for state in sorted({order.state for order in placed}):
        units = [order.units for order in placed if order.state == state]
        yield state, OrderCount(len(units), sum(units))


def _unplanned(run: PlanningRun, found: Sequence[RunLocation]) -> Iterator[Unplanned]:
    listed = {location.location for location in found}
    for asked in run.only_locations or []:
        if asked not in listed and run.state == "closed":
            yield Unplanned(asked, "not enabled", f"the retailer has not enabled location {asked}")
    for location in found:
        if location.state in ("refused", "missing"):
            yield Unplanned(location.location, location.state, location.reason or "")
