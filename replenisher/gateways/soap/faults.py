"""What a fault means, by its text: the platform answers HTTP 500 to everything, so the status alone says nothing.

Reads that failed in an unknown way may be read again; writes that did so are ambiguous and looked up.
"""

from __future__ import annotations

import re

from replenisher.errors import (
    AbsentError,
    AmbiguousError,
    CredentialsError,
    ExistsError,
    ForbiddenError,
    GatewayError,
    RefusedError,
    ThrottledError,
    UnauthorisedError,
    UnavailableError,
)
from replenisher.gateways.http.answers import Answer, Subject
from replenisher.gateways.http.waits import LastingError, wait_after_429
from replenisher.gateways.soap.replies import WORDS_IN_MESSAGES, FaultReplyError
from replenisher.logs import hide

TABLE: tuple[tuple[str, type[GatewayError]], ...] = (
    (r"found purchase orders? for storeid", ExistsError),
    (r"existing purchase order has been found", ExistsError),
    (r"(ship|bill)tostoreid must be > 0", RefusedError),
    (r"estimated arrival date is not in the mm/dd/yyyy format", RefusedError),
    (r"cannot update purchase order .{0,120}(has received products|marked as complete)", RefusedError),
    # The service framework's own words for a request that reached no operation.
    (r"did not recognize the value of http header soapaction", RefusedError),
    (r"server was unable to read request", RefusedError),
    # No document tells the words for bad credentials; these are the usual ones.
    (
        r"(invalid|incorrect|wrong|unknown|bad).{0,30}(user ?name|password|credential|login|vendor ?id)",
        CredentialsError,
    ),
    (
        r"(user ?name|password|credential|login).{0,40}(invalid|incorrect|wrong|not valid|not recogni[sz]ed)",
        CredentialsError,
    ),
    (r"(authentication|log ?[io]n).{0,20}fail|not authenticated|unauthori[sz]ed|access (is )?denied", CredentialsError),
    (r"(company|client|vendor|retailer|store).{0,80}(not (been )?enabled|disabled|no permission)", ForbiddenError),
)
"""Texts in lower case, the first match counts; the real ones carry an exception's name before them."""
ABSENT = re.compile(r"purchase order.{0,120}(not|n't) (be )?(found|exist)", re.DOTALL)
"""No document tells what a read of an order that is not there answers: a null result, or perhaps such a fault."""
PATTERNS = tuple((re.compile(text, re.DOTALL), kind) for text, kind in TABLE)


def kind_of(text: str) -> type[GatewayError] | None:
    """Tell what a fault's text means; None for a text that no document lists."""
    folded = text.casefold()
    return next((kind for pattern, kind in PATTERNS if pattern.search(folded)), None)


def fault_of(subject: Subject, fault: FaultReplyError, status: int, *, writing: bool) -> GatewayError:
    """Turn a fault into the error that it means, with its own words and the HTTP status."""
    words = hide(fault.text)[:WORDS_IN_MESSAGES]
    said = f"{subject}: fault {hide(fault.code)[:60]}, HTTP {status}: {words}"
    kind = kind_of(fault.text)
    if kind is None and not writing and ABSENT.search(fault.text.casefold()):
        return AbsentError(said, explained=False, operation=subject.operation, answer=words)
    kind = kind or (AmbiguousError if writing else UnavailableError)
    return kind(said, operation=subject.operation, status=status, answer=words)


def refusal_without_envelope(subject: Subject, answer: Answer) -> GatewayError | None:
    """Judge what HTTP alone says: 429, and 401 or 403 without a page; None when the body has to be looked at."""
    status, operation = answer.status, subject.operation
    if status == 429:
        wait = wait_after_429(answer.headers, answer.answered_at)
        return ThrottledError(f"{subject}: too many requests", retry_after_seconds=wait, operation=operation)
    if status in {401, 403} and not answer.body.lstrip().startswith(b"<"):
        kind = UnauthorisedError if status == 401 else ForbiddenError
        return kind(f"{subject}: answered {status}", operation=operation, status=status)
    return None


def damage_of(subject: Subject, reason: str, status: int, *, writing: bool) -> GatewayError:
    """Turn an answer that cannot be read into its error; a page with 3xx or 4xx would only come again."""
    lasting = LastingError if 300 <= status < 500 else UnavailableError
    kind = AmbiguousError if writing else lasting
    return kind(f"{subject}: HTTP {status}: {hide(reason)}", operation=subject.operation, status=status)
