"""The states of a fulfilment update and the one table of moves between them, and what its answer means.

```
ready ─claim─► submitting ─taken─► sent
  ▲  ▲           │  │  └ refused ─person─► ready; ─ person, or its order ended ─► cancelled
  │  └ not sent ─┘  └ unknown ─ it is there ─► sent
  ├──────────────────────┤ a look-up answered that it is not there
  │                      └ several times ─► needs_person
  └── person ────────────────────────────────┴─ person ─► sent, cancelled
```

Other than an order or a notice, an update may be sent again by the program itself once a look-up has **answered** that
it is not there: it says what an item is to be, and a parcel is known by its number, so that the same update twice makes
what it makes once.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from replenisher.errors import GatewayError, IllegalMoveError
from replenisher.purchasing.customer_orders import ItemsChanged
from replenisher.purchasing.outcomes import Verdict, failure_of


class UpdateState(Enum):
    """Where a fulfilment update stands."""

    READY = "ready"
    SUBMITTING = "submitting"
    SENT = "sent"
    UNKNOWN = "unknown"
    NEEDS_PERSON = "needs_person"
    REFUSED = "refused"
    CANCELLED = "cancelled"


_S = UpdateState

MOVES: dict[UpdateState, frozenset[UpdateState]] = {
    _S.READY: frozenset({_S.SUBMITTING, _S.CANCELLED}),
    _S.SUBMITTING: frozenset({_S.SENT, _S.READY, _S.REFUSED, _S.UNKNOWN, _S.NEEDS_PERSON}),
    _S.UNKNOWN: frozenset({_S.SENT, _S.READY, _S.REFUSED, _S.NEEDS_PERSON}),
    _S.NEEDS_PERSON: frozenset({_S.SENT, _S.READY, _S.REFUSED, _S.CANCELLED}),
    _S.REFUSED: frozenset({_S.READY, _S.CANCELLED}),
    _S.SENT: frozenset(),
    _S.CANCELLED: frozenset(),
}
"""From each state, the states an update may move to; a state with none is an end."""

BY_PERSON = frozenset({(_S.NEEDS_PERSON, _S.READY), (_S.REFUSED, _S.READY)})
"""Moves that only a person makes."""

STANDING = frozenset(_S) - {_S.REFUSED, _S.CANCELLED}
"""Their units count as shipped: the platform has the update, or may have or get it."""


def check_update_move(from_state: UpdateState, to_state: UpdateState, *, by_person: bool = False) -> None:
    """Raise IllegalMoveError unless the table of moves holds this one, and a person makes it where one must."""
    if to_state not in MOVES[from_state]:
        raise IllegalMoveError(f"a fulfilment update cannot go from {from_state.value} to {to_state.value}")
    if (from_state, to_state) in BY_PERSON and not by_person:
        raise IllegalMoveError(
            f"only a person can lead a fulfilment update from {from_state.value} to {to_state.value}"
        )


@dataclass(frozen=True)
class UpdateOutcome:
    """Where the update goes after an attempt; delay and pause as those of `purchasing.outcomes.Failure`."""

    state: UpdateState
    name: str
    message: str
    delay_seconds: float | None = None
    pause_company: bool = False


_STATES = {
    Verdict.NOT_DONE: UpdateState.READY,
    Verdict.FORBIDDEN: UpdateState.NEEDS_PERSON,
    Verdict.EXISTS: UpdateState.UNKNOWN,
    Verdict.REFUSED: UpdateState.REFUSED,
    Verdict.AMBIGUOUS: UpdateState.UNKNOWN,
}


def update_outcome_of(answer: ItemsChanged | GatewayError, *, resubmit_wait: float) -> UpdateOutcome:
    """Classify the answer to one attempt; `resubmit_wait` in seconds is the pause after one that was not sent."""
    if isinstance(answer, ItemsChanged):
        return UpdateOutcome(UpdateState.SENT, "accepted", "the platform took the update")
    failure = failure_of(answer, resubmit_wait=resubmit_wait)
    return UpdateOutcome(
        _STATES[failure.verdict],
        failure.name,
        failure.message,
        delay_seconds=failure.delay_seconds,
        pause_company=failure.pause_company,
    )
