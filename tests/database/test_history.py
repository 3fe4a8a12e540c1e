"""What happened to an order is written down beside it, and small steps touch only what they should."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest
from sqlalchemy import text

from replenisher.database import companies, orders, submissions
from replenisher.database.models import Order
from replenisher.database.session import Database, Session
from replenisher.purchasing.states import AT_PLATFORM, OrderState
from tests.database.rows import COMPANY, add_order, add_run, stored_order


def read(session: Session, order_id: int) -> Order:
    return session.get_one(Order, order_id)


def seconds_until_due(database: Database, order_id: int) -> float | None:
    with database.transaction() as session:
        query = text("SELECT extract(epoch FROM next_at - clock_timestamp()) FROM purchase_orders WHERE id = :id")
        found = session.execute(query, {"id": order_id}).scalar_one()
    return None if found is None else float(found)


def test_a_whole_life_is_told_in_order(database: Database) -> None:
    life = ["approved", "submitting", "accepted", "confirmed", "partly_received", "received"]
    with database.transaction() as session:
        order_id = add_order(session, add_run(session))
        for state in life:
            order = session.get_one(Order, order_id, populate_existing=True)
            evidence = {"reached": state}
            assert submissions.move(session, order, OrderState(state), name=state, actor="test", evidence=evidence)
    with database.transaction() as session:
        events = orders.events_of(session, order_id)
    assert [(event.from_state, event.to_state) for event in events] == list(
        zip(["proposed", *life], life, strict=False)
    )
    assert [event.evidence for event in events] == [{"reached": state} for state in life]
    assert all(earlier.at < later.at for earlier, later in pairwise(events))
    assert seconds_until_due(database, order_id) is None


def test_a_claim_and_its_attempt_are_written_together(database: Database) -> None:
    with database.transaction() as session:
        order_id = add_order(session, add_run(session), state=OrderState.APPROVED)
    with database.transaction() as session:
        order = submissions.claim_for_sending(session, order_id, lease=90, at_once=8)
        assert order is not None
        submissions.record_attempt(session, order, request_sha256="a" * 64, worker="host:1")
        submissions.record_claim(session, order, actor="host:1")
    with database.transaction() as session:
        (attempt,) = orders.attempts_of(session, order_id)
        (event,) = orders.events_of(session, order_id)
    assert (attempt.attempt, attempt.fence, attempt.request_sha256, attempt.worker) == (1, 1, "a" * 64, "host:1")
    assert (event.name, event.from_state, event.to_state, event.attempt) == ("claimed", "approved", "submitting", 1)


def test_news_moves_nothing(database: Database) -> None:
    with database.transaction() as session:
        order_id = add_order(session, add_run(session), state=OrderState.UNKNOWN)
        submissions.add_news(session, read(session, order_id), name="looked_up_absent", actor="test")
    with database.transaction() as session:
        (event,) = orders.events_of(session, order_id)
    assert (event.from_state, event.to_state, event.attempt) == ("unknown", None, None)
    assert stored_order(database, order_id).state == "unknown"


def test_many_events_are_appended_at_once(database: Database) -> None:
    with database.transaction() as session:
        order_id = add_order(session, add_run(session))
        orders.add_events(session, [])
        orders.add_events(session, [{"order_id": order_id, "name": name, "actor": "test"} for name in ("a", "b")])
        assert [event.name for event in orders.events_of(session, order_id)] == ["a", "b"]


def test_fresh_proposals_are_approved_or_held_and_others_are_left_alone(database: Database) -> None:
    with database.transaction() as session:
        run = add_run(session)
        good, doubtful = add_order(session, run, is_due=False), add_order(session, run, is_due=False)
        gone = add_order(session, run, is_due=False, state=OrderState.SUPERSEDED)
        submissions.settle_proposals(session, [good, gone], {doubtful: ["value 600.00 is above the limit of 500.00"]})
    assert stored_order(database, good).state == "approved"
    assert (seconds_until_due(database, good) or 1) <= 0
    held = stored_order(database, doubtful)
    assert (held.state, held.hold_reasons) == ("held", ["value 600.00 is above the limit of 500.00"])
    assert seconds_until_due(database, doubtful) is None
    assert stored_order(database, gone).state == "superseded"


def test_nothing_to_settle_settles_nothing(database: Database) -> None:
    with database.transaction() as session:
        order_id = add_order(session, add_run(session))
        submissions.settle_proposals(session, [], {})
    assert stored_order(database, order_id).state == "proposed"


def test_looking_again_needs_the_same_claim(database: Database) -> None:
    with database.transaction() as session:
        order_id = add_order(session, add_run(session), state=OrderState.UNKNOWN)
    stale = stored_order(database, order_id)
    with database.transaction() as session:
        wanted = frozenset({OrderState.UNKNOWN})
        current = submissions.claim_for_looking(session, order_id, states=wanted, lease=90)
        assert current is not None
        submissions.look_again(session, stale, next_in=5)
    assert seconds_until_due(database, order_id) == pytest.approx(90, abs=5)
    with database.transaction() as session:
        submissions.look_again(session, current, next_in=300, polls=3)
    assert seconds_until_due(database, order_id) == pytest.approx(300, abs=5)
    assert stored_order(database, order_id).polls == 3


def test_a_receipt_in_a_report_makes_its_order_due_now_and_no_other(database: Database) -> None:
    with database.transaction() as session:
        run = add_run(session)
        ids = {
            state: add_order(session, run, state=state, is_due=False, platform_order_id=f"po-{state.value}")
            for state in OrderState
        }
        other = add_order(session, run, state=OrderState.CONFIRMED, is_due=False, platform_order_id="po-other")
        foreign = add_order(
            session, run, state=OrderState.CONFIRMED, is_due=False, platform_order_id="po-confirmed", company="another"
        )
        submissions.look_soon(session, COMPANY, [])
        submissions.look_soon(session, COMPANY, {f"po-{state.value}" for state in OrderState})
    due = {state for state, order_id in ids.items() if seconds_until_due(database, order_id) is not None}
    assert due == AT_PLATFORM
    assert seconds_until_due(database, other) is None
    assert seconds_until_due(database, foreign) is None


def test_time_in_a_state_is_told_by_the_databases_clock(database: Database) -> None:
    with database.transaction() as session:
        order_id = add_order(session, add_run(session), state=OrderState.ACCEPTED)
        aged = text("UPDATE purchase_orders SET state_since = clock_timestamp() - interval '100 s'")
        session.execute(aged)
        order = read(session, order_id)
        assert submissions.seconds_in_state(session, order) == pytest.approx(100, abs=5)
        submissions.move(session, order, OrderState.UNKNOWN, name="not_visible", actor="test")
        session.refresh(order)
        assert submissions.seconds_in_state(session, order) < 5
        shown = companies.now(session)
        assert order.state_since <= shown
        assert shown.utcoffset() == timedelta(0)


def test_locking_orders_reads_them_lowest_id_first(database: Database) -> None:
    with database.transaction() as session:
        run = add_run(session)
        ids = [add_order(session, run) for _ in range(3)]
    with database.transaction() as first:
        assert [order.id for order in orders.locked(first, list(reversed(ids)))] == ids
        with database.transaction() as second:
            free = text("SELECT id FROM purchase_orders FOR UPDATE SKIP LOCKED")
            assert second.execute(free).all() == []
    with database.transaction() as session:
        found = orders.order_of(session, ids[0])
        assert found is not None
        assert found.id == ids[0]
        assert orders.order_of(session, 4711) is None
