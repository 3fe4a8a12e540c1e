"""The states of a sale order and the one table of moves between them.

```
ready ─claim─► submitting ─taken─► accepted ─log: Success─► succeeded ─► completed, cancelled
  ▲              │  │  │              └─ log: Failure─► failed ─log: Success─► succeeded
  ├── not sent ──┘  │  └ refused                        (ready, refused, failed: a person may cancel them)
  │                 └ unknown ─ found ─► accepted
  │                     └ not found in the settle window ─► needs_person ─ found ─► accepted
  └──────────────────────── person ────────────────────────────┴─ person ─► accepted, cancelled
```

Completed and cancelled are what people make of it, here or at the platform. There is no way back from `unknown` to
`ready` but by a person: a sale order that may have arrived is never sent again by the program itself.
"""

from __future__ import annotations

from enum import Enum

from replenisher.errors import IllegalMoveError


class SaleState(Enum):
    """Where a sale order of ours stands."""

    READY = "ready"
    SUBMITTING = "submitting"
    UNKNOWN = "unknown"
    NEEDS_PERSON = "needs_person"
    REFUSED = "refused"
    ACCEPTED = "accepted"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


_S = SaleState

MOVES: dict[SaleState, frozenset[SaleState]] = {
    _S.READY: frozenset({_S.SUBMITTING, _S.CANCELLED}),
    _S.SUBMITTING: frozenset({_S.ACCEPTED, _S.READY, _S.REFUSED, _S.UNKNOWN, _S.NEEDS_PERSON}),
    _S.UNKNOWN: frozenset({_S.ACCEPTED, _S.NEEDS_PERSON}),
    _S.NEEDS_PERSON: frozenset({_S.ACCEPTED, _S.READY, _S.CANCELLED}),
    _S.REFUSED: frozenset({_S.READY, _S.CANCELLED}),
    _S.ACCEPTED: frozenset({_S.SUCCEEDED, _S.FAILED, _S.COMPLETED, _S.CANCELLED}),
    _S.SUCCEEDED: frozenset({_S.COMPLETED, _S.CANCELLED, _S.FAILED}),
    _S.FAILED: frozenset({_S.SUCCEEDED, _S.COMPLETED, _S.CANCELLED}),
    _S.COMPLETED: frozenset(),
    _S.CANCELLED: frozenset(),
}
"""From each state, the states a sale order may move to; a state with none is an end."""

BY_PERSON = frozenset({(_S.NEEDS_PERSON, _S.READY), (_S.REFUSED, _S.READY)})
"""Moves that only a person makes: who sends one again must know that it is not at the platform."""

FOLLOWED = frozenset({_S.ACCEPTED, _S.SUCCEEDED, _S.FAILED})
"""At the platform, and looked at until somebody has completed or cancelled it."""

NOT_IN_POS = frozenset({_S.READY, _S.SUBMITTING, _S.UNKNOWN, _S.NEEDS_PERSON, _S.ACCEPTED, _S.FAILED})
"""Promised, and no report of the platform knows it yet."""

PROMISED = NOT_IN_POS | {_S.SUCCEEDED}
"""Units of these are promised to a customer, unless the platform has written the invoice."""


def check_sale_move(from_state: SaleState, to_state: SaleState, *, by_person: bool = False) -> None:
    """Raise IllegalMoveError unless the table of moves holds this one, and a person makes it where one must."""
    if to_state not in MOVES[from_state]:
        raise IllegalMoveError(f"a sale order cannot go from {from_state.value} to {to_state.value}")
    if (from_state, to_state) in BY_PERSON and not by_person:
        raise IllegalMoveError(f"only a person can lead a sale order from {from_state.value} to {to_state.value}")
