"""Reading companies, locations and the five reports; the calls go out one after another."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import datetime

import pandas as pd

from replenisher.errors import CredentialsError, ForbiddenError, GatewayError, UnavailableError
from replenisher.gateways.http.answers import Subject
from replenisher.gateways.soap.movements import receiving_of, sales_of
from replenisher.gateways.soap.replies import Reply
from replenisher.gateways.soap.service import ReportSubject, SoapService
from replenisher.gateways.soap.stores import locations_of
from replenisher.gateways.vmi.areas import Area, Share, shares, tree_of
from replenisher.gateways.vmi.identity import Identity, american, dates, one_store
from replenisher.gateways.vmi.inventory import area_report, store_report
from replenisher.gateways.vmi.movements import adjustments_of, transfers_of
from replenisher.gateways.vmi.places import STANDINGS, companies_of
from replenisher.logs import get_logger
from replenisher.purchasing.platform import Company, CompanyRelationship, Location, ReportStamp, ReportWindow

Report = tuple[pd.DataFrame, ReportStamp]
logger = get_logger(__name__)


class ReportReader:
    """The reading half of the channel; `stores_per_report` bounds the area that one inventory report covers."""

    def __init__(self, service: SoapService, identity: Identity, stores_per_report: int) -> None:
        self._service = service
        self._identity = identity
        self._stores_per_report = stores_per_report

    def platform_now(self) -> datetime:
        """Tell the platform's time in UTC; this machine's time until an answer has been read."""
        return self._service.platform_now()

    def companies(self) -> list[Company]:
        """List the companies that have enabled the vendor."""
        return self._companies("GetEnabledCompanies")

    def relationships(self) -> list[CompanyRelationship]:
        """List the companies that are enabled, pending or disabled, in this order."""
        return [
            CompanyRelationship(company, standing)
            for operation, standing in STANDINGS.items()
            for company in self._companies(operation)
        ]

    def company_list(self) -> list[Company]:
        """List the companies as the older list of them has it, which does not tell how they stand."""
        return self._companies("GetCompanyList")

    def _companies(self, operation: str) -> list[Company]:
        return self._service.read(operation, self._identity.alone(), companies_of, Subject("companies"))

    def locations(self, company: str) -> list[Location]:
        """List the company's locations that are enabled for the vendor."""
        subject = Subject("locations", f"company {company}")
        arguments = self._identity.at(company)
        return self._service.read("GetStoreList", arguments, lambda reply: locations_of(reply, company), subject)

    def inventory(
        self, company: str, locations: Sequence[str], window: ReportWindow, *, within_seconds: float | None = None
    ) -> dict[str, Report | Exception]:
        """Read the inventory reports of many locations; each has its frame and stamp, or its GatewayError.

        Several locations of one area come from one report of it, asked for at the highest level that is small
        enough; a failure of that report is every location's. Refused credentials end the asking.
        """
        until = None if within_seconds is None else time.monotonic() + within_seconds
        self._service.check_process()
        wanted = list(dict.fromkeys(locations))
        found: dict[str, Report | Exception] = {}
        refusal: GatewayError | None = None
        for share in self._shares(company, wanted):
            refusal = refusal or _too_late(until)
            read = dict.fromkeys(share.stores, refusal) if refusal else self._share(company, share, window)
            found |= {location: one for location, one in read.items() if one is not None}
            refusal = next(
                (one for one in read.values() if isinstance(one, CredentialsError | ForbiddenError)), refusal
            )
        return {location: found[location] for location in wanted}

    def _shares(self, company: str, wanted: Sequence[str]) -> list[Share]:
        """Choose the reports; when the company's tree cannot be read, every location's own."""
        tree: tuple[Area, ...] = ()
        if len(wanted) > 1 and self._stores_per_report > 1:
            try:
                subject = Subject("hierarchy", f"company {company}")
                tree = self._service.read("GetHierarchyInfo", self._identity.at(company), tree_of, subject)
            except GatewayError as error:
                logger.warning("gateway.hierarchy_not_read", company=company, error=str(error))
        valid = [location for location in wanted if location.isdecimal()]
        invalid = [Share({}, (location,)) for location in wanted if not location.isdecimal()]
        return shares(tree, valid, self._stores_per_report) + invalid

    def _share(self, company: str, share: Share, window: ReportWindow) -> dict[str, Report | Exception]:
        try:
            if len(share.stores) == 1:
                return {share.stores[0]: self._own_report(company, share.stores[0], window)}
            return self._shared_report(company, share, window)
        except GatewayError as error:
            return dict.fromkeys(share.stores, error)

    def _own_report(self, company: str, location: str, window: ReportWindow) -> Report:
        def parse(reply: Reply) -> Report:
            return store_report(reply, location, self.platform_now().date()), _stamp(reply)

        arguments = {**self._identity.at(company, location), **dates(window)}
        return self._service.read(
            "GetInventoryReport", arguments, parse, ReportSubject.of("inventory", company, location)
        )

    def _shared_report(self, company: str, share: Share, window: ReportWindow) -> dict[str, Report | Exception]:
        def parse(reply: Reply) -> dict[str, Report | Exception]:
            stamp = _stamp(reply)
            read = area_report(reply, company, share.stores, self.platform_now().date())
            return {location: one if isinstance(one, Exception) else (one, stamp) for location, one in read.items()}

        arguments = {**self._identity.at(company), **share.arguments, **dates(window)}
        subject = ReportSubject.of("inventory", company, ", ".join(share.stores))
        return self._service.read("GetGeographicInventoryReport", arguments, parse, subject)

    def sales(self, company: str, location: str, window: ReportWindow) -> pd.DataFrame:
        """Read sold and refunded lines: a frame of the `gateways.reports.SALES` contract."""
        days = {"startDate": american(window.start), "endDate": american(window.end)}
        arguments = {**self._identity.at(company, location), **days, **one_store(location)}
        subject = ReportSubject.of("sales", company, location)
        return self._service.read("GetProductSalesReport", arguments, lambda reply: sales_of(reply, location), subject)

    def receiving(self, company: str, location: str, window: ReportWindow) -> pd.DataFrame:
        """Read received lines: a frame of the `gateways.reports.RECEIVING` contract."""
        arguments = {**self._identity.at(company, location), **dates(window)}
        subject = ReportSubject.of("receiving", company, location)
        return self._service.read("GetReceivingInfo", arguments, lambda reply: receiving_of(reply, location), subject)

    def transfers(self, company: str, location: str, window: ReportWindow) -> pd.DataFrame:
        """Read lines moved between locations: a frame of the `gateways.reports.TRANSFERS` contract."""

        def parse(reply: Reply) -> pd.DataFrame:
            return transfers_of(reply, location, window)

        arguments = {**self._identity.at(company, location), **one_store(location), **dates(window)}
        subject = ReportSubject.of("transfers", company, location)
        return self._service.read("GetTransferCounts", arguments, parse, subject)

    def adjustments(self, company: str, location: str, window: ReportWindow) -> pd.DataFrame:
        """Read counted differences: a frame of the `gateways.reports.ADJUSTMENTS` contract."""

        def parse(reply: Reply) -> pd.DataFrame:
            return adjustments_of(reply, location, window)

        arguments = {**self._identity.at(company, location), **one_store(location), **dates(window)}
        subject = ReportSubject.of("adjustments", company, location)
        return self._service.read("GetAdjustmentReport", arguments, parse, subject)


def _stamp(reply: Reply) -> ReportStamp:
    answer = reply.answer
    return ReportStamp(answer.requested_at, answer.answered_at, len(answer.body))


def _too_late(until: float | None) -> UnavailableError | None:
    if until is None or time.monotonic() <= until:
        return None
    return UnavailableError("not asked for in time: the reports before it took too long", operation="inventory")
