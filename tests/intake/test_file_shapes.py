"""The file itself: encodings, delimiters, line ends, headers, ragged rows; and files that are no tables at all."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from replenisher.errors import FileFault, PlannerFileError
from replenisher.intake.products import read_products
from replenisher.intake.text_file import LARGEST_BYTES, MOST_FAULTS
from replenisher.planning.frames import PRODUCTS, check

Read = Callable[[str | bytes], pd.DataFrame]
Refused = Callable[..., list[str]]


def refusal_of(path: Path) -> str:
    with pytest.raises(PlannerFileError) as refusal:
        read_products(path)
    return str(refusal.value)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_delimiters_line_ends_and_byte_order_marks(products: Read, delimiter: str, line_end: str, mark: bytes) -> None:
    rows = (("SKU", "Description", "Case Pack"), ("00123", "Hülle", "6"))
    content = mark + line_end.join(delimiter.join(row) for row in rows).encode()
    frame = products(content)
    assert frame[["sku", "description", "case_pack"]].to_numpy().tolist() == [["00123", "Hülle", 6]]


def test_the_delimiter_is_the_one_of_the_header_not_of_the_texts(products: Read) -> None:
    frame = products("sku;description\nA1;one, two, three\n")
    assert frame["description"].tolist() == ["one, two, three"]


def test_quoted_texts_may_hold_delimiters_quotes_and_line_breaks(products: Read) -> None:
    frame = products('sku,description\n"A1","5"" cable,\nblack"\nA2,5" plug\n')
    assert frame["description"].tolist() == ['5" cable,\nblack', '5" plug']


def test_lines_stay_right_after_quoted_line_breaks_and_blank_lines(products: Read, refused: Refused) -> None:
    content = 'sku,description,case_pack\n\nA1,"a\nb\nc",1\n,,\n\nA2,"d\ne",x\nA3,,y\n'
    assert [fault.split(": ")[0] for fault in refused(products, content)] == ["products.csv:8", "products.csv:10"]


def test_names_of_columns_are_read_in_any_case_and_spelling(products: Read) -> None:
    frame = products("\n Sku ,CASE-PACK,Minimum Order Quantity\nA1,2,3\n")
    assert frame[["case_pack", "minimum_order_quantity"]].to_numpy().tolist() == [[2, 3]]


def test_an_unknown_column_is_told_with_the_nearest_name(products: Read, refused: Refused) -> None:
    assert refused(products, "sku,case_pak,Colour\nA1,1,red\n") == [
        "products.csv:1: case_pak: unknown column; nearest valid name: case_pack",
        (
            "products.csv:1: Colour: unknown column; valid names: sku, description, case_pack, minimum_order_quantity,"
            " moq, maximum_line_quantity, unit_cost, cost, lead_time_days, status, serial_numbers,"
            " catalog_id, shelf_capacity, last_order_date, snoozed_until, predecessor"
        ),
    ]


def test_a_column_given_twice_is_told_whatever_it_is_called(products: Read, refused: Refused) -> None:
    assert refused(products, "sku,moq,SKU,minimum_order_quantity\nA1,1,A1,1\n") == [
        "products.csv:1: SKU: column sku is given twice; delete one of them",
        "products.csv:1: minimum_order_quantity: column minimum_order_quantity is given twice; delete one of them",
    ]


def test_a_missing_header_is_told(products: Read, refused: Refused) -> None:
    faults = refused(products, "A1,6\nA2,6\n")
    assert faults[-1] == "products.csv:1: sku: column is missing; add a column named sku"


def test_a_row_of_another_width_is_told(products: Read, refused: Refused) -> None:
    hint = "put a text that holds the delimiter in quotes"
    assert refused(products, "sku,description\nA1\nA2,b,c\nA3,d,,\n") == [
        f"products.csv:2: has 1 cells, the header has 2; {hint}",
        f"products.csv:3: has 3 cells, the header has 2; {hint}",
    ]


def test_empty_cells_beyond_the_header_do_not_matter(products: Read, refused: Refused) -> None:
    assert len(products("sku,description,,\nA1,b,,\nA2,c,,,,\n,,,\n")) == 2
    assert refused(products, "sku,\nA1,x\n") == [
        "products.csv:2: has a value in a column without a name; name the column or empty the cell"
    ]


def test_a_quote_that_is_not_closed_is_told_at_its_row(products: Read, refused: Refused) -> None:
    advice = 'a quoted text does not end where it should; write "" for a quote inside a quoted text'
    assert refused(products, 'sku,description\nA1,b\nA2,"c\nA3,d\n') == [f"products.csv:3: {advice}"]
    assert refused(products, 'sku,description\nA1,"b" c\n') == [f"products.csv:2: {advice}"]
    assert refused(products, 'sku,description\nA1,"' + "x" * 140_000 + '"\n') == [f"products.csv:2: {advice}"]


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xef\xbb\xbf", b" \n", b",,\n"])
def test_an_empty_file_is_told_what_its_first_line_should_be(products: Read, refused: Refused, content: bytes) -> None:
    (fault,) = refused(products, content)
    assert fault.startswith("products.csv: is empty; the first line should be sku,description,case_pack,")


def test_windows_1252_is_read_with_a_warning_when_only_descriptions_need_it(products: Read, tmp_path: Path) -> None:
    with capture_logs() as written:
        frame = products("sku,description\nA1,Café “x”\n".encode("cp1252"))
    assert frame["description"].tolist() == ["Café “x”"]
    assert written == [
        {
            "event": "planner file is not UTF-8",
            "file": str(tmp_path / "products.csv"),
            "read_as": "Windows-1252",
            "log_level": "warning",
        }
    ]


def test_windows_1252_in_an_id_is_refused(products: Read, refused: Refused) -> None:
    assert refused(products, "sku,description\nA1,Café\nÄ2,x\n".encode("cp1252")) == [
        'products.csv:3: sku: "Ä2" has letters in an unknown encoding; save the file as CSV UTF-8'
    ]


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"PK\x03\x04rest", "products.csv: is an Excel workbook; save it as CSV UTF-8"),
        (b"\xd0\xcf\x11\xe0rest", "products.csv: is an Excel workbook; save it as CSV UTF-8"),
        ("sku\nA1\n".encode("utf-16"), "products.csv: is saved as UTF-16; save it as CSV UTF-8"),
        (b"sku\nA1\nA\x002\n", "products.csv:3: holds a NUL byte; save the file as CSV UTF-8 again"),
        (b"sku\nA1\nA\x812\n", "products.csv:3: is neither UTF-8 nor Windows-1252 text; save it as CSV UTF-8"),
    ],
)
def test_what_is_no_text_is_refused(products: Read, refused: Refused, content: bytes, fault: str) -> None:
    assert refused(products, content) == [fault]


def test_a_file_that_is_not_there_or_no_file_is_refused(tmp_path: Path) -> None:
    assert (
        refusal_of(tmp_path / "no.csv")
        == f"{tmp_path}/no.csv: does not exist; check the path in the configuration file"
    )
    assert refusal_of(tmp_path) == f"{tmp_path}: is a folder; name a CSV file"
    (tmp_path / "file").touch()
    assert refusal_of(tmp_path / "file" / "a.csv").startswith(f"{tmp_path}/file/a.csv: ")
    os.mkfifo(tmp_path / "pipe")
    assert refusal_of(tmp_path / "pipe") == f"{tmp_path}/pipe: is not an ordinary file; name a CSV file"


def test_a_file_too_large_to_be_a_planners_is_refused_unread(tmp_path: Path) -> None:
    file = tmp_path / "large.csv"
    with file.open("wb") as stream:
        stream.truncate(LARGEST_BYTES + 1)
    assert refusal_of(file) == f"{file}: is larger than 256 MiB; this cannot be a planner's file"


def test_the_first_faults_are_told_and_the_others_counted(products: Read, refused: Refused) -> None:
    header = "sku,case_pack\n"
    faults = refused(products, header + "".join(f"A{n},x\n" for n in range(MOST_FAULTS)))
    assert len(faults) == MOST_FAULTS
    faults = refused(products, header + "".join(f"A{n},x\n" for n in range(MOST_FAULTS + 7)))
    assert len(faults) == MOST_FAULTS + 1
    assert faults[-1] == "products.csv: and 7 more faults"


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=200) | st.text(alphabet='sku,;\t"\r\n0A-é ', max_size=80).map(str.encode))
def test_any_bytes_are_read_or_refused_with_the_file_named(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "any.csv"
    file.write_bytes(content)
    faults: list[FileFault] = []
    try:
        check(read_products(file), PRODUCTS)
    except PlannerFileError as refusal:
        faults = refusal.faults
    assert all(fault.file == str(file) and fault.message for fault in faults)
