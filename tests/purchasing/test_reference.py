"""The vendor invoice number: one key, one number; a slip of the pen shows."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import combinations, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replenisher.purchasing.reference import ALPHABET, check_character, same_reference, vendor_invoice_number

SLOT = datetime.fromisoformat("2026-03-02T06:00")
AUTUMN = datetime.fromisoformat("2026-11-01T01:30")
KEY = ("1102", "11412", "scheduled", SLOT, 1)
UNSEEN = {("0", "Z"), ("Z", "0")}
"""The pair of neighbours that Luhn's scheme cannot see swapped."""

numbers = st.builds(
    vendor_invoice_number,
    st.text(min_size=1),
    st.text(min_size=1),
    st.sampled_from(["scheduled", "manual"]),
    st.datetimes(),
    st.integers(1, 99),
)


def is_sound(number: str) -> bool:
    return check_character(number[1:-1]) == number[-1]


def test_the_number_of_a_key_never_changes() -> None:
    # Pinned: an order sent before an upgrade must be found by the number computed after it.
    assert vendor_invoice_number(*KEY) == "R6HKXRK767FHJXD4D7"
    assert vendor_invoice_number("1102", "00123", "manual", AUTUMN, 2) == "RE4M0GG03ZGR7046YE"


@given(numbers)
def test_a_number_fits_the_platform(number: str) -> None:
    assert len(number) == 18  # the shortest field of all interfaces takes 20
    assert number == number.upper()
    assert number.startswith("R")
    assert set(number[1:]) <= set(ALPHABET)
    assert is_sound(number)


@pytest.mark.parametrize(
    "other",
    [
        ("1103", "11412", "scheduled", SLOT, 1),
        ("1102", "11413", "scheduled", SLOT, 1),
        ("1102", "11412", "manual", SLOT, 1),
        ("1102", "11412", "scheduled", SLOT + timedelta(minutes=1), 1),
        ("1102", "11412", "scheduled", SLOT, 2),
        ("11021", "1412", "scheduled", SLOT, 1),
    ],
)
def test_every_part_of_the_key_counts(other: tuple[str, str, str, datetime, int]) -> None:
    assert vendor_invoice_number(*other) != vendor_invoice_number(*KEY)


def test_two_hundred_thousand_orders_have_two_hundred_thousand_numbers() -> None:
    slots = [SLOT + timedelta(days=day) for day in range(50)]
    found = {
        vendor_invoice_number(company, str(location), "scheduled", slot, sequence)
        for company, location, slot, sequence in product(("1", "2"), range(1000), slots, (1, 2))
    }
    assert len(found) == 200_000


@given(numbers, st.data())
def test_one_wrong_character_shows(number: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(1, len(number) - 1))
    wrong = data.draw(st.sampled_from(ALPHABET.replace(number[place], "")))
    assert not is_sound(number[:place] + wrong + number[place + 1 :])


def test_every_wrong_character_shows_in_every_place_of_one_number() -> None:
    number = vendor_invoice_number(*KEY)
    slips = [
        number[:place] + wrong + number[place + 1 :]
        for place in range(1, len(number))
        for wrong in ALPHABET
        if wrong != number[place]
    ]
    assert len(slips) == 17 * 31
    assert [slip for slip in slips if is_sound(slip)] == []


@pytest.mark.parametrize("before", ["", "7"])
def test_every_swap_of_neighbours_but_one_pair_shows(before: str) -> None:
    # The character before moves the pair to the other weights.
    unseen = set()
    for first, second in combinations(ALPHABET, 2):
        body = f"{first}{second}{before}"
        if check_character(body) == check_character(f"{second}{first}{before}"):
            unseen.add((first, second))
    assert unseen == {("0", "Z")}


@given(numbers, st.integers(1, 16))
def test_two_neighbours_swapped_show(number: str, place: int) -> None:
    first, second = number[place], number[place + 1]
    swapped = number[:place] + second + first + number[place + 2 :]
    assert is_sound(swapped) == (first == second or (first, second) in UNSEEN)


def test_a_check_character_by_hand() -> None:
    # "1A" from the right: A is 10, doubled 20; 1 counts once: 21 in all, and 21 + 11 is a multiple of 32. 11 is B.
    assert check_character("1A") == "B"
    # "Z" is 31, doubled 62 = 1 * 32 + 30, so 31 counts; 31 + 1 = 32.
    assert check_character("Z") == "1"
    assert check_character("0") == "0"


@given(numbers)
def test_a_platform_may_trim_or_lower_our_reference(number: str) -> None:
    assert same_reference(number, f"  {number.lower()}\t")
    assert same_reference(f" {number}", number)


@given(numbers)
def test_a_cut_or_longer_reference_is_not_ours(number: str) -> None:
    assert not same_reference(number, number[:-1])
    assert not same_reference(number, number + "0")
    assert not same_reference(number, "")
