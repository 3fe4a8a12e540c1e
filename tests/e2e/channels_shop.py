"""A shop whose companies are served over different channels of one platform, by one configuration."""

from __future__ import annotations

import contextlib
import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from replenisher.cli import trial
from replenisher.database.models import Order
from replenisher.database.stock_book import KeptStockBook
from replenisher.services import build
from replenisher.workflows.approve import approve_order
from replenisher.workflows.counts import import_counts
from tests.workflows.dock import Desk, Dock
from tests.workflows.shop import Shop
from tests.world import SHORT_TIMES, World, started_sandbox

PHONE = "PH100086"
"""The one product of this catalog whose units have serial numbers."""
SIZES = ("--skus", "14", "--below-minimum", "0.7", "--history-days", "2", "--daily-sales", "1")
"""Of the sandbox and of its planners' files alike, for levels and counts depend on all of them."""
ONLY_PAPERS = ("--adjustments-per-day", "0", "--transfers-per-day", "0", "--partial-share", "0")
"""Options of a sandbox whose stock moves by nothing that the CMI interface does not tell."""


@dataclass
class ChannelsWorld(World):
    """A world whose companies take these channels in turn; `settings_of` changes the settings of some, by place."""

    channels: Sequence[str] = ()
    settings_of: Mapping[int, Mapping[str, Any]] = field(default_factory=dict)

    def document(self) -> dict[str, Any]:
        document = super().document()
        path = trial.write_configuration(self.folder, self.sandbox, SHORT_TIMES, self.channels)
        written = yaml.safe_load(path.read_text())
        short_calls = document["platforms"]["retail"]
        # The sandbox's clocks show UTC; a company of another zone would end its business day at another moment.
        same = {"time_zone": "Etc/UTC", "schedule": None, "approval": {"value_limit": None}, "reports": ["inventory"]}
        companies = [
            {**one, **same, **self.settings_of.get(place, {})} for place, one in enumerate(written["companies"])
        ]
        return {
            **document,
            "platforms": {"sandbox": {**short_calls, **written["platforms"]["sandbox"]}},
            "companies": companies,
        }


class ChannelsShop(Shop):
    """A shop that knows its locations by the ids of each channel; companies are named by their place."""

    @property
    def company(self) -> str:
        return self.company_at(0)

    def stores(self, place: int) -> list[str]:
        """Ids by which the company's channel names its locations."""
        names = "locations" if self.channel_at(place) == trial.REST else "stores"
        return [str(one) for one in self.world.sandbox["companies"][place][names]]

    def company_at(self, place: int) -> str:
        return self.services.settings.companies[place].id

    def channel_at(self, place: int) -> str:
        return self.services.settings.companies[place].channel

    def orders_at(self, place: int, run: int | None = None) -> list[Order]:
        return [one for one in self.orders(run) if one.company == self.company_at(place)]

    def fault(self, operation: str, fault: str, location: str | None = None, **values: Any) -> None:
        """Script a fault; a StoreID is told to the sandbox as the LocationId of the same place."""
        super().fault(operation, fault, self.platform_ids().get(location or "", location), **values)

    def platform_ids(self) -> dict[str, str]:
        """LocationIds by StoreID; no LocationId is a StoreID."""
        return {str(one["store_id"]): str(one["id"]) for one in self.world.admin.ids()["locations"]}

    def approve(self, orders: Iterable[Order]) -> None:
        """Say yes to held orders, all at one moment."""
        for order in orders:
            approve_order(self.services, order.vendor_invoice_number, actor="person:ann")

    def dock(self) -> Dock:
        """The dock of this shop; its desk takes nothing, for every channel's own does."""
        return Dock(self, Desk(takes=False), self.world.folder)

    def count_shelves(self) -> None:
        """Import what is on the shelves of companies whose platform does not report it; nobody counts less than 0."""
        for store, location in self.platform_ids().items():
            for sku, units in self.shelves(store).items():
                if units < 0:
                    self.world.admin.set_stock(int(location), sku, in_stock=0)
        for place, company in enumerate(self.services.settings.companies):
            if company.channel == "cmi":
                import_counts(self.services, self._counts(place), actor="person:ann", company_id=company.id)

    def _counts(self, place: int) -> Path:
        """Write the file of a person who counted every shelf of the company now."""
        path = self.world.folder / f"counts-{place}.csv"
        now = datetime.now(UTC).replace(tzinfo=None).isoformat(timespec="seconds")
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(("location", "sku", "quantity", "counted_at"))
            for store in self.stores(place):
                writer.writerows((store, sku, units, now) for sku, units in self.shelves(store).items())
        return path

    def book(self, place: int, store: str) -> dict[str, int | None]:
        """Units that our book of derived stock says are on the shelves, by SKU."""
        standings = KeptStockBook(self.services.database).standings(self.company_at(place), store)
        return {one.sku: one.on_hand for one in standings}

    def shelves(self, store: str) -> dict[str, int]:
        """Units in the platform's ledger, by SKU."""
        (place,) = self.world.admin.state(int(self.platform_ids()[store]))["locations"]
        return {sku: int(row["in_stock"]) for sku, row in place["rows"].items()}

    def check_nothing_doubled(self) -> None:
        """No reference twice, each order over its company's channel, as we wrote it; no product announced twice."""
        ours = {order.vendor_invoice_number: order for order in self.orders()}
        channels = {company.id: company.channel for company in self.services.settings.companies}
        ids, audit = self.platform_ids(), self.world.admin.audit()
        assert audit["repeated"] == []
        for entry in audit["accepted"]:
            order = ours[entry["vendor_invoice_number"]]
            there = {sku: line["quantity"] for sku, line in entry["products"].items()}
            assert there == {line.sku: line.quantity for line in self.lines(order)}
            assert str(entry["location"]) == ids.get(order.location, order.location)
            assert entry["channel"] == channels[order.company]
        announced = [(notice["shipment_number"], notice["sku"]) for notice in audit["notices"]]
        assert len(announced) == len(set(announced))


@contextlib.contextmanager
def opened_channels_shop(
    folder: Path,
    database_url: str,
    broker_url: str,
    channels: Sequence[str],
    *,
    locations: int = 2,
    settings_of: Mapping[int, Mapping[str, Any]] | None = None,
    **changes: Any,
) -> Iterator[ChannelsShop]:
    """A sandbox with a company for each channel, its planners' files, a configuration with these changes, services."""
    sizes = ("--companies", str(len(channels)), "--locations", str(locations), *SIZES)
    with started_sandbox(*sizes, *ONLY_PAPERS) as ready:
        trial.write_planners_files(folder, sizes)
        world = ChannelsWorld(folder, ready, database_url, broker_url, changes, channels, settings_of or {})
        services = build(world.settings())
        try:
            yield ChannelsShop(world, services)
        finally:
            services.close()
