"""The overrides file: levels or a quantity in each row, 0 a value, every fault with its line."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from replenisher.intake.overrides import read_overrides
from replenisher.purchasing.overrides import NewOverride, OverrideKind

Read = Callable[[str | bytes], tuple[NewOverride, ...]]
Refused = Callable[..., list[str]]
HEADER = "location,sku,minimum,maximum,quantity,until,reason\n"
UNTIL = date(2026, 12, 31)


@pytest.fixture
def overrides(tmp_path: Path) -> Read:
    """Write an overrides file and read it."""

    def read(content: str | bytes) -> tuple[NewOverride, ...]:
        file = tmp_path / "overrides.csv"
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_overrides(file)

    return read


def test_levels_and_quantities_are_read_in_the_order_of_the_file_and_zero_is_a_value(overrides: Read) -> None:
    rows = overrides(HEADER + "007,NA,0,0,,2026-12-31,being rebuilt\n007,00123,,,0,2026-12-31,none this week\n")
    assert rows == (
        NewOverride("007", "NA", 0, 0, None, UNTIL, "being rebuilt"),
        NewOverride("007", "00123", None, None, 0, UNTIL, "none this week"),
    )
    assert [row.kind for row in rows] == [OverrideKind.LEVELS, OverrideKind.QUANTITY]
    assert [row.line for row in rows] == [2, 3]


def test_a_sku_may_have_levels_and_a_quantity_in_rows_of_their_own(overrides: Read) -> None:
    assert len(overrides(HEADER + "1,A,1,2,,2026-12-31,x\n1,A,,,3,2026-12-31,x\n")) == 2


def test_columns_that_are_not_there_set_nothing(overrides: Read) -> None:
    (row,) = overrides("location,sku,quantity,until,reason\n1,A,3,2026-12-31,x\n")
    assert (row.minimum, row.maximum, row.quantity) == (None, None, 3)


def test_a_minimum_that_equals_its_maximum_is_right_and_one_above_it_is_not(overrides: Read, refused: Refused) -> None:
    assert overrides(HEADER + "1,A,5,5,,2026-12-31,x\n")[0].maximum == 5
    assert refused(overrides, HEADER + "1,A,6,5,,2026-12-31,x\n") == [
        "overrides.csv:2: minimum: the minimum 6 is more than the maximum 5; a location is filled up to the maximum"
    ]


def test_every_row_is_either_levels_or_a_quantity(overrides: Read, refused: Refused) -> None:
    rows = "1,A,,,,2026-12-31,x\n1,B,1,2,3,2026-12-31,x\n1,C,1,,,2026-12-31,x\n1,D,,2,,2026-12-31,x\n"
    assert refused(overrides, HEADER + rows) == [
        "overrides.csv:2: quantity: neither levels nor a quantity are given; give minimum and maximum, or a quantity",
        (
            "overrides.csv:3: quantity: a quantity and a minimum are given; "
            "give levels and a quantity each a row of its own"
        ),
        "overrides.csv:4: maximum: a minimum without a maximum; give both, 0 for none",
        "overrides.csv:5: minimum: a maximum without a minimum; give both, 0 for none",
    ]


def test_what_cannot_be_read_is_told_with_its_line_and_column(overrides: Read, refused: Refused) -> None:
    rows = "1,A,-1,2,,2026-12-31,x\n1,B,,,1.5,2026-12-31,x\n1,C,,,3,31.12.2026,x\n1,D,,,3,2026-12-31,\n,E,,,3,,x\n"
    told = refused(overrides, HEADER + rows)
    assert [line.split(": ")[:2] for line in told] == [
        ["overrides.csv:2", "minimum"],
        ["overrides.csv:3", "quantity"],
        ["overrides.csv:4", "until"],
        ["overrides.csv:5", "reason"],
        ["overrides.csv:6", "location"],
        ["overrides.csv:6", "until"],
    ]
    assert '"-1" is negative' in told[0]


def test_the_same_row_twice_names_the_first(overrides: Read, refused: Refused) -> None:
    rows = "1,A,1,2,,2026-12-31,x\n1,A,,,3,2026-12-31,x\n1,A,5,6,,2027-01-31,y\n1,A,,,3,2026-12-31,x\n"
    twice = 'location and sku: "1", "A" is given twice, first on line'
    assert refused(overrides, HEADER + rows) == [
        f"overrides.csv:4: {twice} 2; keep one row",
        f"overrides.csv:5: {twice} 3; keep one row",
    ]


def test_a_file_without_its_columns_names_them(overrides: Read, refused: Refused) -> None:
    told = refused(overrides, "location,sku,quantity\n1,A,3\n")
    assert [line.split(": ")[:2] for line in told] == [["overrides.csv:1", "until"], ["overrides.csv:1", "reason"]]


def test_a_header_alone_sets_nothing(overrides: Read) -> None:
    assert overrides(HEADER) == ()
