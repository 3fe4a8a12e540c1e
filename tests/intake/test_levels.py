"""The levels file: the planners' own minimum and maximum."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from replenisher.planning.frames import LEVELS, check

Read = Callable[[str | bytes], pd.DataFrame]
Refused = Callable[..., list[str]]


def test_levels_are_read_by_either_name(levels: Read) -> None:
    expected = [{"location": "007", "sku": "NA", "reorder_point": 2, "order_up_to_level": 9}]
    for header in ("location,sku,min,max", "location,sku,reorder_point,order_up_to_level", "Max,Min,SKU,Location"):
        cells = {"location": "007", "sku": "NA", "min": "2", "max": "9", "reorder_point": "2", "order_up_to_level": "9"}
        row = ",".join(cells[name.lower()] for name in header.split(","))
        assert check(levels(f"{header}\n{row}\n"), LEVELS).to_dict("records") == expected


def test_a_header_alone_overrides_nothing(levels: Read) -> None:
    assert len(check(levels("location,sku,min,max"), LEVELS)) == 0


def test_the_minimum_is_at_most_the_maximum(levels: Read, refused: Refused) -> None:
    assert levels("location,sku,min,max\n1,A,5,5\n1,B,0,0\n")["reorder_point"].tolist() == [5, 0]
    assert refused(levels, "location,sku,min,max\n1,A,5,5\n1,B,6,5\n") == [
        (
            "levels.csv:3: reorder_point: the minimum 6 is more than the maximum 5;"
            " a location is filled up to the maximum"
        )
    ]


def test_a_product_may_stand_at_many_locations_but_once_at_each(levels: Read, refused: Refused) -> None:
    assert len(levels("location,sku,min,max\n1,A,1,2\n2,A,1,2\n1,B,1,2\n")) == 3
    assert refused(levels, "location,sku,min,max\n1,A,1,2\n2,A,1,2\n1,A,1,2\n") == [
        'levels.csv:4: location and sku: "1", "A" is given twice, first on line 2; keep one row'
    ]


def test_no_cell_may_be_empty(levels: Read, refused: Refused) -> None:
    assert refused(levels, "location,sku,min,max\n,A,1,2\n1,,1,2\n1,C,,2\n1,D,1,\n") == [
        "levels.csv:2: location: is empty; fill the cell or delete the row",
        "levels.csv:3: sku: is empty; fill the cell or delete the row",
        "levels.csv:4: reorder_point: is empty; fill the cell or delete the row",
        "levels.csv:5: order_up_to_level: is empty; fill the cell or delete the row",
    ]


def test_every_column_is_needed(levels: Read, refused: Refused) -> None:
    assert refused(levels, "location,sku,minn\n1,A,1\n") == [
        "levels.csv:1: minn: unknown column; nearest valid name: min",
        "levels.csv:1: reorder_point: column is missing; add a column named reorder_point or min",
        "levels.csv:1: order_up_to_level: column is missing; add a column named order_up_to_level or max",
    ]


def test_all_faults_of_a_file_are_told_in_the_order_of_its_lines(levels: Read, refused: Refused) -> None:
    faults = refused(levels, "location,sku,min,max\n1,A,-1,2\n1,B,1\n1,C,9,8\n1,A,1,2\n,E,1,x\n")
    assert [fault.split(": ")[0] for fault in faults] == [f"levels.csv:{n}" for n in (2, 3, 4, 5, 6, 6)]
