"""Serial numbers: when two are the same, and which are IMEIs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replenisher.purchasing.serials import check_digit, imei_fault, normal_serial, serial_key

IMEI = "490154203237518"
"""The worked example: 52 from its first 14 digits, 8 to make 60."""
fourteen_digits = st.text("0123456789", min_size=14, max_size=14)


def test_a_check_digit_by_hand() -> None:
    assert check_digit("49015420323751") == 8
    # "18": 8 counts double, 16 is 1 + 6 = 7, and 1 counts once: 8 in all; 2 makes it 10.
    assert check_digit("18") == 2
    assert check_digit("0" * 14) == 0


def test_an_imei_is_accepted_with_blanks_around_it() -> None:
    assert imei_fault(IMEI) == ""
    assert imei_fault(f" {IMEI}\t") == ""


@pytest.mark.parametrize(
    "serial", ["", IMEI[:-1], IMEI + "0", "49015420323751A", "49-015420-323751-8", "٤90154203237518"]
)
def test_fifteen_digits_and_nothing_else_are_an_imei(serial: str) -> None:
    assert imei_fault(serial) == "an IMEI has 15 digits and nothing else"


def test_a_wrong_check_digit_is_told_with_the_right_one() -> None:
    assert imei_fault(IMEI[:-1] + "7") == "the check digit would be 8; a digit is wrong or two are swapped"


@given(fourteen_digits)
def test_exactly_one_of_ten_last_digits_makes_an_imei(digits: str) -> None:
    assert [last for last in range(10) if not imei_fault(f"{digits}{last}")] == [check_digit(digits)]


@given(fourteen_digits, st.data())
def test_one_wrong_digit_shows(digits: str, data: st.DataObject) -> None:
    imei = f"{digits}{check_digit(digits)}"
    place = data.draw(st.integers(0, 14))
    wrong = data.draw(st.sampled_from("0123456789".replace(imei[place], "")))
    assert imei_fault(imei[:place] + wrong + imei[place + 1 :])


@given(fourteen_digits, st.integers(0, 13))
def test_two_neighbours_swapped_show_but_for_nought_and_nine(digits: str, place: int) -> None:
    imei = f"{digits}{check_digit(digits)}"
    first, second = imei[place], imei[place + 1]
    swapped = imei[:place] + second + first + imei[place + 2 :]
    assert bool(imei_fault(swapped)) == (first != second and {first, second} != {"0", "9"})


def test_a_serial_number_keeps_its_case_and_loses_the_blanks_around_it() -> None:
    assert normal_serial(" aB-0012\n") == "aB-0012"


def test_two_spellings_of_one_serial_number_are_the_same() -> None:
    assert serial_key(" ab-0012") == serial_key("AB-0012 ")
    assert serial_key("0012") != serial_key("12")
