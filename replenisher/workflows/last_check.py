"""The last check of an approved order, immediately before it is sent: a line may have been stopped meanwhile.

1. Read the order, its lines and what the database knows of them by now; close the session.
2. Read the products file as it is now, and in the newest report after the order's run what the retailer has marked
   do-not-order. Where either cannot be read the order stays approved, waits, and a person is told.
3. Ask the gate of the exclusions. A line that must not be ordered any more holds the whole order with every reason; a
   person takes the line off, approves the order as it is, or leaves it to the next run. One approved by a person who
   was told these reasons goes out.

An order that a worker has claimed is not touched any more. Nothing is taken off or lowered here. While a run reads,
an order is not held but waits: the run may have counted it as on its way already, or may be about to.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

import pandas as pd

from replenisher.database import exceptions, last_checks, orders, runs, submissions
from replenisher.database.exceptions import Matter
from replenisher.database.last_checks import DueOrder
from replenisher.database.models import Order
from replenisher.database.override_models import Override
from replenisher.database.session import Session
from replenisher.errors import ArchiveError, PlannerFileError
from replenisher.intake.products import products_now
from replenisher.logs import get_logger
from replenisher.planning.last_check import stopped
from replenisher.planning.reasons import Reason, describe
from replenisher.planning.rules import Rules
from replenisher.purchasing.states import OrderState
from replenisher.services import Services
from replenisher.workflows.order_matters import order_matter

log = get_logger(__name__)

PRODUCTS_FILE = "products file"
"""Subject of the matter that orders of a company wait for its products file: one for however many orders."""
SHOWN = 10
"""Reasons that the text of an exception names; the order itself has all of them."""


@dataclass(frozen=True)
class _Known:
    """What the database tells of an order that is due; `zeros` has every line, and who set it to 0 if anybody did."""

    due: DueOrder
    today: date
    zeros: dict[str, Override | None]

    @property
    def skus(self) -> list[str]:
        return list(self.zeros)


def may_go_out(services: Services, order_id: int) -> bool:
    """Tell whether an order may be sent now; one that must not be ordered any more is held, one in doubt waits.

    False also for an order that is not due, not approved or paused: it was not looked at. Raises NotFoundError when
    the order's company is no longer configured.
    """
    known = _known(services, order_id)
    if known is None:
        return False
    company = services.settings.company(known.due.order.company)
    path = services.settings.products_file_of(company)
    try:
        products = None if path is None else products_now(path, known.skus)
        marked = _marked_do_not_order(services, known)
    except (PlannerFileError, ArchiveError) as error:
        _wait(services, known.due.order, error)
        return False
    if known.due.is_told:
        with services.database.transaction() as session:
            exceptions.resolve(session, company.id, [PRODUCTS_FILE], ["order_not_sent"])
    reasons = _reasons(known, company.planning_rules(), products, marked)
    return not reasons or _approved_knowing(services, known.due.order, reasons)


def _known(services: Services, order_id: int) -> _Known | None:
    with services.database.transaction() as session:
        due = last_checks.due_order(session, order_id, kind="order_not_sent", subject=PRODUCTS_FILE)
        if due is None:
            return None
        zone = ZoneInfo(services.settings.company(due.order.company).time_zone)
        today = due.now.astimezone(zone).date()
        return _Known(due, today, last_checks.lines_set_to_zero(session, due.order, on=today))


def _marked_do_not_order(services: Services, known: _Known) -> Collection[str]:
    """Read which of the lines a newer report marks do-not-order; the order's own run left out what was marked then."""
    if known.due.newer_frame is None:
        return ()
    only = [("location", "==", known.due.order.location), ("sku", "in", known.skus), ("do_not_order", "==", True)]
    rows = services.archive.get_frame(known.due.newer_frame, columns=["sku"], only=only)
    return set(rows["sku"].astype("str"))


def _reasons(known: _Known, rules: Rules, products: pd.DataFrame | None, marked: Collection[str]) -> list[str]:
    found = stopped(
        known.skus,
        products,
        rules,
        business_date=known.today.toordinal(),
        do_not_order=marked,
        set_to_zero=[sku for sku, override in known.zeros.items() if override is not None],
    )
    return [_sentence(known, sku, reason) for sku, why in found.items() for reason in why]


def _sentence(known: _Known, sku: str, reason: Reason) -> str:
    one = known.zeros[sku]
    if reason is Reason.SET_TO_ZERO_BY_PLANNER and one is not None:
        return f"{sku}: override {one.id}, set since by {one.set_by}, orders nothing of it ({one.reason})"
    return f"{sku}: {describe(reason).removesuffix('.')}"


def _approved_knowing(services: Services, order: Order, reasons: Sequence[str]) -> bool:
    """Tell whether a person has approved the order knowing all these reasons; else it is held for the new ones."""
    with services.database.transaction() as session:
        orders.keep_batches_out(session, order.company)
        (now,) = orders.locked(session, [order.id])
        if OrderState(now.state) is not OrderState.APPROVED:
            return False  # another worker has held or claimed it, or a person has stopped it
        told = last_checks.reasons_told(session, now.id)
        new = [reason for reason in reasons if reason not in told]
        if not new:
            return True
        run = runs.open_run_of(session, order.company)
        if run is not None and run.state == "reading":
            # Held now, it could be missed by a look at what was ordered that comes after the look for proposals.
            submissions.look_again(session, now, next_in=services.settings.times.resubmit_wait)
            return False
        _hold(services, session, now, new)
    log.warning(
        "order_held_before_sending",
        order_id=order.id,
        vendor_invoice_number=order.vendor_invoice_number,
        company=order.company,
        location=order.location,
        reasons=len(new),
    )
    return False


def _hold(services: Services, session: Session, order: Order, reasons: list[str]) -> None:
    submissions.move(
        session,
        order,
        OrderState.HELD,
        name="held",
        actor=services.actor,
        evidence={"reasons": reasons, "check": "before it was sent"},
        hold_reasons=reasons,
    )
    exceptions.resolve(session, order.company, [order.vendor_invoice_number], ["order_not_sent"])
    text = f"it was approved and is held again, for it must not be ordered like this any more: {_some(reasons)}"
    exceptions.raise_matter(session, order_matter(order, "order_held", text))


def _wait(services: Services, order: Order, error: PlannerFileError | ArchiveError) -> None:
    """Leave the order approved, to be tried again in a while, and tell a person."""
    if isinstance(error, PlannerFileError):
        faults = _some([str(fault) for fault in error.faults])
        text = f"approved orders wait, for they cannot be checked before they are sent; correct the file: {faults}"
        matter = Matter(order.company, "order_not_sent", PRODUCTS_FILE, text)
    else:
        matter = order_matter(order, "order_not_sent", f"it waits, for it cannot be checked before it is sent: {error}")
    with services.database.transaction() as session:
        submissions.look_again(session, order, next_in=services.settings.times.resubmit_wait)
        exceptions.raise_matter(session, matter)
    log.warning("order_not_checked", order_id=order.id, company=order.company, error=str(error))


def _some(sentences: Sequence[str]) -> str:
    more = len(sentences) - SHOWN
    return "; ".join(sentences[:SHOWN]) + (f"; and {more} more" if more > 0 else "")
