"""Queries for the audit of receipts: our orders at the platform with their lines and notices, in a few statements."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import ARRAY, BigInteger, Text, and_, any_, func, literal, or_, select
from sqlalchemy.sql.elements import ColumnElement

from replenisher.database.due import after
from replenisher.database.models import Order, OrderLine
from replenisher.database.notice_models import ShipmentNotice, ShipmentNoticeLine, ShipmentSerial
from replenisher.database.session import Session
from replenisher.purchasing.audited_products import OurOrder
from replenisher.purchasing.platform import NoticeLine, RequestLine
from replenisher.purchasing.states import NEVER_PLACED, PLACED, OrderState

SECONDS_OF_A_DAY = 86_400


def audited_orders(session: Session, company: str, *, days: int, settling: float) -> list[OurOrder]:
    """Give the company's orders of the last `days` days that are at the platform or received, oldest first.

    Those confirmed within the last `settling` seconds are marked: a list of the platform may lack them yet.
    """
    fresh = func.coalesce(Order.confirmed_at >= after(-settling), False)
    query = select(Order, fresh).where(
        Order.company == company,
        Order.state.in_([state.value for state in PLACED]),
        Order.created_at >= after(-days * SECONDS_OF_A_DAY),
    )
    rows = session.execute(query.order_by(Order.id)).all()
    # By the ids that were found: an order confirmed meanwhile would have only some of its papers.
    ids = any_(literal([order.id for order, _ in rows], ARRAY(BigInteger)))
    lines: dict[int, list[RequestLine]] = {}
    for line in session.execute(
        select(OrderLine).where(OrderLine.order_id == ids).order_by(OrderLine.order_id, OrderLine.sku)
    ).scalars():
        lines.setdefault(line.order_id, []).append(RequestLine(line.sku, line.quantity, line.unit_cost))
    announced = _announced(session, ShipmentNotice.order_id == ids)
    return [
        OurOrder(
            order_id=order.id,
            vendor_invoice_number=order.vendor_invoice_number,
            platform_order_id=order.platform_order_id or "",
            location=order.location,
            state=order.state,
            lines=tuple(lines.get(order.id, ())),
            announced=tuple(announced.get(order.id, ())),
            just_confirmed=just_confirmed,
        )
        for order, just_confirmed in rows
    ]


def _announced(session: Session, of_orders: ColumnElement[bool]) -> dict[int, list[NoticeLine]]:
    serials: dict[tuple[int, str], list[str]] = {}
    for notice, sku, serial in session.execute(
        select(ShipmentSerial.notice_id, ShipmentSerial.sku, ShipmentSerial.serial_number)
        .join(ShipmentNotice, ShipmentNotice.id == ShipmentSerial.notice_id)
        .where(of_orders, ShipmentNotice.standing)
        .order_by(ShipmentSerial.notice_id, ShipmentSerial.serial_key)
    ):
        serials.setdefault((notice, sku), []).append(serial)
    found: dict[int, list[NoticeLine]] = {}
    for order, line in session.execute(
        select(ShipmentNotice.order_id, ShipmentNoticeLine)
        .join(ShipmentNotice, ShipmentNotice.id == ShipmentNoticeLine.notice_id)
        .where(of_orders, ShipmentNotice.standing)
        .order_by(ShipmentNoticeLine.notice_id, ShipmentNoticeLine.sku)
    ):
        of_line = tuple(serials.get((line.notice_id, line.sku), ()))
        found.setdefault(order, []).append(NoticeLine(line.sku, line.quantity, of_line))
    return found


def known_references(session: Session, references: Iterable[str]) -> set[str]:
    """Give those of these references that are of an order of ours, of any company and state, in small letters."""
    found = session.execute(select(Order.vendor_invoice_number).where(_bears_one_of(references)))
    return {reference.casefold() for reference in found.scalars()}


def never_placed(session: Session, references: Iterable[str]) -> dict[str, str]:
    """Give those of these references that are of an order which should not be there, in small letters, with its state.

    A cancelled order is one when it was never seen at the platform.
    """
    unseen = and_(Order.state == OrderState.CANCELLED.value, Order.platform_order_id.is_(None))
    query = select(Order.vendor_invoice_number, Order.state).where(
        _bears_one_of(references), or_(Order.state.in_([state.value for state in NEVER_PLACED]), unseen)
    )
    return {reference.casefold(): state for reference, state in session.execute(query)}


def _bears_one_of(references: Iterable[str]) -> ColumnElement[bool]:
    wanted = literal([reference.strip().upper() for reference in references], ARRAY(Text))
    return Order.vendor_invoice_number == any_(wanted)
