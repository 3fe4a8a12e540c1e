"""One worker at a time holds an order, by the database's clock; a worker that is too late moves nothing."""

from __future__ import annotations

import ast
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

import replenisher.database
from replenisher.database import companies, orders, submissions
from replenisher.database.models import Order
from replenisher.database.session import Database, Session
from replenisher.errors import IllegalMoveError
from replenisher.purchasing.states import AT_PLATFORM, OrderState
from tests.database.rows import COMPANY, add_order, add_run, at_once, make_due, stored_order

APPROVED = OrderState.APPROVED
LEASE = 90.0


def approved(database: Database, count: int = 1, **values: object) -> list[int]:
    with database.transaction() as session:
        run = add_run(session)
        return [add_order(session, run, state=APPROVED, **values) for _ in range(count)]  # type: ignore[arg-type]


def claim(session: Session, order_id: int, *, lease: float = LEASE, at_most: int = 1000) -> Order | None:
    return submissions.claim_for_sending(session, order_id, lease=lease, at_once=at_most)


def claimed(database: Database, order_id: int, **how: float) -> Order:
    with database.transaction() as session:
        order = claim(session, order_id, **how)  # type: ignore[arg-type]
    assert order is not None
    return order


def names_of_events(database: Database, order_id: int) -> list[tuple[str, str | None]]:
    with database.transaction() as session:
        return [(event.name, event.to_state) for event in orders.events_of(session, order_id)]


def test_a_claim_takes_the_order_for_the_length_of_the_lease(database: Database) -> None:
    (order_id,) = approved(database)
    with database.transaction() as session:
        before = companies.now(session)
    order = claimed(database, order_id)
    assert (order.state, order.fence, order.attempts) == ("submitting", 1, 1)
    assert order.lease_until is not None
    assert timedelta(0) <= order.lease_until - before - timedelta(seconds=LEASE) < timedelta(seconds=5)
    assert order.next_at is not None
    assert abs(order.next_at - order.lease_until) < timedelta(seconds=1)
    assert order.first_sent_at is not None
    assert order.hinted_at is None


def test_of_eight_workers_that_want_one_order_one_gets_it(database: Database) -> None:
    for order_id in approved(database, 5):
        found = at_once(database, 8, lambda session, _, order_id=order_id: claim(session, order_id))  # type: ignore[misc]
        assert len([order for order in found if order is not None]) == 1
        assert stored_order(database, order_id).fence == 1


def test_a_claim_that_is_not_committed_hides_the_order_and_a_rollback_gives_it_back(database: Database) -> None:
    (order_id,) = approved(database)
    with database.engine.connect() as held:
        held.execute(text("SELECT 1 FROM purchase_orders WHERE id = :id FOR UPDATE"), {"id": order_id})
        with database.transaction() as session:
            assert claim(session, order_id) is None
        held.rollback()
    assert claimed(database, order_id).attempts == 1


@pytest.mark.parametrize("state", [state for state in OrderState if state is not APPROVED])
def test_only_an_approved_order_is_sent(database: Database, state: OrderState) -> None:
    with database.transaction() as session:
        order_id = add_order(session, add_run(session), state=state)
        assert claim(session, order_id) is None
    assert stored_order(database, order_id).state == state.value


def test_an_order_whose_time_has_not_come_is_not_sent(database: Database) -> None:
    (order_id,) = approved(database, is_due=False)
    with database.transaction() as session:
        assert claim(session, order_id) is None
        session.execute(text("UPDATE purchase_orders SET next_at = clock_timestamp() + interval '1 hour'"))
        assert claim(session, order_id) is None
        assert claim(session, 4711) is None


def test_nothing_is_sent_for_a_paused_company_until_it_is_resumed(database: Database) -> None:
    (order_id,) = approved(database)
    with database.transaction() as session:
        companies.pause(session, COMPANY, "wrong password")
        assert claim(session, order_id) is None
        companies.resume(session, COMPANY)
        assert claim(session, order_id) is not None


def test_only_so_many_orders_of_a_company_are_on_their_way_at_once(database: Database) -> None:
    first, second, third = approved(database, 3)
    (other,) = approved(database, company="another")
    with database.transaction() as session:
        assert claim(session, first, at_most=2)
        assert claim(session, second, at_most=2)
        assert claim(session, third, at_most=2) is None
        assert claim(session, other, at_most=2)
        submissions.move(session, stored_order_in(session, first), OrderState.REFUSED, name="refused", actor="test")
        assert claim(session, third, at_most=2)


def test_the_limit_holds_when_eight_workers_claim_different_orders_at_once(database: Database) -> None:
    with database.transaction() as session:
        companies.introduce(session, [COMPANY])
    for _ in range(3):
        ids = approved(database, 8)
        found = at_once(
            database,
            8,
            lambda session, number, ids=ids: claim(session, ids[number], at_most=3),  # type: ignore[misc]
        )
        assert len([order for order in found if order is not None]) == 3
        with database.transaction() as session:
            session.execute(text("UPDATE purchase_orders SET state = 'unknown' WHERE state = 'submitting'"))


