"""Write proposed purchase orders: one per location and run, each with the reference it keeps for ever."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from replenisher.config import CompanySettings
from replenisher.database import orders
from replenisher.database.models import PlanningRun
from replenisher.database.session import Session
from replenisher.purchasing.approval import order_value
from replenisher.purchasing.platform import RequestLine
from replenisher.purchasing.reference import vendor_invoice_number
from replenisher.purchasing.states import OrderState

FIRST = 1
"""Sequence of a location's only order in a run; splitting an order would count on from here."""


@dataclass(frozen=True)
class NewOrder:
    """An order about to be proposed; `hold` says why it has to wait for a person whatever the approval rules say."""

    location: str
    bill_to: str
    ship_to: str
    estimated_arrival_date: date
    lines: tuple[RequestLine, ...]
    hold: tuple[str, ...] = ()


@dataclass(frozen=True)
class Proposal:
    """A proposed order as written: its id, where it is for, what is on it, what it is worth (None: not known)."""

    id: int
    location: str
    vendor_invoice_number: str
    lines: tuple[RequestLine, ...]
    value: Decimal | None
    hold: tuple[str, ...] = ()


def write_orders(
    session: Session, run: PlanningRun, company: CompanySettings, new: Sequence[NewOrder]
) -> list[Proposal]:
    """Write the orders of a run as proposals; their keys refuse a second order for the same location and run."""
    rows = [
        {
            "company": company.id,
            "location": order.location,
            "run_id": run.id,
            "kind": run.kind,
            "slot": run.slot,
            "sequence": FIRST,
            "vendor_invoice_number": vendor_invoice_number(company.id, order.location, run.kind, run.slot, FIRST),
            "state": OrderState.PROPOSED.value,
            "committed": company.committed,
            "bill_to": order.bill_to,
            "ship_to": order.ship_to,
            "estimated_arrival_date": order.estimated_arrival_date,
            "comments": company.comments,
            "shipping_method": company.shipping_method,
            "value": order_value(order.lines),
            "units": sum(line.quantity for line in order.lines),
        }
        for order in new
    ]
    ids = orders.add_orders(session, rows, [order.lines for order in new])
    return [
        Proposal(
            order_id,
            order.location,
            str(row["vendor_invoice_number"]),
            order.lines,
            order_value(order.lines),
            order.hold,
        )
        for order_id, order, row in zip(ids, new, rows, strict=True)
    ]
