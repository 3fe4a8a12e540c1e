"""The states of a purchase order and the one table of moves between them.

```
proposed ─► held ─► approved ─claim─► submitting ─202─► accepted ─re-read─► confirmed ─► partly_received ─► received
                       ▲                  │  │  │            │                  │
                       └── not sent ──────┘  │  └ refused    ├ failed           └ gone at the platform ─► needs_person
                                             └ unknown ◄─────┘ not visible in time
                                                  ├ found once ─► confirmed
                                                  ├ found more than once ─► duplicate
                                                  └ not found in the settle window ─► needs_person
```

An approved order of which a line must not be ordered any more is held again before it is sent.
A confirmed order that is not committed is cancelled when a person cancels it at the platform.

There is no way back from `unknown` to `approved`: an order that may have arrived is never sent again.
"""

from __future__ import annotations

from enum import Enum

from replenisher.errors import IllegalMoveError


class OrderState(Enum):
    """Where a purchase order of ours stands."""

    PROPOSED = "proposed"
    HELD = "held"
    APPROVED = "approved"
    SUBMITTING = "submitting"
    ACCEPTED = "accepted"
    CONFIRMED = "confirmed"
    PARTLY_RECEIVED = "partly_received"
    RECEIVED = "received"
    UNKNOWN = "unknown"
    NEEDS_PERSON = "needs_person"
    DUPLICATE = "duplicate"
    REFUSED = "refused"
    FAILED = "failed"
    DECLINED = "declined"
    SUPERSEDED = "superseded"
    CANCELLED = "cancelled"


_S = OrderState

MOVES: dict[OrderState, frozenset[OrderState]] = {
    _S.PROPOSED: frozenset({_S.HELD, _S.APPROVED, _S.SUPERSEDED}),
    _S.HELD: frozenset({_S.APPROVED, _S.DECLINED, _S.SUPERSEDED}),
    _S.APPROVED: frozenset({_S.SUBMITTING, _S.HELD, _S.CANCELLED}),
    _S.SUBMITTING: frozenset({_S.ACCEPTED, _S.APPROVED, _S.REFUSED, _S.UNKNOWN, _S.NEEDS_PERSON}),
    _S.ACCEPTED: frozenset({_S.CONFIRMED, _S.FAILED, _S.UNKNOWN, _S.NEEDS_PERSON}),
    _S.UNKNOWN: frozenset({_S.CONFIRMED, _S.DUPLICATE, _S.NEEDS_PERSON}),
    _S.CONFIRMED: frozenset({_S.PARTLY_RECEIVED, _S.RECEIVED, _S.NEEDS_PERSON, _S.CANCELLED}),
    _S.PARTLY_RECEIVED: frozenset({_S.RECEIVED, _S.NEEDS_PERSON}),
    _S.NEEDS_PERSON: frozenset({_S.CONFIRMED, _S.DUPLICATE, _S.CANCELLED}),
    _S.DUPLICATE: frozenset({_S.CANCELLED}),
    _S.RECEIVED: frozenset(),
    _S.REFUSED: frozenset(),
    _S.FAILED: frozenset(),
    _S.DECLINED: frozenset(),
    _S.SUPERSEDED: frozenset(),
    _S.CANCELLED: frozenset(),
}
"""From each state, the states an order may move to; a state with none is an end."""

UNAPPROVED = frozenset({_S.PROPOSED, _S.HELD})
"""Nobody has said yes yet: a newer run supersedes these."""

IN_FLIGHT = frozenset({_S.APPROVED, _S.SUBMITTING, _S.UNKNOWN, _S.NEEDS_PERSON, _S.ACCEPTED, _S.DUPLICATE})
"""Their open units count as `in_flight`: the inventory report may not show them.

A confirmed order is left out because our own orders are read *before* the inventory report is asked for: whatever
was confirmed by then had been seen at the platform before the report was made, so the report shows it.
"""

AT_PLATFORM = frozenset({_S.CONFIRMED, _S.PARTLY_RECEIVED})
"""Seen at the platform and followed until received."""

PLACED = frozenset({_S.CONFIRMED, _S.PARTLY_RECEIVED, _S.RECEIVED})
"""Orders that became real; approval compares new orders with the last of these."""

NEVER_PLACED = frozenset({_S.PROPOSED, _S.HELD, _S.REFUSED, _S.FAILED, _S.DECLINED, _S.SUPERSEDED})
"""Orders of which the platform should have nothing."""

WITHOUT_GOODS = frozenset({_S.REFUSED, _S.FAILED, _S.DECLINED, _S.SUPERSEDED, _S.CANCELLED})
"""Ended without goods: they claim nothing of the vendor's stock and spend nothing of a budget."""

DECLINABLE = frozenset({_S.HELD, _S.APPROVED, _S.NEEDS_PERSON, _S.DUPLICATE})
"""A person may turn these down: a held order is declined, the others are cancelled on our side."""


def check_move(from_state: OrderState, to_state: OrderState) -> None:
    """Raise IllegalMoveError unless the table of moves holds this one."""
    if to_state not in MOVES[from_state]:
        raise IllegalMoveError(f"a purchase order cannot go from {from_state.value} to {to_state.value}")