def test_a_second_attempt_keeps_when_the_first_was_sent(database: Database) -> None:
    (order_id,) = approved(database)
    first = claimed(database, order_id)
    with database.transaction() as session:
        assert submissions.move(session, first, APPROVED, name="not_sent", actor="test", next_in=-1)
    second = claimed(database, order_id)
    assert (second.attempts, second.fence) == (2, 2)
    assert second.first_sent_at == first.first_sent_at


def test_a_worker_that_woke_up_late_moves_nothing_and_its_answer_is_kept_as_news(database: Database) -> None:
    (order_id,) = approved(database)
    frozen = claimed(database, order_id)
    with database.transaction() as session:
        make_due(session, Order, order_id)
        taken = submissions.claim_for_looking(session, order_id, states=frozenset({OrderState.SUBMITTING}), lease=LEASE)
        assert taken is not None
        assert submissions.move(session, taken, OrderState.UNKNOWN, name="lease_expired", actor="sweeper", next_in=30)
    before = stored_order(database, order_id)
    with database.transaction() as session:
        late = {"answer": "202 po-77"}
        assert not submissions.move(
            session,
            frozen,
            OrderState.ACCEPTED,
            name="accepted",
            actor="frozen",
            evidence=late,
            platform_order_id="po-77",
        )
    after = stored_order(database, order_id)
    columns = [column.key for column in Order.__table__.columns]
    assert [getattr(after, column) for column in columns] == [getattr(before, column) for column in columns]
    assert names_of_events(database, order_id) == [("lease_expired", "unknown"), ("late_accepted", None)]
    with database.transaction() as session:
        assert orders.events_of(session, order_id)[-1].evidence == late


def test_the_same_state_under_a_newer_fence_is_not_the_same_claim(database: Database) -> None:
    (order_id,) = approved(database)
    stale = claimed(database, order_id)
    with database.transaction() as session:
        assert submissions.move(session, stale, APPROVED, name="throttled", actor="test", next_in=-1)
    current = claimed(database, order_id)
    assert current.state == stale.state
    with database.transaction() as session:
        assert not submissions.move(session, stale, OrderState.REFUSED, name="refused", actor="stale")
        assert submissions.move(session, current, OrderState.ACCEPTED, name="accepted", actor="current", next_in=1)
    assert stored_order(database, order_id).state == "accepted"


def test_of_eight_answers_to_one_claim_one_counts(database: Database) -> None:
    (order_id,) = approved(database)
    order = claimed(database, order_id)
    moved = at_once(
        database,
        8,
        lambda session, number: submissions.move(
            session, order, OrderState.ACCEPTED, name="accepted", actor=str(number), next_in=1
        ),
    )
    assert sorted(moved) == [False] * 7 + [True]
    names = [name for name, _ in names_of_events(database, order_id)]
    assert sorted(names) == ["accepted"] + ["late_accepted"] * 7


def test_a_move_that_the_business_lacks_is_refused_before_it_is_written(database: Database) -> None:
    (order_id,) = approved(database)
    order = stored_order(database, order_id)
    with pytest.raises(IllegalMoveError), database.transaction() as session:
        submissions.move(session, order, OrderState.CONFIRMED, name="confirmed", actor="test")
    assert names_of_events(database, order_id) == []


def test_a_lease_runs_out_by_the_databases_clock(database: Database) -> None:
    (order_id,) = approved(database)
    claimed(database, order_id, lease=0.3)

    def look(session: Session) -> Order | None:
        wanted = frozenset({OrderState.SUBMITTING})
        return submissions.claim_for_looking(session, order_id, states=wanted, lease=LEASE)

    with database.transaction() as session:
        assert look(session) is None
        session.execute(text("SELECT pg_sleep(0.35)"))
        assert look(session) is not None
        assert look(session) is None


def test_no_query_asks_this_machines_clock() -> None:
    folder = Path(str(replenisher.database.__file__)).parent
    asked = [
        (path.name, node.attr)
        for path in folder.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
        if (node.value.id, node.attr) in {("datetime", "now"), ("datetime", "utcnow"), ("date", "today")}
        or node.value.id == "time"
    ]
    assert asked == []


def test_of_eight_workers_that_look_at_one_order_one_does(database: Database) -> None:
    with database.transaction() as session:
        order_id = add_order(session, add_run(session), state=OrderState.CONFIRMED)
    found = at_once(
        database,
        8,
        lambda session, _: submissions.claim_for_looking(session, order_id, states=AT_PLATFORM, lease=LEASE),
    )
    assert len([order for order in found if order is not None]) == 1


def stored_order_in(session: Session, order_id: int) -> Order:
    return session.get_one(Order, order_id)
