"""What a contract probe asks of an interface and what it found: checks of each read, and answers to open questions.

A question is a point where the documents contradict themselves or are silent. Evidence is short and holds no token,
no credentials and no whole answer.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from replenisher.errors import CredentialsError, GatewayError
from replenisher.purchasing.platform import ReportWindow

Read = TypeVar("Read")
CLOCK_SECONDS = 300
"""A clock that is further off needs a look: business dates may differ from ours for part of the day."""
LONGEST_WORD = 60
"""Characters of a word of the platform that evidence repeats."""


@dataclass(frozen=True)
class Check:
    """One read: what was asked, and how it was answered; `problem` is empty when all was well.

    `milliseconds` covers retries; `size_bytes` and `rows` are None where nothing was read or nothing is counted.
    """

    asked: str
    answered: bool
    milliseconds: int
    size_bytes: int | None = None
    rows: int | None = None
    problem: str = ""


@dataclass(frozen=True)
class Question:
    """A point on which the documents are no help: its name, what they say, and what replenisher does about it."""

    name: str
    documents: str
    handled: str


@dataclass(frozen=True)
class Observation:
    """What this platform does about a question.

    `seen` is empty for a question that could not be answered, and `unanswered` then says why. `attention` says what a
    person should do, and `setting` names the setting to change with its value; both are empty when all is well.
    """

    question: str
    seen: str
    documents: str
    handled: str
    attention: str = ""
    setting: str = ""
    unanswered: str = ""


def seen(question: Question, what: str, *, attention: str = "", setting: str = "") -> Observation:
    """Answer a question."""
    return Observation(question.name, what, question.documents, question.handled, attention, setting)


def unanswered(question: Question, why: str) -> Observation:
    """Say why a question has no answer."""
    return Observation(question.name, "", question.documents, question.handled, unanswered=why)


def clock_seen(question: Question, ahead_seconds: float | None) -> Observation:
    """Answer how far the platform's clock is ahead of ours; None when no answer told it."""
    if ahead_seconds is None:
        return unanswered(question, "no answer carried a Date header")
    where = "ahead of" if ahead_seconds >= 0 else "behind"
    off = abs(ahead_seconds) > CLOCK_SECONDS
    attention = "see which clock is wrong, this machine's or the platform's" if off else ""
    return seen(question, f"{abs(ahead_seconds):.0f} s {where} ours", attention=attention)


@dataclass(frozen=True)
class OwnOrder:
    """An order of ours by its three names, and the location it is for."""

    location: str
    platform_order_id: str
    vendor_invoice_number: str


@dataclass(frozen=True)
class ProbeRequest:
    """What to probe: a company, one of its locations (None: the first that is listed), and the window of its reports.

    `own_orders` are orders of ours that the platform has had, the newest first.
    """

    company: str
    location: str | None
    window: ReportWindow
    own_orders: tuple[OwnOrder, ...] = ()


@dataclass
class Findings:
    """What a probe found.

    `location` is the one whose reports were read, None when it came to none; `listed` are the company's locations,
    None when the list was not answered.
    """

    location: str | None = None
    listed: tuple[str, ...] | None = None
    checks: list[Check] = field(default_factory=list)
    observations: list[Observation] = field(default_factory=list)


@dataclass(frozen=True)
class Sized:
    """How large an answer was, and how many rows it had."""

    size_bytes: int | None
    rows: int | None


class Interview:
    """Asks one read after the other, timing each and noting how it was answered."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self.checks: list[Check] = []
        self._tell = tell
        self._refusal = GatewayError("not asked")

    def ask(self, asked: str, read: Callable[[], Read], size: Callable[[Read], Sized]) -> Read | None:
        """Read, and note how it went; None when it was not answered. CredentialsError goes on to the caller."""
        self._tell(asked)
        started = time.monotonic()
        try:
            found = read()
        except CredentialsError:
            raise
        except GatewayError as error:
            self._refusal = error
            self.checks.append(Check(asked, False, _since(started), problem=str(error)))
            return None
        sized = size(found)
        self.checks.append(Check(asked, True, _since(started), sized.size_bytes, sized.rows))
        return found

    def attempt(self, asked: str, read: Callable[[], Read], size: Callable[[Read], Sized]) -> Read | GatewayError:
        """Read what may well be refused: an answer is noted as a check, a refusal is only given back."""
        before = len(self.checks)
        found = self.ask(asked, read, size)
        if found is not None:
            return found
        del self.checks[before:]
        return self._refusal

    def fail(self, asked: str, problem: str) -> None:
        """Note a read that was attempted in every way and never answered."""
        self.checks.append(Check(asked, False, 0, problem=problem))

    def problem_of(self, asked: str) -> str:
        """Tell why a read was not answered, for the questions that depend on it."""
        return next((check.problem for check in self.checks if check.asked == asked and not check.answered), "")


def _since(started: float) -> int:
    return round((time.monotonic() - started) * 1000)


def counted_words(words: Iterable[str]) -> str:
    """Write words with how often each was seen: `Completed (12), Pending (3)`, the most frequent first."""
    counts = Counter(word[:LONGEST_WORD] for word in words)
    return ", ".join(f"{word or '(empty)'} ({count})" for word, count in counts.most_common(8))


def some(names: Sequence[str]) -> str:
    """Write up to eight names, and how many more there are."""
    shown = ", ".join(name[:LONGEST_WORD] for name in names[:8])
    return f"{shown} and {len(names) - 8} more" if len(names) > 8 else shown
