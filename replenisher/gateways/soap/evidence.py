"""From SOAP answers to what they say about the open questions; pure, and sparing with what it repeats."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from lxml import etree

from replenisher.gateways.http.paths import ZERO_GUID
from replenisher.gateways.observations import Observation, Question, clock_seen, counted_words, seen, some, unanswered
from replenisher.gateways.soap import questions
from replenisher.gateways.soap.cells import moment
from replenisher.gateways.soap.packaged import NAMESPACE
from replenisher.gateways.soap.replies import Reply

ISO = re.compile(r"\d{4}-\d\d-\d\d([T ].*)?", re.ASCII)
AMERICAN = re.compile(r"\d{1,2}/\d{1,2}/\d{4}(.*)", re.ASCII)
DATES = frozenset({"SoldOn", "DateReceived", "CreatedDate", "EstimatedArrivalDate", "DateEOL"})


@dataclass
class Answers:
    """Replies by name, and why others are missing; `types` are the described ones, in wire order."""

    types: Mapping[str, Mapping[str, str]]
    replies: dict[str, Reply] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)
    clock_ahead_seconds: float | None = None

    def rows(self, name: str) -> list[etree._Element]:
        """Give the rows of one answer."""
        reply = self.replies.get(name)
        return [] if reply is None or reply.result is None else list(reply.result)

    def elements(self) -> Iterator[etree._Element]:
        """Give every element of every answer below its result."""
        for reply in self.replies.values():
            if reply.result is not None:
                yield from reply.result.iterdescendants()

    def orders(self) -> list[etree._Element]:
        """Give the names and dates of every listed order."""
        return [one for one in self.elements() if name_of(one) == "PurchaseOrderData"]


def name_of(element: etree._Element) -> str:
    """Give an element's name without its namespace."""
    return etree.QName(element).localname


def value(row: etree._Element, name: str) -> str:
    """Give the text of a child, empty when there is none."""
    return (row.findtext(f"{{{NAMESPACE}}}{name}") or "").strip()


def judged(answers: Answers) -> list[Observation]:
    """Answer the questions that the answers themselves answer."""
    return [
        _element_order(answers),
        _date_formats(answers),
        _not_supplied(answers),
        _refund_sign(answers),
        _duplicate_policy(answers),
        _unknown_fields(answers),
        _minmax_lock(answers),
        clock_seen(questions.SERVER_CLOCK, answers.clock_ahead_seconds),
    ]


def _described(answers: Answers) -> Iterator[tuple[list[str], list[str]]]:
    """Give of each element that has a type of its name: its children's names, and the described ones."""
    for element in answers.elements():
        described = answers.types.get(name_of(element))
        if described and len(element):
            yield [name_of(child) for child in element], list(described)


def _element_order(answers: Answers) -> Observation:
    kinds: Counter[str] = Counter()
    for written, described in _described(answers):
        known = [name for name in written if name in described]
        if known == sorted(known, key=described.index):
            kinds["as described"] += 1
        else:
            kinds["of the alphabet" if known == sorted(known) else "another order"] += 1
    if not kinds:
        return unanswered(questions.ELEMENT_ORDER, "no answer had a row")
    return seen(questions.ELEMENT_ORDER, ", ".join(f"{kind} ({count})" for kind, count in kinds.most_common()))


def _date_formats(answers: Answers) -> Observation:
    shapes: dict[str, Counter[str]] = {}
    for element in answers.elements():
        written = (element.text or "").strip()
        if name_of(element) in DATES and written and not written.startswith("0001"):
            shapes.setdefault(name_of(element), Counter())[_shape(written)] += 1
    if not shapes:
        return unanswered(questions.DATE_FORMATS, "no answer held a date")
    told = "; ".join(f"{name} {', '.join(counts)}" for name, counts in sorted(shapes.items()))
    strange = any("unreadable" in counts for counts in shapes.values())
    attention = "reports with such dates are refused: ask the retailer what they mean" if strange else ""
    return seen(questions.DATE_FORMATS, told, attention=attention)


def _shape(written: str) -> str:
    try:
        moment(written)
    except ValueError:
        return "unreadable"
    if ISO.fullmatch(written):
        return "ISO"
    american = AMERICAN.fullmatch(written)
    rest = american[1].strip().upper() if american else ""
    return "M/d/yyyy" if not rest else "M/d/yyyy h:mm AM/PM" if rest.endswith(("AM", "PM")) else "MM/dd/yyyy HH:mm"


