"""The vendor's stock file: what there is of each SKU and since when, every fault with its line."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from replenisher.errors import PlannerFileError
from replenisher.intake.vendor_stock import read_vendor_stock

WRITTEN = datetime(2026, 3, 31, 12, 0, tzinfo=UTC)
Stock = Callable[[str], Path]


@pytest.fixture
def stock(tmp_path: Path) -> Stock:
    """Write a stock file as if it had been written at WRITTEN."""

    def written(text: str) -> Path:
        path = tmp_path / "stock.csv"
        path.write_text(text)
        os.utime(path, (WRITTEN.timestamp(), WRITTEN.timestamp()))
        return path

    return written


def test_units_are_read_with_the_moment_from_which_on_orders_claim_them(stock: Stock) -> None:
    frame = read_vendor_stock(
        stock("sku;units;as_of\n00123;12;2026-03-31T05:00-06:00\nNA;0;2026-03-30\nX;7;2026-03-31T09:30\nY;1;\n")
    )
    assert frame["sku"].tolist() == ["00123", "NA", "X", "Y"]
    assert frame["units"].tolist() == [12, 0, 7, 1]
    assert [str(moment) for moment in frame["as_of"]] == [
        "2026-03-31 11:00:00+00:00",
        "2026-03-30 00:00:00+00:00",
        "2026-03-31 09:30:00+00:00",
        "2026-03-31 12:00:00+00:00",
    ]
    assert frame["units"].dtype == "int64"


def test_a_file_without_moments_or_without_rows_is_good(stock: Stock) -> None:
    assert read_vendor_stock(stock("units,sku\n3,A\n"))["as_of"].tolist() == [WRITTEN]
    assert len(read_vendor_stock(stock("sku,units\n"))) == 0


def test_a_moment_that_is_tomorrow_elsewhere_counts_as_when_the_file_was_written(stock: Stock) -> None:
    assert read_vendor_stock(stock("sku,units,as_of\nA,1,2026-04-01T12:00\n"))["as_of"].tolist() == [WRITTEN]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("sku,units\nA,-1\n", ':2: units: "-1" is negative; write a whole number, digits only'),
        ("sku,units\nA,1.5\n", ':2: units: "1.5" has decimals; write a whole number, digits only'),
        ("sku,units\nA,1\nB,1\nA,2\n", ':4: sku: "A" is given twice, first on line 2; keep one row'),
        ("sku,units\nA,\n", ":2: units: is empty; fill the cell or delete the row"),
        ("sku,units\n,1\n", ":2: sku: is empty"),
        ("sku,unit\nA,1\n", ":1: unit: unknown column; nearest valid name: units"),
        ("sku,units,as_of\nA,1,31.3.2026\n", ':2: as_of: "31.3.2026" is not a date or time of ISO 8601'),
        (
            "sku,units,as_of\nA,1,2026-04-01T12:01\n",
            ":2: as_of: 2026-04-01T12:01:00+00:00 is later than the file itself, written 2026-03-31T12:00Z; correct",
        ),
        ("", ": is empty; the first line should be sku,units,as_of"),
    ],
)
def test_every_fault_is_told_with_its_line_and_what_to_do(stock: Stock, text: str, told: str) -> None:
    path = stock(text)
    with pytest.raises(PlannerFileError) as refused:
        read_vendor_stock(path)
    assert f"{path}{told}" in str(refused.value)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(PlannerFileError, match="does not exist; check the path"):
        read_vendor_stock(tmp_path / "stock.csv")
