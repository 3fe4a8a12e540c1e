"""What the tables of notices refuse by themselves, and how notices share the ledger of orders."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from replenisher.database import companies, due, notices
from replenisher.database.notice_models import STANDS, ShipmentNotice, ShipmentSerial
from replenisher.database.notices import BY_HAND, NOTICES
from replenisher.database.session import Database, Session
from replenisher.errors import IllegalMoveError
from replenisher.purchasing.notice_states import MOVES, STANDING, NoticeState
from replenisher.purchasing.platform import NoticeLine
from replenisher.purchasing.states import OrderState
from tests.database.rows import COMPANY, LOCATION, SLOT, add_order, add_run, at_once

READY = NoticeState.READY


def add_notice(
    session: Session, order_id: int, key: str = "d1", *serials: str, state: NoticeState = READY, **changed: Any
) -> ShipmentNotice | None:
    """Write a notice, due now, with one line; None when a key is taken."""
    values = {
        "company": COMPANY,
        "location": LOCATION,
        "order_id": order_id,
        "shipment_key": key,
        "shipment_number": f"S{order_id}{key}",
        "state": state.value,
        "shipped_at": SLOT,
        "content_sha256": "0" * 64,
        "source": "test.csv",
        "outlet": "platform",
        "next_at": func.now(),
    }
    lines = [NoticeLine("00123", max(len(serials), 1), serials)]
    return notices.add_notice(session, values | changed, lines, actor="test")


def written(session: Session, *how: Any, **changed: Any) -> ShipmentNotice:
    notice = add_notice(session, *how, **changed)
    assert notice is not None
    return notice


def confirmed(session: Session) -> int:
    return add_order(session, add_run(session), state=OrderState.CONFIRMED)


def standing(session: Session, serial: str) -> Sequence[int]:
    query = select(ShipmentSerial.notice_id).where(ShipmentSerial.serial_key == serial, ShipmentSerial.standing)
    return session.execute(query).scalars().all()


@pytest.mark.parametrize("changed", [{}, {"shipment_number": "S-other"}, {"shipment_key": "d2"}])
def test_a_second_notice_of_a_shipment_cannot_be_written(database: Database, changed: dict[str, Any]) -> None:
    with database.transaction() as session:
        order = confirmed(session)
        first = written(session, order, "d1")
        values = {"shipment_number": first.shipment_number} | changed
        assert add_notice(session, order, "d1", **values) is None
        assert add_notice(session, order, "d2") is not None
        assert len(notices.listed(session)) == 2


def test_a_serial_number_stands_on_one_notice_whatever_its_case(database: Database) -> None:
    with database.transaction() as session:
        order = confirmed(session)
        first = written(session, order, "d1", "Abc-1")
        assert add_notice(session, order, "d2", "aBC-1 ") is None
        assert add_notice(session, order, "d2", "Abc-2") is not None
        assert notices.serials_elsewhere(session, ["ABC-1", "new"]) == {"Abc-1": first.shipment_number}
        assert notices.serials_elsewhere(session, ["ABC-1"], without=first.id) == {}


def test_a_notice_that_no_longer_stands_gives_its_serial_numbers_free_and_takes_them_back(database: Database) -> None:
    with database.transaction() as session:
        order = confirmed(session)
        first = written(session, order, "d1", "S-1")
        sending = NOTICES.claim_for_sending(session, first.id, lease=90, at_once=8)
        assert sending is not None
        assert NOTICES.move(session, sending, NoticeState.REFUSED, name="refused", actor="test")
        assert standing(session, "s-1") == []
        second = written(session, order, "d2", "S-1")
        assert standing(session, "s-1") == [second.id]
        refused = notices.locked(session, first.id)
        assert not notices.move_by_hand(session, refused, READY, name="resent", actor="test")
        assert NoticeState(notices.locked(session, first.id).state) is NoticeState.REFUSED
        assert notices.move_by_hand(session, second, NoticeState.CANCELLED, name="cancelled", actor="test")
        assert notices.move_by_hand(session, refused, READY, name="resent", actor="test", next_in=0.0)
        assert standing(session, "s-1") == [first.id]


def test_of_eight_shipments_with_one_serial_number_one_is_written(database: Database) -> None:
    with database.transaction() as session:
        orders = [confirmed(session) for _ in range(8)]
    found = at_once(database, 8, lambda session, number: add_notice(session, orders[number], "d1", "S-1"))
    assert len([notice for notice in found if notice is not None]) == 1
    with database.transaction() as session:
        assert len(notices.listed(session)) == len(standing(session, "s-1")) == 1


def test_no_code_path_goes_around_the_rule(database: Database) -> None:
    with database.transaction() as session:
        order = confirmed(session)
        notice = written(session, order, "d1", "S-1")
    for statement in (
        "UPDATE shipment_notices SET standing = false WHERE id = :id",
        "UPDATE shipment_serials SET standing = false WHERE notice_id = :id",
        "INSERT INTO shipment_serials VALUES (:id, 's-9', 'S-9', '00123', false)",
    ):
        with pytest.raises(DBAPIError), database.transaction() as session:
            session.execute(text(statement), {"id": notice.id})


def test_the_database_knows_which_states_stand(database: Database) -> None:
    query = text(f"SELECT {STANDS} FROM (SELECT CAST(:state AS text) AS state) AS one")  # noqa: S608 - a constant
    with database.transaction() as session:
        stands = {state for state in NoticeState if session.execute(query, {"state": state.value}).scalar_one()}
    assert stands == STANDING


def test_the_database_refuses_exactly_the_moves_that_the_business_lacks(database: Database) -> None:
    move = text("UPDATE shipment_notices SET state = :end WHERE id = :id")
    allowed = set()
    with database.transaction() as session:
        order = confirmed(session)
        ids = {start: written(session, order, start.value, state=start).id for start in NoticeState}
        for start, notice in ids.items():
            for end in NoticeState:
                step = session.begin_nested()
                with contextlib.suppress(IntegrityError):
                    session.execute(move, {"end": end.value, "id": notice})
                    allowed.add((start, end))
                step.rollback()
    moves = {(start, end) for start, ends in MOVES.items() for end in ends}
    assert allowed == moves | {(state, state) for state in NoticeState}


@pytest.mark.parametrize("table", ["notice_attempts", "notice_events"])
@pytest.mark.parametrize("change", ["UPDATE {} SET notice_id = notice_id", "DELETE FROM {}", "TRUNCATE {}"])
def test_a_history_is_never_changed(database: Database, table: str, change: str) -> None:
    with database.transaction() as session:
        notice = written(session, confirmed(session))
        NOTICES.record_attempt(session, notice, request_sha256="0" * 64, worker="test")
    with pytest.raises(IntegrityError, match=f"{table} rows are never changed"), database.transaction() as session:
        session.execute(text(change.format(table)))
    with database.transaction() as session:
        assert len(notices.attempts_of(session, notice.id)) == len(notices.events_of(session, notice.id)) == 1


def test_only_a_person_sends_a_doubtful_notice_again(database: Database) -> None:
    with database.transaction() as session:
        doubtful = written(session, confirmed(session), state=NoticeState.NEEDS_PERSON)
        with pytest.raises(IllegalMoveError, match="only a person"):
            NOTICES.move(session, doubtful, READY, name="again", actor="worker")
        assert BY_HAND.move(session, doubtful, READY, name="resent", actor="person:ann", next_in=0.0)


def test_notices_are_claimed_as_orders_are(database: Database) -> None:
    with database.transaction() as session:
        companies.introduce(session, [COMPANY])
        order = confirmed(session)
        first, second = (written(session, order, key) for key in ("d1", "d2"))
        claimed = NOTICES.claim_for_sending(session, first.id, lease=90, at_once=1)
        assert claimed is not None
        assert (claimed.state, claimed.fence, claimed.attempts) == ("submitting", 1, 1)
        assert NOTICES.claim_for_sending(session, first.id, lease=90, at_once=8) is None
        assert NOTICES.claim_for_sending(session, second.id, lease=90, at_once=1) is None
        companies.pause(session, COMPANY, "wrong password")
        assert NOTICES.claim_for_sending(session, second.id, lease=90, at_once=8) is None
        companies.resume(session, COMPANY)
        assert NOTICES.claim_for_sending(session, second.id, lease=90, at_once=8) is not None


def test_of_eight_workers_that_want_one_notice_one_gets_it(database: Database) -> None:
    with database.transaction() as session:
        notice = written(session, confirmed(session))
    found = at_once(
        database, 8, lambda session, _: NOTICES.claim_for_sending(session, notice.id, lease=90, at_once=100)
    )
    assert len([one for one in found if one is not None]) == 1


def test_due_notices_are_told_once_and_those_of_other_companies_never(database: Database) -> None:
    with database.transaction() as session:
        order = confirmed(session)
        mine = written(session, order, "d1")
        written(session, order, "d2", company="not configured")
        written(session, order, "d3", state=NoticeState.RECORDED, next_at=None)
        told = due.hint_notices(session, [COMPANY], rehint=60, limit=500)
        assert told == [(mine.id, "ready")]
        assert due.hint_notices(session, [COMPANY], rehint=60, limit=500) == []


def test_what_is_announced_counts_standing_notices_alone(database: Database) -> None:
    with database.transaction() as session:
        order = confirmed(session)
        first = written(session, order, "d1", "S-1", "S-2")
        written(session, order, "d2")
        written(session, order, "d3", state=NoticeState.CANCELLED)
        assert notices.announced(session, order) == {"00123": 3}
        assert notices.announced(session, order, without=first.id) == {"00123": 1}
        assert notices.announced(session, confirmed(session)) == {}
        assert [line.quantity for line in notices.standing_lines(session, order)] == [2, 1]
        assert notices.counts_by_state(session, COMPANY) == {"cancelled": 1, "ready": 2}
