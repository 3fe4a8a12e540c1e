"""What has become known of an order's lines since it was planned, and that no batch misses an order that is held."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, text, update
from sqlalchemy.exc import OperationalError

from replenisher.database import due, exceptions, last_checks, orders, overrides, submissions
from replenisher.database.exceptions import Matter
from replenisher.database.last_checks import DueOrder
from replenisher.database.models import CompanyState, Order, RunBatch, RunLocation
from replenisher.database.session import Database, Session
from replenisher.purchasing.overrides import NewOverride
from replenisher.purchasing.states import OrderState
from tests.database.rows import COMPANY, LOCATION, add_order, add_run

TODAY = date(2026, 3, 2)
APPROVED = OrderState.APPROVED


def due_order(session: Session, order_id: int) -> DueOrder | None:
    return last_checks.due_order(session, order_id, kind="order_not_sent", subject="products file")


def order_of(session: Session, order_id: int) -> Order:
    return session.get_one(Order, order_id)


@pytest.mark.parametrize("state", OrderState)
def test_only_an_approved_order_is_checked(database: Database, state: OrderState) -> None:
    with database.transaction() as session:
        order = add_order(session, add_run(session), state=state)
        assert (due_order(session, order) is not None) == (state is APPROVED)


def test_an_order_that_is_not_due_or_whose_company_is_paused_is_not_checked(database: Database) -> None:
    with database.transaction() as session:
        order = add_order(session, add_run(session), state=APPROVED)
        session.execute(update(Order).values(next_at=due.after(60)))
        assert due_order(session, order) is None
        session.execute(update(Order).values(next_at=due.after(-1)))
        assert due_order(session, order) is not None
        session.execute(insert(CompanyState).values(company=COMPANY, paused_at=due.after(-1)))
        assert due_order(session, order) is None


def test_it_is_known_whether_a_person_has_been_told_that_orders_wait(database: Database) -> None:
    with database.transaction() as session:
        order = add_order(session, add_run(session), state=APPROVED)
        for other in (("another", "order_not_sent", "products file"), (COMPANY, "order_held", "products file")):
            exceptions.raise_matter(session, Matter(*other, "why"))
        exceptions.raise_matter(session, Matter(COMPANY, "order_not_sent", "R1", "why"))
        assert is_told(session, order) is False
        exceptions.raise_matter(session, Matter(COMPANY, "order_not_sent", "products file", "why"))
        assert is_told(session, order) is True
        exceptions.resolve(session, COMPANY, ["products file"], ["order_not_sent"])
        assert is_told(session, order) is False


def is_told(session: Session, order_id: int) -> bool:
    found = due_order(session, order_id)
    assert found is not None
    return found.is_told


def quantity(units: int = 0, *, until: date = TODAY, **more: str) -> NewOverride:
    named = {"location": LOCATION, "sku": "00123"} | more
    return NewOverride(named["location"], named["sku"], None, None, units, until, "recalled")


def zeros(session: Session, order: Order, *, on: date = TODAY) -> list[str]:
    found = last_checks.lines_set_to_zero(session, order, on=on)
    assert list(found) == ["00123", "NA"]
    return [sku for sku, override in found.items() if override is not None and override.sku == sku]


def set_by_hand(session: Session, *new: NewOverride, **more: Any) -> list[int]:
    return [one.id for one in overrides.add(session, COMPANY, new, actor="person:anna", **more)]


def test_a_quantity_of_zero_in_force_stops_a_line_up_to_and_on_its_last_date(database: Database) -> None:
    with database.transaction() as session:
        order = order_of(session, add_order(session, add_run(session), state=APPROVED))
        set_by_hand(session, quantity(), quantity(sku="NA", until=TODAY - timedelta(days=1)))
        assert zeros(session, order) == ["00123"]
        assert zeros(session, order, on=TODAY + timedelta(days=1)) == []
        assert zeros(session, order, on=TODAY - timedelta(days=1)) == ["00123", "NA"]


def test_other_overrides_stop_nothing(database: Database) -> None:
    with database.transaction() as session:
        planned = add_run(session)
        later = add_run(session, state="open")
        order = order_of(session, add_order(session, planned, state=APPROVED))
        set_by_hand(session, quantity(1), quantity(location="9"), quantity(sku="another"))
        set_by_hand(session, NewOverride(LOCATION, "NA", 0, 0, None, TODAY, "being rebuilt"))
        overrides.add(session, "another", [quantity()], actor="person:anna")
        assert zeros(session, order) == []
        (for_a_run,) = set_by_hand(session, quantity(sku="NA"), for_run=later)
        assert zeros(session, order) == []
        overrides.withdraw(session, for_a_run, actor="person:anna")
        (used, gone) = set_by_hand(session, quantity(), quantity(sku="NA"))
        assert zeros(session, order) == ["00123", "NA"]
        overrides.mark_used(session, planned, [used], [LOCATION])
        overrides.withdraw(session, gone, actor="person:anna")
        assert zeros(session, order) == []


def newer_frame(session: Session, order_id: int) -> str | None:
    found = due_order(session, order_id)
    assert found is not None
    return found.newer_frame


def planned_frame(session: Session, run: int, *, location: str = LOCATION, state: str = "planned") -> str:
    frame = f"frame of run {run}"
    session.execute(insert(RunBatch).values(run_id=run, number=0, state="planned", frame=frame))
    session.execute(insert(RunLocation).values(run_id=run, location=location, batch=0, state=state))
    return frame


def test_the_newest_report_counts_that_was_planned_after_the_orders_own(database: Database) -> None:
    with database.transaction() as session:
        planned_frame(session, add_run(session))
        own = add_run(session)
        planned_frame(session, own)
        order = add_order(session, own, state=APPROVED)
        assert newer_frame(session, order) is None
        planned_frame(session, add_run(session))
        newest = planned_frame(session, add_run(session, state="reading"))
        planned_frame(session, add_run(session), state="refused")
        planned_frame(session, add_run(session), location="9")
        planned_frame(session, add_run(session, company="another"))
        assert newer_frame(session, order) == newest


def test_what_a_person_was_told_is_every_reason_that_the_order_was_ever_held_for(database: Database) -> None:
    with database.transaction() as session:
        order = order_of(session, add_order(session, add_run(session), state=OrderState.PROPOSED))
        for to_state, reasons in ((OrderState.HELD, ["a", "b"]), (APPROVED, []), (OrderState.HELD, ["c"])):
            evidence = {"reasons": reasons} if reasons else None
            submissions.move(session, order, to_state, name=to_state.value, actor="x", evidence=evidence)
            session.refresh(order)
        submissions.add_news(session, order, name="commented", actor="x", evidence={"reasons": ["d"]})
        add_order(session, add_run(session), state=APPROVED)
        assert last_checks.reasons_told(session, order.id) == {"a", "b", "c"}


def test_an_order_is_not_held_between_two_looks_of_a_batch(database: Database) -> None:
    with database.transaction() as session:
        order_id = add_order(session, add_run(session), state=APPROVED)

    def hold() -> None:
        with database.transaction() as session:
            session.execute(text("SET LOCAL lock_timeout = '50s'"))
            orders.keep_batches_out(session, COMPANY)
            (order,) = orders.locked(session, [order_id])
            submissions.move(session, order, OrderState.HELD, name="held", actor="x")

    with ThreadPoolExecutor(1) as pool:
        with database.transaction() as looking:
            assert orders.unapproved(looking, COMPANY, [LOCATION]) == {}
            later = pool.submit(hold)
            while not somebody_waits(database):
                assert not later.done()
            assert orders.in_flight(looking, COMPANY, [LOCATION]).in_flight == [12, 6]
        later.result()
    with database.transaction() as session:
        assert orders.unapproved(session, COMPANY, [LOCATION]) == {order_id: LOCATION}
        assert orders.in_flight(session, COMPANY, [LOCATION]).in_flight == []


def test_batches_do_not_wait_for_each_other_nor_for_other_companies(database: Database) -> None:
    with database.transaction() as first, database.transaction() as second, database.transaction() as third:
        second.execute(text("SET LOCAL lock_timeout = '50ms'"))
        third.execute(text("SET LOCAL lock_timeout = '50ms'"))
        orders.unapproved(first, COMPANY, [LOCATION])
        orders.unapproved(second, COMPANY, [LOCATION])
        orders.keep_batches_out(third, "another")
        with pytest.raises(OperationalError, match="lock timeout"):
            orders.keep_batches_out(third, COMPANY)
        third.rollback()


def somebody_waits(database: Database) -> bool:
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    with database.transaction() as session:
        return bool(session.execute(text(waiting)).scalar_one())
