"""Send a document exactly once: claim and commit, one call with no session open, record.

A crash after the commit leaves the document claimed; its lease runs out, and it is looked up. It is never sent again
by the program itself.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Generic, Protocol, TypeVar

import msgspec

from replenisher.config import CompanySettings
from replenisher.database.documents import Ledger, Row, State
from replenisher.database.session import Session
from replenisher.errors import GatewayError
from replenisher.services import Services
from replenisher.workflows.pauses import pause_platform

TRIES_BEFORE_A_PERSON_HEARS = 5
"""Attempts that surely did not arrive before an exception says that a document does not get out."""


class Classified(Protocol):
    """What an answer means, whatever was sent."""

    @property
    def name(self) -> str:
        """The name in the history."""
        ...

    @property
    def pause_company(self) -> bool:
        """Whether a person must act before anything more is sent for the company."""
        ...


Request = TypeVar("Request")
Outcome = TypeVar("Outcome", bound=Classified)
Outcome_co = TypeVar("Outcome_co", bound=Classified, covariant=True)


class Classifier(Protocol[Outcome_co]):
    """What makes an outcome of an answer or of the GatewayError that came instead."""

    def __call__(self, answer: Any, *, resubmit_wait: float) -> Outcome_co:
        """Classify the answer; `resubmit_wait` in seconds is the pause after a request that was not sent."""
        ...


@dataclass(frozen=True)
class Send:
    """What is sent, and how: `call(request, send_before=…)` sends it once and raises only GatewayError kinds."""

    request: object
    call: Callable[..., object]


@dataclass(frozen=True)
class Sent(Generic[Row, Outcome]):
    """What came of one attempt; `moved` is false when somebody else had moved the document meanwhile."""

    document: Row
    outcome: Outcome
    moved: bool


def send_once(
    services: Services,
    ledger: Ledger[Row, State],
    document_id: int,
    *,
    prepare: Callable[[Services, Session, Row, CompanySettings], Send],
    outcome_of: Classifier[Outcome],
    record: Callable[[Services, Session, Row, Outcome, Any], bool],
) -> Sent[Row, Outcome] | None:
    """Claim a document, send it, and record what came of it; None when it is not to be sent now by this worker.

    Raises NotFoundError, with nothing claimed, when the document's company is no longer configured.
    """
    times = services.settings.times
    # Taken before the claim: a process that freezes anywhere after it must not send when it wakes up.
    send_before = time.monotonic() + times.send_guard
    with services.database.transaction() as session:
        document = ledger.claim_for_sending(
            session, document_id, lease=times.lease, at_once=services.settings.work.submissions_in_flight
        )
        if document is None:
            return None
        company = services.settings.company(document.company)
        send = prepare(services, session, document, company)
        request_sha256 = fingerprint(send.request)
        ledger.record_attempt(session, document, request_sha256=request_sha256, worker=services.actor)
        ledger.record_claim(session, document, actor=services.actor)
    answer: object
    try:
        answer = send.call(send.request, send_before=send_before)
    except GatewayError as error:
        answer = error
    outcome = outcome_of(answer, resubmit_wait=times.resubmit_wait)
    if outcome.pause_company and isinstance(answer, GatewayError):
        pause_platform(services, company, answer)
    with services.database.transaction() as session:
        moved = record(services, session, document, outcome, answer)
    return Sent(document, outcome, moved)


def as_content(request: object) -> dict[str, Any]:
    """Give a request as plain JSON data that `from_content` turns back into an equal one."""
    content: dict[str, Any] = msgspec.to_builtins(request, builtin_types=())
    return content


def from_content(content: dict[str, Any], kind: type[Request]) -> Request:
    """Turn the content of a document back into the request that it was."""
    return msgspec.convert(content, kind)


def fingerprint(content: object) -> str:
    """Hash the whole content of what is sent: two attempts with one hash sent the same."""
    return sha256(msgspec.json.encode(content)).hexdigest()
