"""What the answer to an announcement means for the shipment notice: the table of failed attempts is that of orders."""

from __future__ import annotations

from dataclasses import dataclass

from replenisher.errors import GatewayError
from replenisher.purchasing.notice_states import NoticeState
from replenisher.purchasing.outcomes import Verdict, failure_of
from replenisher.purchasing.platform import NoticeAccepted


@dataclass(frozen=True)
class NoticeOutcome:
    """Where the notice goes after an attempt.

    `delay_seconds` until the next step (None leaves it to the state's own schedule); `pause_company` when a person
    must act before anything more is sent for the company.
    """

    state: NoticeState
    name: str
    message: str
    delay_seconds: float | None = None
    pause_company: bool = False


_STATES = {
    Verdict.NOT_DONE: NoticeState.READY,
    Verdict.FORBIDDEN: NoticeState.NEEDS_PERSON,
    Verdict.EXISTS: NoticeState.UNKNOWN,
    Verdict.REFUSED: NoticeState.REFUSED,
    Verdict.AMBIGUOUS: NoticeState.UNKNOWN,
}


def notice_outcome_of(answer: NoticeAccepted | GatewayError, *, resubmit_wait: float) -> NoticeOutcome:
    """Classify the answer to one announcement; `resubmit_wait` in seconds is the pause after one that was not sent."""
    if isinstance(answer, NoticeAccepted):
        return NoticeOutcome(NoticeState.SENT, "accepted", "the platform took the notice")
    failure = failure_of(answer, resubmit_wait=resubmit_wait)
    return NoticeOutcome(
        _STATES[failure.verdict],
        failure.name,
        failure.message,
        delay_seconds=failure.delay_seconds,
        pause_company=failure.pause_company,
    )
