"""The contract probe of the Vendor Inventory interface: reads only, and what their answers say where documents differ.

1. Companies, locations and the five reports of one location, each read by its real parser.
2. The inventory report by its other spelling, the sales report by other names of its dates and for a single day.
3. The list of orders whole and in pages, up to two orders, one that cannot exist, the creation status of one of ours.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

from replenisher.errors import AbsentError, GatewayError
from replenisher.gateways.http.answers import Answer
from replenisher.gateways.http.client import Call, HttpClient
from replenisher.gateways.http.waits import http_date
from replenisher.gateways.observations import Findings, Interview, Observation, ProbeRequest, Sized, seen, unanswered
from replenisher.gateways.vendor_inventory import movements, orders, places, questions
from replenisher.gateways.vendor_inventory.inventory import parse_inventory
from replenisher.gateways.vendor_inventory.order_evidence import judge_orders
from replenisher.gateways.vendor_inventory.raw_answers import Raw, named
from replenisher.gateways.vendor_inventory.report_evidence import date_inclusive, judge_reports, noonday
from replenisher.gateways.vendor_inventory.routes import INVENTORY_SPELLINGS, Routes
from replenisher.gateways.vendor_inventory.transfers import FROM, parse_transfers
from replenisher.purchasing.platform import ReportWindow

ORDER_DAYS = 60
"""How far back the list of orders is asked for: a week may hold none."""
ORDERS_READ = 2
REPORTS: dict[str, Callable[[bytes, str], object]] = {
    "sales": movements.parse_sales,
    "receiving": movements.parse_receiving,
    "transfers": parse_transfers,
    "adjustments": movements.parse_adjustments,
}


class Prober:
    """The part of the channel that probes its interface; it only reads."""

    _http: HttpClient
    _routes: Routes

    def probe(self, request: ProbeRequest, tell: Callable[[str], None]) -> Findings:
        """Ask everything once; CredentialsError when signing in is refused, any other failure is a check."""
        return _Conversation(self._http, self._routes, request, tell).held()


class _Conversation:
    """One probe: the interview, and what was answered so far."""

    def __init__(self, http: HttpClient, routes: Routes, request: ProbeRequest, tell: Callable[[str], None]) -> None:
        self._http = http
        self._routes = routes
        self._company = request.company
        self._request = request
        self._interview = Interview(tell)
        self._raw = Raw()

    def held(self) -> Findings:
        """Ask, judge, and give what was found."""
        company = self._company
        self._read("companies", "sign in, list of companies", self._routes.companies(), places.parse_companies)
        call = self._routes.locations(company)
        self._read("locations", "list of locations", call, lambda answer: places.parse_locations(answer, company))
        listed = [str(row["LocationId"]) for row in self._raw.rows("locations")]
        answered = "locations" in self._raw.documents
        wanted = self._request.location or next(iter(listed), None)
        location = wanted if wanted in listed or not answered else None
        observations: list[Observation] = []
        if location is not None:
            observations += self._reports(location)
        observations += self._orders(location)
        observations += [*judge_reports(self._raw), *judge_orders(self._raw)]
        observations += [unanswered(question, "only a write would tell") for question in questions.WRITES]
        return Findings(location, tuple(listed) if answered else None, self._interview.checks, observations)

    def _read(self, name: str, asked: str, call: Call, parse: Callable[[Answer], object]) -> None:
        """Read by the real parser, and keep the decoded answer, or why there is none, under the name."""
        answer = self._interview.ask(asked, lambda: self._answer(call, parse), _sized)
        if answer is None:
            self._raw.problems[name] = self._interview.problem_of(asked)
        else:
            self._keep(name, answer)

    def _answer(self, call: Call, parse: Callable[[Answer], object]) -> Answer:
        def parsed(answer: Answer) -> Answer:
            parse(answer)
            return answer

        return self._http.read(call, parsed)

    def _keep(self, name: str, answer: Answer) -> None:
        self._raw.documents[name] = _decoded(answer)
        self._raw.headers = answer.headers
        told = http_date(answer.headers.get("date", ""))
        if told is not None:
            self._raw.clock_ahead_seconds = (told - answer.answered_at).total_seconds()

    def _reports(self, location: str) -> list[Observation]:
        window = self._request.window
        route = self._inventory(location, window)
        for name, parse in REPORTS.items():
            call = self._routes.report(name, self._company, location, window)
            self._read(name, f"{name} report", call, _of(parse, location))
        return [route, self._query_case(location, window), self._date_inclusive(location, window)]

    def _inventory(self, location: str, window: ReportWindow) -> Observation:
        """Ask by both spellings; the first that is answered is the report that the other questions are put to."""
        answered: list[str] = []
        refused: list[str] = []
        for spelling, words in enumerate(INVENTORY_SPELLINGS):
            route = "/".join(words)
            call = self._routes.inventory(self._company, location, window, spelling)
            parse = _of(parse_inventory, location)
            found = self._interview.attempt(f"inventory report, {route}", lambda: self._answer(call, parse), _sized)  # noqa: B023 - called at once
            if isinstance(found, GatewayError):
                refused.append(str(found))
                continue
            answered.append(route)
            if "inventory" not in self._raw.documents:
                self._keep("inventory", found)
        if not answered:
            self._raw.problems["inventory"] = refused[0]
            self._interview.fail("inventory report", refused[0])
            return unanswered(questions.INVENTORY_ROUTE, refused[0])
        told = f"{answered[0]} answers" if refused else f"{' and '.join(answered)} both answer"
        return seen(questions.INVENTORY_ROUTE, told)

    def _query_case(self, location: str, window: ReportWindow) -> Observation:
        """Ask for the sales once more, by the other names of the two dates."""
        if "sales" not in self._raw.documents:
            return unanswered(questions.QUERY_CASE, self._raw.problems["sales"])
        call = self._routes.report("sales", self._company, location, window)
        other = replace(call, query=tuple((name[0].lower() + name[1:], value) for name, value in call.query))
        found = self._sales("sales report, startDate", location, other)
        if isinstance(found, GatewayError):
            return seen(questions.QUERY_CASE, f"only StartDate is answered ({found})")
        if len(found) == len(self._raw.rows("sales")):
            return seen(questions.QUERY_CASE, "either is answered, with as many rows")
        return seen(questions.QUERY_CASE, "startDate is answered with other rows: it may not be read")

    def _date_inclusive(self, location: str, window: ReportWindow) -> Observation:
        """Ask for the one day of a known sale, then for that day and the next."""
        tried = noonday(self._raw.rows("sales"))
        found: list[bool | str] = []
        for more in (0, 1):
            if tried is None:
                break
            days = ReportWindow(tried[1], tried[1] + timedelta(days=more))
            call = self._routes.report("sales", self._company, location, days)
            rows = self._sales(f"sales report of {more + 1} day{'s' if more else ''}", location, call)
            if isinstance(rows, GatewayError):
                found.append(str(rows))
                break
            found.append(tried[0] in {str(row.get("InvoiceId")) for row in rows})
            if found[0]:
                break
        return date_inclusive(self._raw, tried, found, (window.end - window.start).days)

    def _sales(self, asked: str, location: str, call: Call) -> list[dict[str, Any]] | GatewayError:
        parse = _of(movements.parse_sales, location)
        found = self._interview.attempt(asked, lambda: self._answer(call, parse), _sized)
        return found if isinstance(found, GatewayError) else Raw({"sales": _decoded(found)}).rows("sales")

    def _orders(self, location: str | None) -> list[Observation]:
        self._list()
        observations: list[Observation] = []
        own = [one for one in self._request.own_orders if location in (None, one.location)]
        listed = [str(found) for row in self._raw.rows("list") if (found := _order_id(row))]
        read: list[Any] = []
        # One of our own if there is one, for we know what it should hold; else whatever the list begins with.
        for order in list(dict.fromkeys([*(one.platform_order_id for one in own[:1]), *listed]))[:ORDERS_READ]:
            name = f"order {len(read) + 1}"
            call = self._routes.read(self._company, order)
            self._read(name, name, call, lambda answer, order=order: orders.parse_order(answer, order))  # type: ignore[misc]
            read.append(self._raw.documents.pop(name, None))
        self._raw.documents["orders"] = [one for one in read if one is not None]
        observations.append(self._absent_order())
        observations.append(self._creation_status(own[0].location, own[0].platform_order_id) if own else _no_own())
        return observations

    def _list(self) -> None:
        """Ask for many days of orders, or for the window where so many are refused."""
        window = self._request.window
        wide = ReportWindow(window.end - timedelta(days=ORDER_DAYS), window.end + timedelta(days=1))
        call = self._routes.find(self._company, wide)
        found = self._interview.attempt("list of orders", lambda: self._answer(call, orders.parse_list), _sized)
        if not isinstance(found, GatewayError):
            self._keep("list", found)
            self._raw.span = f"{ORDER_DAYS + 1} days of orders are answered"
            self._page(call)
            return
        narrow = self._routes.find(self._company, window)
        self._read("list", "list of orders", narrow, orders.parse_list)
        if "list" in self._raw.documents:
            self._raw.span = f"{ORDER_DAYS + 1} days of orders are refused, fewer are answered ({found})"
            self._page(narrow)

    def _page(self, call: Call) -> None:
        """Ask for one order, and for what follows the whole list."""
        whole = len(self._raw.rows("list"))
        for name, query in (("$top=1", (("$top", "1"),)), (f"$skip={whole}", (("$skip", str(whole)),))):
            paged = replace(call, query=(*call.query, *query))
            asked = f"list of orders, {name}"
            found = self._interview.attempt(asked, lambda: self._answer(paged, orders.parse_list), _sized)  # noqa: B023 - called at once
            self._raw.pages.append(found if isinstance(found, GatewayError) else orders.parse_list(found))

    def _absent_order(self) -> Observation:
        """Ask for an order that cannot exist."""
        unheard = str(uuid4())
        call = self._routes.read(self._company, unheard)
        question = questions.ABSENT_ORDER
        try:
            self._http.read(call, lambda answer: orders.parse_order(answer, unheard))
        except AbsentError as absent:
            return seen(question, "404 with a message" if absent.explained else "404 without a message")
        except GatewayError as error:
            if error.status is None or error.status >= 500:
                return unanswered(question, str(error))
            attention = "an order that is not there is not told by a 404: look-ups cannot tell it from trouble"
            return seen(question, f"answered {error.status}", attention=attention)
        return seen(question, "an order was answered for an id that nobody has", attention="ask the retailer")

    def _creation_status(self, location: str, order: str) -> Observation:
        call = self._routes.creation_status(self._company, location, order)
        asked = "creation status of an order"
        found = self._interview.attempt(asked, lambda: self._answer(call, orders.parse_creation_status), _sized)
        if isinstance(found, GatewayError):
            return seen(questions.CREATION_STATUS, f"refused for an order that is there ({found})")
        document = _decoded(found)
        word = named(document, "status") if isinstance(document, dict) else document
        shape = "an object with a status" if isinstance(document, dict) else "the bare word"
        return seen(questions.CREATION_STATUS, f"{shape}: {str(word)[:60]}")


def _no_own() -> Observation:
    return unanswered(questions.CREATION_STATUS, "no order of ours at this location to ask about")


def _of(parse: Callable[[bytes, str], object], location: str) -> Callable[[Answer], object]:
    return lambda answer: parse(answer.body, location)


def _order_id(row: dict[str, Any]) -> Any:
    return next((found for name in orders.ORDER_ID_NAMES if (found := named(row, name))), None)


def _decoded(answer: Answer) -> Any:
    return json.loads(answer.body, object_pairs_hook=_keep_repeated)


def _keep_repeated(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Build an object; a second sending location keeps its place under a name of its own."""
    built: dict[str, Any] = {}
    for name, value in pairs:
        built[f"{name} (2)" if name == FROM and name in built else name] = value
    return built


def _sized(answer: Answer) -> Sized:
    document = _decoded(answer)
    return Sized(len(answer.body), len(document) if isinstance(document, list) else 1)
