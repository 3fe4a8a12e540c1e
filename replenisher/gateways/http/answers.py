"""What came back, and what it means: one table for reads, one for writes.

The writes' table is the outcome classification of an order's submission: whatever is not known to be a definite
no, or known to have done nothing, is ambiguous.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import msgspec

from replenisher.errors import (
    AbsentError,
    AmbiguousError,
    ExistsError,
    ForbiddenError,
    GatewayError,
    RefusedError,
    ThrottledError,
    UnauthorisedError,
    UnavailableError,
)
from replenisher.gateways.http.waits import LastingError, wait_after_429

DEFINITE_NO = frozenset({400, 404, 413, 415, 422})
NO_ROUTE = re.compile(r"no http resource was found|no action was found", re.IGNORECASE)
"""The web framework's own words for an unknown route: a message, but not about a resource."""
EXISTS_ALREADY = re.compile(
    r"found purchase orders? (for storeid|by vendorinvoice)|existing purchase order"
    r"|purchase order.{0,80}already (exists|been)|invoice ?number.{0,80}(already|duplicate|in use|exists)"
    r"|duplicate.{0,40}invoice ?number",
    re.IGNORECASE | re.DOTALL,
)


@dataclass(frozen=True)
class Answer:
    """A complete answer: `requested_at` is before its first byte left, `answered_at` after its last arrived (UTC)."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    requested_at: datetime
    answered_at: datetime

    @property
    def text(self) -> str:
        """The start of the body as text, for a person to read."""
        return self.body[:2000].decode("utf-8", "replace")


@dataclass(frozen=True)
class Subject:
    """What a call is, for messages: our name of the operation and what it is about (`location 11412`)."""

    operation: str
    about: str = ""

    def __str__(self) -> str:
        """Write `inventory of location 11412`."""
        return f"{self.operation} of {self.about}" if self.about else self.operation


def is_page(answer: Answer) -> bool:
    """Tell whether this is markup (HTML, XML), by its type or its first character: never the platform's data."""
    kind = answer.headers.get("content-type", "").casefold()
    return "html" in kind or answer.body[:64].lstrip().startswith(b"<")


def message_of(answer: Answer) -> str:
    """Return the `Message` of a JSON answer, in any case; empty when there is none."""
    try:
        document = msgspec.json.decode(answer.body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ""
    if not isinstance(document, dict):
        return ""
    found = next((value for key, value in document.items() if key.casefold() == "message"), "")
    return found.strip() if isinstance(found, str) else ""


def platform_words(answer: Answer) -> str:
    """Return what the platform said in JSON `Message` or in plain text; empty for pages, other JSON and no body."""
    if is_page(answer):
        return ""
    said = message_of(answer)
    if said:
        return said
    kind = answer.headers.get("content-type", "").casefold()
    plain = answer.text.strip()
    return plain if kind.startswith("text/plain") and not plain.startswith(("{", "[")) else ""


def explains_absence(answer: Answer) -> bool:
    """Tell whether a 404 names a missing resource, rather than a route that does not exist."""
    said = message_of(answer)
    return bool(said) and not NO_ROUTE.search(said)


def names_no_route(answer: Answer) -> bool:
    """Tell whether a 404 or 405 says that there is no such route: without words of the platform, or in a router's."""
    said = platform_words(answer)
    return answer.status in {404, 405} and (not said or bool(NO_ROUTE.search(said)))


def read_fault(subject: Subject, answer: Answer, expected: tuple[int, ...]) -> GatewayError | None:
    """Return the error that a read's answer means, or None when it may be parsed."""
    status, text, operation = answer.status, answer.text, subject.operation
    if status == 429:
        wait = wait_after_429(answer.headers, answer.answered_at)
        return ThrottledError(f"{subject}: too many requests", retry_after_seconds=wait, operation=operation)
    if is_page(answer):
        kind = LastingError if 300 <= status < 500 else UnavailableError
        return kind(f"{subject}: answered {status} with a page instead of data", operation=operation, status=status)
    if status in expected:
        return None
    said = f"{subject}: answered {status}" + (f": {platform_words(answer)[:500]}" if platform_words(answer) else "")
    if status == 404:
        return AbsentError(said, explained=explains_absence(answer), operation=operation, answer=text)
    return _read_kind(status)(said, operation=operation, status=status, answer=text)


def _read_kind(status: int) -> type[GatewayError]:
    named: dict[int, type[GatewayError]] = {401: UnauthorisedError, 403: ForbiddenError, 408: UnavailableError}
    if status in named:
        return named[status]
    if 400 <= status < 500:
        return RefusedError
    return UnavailableError if status >= 500 else LastingError


def write_fault(subject: Subject, answer: Answer, expected: tuple[int, ...], *, creating: bool) -> GatewayError | None:
    """Return the error that a write's answer means, or None for an expected status without a page.

    `creating` is true for a purchase order's creation: there 409 and the texts of a duplicate mean that an
    earlier try succeeded.
    """
    status, operation = answer.status, subject.operation
    if status == 429:
        wait = wait_after_429(answer.headers, answer.answered_at)
        return ThrottledError(f"{subject}: too many requests", retry_after_seconds=wait, operation=operation)
    page = is_page(answer)
    if status in expected and not page:
        return None
    said = f"{subject}: answered {status}" + (" with a page instead of data" if page else "")
    kind = AmbiguousError if page else _write_kind(answer, creating=creating)
    if not page and platform_words(answer):
        said = f"{said}: {platform_words(answer)[:500]}"
    return kind(said, operation=operation, status=status, answer=answer.text)


def _write_kind(answer: Answer, *, creating: bool) -> type[GatewayError]:
    status, said = answer.status, platform_words(answer)
    if status in {401, 403}:
        return UnauthorisedError if status == 401 else ForbiddenError
    if creating and status >= 400 and (status == 409 or EXISTS_ALREADY.search(said)):
        return ExistsError
    if said and (status in DEFINITE_NO or (status == 409 and not creating)):
        return RefusedError
    return AmbiguousError
