"""Sale orders that the service holds, each with its state and its status log."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import uuid4


@dataclass
class LogEntry:
    """One entry of a status log; `at` is UTC."""

    succeeded: bool
    details: str
    at: datetime
    updated_by: str = "PosImport"
    id: str = field(default_factory=lambda: str(uuid4()))


@dataclass(frozen=True)
class SaleLine:
    """Units of one product that are in stock; a quantity below zero comes back."""

    sku: str
    quantity: int
    serial_number: str = ""


@dataclass
class Sale:
    """A sale order. `due` and `found_from` are moments of the real clock.

    At `due` the POS tries to import it; None once it has, or when it never will. A search finds it from `found_from`
    on. `lines` are what the ledger would notice, `in_pos` whether it has. One that is `hidden` was answered and does
    not exist.
    """

    company: int
    location: int
    printable_id: str
    invoice: bool
    document: dict[str, Any]
    lines: tuple[SaleLine, ...]
    accepted_at: datetime
    updated_at: datetime
    due: float | None
    found_from: float = 0.0
    fault: str = ""
    hidden: bool = False
    state: str = "Pending"
    updated_by: int = 0
    in_pos: bool = False
    promised: bool = False
    log: list[LogEntry] = field(default_factory=list)
    id: str = field(default_factory=lambda: str(uuid4()))


class SaleBook:
    """Every sale order, oldest first."""

    def __init__(self) -> None:
        self.sales: dict[str, Sale] = {}

    def of_company(self, company: int) -> list[Sale]:
        """The sale orders of a company that exist."""
        return [sale for sale in self.sales.values() if sale.company == company and not sale.hidden]

    def used(self, company: int, printable_id: str) -> bool:
        """Whether a sale order of the company bears the number."""
        return any(sale.printable_id == printable_id for sale in self.of_company(company))