def _not_supplied(answers: Answers) -> Observation:
    kinds = {"-1": "-1", ZERO_GUID: "the zero guid"}
    found = Counter(
        kinds.get(written) or "the year 1"
        for element in answers.elements()
        if (written := (element.text or "").strip()) in kinds or written.startswith("0001-01-01")
    )
    if not any(answers.rows(name) for name in answers.replies):
        return unanswered(questions.NOT_SUPPLIED, "no answer had a row")
    return seen(questions.NOT_SUPPLIED, ", ".join(f"{kind} ({count})" for kind, count in found.most_common()) or "none")


def _refund_sign(answers: Answers) -> Observation:
    refunds = [value(row, "Quantity") for row in answers.rows("sales") if value(row, "Refund").casefold() == "true"]
    if not refunds:
        return _no_rows(answers, questions.REFUND_SIGN, "sales", "refund")
    signs = ["negative" if quantity.startswith("-") else "positive" for quantity in refunds]
    return seen(questions.REFUND_SIGN, counted_words(signs))


def _duplicate_policy(answers: Answers) -> Observation:
    orders = {
        value(one, "PurchaseOrderID"): (value(one, "ShipToStoreID"), number)
        for one in answers.orders()
        if (number := value(one, "VendorInvoiceNumber")) and value(one, "IsDeleted").casefold() != "true"
    }
    if not orders:
        return unanswered(
            questions.DUPLICATE_POLICY, answers.problems.get("orders", "no order with a number is listed")
        )
    at_store = sorted(number for (_, number), count in Counter(orders.values()).items() if count > 1)
    if at_store:
        attention = "the platform holds one number twice: make sure that those goods are not shipped twice"
        return seen(questions.DUPLICATE_POLICY, f"twice at one store: {some(at_store)}", attention=attention)
    across = sorted(number for number, count in Counter(number for _, number in orders.values()).items() if count > 1)
    if across:
        return seen(questions.DUPLICATE_POLICY, f"refused at most per store: {some(across)} stand at several")
    what = f"no number stands twice among {len(orders)} orders; what a second create answers, only a write would tell"
    return seen(questions.DUPLICATE_POLICY, what)


def _unknown_fields(answers: Answers) -> Observation:
    found = {name for written, described in _described(answers) for name in written if name not in described}
    if not any(True for _ in _described(answers)):
        return unanswered(questions.UNKNOWN_FIELDS, "no answer had a row")
    return seen(questions.UNKNOWN_FIELDS, some(sorted(found)) if found else "none")


def _minmax_lock(answers: Answers) -> Observation:
    told = [value(row, "MinMaxLocked").casefold() for row in answers.rows("inventory")]
    if not any(told):
        return _no_rows(answers, questions.MINMAX_LOCK, "inventory", "stock report with MinMaxLocked")
    return seen(questions.MINMAX_LOCK, f"{told.count('true')} of {len(told)} rows are locked")


def _no_rows(answers: Answers, question: Question, name: str, what: str) -> Observation:
    return unanswered(question, answers.problems.get(name) or f"no {what} in the window")


def empty_array(reply: Reply | None) -> Observation:
    """Answer how a list without entries is written, from a report of a day that has not come yet."""
    if reply is None:
        return unanswered(questions.EMPTY_ARRAYS, "the report of a coming day was not answered")
    if reply.result is None:
        return seen(questions.EMPTY_ARRAYS, "no element at all")
    if len(reply.result):
        return unanswered(questions.EMPTY_ARRAYS, "the report of a coming day has rows")
    return seen(questions.EMPTY_ARRAYS, "an empty element")


def noonday(answers: Answers) -> tuple[str, date] | None:
    """Choose the sale nearest to noon, whose date is the same in every zone near it: its invoice id and its date."""
    dated = [
        (abs(at.hour + at.minute / 60 - 12), value(row, "RqInvoiceIdByStore"), at.date())
        for row in answers.rows("sales")
        if (at := read_moment(value(row, "SoldOn"))) is not None
    ]
    return min(dated)[1:] if dated else None


def read_moment(written: str) -> datetime | None:
    """Read a moment; None for one that is missing or cannot be read."""
    try:
        return moment(written) if written else None
    except ValueError:
        return None
