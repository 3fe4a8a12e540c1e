"""Values as .NET services write them: moments, numbers, texts; and amounts as we write them."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replenisher.errors import RefusedError
from replenisher.gateways.rest.values import (
    LARGEST_AMOUNT,
    amount_of,
    moment_of,
    moment_text,
    money,
    text_of,
    whole_of,
)

PLAIN = re.compile(rb"(0|[1-9][0-9]*)(\.[0-9]+)?")


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2015-03-27T18:47:29.9012402+00:00", datetime(2015, 3, 27, 18, 47, 29, 901240, UTC)),
        ("2015-03-27T18:47:29.9012402Z", datetime(2015, 3, 27, 18, 47, 29, 901240, UTC)),
        ("2017-09-13T18:44:55.233", datetime(2017, 9, 13, 18, 44, 55, 233000, UTC)),
        ("2019-05-29T09:51:39.73", datetime(2019, 5, 29, 9, 51, 39, 730000, UTC)),
        ("2018-01-04T16:00:00", datetime(2018, 1, 4, 16, 0, tzinfo=UTC)),
        ("2018-01-04T16:00:00-05:30", datetime(2018, 1, 4, 21, 30, tzinfo=UTC)),
        ("2018-01-04T16:00:00+12:45", datetime(2018, 1, 4, 3, 15, tzinfo=UTC)),
        (" 2018-01-04T16:00:00 ", datetime(2018, 1, 4, 16, 0, tzinfo=UTC)),
        ("2018-01-04", datetime(2018, 1, 4, tzinfo=UTC)),
        ("9999-12-31T23:59:59.9999999", datetime(9999, 12, 31, 23, 59, 59, 999999, UTC)),
        ("0002-01-01T00:00:00Z", datetime(2, 1, 1, tzinfo=UTC)),
    ],
)
def test_a_moment_is_read_with_any_number_of_digits_and_in_utc_without_a_zone(written: str, meant: datetime) -> None:
    found = moment_of(written)
    assert found == meant
    assert found is not None
    assert found.utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    "written",
    [
        "0001-01-01T00:00:00",
        "0001-01-01T00:00:00Z",
        "0001-01-01T00:00:00.0000000+00:00",
        "0001-01-01T00:00:00-08:00",
        "0001-12-31T23:59:59",
        "9999-12-31T23:59:59.9999999-08:00",
        "",
        "null",
        "3/27/2015 6:47:29 PM",
        "2015-02-30T00:00:00",
        "2015-03-27T25:00:00",
        "/Date(1427482049901)/",
        None,
        0,
        1427482049,
        True,
        [],
        {"Year": 2015},
    ],
)
def test_a_moment_that_is_not_set_or_cannot_be_read_is_none(written: object) -> None:
    assert moment_of(written) is None


@settings(deadline=None)
@given(
    st.datetimes(min_value=datetime(2, 1, 2), max_value=datetime(9999, 12, 30)),  # noqa: DTZ001 - the zone is drawn
    st.integers(-14 * 60, 14 * 60),
    st.integers(0, 7),
)
def test_whatever_its_zone_and_digits_a_moment_is_read_as_the_instant_that_it_is(
    local: datetime, minutes: int, digits: int
) -> None:
    kept = min(digits, 6)
    micros = local.microsecond // 10 ** (6 - kept) * 10 ** (6 - kept)
    fraction = f".{local.microsecond:06}3"[: digits + 1] if digits else ""
    sign, ahead = "-" if minutes < 0 else "+", divmod(abs(minutes), 60)
    written = f"{local.replace(microsecond=0):%Y-%m-%dT%H:%M:%S}".rjust(19, "0")
    found = moment_of(f"{written}{fraction}{sign}{ahead[0]:02}:{ahead[1]:02}")
    assert found == local.replace(microsecond=micros, tzinfo=timezone(timedelta(minutes=minutes)))


@settings(deadline=None)
@given(
    st.datetimes(
        min_value=datetime(1900, 1, 1),  # noqa: DTZ001 - the zone is drawn
        max_value=datetime(2200, 1, 1),  # noqa: DTZ001 - as above
        timezones=st.sampled_from([UTC, timezone(timedelta(hours=-8)), timezone(timedelta(hours=5, minutes=45))]),
    )
)
def test_a_moment_that_we_write_is_read_back_to_the_second(moment: datetime) -> None:
    assert moment_of(moment_text(moment)) == moment.replace(microsecond=0)


NO_AMOUNTS = [None, True, False, "", "nine", "NaN", "Infinity", "-Infinity", 1.5, [], {}, Decimal("NaN")]


@pytest.mark.parametrize("value", NO_AMOUNTS)
def test_what_is_no_amount_is_none(value: object) -> None:
    assert amount_of(value) is None
    assert whole_of(value) is None


@pytest.mark.parametrize(
    ("value", "amount"),
    [
        (5, Decimal(5)),
        (0, Decimal(0)),
        ("5", Decimal(5)),
        (" 9.99 ", Decimal("9.99")),
        (Decimal("9.990"), Decimal("9.99")),
        ("-1.10", Decimal("-1.10")),
        ("1e3", Decimal(1000)),
    ],
)
def test_an_amount_is_read_as_a_number_or_as_text(value: object, amount: Decimal) -> None:
    assert amount_of(value) == amount


def test_an_amount_is_below_the_largest_one_on_both_sides_of_zero() -> None:
    for sign in (1, -1):
        assert amount_of(sign * (LARGEST_AMOUNT - 1)) == sign * (LARGEST_AMOUNT - 1)
        assert amount_of(sign * LARGEST_AMOUNT) is None
    assert amount_of("1e999999") is None
    assert amount_of("9" * 10_000) is None


@pytest.mark.parametrize(("value", "whole"), [(5, 5), ("5", 5), (Decimal("5.0"), 5), ("-5.000", -5), ("5e2", 500)])
def test_a_whole_number_may_have_a_zero_fraction(value: object, whole: int) -> None:
    assert whole_of(value) == whole


@pytest.mark.parametrize("value", ["5.5", Decimal("0.1"), "4.999999999999"])
def test_a_number_with_a_fraction_is_no_whole_one_and_is_never_rounded(value: object) -> None:
    assert whole_of(value) is None


@settings(deadline=None)
@given(st.integers(-(10**15) + 1, 10**15 - 1))
def test_every_whole_number_is_read_in_each_of_its_spellings(number: int) -> None:
    assert {whole_of(one) for one in (number, str(number), f"{number}.0", Decimal(number))} == {number}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        ("", ""),
        ("00123", "00123"),
        (14202, "14202"),
        (Decimal("1.50"), "1.50"),
        ("Søn №7\nsecond line", "Søn №7\nsecond line"),
        ("a\0b", "a\ufffdb"),
        ("\ud800x", "?x"),
        ("x\udfff\0", "x?\ufffd"),
    ],
)
def test_a_text_is_kept_as_it_is_but_for_what_no_database_keeps(value: object, text: str) -> None:
    assert text_of(value) == text


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=())))
def test_every_text_can_be_kept_and_a_good_one_stays_what_it_is(text: str) -> None:
    kept = text_of(text)
    assert "\0" not in kept
    kept.encode("utf-8")
    if "\0" not in text and not re.search("[\ud800-\udfff]", text):
        assert kept == text


def written(amount: Decimal) -> bytes:
    return msgspec.json.encode(money(amount))


@pytest.mark.parametrize(
    ("amount", "digits"),
    [
        ("0.0000001", b"0.0000001"),
        ("1E-7", b"0.0000001"),
        ("1E+1", b"10"),
        ("1.5E3", b"1500"),
        ("0E-10", b"0.0000000000"),
        ("0", b"0"),
        ("0.00", b"0.00"),
        ("9.990", b"9.990"),
        ("12.91", b"12.91"),
    ],
)
def test_an_amount_is_written_as_plain_digits(amount: str, digits: bytes) -> None:
    assert written(Decimal(amount)) == digits


@settings(deadline=None)
@given(st.decimals(min_value=0, max_value=10**15, allow_nan=False, allow_infinity=False))
def test_every_amount_is_written_plainly_and_read_back_exactly(amount: Decimal) -> None:
    digits = written(amount)
    assert PLAIN.fullmatch(digits.removeprefix(b"-"))  # -0 is a zero too
    assert json.loads(digits, parse_float=Decimal) == amount


@pytest.mark.parametrize("amount", ["NaN", "sNaN", "Infinity", "-Infinity", "-0.0001", "-1"])
def test_what_is_no_money_is_refused(amount: str) -> None:
    with pytest.raises(RefusedError, match="is not an amount of money; nothing was sent"):
        money(Decimal(amount))
