"""A number that stands on papers of several days: reading the later days takes nothing from the earlier ones."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from replenisher.database.session import Database
from replenisher.database.stock_book import KeptStockBook, NewCount, add_count
from replenisher.purchasing.platform import ReportWindow
from replenisher.purchasing.stock import Movement, MovementKind, Standing
from tests.database.rows import COMPANY, LOCATION

SKU = "00123"
FIRST_WEEK = ReportWindow(date(2026, 11, 1), date(2026, 11, 7))
THIRD_WEEK = ReportWindow(date(2026, 11, 15), date(2026, 11, 21))


def line(kind: MovementKind, units: int, day: int, document: str = "CORNWIN1") -> Movement:
    return Movement(kind, document, f"{SKU}/{units}", SKU, units, datetime.fromisoformat(f"2026-11-{day:02d}T10:00"))


@pytest.fixture
def book(database: Database) -> KeptStockBook:
    """A book of which 10 units were counted on the first of the month."""
    with database.transaction() as session:
        add_count(
            session,
            COMPANY,
            NewCount(LOCATION, SKU, 10, datetime.fromisoformat("2026-11-01")),
            drift=None,
            actor="test",
        )
    return KeptStockBook(database)


def told(book: KeptStockBook, window: ReportWindow, *movements: Movement) -> Standing:
    """Post what is told of a window, and give what the book says then."""
    book.post(COMPANY, LOCATION, window, movements)
    (standing,) = book.standings(COMPANY, LOCATION)
    return standing


def test_a_refund_under_the_number_of_a_sale_of_weeks_ago_leaves_the_sale(book: KeptStockBook) -> None:
    assert told(book, FIRST_WEEK, line(MovementKind.SALE, 3, 2)).on_hand == 7
    after = told(book, THIRD_WEEK, line(MovementKind.RETURN, 1, 16))
    assert (after.on_hand, after.sold, after.returned) == (8, 3, 1)


@pytest.mark.parametrize(("day", "stays"), [(14, True), (15, False), (21, False), (22, True)])
def test_only_lines_of_the_days_that_were_read_are_taken_for_corrected(
    book: KeptStockBook, day: int, stays: bool
) -> None:
    told(book, FIRST_WEEK, line(MovementKind.SALE, 3, day))
    after = told(book, THIRD_WEEK, line(MovementKind.SALE, 2, 16))
    assert after.on_hand == (5 if stays else 8)


def test_the_second_day_of_a_receipt_leaves_the_first(book: KeptStockBook) -> None:
    told(book, FIRST_WEEK, line(MovementKind.RECEIPT, 6, 5, "R1"))
    assert told(book, THIRD_WEEK, line(MovementKind.RECEIPT, 4, 16, "R1")).on_hand == 20


def test_a_refund_under_the_number_of_a_sale_before_the_opening_lowers_what_is_owed(book: KeptStockBook) -> None:
    assert told(book, FIRST_WEEK, line(MovementKind.SALE, 3, 2)).sold_not_reordered == 0
    after = told(book, THIRD_WEEK, line(MovementKind.SALE, 5, 17, "CORNWIN2"), line(MovementKind.RETURN, 1, 16))
    assert (after.sold_not_reordered, after.sold_since_opening, after.ordered_since_opening) == (4, 4, 0)


def test_a_correction_of_a_sale_before_the_opening_is_no_debt(book: KeptStockBook) -> None:
    told(book, FIRST_WEEK, line(MovementKind.SALE, 3, 2))
    after = told(book, FIRST_WEEK, line(MovementKind.SALE, 4, 2))
    assert (after.on_hand, after.sold_not_reordered) == (6, 0)
