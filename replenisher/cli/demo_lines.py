"""What a person types in `demo --channel all`, with the files that are imported: all that only a person calls."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from replenisher.cli import trial
from replenisher.cli.demo_combinations import CMI, CUSTOMERS, DESK_HEADER_FIRST, VMI, VMI_UNCOMMITTED
from replenisher.config import CompanySettings
from replenisher.database import orders
from replenisher.database.models import Order, OrderLine
from replenisher.errors import ReplenisherError
from replenisher.intake.products import read_catalog, read_serial_kinds
from replenisher.purchasing.serials import SerialKind
from replenisher.purchasing.states import OrderState
from replenisher.services import Services

UNITS = 2
SOLD = 3
"""Units of a customer's item and of a sale."""


class Lines:
    """Lines behind `replenisher`, made of what the sandbox and the database hold by then."""

    def __init__(self, services: Services, folder: Path) -> None:
        self._services = services
        self._folder = folder
        self._sandbox: dict[str, Any] = json.loads((folder / "sandbox.json").read_text())
        kinds = read_serial_kinds(folder / "products.csv")
        sold = [sku for sku, one in sorted(read_catalog(folder / "products.csv").items()) if not one.discontinued]
        self.skus = [sku for sku in sold if kinds[sku] is SerialKind.NONE]
        self._phone = next(sku for sku in sold if kinds[sku] is not SerialKind.NONE)

    def company(self, place: int) -> CompanySettings:
        """The company at a place of COMBINATIONS."""
        return self._services.settings.companies[place]

    def location(self, place: int) -> str:
        """The first location of a company, by the id that its channel knows."""
        return self._locations(place)[0]

    def _locations(self, place: int) -> list[str]:
        company = self._sandbox["companies"][place]
        return [str(one) for one in company["locations" if self.company(place).channel == trial.REST else "stores"]]

    def at(self, place: int) -> str:
        """The options that name a company and its first location."""
        return f"--company {self.company(place).id} --location {self.location(place)}"

    def looks(self) -> list[str]:
        """A person looks around at the VMI company before anything is planned."""
        company, here = f"--company {self.company(VMI).id}", self.at(VMI)
        return [
            "check-config --connect",
            f"platform companies {company}",
            f"platform ping {company}",
            f"platform enable {company} --on --reason 'contract of this year'",
            f"platform location {here}",
            f"platform stock {here}",
            f"platform stock {here} --changed",
            f"platform stock {here} --sku {self.skus[0]}",
            f"platform units {here}",
            f"platform serials {here} --sku {self._phone}",
            f"platform employees {company}",
            f"run --dry-run {here}",
        ]

    def imports(self) -> list[str]:
        """A planner's new levels are also set at the platform; the web shop's sales come in."""
        return [
            f"levels import {self._write_levels()} --company {self.company(VMI).id} --push",
            f"sale-orders import {self._write_sales()}",
        ]

    def _write_levels(self) -> Path:
        """Write the levels of the VMI company once more, with another maximum for one product of its first location."""
        header, *rows = (self._folder / "vmi" / "levels.csv").read_text().splitlines()
        place = next(number for number, row in enumerate(rows) if row.startswith(f"{self.location(VMI)},"))
        location, sku, low, high = rows[place].split(",")
        rows[place] = f"{location},{sku},{low},{int(high) + UNITS}"
        path = self._folder / "levels-of-next-month.csv"
        path.write_text("\n".join([header, *rows]) + "\n")
        return path

    def _write_sales(self) -> Path:
        """Write what the web shop sold: two orders to fetch at the location, and one that is invoiced at once."""
        path = self._folder / "sales.csv"
        customer = self._sandbox["companies"][CUSTOMERS]["customers"][0]
        now = datetime.now(UTC).replace(tzinfo=None).isoformat(timespec="minutes")
        with path.open("w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(
                ("printable_id", "location", "customer_id", "created_at", "invoice", "sku", "quantity", "price")
            )
            for number, invoice in (("WEB-1", "no"), ("WEB-2", "no"), ("WEB-3", "yes")):
                row = (number, self.location(CUSTOMERS), customer, now, invoice, self.skus[0], SOLD, "9.99")
                writer.writerow(row)
        return path

    def in_stock(self, stock: Sequence[Mapping[str, Any]]) -> str:
        """Choose a product of which there is enough in this stock to ask for some back."""
        return next(str(row["sku"]) for row in stock if row["on_hand"] > UNITS and row["sku"] in self.skus)

    def ask_return(self, sku: str) -> str:
        """Ask for a product back."""
        return f"returns ask {self.at(VMI)} --line {sku}={UNITS} --comments 'recalled by the maker'"

    def of_return(self, number: str, sku: str) -> list[str]:
        """Take a return through everything it can come to."""
        company = f"--company {self.company(VMI).id}"
        return [
            f"returns list {company}",
            f"returns change {number} {company} --vendor-number V-1",
            f"returns commit {number} {company}",
            f"returns change {number} {company} --action {sku}=credit",
            f"returns complete {number} {company}",
        ]

    def changes(self, customers_number: str) -> list[str]:
        """A person changes, cancels, comments, moves and finds orders that are confirmed and not shipped."""
        first, second = self._confirmed(CUSTOMERS)[:2]
        uncommitted, dropped = self._confirmed(VMI_UNCOMMITTED)[:2]
        pending, withdrawn = self._confirmed(DESK_HEADER_FIRST)[:2]
        vmi, cmi = self._confirmed(VMI)[0], self._confirmed(CMI)[0]
        accepted = trial.ask_sandbox(self._folder, "audit")["accepted"]
        printed = {one["vendor_invoice_number"]: one["printed_number"] for one in accepted}
        why = "--over-limits --reason 'the store rang'"
        return [
            f"orders change {first.id} --set {self._more(first)} {why}",
            f"orders change {first.id} --remove {self._lines_of(first)[-1].sku} {why}",
            f"orders change {second.id} --add {self._not_in(second)}={UNITS} {why}",
            f"orders change {uncommitted.id} --add {self._not_in(uncommitted)}={UNITS} {why}",
            f"orders change {pending.id} --set {self._more(pending)} {why}",
            f"orders cancel {dropped.id} {withdrawn.id} --reason 'ordered by telephone'",
            f"orders comment {cmi.id} 'deliver before ten'",
            f"orders find {printed[cmi.vendor_invoice_number]} --company {cmi.company}",
            f"orders find {printed[vmi.vendor_invoice_number]} --company {vmi.company}",
            f"orders move {cmi.id} --to {self._elsewhere(cmi)} --reason 'the store is being rebuilt'",
            f"fulfilments find {customers_number}",
            *(f"platform orders {self.at(VMI)} --which {which}" for which in ("all", "committed", "uncommitted")),
        ]

    def _confirmed(self, place: int) -> Sequence[Order]:
        """List the orders of a company that a person may change; ReplenisherError when there are too few."""
        with self._services.database.transaction() as session:
            states = [OrderState.CONFIRMED.value]
            found = orders.listed(session, company=self.company(place).id, states=states, limit=100)
        if len(found) < UNITS:
            raise ReplenisherError(f"the first cycle confirmed too few orders of {self.company(place).name}")
        return found

    def _lines_of(self, order: Order) -> Sequence[OrderLine]:
        with self._services.database.transaction() as session:
            return orders.lines_of(session, order.id)

    def _more(self, order: Order) -> str:
        line = self._lines_of(order)[0]
        return f"{line.sku}={line.quantity + UNITS}"

    def _not_in(self, order: Order) -> str:
        there = {line.sku for line in self._lines_of(order)}
        return next(sku for sku in self.skus if sku not in there)

    def _elsewhere(self, order: Order) -> str:
        return next(store for store in self._locations(CMI) if store != order.location)

    def write_parcels(self, placed: dict[str, Any]) -> Path:
        """Write the file of the dock that packed a customer's order."""
        path = self._folder / "parcels.csv"
        now = datetime.now(UTC).date().isoformat()
        path.write_text(
            "vendor_invoice_number,sku,quantity,shipped_at,tracking_number,carrier\n"
            f"{placed['PrintableId']},{placed['Items'][0]['SKU']},{UNITS},{now},1Z00004711,Parcel Post\n"
        )
        return path

    def of_sales(self, log: Sequence[dict[str, Any]]) -> list[str]:
        """Look at the log of the first sale, and end two sales."""
        return [
            "sale-orders list",
            f"sale-orders show WEB-1 --entry {log[-1]['entry_id']}",
            "sale-orders complete WEB-1 --reason 'fetched'",
            "sale-orders cancel WEB-2 --reason 'the customer changed her mind'",
        ]

    def last_looks(self) -> list[str]:
        """Audit the receipts, and look at what is there."""
        return [
            f"receipts audit --company {self.company(CUSTOMERS).id}",
            f"platform orders {self.at(VMI)} --which completed --days 30",
            "fulfilments list",
            "orders list --limit 5",
            "exceptions list --limit 5",
            "status",
        ]
