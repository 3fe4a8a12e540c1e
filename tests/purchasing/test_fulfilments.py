"""What becomes of an item that we are to ship, and how far a parcel brings it."""

from __future__ import annotations

import pytest

from replenisher.errors import IllegalMoveError
from replenisher.purchasing.customer_orders import (
    ItemChange,
    ItemKind,
    ItemState,
    OrderItem,
    Parcel,
    differences_of_item,
)
from replenisher.purchasing.fulfilment_updates import BY_PERSON, MOVES, STANDING, UpdateState, check_update_move
from replenisher.purchasing.fulfilments import MOVES as FULFILMENT_MOVES
from replenisher.purchasing.fulfilments import (
    OPEN,
    FulfilmentState,
    check_fulfilment_move,
    check_parcel,
    decide,
    fulfilment_number,
    item_state_after,
    state_after,
)

S = FulfilmentState
ITEM = OrderItem("i1", "A1", 2, ItemKind.DROP_SHIP, ItemState.NEW)


@pytest.mark.parametrize(
    ("quantity", "known", "discontinued", "state", "reason"),
    [
        (2, True, False, ItemState.ORDERED, ""),
        (1, True, False, ItemState.ORDERED, ""),
        (0, True, False, ItemState.ERROR, "quantity 0 cannot be shipped"),
        (2, False, False, ItemState.ERROR, "SKU A1 is not one of the vendor's products"),
        (2, True, True, ItemState.NOT_AVAILABLE, "SKU A1 is discontinued"),
    ],
)
def test_a_new_item_is_ordered_unless_we_cannot_ship_it(
    quantity: int, known: bool, discontinued: bool, state: ItemState, reason: str
) -> None:
    item = OrderItem("i1", "A1", quantity, ItemKind.DROP_SHIP, ItemState.NEW)
    decision = decide(item, known=known, discontinued=discontinued)
    assert (decision.state, decision.reason) == (state, reason)


@pytest.mark.parametrize(
    ("state", "number", "quantity", "under_way", "words"),
    [
        (S.ORDERED, "1Z1", 2, 0, None),
        (S.NEW, "1Z1", 1, 1, None),
        (S.PART_SHIPPED, "x" * 50, 1, 1, None),
        (S.ORDERED, "1Z1", 2, 1, "A1: ordered 2, shipped already 1; 2 more are too many"),
        (S.ORDERED, "", 1, 0, "needs a tracking number of 1 to 50"),
        (S.ORDERED, "x" * 51, 1, 0, "needs a tracking number of 1 to 50"),
        (S.WITHDRAWN, "1Z1", 1, 0, "A1: its fulfilment is withdrawn"),
        (S.SHIPPED, "1Z1", 0, 2, "A1: its fulfilment is shipped"),
    ],
)
def test_a_parcel_leaves_for_what_is_still_to_be_shipped(
    state: FulfilmentState, number: str, quantity: int, under_way: int, words: str | None
) -> None:
    found = check_parcel("A1", number, quantity, state=state, ordered=2, under_way=under_way)
    assert (found == ()) if words is None else (words in found[0])


def test_an_item_is_shipped_once_all_of_it_has_a_parcel() -> None:
    assert item_state_after(1, 2) is ItemState.ORDERED
    assert item_state_after(2, 2) is ItemState.SHIPPED
    assert state_after(ItemState.ORDERED, 0, 2) is S.ORDERED
    assert state_after(ItemState.SHIPPED, 1, 2) is S.PART_SHIPPED
    assert state_after(ItemState.SHIPPED, 2, 2) is S.SHIPPED
    assert state_after(ItemState.NOT_AVAILABLE, 0, 2) is S.NOT_AVAILABLE


def test_what_is_open_can_be_withdrawn_and_what_has_ended_stays() -> None:
    assert all(S.WITHDRAWN in FULFILMENT_MOVES[state] for state in OPEN)
    assert {state for state, ends in FULFILMENT_MOVES.items() if not ends} == {S.SHIPPED, S.WITHDRAWN}
    with pytest.raises(IllegalMoveError, match="from shipped to ordered"):
        check_fulfilment_move(S.SHIPPED, S.ORDERED)


def test_only_a_look_up_or_a_person_lets_an_update_be_sent_again() -> None:
    ways_back = {start for start, ends in MOVES.items() if UpdateState.READY in ends}
    program = {start for start in ways_back if (start, UpdateState.READY) not in BY_PERSON}
    assert program == {UpdateState.SUBMITTING, UpdateState.UNKNOWN}
    check_update_move(UpdateState.REFUSED, UpdateState.READY, by_person=True)
    with pytest.raises(IllegalMoveError, match="only a person"):
        check_update_move(UpdateState.REFUSED, UpdateState.READY)
    assert set(UpdateState) - STANDING == {UpdateState.REFUSED, UpdateState.CANCELLED}


@pytest.mark.parametrize(
    ("state", "parcels", "told"),
    [
        (ItemState.SHIPPED, (Parcel("T1", 2),), ()),
        (ItemState.SHIPPED, (Parcel("t1", 2), Parcel("T0", 1)), ()),
        (ItemState.RECEIVED, (Parcel("T1", 2),), ()),
        (ItemState.ORDERED, (Parcel("T1", 2),), ("it is ordered, not shipped",)),
        (ItemState.SHIPPED, (Parcel("T1", 1),), ("tracking number T1 of 2 units is there with 1",)),
        (ItemState.SHIPPED, (), ("tracking number T1 of 2 units is not there",)),
    ],
)
def test_an_update_is_there_when_the_item_is_what_it_was_to_become(
    state: ItemState, parcels: tuple[Parcel, ...], told: tuple[str, ...]
) -> None:
    change = ItemChange("i1", ItemState.SHIPPED, (Parcel("T1", 2),))
    item = OrderItem("i1", "A1", 2, ItemKind.DROP_SHIP, state, parcels=parcels)
    assert differences_of_item(change, item) == told
    assert differences_of_item(change, None) == ("it is no longer on the order",)


def test_an_item_has_one_number_of_ours_in_whatever_case_it_is_told() -> None:
    assert fulfilment_number("1", "ABC", "D") == fulfilment_number("1", "abc", "d")
    assert fulfilment_number("1", "abc", "d") != fulfilment_number("2", "abc", "d")
    assert fulfilment_number("1", "abc", "d")[0] == "F"
