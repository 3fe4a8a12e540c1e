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


@dataclass
class Sale:
    """A sale order. `due` is the moment of the real clock at which the POS has tried to import it, None once it has.

    `units` are quantities by SKU of what is in stock; `in_pos` whether they were booked there.
    """

    company: int
    location: int
    printable_id: str
    invoice: bool
    document: dict[str, Any]
    units: dict[str, int]
    accepted_at: datetime
    due: float | None
    fault: str = ""
    state: str = "Pending"
    updated_by: int = 0
    in_pos: bool = False
    log: list[LogEntry] = field(default_factory=list)
    id: str = field(default_factory=lambda: str(uuid4()))


class SaleBook:
    """Every sale order, oldest first."""

    def __init__(self) -> None:
        self.sales: dict[str, Sale] = {}

    def of_company(self, company: int) -> list[Sale]:
        """The sale orders of a company."""
        return [sale for sale in self.sales.values() if sale.company == company]

    def used(self, company: int, printable_id: str) -> bool:
        """Whether a sale order of the company bears the number."""
        return any(sale.printable_id == printable_id for sale in self.of_company(company))
