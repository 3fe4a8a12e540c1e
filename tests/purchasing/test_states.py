"""Where an order may go, and above all where it may never go again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replenisher.errors import IllegalMoveError
from replenisher.purchasing.states import (
    AT_PLATFORM,
    DECLINABLE,
    IN_FLIGHT,
    MOVES,
    PLACED,
    UNAPPROVED,
    OrderState,
    check_move,
)

STEPS_OF_THE_BUSINESS = {
    "proposed": "held approved superseded",
    "held": "approved declined superseded",
    "approved": "submitting held cancelled",
    "submitting": "accepted approved refused unknown needs_person",
    "accepted": "confirmed failed unknown",
    "unknown": "confirmed duplicate needs_person",
    "confirmed": "partly_received received needs_person",
    "partly_received": "received needs_person",
    "needs_person": "confirmed duplicate cancelled",
    "duplicate": "cancelled",
}
"""What must be possible: the plan's drawing of the submission, and what planners and receipts add to it."""

ENDS = {"received", "refused", "failed", "declined", "superseded", "cancelled"}
states = st.sampled_from(OrderState)


def reachable(start: OrderState) -> set[OrderState]:
    """Every state that an order in `start` can ever be in later."""
    found: set[OrderState] = set()
    ahead = set(MOVES[start])
    while ahead:
        state = ahead.pop()
        found.add(state)
        ahead |= MOVES[state] - found
    return found


def test_every_state_stands_in_the_table() -> None:
    assert set(MOVES) == set(OrderState)


@pytest.mark.parametrize(
    ("start", "end"), [(start, end) for start, ends in STEPS_OF_THE_BUSINESS.items() for end in ends.split()]
)
def test_every_step_of_the_business_is_allowed(start: str, end: str) -> None:
    check_move(OrderState(start), OrderState(end))


def test_ends_are_ends_and_nothing_else_is() -> None:
    assert {state.value for state, ends in MOVES.items() if not ends} == ENDS


def test_an_order_that_may_have_arrived_is_never_sent_again() -> None:
    sendable = {OrderState.APPROVED, OrderState.SUBMITTING}
    for state in (OrderState.UNKNOWN, OrderState.ACCEPTED, OrderState.NEEDS_PERSON, *AT_PLATFORM, OrderState.DUPLICATE):
        assert not reachable(state) & sendable, state


def test_the_only_ways_back_are_those_of_orders_of_which_nothing_was_sent() -> None:
    back = {(start, end) for start, ends in MOVES.items() for end in ends if start in reachable(end)}
    # Round trips: a send that proved not to have left, and a last check that asks a person once more before it is sent.
    assert back == {
        (OrderState.HELD, OrderState.APPROVED),
        (OrderState.APPROVED, OrderState.HELD),
        (OrderState.APPROVED, OrderState.SUBMITTING),
        (OrderState.SUBMITTING, OrderState.APPROVED),
        (OrderState.CONFIRMED, OrderState.NEEDS_PERSON),
        (OrderState.NEEDS_PERSON, OrderState.CONFIRMED),
        (OrderState.CONFIRMED, OrderState.PARTLY_RECEIVED),
        (OrderState.PARTLY_RECEIVED, OrderState.NEEDS_PERSON),
    }


def test_every_state_can_come_about_and_every_order_can_end() -> None:
    assert reachable(OrderState.PROPOSED) | {OrderState.PROPOSED} == set(OrderState)
    for state, ends in MOVES.items():
        assert not ends or any(not MOVES[later] for later in reachable(state)), state


def test_nothing_is_sent_that_nobody_approved() -> None:
    assert {start for start, ends in MOVES.items() if OrderState.SUBMITTING in ends} == {OrderState.APPROVED}
    assert {start for start, ends in MOVES.items() if OrderState.APPROVED in ends} == {
        *UNAPPROVED,
        OrderState.SUBMITTING,
    }


@given(states, states)
def test_a_move_is_refused_exactly_when_the_table_lacks_it(start: OrderState, end: OrderState) -> None:
    if end in MOVES[start]:
        check_move(start, end)
    else:
        with pytest.raises(IllegalMoveError, match=f"from {start.value} to {end.value}"):
            check_move(start, end)


@given(states)
def test_staying_where_it_is_is_no_move(state: OrderState) -> None:
    assert state not in MOVES[state]


def test_units_count_as_in_flight_from_approval_until_the_platform_shows_the_order() -> None:
    counted = {"approved", "submitting", "unknown", "needs_person", "accepted", "duplicate"}
    assert {state.value for state in IN_FLIGHT} == counted


def test_groups_of_states_agree() -> None:
    assert AT_PLATFORM < PLACED
    assert {OrderState.RECEIVED} == PLACED - AT_PLATFORM
    assert not IN_FLIGHT & (PLACED | UNAPPROVED)
    assert not IN_FLIGHT & {state for state, ends in MOVES.items() if not ends}
    for state in DECLINABLE:
        assert MOVES[state] & {OrderState.DECLINED, OrderState.CANCELLED}
