"""The tour of `demo --channel all`: customers order, the web shop sells, a person types every command that only a
person types, and at the end stands how often each operation of each interface was called.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.progress import Progress
from rich.table import Table

from replenisher.cli import trial
from replenisher.cli.demo_combinations import CUSTOMERS, DESK_HEADERS_ONLY, LOST_ANSWERS, VMI
from replenisher.cli.demo_lines import UNITS, Lines
from replenisher.cli.interface_table import INTERFACES
from replenisher.cli.interfaces import called
from replenisher.cli.typed import Typed, type_line
from replenisher.database import fulfilments, orders, sales
from replenisher.purchasing.fulfilments import FulfilmentState
from replenisher.purchasing.sale_states import SaleState
from replenisher.services import Services

NOT_OURS = "NO-SUCH-SKU"
SERVED = {one.value for one in (FulfilmentState.SHIPPED, FulfilmentState.ERROR, FulfilmentState.WITHDRAWN)}
"""Where the three customers' items can get to."""
TOLD = {SaleState.SUCCEEDED.value, SaleState.FAILED.value}


class Tour:
    """What happens beside the two cycles; `wait` waits until something holds, and is told what for."""

    def __init__(
        self,
        services: Services,
        folder: Path,
        config: Path,
        progress: Progress,
        wait: Callable[[Callable[[], bool], str], None],
    ) -> None:
        self._services = services
        self._folder = folder
        self._config = config
        self._progress = progress
        self._wait = wait
        self._lines = Lines(services, folder)
        self._typed: list[Typed] = []
        self._placed: list[dict[str, Any]] = []

    def before_the_first_cycle(self) -> None:
        """Customers order, the web shop sells, and a person looks around; some answers will be lost."""
        trial.lose_answers(self._folder, LOST_ANSWERS)
        self._customers_order()
        self._type("a person looks around", [*self._lines.looks(), *self._lines.imports()])
        sku = self._lines.in_stock(self._quietly(f"platform stock {self._lines.at(VMI)} --json"))
        self._type("goods asked back", [self._lines.ask_return(sku)])
        (asked,) = self._quietly(f"returns list --company {self._lines.company(VMI).id} --json")
        self._type("the return", self._lines.of_return(asked["printed_number"], sku))

    def between_ordering_and_shipping(self) -> None:
        """A person changes what was ordered, and the dock sends parcels to the customers."""
        self._wait(self._customers_seen, "looking for customers' orders")
        self._retailer_acts()
        self._type("orders changed", self._lines.changes(self._placed[0]["PrintableId"]))
        self._type("parcels to customers", [f"shipments import {self._lines.write_parcels(self._placed[0])}"])
        self._wait(self._customers_served, "telling the parcels")
        self._wait(self._sales_told, "following the sale orders")
        log = self._quietly("sale-orders show WEB-1 --log --json")["status_log"]
        self._type("sale orders", self._lines.of_sales(log))

    def at_the_end(self) -> None:
        """A person audits the receipts, and looks at what is there."""
        self._type("receipts audited", self._lines.last_looks())

    def _type(self, name: str, lines: Sequence[str]) -> None:
        task = self._progress.add_task(f"{name}: commands", total=len(lines))
        for line in lines:
            self._typed.append(type_line(self._config, line))
            self._progress.advance(task)

    def _quietly(self, line: str) -> Any:
        """Ask something that the next lines depend on; gives what it told as JSON."""
        return type_line(self._config, line).data

    def _customers_order(self) -> None:
        """Three drop-ship orders: one we ship, one of a product that nobody knows, one served at the counter."""
        first, second = self._lines.skus[:2]
        for sku in (first, NOT_OURS, second):
            items = [{"sku": sku, "quantity": UNITS, "type": "DropShip"}]
            body = {"location": int(self._lines.location(CUSTOMERS)), "items": items}
            self._placed.append(trial.ask_sandbox(self._folder, "retail-orders", body))

    def _retailer_acts(self) -> None:
        """The customer of the third order is served at the counter; a person enters the lines of bare headers."""
        trial.ask_sandbox(self._folder, f"retail-orders/{self._placed[2]['Id']}", {"action": "complete"})
        with self._services.database.transaction() as session:
            headers = orders.listed(session, company=self._lines.company(DESK_HEADERS_ONLY).id, limit=100)
            wanted = [
                (order.platform_order_id, {line.sku: line.quantity for line in orders.lines_of(session, order.id)})
                for order in headers
                if order.platform_order_id
            ]
        for platform_order_id, lines in wanted:
            body = {"action": "enter_lines", "values": lines}
            trial.ask_sandbox(self._folder, f"orders/{platform_order_id}/detail", body)

    def _customers_seen(self) -> bool:
        with self._services.database.transaction() as session:
            return len(fulfilments.listed(session)) == len(self._placed)

    def _customers_served(self) -> bool:
        with self._services.database.transaction() as session:
            return {one.state for one in fulfilments.listed(session)} <= SERVED

    def _sales_told(self) -> bool:
        with self._services.database.transaction() as session:
            return {one.state for one in sales.listed(session)} <= TOLD

    def print(self, console: Console) -> None:
        """Print what customers and the web shop got, and what was typed."""
        self._print_documents(console)
        console.print("\n[bold]Typed by a person[/bold]")
        for one in self._typed:
            mark = f"[red]✗ code {one.code}[/red]" if one.code else "✓"
            console.print(f"{mark} replenisher {escape(one.line)}", soft_wrap=True)
            console.print(f"    [dim]{escape(one.said)}[/dim]", soft_wrap=True)

    def _print_documents(self, console: Console) -> None:
        table = Table(title="Customers' items and sale orders", title_justify="left", title_style="bold")
        for name in ("what", "number", "location", "units", "stands at"):
            table.add_column(name, justify="right" if name == "units" else "left", overflow="fold")
        with self._services.database.transaction() as session:
            for item in reversed(fulfilments.listed(session)):
                told = f"{item.state}: {item.reason}" if item.reason else item.state
                what = f"customer's {escape(item.sku)}"
                table.add_row(what, item.printable_id, item.location, str(item.quantity), escape(told))
            for sale in reversed(sales.listed(session)):
                units = sum(line.quantity for line in sales.lines_of(session, sale.id))
                table.add_row("sale order", sale.printable_id, sale.location, str(units), sale.state)
        console.print()
        console.print(table)

    def print_operations(self, console: Console) -> None:
        """Print every operation of every interface with how often it was called and what was answered."""
        print_operations(console, trial.ask_sandbox(self._folder, "audit")["operation_outcomes"])


def print_operations(console: Console, outcomes: Mapping[str, Mapping[str, int]]) -> None:
    """Print the table of operations by the platform's own count; one that was never called stands out."""
    table = Table(title="Every operation of every interface", title_justify="left", title_style="bold")
    table.add_column("interface")
    table.add_column("operation", overflow="fold")
    table.add_column("calls", justify="right")
    table.add_column("answers", overflow="fold")
    last = ""
    for operation, calls, told in called(outcomes):
        if operation.interface != last:
            table.add_section()
        name = "" if operation.interface == last else INTERFACES[operation.interface]
        last = operation.interface
        table.add_row(name, escape(operation.title), f"{calls:,}", told if calls else f"[red]{told}[/red]")
    console.print()
    console.print(table)
