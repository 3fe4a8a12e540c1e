"""A shop whose company is served by the CMI interface: planners keep its levels, and people count its shelves."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

from replenisher.database.stock_book import KeptStockBook
from replenisher.purchasing.platform import ReportWindow
from replenisher.purchasing.stock import Standing
from replenisher.services import build
from replenisher.workflows.counts import CountsImported, import_counts
from tests.workflows.shop import Shop
from tests.world import World, started_sandbox

SIZES = (
    *("--companies", "1", "--locations", "3", "--skus", "12"),
    *("--below-minimum", "0.7", "--history-days", "2", "--daily-sales", "1"),
)
"""Of the sandbox and of its planners' files alike, for the opening stock depends on all of them."""
ONLY_PAPERS = ("--adjustments-per-day", "0", "--transfers-per-day", "0", "--refund-share", "0.2")
"""Options of a sandbox whose stock moves by nothing that this interface does not tell."""


class CountedWorld(World):
    """A world whose one company goes by its ClientID and whose locations by their StoreIDs."""

    planning: Mapping[str, Any] = MappingProxyType({})

    @property
    def company(self) -> str:
        return str(self.sandbox["companies"][0]["guid"])

    @property
    def locations(self) -> list[str]:
        return [str(store) for store in self.sandbox["companies"][0]["stores"]]

    def document(self) -> dict[str, Any]:
        document = super().document()
        account = {"url": self.sandbox["cmi_url"], "vendor_id": self.sandbox["vendor_guid"]}
        account |= {"username": self.sandbox["username"], "password": "${file:password}"}
        document["platforms"]["retail"]["cmi"] = account
        (company,) = document["companies"]
        # The sandbox's clocks show UTC; a company of another zone would end its business day at another moment.
        company |= {"id": self.company, "channel": "cmi", "time_zone": "Etc/UTC", "levels_file": "levels.csv"}
        company["planning"] = {**company.get("planning", {}), **self.planning}
        return document


class CountedShop(Shop):
    """A shop that can count its shelves, and compare its book with them."""

    def count_shelves(self) -> CountsImported:
        """Import what was on the shelves when the sandbox opened; nobody counts less than nothing."""
        for place in self.world.admin.ids()["locations"]:
            for sku, units in self.shelves(str(place["store_id"])).items():
                if units < 0:
                    self.world.admin.set_stock(place["id"], sku, in_stock=0)
        return import_counts(self.services, self.world.folder / "counts.csv", actor="test")

    def book(self, location: str) -> dict[str, Standing]:
        standings = KeptStockBook(self.services.database).standings(self.company, location)
        return {one.sku: one for one in standings}

    def shelves(self, location: str) -> dict[str, int]:
        """Units in the platform's ledger, by SKU."""
        (place,) = [one["id"] for one in self.world.admin.ids()["locations"] if str(one["store_id"]) == location]
        rows = self.world.admin.state(place)["locations"][0]["rows"]
        return {sku: int(row["in_stock"]) for sku, row in rows.items()}

    def lines_sold(self, location: str) -> Counter[str]:
        """Net units sold by SKU that the platform has on paper for the last thirty days."""
        channel = self.services.channel(self.services.settings.companies[0])
        today = channel.platform_now().date()
        sales = channel.sales(self.company, location, ReportWindow(today - timedelta(days=30), today))
        units: Counter[str] = Counter()
        for sku, action, quantity in zip(sales["sku"], sales["action"], sales["quantity"], strict=True):
            units[sku] += abs(quantity) * (-1 if action == "refunded" else 1)
        return units

    def check_orders_as_written(self) -> None:
        """No reference twice, and what the platform holds is what we wrote."""
        ours = {order.vendor_invoice_number: order for order in self.orders()}
        stores = {one["id"]: str(one["store_id"]) for one in self.world.admin.ids()["locations"]}
        audit = self.world.admin.audit()
        assert audit["repeated"] == []
        for entry in audit["accepted"]:
            order = ours[entry["vendor_invoice_number"]]
            there = {sku: line["quantity"] for sku, line in entry["products"].items()}
            assert there == {line.sku: line.quantity for line in self.lines(order)}
            assert (stores[entry["location"]], entry["channel"]) == (order.location, "cmi")


@contextlib.contextmanager
def opened_counted_shop(
    folder: Path, database_url: str, broker_url: str, *sandbox: str, **planning: Any
) -> Iterator[CountedShop]:
    """A sandbox with these options, its planners' files, and services of a company with this planning."""
    with started_sandbox(*SIZES, *ONLY_PAPERS, *sandbox) as ready:
        command = [sys.executable, "-m", "replenisher.sandbox", "files", "--folder", str(folder)]
        subprocess.run([*command, "--ids", "soap", "--every-level", *SIZES], check=True, capture_output=True)
        world = CountedWorld(folder, ready, database_url=database_url, broker_url=broker_url)
        world.planning = planning
        services = build(world.settings())
        try:
            yield CountedShop(world, services)
        finally:
            services.close()
