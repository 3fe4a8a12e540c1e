"""Queries on shipment notices: what was announced, on which serial numbers, and where each notice stands."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.exc import IntegrityError

from replenisher.database.documents import Ledger
from replenisher.database.notice_models import (
    NoticeAttempt,
    NoticeEvent,
    ShipmentNotice,
    ShipmentNoticeLine,
    ShipmentSerial,
)
from replenisher.database.session import Session
from replenisher.purchasing.notice_states import NoticeState, check_notice_move
from replenisher.purchasing.platform import NoticeLine
from replenisher.purchasing.serials import serial_key

NOTICES = Ledger(
    table=ShipmentNotice,
    attempts=NoticeAttempt,
    events=NoticeEvent,
    key="notice_id",
    states=NoticeState,
    ready=NoticeState.READY,
    sending=NoticeState.SUBMITTING,
    unknown=NoticeState.UNKNOWN,
    needs_person=NoticeState.NEEDS_PERSON,
    check_move=check_notice_move,
)
BY_HAND = replace(NOTICES, check_move=partial(check_notice_move, by_person=True))
"""The same notices in the hands of a person, who may send or cancel what the program may not."""


def add_notice(
    session: Session, values: dict[str, Any], lines: Sequence[NoticeLine], *, actor: str
) -> ShipmentNotice | None:
    """Write a notice with its lines and serial numbers; None, with nothing written, when a key is taken already."""
    try:
        with session.begin_nested():
            notice = session.execute(insert(ShipmentNotice).values(values).returning(ShipmentNotice)).scalar_one()
            session.execute(
                insert(ShipmentNoticeLine),
                [{"notice_id": notice.id, "sku": line.sku, "quantity": line.quantity} for line in lines],
            )
            serials = [_serial(notice.id, line.sku, serial) for line in lines for serial in line.serial_numbers]
            if serials:
                session.execute(insert(ShipmentSerial), serials)
            event = {"notice_id": notice.id, "name": "imported", "to_state": notice.state, "actor": actor}
            session.execute(insert(NoticeEvent).values(**event, evidence={"source": notice.source}))
    except IntegrityError:
        return None
    return notice


def _serial(notice_id: int, sku: str, serial: str) -> dict[str, Any]:
    return {"notice_id": notice_id, "sku": sku, "serial_number": serial, "serial_key": serial_key(serial)}


def move_by_hand(session: Session, notice: ShipmentNotice, to_state: NoticeState, **how: Any) -> bool:
    """Move a notice as `Ledger.move` does; False, with nothing written, also when a serial number is taken by now."""
    try:
        with session.begin_nested():
            return BY_HAND.move(session, notice, to_state, **how)
    except IntegrityError:
        return False


def notice_of_shipment(session: Session, order_id: int, shipment_key: str) -> ShipmentNotice | None:
    """Find the notice of a shipment of an order, whatever became of it."""
    query = select(ShipmentNotice).where(
        ShipmentNotice.order_id == order_id, ShipmentNotice.shipment_key == shipment_key
    )
    return session.execute(query).scalar_one_or_none()


def announced(session: Session, order_id: int, *, without: int | None = None) -> dict[str, int]:
    """Sum the units by SKU on the standing notices of an order, leaving one notice out."""
    query = (
        select(ShipmentNoticeLine.sku, func.sum(ShipmentNoticeLine.quantity))
        .join(ShipmentNotice, ShipmentNotice.id == ShipmentNoticeLine.notice_id)
        .where(ShipmentNotice.order_id == order_id, ShipmentNotice.standing, ShipmentNotice.id != (without or 0))
        .group_by(ShipmentNoticeLine.sku)
    )
    return {str(sku): int(units) for sku, units in session.execute(query)}


def serials_elsewhere(session: Session, serials: Collection[str], *, without: int | None = None) -> dict[str, str]:
    """Give those of these serial numbers that stand on a notice, with its number, leaving one notice out."""
    if not serials:
        return {}
    query = (
        select(ShipmentSerial.serial_number, ShipmentNotice.shipment_number)
        .join(ShipmentNotice, ShipmentNotice.id == ShipmentSerial.notice_id)
        .where(
            ShipmentSerial.serial_key.in_({serial_key(serial) for serial in serials}),
            ShipmentSerial.standing,
            ShipmentNotice.id != (without or 0),
        )
    )
    return {str(serial): str(number) for serial, number in session.execute(query)}


def notice_lines(session: Session, notice_id: int) -> tuple[NoticeLine, ...]:
    """Give the lines of a notice as they are sent."""
    return _lines(session, ShipmentNotice.id == notice_id)


def standing_lines(session: Session, order_id: int) -> tuple[NoticeLine, ...]:
    """Give the lines of all standing notices of an order."""
    return _lines(session, (ShipmentNotice.order_id == order_id) & ShipmentNotice.standing)


def _lines(session: Session, wanted: Any) -> tuple[NoticeLine, ...]:
    notices = select(ShipmentNotice.id).where(wanted)
    lines = (
        session.execute(
            select(ShipmentNoticeLine)
            .where(ShipmentNoticeLine.notice_id.in_(notices))
            .order_by(ShipmentNoticeLine.notice_id, ShipmentNoticeLine.sku)
        )
        .scalars()
        .all()
    )
    if not lines:
        return ()
    of_line: dict[tuple[int, str], list[str]] = {}
    for serial in session.execute(
        select(ShipmentSerial).where(ShipmentSerial.notice_id.in_(notices)).order_by(ShipmentSerial.serial_key)
    ).scalars():
        of_line.setdefault((serial.notice_id, serial.sku), []).append(serial.serial_number)
    return tuple(
        NoticeLine(line.sku, line.quantity, tuple(of_line.get((line.notice_id, line.sku), ()))) for line in lines
    )


def locked(session: Session, notice_id: int) -> ShipmentNotice:
    """Lock a notice until the transaction ends, and read it as it is now."""
    query = select(ShipmentNotice).where(ShipmentNotice.id == notice_id).with_for_update()
    return session.execute(query.execution_options(populate_existing=True)).scalar_one()


def find_notice(session: Session, text: str) -> ShipmentNotice | None:
    """Find a notice by our id or by its shipment number, in any case."""
    query = select(ShipmentNotice).where(ShipmentNotice.shipment_number == text.strip().upper())
    found = session.execute(query).scalar_one_or_none()
    if found is None and text.strip().isdecimal() and int(text) < 2**63:
        found = session.get(ShipmentNotice, int(text))
    return found


def events_of(session: Session, notice_id: int) -> Sequence[NoticeEvent]:
    """List everything that happened to a notice, oldest first."""
    query = select(NoticeEvent).where(NoticeEvent.notice_id == notice_id).order_by(NoticeEvent.id)
    return session.execute(query).scalars().all()


def attempts_of(session: Session, notice_id: int) -> Sequence[NoticeAttempt]:
    """List the attempts to send a notice."""
    query = select(NoticeAttempt).where(NoticeAttempt.notice_id == notice_id).order_by(NoticeAttempt.attempt)
    return session.execute(query).scalars().all()


def listed(
    session: Session,
    *,
    company: str | None = None,
    order_id: int | None = None,
    states: Sequence[str] = (),
    limit: int = 200,
) -> Sequence[ShipmentNotice]:
    """List notices, newest first."""
    query = select(ShipmentNotice).order_by(ShipmentNotice.id.desc()).limit(limit)
    if company is not None:
        query = query.where(ShipmentNotice.company == company)
    if order_id is not None:
        query = query.where(ShipmentNotice.order_id == order_id)
    if states:
        query = query.where(ShipmentNotice.state.in_(states))
    return session.execute(query).scalars().all()


def counts_by_state(session: Session, company: str) -> dict[str, int]:
    """Count a company's notices by state."""
    query = (
        select(ShipmentNotice.state, func.count())
        .where(ShipmentNotice.company == company)
        .group_by(ShipmentNotice.state)
        .order_by(ShipmentNotice.state)
    )
    return {str(state): int(count) for state, count in session.execute(query)}
