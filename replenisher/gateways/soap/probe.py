"""The contract probe of a SOAP service: reads only, asked in the words of a channel's `Dialect`.

1. What the service lists, then the reports of one store, each read by its real parser.
2. A report of a coming day, one of all stores, the sales of one day, the orders by status, a reference nobody has.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol
from uuid import uuid4

from replenisher.errors import AbsentError, GatewayError
from replenisher.gateways.http.answers import Subject
from replenisher.gateways.http.waits import http_date
from replenisher.gateways.observations import Findings, Interview, Observation, ProbeRequest, Sized, seen, unanswered
from replenisher.gateways.soap import questions
from replenisher.gateways.soap.evidence import Answers, empty_array, judged, noonday, read_moment, value
from replenisher.gateways.soap.orders import STANDINGS, Standing
from replenisher.gateways.soap.packaged import Wsdl, described_types
from replenisher.gateways.soap.replies import Reply
from replenisher.gateways.soap.service import SoapService
from replenisher.purchasing.platform import ReportWindow

DAY = timedelta(days=1)
ORDER_DAYS = 60 * DAY
STATEFUL = frozenset({"GetInventoryList", "GetUpdatedInventoryList"})
"""Reads that change what the next caller is told."""


@dataclass(frozen=True)
class Ask:
    """One read: its name among the answers, what a person calls it, and how it is asked and read."""

    name: str
    asked: str
    operation: str
    arguments: dict[str, object]
    parse: Callable[[Reply], object]

    def __post_init__(self) -> None:
        """Refuse an operation that is no harmless read."""
        if not self.operation.startswith("Get") or self.operation in STATEFUL:
            raise ValueError(f"{self.operation} is not a read that a probe may ask for")


class Dialect(Protocol):
    """How a channel asks; a location of None means all stores."""

    wsdl: Wsdl
    identity_elements: str

    def lists(self, company: str) -> list[Ask]:
        """Ask for what comes before any report; the last one is named `stores`."""
        ...

    def reports(self, company: str, location: str, window: ReportWindow) -> list[Ask]:
        """Ask for a store's reports beside sales."""
        ...

    def sales(self, company: str, location: str, window: ReportWindow) -> Ask:
        """Ask for a store's sales."""
        ...

    def receiving(self, company: str, location: str | None, window: ReportWindow) -> Ask:
        """Ask for the receipts of a store, or of all."""
        ...

    def orders(self, company: str, standing: Standing, window: ReportWindow) -> Ask:
        """Ask for the orders of one standing, these days and no others."""
        ...

    def by_reference(self, company: str, reference: str) -> Ask:
        """Ask for one order by our reference."""
        ...


