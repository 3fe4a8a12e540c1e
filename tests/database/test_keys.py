"""What the tables themselves refuse: second copies, nonsense, changed histories, moves that the business lacks."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import insert, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from replenisher.database import submissions
from replenisher.database.models import Order
from replenisher.database.session import Database, Session
from replenisher.purchasing.platform import RequestLine
from replenisher.purchasing.states import MOVES, OrderState
from tests.database.rows import SLOT, add_order, add_run, order_row, stored_order

Row = dict[str, Any]


def refused(database: Database, write: Callable[[Session], object]) -> str:
    """What the database says when it refuses a write."""
    with pytest.raises(DBAPIError) as caught, database.transaction() as session:
        write(session)
    return str(caught.value.orig)


@pytest.mark.parametrize(
    ("first", "second", "key"),
    [
        ({"sequence": 1}, {"sequence": 1}, "company_location_slot_kind_sequence"),
        ({"vendor_invoice_number": "R1"}, {"vendor_invoice_number": "R1"}, "vendor_invoice_number"),
        (
            {"vendor_invoice_number": "R1"},
            {"vendor_invoice_number": "R1", "company": "another"},
            "vendor_invoice_number",
        ),
        ({"platform_order_id": "po-1"}, {"platform_order_id": "po-1"}, "company_platform_order_id"),
    ],
)
def test_a_second_order_for_the_same_need_cannot_be_written(
    database: Database, first: Row, second: Row, key: str
) -> None:
    with database.transaction() as session:
        run = add_run(session)
        add_order(session, run, **first)
    assert f"uq_purchase_orders_{key}" in refused(database, lambda session: add_order(session, run, **second))


@pytest.mark.parametrize(
    "other",
    [
        {"sequence": 2},
        {"location": "00123"},
        {"company": "another", "platform_order_id": "po-1"},
        {"kind": "manual"},
        {"slot": SLOT.replace(minute=1)},
    ],
)
def test_an_order_for_another_need_is_accepted(database: Database, other: Row) -> None:
    with database.transaction() as session:
        run = add_run(session)
        add_order(session, run, sequence=1, platform_order_id="po-1")
        assert add_order(session, run, **{"sequence": 1, **other})


def test_orders_that_have_no_platform_id_yet_do_not_collide(database: Database) -> None:
    with database.transaction() as session:
        run = add_run(session)
        assert add_order(session, run) != add_order(session, run)


def test_one_slot_has_one_run_and_a_company_one_open_run(database: Database) -> None:
    with database.transaction() as session:
        add_run(session, slot=SLOT, state="closed")
        add_run(session, slot=SLOT, kind="manual", state="open")
    again = refused(database, lambda session: add_run(session, slot=SLOT))
    assert "uq_planning_runs_company_kind_slot" in again
    for state in ("open", "reading", "closing"):
        second = refused(database, lambda session, state=state: add_run(session, state=state))  # type: ignore[misc]
        assert "uq_planning_runs_one_open" in second
    with database.transaction() as session:
        assert add_run(session, company="another", state="open")


@pytest.mark.parametrize(
    ("line", "constraint"),
    [
        ("12, 0, 0", "purchase_order_lines_quantity"),
        ("12, -1, 0", "purchase_order_lines_quantity"),
        ("12, 1, -1", "purchase_order_lines_received"),
        ("12, 1, 0), (:order, '12', 1, 0", "pk_purchase_order_lines"),
    ],
)
def test_a_line_has_units_and_a_sku_stands_once(database: Database, line: str, constraint: str) -> None:
    with database.transaction() as session:
        order = add_order(session, add_run(session), lines=[RequestLine("00123", 1, None)])
    first, _, rest = line.partition(",")
    statement = (
        f"INSERT INTO purchase_order_lines (order_id, sku, quantity, received) VALUES (:order, '{first}',{rest})"  # noqa: S608 - this file's own words
    )
    assert constraint in refused(database, lambda session: session.execute(text(statement), {"order": order}))


@pytest.mark.parametrize(("column", "word"), [("kind", "nightly"), ("state", "sleeping")])
def test_a_run_knows_only_its_own_words(database: Database, column: str, word: str) -> None:
    said = refused(database, lambda session: add_run(session, **{column: word}))
    assert f"ck_planning_runs_{column}" in said


@pytest.mark.parametrize("table", ["order_attempts", "order_events"])
@pytest.mark.parametrize("change", ["UPDATE {} SET order_id = order_id", "DELETE FROM {}", "TRUNCATE {}"])
def test_a_history_is_never_changed(database: Database, table: str, change: str) -> None:
    with database.transaction() as session:
        order = session.get_one(Order, add_order(session, add_run(session)))
        submissions.record_attempt(session, order, request_sha256="0" * 64, worker="test")
        submissions.add_news(session, order, name="news", actor="test")
    said = refused(database, lambda session: session.execute(text(change.format(table))))
    assert f"{table} rows are never changed or deleted" in said
    with database.transaction() as session:
        assert session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() == 1  # noqa: S608 - named above


def test_nothing_takes_a_history_along(database: Database) -> None:
    with database.transaction() as session:
        order = session.get_one(Order, add_order(session, add_run(session)))
        submissions.add_news(session, order, name="news", actor="test")
    said = refused(database, lambda session: session.execute(text("TRUNCATE purchase_orders CASCADE")))
    assert "never changed or deleted" in said


def test_an_attempt_of_a_number_is_written_once(database: Database) -> None:
    with database.transaction() as session:
        order = session.get_one(Order, add_order(session, add_run(session)))
        submissions.record_attempt(session, order, request_sha256="0" * 64, worker="test")
    with pytest.raises(IntegrityError, match="pk_order_attempts"), database.transaction() as session:
        submissions.record_attempt(session, order, request_sha256="1" * 64, worker="test")


def test_the_database_refuses_exactly_the_moves_that_the_business_lacks(database: Database) -> None:
    move = text("UPDATE purchase_orders SET state = :end WHERE id = :id")
    allowed = set()
    with database.transaction() as session:
        run = add_run(session)
        ids = {start: add_order(session, run, state=start) for start in OrderState}
        for start, order in ids.items():
            for end in OrderState:
                step = session.begin_nested()
                with contextlib.suppress(IntegrityError):
                    session.execute(move, {"end": end.value, "id": order})
                    allowed.add((start, end))
                step.rollback()
    moves = {(start, end) for start, ends in MOVES.items() for end in ends}
    assert allowed == moves | {(state, state) for state in OrderState}


def test_a_state_that_no_table_knows_is_refused(database: Database) -> None:
    with database.transaction() as session:
        order = add_order(session, add_run(session), state=OrderState.APPROVED)
    move = text("UPDATE purchase_orders SET state = 'teleported' WHERE id = :id")
    assert "cannot go" in refused(database, lambda session: session.execute(move, {"id": order}))
    assert stored_order(database, order).state == "approved"


def test_an_order_needs_its_run(database: Database) -> None:
    said = refused(database, lambda session: session.execute(insert(Order).values(order_row(4711))))
    assert "fk_purchase_orders_run_id" in said
