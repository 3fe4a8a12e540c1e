"""What is on the shelves: the newest count and every paper since, each once, however often papers are read."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, datetime, timedelta
from threading import Barrier

import pytest

from replenisher.database.session import Database
from replenisher.database.stock_book import NewCount, add_count, derived_at, known_counts, known_from, latest_counts
from replenisher.purchasing.platform import ReportWindow
from replenisher.purchasing.stock import Movement, Standing
from tests.database.ledger import DAY, EARLIER, MINUTE, NOON, SKU, WEEK, Ledger, receipt, returned, sale
from tests.database.rows import COMPANY, LOCATION
from tests.patience import PATIENCE_SECONDS

LineOf = Callable[..., Movement]


@pytest.fixture
def ledger(database: Database) -> Ledger:
    return Ledger(database)


def test_stock_is_the_count_and_what_came_and_went_since(ledger: Ledger) -> None:
    ledger.count(40, NOON - DAY)
    ledger.post(sale("I1", 7), returned("I2", 2), receipt("R1", 12))
    (standing,) = ledger.book.standings(COMPANY, LOCATION)
    assert standing == Standing(SKU, 47, 0, 40, NOON - DAY, received=12, sold=7, returned=2)


@pytest.mark.parametrize(("line_of", "change"), [(sale, -5), (returned, 5), (receipt, 5)])
def test_a_movement_at_the_moment_of_the_count_is_in_the_count_and_one_just_after_is_not(
    ledger: Ledger, line_of: LineOf, change: int
) -> None:
    ledger.count(40, NOON)
    ledger.post(line_of("before", 5, NOON - MINUTE), line_of("equal", 5, NOON))
    assert ledger.on_hand() == 40
    ledger.post(line_of("after", 5, NOON + timedelta(microseconds=1)))
    assert ledger.on_hand() == 40 + change


def test_the_newest_count_decides_in_whatever_order_counts_are_imported(ledger: Ledger) -> None:
    ledger.count(90, NOON + DAY)
    ledger.count(40, NOON - DAY)
    ledger.post(sale("I1", 7), sale("I2", 3, NOON + 2 * DAY))
    assert ledger.on_hand() == 87


def test_without_a_count_stock_is_not_known_and_a_count_of_zero_is_known(ledger: Ledger) -> None:
    ledger.post(sale("I1", 7), receipt("R1", 9, sku="NA"))
    ledger.count(0, NOON - DAY, "NA")
    standings = ledger.standings()
    assert standings[SKU] == Standing(SKU, None, 0)
    assert (standings["NA"].on_hand, standings["NA"].counted) == (9, 0)


def test_more_sold_than_counted_is_told_as_it_is(ledger: Ledger) -> None:
    ledger.count(2, NOON - DAY)
    ledger.post(sale("I1", 5))
    assert ledger.on_hand() == -3


def test_a_book_knows_nothing_of_another_location_or_company(ledger: Ledger) -> None:
    ledger.count(10, NOON - DAY)
    ledger.book.post(COMPANY, "36", WEEK, [sale("I1", 4)])
    ledger.book.post("another", LOCATION, WEEK, [sale("I1", 4)])
    assert ledger.on_hand() == 10
    assert [one.on_hand for one in ledger.book.standings(COMPANY, "36")] == [None]


def test_the_same_papers_read_twice_and_in_overlapping_windows_count_once(ledger: Ledger) -> None:
    papers = [sale(f"I{day}", 2, NOON + day * DAY) for day in range(4)]
    ledger.count(40, NOON - DAY)
    ledger.post(*papers[:3])
    ledger.post(*papers[:3])
    ledger.post(*papers[1:], window=ReportWindow(date(2026, 11, 3), date(2026, 11, 8)))
    assert ledger.on_hand() == 32


def test_a_sale_and_a_return_of_one_invoice_and_a_receipt_of_the_same_number_are_three_lines(ledger: Ledger) -> None:
    ledger.count(40, NOON - DAY)
    ledger.post(sale("7", 5), returned("7", 1), receipt("7", 12))
    assert ledger.on_hand() == 48
    # The same number of another kind of paper says nothing about this one.
    ledger.post(receipt("7", 12))
    assert ledger.on_hand() == 48
    ledger.post(sale("7", 5))
    assert ledger.on_hand() == 47, "the invoice is told without its return now"


def test_a_paper_that_is_told_with_other_lines_replaces_its_former_lines(ledger: Ledger) -> None:
    ledger.count(40, NOON - DAY)
    ledger.count(40, NOON - DAY, "NA")
    ledger.post(sale("I1", 5, key="5"), sale("I1", 3, sku="NA"), sale("I2", 1))
    ledger.post(sale("I1", 6, key="6"))
    assert (ledger.on_hand(), ledger.on_hand("NA")) == (33, 40)
    ledger.post(replace(sale("I1", 6, key="6"), units=4, moved_at=NOON + DAY))
    assert ledger.on_hand() == 35


def test_a_paper_that_is_not_told_any_more_stays(ledger: Ledger) -> None:
    ledger.count(40, NOON - DAY)
    ledger.post(sale("I1", 5), sale("I2", 1))
    ledger.post(sale("I2", 1))
    ledger.post()
    assert ledger.on_hand() == 34


def test_a_paper_that_was_moved_before_the_count_is_in_the_count(ledger: Ledger) -> None:
    ledger.count(40, NOON)
    ledger.post(sale("I1", 5, NOON + MINUTE))
    ledger.post(sale("I1", 5, NOON))
    assert ledger.on_hand() == 40


def test_threads_that_post_the_same_papers_at_once_write_them_once(ledger: Ledger) -> None:
    papers = [sale(f"I{number}", 1, NOON + number * MINUTE) for number in range(60)]
    ledger.count(100, NOON - DAY)
    start = Barrier(4)

    def posted(number: int) -> None:
        start.wait(PATIENCE_SECONDS)
        # Each has another reading order and another part of the papers, all together have them all.
        ledger.post(*reversed(papers[: 15 * (number + 1)]))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(posted, range(4)))
    assert (ledger.on_hand(), ledger.standings()[SKU].sold) == (40, 60)


def test_of_two_versions_of_a_paper_that_are_posted_at_once_one_remains(ledger: Ledger) -> None:
    ledger.open(WEEK)
    ledger.count(1000, NOON - DAY)
    start = Barrier(4)

    def posted(units: int) -> None:
        start.wait(PATIENCE_SECONDS)
        ledger.post(*(sale("I1", units, key=f"{units}/{place}") for place in range(30)))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(posted, (1, 2, 3, 4)))
    assert ledger.standings()[SKU].sold in (30, 60, 90, 120)


def test_a_book_that_is_not_open_is_read_as_far_back_as_was_asked(ledger: Ledger) -> None:
    assert ledger.window() == WEEK


def test_a_window_goes_back_to_three_days_before_the_end_of_the_book(ledger: Ledger) -> None:
    ledger.post(window=WEEK)
    late = ReportWindow(date(2026, 11, 20), date(2026, 11, 21))
    assert ledger.window(late) == ReportWindow(date(2026, 11, 4), date(2026, 11, 21))
    equal = ReportWindow(date(2026, 11, 4), date(2026, 11, 9))
    assert ledger.window(equal) == equal
    longer = ReportWindow(date(2026, 10, 1), date(2026, 11, 9))
    assert ledger.window(longer) == longer


def test_a_clock_that_was_once_far_ahead_hides_no_later_outage(ledger: Ledger) -> None:
    ledger.post(window=ReportWindow(WEEK.start, date(2027, 11, 7)))
    ledger.post(window=WEEK)
    assert ledger.window(ReportWindow(date(2026, 11, 20), date(2026, 11, 21))).start == date(2026, 11, 4)


def test_a_window_goes_back_to_the_oldest_of_the_newest_counts_until_the_book_has_it(ledger: Ledger) -> None:
    ledger.count(1, NOON - 60 * DAY)
    ledger.count(5, NOON - 20 * DAY)
    ledger.count(5, NOON - 3 * DAY, "NA")
    assert ledger.window() == ReportWindow((NOON - 20 * DAY).date(), WEEK.end)
    ledger.post(window=WEEK)
    assert ledger.window() == ReportWindow((NOON - 20 * DAY).date(), WEEK.end), "the book begins after the count"
    ledger.post(window=ledger.window())
    assert ledger.window() == WEEK


def test_a_count_of_the_very_day_on_which_the_book_begins_needs_nothing_older(ledger: Ledger) -> None:
    ledger.post(window=EARLIER)
    ledger.count(5, datetime.combine(EARLIER.start, datetime.min.time()))
    assert ledger.window() == ReportWindow(EARLIER.end - 3 * DAY, WEEK.end)
    ledger.count(5, datetime.combine(EARLIER.start, datetime.min.time()) - MINUTE, "NA")
    assert ledger.window().start == EARLIER.start - DAY


def test_a_book_is_known_from_its_first_day_on(ledger: Ledger, database: Database) -> None:
    def told() -> date | None:
        with database.transaction() as session:
            return known_from(session, COMPANY, LOCATION)

    assert told() is None
    ledger.post(window=WEEK)
    assert told() == WEEK.start
    ledger.post(window=EARLIER)
    ledger.post(window=WEEK)
    assert told() == EARLIER.start


def test_what_was_derived_for_a_moment_has_every_movement_up_to_it(ledger: Ledger, database: Database) -> None:
    def derived(moment: datetime, sku: str = SKU) -> int | None:
        with database.transaction() as session:
            return derived_at(session, COMPANY, LOCATION, sku, moment)

    ledger.open()
    ledger.count(40, NOON - DAY)
    ledger.count(90, NOON + DAY)
    ledger.post(sale("I0", 3, NOON - DAY), sale("I1", 5, NOON))
    ledger.post(receipt("R1", 12, NOON + MINUTE), returned("I2", 1, NOON + 2 * DAY))
    assert derived(NOON - MINUTE) == 40
    assert derived(NOON) == 35, "a sale at the very moment is in a count of that moment"
    assert derived(NOON + DAY) == 47, "a count is compared with the one before it, not with itself"
    assert derived(NOON + 2 * DAY) == 91
    assert derived(NOON - DAY) is None, "nothing was counted before"
    assert derived(NOON, "NA") is None


def test_nothing_was_derived_while_no_paper_since_the_count_had_been_read(ledger: Ledger, database: Database) -> None:
    def derived() -> int | None:
        with database.transaction() as session:
            return derived_at(session, COMPANY, LOCATION, SKU, NOON + DAY)

    ledger.count(40, NOON - DAY)
    assert derived() is None, "the book is not open"
    ledger.post(sale("I1", 5), window=ReportWindow(NOON.date(), WEEK.end))
    assert derived() is None, "the book begins the day after the count"
    ledger.post(sale("I1", 5), window=ReportWindow((NOON - DAY).date(), NOON.date()))
    assert derived() is None, "the book ends the day before the moment"
    ledger.post(sale("I1", 5), window=ReportWindow((NOON - DAY).date(), (NOON + DAY).date()))
    assert derived() == 35


def test_a_count_is_written_once_and_listed_with_its_drift(database: Database) -> None:
    first, second = NewCount(LOCATION, SKU, 40, NOON), NewCount("36", SKU, 41, NOON)
    with database.transaction() as session:
        add_count(session, COMPANY, first, drift=None, actor="person:anna")
        add_count(session, "another", first, drift=None, actor="person:anna")
    with database.transaction() as session:
        add_count(session, COMPANY, replace(first, quantity=99), drift=59, actor="person:bert")
        add_count(session, COMPANY, second, drift=-2, actor="person:bert")
    with database.transaction() as session:
        found = latest_counts(session, COMPANY, limit=10)
        told = [(one.location, one.quantity, one.drift, one.imported_by) for one in found]
        assert told == [("36", 41, -2, "person:bert"), (LOCATION, 40, None, "person:anna")]
        assert [one.location for one in latest_counts(session, COMPANY, location=LOCATION, limit=10)] == [LOCATION]
        assert len(latest_counts(session, COMPANY, limit=1)) == 1
        asked = [replace(first, quantity=99), second, replace(first, counted_at=NOON + MINUTE)]
        assert known_counts(session, COMPANY, asked) == {asked[0]: 40, second: 41}
