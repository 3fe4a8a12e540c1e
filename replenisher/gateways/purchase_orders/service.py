"""The gateway of the Purchase Order service: `OrderDetails`, and an `OrderDesk` that creates headers without lines.

The interface has no way to add a line, so the lines stand as text in the order's notes, for the person at the retailer
who enters them.
"""

from __future__ import annotations

from datetime import UTC, datetime, time
from types import TracebackType

import httpx
import msgspec

from replenisher.errors import AbsentError, AmbiguousError, GatewayError, UnreadableError
from replenisher.gateways.http.answers import Subject, write_fault
from replenisher.gateways.http.client import Call, HttpClient
from replenisher.gateways.http.connection import Connection
from replenisher.gateways.http.paths import guid, whole_id
from replenisher.gateways.purchase_orders.reading import detailed_order, detailed_orders
from replenisher.gateways.rest.documents import single
from replenisher.gateways.rest.pages import paging, read_pages
from replenisher.gateways.rest.values import moment_text, money
from replenisher.gateways.unoffered import NoCancelling, NoLineChanges, NoRelease
from replenisher.purchasing.order_details import DetailedOrder, OrderedProduct, ReceivedProduct
from replenisher.purchasing.platform import (
    OrderAccepted,
    OrderRequest,
    OrderSummary,
    PlatformLine,
    PlatformOrder,
    PlatformStatus,
    ReportWindow,
)

ENCODER = msgspec.json.Encoder(decimal_format="number")
CREATED = (200, 201, 202)


class PurchaseOrders(NoCancelling, NoLineChanges, NoRelease):
    """One service, one supplier, one process; usable from several threads and as a context manager.

    Every call raises only GatewayError kinds, and WrongProcessError in another process than the one that made it.
    `transport` replaces the network in tests.
    """

    def __init__(self, connection: Connection, supplier_id: str, transport: httpx.BaseTransport | None = None) -> None:
        self._http = HttpClient(connection, transport)
        self._supplier = supplier_id

    def __enter__(self) -> PurchaseOrders:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give back connections; in a forked child this does nothing."""
        self._http.close()

    def platform_now(self) -> datetime:
        """Tell the platform's time by its last answer."""
        return self._http.platform_now()

    def detailed_orders(self, company: str) -> list[DetailedOrder]:
        """List every purchase order of the company that names us as supplier, deleted ones left out."""
        path = f"/Companies({whole_id(company, 'company')})/OrderWithDetail"
        subject = Subject("orders in full", f"company {company}")
        listed = read_pages(
            self._http,
            # No paging is documented: the first request is the documented one.
            lambda skip: Call(subject, "GET", path, paging(skip) if skip else ()),
            detailed_orders,
            lambda order: order.platform_order_id,
        )
        return [order for order in listed if order.supplier == self._supplier and not order.deleted]

    def create(self, order: OrderRequest, *, send_before: float | None = None) -> OrderAccepted:
        """Create the header exactly once, the lines as text in its notes; errors as `OrderDesk.create` says."""
        path = f"/Companies({whole_id(order.company, 'company')})/OrderCreation"
        about = f"{order.vendor_invoice_number} for location {order.location}"
        call = Call(Subject("create", about), "POST", path, body=self._body(order), expected=CREATED)
        answer = self._http.write(call, send_before)
        fault = write_fault(call.subject, answer, call.expected, creating=True)
        if fault is not None:
            raise fault
        try:
            made = detailed_order(single(answer, "create"))
        except GatewayError as error:
            text = f"{call.subject}: answered {answer.status} without an order that can be read: {error}"
            raise AmbiguousError(text, operation="create", status=answer.status, answer=answer.text) from error
        return OrderAccepted(made.platform_order_id, answer.text)

    def _body(self, order: OrderRequest) -> bytes:
        """Write the header; the same bytes for the same order on every try."""
        lines = "; ".join(f"{line.sku} x {line.quantity}" for line in order.lines)
        arrives = datetime.combine(order.estimated_arrival_date, time(), UTC)
        return ENCODER.encode(
            {
                "BillToLocationId": int(whole_id(order.bill_to, "bill-to location")),
                "CompanyId": int(whole_id(order.company, "company")),
                "ETADate": moment_text(arrives),
                "FullyReceived": False,
                "Notes": f"{order.comments}\n{lines}".strip(),
                "PurchaseOrderNumber": "",
                "ShippingCost": money(order.shipping_cost),
                "ShippingInfo": [],
                "ShipToLocationId": int(whole_id(order.ship_to, "ship-to location")),
                "SupplierId": int(whole_id(self._supplier, "supplier")),
                "SupplierInvoiceNumber": order.vendor_invoice_number,
            }
        )

    def creation_status(self, company: str, location: str, platform_order_id: str) -> PlatformStatus:  # noqa: ARG002
        """Tell how far an order is; AbsentError while it is not listed."""
        return _status(self._one(company, platform_order_id))

    def find(self, company: str, window: ReportWindow) -> list[OrderSummary]:  # noqa: ARG002 - it cannot be asked for
        """List every purchase order of the company that names us as supplier."""
        return [
            OrderSummary(one.platform_order_id, one.vendor_invoice_number, _status(one), one.state)
            for one in self.detailed_orders(company)
        ]

    def read(self, company: str, platform_order_id: str, vendor_invoice_number: str) -> PlatformOrder:  # noqa: ARG002
        """Read one order out of the list, by its id; AbsentError while it is not on it."""
        order = self._one(company, platform_order_id)
        return PlatformOrder(
            order.platform_order_id,
            order.vendor_invoice_number,
            _status(order),
            order.state,
            _lines(order),
            order.order_number,
            header_only=True,
        )

    def _one(self, company: str, platform_order_id: str) -> DetailedOrder:
        wanted = guid(platform_order_id, "order")
        for order in self.detailed_orders(company):
            if order.platform_order_id == wanted and order.fault:
                raise UnreadableError(f"read of order {wanted}: {order.fault}", operation="read")
            if order.platform_order_id == wanted:
                return order
        raise AbsentError(f"read of order {wanted}: the list has no such order", explained=True, operation="read")


def _status(order: DetailedOrder) -> PlatformStatus:
    """Work the status out: the words of the service's own are not documented."""
    if order.fault:
        return PlatformStatus.UNKNOWN
    if order.fully_received and order.ordered:
        return PlatformStatus.COMPLETE
    if order.received:
        return PlatformStatus.PARTLY_RECEIVED
    return PlatformStatus.COMMITTED if order.ordered else PlatformStatus.PENDING


def _lines(order: DetailedOrder) -> tuple[PlatformLine, ...]:
    receipts: dict[str, list[ReceivedProduct]] = {}
    for receipt in order.received or ():
        receipts.setdefault(_product(receipt), []).append(receipt)
    return tuple(
        PlatformLine(
            product.sku,
            product.quantity,
            sum(receipt.quantity for receipt in receipts.get(_product(product), ())),
            product.unit_cost,
            tuple(receipt.serial_number for receipt in receipts.get(_product(product), ()) if receipt.serial_number),
        )
        for product in order.ordered or ()
    )


def _product(one: OrderedProduct | ReceivedProduct) -> str:
    """Name the product of a row: by the vendor's SKU, and by the catalogue where that is not told."""
    return one.sku or one.catalog_id
