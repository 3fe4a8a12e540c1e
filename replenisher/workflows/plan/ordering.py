"""The one transaction in which a closing run becomes orders; a crash before its commit leaves nothing.

1. Move the run to `closed`: a second worker finds it moved.
2. On the vendor's stock: wait for the turn, so that no other run promises the same units at the same time.
3. Supersede the older proposals that nobody approved: they give their units and their money back.
4. Read once more what our orders have committed. Where it is not what the close was worked out with, nothing holds.
5. Write orders, lines and approvals, and what a person should see.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from replenisher.config import CompanySettings
from replenisher.database import commitments, companies, exceptions, orders, runs, submissions
from replenisher.database.models import KnownLocation, PlanningRun
from replenisher.database.session import Session
from replenisher.planning.closing import Closed
from replenisher.planning.frames import from_money
from replenisher.purchasing.states import UNAPPROVED, OrderState
from replenisher.workflows.approve import approve_proposals
from replenisher.workflows.plan.close_matters import short_units, tell_limits
from replenisher.workflows.plan.findings import location_matter
from replenisher.workflows.plan.gather import LocationLines, lines_by_location
from replenisher.workflows.plan.limiting import Basis, Committed, committed
from replenisher.workflows.plan.proposals import NewOrder, write_orders

BELOW_MINIMUM = "it is below the company's minimum per order"


class ChangedMeanwhileError(Exception):
    """What a close was worked out with is not so any more: it has to be worked out again."""


@dataclass(frozen=True)
class ReadyToOrder:
    """A close worked out and archived: by what, with what result, and under which names."""

    given: Basis
    found: Committed
    closed: Closed
    close_frame: str
    inputs: dict[str, str]
    today: date


def order(
    session: Session, actor: str, company: CompanySettings, run: PlanningRun, ready: ReadyToOrder
) -> dict[str, object] | None:
    """Close the run and write its orders; None when another worker has closed it.

    Raises ChangedMeanwhileError when orders have changed since the close was worked out, or others take too long.
    """
    closed = ready.closed
    if not runs.move_run(session, run, "closed", **_outcome(session, run, ready)):
        return None
    if ready.given.stock is not None and not commitments.wait_for_turn(session):
        raise ChangedMeanwhileError
    exceptions.resolve(session, company.id, [company.id], ["run_failed"])
    _supersede(session, actor, company.id, ready.given.older)
    if committed(session, company.id, ready.given) != ready.found:
        # What is archived would be wrong: a planner said yes, or another run took from the same stock.
        raise ChangedMeanwhileError
    known = companies.known_locations(session, company.id)
    new = [
        _new_order(company, known[location], ready.today, ours, held=location in closed.below_minimum)
        for location, ours in lines_by_location(closed.rows).items()
    ]
    made = write_orders(session, run, company, new)
    for location in sorted(set(closed.rows["location"]) & ready.found.overtaken):
        text = f"location {location}: an older order was approved while run {run.id} was planning; nothing ordered"
        exceptions.raise_matter(session, location_matter(run, location, "overtaken", text))
    told = tell_limits(session, run, ready.given, ready.found, closed)
    return {"orders": len(made)} | approve_proposals(session, company, made, actor=actor) | told


def _outcome(session: Session, run: PlanningRun, ready: ReadyToOrder) -> dict[str, object]:
    """Give what the run's row keeps of its close."""
    closed = ready.closed
    asked, given = short_units(closed)
    cut = from_money(closed.asked_value - closed.given_value)
    return {
        "close_frame": ready.close_frame,
        "inputs": {**run.inputs, **ready.inputs},
        "shortage_asked": None if closed.supply is None else asked,
        "shortage_given": None if closed.supply is None else given,
        "budget_cut": None if ready.given.amount is None else cut,
        "next_at": None,
        "closed_at": companies.now(session),
    }


def _supersede(session: Session, actor: str, company: str, older: list[int]) -> None:
    """Supersede what nobody approved; an order approved meanwhile stays, and overtakes this run at its location."""
    for one in orders.locked(session, older):
        if OrderState(one.state) in UNAPPROVED:
            submissions.move(session, one, OrderState.SUPERSEDED, name="superseded", actor=actor)
            exceptions.resolve(session, company, [one.vendor_invoice_number], ["order_held"])


def _new_order(
    company: CompanySettings, known: KnownLocation, today: date, ours: LocationLines, *, held: bool
) -> NewOrder:
    estimated = company.estimated_arrival_days
    arrival = today + timedelta(days=ours.lead_time_days if estimated is None else estimated)
    hold = (BELOW_MINIMUM,) if held else ()
    return NewOrder(known.location, known.bill_to, known.ship_to, arrival, ours.lines, hold)
