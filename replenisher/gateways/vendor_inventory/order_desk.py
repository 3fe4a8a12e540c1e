"""Creating purchase orders, following them, and changing their lines."""

from __future__ import annotations

from collections.abc import Sequence

from replenisher.errors import GatewayError
from replenisher.gateways.http.answers import Answer, Subject, names_no_route, write_fault
from replenisher.gateways.http.client import Call, HttpClient
from replenisher.gateways.rest.pages import read_pages
from replenisher.gateways.vendor_inventory import orders
from replenisher.gateways.vendor_inventory.routes import ADD_LINES_SPELLINGS, Routes
from replenisher.purchasing.platform import (
    OrderAccepted,
    OrderRequest,
    OrderSummary,
    PlatformOrder,
    PlatformStatus,
    ReportWindow,
    RequestLine,
)


class OrderWriter:
    """The ordering half of the channel; every write is sent exactly once."""

    def __init__(self, http: HttpClient, routes: Routes) -> None:
        self._http = http
        self._routes = routes
        self._add_lines_spelling = 0

    def create(self, order: OrderRequest, *, send_before: float | None = None) -> OrderAccepted:
        """Send the order exactly once over a fresh connection, and not after `send_before` (`time.monotonic`).

        Raises NotSentError, ThrottledError, UnauthorisedError (nothing happened), RefusedError or ForbiddenError
        (a definite no), ExistsError (it is there already), CredentialsError (no token, nothing happened), and
        AmbiguousError for everything else.
        """
        body = orders.order_body(order, self._routes.vendor)
        about = f"{order.vendor_invoice_number} for location {order.location}"
        call = self._routes.create(order.company, order.location, body, about)
        return created(call.subject, self._http.write(call, send_before))

    def creation_status(self, company: str, location: str, platform_order_id: str) -> PlatformStatus:
        """Ask how far the creation of an accepted order is; AbsentError while nothing is known."""
        call = self._routes.creation_status(company, location, platform_order_id)
        return self._http.read(call, orders.parse_creation_status)

    def find(self, company: str, window: ReportWindow) -> list[OrderSummary]:
        """List every order of the company in the window, each once.

        No paging is documented, but services of this family page by `$skip`: after the documented request it is
        asked for what follows, until nothing new comes or the platform says that it knows no `$skip`.
        """
        return read_pages(
            self._http,
            lambda skip: self._routes.find(company, window, skip=skip),
            orders.parse_list,
            lambda summary: summary.platform_order_id,
        )

    def read(self, company: str, platform_order_id: str, vendor_invoice_number: str) -> PlatformOrder:  # noqa: ARG002
        """Read one order with its lines by its id; AbsentError while it is not there."""
        call = self._routes.read(company, platform_order_id)
        return self._http.read(call, lambda answer: orders.parse_order(answer, platform_order_id))

    def update_lines(self, company: str, platform_order_id: str, lines: Sequence[RequestLine]) -> None:
        """Set quantity and cost of lines of which nothing has been received."""
        self._change(self._routes.change_lines("PUT", company, platform_order_id, orders.lines_body(lines)))

    def add_lines(self, company: str, platform_order_id: str, lines: Sequence[RequestLine]) -> None:
        """Add lines; when the platform does not know the route it is sent once by the other documented spelling."""
        body = orders.lines_body(lines)
        spelling = self._add_lines_spelling
        for index in (spelling, 1 - spelling):
            call = self._routes.change_lines("POST", company, platform_order_id, body, ADD_LINES_SPELLINGS[index])
            answer = self._http.write(call)
            if index == spelling and names_no_route(answer):
                continue
            fault = changed(call.subject, answer, call.expected)
            if fault is not None:
                raise fault
            self._add_lines_spelling = index
            return

    def remove_lines(self, company: str, platform_order_id: str, skus: Sequence[str]) -> None:
        """Take lines of which nothing has been received off an order.

        The SKUs travel in the body of a DELETE, which some proxies drop: read the order afterwards.
        """
        self._change(self._routes.change_lines("DELETE", company, platform_order_id, orders.skus_body(skus)))

    def _change(self, call: Call) -> None:
        fault = changed(call.subject, self._http.write(call), call.expected)
        if fault is not None:
            raise fault


def created(subject: Subject, answer: Answer) -> OrderAccepted:
    """Judge the answer to a creation: the promised order, or the error it means."""
    fault = write_fault(subject, answer, (200, 201, 202), creating=True)
    if fault is not None:
        raise fault
    return orders.parse_accepted(answer)


def changed(subject: Subject, answer: Answer, expected: tuple[int, ...]) -> GatewayError | None:
    """Judge the answer to a change of lines: None when it was made."""
    return write_fault(subject, answer, expected, creating=False)
