"""Write one shipment as a notice, if the rules allow it and it is not there yet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from replenisher.config import CompanySettings
from replenisher.database import notices, orders, submissions
from replenisher.database.models import Order
from replenisher.database.session import Session
from replenisher.purchasing.notice_states import NoticeState
from replenisher.purchasing.serials import SerialKind
from replenisher.purchasing.shipment_rules import ShippableOrder, check_shipment
from replenisher.purchasing.shipments import Shipment, shipment_number
from replenisher.purchasing.states import OrderState
from replenisher.workflows.sending import fingerprint


@dataclass(frozen=True)
class Entry:
    """What became of one shipment of a file: `imported`, `already_there` or `refused`, with every reason.

    `state` is that of its notice now; number and state are empty when there is none.
    """

    order: str
    reference: str
    file_lines: tuple[int, ...]
    outcome: str
    shipment_number: str = ""
    state: str = ""
    faults: tuple[str, ...] = ()


@dataclass(frozen=True)
class Source:
    """Where shipments come from, and what holds for all of one company's."""

    company: CompanySettings
    kinds: dict[str, SerialKind]
    outlet: str
    first_state: NoticeState
    file: str
    actor: str


def shippable(session: Session, order: Order, *, without: int | None = None) -> ShippableOrder:
    """Give what the rules need to know of an order, leaving one of its notices out."""
    return ShippableOrder(
        order.vendor_invoice_number,
        OrderState(order.state),
        orders.requested_lines(session, order.id),
        notices.announced(session, order.id, without=without),
    )


def enter_shipment(session: Session, shipment: Shipment, order: Order, source: Source) -> Entry:
    """Write the notice of a shipment on a locked order, due at once; the same shipment again changes nothing."""
    order_number = order.vendor_invoice_number
    number = shipment_number(order_number, shipment.reference)
    shipped_at = _local(shipment.shipped_at, source.company)
    content = fingerprint((shipment.lines, shipped_at, shipment.tracking_number, shipment.carrier))

    def entry(outcome: str, state: str = "", faults: tuple[str, ...] = ()) -> Entry:
        known = number if state else ""
        return Entry(order_number, shipment.reference, shipment.file_lines, outcome, known, state, faults)

    # A second look when a key was taken between the rules and the writing: by then the other import has ended.
    for _ in range(2):
        there = notices.notice_of_shipment(session, order.id, shipment.reference.casefold())
        if there is not None and there.content_sha256 == content:
            return entry("already_there", there.state)
        if there is not None:
            other = f"shipment {shipment.reference} of order {order_number} is notice {number} with other content"
            text = f"{other}, from {there.source}; a correction needs a reference of its own (column shipment)"
            return entry("refused", faults=(text,))
        serials = [serial for line in shipment.lines for serial in line.serial_numbers]
        elsewhere = notices.serials_elsewhere(session, serials)
        wrong = check_shipment(shipment, shippable(session, order), source.kinds, elsewhere)
        if wrong:
            return entry("refused", faults=wrong)
        values = {
            "company": order.company,
            "location": order.location,
            "order_id": order.id,
            "shipment_key": shipment.reference.casefold(),
            "shipment_number": number,
            "state": source.first_state.value,
            "shipped_at": shipped_at,
            "tracking_number": shipment.tracking_number,
            "carrier": shipment.carrier,
            "content_sha256": content,
            "source": source.file,
            "outlet": source.outlet,
            "next_at": submissions.now() if source.first_state is NoticeState.READY else None,
        }
        added = notices.add_notice(session, values, shipment.lines, actor=source.actor)
        if added is not None:
            return entry("imported", added.state)
    return entry("refused", faults=("one of its serial numbers has just been taken by another shipment",))


def _local(moment: datetime, company: CompanySettings) -> datetime:
    """Give a moment as local wall-clock time of the company."""
    if moment.tzinfo is None:
        return moment
    return moment.astimezone(ZoneInfo(company.time_zone)).replace(tzinfo=None)
