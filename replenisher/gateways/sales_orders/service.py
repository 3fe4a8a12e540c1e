"""The gateway of the Sales Order service: what `SaleDesk` asks for, in plain JSON; HAL is understood anyway."""

from __future__ import annotations

from datetime import datetime
from types import TracebackType

import httpx
import msgspec

from replenisher.errors import AmbiguousError, ExistsError, GatewayError, RefusedError
from replenisher.gateways.http.answers import Answer, Subject, write_fault
from replenisher.gateways.http.client import Call, HttpClient
from replenisher.gateways.http.connection import Connection
from replenisher.gateways.http.paths import guid, whole_id
from replenisher.gateways.rest.filters import equals
from replenisher.gateways.rest.pages import paging, read_pages
from replenisher.gateways.sales_orders.bodies import sale_body
from replenisher.gateways.sales_orders.reading import entry_of, in_order, log_of, sale_of, sales_of, state_of
from replenisher.purchasing.sale_orders import (
    PlatformSaleState,
    SaleAccepted,
    SaleOrderRequest,
    SaleSummary,
    StatusEntry,
)

ACCEPTED = (200, 201, 202)
_EXISTS = ("already exists", "duplicate", "already been used")


class SalesOrders:
    """One service, one process; usable from several threads and as a context manager.

    Every call raises only GatewayError kinds, and WrongProcessError in another process than the one that made it.
    `tax_service_key` is how the service spells the reference to its tax service; `transport` replaces the network in
    tests.
    """

    def __init__(
        self,
        connection: Connection,
        transport: httpx.BaseTransport | None = None,
        tax_service_key: str = "IqmetrixTaxServiceId",
    ) -> None:
        self._http = HttpClient(connection, transport)
        self._tax_service_key = tax_service_key

    def __enter__(self) -> SalesOrders:
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

    def submit(self, order: SaleOrderRequest, *, send_before: float | None = None) -> SaleAccepted:
        """Send the sale order exactly once; an answer without an id that can be believed is an AmbiguousError."""
        path = f"{_company(order.company)}/{'SaleInvoice' if order.invoice else 'SaleOrder'}"
        subject = Subject("sale order", order.printable_id)
        call = Call(subject, "POST", path, body=sale_body(order, self._tax_service_key), expected=ACCEPTED)
        answer = self._http.write(call, send_before)
        fault = _submit_fault(subject, answer)
        if fault is not None:
            raise fault
        try:
            made = sale_of(answer)
        except GatewayError as error:
            text = f"{subject}: answered {answer.status} without a sale order that can be read: {error}"
            raise AmbiguousError(text, operation=subject.operation, status=answer.status, answer=answer.text) from error
        return SaleAccepted(made.platform_sale_id, answer.text)

    def find(self, company: str, printable_id: str) -> list[SaleSummary]:
        """Search the company's sale orders by our key: all pages, exact matches only."""
        subject = Subject("search of sale orders", printable_id[:60])
        clause = equals("PrintableId", printable_id)
        found = read_pages(
            self._http,
            lambda skip: Call(subject, "GET", f"{_company(company)}/SaleOrder", (("$filter", clause), *paging(skip))),
            sales_of,
            lambda sale: sale.platform_sale_id,
        )
        return [sale for sale in found if sale.printable_id == printable_id]

    def sale_order(self, company: str, platform_sale_id: str) -> SaleSummary:
        """Read one sale order; AbsentError when there is none."""
        subject = Subject("sale order", platform_sale_id)
        return self._http.read(Call(subject, "GET", _sale(company, platform_sale_id)), sale_of)

    def state(self, company: str, platform_sale_id: str) -> PlatformSaleState:
        """Read the state that people give a sale order."""
        subject = Subject("state of sale order", platform_sale_id)
        return self._http.read(Call(subject, "GET", _status(company, platform_sale_id)), state_of)

    def set_state(
        self,
        company: str,
        platform_sale_id: str,
        state: PlatformSaleState,
        *,
        user_id: int | None = None,
        send_before: float | None = None,
    ) -> PlatformSaleState:
        """Complete or cancel a pending sale order, once, and give the state that is read afterwards.

        The answer to the change itself may still show the state before it, so it is read again; when that fails it is
        an AmbiguousError.
        """
        wanted = {"Id": guid(platform_sale_id, "sale order"), "State": state.value}
        body = msgspec.json.encode(wanted if user_id is None else wanted | {"UpdatedBy": user_id})
        subject = Subject("change of state", f"sale order {platform_sale_id}")
        call = Call(subject, "PUT", _status(company, platform_sale_id), body=body)
        answer = self._http.write(call, send_before)
        fault = write_fault(subject, answer, call.expected, creating=False)
        if fault is not None:
            raise fault
        try:
            return self.state(company, platform_sale_id)
        except GatewayError as error:
            text = f"{subject}: the platform took it, and does not tell the state it is in: {error}"
            raise AmbiguousError(text, operation=subject.operation) from error

    def log(self, company: str, platform_sale_id: str) -> list[StatusEntry]:
        """Read the whole status log of a sale order, oldest entry first; empty while nothing is known."""
        subject = Subject("status log", f"sale order {platform_sale_id}")
        path = f"{_sale(company, platform_sale_id)}/StatusLog"
        found = read_pages(
            self._http, lambda skip: Call(subject, "GET", path, paging(skip)), log_of, lambda entry: entry
        )
        return in_order(found)

    def log_entry(self, company: str, platform_sale_id: str, entry_id: str) -> StatusEntry:
        """Read one entry of a status log; AbsentError when there is none."""
        path = f"{_sale(company, platform_sale_id)}/StatusLog({guid(entry_id, 'log entry')})"
        return self._http.read(Call(Subject("entry of the status log", entry_id), "GET", path), entry_of)


def _company(company: str) -> str:
    return f"/Companies({whole_id(company, 'company')})"


def _sale(company: str, platform_sale_id: str) -> str:
    return f"{_company(company)}/SaleOrder({guid(platform_sale_id, 'sale order')})"


def _status(company: str, platform_sale_id: str) -> str:
    return f"{_company(company)}/SaleOrderStatus({guid(platform_sale_id, 'sale order')})"


def _submit_fault(subject: Subject, answer: Answer) -> GatewayError | None:
    """Judge the answer to a sale order; a refusal that says it is there already means that an earlier try succeeded."""
    fault = write_fault(subject, answer, ACCEPTED, creating=True)
    if isinstance(fault, RefusedError) and any(words in str(fault).casefold() for words in _EXISTS):
        return ExistsError(str(fault), operation=fault.operation, status=fault.status, answer=fault.answer)
    return fault
