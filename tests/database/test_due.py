"""What is due is told once in a while, to one sweeper, and not at all while its company is paused."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import text, update

from replenisher.database import companies, due, run_batches
from replenisher.database.models import Order, PlanningRun
from replenisher.database.session import Database, Session
from replenisher.purchasing.states import OrderState
from tests.database.rows import COMPANY, add_order, add_run, at_once, make_due, stored_order

REHINT = 60.0
CONFIGURED = [COMPANY, "another", *(f"c{number}" for number in range(30))]


def due_orders(database: Database, count: int, **values: object) -> list[int]:
    with database.transaction() as session:
        run = add_run(session)
        return [add_order(session, run, state=OrderState.APPROVED, **values) for _ in range(count)]  # type: ignore[arg-type]


def hinted(session: Session, *, rehint: float = REHINT, limit: int = 500) -> list[int]:
    return [order for order, _ in due.hint_orders(session, CONFIGURED, rehint=rehint, limit=limit)]


def due_run(session: Session, *, company: str = COMPANY, state: str = "open") -> int:
    run = add_run(session, company=company, state=state)
    make_due(session, PlanningRun, run)
    return run


def test_a_due_order_is_told_with_its_state(database: Database) -> None:
    (order_id,) = due_orders(database, 1)
    with database.transaction() as session:
        assert due.hint_orders(session, CONFIGURED, rehint=REHINT, limit=500) == [(order_id, "approved")]


def test_an_order_is_not_told_again_until_the_rehint_time_has_passed(database: Database) -> None:
    (order_id,) = due_orders(database, 1)
    with database.transaction() as session:
        assert hinted(session) == [order_id]
    with database.transaction() as session:
        assert hinted(session) == []
        session.execute(text("SELECT pg_sleep(0.15)"))
        assert hinted(session, rehint=10) == []
        assert hinted(session, rehint=0.1) == [order_id]
        assert hinted(session, rehint=0.1) == []


def test_an_order_told_moments_before_its_worker_died_is_told_again_when_its_lease_is_over(database: Database) -> None:
    (order_id,) = due_orders(database, 1)
    with database.transaction() as session:
        assert hinted(session) == [order_id]
        session.execute(text("UPDATE purchase_orders SET hinted_at = clock_timestamp() - interval '61 s'"))
        assert hinted(session) == [order_id]


def test_what_is_not_due_yet_or_never_is_not_told(database: Database) -> None:
    due_orders(database, 1, is_due=False)
    (later,) = due_orders(database, 1)
    with database.transaction() as session:
        session.execute(
            text("UPDATE purchase_orders SET next_at = clock_timestamp() + interval '1 min' WHERE id = :id"),
            {"id": later},
        )
        assert hinted(session) == []
        assert due.oldest_due_seconds(session) is None


def test_the_longest_due_come_first_and_no_more_than_the_limit(database: Database) -> None:
    ids = due_orders(database, 6)
    with database.transaction() as session:
        for age, order_id in enumerate(ids):
            wanted = update(Order).where(Order.id == order_id)
            session.execute(wanted.values(next_at=due.after(-60 * (age + 1))))
    with database.transaction() as session:
        assert due.oldest_due_seconds(session) == pytest.approx(360, abs=5)
        assert set(hinted(session, limit=2)) == set(ids[-2:])
        assert set(hinted(session, limit=3)) == set(ids[1:4])
        assert set(hinted(session, limit=3)) == {ids[0]}


def test_the_limit_holds_however_the_server_plans_the_query(database: Database) -> None:
    due_orders(database, 30)
    with database.transaction() as session:
        run = [due_run(session, company=f"c{number}") for number in range(30)]
    with database.transaction() as session:
        for way in ("hashjoin", "mergejoin", "hashagg", "sort", "material", "indexscan", "bitmapscan"):
            session.execute(text(f"SET LOCAL enable_{way} = off"))
        assert len(hinted(session, limit=7)) == 7
        assert len(due.hint_runs(session, CONFIGURED, rehint=REHINT, limit=7)) == 7
    assert len(run) == 30


def test_a_paused_company_is_skipped_and_its_work_is_told_at_once_when_resumed(database: Database) -> None:
    ours = due_orders(database, 2)
    (other,) = due_orders(database, 1, company="another")
    with database.transaction() as session:
        run = due_run(session)
        assert set(hinted(session)) == {*ours, other}
        assert due.hint_runs(session, CONFIGURED, rehint=REHINT, limit=500) == [run]
        companies.pause(session, COMPANY, "wrong password")
        session.execute(text("UPDATE purchase_orders SET hinted_at = NULL"))
        session.execute(text("UPDATE planning_runs SET hinted_at = NULL"))
        assert hinted(session) == [other]
        assert due.hint_runs(session, CONFIGURED, rehint=REHINT, limit=500) == []
        assert companies.resume(session, COMPANY)
        assert set(hinted(session)) == set(ours)
        assert due.hint_runs(session, CONFIGURED, rehint=REHINT, limit=500) == [run]


def test_a_company_that_is_no_longer_configured_is_left_alone(database: Database) -> None:
    ours = due_orders(database, 1)
    due_orders(database, 1, company="left")
    with database.transaction() as session:
        run_batches.add_batches(session, due_run(session, company="left", state="reading"), [["00123"]])
        assert hinted(session) == ours
        assert due.hint_runs(session, CONFIGURED, rehint=REHINT, limit=500) == []
        assert due.hint_batches(session, CONFIGURED, rehint=REHINT, limit=500) == []
        assert due.hint_orders(session, [], rehint=-1, limit=500) == []


def test_eight_sweepers_at_once_tell_every_order_exactly_once(database: Database) -> None:
    ids = due_orders(database, 60)
    found = at_once(database, 8, lambda session, _: hinted(session, limit=10))
    told = [order for orders in found for order in orders]
    assert len(told) == len(set(told))
    with database.transaction() as session:
        told += hinted(session)
    assert sorted(told) == sorted(ids)


def test_a_sweeper_does_not_wait_for_another(database: Database) -> None:
    ids = due_orders(database, 4)
    with database.transaction() as first:
        taken = hinted(first, limit=2)
        with database.transaction() as second:
            others = hinted(second)
    assert sorted([*taken, *others]) == sorted(ids)
    assert not set(taken) & set(others)


def test_a_sweep_that_was_rolled_back_told_nobody(database: Database) -> None:
    ids = due_orders(database, 2)
    with database.engine.connect() as connection, Session(connection) as session:
        assert sorted(hinted(session)) == ids
        session.rollback()
    with database.transaction() as session:
        assert sorted(hinted(session)) == ids


def test_batches_are_told_only_while_their_run_reads(database: Database) -> None:
    with database.transaction() as session:
        reading = due_run(session, state="reading")
        closing = due_run(session, company="another", state="closing")
        for run in (reading, closing):
            run_batches.add_batches(session, run, [["00123"], ["11412"]])
    with database.transaction() as session:
        assert due.hint_batches(session, CONFIGURED, rehint=REHINT, limit=500) == [(reading, 0), (reading, 1)]
        assert due.hint_batches(session, CONFIGURED, rehint=REHINT, limit=500) == []
        assert due.hint_batches(session, CONFIGURED, rehint=-1, limit=1) in ([(reading, 0)], [(reading, 1)])
        companies.pause(session, COMPANY, "wrong password")
        assert due.hint_batches(session, CONFIGURED, rehint=-1, limit=500) == []


def test_a_claim_in_the_middle_of_a_sweep_is_not_disturbed(database: Database) -> None:
    (order_id,) = due_orders(database, 1)
    locked, swept = threading.Event(), threading.Event()

    def claim() -> None:
        with database.transaction() as session:
            session.execute(text("SELECT 1 FROM purchase_orders WHERE id = :id FOR UPDATE"), {"id": order_id})
            locked.set()
            assert swept.wait(10)

    claimer = threading.Thread(target=claim)
    claimer.start()
    assert locked.wait(10)
    with database.transaction() as session:
        assert hinted(session) == []
    swept.set()
    claimer.join()
    assert stored_order(database, order_id).hinted_at is None
