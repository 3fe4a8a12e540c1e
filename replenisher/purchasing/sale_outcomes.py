"""What the answer to a sale order means for it: the table of failed attempts is that of orders."""

from __future__ import annotations

from dataclasses import dataclass

from replenisher.errors import GatewayError
from replenisher.purchasing.outcomes import Verdict, failure_of
from replenisher.purchasing.sale_orders import SaleAccepted
from replenisher.purchasing.sale_states import SaleState


@dataclass(frozen=True)
class SaleOutcome:
    """Where the sale order goes after an attempt; delay and pause as those of `purchasing.outcomes.Failure`."""

    state: SaleState
    name: str
    message: str
    platform_sale_id: str | None = None
    delay_seconds: float | None = None
    pause_company: bool = False


_STATES = {
    Verdict.NOT_DONE: SaleState.READY,
    Verdict.FORBIDDEN: SaleState.NEEDS_PERSON,
    Verdict.EXISTS: SaleState.UNKNOWN,
    Verdict.REFUSED: SaleState.REFUSED,
    Verdict.AMBIGUOUS: SaleState.UNKNOWN,
}


def sale_outcome_of(answer: SaleAccepted | GatewayError, *, resubmit_wait: float) -> SaleOutcome:
    """Classify the answer to one attempt; `resubmit_wait` in seconds is the pause after one that was not sent."""
    if isinstance(answer, SaleAccepted):
        name = "found" if answer.found else "accepted"
        text = "an earlier attempt had made it" if answer.found else "taken; the status log tells the rest"
        return SaleOutcome(SaleState.ACCEPTED, name, text, platform_sale_id=answer.platform_sale_id)
    failure = failure_of(answer, resubmit_wait=resubmit_wait)
    return SaleOutcome(
        _STATES[failure.verdict],
        failure.name,
        failure.message,
        delay_seconds=failure.delay_seconds,
        pause_company=failure.pause_company,
    )
