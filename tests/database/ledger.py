"""A location's book to test with: papers, counts, and what the book says of a SKU."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from replenisher.database.session import Database
from replenisher.database.stock_book import KeptStockBook, NewCount, add_count
from replenisher.purchasing.platform import ReportWindow
from replenisher.purchasing.stock import Movement, MovementKind, Standing
from tests.database.rows import COMPANY, LOCATION

SKU = "00123"
NOON = datetime.fromisoformat("2026-11-02T12:00:00")
DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
WEEK = ReportWindow(date(2026, 11, 1), date(2026, 11, 7))
EARLIER = ReportWindow(date(2026, 10, 25), date(2026, 10, 31))


def sale(document: str, units: int, at: datetime = NOON, *, sku: str = SKU, key: str = "") -> Movement:
    """A line of an invoice; its key is its SKU unless told otherwise."""
    return Movement(MovementKind.SALE, document, key or sku, sku, units, at)


def returned(document: str, units: int, at: datetime = NOON, *, sku: str = SKU, key: str = "") -> Movement:
    """A refunded line of an invoice."""
    return Movement(MovementKind.RETURN, document, key or sku, sku, units, at)


def receipt(document: str, units: int, at: datetime = NOON, *, sku: str = SKU, key: str = "") -> Movement:
    """A line of a receipt."""
    return Movement(MovementKind.RECEIPT, document, key or sku, sku, units, at)


@dataclass
class Ledger:
    """The book of one location, with short questions."""

    database: Database
    location: str = LOCATION

    @property
    def book(self) -> KeptStockBook:
        return KeptStockBook(self.database)

    def open(self, window: ReportWindow = EARLIER, movements: Sequence[Movement] = ()) -> None:
        """Post for the first time; without movements there was nothing on paper."""
        self.post(*movements, window=window)

    def post(self, *movements: Movement, window: ReportWindow = WEEK) -> None:
        self.book.post(COMPANY, self.location, window, movements)

    def count(self, quantity: int, at: datetime, sku: str = SKU) -> None:
        with self.database.transaction() as session:
            add_count(session, COMPANY, NewCount(self.location, sku, quantity, at), drift=None, actor="test")

    def window(self, asked: ReportWindow = WEEK) -> ReportWindow:
        return self.book.window(COMPANY, self.location, asked)

    def standings(self) -> dict[str, Standing]:
        return {one.sku: one for one in self.book.standings(COMPANY, self.location)}

    def on_hand(self, sku: str = SKU) -> int | None:
        return self.standings()[sku].on_hand

    def owed(self, sku: str = SKU) -> int:
        return self.standings()[sku].sold_not_reordered