class Conversation:
    """One probe: the interview, and what was answered so far."""

    def __init__(
        self, service: SoapService, dialect: Dialect, request: ProbeRequest, tell: Callable[[str], None]
    ) -> None:
        self._service = service
        self._dialect = dialect
        self._request = request
        self._interview = Interview(tell)
        self._answers = Answers(described_types(dialect.wsdl))

    def held(self) -> Findings:
        """Ask, judge, and give what was found."""
        for ask in self._dialect.lists(self._request.company):
            self._read(ask)
        answered = "stores" in self._answers.replies
        listed = tuple(value(row, "StoreID") for row in self._answers.rows("stores"))
        wanted = self._request.location or next(iter(listed), None)
        location = wanted if wanted in listed or not answered else None
        observations = self._reports(location) if location is not None else []
        observations += self._orders()
        observations += [*judged(self._answers), self._identity()]
        observations += [unanswered(question, "only a write would tell") for question in questions.WRITES]
        return Findings(location, listed if answered else None, self._interview.checks, observations)

    def _read(self, ask: Ask) -> None:
        reply = self._interview.ask(ask.asked, lambda: self._reply(ask), _sized)
        if reply is None:
            self._answers.problems[ask.name] = self._interview.problem_of(ask.asked)

    def _attempt(self, ask: Ask) -> Reply | GatewayError:
        return self._interview.attempt(ask.asked, lambda: self._reply(ask), _sized)

    def _reply(self, ask: Ask) -> Reply:
        def parse(reply: Reply) -> Reply:
            # Kept before it is read: an answer that our parser refuses says the most about the questions.
            self._answers.replies[ask.name] = reply
            told = http_date(reply.answer.headers.get("date", ""))
            if told is not None:
                self._answers.clock_ahead_seconds = (told - reply.answer.answered_at).total_seconds()
            ask.parse(reply)
            return reply

        return self._service.read(ask.operation, ask.arguments, parse, Subject(ask.asked))

    def _reports(self, location: str) -> list[Observation]:
        company, window = self._request.company, self._request.window
        for ask in (
            *self._dialect.reports(company, location, window),
            self._dialect.sales(company, location, window),
            self._dialect.receiving(company, location, window),
        ):
            self._read(ask)
        coming = ReportWindow(window.end + 30 * DAY, window.end + 30 * DAY)
        found = self._attempt(
            _renamed(self._dialect.sales(company, location, coming), "coming", "sales of a coming day")
        )
        empty = empty_array(None if isinstance(found, GatewayError) else found)
        return [empty, self._store_id(location), self._date_inclusive(location)]

    def _store_id(self, location: str) -> Observation:
        """Ask for the receipts of all stores by StoreID -1, and see whose they are."""
        ask = self._dialect.receiving(self._request.company, None, self._request.window)
        found = self._attempt(ask)
        if isinstance(found, GatewayError):
            return seen(questions.STORE_ID_MEANING, f"-1 is refused for a report ({found})")
        everywhere = {value(row, "ShipToStoreID") for row in self._answers.rows(ask.name)}
        own = {value(row, "ShipToStoreID") for row in self._answers.rows("receiving")}
        if not everywhere:
            return unanswered(questions.STORE_ID_MEANING, "no receipt in the window, at any store")
        told = f"-1 answers for {len(everywhere)} stores"
        told += f"; store {location} for itself" if own == {location} else f"; store {location} for {len(own)} stores"
        return seen(questions.STORE_ID_MEANING, told)

    def _date_inclusive(self, location: str) -> Observation:
        """Ask for the one day of a known sale, then for that day and the next."""
        question = questions.DATE_INCLUSIVE
        tried = noonday(self._answers)
        if tried is None:
            return unanswered(question, self._answers.problems.get("sales") or "no sale in the window")
        invoice, day = tried
        for more in (0, 1):
            ask = self._dialect.sales(self._request.company, location, ReportWindow(day, day + more * DAY))
            ask = _renamed(ask, f"sales {more}", f"sales report of {more + 1} day{'s' if more else ''}")
            found = self._attempt(ask)
            if isinstance(found, GatewayError):
                return unanswered(question, str(found))
            if invoice in {value(row, "RqInvoiceIdByStore") for row in self._answers.rows(ask.name)}:
                return self._covered(day, more)
        return unanswered(question, f"a sale of {day} is in no report of that day: another zone?")

    def _covered(self, day: date, more: int) -> Observation:
        if more == 0:
            return seen(questions.DATE_INCLUSIVE, f"covered: a sale of {day} is in the report from {day} to {day}")
        what = f"not covered: a sale of {day} is missing from {day} to {day}"
        if (self._request.window.end - self._request.window.start).days > 1:
            return seen(questions.DATE_INCLUSIVE, what)
        attention = "what the last day leaves out is read by no later report"
        return seen(questions.DATE_INCLUSIVE, what, attention=attention, setting="report_days: 2")

    def _orders(self) -> list[Observation]:
        company, end = self._request.company, self._request.window.end + DAY
        windows = {standing: f"orders {standing}" for standing in STANDINGS}
        for standing, name in windows.items():
            ask = self._dialect.orders(company, standing, ReportWindow(end - ORDER_DAYS, end))
            self._read(_renamed(ask, name, f"list of orders, {standing}"))
        return [self._list_windows(windows), *self._absent_order()]

    def _list_windows(self, names: dict[Standing, str]) -> Observation:
        """Ask for the one day of a known open order, then for that day and the next."""
        question = questions.LIST_WINDOWS
        for standing, name in names.items():
            for order in self._answers.rows(name):
                data = next((child for child in order if child.tag.endswith("}PurchaseOrderData")), None)
                at = read_moment(value(data, "CreatedDate")) if data is not None else None
                if at is not None:
                    return self._listed_on(standing, value(order, "PurchaseOrderID"), at.date())
        return unanswered(question, "no order with a date is listed")

    def _listed_on(self, standing: Standing, order: str, day: date) -> Observation:
        question = questions.LIST_WINDOWS
        for more, told in ((0, "is in the list from that day to that day"), (1, "only in that of a day more")):
            ask = self._dialect.orders(self._request.company, standing, ReportWindow(day, day + more * DAY))
            ask = _renamed(ask, f"orders of {more + 1}", f"list of orders of {more + 1} day{'s' if more else ''}")
            found = self._attempt(ask)
            if isinstance(found, GatewayError):
                return unanswered(question, str(found))
            if order in {value(row, "PurchaseOrderID") for row in self._answers.rows(ask.name)}:
                return seen(question, f"an order of {day} {told}")
        return seen(question, f"an order of {day} is listed by another date than that of its creation")

    def _absent_order(self) -> list[Observation]:
        """Ask for a reference that nobody has."""
        ask = self._dialect.by_reference(self._request.company, f"PROBE{uuid4().hex[:12].upper()}")
        found = self._attempt(ask)
        if not isinstance(found, GatewayError):
            shape = "no element at all" if found.result is None else "an empty order"
            nothing = unanswered(questions.FAULT_SHAPE, "no read met a fault; a refused write would show one")
            return [seen(questions.ABSENT_ORDER, shape), nothing]
        _, is_fault, said = str(found).partition(": fault ")
        if not is_fault:
            return [unanswered(one, str(found)) for one in (questions.ABSENT_ORDER, questions.FAULT_SHAPE)]
        words = said.rpartition("--->")[2].strip()[:100]
        attention = "" if isinstance(found, AbsentError) else "its words are not known: such a look-up finds no end"
        fault = seen(questions.FAULT_SHAPE, said[:160])
        return [seen(questions.ABSENT_ORDER, f"a fault: {words}", attention=attention), fault]

    def _identity(self) -> Observation:
        if not self._answers.replies:
            return unanswered(questions.IDENTITY_ELEMENT, "nothing was answered")
        return seen(questions.IDENTITY_ELEMENT, f"{self._dialect.identity_elements}, as described")


def _renamed(ask: Ask, name: str, asked: str) -> Ask:
    return Ask(name, asked, ask.operation, ask.arguments, ask.parse)


def _sized(reply: Reply) -> Sized:
    return Sized(len(reply.answer.body), 0 if reply.result is None else len(reply.result))
