"""What limits the close of a run: what our orders have committed, the vendor's stock, and the company's budget.

The archive keeps every number that a close went by: with the batches' frames and the rules they give the close again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import pandas as pd

from replenisher.archive import Archive
from replenisher.config import CompanySettings
from replenisher.database import commitments, orders
from replenisher.database.models import PlanningRun
from replenisher.database.session import Session
from replenisher.planning.close_explained import BudgetOfRun
from replenisher.planning.closing import SUPPLY, Closed, CloseLimits
from replenisher.planning.frames import to_money

STOCK, CLOSE, CLOSE_SUPPLY = "vendor_stock", "close", "close_supply"
"""Names of a run's inputs: the stock file as it was read, what the close went by, and what there was of each SKU."""


@dataclass(frozen=True)
class Committed:
    """What our orders have committed before a close; equal when the close may go by it.

    `overtaken` are locations whose older proposal was approved meanwhile, `claimed` units by SKU, `spent`
    ten-thousandths of the budget (0 without one).
    """

    overtaken: frozenset[str]
    claimed: dict[str, int]
    spent: int


@dataclass(frozen=True)
class Basis:
    """What a close goes by that does not change while it is worked out.

    `stock` holds sku, units and as_of of the SKUs that the run asks for (None: not limited); companies `beside` take
    nothing from it. `older` are the proposals that this run supersedes.
    """

    stock: pd.DataFrame | None
    beside: list[str]
    older: list[int]
    amount: int | None
    period: str
    days: tuple[date, date]


def basis(
    archive: Archive,
    company: CompanySettings,
    run: PlanningRun,
    rows: pd.DataFrame,
    *,
    beside: list[str],
    older: list[int],
) -> Basis:
    """Gather it for a run of a company with the rules that it was planned by."""
    budget = company.planning.budget
    stock = None
    if STOCK in run.inputs:
        stock = archive.get_frame(run.inputs[STOCK])
        stock = stock[stock["sku"].isin(rows["sku"])].reset_index(drop=True)
    return Basis(
        stock=stock,
        beside=beside,
        older=older,
        amount=None if budget.amount is None else to_money(budget.amount),
        period=budget.period.value,
        days=budget.period.days(run.slot.date()),
    )


def committed(session: Session, company: str, given: Basis) -> Committed:
    """Read what our orders have committed, as if the older proposals that nobody approved were superseded already."""
    claimed: dict[str, int] = {}
    if given.stock is not None:
        moments = [moment.to_pydatetime() for moment in given.stock["as_of"]]
        claimed = commitments.claimed(
            session, given.stock["sku"].tolist(), moments, beside=given.beside, superseded=given.older
        )
    spent = 0
    if given.amount is not None:
        spent = to_money(commitments.spent(session, company, *given.days, superseded=given.older))
    return Committed(frozenset(orders.locations_approved(session, given.older)), claimed, spent)


def limits(given: Basis, found: Committed) -> CloseLimits:
    """Put it as planning takes it."""
    supply = None
    if given.stock is not None:
        claims = given.stock["sku"].map(found.claimed).fillna(0).astype("int64")
        supply = given.stock[["sku", "units"]].assign(claimed=claims)
    return CloseLimits(found.overtaken, supply, None if given.amount is None else (given.amount, found.spent))


def archived(archive: Archive, given: Basis, found: Committed, closed: Closed) -> tuple[str, dict[str, str]]:
    """Put the close into the archive: gives the name of its frame, and the run's further inputs by name."""
    budget = None
    if given.amount is not None:
        first, last = (day.isoformat() for day in given.days)
        told = BudgetOfRun(given.amount, found.spent, given.period, first, last, closed.asked_value, closed.given_value)
        budget = asdict(told)
    document: dict[str, Any] = {"overtaken": sorted(found.overtaken), "budget": budget}
    inputs = {CLOSE: archive.put_document(document)}
    if closed.supply is not None:
        inputs[CLOSE_SUPPLY] = archive.put_frame(closed.supply)
    return archive.put_frame(closed.frame), inputs


def unknown_in_stock(archive: Archive, inputs: Mapping[str, str]) -> list[str]:
    """List the SKUs of a run's stock file that its products file lacks; none where it has not both."""
    if STOCK not in inputs or "products" not in inputs:
        return []
    stock, products = (archive.get_frame(inputs[name], columns=["sku"])["sku"] for name in (STOCK, "products"))
    return sorted(set(stock.tolist()) - set(products.tolist()))


def limits_again(document: dict[str, Any], supply: pd.DataFrame | None) -> CloseLimits:
    """Give the limits that an archived close went by."""
    budget = document["budget"]
    return CloseLimits(
        overtaken=frozenset(document["overtaken"]),
        supply=None if supply is None else supply[list(SUPPLY)],
        budget=None if budget is None else (budget["amount"], budget["spent"]),
    )
