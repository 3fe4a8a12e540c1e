"""A sandbox whose stock moves by sales, returns and receipts alone, a book kept in memory, and who we are there."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from replenisher.gateways.cmi import Cmi
from replenisher.gateways.soap.service import SoapConnection
from replenisher.purchasing.platform import OrderAccepted, OrderRequest, ReportWindow, RequestLine
from replenisher.purchasing.stock import Movement, MovementKind, Standing
from replenisher.sandbox.client import SandboxAdmin
from tests.world import started_sandbox

Place = tuple[str, str]
Paper = tuple[bool, str]


@dataclass
class BookInMemory:
    """A book by hand: a paper that is read again replaces its former lines, and no window is widened."""

    counts: dict[Place, dict[str, int]] = field(default_factory=dict)
    counted_at: datetime | None = None
    papers: dict[Place, dict[Paper, dict[str, Movement]]] = field(default_factory=lambda: defaultdict(dict))
    windows: list[ReportWindow] = field(default_factory=list)

    def window(self, company: str, location: str, asked: ReportWindow) -> ReportWindow:
        return asked

    def post(self, company: str, location: str, window: ReportWindow, movements: Sequence[Movement]) -> None:
        self.windows.append(window)
        told: dict[Paper, dict[str, Movement]] = defaultdict(dict)
        for one in movements:
            lines = told[one.kind is MovementKind.RECEIPT, one.document]
            key = f"{one.kind.value} {one.key}"
            assert key not in lines, "two lines of one paper have one key"
            lines[key] = one
        self.papers[company, location].update(told)

    def standings(self, company: str, location: str) -> list[Standing]:
        counts = self.counts.get((company, location), {})
        moved = self.moved(company, location)
        return [
            Standing(sku, counts[sku] + moved.get(sku, 0) if sku in counts else None, 0)
            for sku in sorted(counts.keys() | moved.keys())
        ]

    def moved(self, company: str, location: str) -> dict[str, int]:
        """Units that came (less those that went) of each SKU since the count."""
        units: dict[str, int] = defaultdict(int)
        for lines in self.papers[company, location].values():
            for one in lines.values():
                if self.counted_at is None or one.moved_at > self.counted_at:
                    units[one.sku] += -one.units if one.kind is MovementKind.SALE else one.units
        return dict(units)


@dataclass
class CmiPlatform:
    """A running sandbox with its SOAP names."""

    ready: dict[str, Any]
    admin: SandboxAdmin

    @property
    def company(self) -> str:
        return str(self.ready["companies"][0]["guid"])

    def rows(self, store: str) -> dict[str, dict[str, Any]]:
        """What the ledger says of a store, by SKU."""
        (place,) = [one["id"] for one in self.admin.ids()["locations"] if str(one["store_id"]) == store]
        rows: dict[str, dict[str, Any]] = self.admin.state(place)["locations"][0]["rows"]
        return rows

    def cmi(self, book: BookInMemory, companies: Sequence[str] | None = None, **changes: Any) -> Cmi:
        values: dict[str, Any] = {
            "url": self.ready["cmi_url"],
            "username": self.ready["username"],
            "password": self.ready["password"],
            "deadline_seconds": 5.0,
            "read_attempts": 2,
            "read_total_seconds": 10.0,
        }
        asked = [self.company] if companies is None else companies
        return Cmi(SoapConnection(**(values | changes)), self.ready["vendor_guid"], asked, book)


def window(cmi: Cmi, days: int = 30) -> ReportWindow:
    today = cmi.platform_now().date()
    return ReportWindow(today - timedelta(days=days), today)


def stores(platform: CmiPlatform) -> list[str]:
    return [str(store) for store in platform.ready["companies"][0]["stores"]]


def count_everything(platform: CmiPlatform, book: BookInMemory, cmi: Cmi) -> None:
    """Count every store now, as its ledger stands."""
    cmi.locations(platform.company)
    book.counted_at = cmi.platform_now().replace(tzinfo=None)
    for store in stores(platform):
        book.counts[platform.company, store] = {sku: row["in_stock"] for sku, row in platform.rows(store).items()}


def an_order(platform: CmiPlatform, cmi: Cmi, *, committed: bool = True, units: int = 3) -> OrderRequest:
    store = stores(platform)[0]
    skus = [sku for sku, row in platform.rows(store).items() if not row["do_not_order"]][:3]
    cmi.locations(platform.company)
    return OrderRequest(
        company=platform.company,
        location=store,
        bill_to=store,
        ship_to=store,
        vendor_invoice_number=f"R{uuid.uuid4().hex[:12].upper()}",
        committed=committed,
        estimated_arrival_date=cmi.platform_now().date() + timedelta(days=7),
        lines=tuple(RequestLine(sku, units, Decimal("9.90")) for sku in skus),
        comments="für Regal 7 & 8",
    )


def placed(platform: CmiPlatform, cmi: Cmi, *, committed: bool = True) -> tuple[OrderRequest, OrderAccepted]:
    order = an_order(platform, cmi, committed=committed)
    return order, cmi.create(order)


MOVED_BY_PAPERS = (
    *("--adjustments-per-day", "0", "--transfers-per-day", "0", "--daily-sales", "1"),
    *("--partial-share", "0.5", "--refund-share", "0.3", "--lead-time-days", "1"),
)
"""Options of a sandbox whose stock moves by nothing that this interface does not tell."""


@pytest.fixture(scope="module")
def cmi_sandbox() -> Iterator[CmiPlatform]:
    with started_sandbox(*MOVED_BY_PAPERS) as ready:
        yield CmiPlatform(ready, SandboxAdmin(ready["url"]))


@pytest.fixture
def platform(cmi_sandbox: CmiPlatform) -> CmiPlatform:
    cmi_sandbox.admin.clear_faults()
    cmi_sandbox.admin.switch(soap_personality="wsdl", echo_quantity=0, soap_order_not_found="empty")
    return cmi_sandbox


@pytest.fixture
def book() -> BookInMemory:
    return BookInMemory()


@pytest.fixture
def cmi(platform: CmiPlatform, book: BookInMemory) -> Iterator[Cmi]:
    with platform.cmi(book) as gateway:
        yield gateway
