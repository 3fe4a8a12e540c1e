"""An order is held by one person at a time, its lines follow in one go, and what was received is never lost."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy.exc import IntegrityError

from replenisher.database import changes, companies, orders, submissions
from replenisher.database.models import Order
from replenisher.database.session import Database, Session
from replenisher.purchasing.platform import RequestLine
from replenisher.purchasing.states import AT_PLATFORM, OrderState
from tests.database.rows import COMPANY, LOCATION, add_order, add_run, at_once, stored_order

CONFIRMED = OrderState.CONFIRMED
LEASE = 90.0


def confirmed(database: Database, **values: object) -> int:
    with database.transaction() as session:
        return add_order(session, add_run(session), state=CONFIRMED, **values)  # type: ignore[arg-type]


def locked(session: Session, order_id: int) -> Order:
    return orders.locked(session, [order_id])[0]


def claim(database: Database, order_id: int, lease: float = LEASE) -> bool:
    with database.transaction() as session:
        return changes.claim(session, locked(session, order_id), lease=lease)


def test_a_claim_holds_the_order_until_its_lease_is_over(database: Database) -> None:
    order_id = confirmed(database)
    with database.transaction() as session:
        now = companies.now(session)
    assert claim(database, order_id)
    held = stored_order(database, order_id)
    assert held.lease_until is not None
    assert held.next_at is not None
    assert timedelta(0) <= held.lease_until - now - timedelta(seconds=LEASE) < timedelta(seconds=5)
    assert abs(held.next_at - held.lease_until) < timedelta(seconds=1)
    assert (held.state, held.fence) == ("confirmed", 1)
    assert not claim(database, order_id)


def test_a_lease_that_is_over_holds_nobody_off(database: Database) -> None:
    order_id = confirmed(database)
    assert claim(database, order_id, lease=-0.001)
    assert claim(database, order_id)


def test_of_eight_people_that_want_one_order_one_gets_it(database: Database) -> None:
    order_id = confirmed(database)

    def one(session: Session, _: int) -> bool:
        return changes.claim(session, locked(session, order_id), lease=LEASE)

    assert sorted(at_once(database, 8, one)) == [False] * 7 + [True]


def test_who_looked_before_the_claim_moves_nothing_afterwards(database: Database) -> None:
    order_id = confirmed(database)
    with database.transaction() as session:
        looked = submissions.claim_for_looking(session, order_id, states=AT_PLATFORM, lease=LEASE)
    assert looked is not None
    assert claim(database, order_id)
    with database.transaction() as session:
        assert not submissions.move(session, looked, OrderState.RECEIVED, name="received", actor="worker")
        submissions.look_again(session, looked, next_in=0.0)
    held = stored_order(database, order_id)
    assert held.lease_until is not None
    assert held.next_at is not None
    assert abs(held.next_at - held.lease_until) < timedelta(seconds=1)
    assert held.state == "confirmed"


def test_lines_are_replaced_and_what_was_received_of_a_line_stays(database: Database) -> None:
    order_id = confirmed(database)
    with database.transaction() as session:
        submissions.record_received(session, order_id, {"00123": 4})
    wanted = (RequestLine("00123", 20, Decimal("2.50")), RequestLine("NEW", 3, Decimal("1.00")))
    with database.transaction() as session:
        order = locked(session, order_id)
        changes.replace_lines(session, order, wanted, Decimal("53.00"))
        assert (order.units, order.value, order.lease_until) == (23, Decimal("53.0000"), None)
        lines = {
            line.sku: (line.quantity, line.unit_cost, line.received) for line in orders.lines_of(session, order_id)
        }
    assert lines == {"00123": (20, Decimal("2.5000"), 4), "NEW": (3, Decimal("1.0000"), 0)}
    assert stored_order(database, order_id).units == 23


def test_the_database_takes_no_line_of_nothing(database: Database) -> None:
    order_id = confirmed(database)
    with pytest.raises(IntegrityError), database.transaction() as session:
        changes.replace_lines(session, locked(session, order_id), (RequestLine("00123", 0, None),), None)
    assert stored_order(database, order_id).units == 18


def test_a_sequence_is_kept_where_it_is_free_and_else_counts_on(database: Database) -> None:
    order_id = confirmed(database, sequence=1)
    with database.transaction() as session:
        assert changes.free_sequence(session, locked(session, order_id), "99") == 1
        add_order(session, add_run(session), location="99", sequence=1)
        add_order(session, add_run(session), location="99", sequence=4)
        assert changes.free_sequence(session, locked(session, order_id), "99") == 5
        assert changes.free_sequence(session, locked(session, order_id), LOCATION) == 1


def test_an_order_is_found_by_its_id_at_the_companys_platform_alone(database: Database) -> None:
    order_id = confirmed(database, platform_order_id="p-1")
    with database.transaction() as session:
        found = changes.order_at(session, COMPANY, "p-1")
        assert found is not None
        assert found.id == order_id
        assert changes.order_at(session, "another", "p-1") is None
        assert changes.order_at(session, COMPANY, "p-2") is None
