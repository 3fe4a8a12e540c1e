"""Values as the platform writes them: `not supplied` is never a number, and what cannot be read is never nothing."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import pytest

from replenisher.gateways.soap import cells


def local(*parts: int) -> datetime:
    year, month, day, *time = parts
    return datetime(year, month, day, *time)  # noqa: DTZ001 - the platform never says a zone


@pytest.mark.parametrize(
    ("read", "written", "expected"),
    [
        (cells.text, " 00123", " 00123"),
        (cells.text, "  ", None),
        (cells.guid, "28890F70-6FC9-4A9B-9458-410A8D08502D", "28890f70-6fc9-4a9b-9458-410a8d08502d"),
        (cells.guid, "00000000-0000-0000-0000-000000000000", None),
        (cells.number, "36", "36"),
        (cells.number, "0", None),
        (cells.number, "-1", None),
        (cells.units, "0", 0),
        (cells.units, "10000000", 10_000_000),
        (cells.units, "5.0", 5),
        (cells.units, "-1", None),
        (cells.stock, "-2", -2),
        (cells.stock, "-1", None),
        (cells.signed, "-1", -1),
        (cells.money, "19.99", Decimal("19.99")),
        (cells.money, "1E-05", Decimal("0.00001")),
        (cells.money, "-1", None),
        (cells.money, "-1.0000", None),
        (cells.flag, "True", True),
        (cells.flag, "0", False),
        (cells.moment, "2016-01-21T16:58:24.1234567", local(2016, 1, 21, 16, 58, 24, 123456)),
        (cells.moment, "2016-01-21T16:58:24-06:00", local(2016, 1, 21, 16, 58, 24)),
        (cells.moment, "1/21/2016 4:58:24 PM", local(2016, 1, 21, 16, 58, 24)),
        (cells.moment, "7/22/2016 12:05:00 AM", local(2016, 7, 22, 0, 5)),
        (cells.moment, "7/22/2016 12:05:00 PM", local(2016, 7, 22, 12, 5)),
        (cells.moment, "10/14/2016 09:39:05", local(2016, 10, 14, 9, 39, 5)),
        (cells.moment, "01/01/2017", local(2017, 1, 1)),
        (cells.moment, "0001-01-01T00:00:00", None),
        (cells.moment, "1/1/0001 12:00:00 AM", None),
    ],
)
def test_documented_spellings_are_read(read: cells.Reader, written: str, expected: object) -> None:
    assert read(written) == expected


@pytest.mark.parametrize(
    ("read", "written"),
    [
        (cells.guid, "28890f70"),
        (cells.number, "2147483648"),
        (cells.units, "-2"),
        (cells.units, "10000001"),
        (cells.units, "2x"),
        (cells.units, "1_000"),
        (cells.units, "5.5"),
        (cells.units, "٣"),
        (cells.units, "9" * 5000),
        (cells.signed, "-10000001"),
        (cells.money, "NaN"),
        (cells.money, "Infinity"),
        (cells.money, "1,000"),
        (cells.money, "1E+9999999"),
        (cells.money, "."),
        (cells.flag, "yes"),
        (cells.moment, "21/1/2016 4:58:24 PM"),
        (cells.moment, "1/21/2016 13:58:24 PM"),
        (cells.moment, "1/21/2016 0:58:24 AM"),
        (cells.moment, "20160121"),
        (cells.moment, "yesterday"),
        (cells.moment, "2016-02-30"),
    ],
)
def test_anything_else_is_an_error_and_never_nothing(read: cells.Reader, written: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        read(written)
