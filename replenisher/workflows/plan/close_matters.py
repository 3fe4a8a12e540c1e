"""What a person should see of a close: that a shortage or a budget cut something. A run without a cut settles it."""

from __future__ import annotations

from collections.abc import Sequence

from replenisher.database import exceptions
from replenisher.database.exceptions import Matter
from replenisher.database.models import PlanningRun
from replenisher.database.session import Session
from replenisher.logs import get_logger
from replenisher.planning.closing import Closed, CloseReason
from replenisher.planning.frames import from_money
from replenisher.workflows.plan.limiting import Basis, Committed

log = get_logger(__name__)

SHOWN = 5
"""SKUs named in the text of an exception, those that lack most first; the rest are counted."""


def short_units(closed: Closed) -> tuple[int, int]:
    """Sum the units asked and given of the SKUs that were short."""
    return int(closed.short["asked"].sum()), int(closed.short["given"].sum())


def tell_limits(
    session: Session, run: PlanningRun, given: Basis, found: Committed, closed: Closed
) -> dict[str, object]:
    """Raise or settle the matters of a close; gives its figures for the log."""
    told: dict[str, object] = {}
    asked, got = short_units(closed)
    if asked > got:
        text = _shortage(run, closed)
        exceptions.raise_matter(session, Matter(run.company, "vendor_shortage", run.company, text, run_id=run.id))
        told |= {"shortage_asked": asked, "shortage_given": got}
    else:
        exceptions.resolve(session, run.company, [run.company], ["vendor_shortage"])
    cut = closed.asked_value - closed.given_value
    if cut > 0:
        text = _budget(run, given, found, closed)
        exceptions.raise_matter(session, Matter(run.company, "budget_cut", run.company, text, run_id=run.id))
        told |= {"budget_asked": str(from_money(closed.asked_value)), "budget_cut": str(from_money(cut))}
    else:
        exceptions.resolve(session, run.company, [run.company], ["budget_cut"])
    return told


def tell_unknown(session: Session, run: PlanningRun, unknown: Sequence[str]) -> None:
    """Raise that the stock file has SKUs that the products file lacks, or settle it."""
    if not unknown:
        exceptions.resolve(session, run.company, [run.company], ["vendor_stock_unmatched"])
        return
    named = ", ".join(unknown[:SHOWN]) + (", …" if len(unknown) > SHOWN else "")
    text = f"the vendor's stock file has {len(unknown)} SKU(s) that the products file lacks ({named})"
    exceptions.raise_matter(session, Matter(run.company, "vendor_stock_unmatched", run.company, text, run_id=run.id))


def _shortage(run: PlanningRun, closed: Closed) -> str:
    short = closed.short
    rows = zip(*(short[name].head(SHOWN).tolist() for name in ("sku", "asked", "given")), strict=True)
    named = "; ".join(f"{sku} asked {asked:,}, given {given:,}" for sku, asked, given in rows)
    more = "; …" if len(short) > SHOWN else ""
    asked, given = short_units(closed)
    return (
        f"run {run.id}: the vendor has too little of {len(short):,} SKU(s): {given:,} of {asked:,} units are ordered"
        f" ({named}{more}); `replenisher why-not` lists what got nothing"
    )


def _budget(run: PlanningRun, given: Basis, found: Committed, closed: Closed) -> str:
    amount = given.amount or 0
    amount_told, room, asked, paid = (
        f"{from_money(value):,.2f}"
        for value in (amount, max(amount - found.spent, 0), closed.asked_value, closed.given_value)
    )
    without = int((closed.frame["reason"] == CloseReason.NO_BUDGET.value).sum())
    first, last = (day.isoformat() for day in given.days)
    return (
        f"run {run.id}: the budget of {amount_told} a {given.period} ({first} to {last}) had {room} left; {paid} of"
        f" {asked} are ordered, {without:,} row(s) order nothing; `replenisher why-not` lists them"
    )
