"""What the answer to a create means for the order: RELIABILITY's table, with `unknown` as the default.

The table itself says what a failed attempt means whatever was sent; orders and shipment notices share it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from replenisher.errors import (
    CredentialsError,
    ExistsError,
    ForbiddenError,
    GatewayError,
    NotSentError,
    RefusedError,
    ThrottledError,
    UnauthorisedError,
)
from replenisher.purchasing.platform import OrderAccepted
from replenisher.purchasing.states import OrderState


class Verdict(Enum):
    """What an attempt that was not accepted did at the platform."""

    NOT_DONE = "not_done"
    """Surely nothing: the same content may be sent again."""
    FORBIDDEN = "forbidden"
    EXISTS = "exists"
    """Nothing, because an earlier attempt succeeded: look it up."""
    REFUSED = "refused"
    AMBIGUOUS = "ambiguous"
    """Nobody knows: never send it again, look it up."""


@dataclass(frozen=True)
class Failure:
    """An attempt that was not accepted: its verdict, the name in the event, and the platform's words.

    `delay_seconds` until the next step (None leaves it to the state's own schedule); `pause_company` when a person
    must act before anything more is sent for the company.
    """

    verdict: Verdict
    name: str
    message: str
    delay_seconds: float | None = None
    pause_company: bool = False


@dataclass(frozen=True)
class Outcome:
    """Where the order goes after an attempt; delay and pause as those of a `Failure`."""

    state: OrderState
    name: str
    message: str
    platform_order_id: str | None = None
    delay_seconds: float | None = None
    pause_company: bool = False


_KINDS: tuple[tuple[type[GatewayError], Verdict, str, bool], ...] = (
    (CredentialsError, Verdict.NOT_DONE, "credentials_refused", True),
    (NotSentError, Verdict.NOT_DONE, "not_sent", False),
    (UnauthorisedError, Verdict.NOT_DONE, "unauthorised", False),
    (ThrottledError, Verdict.NOT_DONE, "throttled", False),
    (ForbiddenError, Verdict.FORBIDDEN, "forbidden", True),
    (ExistsError, Verdict.EXISTS, "exists", False),
    (RefusedError, Verdict.REFUSED, "refused", False),
)
"""Error kind, verdict, name in the event, whether the company pauses; the first that fits counts."""

_STATES = {
    Verdict.NOT_DONE: OrderState.APPROVED,
    Verdict.FORBIDDEN: OrderState.NEEDS_PERSON,
    Verdict.EXISTS: OrderState.UNKNOWN,
    Verdict.REFUSED: OrderState.REFUSED,
    Verdict.AMBIGUOUS: OrderState.UNKNOWN,
}


def outcome_of(answer: OrderAccepted | GatewayError, *, resubmit_wait: float) -> Outcome:
    """Classify the answer to one create; `resubmit_wait` in seconds is the pause after a request that was not sent."""
    if isinstance(answer, OrderAccepted):
        return Outcome(
            OrderState.ACCEPTED, "accepted", "accepted, to be created later", platform_order_id=answer.platform_order_id
        )
    failure = failure_of(answer, resubmit_wait=resubmit_wait)
    return Outcome(
        _STATES[failure.verdict],
        failure.name,
        failure.message,
        delay_seconds=failure.delay_seconds,
        pause_company=failure.pause_company,
    )


def failure_of(error: GatewayError, *, resubmit_wait: float) -> Failure:
    """Classify the error that answered one attempt to write; what nobody foresaw is ambiguous."""
    for kind, verdict, name, pause in _KINDS:
        if isinstance(error, kind):
            return Failure(verdict, name, str(error), delay_seconds=_delay(error, resubmit_wait), pause_company=pause)
    return Failure(Verdict.AMBIGUOUS, "ambiguous", str(error))


def _delay(error: GatewayError, resubmit_wait: float) -> float | None:
    if isinstance(error, ThrottledError):
        return error.retry_after_seconds
    if isinstance(error, ExistsError):
        return 0.0
    return resubmit_wait
