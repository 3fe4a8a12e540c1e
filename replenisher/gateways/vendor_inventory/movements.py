"""Sales, receipts and adjustments: documents with lines, as one row per line.

A document that is listed twice, word for word, counts once: windows overlap and lists repeat.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Protocol, TypeVar

import msgspec
import pandas as pd

from replenisher.gateways.reports import ADJUSTMENTS, RECEIVING, SALES, ReportContract, make_frame
from replenisher.gateways.vendor_inventory.inventory import SignedUnits, Sku
from replenisher.gateways.vendor_inventory.rows import Place, check_skus, decode_rows
from replenisher.planning.frames import to_money

DocumentId = Annotated[str, msgspec.Meta(min_length=1)] | int
ACTIONS = {"sold": "sold", "refunded": "refunded", "exchange": "exchanged", "exchanged": "exchanged"}


class SaleLine(msgspec.Struct, rename="pascal"):
    """A product of an invoice."""

    vendor_sku: Sku
    quantity: SignedUnits
    invoice_action: str
    serial_number: str | None = None
    list_price: Decimal | None = None


class Invoice(msgspec.Struct, rename="pascal"):
    """An invoice of sold, refunded or exchanged products."""

    invoice_id: DocumentId
    invoice_date: str
    invoice_products: list[SaleLine]
    location_id: int | str | None = None
    original_invoice_id: str | int | None = None


class ReceivedLine(msgspec.Struct, rename="pascal"):
    """A received product."""

    vendor_sku: Sku
    quantity: SignedUnits
    serial_numbers: list[str] | None = None


class Receipt(msgspec.Struct, rename="pascal"):
    """Goods received at once; the date is spelled in two ways."""

    receiving_id: DocumentId
    products: list[ReceivedLine]
    date_received: str | None = None
    date_recieved: str | None = None
    location_id: int | str | None = None
    purchase_order_id: str | None = None


class AdjustedLine(msgspec.Struct, rename="pascal"):
    """A counted difference; one serial number, or several."""

    vendor_sku: Sku
    quantity: SignedUnits
    adjustment_reason: str | None = None
    adjustment_reason_id: int | str | None = None
    serial_number: str | None = None
    serial_numbers: list[str] | None = None


class Adjustment(msgspec.Struct, rename="pascal"):
    """Differences counted at once."""

    adjustment_id: DocumentId
    adjustment_date: str
    products: list[AdjustedLine]
    location_id: int | str | None = None


class _Line(Protocol):
    @property
    def vendor_sku(self) -> str: ...


AnyLine = TypeVar("AnyLine", bound=_Line)
AnyDocument = TypeVar("AnyDocument", Invoice, Receipt, Adjustment)

INVOICES = msgspec.json.Decoder(list[Invoice])
RECEIPTS = msgspec.json.Decoder(list[Receipt])
ADJUSTED = msgspec.json.Decoder(list[Adjustment])


def parse_sales(body: bytes, location: str) -> pd.DataFrame:
    """Read product sales into a frame of the `SALES` contract."""
    place = Place(location, "sales")
    rows: list[dict[str, Any]] = []
    for document_id, first, document in _documents(decode_rows(body, INVOICES, Invoice, place), place):
        sold_at = moment(document.invoice_date, "InvoiceDate", place)
        for line, product in enumerate(document.invoice_products, first):
            word = product.invoice_action.strip().casefold()
            rows.append(
                {
                    "location": location,
                    "invoice_id": document_id,
                    "line": line,
                    "original_invoice_id": text(document.original_invoice_id),
                    "sold_at": sold_at,
                    "sku": product.vendor_sku,
                    "quantity": product.quantity,
                    "action": ACTIONS.get(word, word),
                    "serial_number": text(product.serial_number),
                    "list_price": _price(product, place),
                }
            )
    return frame_of(rows, SALES, place)


def parse_receiving(body: bytes, location: str) -> pd.DataFrame:
    """Read the receiving history into a frame of the `RECEIVING` contract."""
    place = Place(location, "receiving")
    rows: list[dict[str, Any]] = []
    for document_id, first, document in _documents(decode_rows(body, RECEIPTS, Receipt, place), place):
        received_at = moment(document.date_received or document.date_recieved, "DateReceived", place)
        for line, product in enumerate(document.products, first):
            rows.append(
                {
                    "location": location,
                    "receiving_id": document_id,
                    "line": line,
                    "received_at": received_at,
                    "platform_order_id": text(document.purchase_order_id).lower(),
                    "sku": product.vendor_sku,
                    "quantity": product.quantity,
                    "serial_numbers": " ".join(product.serial_numbers or ()),
                }
            )
    return frame_of(rows, RECEIVING, place)


def parse_adjustments(body: bytes, location: str) -> pd.DataFrame:
    """Read inventory adjustments into a frame of the `ADJUSTMENTS` contract."""
    place = Place(location, "adjustments")
    rows: list[dict[str, Any]] = []
    for document_id, first, document in _documents(decode_rows(body, ADJUSTED, Adjustment, place), place):
        adjusted_at = moment(document.adjustment_date, "AdjustmentDate", place)
        for line, product in enumerate(document.products, first):
            serials = product.serial_numbers or ([product.serial_number] if product.serial_number else [])
            rows.append(
                {
                    "location": location,
                    "adjustment_id": document_id,
                    "line": line,
                    "adjusted_at": adjusted_at,
                    "sku": product.vendor_sku,
                    "quantity": product.quantity,
                    "reason": text(product.adjustment_reason),
                    "reason_id": text(product.adjustment_reason_id),
                    "serial_numbers": " ".join(serials),
                }
            )
    return frame_of(rows, ADJUSTMENTS, place)


def _documents(documents: Sequence[AnyDocument], place: Place) -> Iterator[tuple[str, int, AnyDocument]]:
    """Yield each different document with its id and its first line number; refuse another location's."""
    seen: defaultdict[str, list[AnyDocument]] = defaultdict(list)
    for document in documents:
        if document.location_id is not None and str(document.location_id) != place.location:
            raise place.refused(f"document of another location, {document.location_id}", field="LocationId")
        document_id = _document_id(document)
        earlier = seen[document_id]
        if document in earlier:
            continue
        yield document_id, 1 + sum(len(_products(one)) for one in earlier), document
        earlier.append(document)


