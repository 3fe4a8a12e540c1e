"""What was received beside what was announced: short, over, damaged, and serial numbers that nobody announced."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replenisher.purchasing.platform import NoticeLine, PlatformLine, RequestLine
from replenisher.purchasing.receipts import MOST_SERIALS, match_receipts

ORDERED = (RequestLine("A", 10, None), RequestLine("B", 4, None))
FIVE = NoticeLine("A", 5, ("p", "q", "r", "s", "t"))


def received(sku: str, units: int, serials: Sequence[str] = (), damaged: Sequence[str] = ()) -> PlatformLine:
    """A line of the platform's order."""
    return PlatformLine(sku, 0, units, None, tuple(serials), tuple(damaged))


def told(*theirs: PlatformLine, announced: Sequence[NoticeLine] = (FIVE,), closed: bool = False) -> dict[str, str]:
    """The sentences by kind, of an order where each kind is told at most once."""
    notes = match_receipts(ORDERED, announced, theirs, closed=closed)
    assert len({kind for kind, _ in notes}) == len(notes)
    return dict(notes)


serial_numbers = st.lists(st.text("abcXYZ019", min_size=1, max_size=4), unique_by=str.casefold, max_size=6)
products = st.dictionaries(st.sampled_from(["A", "B", "00123"]), serial_numbers.filter(bool), min_size=1)


def test_the_worked_example_a_damaged_unit_and_one_that_nobody_announced() -> None:
    assert told(received("A", 5, "pqrsx", "q")) == {
        "receipt_damaged": "A: received but cannot be sold: q",
        "receipt_unknown_serial": "A: received serial numbers that no notice holds: x",
    }


def test_all_that_was_announced_and_nothing_else_is_nothing_to_tell() -> None:
    for closed in (False, True):
        assert told(received("A", 5, "pqrst"), closed=closed) == {}


def test_less_than_announced_is_told_when_the_order_is_closed_and_not_before() -> None:
    assert told(received("A", 4, "pqrs")) == {}
    assert told(received("A", 4, "pqrs"), closed=True) == {
        "receipt_short": "A: ordered 10, announced 5, received 4 when the order was closed; 1 missing"
    }


def test_an_announced_product_that_is_missing_from_the_platforms_order_is_short() -> None:
    assert told(closed=True) == {
        "receipt_short": "A: ordered 10, announced 5, received 0 when the order was closed; 5 missing"
    }


@pytest.mark.parametrize("closed", [False, True])
def test_more_than_announced_is_told_at_once(closed: bool) -> None:
    assert told(received("A", 6, "pqrst"), closed=closed) == {
        "receipt_over": "A: ordered 10, announced 5, received 6; 1 more than announced"
    }


def test_several_notices_and_several_lines_are_added_up() -> None:
    announced = (FIVE, NoticeLine("A", 1, ("u",)))
    assert told(received("A", 4, "pqrs"), received("A", 2, "tu"), announced=announced, closed=True) == {}


def test_an_order_without_notices_says_nothing() -> None:
    assert told(received("A", 99, "xyz", "x"), announced=(), closed=True) == {}


def test_of_a_product_that_was_never_announced_only_damage_is_told() -> None:
    assert told(received("A", 5, "pqrst"), received("B", 4, ["b1"], ["b1"]), closed=True) == {
        "receipt_damaged": "B: received but cannot be sold: b1"
    }


def test_a_product_announced_without_serial_numbers_has_no_unknown_ones() -> None:
    assert told(received("A", 2, ["x1", "x2"]), announced=(NoticeLine("A", 2),)) == {}


def test_units_announced_without_serial_numbers_may_carry_any() -> None:
    announced = (NoticeLine("A", 1, ("p",)), NoticeLine("A", 2))
    assert told(received("A", 3, ["p", "x1", "x2"]), announced=announced) == {}
    assert told(received("A", 3, ["x1", "x2", "x3"]), announced=announced) == {
        "receipt_unknown_serial": "A: received serial numbers that no notice holds: x1, x2, x3"
    }


def test_serial_numbers_are_compared_in_one_case_and_without_blanks() -> None:
    assert told(received("A", 5, [" P", "Q", "r", "s", "t "])) == {}


def test_a_serial_number_announced_of_another_product_is_unknown_here() -> None:
    announced = (NoticeLine("A", 1, ("p",)), NoticeLine("B", 1, ("q",)))
    assert told(received("A", 1, "q"), received("B", 1, "q"), announced=announced) == {
        "receipt_unknown_serial": "A: received serial numbers that no notice holds: q"
    }


@pytest.mark.parametrize(("count", "more"), [(MOST_SERIALS, ""), (MOST_SERIALS + 1, " and 1 more")])
def test_many_serial_numbers_are_counted_beyond_the_first(count: int, more: str) -> None:
    serials = [f"d{number:02d}" for number in range(count)]
    sentence = told(received("B", count, serials, serials))["receipt_damaged"]
    assert sentence == f"B: received but cannot be sold: {', '.join(serials[:MOST_SERIALS])}{more}"


@given(products, st.booleans())
def test_what_arrives_as_announced_is_never_told(serials: dict[str, list[str]], closed: bool) -> None:
    announced = [NoticeLine(sku, len(numbers), tuple(numbers)) for sku, numbers in serials.items()]
    theirs = [
        received(sku, len(numbers), [number.swapcase() for number in numbers]) for sku, numbers in serials.items()
    ]
    assert match_receipts(ORDERED, announced, theirs, closed=closed) == ()


lines = st.tuples(
    st.sampled_from(["A", "B", "00123"]), st.integers(0, 6), st.lists(st.sampled_from(["p", "P", "q", "x"]))
)


@given(st.lists(lines, max_size=5), st.lists(lines, max_size=5), st.booleans(), st.randoms())
def test_the_order_of_lines_and_of_serial_numbers_changes_nothing(
    sent: list[tuple[str, int, list[str]]], came: list[tuple[str, int, list[str]]], closed: bool, chance: Random
) -> None:
    def notes() -> tuple[tuple[str, str], ...]:
        announced = [NoticeLine(sku, units, tuple(numbers)) for sku, units, numbers in sent]
        theirs = [received(sku, units, numbers, numbers[:1] * (units % 2)) for sku, units, numbers in came]
        return match_receipts(ORDERED, announced, theirs, closed=closed)

    before = notes()
    for rows in (sent, came):
        chance.shuffle(rows)
    for _, _, numbers in sent:
        chance.shuffle(numbers)
    assert notes() == before


@given(st.integers(1, 9), st.integers(0, 12), st.booleans())
def test_short_and_over_are_told_exactly_when_the_figures_differ(announced: int, came: int, closed: bool) -> None:
    notes = match_receipts(ORDERED, [NoticeLine("A", announced)], [received("A", came)], closed=closed)
    kinds = [kind for kind, _ in notes]
    assert kinds == ["receipt_over"] * (came > announced) + ["receipt_short"] * (closed and came < announced)
