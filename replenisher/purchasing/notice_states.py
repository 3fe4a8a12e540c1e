"""The states of a shipment notice and the one table of moves between them.

```
recorded ─► ready ─claim─► submitting ─taken─► sent          (recorded and ready: a person may cancel them)
              ▲              │  │  │
              ├── not sent ──┘  │  └ refused ─person─► ready, cancelled
              │                 └ unknown ─ found ─► sent
              │                     └ not found in the settle window ─► needs_person
              └──────────────────────── person ───────────────────────────┴─ person ─► cancelled
```

A notice begins as `ready`, or as `recorded` where the channel takes none. There is no way back from `unknown` to
`ready` but by a person: a notice that may have arrived is never sent again by the program itself.
"""

from __future__ import annotations

from enum import Enum

from replenisher.errors import IllegalMoveError


class NoticeState(Enum):
    """Where a shipment notice of ours stands."""

    READY = "ready"
    SUBMITTING = "submitting"
    SENT = "sent"
    UNKNOWN = "unknown"
    NEEDS_PERSON = "needs_person"
    REFUSED = "refused"
    RECORDED = "recorded"
    CANCELLED = "cancelled"


_S = NoticeState

MOVES: dict[NoticeState, frozenset[NoticeState]] = {
    _S.RECORDED: frozenset({_S.READY, _S.CANCELLED}),
    _S.READY: frozenset({_S.SUBMITTING, _S.CANCELLED}),
    _S.SUBMITTING: frozenset({_S.SENT, _S.READY, _S.REFUSED, _S.UNKNOWN, _S.NEEDS_PERSON}),
    _S.UNKNOWN: frozenset({_S.SENT, _S.NEEDS_PERSON}),
    _S.NEEDS_PERSON: frozenset({_S.SENT, _S.READY, _S.CANCELLED}),
    _S.REFUSED: frozenset({_S.READY, _S.CANCELLED}),
    _S.SENT: frozenset(),
    _S.CANCELLED: frozenset(),
}
"""From each state, the states a notice may move to; a state with none is an end."""

BY_PERSON = frozenset(
    (start, end) for start in (_S.RECORDED, _S.NEEDS_PERSON, _S.REFUSED) for end in (_S.READY, _S.CANCELLED)
)
"""Moves that only a person makes: who sends a notice again must know that it is not at the platform.

A refused notice does not stand, so its units may have been announced anew: it passes `check_shipment` again first.
"""

STANDING = frozenset(_S) - {_S.REFUSED, _S.CANCELLED}
"""Their units and serial numbers count as announced: the platform has the notice, or may have or get it."""


def check_notice_move(from_state: NoticeState, to_state: NoticeState, *, by_person: bool = False) -> None:
    """Raise IllegalMoveError unless the table of moves holds this one, and a person makes it where one must."""
    if to_state not in MOVES[from_state]:
        raise IllegalMoveError(f"a shipment notice cannot go from {from_state.value} to {to_state.value}")
    if (from_state, to_state) in BY_PERSON and not by_person:
        raise IllegalMoveError(f"only a person can lead a shipment notice from {from_state.value} to {to_state.value}")
