"""The products file: what its columns mean, and what is refused in them."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date

import pandas as pd
import pytest

from replenisher.intake.products import predecessors_of
from replenisher.planning.frames import PRODUCT_LIMITS, PRODUCTS, check

Read = Callable[[str | bytes], pd.DataFrame]
Refused = Callable[..., list[str]]
EVERYTHING = (
    "sku,description,case_pack,minimum_order_quantity,maximum_line_quantity,unit_cost,lead_time_days,status\n"
    "A1,Case,6,12,600,9.99,3,discontinued\n"
)


def test_every_column_is_read(products: Read) -> None:
    frame = check(products(EVERYTHING), PRODUCTS)
    assert frame.to_dict("records") == [
        {
            "sku": "A1",
            "description": "Case",
            "case_pack": 6,
            "minimum_order_quantity": 12,
            "maximum_line_quantity": 600,
            "unit_cost": 99_900,
            "cost_known": True,
            "lead_time_days": 3,
            "discontinued": True,
        }
    ]


def test_only_the_sku_is_needed(products: Read) -> None:
    for content in ("sku\nA1\n", EVERYTHING.partition("\n")[0] + "\nA1,,,,,,,\n"):
        frame = check(products(content), PRODUCTS)
        assert frame.to_dict("records") == [
            {
                "sku": "A1",
                "description": "",
                "case_pack": 1,
                "minimum_order_quantity": 0,
                "maximum_line_quantity": 0,
                "unit_cost": 0,
                "cost_known": False,
                "lead_time_days": 7,
                "discontinued": False,
            }
        ]


def test_what_limits_a_product_is_read_and_is_not_there_where_it_limits_none(products: Read) -> None:
    header = "sku,catalog_id,shelf_capacity,last_order_date,snoozed_until\n"
    guid = "55c8b270-63b9-a095-d975-9a730b3dacb4"
    frame = products(f"{header}A1,{guid},40,2026-11-27,\nA2,,,,2027-01-04\n")
    assert frame["mapped"].tolist() == [True, False]
    assert frame["shelf_capacity"].tolist() == [40, 0]
    assert frame["last_order_date"].tolist() == [date(2026, 11, 27).toordinal(), 0]
    assert frame["snoozed_until"].tolist() == [0, date(2027, 1, 4).toordinal()]
    assert not set(products(f"{header}A1,,0,,\n")) & set(PRODUCT_LIMITS.columns)


@pytest.mark.parametrize("text", ["27.11.2026", "2026-11-27T10:00", "2026-02-30", "soon"])
def test_a_date_that_is_none_is_refused(products: Read, refused: Refused, text: str) -> None:
    (fault,) = refused(products, f"sku,last_order_date\nA1,{text}\n")
    assert fault.startswith("products.csv:2: last_order_date: ")


def test_columns_have_short_names_too(products: Read) -> None:
    frame = products("sku,moq,cost\nA1,4,0.0001\n")
    assert frame["minimum_order_quantity"].tolist() == [4]
    assert frame["unit_cost"].tolist() == [1]


def test_a_header_alone_is_a_file_without_products(products: Read) -> None:
    frame = check(products("sku,case_pack\n"), PRODUCTS)
    assert len(frame) == 0


@pytest.mark.parametrize("sku", ["00123", "NA", "NaN", "null", "=A1+1", "-5", "+1", "@x", "1e9", "TRUE", "A 1", "Ä1"])
def test_a_sku_is_text_whatever_it_looks_like(products: Read, sku: str) -> None:
    assert products(f"sku,case_pack\n{sku},1\n")["sku"].tolist() == [sku]


def test_white_space_around_a_cell_does_not_count(products: Read) -> None:
    frame = products("sku , case_pack\n NaN ,\t6 \n")
    assert frame["sku"].tolist() == ["NaN"]
    assert frame["case_pack"].tolist() == [6]


@pytest.mark.parametrize(
    ("status", "discontinued"),
    [
        ("active", False),
        ("New", False),
        ("", False),
        ("DISCONTINUED", True),
        ("inactive", True),
        ("End of life", True),
        ("end-of-life", True),
    ],
)
def test_a_status_says_whether_the_product_is_ordered(products: Read, status: str, discontinued: bool) -> None:
    assert products(f"sku,status\nA1,{status}\n")["discontinued"].tolist() == [discontinued]


def test_an_unknown_status_is_told_with_the_nearest(products: Read, refused: Refused) -> None:
    assert refused(products, "sku,status\nA1,discontinud\nA2,gone\n") == [
        (
            'products.csv:2: status: "discontinud" is not known; nearest valid word: discontinued; '
            "write one of active, new, discontinued, inactive, end_of_life"
        ),
        'products.csv:3: status: "gone" is not known; write one of active, new, discontinued, inactive, end_of_life',
    ]


WHOLE = "write a whole number, digits only"


@pytest.mark.parametrize(
    ("cell", "fault"),
    [
        ('"1,5"', f'"1,5" has a decimal comma; {WHOLE}'),
        ("1.5", f'"1.5" has decimals; {WHOLE}'),
        ("6.0", f'"6.0" has decimals; {WHOLE}'),
        ('"1.234,5"', f'"1.234,5" has a thousands separator; {WHOLE}'),
        ('"1,234"', f'"1,234" has a thousands separator; {WHOLE}'),
        ("1 234", f'"1 234" has a thousands separator; {WHOLE}'),
        ("1e9", f'"1e9" is in scientific notation; {WHOLE}'),
        ("1.2E+05", f'"1.2E+05" is in scientific notation; {WHOLE}'),
        ("-6", f'"-6" is negative; {WHOLE}'),
        ("- 6", f'"- 6" is negative; {WHOLE}'),
        ("six", f'"six" is not a number; {WHOLE}'),
        ("NaN", f'"NaN" is not a number; {WHOLE}'),
        ("inf", f'"inf" is not a number; {WHOLE}'),
        ("NULL", f'"NULL" is not a number; {WHOLE}'),
        ("+6", f'"+6" is not a number; {WHOLE}'),
        ("=6", f'"=6" is not a number; {WHOLE}'),
        ("٣", f'"٣" is not a number; {WHOLE}'),
        ("0", '"0" is out of range; write a whole number from 1 to 10,000,000'),
        ("10000001", '"10000001" is out of range; write a whole number from 1 to 10,000,000'),
        ("9" * 60, f'"{"9" * 40}…" is not a number; {WHOLE}'),
    ],
)
def test_a_quantity_that_would_have_to_be_guessed_is_refused(
    products: Read, refused: Refused, cell: str, fault: str
) -> None:
    assert refused(products, f"sku,case_pack\nA1,1\nA2,{cell}\n") == [f"products.csv:3: case_pack: {fault}"]


@pytest.mark.parametrize(("cell", "value"), [("1", 1), ("007", 7), ("10000000", 10_000_000)])
def test_a_quantity_at_the_edge_of_its_range_is_accepted(products: Read, cell: str, value: int) -> None:
    assert products(f"sku,case_pack\nA1,{cell}\n")["case_pack"].tolist() == [value]


AMOUNT = "write an amount such as 12.50, with at most four decimals and no currency sign"


@pytest.mark.parametrize(
    ("cell", "fault"),
    [
        ('"12,50"', f'"12,50" has a decimal comma; {AMOUNT}'),
        ('"1,234.50"', f'"1,234.50" has a thousands separator; {AMOUNT}'),
        ('"1.234,50"', f'"1.234,50" has a thousands separator; {AMOUNT}'),
        ("-1.00", f'"-1.00" is negative; {AMOUNT}'),
        ("$12.50", f'"$12.50" is not a number; {AMOUNT}'),
        ("12.34567", f'"12.34567" has decimals; {AMOUNT}'),
        ("1e3", f'"1e3" is in scientific notation; {AMOUNT}'),
        ("0.00", "is 0; leave the cell empty when the cost is not known"),
        ("1000000.01", '"1000000.01" is out of range; write an amount up to 1,000,000'),
    ],
)
def test_a_cost_that_would_have_to_be_guessed_is_refused(
    products: Read, refused: Refused, cell: str, fault: str
) -> None:
    assert refused(products, f"sku,cost\nA1,{cell}\n") == [f"products.csv:2: unit_cost: {fault}"]


@pytest.mark.parametrize(
    ("cell", "value"), [("12", 120_000), ("12.5", 125_000), ("0.0001", 1), ("1000000", 10_000_000_000)]
)
def test_a_cost_is_exact(products: Read, cell: str, value: int) -> None:
    assert products(f"sku,cost\nA1,{cell}\n")["unit_cost"].tolist() == [value]


def test_a_lead_time_is_at_most_a_year(products: Read, refused: Refused) -> None:
    assert products("sku,lead_time_days\nA1,0\nA2,365\n")["lead_time_days"].tolist() == [0, 365]
    assert refused(products, "sku,lead_time_days\nA1,366\n") == [
        'products.csv:2: lead_time_days: "366" is out of range; write a whole number from 0 to 365'
    ]


def test_a_product_given_twice_is_told_with_both_lines(products: Read, refused: Refused) -> None:
    assert refused(products, "sku\nA1\nA2\n A1\nA1\n") == [
        'products.csv:4: sku: "A1" is given twice, first on line 2; keep one row',
        'products.csv:5: sku: "A1" is given twice, first on line 2; keep one row',
    ]


def test_products_that_differ_in_case_or_zeros_are_different(products: Read) -> None:
    assert products("sku\nA1\na1\n0123\n123\n")["sku"].tolist() == ["A1", "a1", "0123", "123"]


def test_an_empty_sku_is_refused(products: Read, refused: Refused) -> None:
    assert refused(products, "sku,case_pack\n,1\n  ,2\n") == [
        "products.csv:2: sku: is empty; fill the cell or delete the row",
        "products.csv:3: sku: is empty; fill the cell or delete the row",
    ]


def test_ids_with_invisible_characters_or_without_end_are_refused(products: Read, refused: Refused) -> None:
    assert refused(products, f'sku\n"A\n1"\nA\u200b1\n{"x" * 101}\n') == [
        r"products.csv:2: sku: 'A\n1' holds a line break or another invisible character; retype the cell",
        r"products.csv:4: sku: 'A\u200b1' holds a line break or another invisible character; retype the cell",
        "products.csv:5: sku: has 101 characters; an id has at most 100",
    ]
    assert products(f"sku\n{'x' * 100}\n")["sku"].tolist() == ["x" * 100]


def test_100_000_products_are_read_in_about_a_second(products: Read) -> None:
    rows = "".join(f'{n:06d},"Cover, number {n}",{n % 12 + 1},{n % 9000 + 1}.{n % 100:02d}\n' for n in range(100_000))
    started = time.process_time()
    frame = products("sku,description,case_pack,cost\n" + rows)
    assert time.process_time() - started < 4  # 0.5 s on an idle machine: the margin is for a busy one
    assert len(frame) == 100_000
    assert frame["sku"].iloc[-1] == "099999"


def test_a_product_names_the_one_that_it_replaces(products: Read) -> None:
    frame = products("sku,predecessor\nA,\nB,A\nC,B\nD,gone\n")
    assert predecessors_of(frame) == {"B": "A", "C": "B", "D": "gone"}
    assert predecessors_of(products("sku,predecessor\nA,\n")) == {}
    assert "predecessor" not in products("sku,predecessor\nA,\n")
    assert predecessors_of(None) == {}


def test_an_id_of_a_predecessor_keeps_its_zeros(products: Read) -> None:
    assert predecessors_of(products("sku,predecessor\n00124,00123\n")) == {"00124": "00123"}


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ("A,A\n", ["products.csv:2: predecessor: A comes back to A: name the product it replaces"]),
        (
            "A,B\nX,\nB,C\nC,A\nD,C\n",
            [
                "products.csv:2: predecessor: B comes back to A: name the product it replaces",
                "products.csv:4: predecessor: C comes back to B: name the product it replaces",
                "products.csv:5: predecessor: A comes back to C: name the product it replaces",
            ],
        ),
    ],
)
def test_products_that_replace_each_other_in_a_circle_are_told_by_line(
    products: Read, refused: Refused, rows: str, told: list[str]
) -> None:
    """D follows a circle and is not in it: it is right as soon as they are."""
    assert refused(products, f"sku,predecessor\n{rows}") == told
