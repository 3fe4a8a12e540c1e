"""What was sold and is on no order of ours yet: owed once, given back when nothing of the order comes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlalchemy import update

from replenisher.database.models import OrderLine
from replenisher.database.session import Database
from replenisher.database.stock_book import NOTHING_COMES
from replenisher.purchasing.platform import ReportWindow, RequestLine
from replenisher.purchasing.states import OrderState
from tests.database.ledger import DAY, EARLIER, NOON, SKU, WEEK, Ledger, receipt, returned, sale
from tests.database.rows import COMPANY, LOCATION, add_order, add_run

BEFORE = NOON - 4 * DAY
GIVES_BACK = {
    OrderState.PROPOSED,
    OrderState.HELD,
    OrderState.SUPERSEDED,
    OrderState.DECLINED,
    OrderState.REFUSED,
    OrderState.FAILED,
    OrderState.CANCELLED,
}


@pytest.fixture
def ledger(database: Database) -> Ledger:
    return Ledger(database)


def order(
    database: Database, units: int, state: OrderState = OrderState.CONFIRMED, *, received: int = 0, **values: str
) -> int:
    """Write an order of ours for the SKU."""
    lines: Sequence[RequestLine] = (RequestLine(SKU, units, None),)
    with database.transaction() as session:
        run = add_run(session, company=values.get("company", COMPANY))
        made = add_order(session, run, state=state, lines=lines, **values)
        session.execute(update(OrderLine).where(OrderLine.order_id == made).values(received=received))
    return made


def test_what_was_sold_before_the_book_was_opened_is_no_debt_and_what_is_sold_since_is(ledger: Ledger) -> None:
    ledger.open(EARLIER, [sale("I1", 9, BEFORE)])
    assert ledger.owed() == 0
    ledger.post(sale("I2", 5))
    assert ledger.owed() == 5
    ledger.post(sale("I2", 5))
    assert ledger.owed() == 5


def test_what_was_sold_before_stays_no_debt_when_its_paper_is_corrected_later(ledger: Ledger) -> None:
    ledger.open(EARLIER, [sale("I1", 9, BEFORE, key="9")])
    ledger.post(sale("I1", 7, BEFORE, key="7"), returned("I1", 1, BEFORE), window=EARLIER)
    assert ledger.owed() == 0
    ledger.post(sale("I2", 3))
    assert ledger.owed() == 3


def test_what_was_sold_before_is_no_debt_either_when_an_old_count_has_it_read_later(ledger: Ledger) -> None:
    ledger.open(WEEK, [sale("I1", 9)])
    ledger.count(40, BEFORE - DAY)
    widened = ledger.window(WEEK)
    assert widened.start == (BEFORE - DAY).date()
    ledger.post(sale("I0", 6, BEFORE), sale("I1", 9), window=widened)
    assert (ledger.owed(), ledger.on_hand()) == (0, 25)
    ledger.post(sale("I2", 4, NOON + DAY), window=WEEK)
    assert ledger.owed() == 4


def test_a_sale_that_is_told_late_for_a_day_the_book_already_had_is_owed(ledger: Ledger) -> None:
    ledger.open(WEEK)
    ledger.post(sale("I1", 2, NOON.replace(day=WEEK.start.day)), window=WEEK)
    assert ledger.owed() == 2


def test_returns_lower_the_debt_never_below_nothing_and_receipts_leave_it(ledger: Ledger) -> None:
    ledger.open()
    ledger.post(sale("I1", 5), returned("I2", 2), receipt("R1", 50))
    assert ledger.owed() == 3
    ledger.post(returned("I3", 3))
    assert ledger.owed() == 0
    ledger.post(returned("I4", 9))
    assert ledger.owed() == 0


def test_a_return_of_what_was_sold_before_the_opening_is_one_less_to_order(ledger: Ledger) -> None:
    ledger.open(EARLIER, [sale("I1", 9, BEFORE)])
    ledger.post(sale("I2", 5), returned("I3", 2))
    assert ledger.owed() == 3


@pytest.mark.parametrize("state", list(OrderState))
def test_an_order_of_ours_settles_the_debt_unless_nothing_of_it_comes(
    ledger: Ledger, database: Database, state: OrderState
) -> None:
    ledger.open()
    ledger.post(sale("I1", 5))
    order(database, 4, state, received=4 if state is OrderState.RECEIVED else 0)
    assert ledger.owed() == (5 if state in GIVES_BACK else 1)


def test_the_states_that_give_back_are_as_written_here() -> None:
    assert set(NOTHING_COMES) == {state.value for state in GIVES_BACK}


def test_an_order_that_was_closed_short_owes_its_remainder_and_one_on_its_way_owes_nothing(
    ledger: Ledger, database: Database
) -> None:
    ledger.open()
    ledger.post(sale("I1", 12))
    order(database, 6, OrderState.PARTLY_RECEIVED, received=1)
    assert ledger.owed() == 6
    order(database, 6, OrderState.RECEIVED, received=2)
    assert ledger.owed() == 4


def test_a_whole_pack_for_less_is_credit_for_the_next_sales(ledger: Ledger, database: Database) -> None:
    ledger.open()
    ledger.post(sale("I1", 5))
    order(database, 6)
    assert ledger.owed() == 0
    ledger.post(sale("I2", 1))
    assert ledger.owed() == 0
    ledger.post(sale("I3", 1))
    assert ledger.owed() == 1


def test_an_order_made_before_the_book_was_opened_settles_nothing(ledger: Ledger, database: Database) -> None:
    order(database, 6)
    ledger.open()
    ledger.post(sale("I1", 5))
    assert ledger.owed() == 5
    order(database, 2)
    assert ledger.owed() == 3


def test_the_opening_of_another_location_is_not_ours(ledger: Ledger, database: Database) -> None:
    for company, place in (("another", LOCATION), (COMPANY, "36")):
        ledger.book.post(company, place, WEEK, [])
        order(database, 6, company=company, location=place)
    order(database, 1)
    ledger.open()
    order(database, 2)
    for company, place in (("another", "36"), (COMPANY, "37")):
        ledger.book.post(company, place, WEEK, [])
    ledger.post(sale("I1", 5))
    assert ledger.owed() == 3


def test_orders_of_another_location_or_company_settle_nothing(ledger: Ledger, database: Database) -> None:
    ledger.open()
    ledger.post(sale("I1", 5))
    order(database, 6, location="36")
    order(database, 6, company="another", location=LOCATION)
    assert ledger.owed() == 5


def test_a_count_changes_no_debt(ledger: Ledger) -> None:
    ledger.open()
    ledger.post(sale("I1", 5))
    ledger.count(40, NOON + DAY)
    assert (ledger.owed(), ledger.on_hand()) == (5, 40)


def test_a_product_that_is_owed_and_never_counted_is_told_without_stock(ledger: Ledger) -> None:
    ledger.open(ReportWindow(EARLIER.start, EARLIER.end - timedelta(days=1)))
    ledger.post(sale("I1", 5, sku="NA"))
    assert (ledger.on_hand("NA"), ledger.owed("NA")) == (None, 5)
