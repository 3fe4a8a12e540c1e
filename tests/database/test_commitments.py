"""What our orders have committed of the vendor's stock and of a budget, by their states and times."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select, text, update

from replenisher.database import commitments
from replenisher.database.models import OrderLine
from replenisher.database.session import Database
from replenisher.purchasing.platform import RequestLine
from replenisher.purchasing.states import WITHOUT_GOODS, OrderState
from tests.database.rows import COMPANY, LOCATION, add_order, add_run

NOON = datetime(2026, 3, 31, 12, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
TWELVE = (RequestLine("00123", 12, Decimal("2.50")),)
DAYS = (date(2026, 3, 1), date(2026, 3, 31))


def claimed(database: Database, *, beside: tuple[str, ...] = (), superseded: tuple[int, ...] = ()) -> dict[str, int]:
    with database.transaction() as session:
        return commitments.claimed(session, ["00123"], [NOON], beside=beside, superseded=superseded)


def spent(database: Database, *superseded: int) -> Decimal:
    with database.transaction() as session:
        return commitments.spent(session, COMPANY, *DAYS, superseded=superseded)


@pytest.mark.parametrize("state", OrderState)
def test_an_order_commits_from_its_proposal_on_until_it_ends_without_goods(
    database: Database, state: OrderState
) -> None:
    with database.transaction() as session:
        add_order(session, add_run(session), state=state, lines=TWELVE)
        session.execute(update(OrderLine).values(received=12 if state is OrderState.RECEIVED else 0))
    without = state in WITHOUT_GOODS
    assert claimed(database) == ({} if without else {"00123": 12})
    assert spent(database) == (0 if without else Decimal("30.0000"))


@pytest.mark.parametrize(
    ("accepted", "confirmed", "units"),
    [
        (None, None, 12),
        (NOON, NOON + SECOND, 0),
        (NOON + SECOND, None, 12),
        (None, NOON, 0),
        (None, NOON + SECOND, 12),
        (NOON - SECOND, None, 0),
    ],
)
def test_an_order_that_the_platform_had_by_the_moment_of_the_figure_claims_nothing_of_it(
    database: Database, accepted: datetime | None, confirmed: datetime | None, units: int
) -> None:
    with database.transaction() as session:
        values = {"accepted_at": accepted, "confirmed_at": confirmed}
        add_order(session, add_run(session), state=OrderState.CONFIRMED, lines=TWELVE, **values)
    assert claimed(database).get("00123", 0) == units


def test_each_sku_has_a_moment_of_its_own_and_others_are_not_asked_for(database: Database) -> None:
    lines = tuple(RequestLine(sku, 5, None) for sku in ("A", "B", "C"))
    with database.transaction() as session:
        add_order(session, add_run(session), state=OrderState.ACCEPTED, lines=lines, accepted_at=NOON)
        moments = [NOON, NOON - SECOND]
        assert commitments.claimed(session, ["A", "B"], moments, beside=[]) == {"B": 5}
        assert commitments.claimed(session, [], [], beside=[]) == {}


@pytest.mark.parametrize(
    ("state", "received", "units"),
    [
        (OrderState.RECEIVED, 9, 9),
        (OrderState.RECEIVED, 13, 13),
        (OrderState.PARTLY_RECEIVED, 9, 12),
        (OrderState.PARTLY_RECEIVED, 13, 13),
    ],
)
def test_an_order_that_was_closed_short_claims_what_came_and_an_open_one_all_of_it(
    database: Database, state: OrderState, received: int, units: int
) -> None:
    with database.transaction() as session:
        add_order(session, add_run(session), state=state, lines=TWELVE, accepted_at=NOON + SECOND)
        session.execute(update(OrderLine).values(received=received))
    assert claimed(database) == {"00123": units}


def test_every_company_claims_but_those_that_take_from_other_stock(database: Database) -> None:
    with database.transaction() as session:
        for company in (COMPANY, "other", "no_longer_configured"):
            add_order(session, add_run(session, company=company), company=company, lines=TWELVE)
    assert claimed(database) == {"00123": 36}
    assert claimed(database, beside=("other",)) == {"00123": 24}


def test_proposals_that_are_about_to_be_superseded_give_back_and_approved_ones_do_not(database: Database) -> None:
    with database.transaction() as session:
        run = add_run(session)
        ids = tuple(
            add_order(session, run, state=state, lines=TWELVE)
            for state in (OrderState.HELD, OrderState.PROPOSED, OrderState.APPROVED)
        )
    assert (claimed(database), spent(database)) == ({"00123": 36}, 90)
    assert (claimed(database, superseded=ids), spent(database, *ids)) == ({"00123": 12}, 30)


@pytest.mark.parametrize(
    ("slot", "value"),
    [("2026-02-28T23:59", 0), ("2026-03-01T00:00", 30), ("2026-03-31T23:59", 30), ("2026-04-01T00:00", 0)],
)
def test_an_order_is_spent_in_the_period_of_its_runs_slot(database: Database, slot: str, value: int) -> None:
    with database.transaction() as session:
        add_order(session, add_run(session), lines=TWELVE, slot=datetime.fromisoformat(slot))
        other = add_run(session, company="other")
        add_order(session, other, company="other", lines=TWELVE)
    assert spent(database) == value


def test_lines_of_unknown_cost_are_left_out_of_what_is_spent(database: Database) -> None:
    with database.transaction() as session:
        lines = (*TWELVE, RequestLine("NA", 6, None))
        add_order(session, add_run(session), lines=lines, location=LOCATION)
    assert spent(database) == 30


def test_runs_that_close_on_the_stock_wait_for_each_other_and_then_see_what_was_written(database: Database) -> None:
    """The second asks while the first holds the turn, and reads only once the first has committed."""
    asked, found = threading.Event(), []

    def second() -> None:
        with database.transaction() as session:
            session.execute(text("SELECT 1"))
            asked.set()
            assert commitments.wait_for_turn(session)
            found.append(session.execute(select(OrderLine.quantity)).scalars().all())

    with database.transaction() as session:
        assert commitments.wait_for_turn(session)
        thread = threading.Thread(target=second)
        thread.start()
        asked.wait(10)
        add_order(session, add_run(session), lines=TWELVE)
    thread.join(20)
    assert found == [[12]]


def test_a_wait_that_takes_too_long_is_told_instead_of_ending_in_an_error(database: Database) -> None:
    with database.transaction() as first, database.transaction() as other:
        assert commitments.wait_for_turn(first)
        other.execute(text("SET LOCAL lock_timeout = '50ms'"))
        assert not commitments.wait_for_turn(other)
        other.rollback()
