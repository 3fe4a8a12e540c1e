"""A busy location's book: more papers than a statement has room for values, added up as quickly without statistics."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import insert, text

from replenisher.database.session import Database
from replenisher.database.stock_book import KeptStockBook, standings
from replenisher.database.stock_models import StockCount
from replenisher.purchasing.platform import ReportWindow
from replenisher.purchasing.stock import Movement, MovementKind
from tests.database.rows import COMPANY, LOCATION

PAPERS = 65_536
"""One more than the values that a statement can hold."""
SKUS = 400
COUNTED_AT = datetime.fromisoformat("2026-01-01T00:00:00")
YEAR = ReportWindow(date(2026, 1, 1), date(2026, 12, 31))


def test_a_year_of_papers_is_posted_at_once_corrected_at_once_and_added_up_at_once(database: Database) -> None:
    counts = [
        {"company": COMPANY, "location": LOCATION, "sku": f"S{number}", "counted_at": COUNTED_AT}
        | {"quantity": 1000, "imported_by": "test"}
        for number in range(SKUS)
    ]
    with database.transaction() as session:
        session.execute(insert(StockCount), counts)
    book = KeptStockBook(database)

    def sales(units: int) -> list[Movement]:
        return [
            Movement(
                *(MovementKind.SALE, f"I{number}", f"{units}", f"S{number % SKUS}", units),
                COUNTED_AT + timedelta(minutes=number + 1),
            )
            for number in range(PAPERS)
        ]

    for units in (1, 2):
        book.post(COMPANY, LOCATION, YEAR, sales(units))
        with database.transaction() as session:
            # Sorting the counts again for every movement would take more than twice as long on a fast machine.
            session.execute(text("SET LOCAL statement_timeout = '5s'"))
            found = standings(session, COMPANY, LOCATION)
        assert len(found) == SKUS
        assert sum(one.sold for one in found) == units * PAPERS
        assert all(one.on_hand == 1000 - one.sold for one in found)
