"""Which of our orders an audit compares, with which papers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import event, text

from replenisher.database.audited_orders import audited_orders, known_references
from replenisher.database.models import Order
from replenisher.database.notices import add_notice
from replenisher.database.session import Database, Session
from replenisher.purchasing.notice_states import NoticeState
from replenisher.purchasing.platform import NoticeLine
from replenisher.purchasing.states import PLACED, OrderState
from tests.database.rows import COMPANY, LINES, add_order, add_run


def found(session: Session, *, days: int = 35, settling: float = 1800) -> list[int]:
    return [one.order_id for one in audited_orders(session, COMPANY, days=days, settling=settling)]


def announce(session: Session, order_id: int, lines: Sequence[NoticeLine], **values: Any) -> None:
    order = session.get_one(Order, order_id)
    number = f"S{order_id:08d}{values.get('state', 'sent')}"
    row = {
        "company": COMPANY,
        "location": order.location,
        "order_id": order_id,
        "shipment_key": number,
        "shipment_number": number,
        "shipped_at": order.slot,
        "content_sha256": number,
        "source": "test",
        "outlet": "record",
        "state": NoticeState.SENT.value,
    }
    assert add_notice(session, row | values, lines, actor="test") is not None


@pytest.mark.parametrize("state", OrderState)
def test_only_orders_that_became_real_are_compared(database: Database, state: OrderState) -> None:
    with database.transaction() as session:
        order = add_order(session, add_run(session), state=state)
        assert found(session) == ([order] if state in PLACED else [])


def test_an_order_comes_with_its_lines_and_the_notices_that_stand(database: Database) -> None:
    announced = (NoticeLine("00123", 2, ("p", "Q")), NoticeLine("NA", 6))
    with database.transaction() as session:
        run = add_run(session)
        order = add_order(session, run, state=OrderState.CONFIRMED, platform_order_id="id-1")
        other = add_order(session, run, state=OrderState.RECEIVED)
        announce(session, order, announced)
        announce(session, order, [NoticeLine("00123", 9, ("x",))], state=NoticeState.READY.value)
        session.execute(text("UPDATE shipment_notices SET state = 'cancelled' WHERE state = 'ready'"))
        first, second = audited_orders(session, COMPANY, days=35, settling=0)
    assert (first.order_id, first.platform_order_id, first.state) == (order, "id-1", "confirmed")
    assert (first.lines, first.announced) == (LINES, announced)
    assert (second.order_id, second.announced, second.lines) == (other, (), LINES)


def test_orders_of_other_companies_and_of_earlier_days_are_left_out(database: Database) -> None:
    with database.transaction() as session:
        run = add_run(session)
        young, old = (add_order(session, run, state=OrderState.CONFIRMED) for _ in range(2))
        add_order(session, run, state=OrderState.CONFIRMED, company="another")
        statement = "UPDATE purchase_orders SET created_at = now() - interval '71 h' WHERE id = :id"
        session.execute(text(statement), {"id": old})
        assert found(session, days=3) == [young, old]
        assert found(session, days=2) == [young]


def test_one_confirmed_within_the_settle_window_is_marked(database: Database) -> None:
    with database.transaction() as session:
        order = add_order(session, add_run(session), state=OrderState.CONFIRMED)
        session.execute(text("UPDATE purchase_orders SET confirmed_at = now() - interval '100 s'"))
        for settling, marked in ((60, False), (600, True)):
            (one,) = audited_orders(session, COMPANY, days=35, settling=settling)
            assert (one.order_id, one.just_confirmed) == (order, marked)


def test_references_of_any_company_and_state_are_known_in_any_case(database: Database) -> None:
    with database.transaction() as session:
        add_order(session, add_run(session), vendor_invoice_number="RABC", company="another")
        assert known_references(session, [" rabc", "RXYZ", ""]) == {"rabc"}
        assert known_references(session, []) == set()


def test_many_orders_are_read_in_a_few_statements(database: Database) -> None:
    with database.transaction() as session:
        run = add_run(session)
        orders = [add_order(session, run, state=OrderState.CONFIRMED, is_due=False) for _ in range(60)]
    statements = 0

    def counted(*_: object) -> None:
        nonlocal statements
        statements += 1

    event.listen(database.engine, "before_cursor_execute", counted)
    with database.transaction() as session:
        assert found(session) == orders
    event.remove(database.engine, "before_cursor_execute", counted)
    assert statements == 4
