"""What counts as on its way to a location, and what its orders were worth before."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from replenisher.database import orders, submissions
from replenisher.database.models import Order
from replenisher.database.session import Database, Session
from replenisher.purchasing.platform import RequestLine
from replenisher.purchasing.states import OrderState
from tests.database.rows import COMPANY, LOCATION, add_order, add_run

COUNTED = {"approved", "submitting", "unknown", "needs_person", "accepted", "duplicate"}
"""Orders that the inventory report need not show yet; a confirmed one was read before the report was asked for."""


def counted(session: Session, *locations: str, company: str = COMPANY) -> dict[tuple[str, str], int]:
    found = orders.in_flight(session, company, locations or [LOCATION])
    return dict(zip(zip(found.location, found.sku, strict=True), found.in_flight, strict=True))


def line(quantity: int, sku: str = "00123") -> RequestLine:
    return RequestLine(sku, quantity, None)


@pytest.mark.parametrize("state", OrderState)
def test_an_order_counts_from_approval_until_the_report_shows_it(database: Database, state: OrderState) -> None:
    with database.transaction() as session:
        add_order(session, add_run(session), state=state, lines=[line(12)])
        expected = {(LOCATION, "00123"): 12} if state.value in COUNTED else {}
        assert counted(session) == expected


def test_orders_of_one_location_add_up_by_sku(database: Database) -> None:
    with database.transaction() as session:
        run = add_run(session)
        add_order(session, run, state=OrderState.APPROVED, lines=[line(12), line(6, "NA")])
        add_order(session, run, state=OrderState.UNKNOWN, lines=[line(5)])
        add_order(session, run, state=OrderState.CONFIRMED, lines=[line(100)])
        add_order(session, run, state=OrderState.ACCEPTED, lines=[line(7)], location="123")
        add_order(session, run, state=OrderState.ACCEPTED, lines=[line(9)], company="another")
        assert counted(session) == {(LOCATION, "00123"): 17, (LOCATION, "NA"): 6}
        assert counted(session, LOCATION, "123")["123", "00123"] == 7
        assert counted(session, "nowhere") == {}
        assert counted(session, company="another") == {(LOCATION, "00123"): 9}


@pytest.mark.parametrize(("received", "open_units"), [(0, 12), (11, 1), (12, 0), (13, 0)])
def test_only_what_is_still_open_counts_and_never_less_than_nothing(
    database: Database, received: int, open_units: int
) -> None:
    with database.transaction() as session:
        run = add_run(session)
        order = add_order(session, run, state=OrderState.NEEDS_PERSON, lines=[line(12)])
        submissions.record_received(session, order, {"00123": received})
        assert counted(session) == ({(LOCATION, "00123"): open_units} if open_units else {})


def test_too_much_received_of_one_order_takes_nothing_from_another(database: Database) -> None:
    with database.transaction() as session:
        run = add_run(session)
        over = add_order(session, run, state=OrderState.NEEDS_PERSON, lines=[line(12)])
        add_order(session, run, state=OrderState.APPROVED, lines=[line(6)])
        submissions.record_received(session, over, {"00123": 20})
        assert counted(session) == {(LOCATION, "00123"): 6}


drawn = st.lists(
    st.tuples(st.sampled_from(OrderState), st.sampled_from(["A", "B"]), st.integers(1, 30), st.integers(0, 40)),
    max_size=8,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drawn)
def test_the_sum_is_what_adding_up_by_hand_gives(
    database: Database, drawn: list[tuple[OrderState, str, int, int]]
) -> None:
    by_hand: dict[tuple[str, str], int] = {}
    with database.engine.connect() as connection, Session(connection) as session:
        run = add_run(session)
        for state, sku, quantity, received in drawn:
            order = add_order(session, run, state=state, lines=[line(quantity, sku)])
            submissions.record_received(session, order, {sku: received})
            if state.value in COUNTED and quantity > received:
                by_hand[LOCATION, sku] = by_hand.get((LOCATION, sku), 0) + quantity - received
        assert counted(session) == by_hand
        session.rollback()


def test_what_was_received_never_falls(database: Database) -> None:
    with database.transaction() as session:
        order = add_order(session, add_run(session), lines=[line(12), line(6, "NA")])
        assert submissions.record_received(session, order, {"00123": 5, "NA": 6, "stranger": 3}) == 2
        assert submissions.record_received(session, order, {"00123": 4, "NA": 6}) == 0
        assert {one.sku: one.received for one in orders.lines_of(session, order)} == {"00123": 5, "NA": 6}


def confirmed(
    session: Session, run: int, value: str | None, age_days: int, state: OrderState = OrderState.CONFIRMED
) -> int:
    order = add_order(session, run, state=state, value=None if value is None else Decimal(value))
    set_age = text("UPDATE purchase_orders SET confirmed_at = now() - make_interval(days => :days) WHERE id = :id")
    session.execute(set_age, {"days": age_days, "id": order})
    return order


def test_the_values_of_placed_orders_come_newest_first(database: Database) -> None:
    with database.transaction() as session:
        run = add_run(session)
        # Written in another order than confirmed: an order that was unknown for long is confirmed late.
        confirmed(session, run, "20", 2)
        confirmed(session, run, "10", 1, OrderState.PARTLY_RECEIVED)
        confirmed(session, run, "30", 3, OrderState.RECEIVED)
        confirmed(session, run, None, 0)
        for state in set(OrderState) - {OrderState.CONFIRMED, OrderState.PARTLY_RECEIVED, OrderState.RECEIVED}:
            confirmed(session, run, "999", 0, state)
        found = orders.placed_values(session, COMPANY, [LOCATION, "nowhere"], 8)
        assert found == {LOCATION: [Decimal(10), Decimal(20), Decimal(30)]}
        assert orders.placed_values(session, COMPANY, [LOCATION], 2) == {LOCATION: [Decimal(10), Decimal(20)]}
        assert orders.placed_values(session, "another", [LOCATION], 8) == {}


def test_an_unknown_value_does_not_take_the_place_of_a_known_one(database: Database) -> None:
    with database.transaction() as session:
        run = add_run(session)
        confirmed(session, run, None, 0)
        confirmed(session, run, "10", 1)
        assert orders.placed_values(session, COMPANY, [LOCATION], 1) == {LOCATION: [Decimal(10)]}


def test_proposals_that_nobody_approved_are_found_to_be_superseded(database: Database) -> None:
    with database.transaction() as session:
        run = add_run(session)
        ids = {state: add_order(session, run, state=state) for state in OrderState}
        add_order(session, run, location="elsewhere")
        assert set(orders.unapproved(session, COMPANY, [LOCATION])) == {
            ids[OrderState.PROPOSED],
            ids[OrderState.HELD],
        }
        turned_down = {state for state, order in ids.items() if orders.locations_approved(session, [order]) == set()}
        assert {state.value for state in turned_down} == {"proposed", "held", "declined", "superseded"}


def test_an_order_is_found_by_id_or_by_reference_in_any_case(database: Database) -> None:
    with database.transaction() as session:
        order = add_order(session, add_run(session), vendor_invoice_number="R6HKXRK767FHJXD4D7")
        for said in (str(order), f" {order} ", "r6hkxrk767fhjxd4d7", " R6HKXRK767FHJXD4D7\n"):
            found = orders.find_order(session, said)
            assert isinstance(found, Order)
            assert found.id == order
        for said in ("", "4711", "R6HKXRK767FHJXD4D", "9" * 30, "²", "-1"):
            assert orders.find_order(session, said) is None


def test_lines_are_sent_as_they_were_written(database: Database) -> None:
    lines = [RequestLine("00123", 12, Decimal("2.5000")), RequestLine("NA", 6, None)]
    with database.transaction() as session:
        order = add_order(session, add_run(session), lines=lines)
        assert orders.requested_lines(session, order) == tuple(lines)
        assert orders.add_orders(session, [], []) == []


def test_orders_are_listed_newest_first_and_counted_by_state(database: Database) -> None:
    with database.transaction() as session:
        first, second = add_run(session), add_run(session)
        old = add_order(session, first, state=OrderState.HELD, lines=[line(1, "B"), line(3, "C")], units=4)
        new = add_order(session, second, state=OrderState.HELD, location="00123", units=18)
        other = add_order(session, second, state=OrderState.RECEIVED, company="another", units=2)
        assert [order.id for order in orders.listed(session)] == [other, new, old]
        assert [order.id for order in orders.listed(session, company=COMPANY, limit=1)] == [new]
        assert [order.id for order in orders.listed(session, location=LOCATION, states=["held"])] == [old]
        assert [order.id for order in orders.listed(session, run_id=second)] == [other, new]
        assert orders.counts_by_state(session) == {"held": (2, 22), "received": (1, 2)}
        assert orders.counts_by_state(session, company="another") == {"received": (1, 2)}
        assert orders.biggest_line(session, first) == (LOCATION, "C")
        assert orders.biggest_line(session, 4711) is None


def test_orders_still_alive_of_companies_no_longer_configured_are_counted(database: Database) -> None:
    with database.transaction() as session:
        run = add_run(session)
        add_order(session, run)
        for alive in (True, True, False):
            add_order(session, run, company="left", is_due=alive)
        assert orders.live_without(session, [COMPANY]) == {"left": 2}
        assert orders.live_without(session, [COMPANY, "left"]) == {}
        assert orders.live_without(session, []) == {COMPANY: 1, "left": 2}


def test_an_id_at_the_platform_belongs_to_one_order_of_ours(database: Database) -> None:
    with database.transaction() as session:
        run = add_run(session)
        owner = session.get_one(Order, add_order(session, run, platform_order_id="po-1"))
        other = session.get_one(Order, add_order(session, run))
        foreign = session.get_one(Order, add_order(session, run, company="another"))
        assert submissions.owner_of(session, other, "po-1") == owner.vendor_invoice_number
        assert submissions.owner_of(session, owner, "po-1") is None
        assert submissions.owner_of(session, foreign, "po-1") is None
        assert submissions.owner_of(session, other, "po-2") is None
        assert submissions.owner_of(session, other, None) is None
