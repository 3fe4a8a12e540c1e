"""The counts file: what was on the shelf, and when."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from replenisher.intake.counts import Count, read_counts

Read = Callable[[str | bytes], tuple[Count, ...]]
Refused = Callable[..., list[str]]
HEADER = "location,sku,quantity,counted_at\n"
ISO = "is not a date or time of ISO 8601; write 2026-03-31 or 2026-03-31T14:05, in local time without a zone"


@pytest.fixture
def counts(tmp_path: Path) -> Read:
    """Write a counts file and read it."""

    def read(content: str | bytes) -> tuple[Count, ...]:
        file = tmp_path / "counts.csv"
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_counts(file)

    return read


def test_counts_are_read_in_the_order_of_the_file(counts: Read) -> None:
    assert counts(HEADER + "007,NA,0,2026-03-31\n007,00123,12,2026-03-31T14:05\n") == (
        Count("007", "NA", 0, datetime.fromisoformat("2026-03-31T00:00")),
        Count("007", "00123", 12, datetime.fromisoformat("2026-03-31T14:05")),
    )


def test_a_header_alone_counts_nothing(counts: Read) -> None:
    assert counts(HEADER) == ()


def test_an_empty_shelf_is_a_count_and_less_than_nothing_is_not(counts: Read, refused: Refused) -> None:
    assert counts(HEADER + "1,A,0,2026-03-31\n1,B,10000000,2026-03-31\n")[0].quantity == 0
    assert refused(counts, HEADER + "1,A,-1,2026-03-31\n1,B,10000001,2026-03-31\n") == [
        'counts.csv:2: quantity: "-1" is negative; write a whole number, digits only',
        'counts.csv:3: quantity: "10000001" is out of range; write a whole number from 0 to 10,000,000',
    ]


def test_no_cell_may_be_empty(counts: Read, refused: Refused) -> None:
    assert refused(counts, HEADER + ",A,1,2026-03-31\n1,,1,2026-03-31\n1,C,,2026-03-31\n1,D,1,\n") == [
        f"counts.csv:{line}: {column}: is empty; fill the cell or delete the row"
        for line, column in ((2, "location"), (3, "sku"), (4, "quantity"), (5, "counted_at"))
    ]


def test_every_column_is_needed(counts: Read, refused: Refused) -> None:
    assert refused(counts, "location,sku\n1,A\n") == [
        "counts.csv:1: quantity: column is missing; add a column named quantity",
        "counts.csv:1: counted_at: column is missing; add a column named counted_at",
    ]


@pytest.mark.parametrize(
    ("cell", "moment"),
    [
        ("2026-03-31", "2026-03-31T00:00:00"),
        ("2026-03-31 14:05", "2026-03-31T14:05:00"),
        ("2026-03-31T14:05:09", "2026-03-31T14:05:09"),
        ("2026-03-31T14:05:09.5", "2026-03-31T14:05:09.500000"),
        ("2024-02-29", "2024-02-29T00:00:00"),
        ("2000-01-01", "2000-01-01T00:00:00"),
        ("2099-12-31T23:59", "2099-12-31T23:59:00"),
    ],
)
def test_a_moment_is_a_date_or_a_date_with_a_time(counts: Read, cell: str, moment: str) -> None:
    (count,) = counts(f"{HEADER}1,A,1,{cell}\n")
    assert count.counted_at.isoformat() == moment
    assert count.counted_at.tzinfo is None


@pytest.mark.parametrize(
    ("cell", "fault"),
    [
        ("31/03/2026", f'"31/03/2026" {ISO}'),
        ("03-31-2026", f'"03-31-2026" {ISO}'),
        ("2026-3-31", f'"2026-3-31" {ISO}'),
        ("20260331", f'"20260331" {ISO}'),
        ("46112", f'"46112" {ISO}'),
        ("2026-03-31T14", f'"2026-03-31T14" {ISO}'),
        ("2026-03-31T14:05Z", f'"2026-03-31T14:05Z" {ISO}'),
        ("2026-03-31T14:05-05:00", f'"2026-03-31T14:05-05:00" {ISO}'),
        ("2026-03-31 2 pm", f'"2026-03-31 2 pm" {ISO}'),
        ("2026-02-29", '"2026-02-29" is not on the calendar or the clock; correct the date or the time'),
        ("2026-03-31T24:30", '"2026-03-31T24:30" is not on the calendar or the clock; correct the date or the time'),
        ("0001-01-01", '"0001-01-01" is out of range; write a year from 2000 to 2099'),
        ("1999-12-31", '"1999-12-31" is out of range; write a year from 2000 to 2099'),
        ("2100-01-01", '"2100-01-01" is out of range; write a year from 2000 to 2099'),
    ],
)
def test_a_moment_that_would_have_to_be_guessed_is_refused(
    counts: Read, refused: Refused, cell: str, fault: str
) -> None:
    assert refused(counts, f"{HEADER}1,A,1,{cell}\n") == [f"counts.csv:2: counted_at: {fault}"]


def test_one_product_is_counted_once_at_a_location_and_moment(counts: Read, refused: Refused) -> None:
    others = "1,A,1,2026-03-31\n2,A,1,2026-03-31\n1,B,1,2026-03-31\n1,A,1,2026-04-01\n"
    assert len(counts(HEADER + others)) == 4
    assert refused(counts, HEADER + others + "1,A,2,2026-03-31T00:00\n") == [
        (
            'counts.csv:6: location and sku and counted_at: "1", "A", "2026-03-31 00:00:00" is given twice,'
            " first on line 2; keep one row"
        )
    ]
