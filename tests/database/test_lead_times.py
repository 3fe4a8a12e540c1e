"""Measured lead times: of our own received orders, robust against the forgotten one, only where there are enough."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, update

from replenisher.database.lead_times import LEAST_ORDERS, LeadTime, lead_time_at, measured_lead_times
from replenisher.database.models import Order
from replenisher.database.session import Database
from replenisher.purchasing.states import OrderState
from tests.database.rows import COMPANY, LOCATION, add_order, add_run

ELSEWHERE = "20001"


def received(database: Database, *took: float, location: str = LOCATION, ago: float = 1, **values: Any) -> None:
    """Write received orders that took so many days each, the last receipt so many days ago."""
    with database.transaction() as session:
        run = add_run(session)
        for days in took:
            order = add_order(session, run, state=OrderState.RECEIVED, location=location, **values)
            end = func.now() - timedelta(days=ago)
            begun = {"accepted_at": end - timedelta(days=days), "received_at": end}
            session.execute(update(Order).where(Order.id == order).values(**begun))


def measured(database: Database, **options: float) -> dict[str | None, LeadTime]:
    with database.transaction() as session:
        return measured_lead_times(session, COMPANY, **options)


def test_the_worked_example(database: Database) -> None:
    received(database, 2, 3, 3, 4, 90)
    found = measured(database)
    assert set(found) == {LOCATION, None}
    for one in found.values():
        assert one.orders == 5
        assert one.median_days == pytest.approx(3)
        assert one.spread_days == pytest.approx(1 / 1.349)
        assert one.mean_days == pytest.approx(20.4)


def test_each_location_has_its_own_and_the_company_that_of_all(database: Database) -> None:
    received(database, 1, 1, 1)
    received(database, 9, location=ELSEWHERE)
    found = measured(database)
    assert {where: (one.orders, round(one.median_days, 6)) for where, one in found.items()} == {
        LOCATION: (3, 1.0),
        ELSEWHERE: (1, 9.0),
        None: (4, 1.0),
    }


def test_an_order_whose_answer_was_lost_begins_when_it_was_first_seen_there(database: Database) -> None:
    received(database, 5)
    with database.transaction() as session:
        session.execute(update(Order).values(accepted_at=None, confirmed_at=Order.received_at - timedelta(days=2)))
    assert measured(database)[LOCATION].median_days == pytest.approx(2)


def test_orders_that_were_not_received_or_long_ago_or_of_others_do_not_count(database: Database) -> None:
    received(database, 2, ago=29)
    received(database, 8, ago=31)
    received(database, 8, company="999")
    with database.transaction() as session:
        half = add_order(session, add_run(session), state=OrderState.PARTLY_RECEIVED)
        begun = {"accepted_at": func.now() - timedelta(days=9), "received_at": func.now()}
        session.execute(update(Order).where(Order.id == half).values(**begun))
    found = measured(database, since_days=30)
    assert found[None].orders == 1
    assert found[LOCATION].median_days == pytest.approx(2)


def test_an_order_received_before_it_began_is_a_clock_s_fault_and_does_not_count(database: Database) -> None:
    received(database, -1)
    assert measured(database) == {}


def test_without_a_received_order_nothing_is_measured(database: Database) -> None:
    assert measured(database) == {}


def lead_time(orders: int) -> LeadTime:
    return LeadTime(orders, 3.0, 1.0, 3.0)


def test_a_location_with_enough_orders_has_its_own_lead_time_one_with_fewer_the_company_s() -> None:
    few, enough, all_of_them = lead_time(LEAST_ORDERS - 1), lead_time(LEAST_ORDERS), lead_time(LEAST_ORDERS + 1)
    found = {"few": few, "enough": enough, None: all_of_them}
    assert lead_time_at(found, "enough") is enough
    assert lead_time_at(found, "few") is all_of_them
    assert lead_time_at(found, "new") is all_of_them


def test_a_company_with_too_few_orders_has_no_measured_lead_time() -> None:
    assert lead_time_at({"few": lead_time(2), None: lead_time(4)}, "few") is None
    assert lead_time_at({}, "few") is None
