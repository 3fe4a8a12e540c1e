"""Which shipments may be announced, and what the planner is told about the others."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replenisher.purchasing.platform import NoticeLine, RequestLine
from replenisher.purchasing.serials import SerialKind
from replenisher.purchasing.shipment_rules import ShippableOrder, check_shipment
from replenisher.purchasing.shipments import OrderReference, Shipment
from replenisher.purchasing.states import OrderState

KINDS = {"A": SerialKind.SERIAL, "P": SerialKind.IMEI, "C": SerialKind.NONE}
IMEIS = ("490154203237518", "356938035643809")
LINES = tuple(RequestLine(sku, 10, None) for sku in ("A", "P", "C"))
CONFIRMED = ShippableOrder("R1", OrderState.CONFIRMED, LINES, {"A": 6})
WORDS = {
    "proposed": "only proposed",
    "held": "approval",
    "approved": "not been sent to the platform yet; import the shipment again later",
    "submitting": "being sent",
    "accepted": "is not confirmed yet; import the shipment again later",
    "unknown": "looked up",
    "needs_person": "needs a person",
    "duplicate": "more than once",
    "received": "received or closed",
    "refused": "refused",
    "failed": "failed",
    "declined": "declined",
    "superseded": "newer run",
    "cancelled": "cancelled",
}


def shipped(*lines: NoticeLine) -> Shipment:
    """A shipment of order R1."""
    return Shipment(OrderReference("R1"), "T1", datetime.fromisoformat("2026-03-02T00:00"), lines)


def numbers(count: int, first: int = 1) -> tuple[str, ...]:
    """Serial numbers that nobody has used."""
    return tuple(f"n{number}" for number in range(first, first + count))


def faults(
    *lines: NoticeLine, order: ShippableOrder | None = CONFIRMED, elsewhere: Mapping[str, str] | None = None
) -> tuple[str, ...]:
    """What is wrong with a shipment of these lines."""
    return check_shipment(shipped(*lines), order, KINDS, elsewhere or {})


def in_state(state: OrderState) -> ShippableOrder:
    """The order in another state."""
    return ShippableOrder("R1", state, LINES, {})


@pytest.mark.parametrize("state", [OrderState.CONFIRMED, OrderState.PARTLY_RECEIVED])
def test_an_order_at_the_platform_may_ship(state: OrderState) -> None:
    assert faults(NoticeLine("C", 10), order=in_state(state)) == ()


@pytest.mark.parametrize(("state", "words"), WORDS.items())
def test_an_order_in_another_state_ships_nothing_and_is_told_why(state: str, words: str) -> None:
    (told,) = faults(NoticeLine("C", 1), order=in_state(OrderState(state)))
    assert told.startswith("order R1 ")
    assert words in told


def test_every_state_either_ships_or_has_words_of_its_own() -> None:
    told = [faults(NoticeLine("C", 1), order=in_state(state)) for state in OrderState]
    assert len([sentences for sentences in told if not sentences]) == 2
    assert len(set(told)) == len(OrderState) - 1


def test_an_order_that_does_not_exist_is_all_that_is_told() -> None:
    assert faults(NoticeLine("Z", 0), order=None) == (
        "no order of ours has the number R1; see `replenisher orders list`",
    )


def test_what_was_never_ordered_is_not_announced() -> None:
    assert faults(NoticeLine("Z", 1)) == ("Z: is not on order R1",)
    assert faults(NoticeLine("c", 1)) == ("c: is not on order R1",)


def test_all_that_is_open_may_be_announced_and_not_one_unit_more() -> None:
    assert faults(NoticeLine("A", 4, numbers(4))) == ()
    assert faults(NoticeLine("A", 5, numbers(5))) == (
        "A: 5 shipped, but only 4 may still be announced (ordered 10, announced 6)",
    )


def test_more_announced_than_ordered_leaves_nothing_open_but_never_less_than_nothing() -> None:
    over = ShippableOrder("R1", OrderState.CONFIRMED, LINES, {"C": 12})
    assert faults(NoticeLine("C", 1), order=over) == (
        "C: 1 shipped, but only 0 may still be announced (ordered 10, announced 12)",
    )


def test_a_product_on_two_lines_of_the_order_is_open_with_both() -> None:
    twice = ShippableOrder("R1", OrderState.CONFIRMED, (*LINES, RequestLine("C", 3, None)), {})
    assert faults(NoticeLine("C", 13), order=twice) == ()
    assert len(faults(NoticeLine("C", 14), order=twice)) == 1


def test_at_least_one_unit_is_shipped() -> None:
    assert faults(NoticeLine("C", 1)) == ()
    assert faults(NoticeLine("C", 0)) == ("C: the quantity is 0; a shipment has at least one unit",)


@pytest.mark.parametrize("given_numbers", [0, 2, 4])
def test_every_unit_of_a_serialised_product_has_a_serial_number(given_numbers: int) -> None:
    assert faults(NoticeLine("A", 3, numbers(3))) == ()
    assert faults(NoticeLine("A", 3, numbers(given_numbers))) == (
        f"A: every unit carries a serial number, but {given_numbers} are given for 3 units",
    )


def test_every_unit_of_a_product_with_imeis_has_one() -> None:
    assert faults(NoticeLine("P", 2, IMEIS)) == ()
    assert faults(NoticeLine("P", 2)) == ("P: every unit carries a serial number, but 0 are given for 2 units",)


def test_a_product_without_serial_numbers_has_one_for_each_unit_or_none() -> None:
    for sku_lines in ((NoticeLine("C", 3),), (NoticeLine("C", 3, numbers(3)),)):
        assert faults(*sku_lines) == ()
    assert faults(NoticeLine("C", 3, numbers(2))) == (
        "C: 2 serial numbers for 3 units; give one for each unit, or none at all",
    )


def test_a_product_that_no_file_lists_carries_no_serial_numbers() -> None:
    order = ShippableOrder("R1", OrderState.CONFIRMED, (RequestLine("new", 2, None),), {})
    assert faults(NoticeLine("new", 2), order=order) == ()


def test_an_imei_has_its_check_digit_where_the_product_says_so() -> None:
    wrong = "490154203237517"
    assert faults(NoticeLine("P", 2, IMEIS)) == ()
    assert faults(NoticeLine("P", 2, (IMEIS[1], wrong))) == (
        f"P: {wrong} is not an IMEI: the check digit would be 8; a digit is wrong or two are swapped",
    )
    assert faults(NoticeLine("A", 1, (wrong,))) == ()


def test_a_serial_number_stands_once_in_a_shipment_in_whatever_case() -> None:
    assert faults(NoticeLine("A", 2, ("x1", "x2"))) == ()
    assert faults(NoticeLine("A", 2, ("x1", "X1"))) == (
        "A: x1 is given 2 times in this shipment; a serial number belongs to one unit",
    )
    assert faults(NoticeLine("A", 1, ("x1",)), NoticeLine("C", 1, ("x1",))) == (
        "A: x1 is given 2 times in this shipment; a serial number belongs to one unit",
    )


def test_a_serial_number_on_another_notice_is_told_with_that_notice() -> None:
    assert faults(NoticeLine("A", 1, ("x1",)), elsewhere={"x2": "S7"}) == ()
    assert faults(NoticeLine("A", 1, ("x1",)), elsewhere={" X1": "S7"}) == (
        "A: x1 is on shipment notice S7 already; a serial number belongs to one unit",
    )


def test_everything_that_is_wrong_is_told_at_once() -> None:
    told = faults(
        NoticeLine("A", 5, ("x1", "x1")),
        NoticeLine("Z", 1),
        order=in_state(OrderState.ACCEPTED),
        elsewhere={"x1": "S7"},
    )
    assert len(told) == 5


@given(ordered=st.integers(1, 9), announced=st.integers(0, 12), quantity=st.integers(1, 12))
def test_notices_that_may_go_never_announce_more_than_was_ordered(ordered: int, announced: int, quantity: int) -> None:
    order = ShippableOrder("R1", OrderState.CONFIRMED, (RequestLine("C", ordered, None),), {"C": announced})
    may_go = not faults(NoticeLine("C", quantity), order=order)
    assert may_go == (announced + quantity <= ordered)
