"""Replenishment orders as purchase orders of the Order service: created pending, processed, found by our reference.

The service tells no receipts line by line, so an order is received as a whole (`reading.lines_of`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from replenisher.errors import AmbiguousError, GatewayError, RefusedError
from replenisher.gateways.http.answers import Answer, Subject, write_fault
from replenisher.gateways.http.client import Call, HttpClient
from replenisher.gateways.orders import bodies, routes
from replenisher.gateways.orders.reading import lines_of, order_of, orders_of, whole_order
from replenisher.gateways.rest.documents import single
from replenisher.gateways.rest.pages import read_pages
from replenisher.purchasing.customer_orders import CustomerOrder, CustomerOrderKind, CustomerOrderState
from replenisher.purchasing.platform import (
    OrderAccepted,
    OrderRequest,
    OrderSummary,
    PlatformLine,
    PlatformOrder,
    PlatformStatus,
    ReportWindow,
    RequestLine,
)

_STATUS = {
    CustomerOrderState.CREATED: PlatformStatus.PENDING,
    CustomerOrderState.PENDING: PlatformStatus.PENDING,
    CustomerOrderState.PROCESSED: PlatformStatus.COMMITTED,
    CustomerOrderState.COMPLETED: PlatformStatus.COMPLETE,
    # Nothing more comes of it: closed with what was received, which is nothing.
    CustomerOrderState.CANCELLED: PlatformStatus.COMPLETE,
}


@dataclass(frozen=True)
class DeskOptions:
    """How orders are created: at once or header first, billed to whom (None: never processed), good for how long."""

    create_by: Literal["order_full", "header_then_items"] = "order_full"
    billing_customer_id: str | None = None
    expiry_hours: int = 72


class OrderWriter:
    """The half of the service that is an order desk; every write is sent exactly once."""

    def __init__(self, http: HttpClient, supplier: str, options: DeskOptions) -> None:
        self._http = http
        self._supplier = supplier
        self._options = options

    def create(self, order: OrderRequest, *, send_before: float | None = None) -> OrderAccepted:
        """Create the order exactly once, pending; errors as `gateways.channel.OrderDesk.create` says.

        Header first, whatever goes wrong after the header was taken is an AmbiguousError: it is there, and looked up.
        """
        items = [bodies.item(line, self._supplier, place) for place, line in enumerate(order.lines)]
        about = f"{order.vendor_invoice_number} for location {order.location}"
        if self._options.create_by == "header_then_items":
            return self._create_in_parts(order, items, about, send_before)
        body = bodies.encoded(self._header(order, "Pending") | {"Items": items})
        call = routes.create_full(order.company, body, about)
        return self._accepted(call.subject, self._sent(call, send_before, creating=True))

    def _header(self, order: OrderRequest, state: str) -> dict[str, object]:
        return bodies.header(
            order,
            state=state,
            expiry_hours=self._options.expiry_hours,
            billing_customer=self._options.billing_customer_id,
        )

    def _create_in_parts(
        self, order: OrderRequest, items: Sequence[dict[str, object]], about: str, send_before: float | None
    ) -> OrderAccepted:
        call = routes.create(order.company, bodies.encoded(self._header(order, "Created")), about)
        accepted = self._accepted(call.subject, self._sent(call, send_before, creating=True))
        order_id = accepted.platform_order_id
        try:
            for item in items:
                self._sent(routes.add_item(order.company, order_id, bodies.encoded(item)))
            body = bodies.encoded(self._header(order, "Pending") | {"Id": order_id})
            self._sent(routes.replace(order.company, order_id, body, "make pending"))
        except GatewayError as error:
            text = f"create: the header of {order.vendor_invoice_number} is there, and then: {error}"
            raise AmbiguousError(text, operation="create", status=error.status, answer=error.answer) from error
        return OrderAccepted(order_id, accepted.answer)

    def _sent(self, call: Call, send_before: float | None = None, *, creating: bool = False) -> Answer:
        answer = self._http.write(call, send_before)
        fault = write_fault(call.subject, answer, call.expected, creating=creating)
        if fault is not None:
            raise fault
        return answer

    def _accepted(self, subject: Subject, answer: Answer) -> OrderAccepted:
        try:
            fields = single(answer, "create")
            made = order_of(fields)
        except GatewayError as error:
            text = f"{subject}: answered {answer.status} without an order that can be read: {error}"
            raise AmbiguousError(text, operation="create", status=answer.status, answer=answer.text) from error
        echo = None if made.items is None else self._platform_order(made, lines_of(made, fields, self._supplier))
        return OrderAccepted(made.order_id, answer.text, echo)

    def creation_status(self, company: str, location: str, platform_order_id: str) -> PlatformStatus:  # noqa: ARG002
        """Read the order's state; AbsentError while it is not there."""
        found = self._http.read(routes.order(company, platform_order_id), whole_order)
        return _STATUS.get(found.state, PlatformStatus.UNKNOWN)

    def find(self, company: str, window: ReportWindow) -> list[OrderSummary]:  # noqa: ARG002 - no date can be filtered by
        """List every purchase order of the company that carries a reference: all pages, whatever its state."""
        listed = read_pages(
            self._http, lambda skip: routes.every_order(company, skip), orders_of, lambda order: order.order_id
        )
        return [_summary(one) for one in listed if one.kind is CustomerOrderKind.PURCHASE and one.tender_id]

    def read(self, company: str, platform_order_id: str, vendor_invoice_number: str) -> PlatformOrder:  # noqa: ARG002
        """Read one order with the items that name us as supplier; AbsentError while it is not there."""

        def parse(answer: Answer) -> PlatformOrder:
            fields = single(answer, "read")
            order = order_of(fields)
            return self._platform_order(order, lines_of(order, fields, self._supplier))

        return self._http.read(routes.whole(company, platform_order_id), parse)

    def _platform_order(self, order: CustomerOrder, lines: tuple[PlatformLine, ...]) -> PlatformOrder:
        return PlatformOrder(
            order.order_id,
            order.tender_id,
            _STATUS.get(order.state, PlatformStatus.UNKNOWN),
            order.raw_state,
            lines,
            platform_order_number=order.printable_id,
            awaits_release=order.state is CustomerOrderState.PENDING and self._options.billing_customer_id is not None,
        )

    def release(self, company: str, platform_order_id: str) -> None:
        """Process a pending order; that it is processed already is as good."""
        call = routes.process(company, platform_order_id)
        try:
            self._sent(call)
        except RefusedError as refusal:
            if refusal.status != 409 or not self._is_processed(company, platform_order_id):
                raise

    def _is_processed(self, company: str, platform_order_id: str) -> bool:
        done = (CustomerOrderState.PROCESSED, CustomerOrderState.COMPLETED)
        return self._http.read(routes.order(company, platform_order_id), whole_order).state in done

    def cancel(self, company: str, platform_order_id: str) -> None:
        """Cancel a pending order; RefusedError for any other."""
        document = self._document(company, platform_order_id, whole=False)
        body = bodies.encoded({**document, "State": "Cancelled"})
        self._sent(routes.replace(company, platform_order_id, body, "cancel"))

    def add_lines(self, company: str, platform_order_id: str, lines: Sequence[RequestLine]) -> None:
        """Add items one by one; what goes wrong after the first was taken is an AmbiguousError."""
        for place, line in enumerate(lines):
            call = routes.add_item(company, platform_order_id, bodies.encoded(bodies.item(line, self._supplier, place)))
            try:
                self._sent(call)
            except GatewayError as error:
                if not place:
                    raise
                text = f"add lines: {place} of {len(lines)} were added, and then: {error}"
                raise AmbiguousError(text, operation="add lines", status=error.status, answer=error.answer) from error

    def update_lines(self, company: str, platform_order_id: str, lines: Sequence[RequestLine]) -> None:
        """Set quantity and cost of items of an order that is created or pending."""
        self._replace(company, platform_order_id, {line.sku: line for line in lines}, "update lines")

    def remove_lines(self, company: str, platform_order_id: str, skus: Sequence[str]) -> None:
        """Take items off an order that is created or pending."""
        self._replace(company, platform_order_id, dict.fromkeys(skus), "remove lines")

    def _replace(
        self, company: str, platform_order_id: str, wanted: dict[str, RequestLine | None], operation: str
    ) -> None:
        document = bodies.with_lines(self._document(company, platform_order_id, whole=True), wanted, self._supplier)
        self._sent(routes.replace_whole(company, platform_order_id, bodies.encoded(document), operation))

    def _document(self, company: str, platform_order_id: str, *, whole: bool) -> dict[str, object]:
        call = routes.whole(company, platform_order_id) if whole else routes.order(company, platform_order_id)
        answer = self._http.read(call, lambda answer: (whole_order(answer), answer)[1])
        return bodies.as_read(answer)


def _summary(order: CustomerOrder) -> OrderSummary:
    status = _STATUS.get(order.state, PlatformStatus.UNKNOWN)
    return OrderSummary(order.order_id, order.tender_id, status, order.raw_state)
