"""The one stock ledger behind every report: rows of stock, and the only functions that change a quantity in stock."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, TypeVar

from replenisher.sandbox.catalog import Product
from replenisher.sandbox.documents import Adjustment, Invoice, InvoiceAction, InvoiceLine, Receipt, Transfer


class _Dated(Protocol):
    @property
    def at(self) -> datetime: ...


Document = TypeVar("Document", bound=_Dated)


@dataclass(slots=True)
class StockRow:
    """One product at one location. `opening` is what was there before the first document; of `allocated`, `promised`
    units are on sale orders and leave with these only.
    """

    product: Product
    minimum: int
    maximum: int
    daily_rate: float
    min_max_locked: bool = False
    do_not_order: bool = False
    opening: int = 0
    in_stock: int = 0
    transfer_in: int = 0
    transfer_out: int = 0
    allocated: int = 0
    promised: int = 0
    serial_numbers: list[str] = field(default_factory=list)

    def take_serials(self, count: int) -> tuple[str, ...]:
        """Serial numbers of units that leave; empty for a product without serial numbers."""
        if not self.product.serialised:
            return ()
        taken = tuple(self.serial_numbers[:count])
        del self.serial_numbers[:count]
        return taken


@dataclass
class Location:
    """One location of a company, its stock rows by SKU and its documents in order of time."""

    company: int
    id: int
    name: str
    address: str
    city: str
    region: str
    postal_code: str
    country: str
    phone_number: str
    enabled: bool = True
    rows: dict[str, StockRow] = field(default_factory=dict)
    invoices: list[Invoice] = field(default_factory=list)
    receipts: list[Receipt] = field(default_factory=list)
    transfers: list[Transfer] = field(default_factory=list)
    adjustments: list[Adjustment] = field(default_factory=list)
    refunded: set[tuple[str, int]] = field(default_factory=set)


@dataclass
class Company:
    """A retailer's company and its locations by id; `pending` is said of one that was never enabled yet."""

    id: int
    name: str
    enabled: bool = True
    pending: bool = False
    locations: dict[int, Location] = field(default_factory=dict)


def between(documents: Sequence[Document], start: datetime, end: datetime) -> Sequence[Document]:
    """Documents with start <= at < end, of a list kept in order of time."""
    first = bisect_left(documents, start, key=lambda document: document.at)
    last = bisect_left(documents, end, key=lambda document: document.at)
    return documents[first:last]


def stock_effect(line: InvoiceLine, *, exchange_hands_out: bool) -> int:
    """How an invoice line changes the units in stock."""
    if line.action is InvoiceAction.REFUNDED:
        return line.quantity
    if line.action is InvoiceAction.EXCHANGE and not exchange_hands_out:
        return 0
    return -line.quantity


def post_invoice(location: Location, invoice: Invoice, *, exchange_hands_out: bool) -> None:
    """Book a sale, refund or exchange."""
    location.invoices.append(invoice)
    for line in invoice.lines:
        row = location.rows[line.sku]
        row.in_stock += stock_effect(line, exchange_hands_out=exchange_hands_out)
        if line.action is InvoiceAction.REFUNDED and line.serial_number:
            row.serial_numbers.append(line.serial_number)


def post_receipt(location: Location, receipt: Receipt) -> None:
    """Book goods of a purchase order into stock."""
    location.receipts.append(receipt)
    for line in receipt.lines:
        row = location.rows[line.sku]
        row.in_stock += line.quantity
        row.serial_numbers.extend(line.serial_numbers)


def post_adjustment(location: Location, adjustment: Adjustment) -> None:
    """Book a corrected count; units that were lost are already out of the row's serial numbers."""
    location.adjustments.append(adjustment)
    location.rows[adjustment.sku].in_stock += adjustment.quantity


def ship_transfer(ship_from: Location, ship_to: Location, transfer: Transfer) -> None:
    """Take units out of one location's stock and put them on the way to another."""
    row = ship_from.rows[transfer.sku]
    row.in_stock -= transfer.quantity
    row.transfer_out += transfer.quantity
    ship_to.rows[transfer.sku].transfer_in += transfer.quantity
    ship_from.transfers.append(transfer)
    ship_to.transfers.append(transfer)


def receive_transfer(ship_from: Location, ship_to: Location, transfer: Transfer, at: datetime) -> None:
    """Book units that were on their way into the receiving location's stock."""
    transfer.received_at = at
    ship_from.rows[transfer.sku].transfer_out -= transfer.quantity
    row = ship_to.rows[transfer.sku]
    row.transfer_in -= transfer.quantity
    row.in_stock += transfer.quantity
    row.serial_numbers.extend(transfer.serial_numbers)
