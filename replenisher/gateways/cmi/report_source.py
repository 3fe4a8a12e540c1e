"""Reading stores, sales and receipts; on hand is derived from them, because this interface has no report of its stock.

Open orders are read first and movements after them: a receipt that comes in between is then both on order and on hand,
so that less is ordered, never more.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import datetime, timedelta

import pandas as pd

from replenisher.errors import CredentialsError, ForbiddenError, GatewayError, RefusedError, UnavailableError
from replenisher.gateways.cmi.identity import ClientIdentity, receiving_days, sales_days
from replenisher.gateways.cmi.papers import receipt_movements, sale_movements
from replenisher.gateways.cmi.shelves import OpenUnits, open_order, open_units, shelves
from replenisher.gateways.http.answers import Subject
from replenisher.gateways.soap.movements import receiving_of, sales_of
from replenisher.gateways.soap.order_finder import DAY, OrderFinder
from replenisher.gateways.soap.orders import Standing
from replenisher.gateways.soap.replies import Reply
from replenisher.gateways.soap.service import ReportSubject, SoapService
from replenisher.gateways.soap.stores import locations_of
from replenisher.gateways.stock_book import StockBook
from replenisher.purchasing.platform import Company, CompanyRelationship, Location, ReportStamp, ReportWindow

OPEN_SINCE = timedelta(days=730)
"""How far back open orders are looked for; what an older one still brings is not counted as on order."""
Report = tuple[pd.DataFrame, ReportStamp]


class ReportReader(OrderFinder[ClientIdentity]):
    """The reading half of the channel; `companies` are the retailers whose accounts it may be asked with."""

    list_operation = "GetPurchaseOrdersByStatus"

    def __init__(self, service: SoapService, companies: Sequence[str], book: StockBook) -> None:
        OrderFinder.__init__(self, service, ClientIdentity())
        self._companies = tuple(companies)
        self._book = book

    def platform_now(self) -> datetime:
        """Tell the platform's time in UTC; this machine's time until an answer has been read."""
        return self._service.platform_now()

    def companies(self) -> list[Company]:
        """Give the companies that answer: the account is the retailer's own, so there is no list of them."""
        answering = []
        for company in self._companies:
            try:
                self.locations(company)
            except ForbiddenError:
                continue
            answering.append(Company(company, ""))
        return answering

    def relationships(self) -> list[CompanyRelationship]:
        """Give the companies that answer, which is what enabled means here."""
        return [CompanyRelationship(company, "enabled") for company in self.companies()]

    def locations(self, company: str) -> list[Location]:
        """List the company's stores that are enabled for this interface."""
        subject, arguments = Subject("locations", f"company {company}"), self._identity.at(company)
        return self._service.read("GetStoreList", arguments, lambda reply: locations_of(reply, company), subject)

    def inventory(
        self, company: str, locations: Sequence[str], window: ReportWindow, *, within_seconds: float | None = None
    ) -> dict[str, Report | Exception]:
        """Derive the stock of many locations; each has its frame and stamp, or its GatewayError.

        Without the list of open orders no location can be planned, for what is on its way would be ordered again.
        """
        until = None if within_seconds is None else time.monotonic() + within_seconds
        wanted = list(dict.fromkeys(locations))
        try:
            on_the_way = self._open_orders(company)
        except GatewayError as error:
            return dict.fromkeys(wanted, error)
        found: dict[str, Report | Exception] = {}
        refusal: GatewayError | None = None
        for location in wanted:
            if refusal is None and until is not None and time.monotonic() > until:
                text = "not asked for in time: the reports before it took too long"
                refusal = UnavailableError(text, operation="inventory")
            found[location] = refusal or self._derived(company, location, window, on_the_way)
            answer = found[location]
            refusal = answer if isinstance(answer, CredentialsError | ForbiddenError) else refusal
        return found

    def _derived(
        self, company: str, location: str, window: ReportWindow, on_the_way: dict[str, OpenUnits]
    ) -> Report | GatewayError:
        try:
            # A day more than asked for: the platform's clock may be ahead of the company's.
            reach = self._book.window(company, location, ReportWindow(window.start, window.end + DAY))
            sales, first = self._sales(company, location, reach)
            receipts, last = self._receiving(company, location, reach)
            self._book.post(company, location, reach, [*sale_movements(sales), *receipt_movements(receipts)])
        except GatewayError as error:
            return error
        frame = shelves(location, self._book.standings(company, location), on_the_way.get(location, OpenUnits()))
        return frame, ReportStamp(first.requested_at, last.answered_at, first.size_bytes + last.size_bytes)

    def _open_orders(self, company: str) -> dict[str, OpenUnits]:
        """Read the two lists of open orders, the uncommitted ones first: an order that moves on between is in both."""
        today = self.platform_now().date()
        return open_units(
            order
            for committed in (False, True)
            for order in self._listed(
                company,
                Standing(committed=committed),
                today - OPEN_SINCE,
                today + 2 * DAY,
                made=open_order,
                wanted=lambda head: not head.deleted,
            )
        )

    def sales(self, company: str, location: str, window: ReportWindow) -> pd.DataFrame:
        """Read sold and refunded lines: a frame of the `gateways.reports.SALES` contract."""
        return self._sales(company, location, window)[0]

    def receiving(self, company: str, location: str, window: ReportWindow) -> pd.DataFrame:
        """Read received lines: a frame of the `gateways.reports.RECEIVING` contract."""
        return self._receiving(company, location, window)[0]

    def transfers(self, company: str, location: str, window: ReportWindow) -> pd.DataFrame:  # noqa: ARG002
        """Raise RefusedError: this interface has no such report."""
        raise RefusedError("the CMI interface has no transfers report; nothing was sent", operation="transfers")

    def adjustments(self, company: str, location: str, window: ReportWindow) -> pd.DataFrame:  # noqa: ARG002
        """Raise RefusedError: this interface has no such report."""
        raise RefusedError("the CMI interface has no adjustments report; nothing was sent", operation="adjustments")

    def _sales(self, company: str, location: str, window: ReportWindow) -> Report:
        arguments = {**self._identity.at(company, location), **sales_days(window, location)}
        subject = ReportSubject.of("sales", company, location)
        return self._service.read(
            "GetProductSalesReport", arguments, lambda reply: (sales_of(reply, location), _stamp(reply)), subject
        )

    def _receiving(self, company: str, location: str, window: ReportWindow) -> Report:
        arguments = {**self._identity.at(company, location), **receiving_days(window)}
        subject = ReportSubject.of("receiving", company, location)
        return self._service.read(
            "GetReceivingInfo", arguments, lambda reply: (receiving_of(reply, location), _stamp(reply)), subject
        )


def _stamp(reply: Reply) -> ReportStamp:
    answer = reply.answer
    return ReportStamp(answer.requested_at, answer.answered_at, len(answer.body))
