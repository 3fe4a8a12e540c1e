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


def outcome_of(answer: OrderAccepted | GatewayError, *, resubmit_wait: float) -> Outcome:
    """Classify the answer to one create; `resubmit_wait` in seconds is the pause after a request that was not sent."""
    if isinstance(answer, OrderAccepted):
        return Outcome(
            OrderState.ACCEPTED, "accepted", "accepted, to be created later", platform_order_id=answer.platform_order_id
        )
    message = str(answer)
    if isinstance(answer, CredentialsError):
        return Outcome(
            OrderState.APPROVED, "credentials_refused", message, delay_seconds=resubmit_wait, pause_company=True
        )
    if isinstance(answer, NotSentError):
        return Outcome(OrderState.APPROVED, "not_sent", message, delay_seconds=resubmit_wait)
    if isinstance(answer, UnauthorisedError):
        return Outcome(OrderState.APPROVED, "unauthorised", message, delay_seconds=resubmit_wait)
    if isinstance(answer, ThrottledError):
        return Outcome(OrderState.APPROVED, "throttled", message, delay_seconds=answer.retry_after_seconds)
    if isinstance(answer, ForbiddenError):
        return Outcome(OrderState.NEEDS_PERSON, "forbidden", message, pause_company=True)
    if isinstance(answer, ExistsError):
        return Outcome(OrderState.UNKNOWN, "exists", message, delay_seconds=0)
    if isinstance(answer, RefusedError):
        return Outcome(OrderState.REFUSED, "refused", message)
    return Outcome(OrderState.UNKNOWN, "ambiguous", message)
