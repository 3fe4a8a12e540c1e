"""The gateway of the Sales Order service: what `SaleDesk` asks for, in plain JSON; HAL is understood anyway."""

from __future__ import annotations

import re
from datetime import datetime
from types import TracebackType

import httpx

from replenisher.errors import AmbiguousError, ExistsError, GatewayError, RefusedError
from replenisher.gateways.http.answers import Answer, Subject, is_page, platform_words, write_fault
from replenisher.gateways.http.client import Call, HttpClient
from replenisher.gateways.http.connection import Connection
from replenisher.gateways.http.paths import guid, whole_id
from replenisher.gateways.rest.documents import unreadable
from replenisher.gateways.rest.filters import equals
from replenisher.gateways.rest.pages import paging, read_pages
from replenisher.gateways.sales_orders.bodies import sale_body, state_body
from replenisher.gateways.sales_orders.reading import (
    entry_of,
    in_order,
    log_of,
    sale_of,
    sales_of,
    state_of,
    without_payments,
)
from replenisher.purchasing.sale_orders import (
    PlatformSaleState,
    SaleAccepted,
    SaleOrderRequest,
    SaleSummary,
    StatusEntry,
)

ACCEPTED = tuple(range(200, 300))
"""The documents say 200 in one place and 202 in another; what counts is what the answer holds."""
_EXISTS = re.compile(
    r"printable ?id.{0,80}(already|duplicate|in use|exists|unique)|duplicate.{0,40}printable ?id"
    r"|sales? ?(order|invoice).{0,80}already (exists|been)|existing sales? ?(order|invoice)",
    re.IGNORECASE | re.DOTALL,
)


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
        fault = _submit_fault(subject, answer, order.printable_id)
        if fault is not None:
            fault.answer = without_payments(fault.answer)
            raise fault
        return SaleAccepted(_id_of_ours(subject, answer, order.printable_id), without_payments(answer.text))

    def find(self, company: str, printable_id: str) -> list[SaleSummary]:
        """Search the company's sale orders by our key, all pages; where none matches exactly, those in other letters.

        A platform that keeps our key in small letters must not look like one that lacks the order: it would be sent
        again. UnavailableError when a service that neither filters nor pages shows other orders and none of ours: that
        it is not there is then not told.
        """
        subject = Subject("search of sale orders", printable_id[:60])
        clause = equals("PrintableId", printable_id)
        sizes: list[int] = []

        def parse(answer: Answer) -> list[SaleSummary]:
            page = sales_of(answer)
            sizes.append(len(page))
            return page

        listed = read_pages(
            self._http,
            lambda skip: Call(subject, "GET", f"{_company(company)}/SaleOrder", (("$filter", clause), *paging(skip))),
            parse,
            lambda sale: sale.platform_sale_id,
        )
        alike = [sale for sale in listed if not _is_another(sale, printable_id)]
        found = [sale for sale in alike if sale.printable_id == printable_id] or alike
        if not found and sizes[-1] and listed:
            raise unreadable(str(subject), "the service shows other orders, and not all of them")
        return found

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
        an AmbiguousError. A state that is set already is refused by the platform in its own words (RefusedError).
        """
        subject = Subject("change of state", f"sale order {platform_sale_id}")
        body = state_body(platform_sale_id, state, user_id)
        call = Call(subject, "PUT", _status(company, platform_sale_id), body=body, expected=ACCEPTED)
        answer = self._http.write(call, send_before)
        fault = write_fault(subject, answer, ACCEPTED, creating=False)
        if fault is not None:
            raise fault
        try:
            return self.state(company, platform_sale_id)
        except GatewayError as error:
            text = f"{subject}: the platform took it, and does not tell the state it is in: {error}"
            raise AmbiguousError(text, operation=subject.operation, status=answer.status, answer=answer.text) from error

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


def _is_another(sale: SaleSummary, printable_id: str) -> bool:
    """Tell whether no comparison, however lax about case and blanks, can have taken this for the order meant."""
    return sale.printable_id.strip().casefold() != printable_id.strip().casefold()


def _company(company: str) -> str:
    return f"/Companies({whole_id(company, 'company')})"


def _sale(company: str, platform_sale_id: str) -> str:
    return f"{_company(company)}/SaleOrder({guid(platform_sale_id, 'sale order')})"


def _status(company: str, platform_sale_id: str) -> str:
    return f"{_company(company)}/SaleOrderStatus({guid(platform_sale_id, 'sale order')})"


def _submit_fault(subject: Subject, answer: Answer, printable_id: str) -> GatewayError | None:
    """Judge the answer to a sale order; a no that says it is there already means that an earlier try succeeded."""
    fault = write_fault(subject, answer, ACCEPTED, creating=False)
    if not isinstance(fault, RefusedError | AmbiguousError) or answer.status < 400 or is_page(answer):
        return fault
    # Our own number is taken out: what it happens to spell is not what the platform says.
    said = platform_words(answer).replace(printable_id, " ")
    if answer.status == 409 or _EXISTS.search(said):
        return ExistsError(str(fault), operation=fault.operation, status=fault.status, answer=fault.answer)
    return fault


def _id_of_ours(subject: Subject, answer: Answer, printable_id: str) -> str:
    """Read the id that a sale order was given; AmbiguousError without one, or when the answer tells of another."""
    said, told = f"{subject}: answered {answer.status}", without_payments(answer.text)
    try:
        made = sale_of(answer)
    except GatewayError as error:
        text = f"{said} without a sale order that can be read: {error}"
        raise AmbiguousError(text, operation=subject.operation, status=answer.status, answer=told) from error
    if made.printable_id not in ("", printable_id):
        text = f"{said} with another sale order, {made.printable_id[:60]}"
        raise AmbiguousError(text, operation=subject.operation, status=answer.status, answer=told)
    return made.platform_sale_id
