"""Everything that is known of one planned quantity: the arithmetic, its inputs, and the order it ended in.

A quantity is explained by what was recorded: the batch's frame and the rules from the archive, the location's row, the
run's close frame and the order from there on. Nothing is fetched and nothing is planned again.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from typing import Any, NoReturn

from replenisher.config import CompanySettings, PlanningSettings
from replenisher.database import companies, orders, run_batches, runs
from replenisher.database.models import Order, OrderLine, PlanningRun, RunLocation
from replenisher.database.session import Session
from replenisher.errors import NotFoundError
from replenisher.planning.explain import ExplainStep, explain_row
from replenisher.services import Services
from replenisher.workflows.overridden import overrides_told
from replenisher.workflows.plan.closed import closed_run
from replenisher.workflows.plan.inputs import rule_set_of_run


@dataclass(frozen=True)
class EndedIn:
    """The order that a planned quantity became part of, as it stands now."""

    id: int
    vendor_invoice_number: str
    state: str
    quantity: int
    received: int
    platform_order_id: str | None
    hold_reasons: list[str]


@dataclass(frozen=True)
class Explanation:
    """One location and SKU in one run.

    `steps` are the arithmetic, the close's too; `order_quantity` is what was planned, `closed_quantity` what the close
    of the run left of it; `asked_at` and `answered_at` (UTC) are those of the inventory report, `report_rows` and
    `report_bytes` its size; `archived` names every input in the archive; `overrides` and `close_changes` are sentences.
    """

    company: str
    company_name: str
    location: str
    location_name: str
    sku: str
    run: int
    kind: str
    slot: datetime
    time_zone: str
    run_state: str
    engine_version: str
    report: str
    asked_at: datetime | None
    answered_at: datetime | None
    report_rows: int | None
    report_bytes: int | None
    planned_at: datetime | None
    order_quantity: int
    closed_quantity: int
    reason: str
    levels_source: str
    steps: list[ExplainStep]
    overrides: list[str]
    close_changes: list[str]
    order: EndedIn | None
    archived: dict[str, str]
    row: dict[str, Any]


@dataclass(frozen=True)
class _Found:
    """What the database says about the location in the run."""

    run: PlanningRun
    location: RunLocation
    name: str
    frame: str
    planned_at: datetime | None
    order: EndedIn | None


def explain(
    services: Services, location: str, sku: str, *, company_id: str | None = None, run_id: int | None = None
) -> Explanation:
    """Explain a quantity in the newest run that planned the location, or in a given run.

    The company may be left out when one company alone has the location. Raises NotFoundError saying what there is
    instead: no such location, no run yet, a refused location with its reason, SKUs with a similar name.
    """
    with services.database.transaction() as session:
        company = _company(services, session, location, company_id)
        found = _found(session, company, location, sku, run_id)
    run = found.run
    row = _row(services, found, sku)
    rules = settings_of_run(services, company, run)
    closed = closed_run(services.archive, run)
    archived = {"batch frame": found.frame} | {name: str(kept) for name, kept in run.inputs.items()}
    if run.close_frame:
        archived["close frame"] = run.close_frame
    return Explanation(
        company=company.id,
        company_name=company.name,
        location=location,
        location_name=found.name,
        sku=sku,
        run=run.id,
        kind=run.kind,
        slot=run.slot,
        time_zone=company.time_zone,
        run_state=run.state,
        engine_version=run.engine_version,
        report="inventory",
        asked_at=found.location.requested_at,
        answered_at=found.location.answered_at,
        report_rows=found.location.rows,
        report_bytes=found.location.size_bytes,
        planned_at=found.planned_at,
        order_quantity=int(row["order_quantity"]),
        closed_quantity=closed.ordered(row),
        reason=str(row["reason"]),
        levels_source=str(row["levels_source"]),
        steps=explain_row(row, rules.planning_rules(), rule_set_of_run(services, run))
        + closed.steps(row, rules.planning.close_rules()),
        overrides=overrides_told(services, run, row),
        close_changes=closed.changes(location, sku),
        order=found.order,
        archived=archived,
        row=row,
    )


def _company(services: Services, session: Session, location: str, company_id: str | None) -> CompanySettings:
    if company_id is not None:
        return services.settings.company(company_id)
    known = {one.id: companies.known_locations(session, one.id) for one in services.settings.companies}
    having = [company for company, locations in known.items() if location in locations]
    if len(having) == 1:
        return services.settings.company(having[0])
    if having:
        raise NotFoundError(f"companies {', '.join(having)} have a location {location}; choose one with --company")
    every = [one for locations in known.values() for one in locations]
    if not every:
        raise NotFoundError("no run has listed any location yet; start one with `replenisher run`")
    raise NotFoundError(f"no company has a location {location}; {nearest(location, every)}")


def _found(session: Session, company: CompanySettings, location: str, sku: str, run_id: int | None) -> _Found:
    run = runs.run_with_location(session, company.id, location, run_id)
    if run is None:
        _refuse_unknown(session, company, location, run_id)
    here = next(one for one in run_batches.locations_of(session, run.id) if one.location == location)
    if here.state != "planned":
        _refuse_unplanned(session, company, run, here)
    batch = next(one for one in run_batches.batches_of(session, run.id) if one.number == here.batch)
    if batch.frame is None:
        raise NotFoundError(f"run {run.id} kept no plan of location {location}")
    known = companies.known_locations(session, company.id)
    name = known[location].name if location in known else ""
    return _Found(run, here, name, batch.frame, batch.planned_at, _order(session, company, run, location, sku))


def _refuse_unknown(session: Session, company: CompanySettings, location: str, run_id: int | None) -> NoReturn:
    if run_id is not None:
        if runs.run_of(session, run_id) is None:
            raise NotFoundError(f"there is no run {run_id}; see `replenisher status`")
        raise NotFoundError(f"run {run_id} did not plan location {location} of company {company.id}")
    known = list(companies.known_locations(session, company.id))
    if not known:
        raise NotFoundError(f"no run of company {company.id} has listed any location yet; start one: `replenisher run`")
    if location in known:
        raise NotFoundError(f"no run has planned location {location} yet; start one: `replenisher run`")
    raise NotFoundError(f"company {company.id} has no location {location}; {nearest(location, known)}")


def _refuse_unplanned(session: Session, company: CompanySettings, run: PlanningRun, here: RunLocation) -> NoReturn:
    words = {
        "pending": f"run {run.id} has not read location {here.location} yet; it is {run.state}",
        "missing": f"run {run.id} planned nothing for location {here.location}: {here.reason}",
        "refused": f"run {run.id} refused location {here.location} and ordered nothing there: {here.reason}",
    }
    earlier = _planned_before(session, company, run, here.location)
    hint = "" if earlier is None else f"\nIts newest plan is in run {earlier}: add --run {earlier}"
    raise NotFoundError(words.get(here.state, here.state) + hint)


def _planned_before(session: Session, company: CompanySettings, run: PlanningRun, location: str) -> int | None:
    for earlier in runs.latest_runs(session, company.id, limit=50):
        if earlier.id < run.id and any(
            one.location == location and one.state == "planned" for one in run_batches.locations_of(session, earlier.id)
        ):
            return earlier.id
    return None


def _order(session: Session, company: CompanySettings, run: PlanningRun, location: str, sku: str) -> EndedIn | None:
    for order in orders.listed(session, company=company.id, location=location, run_id=run.id):
        for line in orders.lines_of(session, order.id):
            if line.sku == sku:
                return _ended_in(order, line)
    return None


def _ended_in(order: Order, line: OrderLine) -> EndedIn:
    return EndedIn(
        id=order.id,
        vendor_invoice_number=order.vendor_invoice_number,
        state=order.state,
        quantity=line.quantity,
        received=line.received,
        platform_order_id=order.platform_order_id,
        hold_reasons=list(order.hold_reasons),
    )


def _row(services: Services, found: _Found, sku: str) -> dict[str, Any]:
    here = found.location.location
    rows = services.archive.get_frame(found.frame, only=[("location", "==", here), ("sku", "==", sku)])
    if len(rows):
        return {str(name): _plain(value) for name, value in rows.iloc[0].to_dict().items()}
    every = services.archive.get_frame(found.frame, columns=["sku"], only=[("location", "==", here)])
    skus = [str(one) for one in every["sku"]]
    raise NotFoundError(
        f"the inventory report of location {here} in run {found.run.id} has no SKU {sku}; {nearest(sku, skus)}"
    )


def _plain(value: Any) -> Any:
    """Turn numpy's numbers into Python's, and what is no number (no rule, no interval between sales) into None."""
    found = value.item() if hasattr(value, "item") else value
    return None if isinstance(found, float) and not math.isfinite(found) else found


def settings_of_run(services: Services, company: CompanySettings, run: PlanningRun) -> CompanySettings:
    """Give the company with the planning settings that the run was planned with."""
    document = services.archive.get_document(run.inputs["rules"])
    return company.model_copy(update={"planning": PlanningSettings.model_validate(document["planning"])})


def nearest(word: str, words: Sequence[str]) -> str:
    """Name the words that a person may have meant, else how many there are."""
    folded = {one.casefold(): one for one in words}
    close = get_close_matches(word.casefold(), folded, n=3, cutoff=0.5)
    if close:
        return f"nearest: {', '.join(folded[one] for one in close)}"
    shown = sorted(words)[:5]
    return f"there are {len(words):,}, for example {', '.join(shown)}" if shown else "there are none"
