"""Where a sale order may go, and who may send one again."""

from __future__ import annotations

import pytest

from replenisher.errors import IllegalMoveError
from replenisher.purchasing.sale_states import BY_PERSON, FOLLOWED, MOVES, PROMISED, SaleState, check_sale_move

STEPS_OF_THE_BUSINESS = {
    "ready": "submitting cancelled",
    "submitting": "accepted ready refused unknown needs_person",
    "unknown": "accepted needs_person",
    "needs_person": "accepted ready cancelled",
    "refused": "ready cancelled",
    "accepted": "succeeded failed completed cancelled",
    "succeeded": "completed cancelled failed",
    "failed": "succeeded completed cancelled",
    "completed": "",
    "cancelled": "",
}


def test_the_steps_of_the_business_are_the_moves_and_no_others() -> None:
    moves = {start.value: {end.value for end in ends} for start, ends in MOVES.items()}
    assert moves == {start: set(ends.split()) for start, ends in STEPS_OF_THE_BUSINESS.items()}


@pytest.mark.parametrize("start", ["unknown", "needs_person", "refused", *sorted(state.value for state in FOLLOWED)])
def test_what_may_have_arrived_is_never_sent_again_by_the_program(start: str) -> None:
    found, ahead = set(), [SaleState(start)]
    while ahead:
        state = ahead.pop()
        for end in MOVES[state] - found:
            if (state, end) not in BY_PERSON:
                found.add(end)
                ahead.append(end)
    assert not found & {SaleState.READY, SaleState.SUBMITTING}


@pytest.mark.parametrize("start", [SaleState.NEEDS_PERSON, SaleState.REFUSED])
def test_a_person_may_send_it_again_and_nobody_else(start: SaleState) -> None:
    check_sale_move(start, SaleState.READY, by_person=True)
    with pytest.raises(IllegalMoveError, match=f"only a person .* from {start.value} to ready"):
        check_sale_move(start, SaleState.READY)


def test_what_has_ended_or_never_was_is_promised_to_nobody() -> None:
    assert set(SaleState) - PROMISED == {SaleState.REFUSED, SaleState.COMPLETED, SaleState.CANCELLED}
