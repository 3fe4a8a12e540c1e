"""What the answer to a create means for the order: RELIABILITY's table, with `unknown` as the default."""

from __future__ import annotations

from dataclasses import dataclass

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


@dataclass(frozen=True)
class Outcome:
    """Where the order goes after an attempt.

    `delay_seconds` until the next step (None leaves it to the state's own schedule); `pause_company` when a person
    must act before anything more is sent for the company.
    """

    state: OrderState
    name: str
    message: str
    platform_order_id: str | None = None
    delay_seconds: float | None = None
    pause_company: bool = False


_KINDS: tuple[tuple[type[GatewayError], OrderState, str, bool], ...] = (
    (CredentialsError, OrderState.APPROVED, "credentials_refused", True),
    (NotSentError, OrderState.APPROVED, "not_sent", False),
    (UnauthorisedError, OrderState.APPROVED, "unauthorised", False),
    (ThrottledError, OrderState.APPROVED, "throttled", False),
    (ForbiddenError, OrderState.NEEDS_PERSON, "forbidden", True),
    (ExistsError, OrderState.UNKNOWN, "exists", False),
    (RefusedError, OrderState.REFUSED, "refused", False),
)
"""Error kind, state that follows, name in the event, whether the company pauses; the first that fits counts."""


def outcome_of(answer: OrderAccepted | GatewayError, *, resubmit_wait: float) -> Outcome:
    """Classify the answer to one create; `resubmit_wait` in seconds is the pause after a request that was not sent."""
    if isinstance(answer, OrderAccepted):
        return Outcome(
            OrderState.ACCEPTED, "accepted", "accepted, to be created later", platform_order_id=answer.platform_order_id
        )
    for kind, state, name, pause in _KINDS:
        if isinstance(answer, kind):
            return Outcome(state, name, str(answer), delay_seconds=_delay(answer, resubmit_wait), pause_company=pause)
    return Outcome(OrderState.UNKNOWN, "ambiguous", str(answer))


def _delay(answer: GatewayError, resubmit_wait: float) -> float | None:
    if isinstance(answer, ThrottledError):
        return answer.retry_after_seconds
    if isinstance(answer, ExistsError):
        return 0.0
    return resubmit_wait