def _document_id(document: Invoice | Receipt | Adjustment) -> str:
    if isinstance(document, Invoice):
        return str(document.invoice_id)
    return str(document.receiving_id if isinstance(document, Receipt) else document.adjustment_id)


def _products(document: Invoice | Receipt | Adjustment) -> Sequence[object]:
    return document.invoice_products if isinstance(document, Invoice) else document.products


def moment(written: str | None, field: str, place: Place) -> datetime | None:
    """Read a wall-clock time as written, with any number of decimals, without its zone; None when it is not set."""
    if written is None:
        return None
    try:
        read = datetime.fromisoformat(written.strip()).replace(tzinfo=None)
    except ValueError as error:
        raise place.refused(f"{written[:60]!r} is not a moment", field=field) from error
    return None if read.year == 1 else read  # .NET's smallest date means `not set`


def text(value: str | int | None) -> str:
    """Return the value as text; nothing is empty text."""
    return "" if value is None else str(value)


def frame_of(rows: Sequence[dict[str, Any]], contract: ReportContract, place: Place) -> pd.DataFrame:
    """Build the frame from rows of the contract's columns; refuse SKUs that are no text."""
    check_skus([row["sku"] for row in rows], place)
    names = [*contract.columns.columns, *contract.moments]
    return make_frame(contract, {name: [row[name] for row in rows] for name in names})


def _price(product: SaleLine, place: Place) -> int:
    if product.list_price is None:
        return 0
    try:
        return to_money(product.list_price)
    except (ValueError, ArithmeticError) as error:
        raise place.refused(str(error), field="ListPrice", sku=product.vendor_sku) from error
