"""Where a shipment notice may go, and who may send one again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replenisher.errors import IllegalMoveError
from replenisher.purchasing.notice_states import BY_PERSON, MOVES, STANDING, NoticeState, check_notice_move

STEPS_OF_THE_BUSINESS = {
    "recorded": "ready cancelled",
    "ready": "submitting cancelled",
    "submitting": "sent ready refused unknown needs_person",
    "unknown": "sent needs_person",
    "needs_person": "sent ready cancelled",
    "refused": "ready cancelled",
    "sent": "",
    "cancelled": "",
}
BEGINNINGS = {NoticeState.READY, NoticeState.RECORDED}
states = st.sampled_from(NoticeState)


def reachable(start: NoticeState, *, by_person: bool) -> set[NoticeState]:
    """Every state that a notice in `start` can be in later, with the help of a person or without."""
    found: set[NoticeState] = set()
    ahead = [start]
    while ahead:
        state = ahead.pop()
        for end in MOVES[state] - found:
            if by_person or (state, end) not in BY_PERSON:
                found.add(end)
                ahead.append(end)
    return found


def test_the_steps_of_the_business_are_the_moves_and_no_others() -> None:
    moves = {start.value: {end.value for end in ends} for start, ends in MOVES.items()}
    assert moves == {start: set(ends.split()) for start, ends in STEPS_OF_THE_BUSINESS.items()}


def test_every_state_stands_in_the_table() -> None:
    assert set(MOVES) == set(NoticeState)


@pytest.mark.parametrize(
    "start", [NoticeState.UNKNOWN, NoticeState.NEEDS_PERSON, NoticeState.REFUSED, NoticeState.SENT]
)
def test_a_notice_that_may_have_arrived_or_was_refused_is_never_sent_again_by_the_program(start: NoticeState) -> None:
    assert not reachable(start, by_person=False) & {NoticeState.READY, NoticeState.SUBMITTING, NoticeState.CANCELLED}


@pytest.mark.parametrize("start", [NoticeState.NEEDS_PERSON, NoticeState.REFUSED])
@pytest.mark.parametrize("end", [NoticeState.READY, NoticeState.CANCELLED])
def test_a_person_may_send_again_or_cancel_and_nobody_else(start: NoticeState, end: NoticeState) -> None:
    check_notice_move(start, end, by_person=True)
    with pytest.raises(IllegalMoveError, match=f"only a person .* from {start.value} to {end.value}"):
        check_notice_move(start, end)


def test_a_late_answer_still_makes_a_notice_sent() -> None:
    check_notice_move(NoticeState.UNKNOWN, NoticeState.SENT)
    check_notice_move(NoticeState.NEEDS_PERSON, NoticeState.SENT)


def test_only_a_ready_notice_is_sent() -> None:
    assert {start for start, ends in MOVES.items() if NoticeState.SUBMITTING in ends} == {NoticeState.READY}


def test_every_state_can_come_about_and_every_notice_can_end() -> None:
    assert set.union(*(reachable(start, by_person=True) for start in BEGINNINGS), BEGINNINGS) == set(NoticeState)
    for state, ends in MOVES.items():
        assert not ends or any(not MOVES[later] for later in reachable(state, by_person=True)), state


@given(states, states, st.booleans())
def test_a_move_is_refused_exactly_when_the_table_lacks_it_or_a_person_is_missing(
    start: NoticeState, end: NoticeState, by_person: bool
) -> None:
    if end in MOVES[start] and (by_person or (start, end) not in BY_PERSON):
        check_notice_move(start, end, by_person=by_person)
    else:
        with pytest.raises(IllegalMoveError, match=f"from {start.value} to {end.value}"):
            check_notice_move(start, end, by_person=by_person)


def test_moves_of_a_person_stand_in_the_table() -> None:
    assert all(end in MOVES[start] for start, end in BY_PERSON)


def test_all_notices_count_as_announced_but_refused_and_cancelled_ones() -> None:
    counted = {"ready", "submitting", "sent", "unknown", "needs_person", "recorded"}
    assert {state.value for state in STANDING} == counted
