"""Reading companies, locations and the five reports."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from datetime import datetime
from typing import TypeVar

import pandas as pd

from replenisher.errors import AbsentError, GatewayError, ReportRefusedError, UnavailableError
from replenisher.gateways.http.answers import Answer
from replenisher.gateways.http.client import Call, HttpClient
from replenisher.gateways.http.waits import LastingError
from replenisher.gateways.vendor_inventory import movements, places
from replenisher.gateways.vendor_inventory.inventory import REPEATED_ROWS, parse_inventory
from replenisher.gateways.vendor_inventory.routes import INVENTORY_SPELLINGS, Routes
from replenisher.gateways.vendor_inventory.transfers import parse_transfers
from replenisher.logs import get_logger
from replenisher.purchasing.platform import Company, CompanyRelationship, Location, ReportStamp, ReportWindow

Report = tuple[pd.DataFrame, ReportStamp]
logger = get_logger(__name__)
Parsed = TypeVar("Parsed")


class ReportReader:
    """The reading half of the channel; `threads` inventory reports are read at the same time."""

    def __init__(self, http: HttpClient, routes: Routes, threads: int) -> None:
        self._http = http
        self._routes = routes
        self._threads = threads
        self._pool: ThreadPoolExecutor | None = None
        self._spelling = 0

    def close(self) -> None:
        """Give back the threads."""
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
            self._pool = None

    def platform_now(self) -> datetime:
        """Tell the platform's time in UTC; this machine's time until an answer has been read."""
        return self._http.platform_now()

    def companies(self) -> list[Company]:
        """List the companies that have enabled the vendor."""
        return self._http.read(self._routes.companies(), places.parse_companies)

    def relationships(self) -> list[CompanyRelationship]:
        """List the companies that have enabled the vendor: this interface names no others."""
        return [CompanyRelationship(company, "enabled") for company in self.companies()]

    def locations(self, company: str) -> list[Location]:
        """List the company's locations that are enabled for the vendor."""
        return self._http.read(self._routes.locations(company), lambda answer: places.parse_locations(answer, company))

    def inventory(
        self, company: str, locations: Sequence[str], window: ReportWindow, *, within_seconds: float | None = None
    ) -> dict[str, Report | Exception]:
        """Read the inventory reports of many locations; each has its frame and stamp, or its GatewayError."""
        until = None if within_seconds is None else time.monotonic() + within_seconds
        self._http.check_process()
        if self._pool is None:
            self._pool = ThreadPoolExecutor(self._threads, thread_name_prefix="inventory")
        wanted = list(dict.fromkeys(locations))
        # Each thread gets a copy of the caller's context, so that its log lines carry the same run.
        reading = [
            self._pool.submit(copy_context().run, self._report_or_error, company, location, window, until)
            for location in wanted
        ]
        try:
            return {location: future.result() for location, future in zip(wanted, reading, strict=True)}
        finally:
            for future in reading:
                future.cancel()

    def sales(self, company: str, location: str, window: ReportWindow) -> pd.DataFrame:
        """Read sold, refunded and exchanged lines: a frame of the `gateways.reports.SALES` contract."""
        return self._movements("sales", company, location, window, movements.parse_sales)

    def receiving(self, company: str, location: str, window: ReportWindow) -> pd.DataFrame:
        """Read received lines: a frame of the `gateways.reports.RECEIVING` contract."""
        return self._movements("receiving", company, location, window, movements.parse_receiving)

    def transfers(self, company: str, location: str, window: ReportWindow) -> pd.DataFrame:
        """Read lines moved between locations: a frame of the `gateways.reports.TRANSFERS` contract."""
        return self._movements("transfers", company, location, window, parse_transfers)

    def adjustments(self, company: str, location: str, window: ReportWindow) -> pd.DataFrame:
        """Read counted differences: a frame of the `gateways.reports.ADJUSTMENTS` contract."""
        return self._movements("adjustments", company, location, window, movements.parse_adjustments)

    def _movements(
        self,
        name: str,
        company: str,
        location: str,
        window: ReportWindow,
        parse: Callable[[bytes, str], pd.DataFrame],
    ) -> pd.DataFrame:
        call = self._routes.report(name, company, location, window)
        return self._read(call, location, lambda answer: parse(answer.body, location))

    def _report_or_error(
        self, company: str, location: str, window: ReportWindow, until: float | None
    ) -> Report | Exception:
        if until is not None and time.monotonic() > until:
            return UnavailableError("not asked for in time: the reports before it took too long", operation="inventory")
        try:
            return self._report(company, location, window)
        except GatewayError as error:
            return error

    def _report(self, company: str, location: str, window: ReportWindow) -> Report:
        spelling = self._spelling
        try:
            return self._spelled(company, location, window, spelling)
        except (AbsentError, LastingError) as error:
            if error.status != 404 or (isinstance(error, AbsentError) and error.explained):
                raise
            first = error
        try:
            report = self._spelled(company, location, window, 1 - spelling)
        except (AbsentError, LastingError):
            raise first from None
        # The platform knows the other spelling: ask by it first from now on.
        self._spelling = 1 - spelling
        logger.info("gateway.route_spelling_learned", spelling="/".join(INVENTORY_SPELLINGS[self._spelling]))
        return report

    def _spelled(self, company: str, location: str, window: ReportWindow, spelling: int) -> Report:
        def parse(answer: Answer) -> Report:
            stamp = ReportStamp(answer.requested_at, answer.answered_at, len(answer.body))
            frame = parse_inventory(answer.body, location)
            if repeated := frame.attrs.get(REPEATED_ROWS):
                logger.warning("gateway.repeated_rows", location=location, company=company, rows=repeated)
            return frame, stamp

        return self._read(self._routes.inventory(company, location, window, spelling), location, parse)

    def _read(self, call: Call, location: str, parse: Callable[[Answer], Parsed]) -> Parsed:
        try:
            return self._http.read(call, parse)
        except LastingError as error:
            if error.status is not None:
                raise
            # Too large or packed too tightly: the report itself is at fault.
            report = call.subject.operation
            raise ReportRefusedError(location=location, report=report, reason=str(error)) from error
