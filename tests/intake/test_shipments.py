"""The shipments file: what its columns mean, what is refused, and which good rows are kept beside bad ones."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from replenisher.intake.shipments import ShipmentFile, read_shipments
from replenisher.intake.text_file import MOST_FAULTS
from replenisher.purchasing.shipments import OrderReference, ShipmentRow, group_rows

Read = Callable[[str | bytes], ShipmentFile]
SHORT = "vendor_invoice_number,sku,quantity,shipped_at\n"
HEADER = "vendor_invoice_number,order_id,sku,quantity,serial_numbers,shipped_at,tracking_number,carrier,shipment\n"
TUESDAY = datetime.fromisoformat("2026-03-31T00:00")


@pytest.fixture
def shipments(tmp_path: Path) -> Read:
    """Write a shipments file and read it."""

    def read(content: str | bytes) -> ShipmentFile:
        file = tmp_path / "shipments.csv"
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_shipments(file)

    return read


def faults(file: ShipmentFile) -> list[str]:
    """The file's faults, without the folder."""
    return ["shipments.csv" + str(fault).partition("shipments.csv")[2] for fault in file.faults]


def kept(file: ShipmentFile) -> list[int]:
    """The lines of the rows that may be imported."""
    return [row.line for row in file.rows]


def left_out(file: ShipmentFile) -> list[int]:
    """The lines of the good rows of shipments that are not whole."""
    return [row.line for row in file.left_out]


def test_every_column_is_read(shipments: Read) -> None:
    file = shipments(HEADER + "R1,,00123,2,a1 B2,2026-03-31T14:05-05:00,1Z 99,UPS,7\n")
    assert file == ShipmentFile(
        rows=(
            ShipmentRow(
                order=OrderReference(vendor_invoice_number="R1"),
                sku="00123",
                quantity=2,
                shipped_at=datetime.fromisoformat("2026-03-31T14:05-05:00"),
                serial_numbers=("a1", "B2"),
                tracking_number="1Z 99",
                carrier="UPS",
                shipment="7",
            ),
        ),
        left_out=(),
        faults=(),
    )
    assert kept(file) == [2]


def test_only_order_sku_quantity_and_date_are_needed(shipments: Read) -> None:
    for content in (SHORT + "R1,A,1,2026-03-31\n", HEADER + "R1,,A,1,,2026-03-31,,,\n"):
        file = shipments(content)
        assert file.faults == ()
        assert file.rows == (ShipmentRow(OrderReference("R1"), "A", 1, TUESDAY),)


def test_columns_have_short_names_too(shipments: Read) -> None:
    (row,) = shipments("Order ID,SKU,Quantity,Serials,Shipped At,Tracking\n17,A,1,x,2026-03-31,T1\n").rows
    assert (row.order, row.serial_numbers, row.tracking_number) == (OrderReference(order_id="17"), ("x",), "T1")


def test_an_order_is_named_by_our_number_or_the_platforms_id(shipments: Read) -> None:
    guid = "5f0c3d3e-9a4b-4a5e-8f6d-0d3c1f6f2b11"
    file = shipments(f"order_id,sku,quantity,shipped_at\n17,A,1,2026-03-31\n{guid},A,1,2026-03-31\n")
    assert [row.order.order_id for row in file.rows] == ["17", guid]


def test_a_row_names_exactly_one_order(shipments: Read) -> None:
    file = shipments(HEADER + "R1,17,A,1,,2026-03-31,T1,,\n,,A,1,,2026-03-31,T2,,\nR1,,A,1,,2026-03-31,T3,,\n")
    assert faults(file) == [
        (
            'shipments.csv:2: vendor_invoice_number: is given beside the order_id "17";'
            " name the order in one of the two ways"
        ),
        "shipments.csv:3: vendor_invoice_number: is empty, and so is order_id; fill one of the two",
    ]
    assert kept(file) == [4]


def test_an_order_that_cannot_be_read_is_told_as_that_and_not_as_missing(shipments: Read) -> None:
    for row in ("R\u200b1,,A,1,,2026-03-31,T1,,\n", ",1\u200b7,A,1,,2026-03-31,T1,,\n"):
        (told,) = faults(shipments(HEADER + row + "R1,,A,1,,2026-03-31,T2,,\n"))
        assert told.endswith("holds a line break or another invisible character; retype the cell")


def test_a_file_that_names_no_order_at_all_is_told_once(shipments: Read) -> None:
    told = "shipments.csv: no row names its order; add a column vendor_invoice_number or order_id, and fill it"
    for content in ("sku,quantity,shipped_at\n" + "A,1,2026-03-31\n" * 3, HEADER + ",,A,1,,2026-03-31,,,\n" * 3):
        assert faults(shipments(content)) == [told]
        assert (shipments(content).rows, shipments(content).left_out) == ((), ())


def test_a_header_alone_ships_nothing(shipments: Read) -> None:
    assert shipments(HEADER) == ShipmentFile((), (), ())


@pytest.mark.parametrize("cell", ["x y z", "x;y;z", "x|y|z", " x ; y|  z;", '"x\ny\nz"'])
def test_serial_numbers_are_separated_by_blanks_semicolons_or_bars(shipments: Read, cell: str) -> None:
    (row,) = shipments(f"{HEADER}R1,,A,3,{cell},2026-03-31,,,\n").rows
    assert row.serial_numbers == ("x", "y", "z")


@pytest.mark.parametrize("serial", ["00123", "=A1", "1e9", "490154203237518", "NA", "x/1-2.3"])
def test_a_serial_number_is_text_whatever_it_looks_like(shipments: Read, serial: str) -> None:
    (row,) = shipments(f"{HEADER}R1,,A,1,{serial},2026-03-31,,,\n").rows
    assert row.serial_numbers == (serial,)


@pytest.mark.parametrize(
    ("cell", "fault"),
    [
        ("4.90154E+14", '"4.90154E+14" is a rounded number, not a serial number; format the column as text'),
        ('"4,90154E+14"', '"4,90154E+14" is a rounded number, not a serial number; format the column as text'),
        ('"x,y"', '"x,y" holds a comma; separate serial numbers by blanks, ";" or "|"'),
        ("x\u200by", r"'x\u200by' holds a line break or another invisible character; retype the cell"),
        ("x" * 101, "has 101 characters; an id has at most 100"),
    ],
)
def test_a_serial_number_that_would_be_wrong_is_refused(shipments: Read, cell: str, fault: str) -> None:
    assert faults(shipments(f"{HEADER}R1,,A,1,{cell},2026-03-31,,,\n")) == [f"shipments.csv:2: serial_numbers: {fault}"]


@pytest.mark.parametrize("cell", ["00123", "=1+1", "1Z 99", "NA"])
def test_tracking_number_and_shipment_are_text(shipments: Read, cell: str) -> None:
    (row,) = shipments(f"{HEADER}R1,,A,1,,2026-03-31,{cell},{cell},{cell}\n").rows
    assert (row.tracking_number, row.carrier, row.shipment) == (cell, cell, cell)


@pytest.mark.parametrize(
    ("cell", "moment"),
    [
        ("2026-03-31", "2026-03-31T00:00:00"),
        ("2026-03-31T14:05", "2026-03-31T14:05:00"),
        ("2026-03-31 14:05:09Z", "2026-03-31T14:05:09+00:00"),
        ("2026-03-31T14:05+05:30", "2026-03-31T14:05:00+05:30"),
    ],
)
def test_a_moment_without_a_zone_stays_without_one(shipments: Read, cell: str, moment: str) -> None:
    (row,) = shipments(f"{SHORT}R1,A,1,{cell}\n").rows
    assert row.shipped_at.isoformat() == moment


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("R1,,1,2026-03-31", "sku: is empty; fill the cell or delete the row"),
        ("R1,A,,2026-03-31", "quantity: is empty; fill the cell or delete the row"),
        ("R1,A,0,2026-03-31", 'quantity: "0" is out of range; write a whole number from 1 to 10,000,000'),
        ("R1,A,-2,2026-03-31", 'quantity: "-2" is negative; write a whole number, digits only'),
        ("R1,A,1,", "shipped_at: is empty; fill the cell or delete the row"),
        (
            "R1,A,1,31.03.2026",
            (
                'shipped_at: "31.03.2026" is not a date or time of ISO 8601;'
                " write 2026-03-31, 2026-03-31T14:05 or 2026-03-31T14:05-05:00"
            ),
        ),
        (
            "R1,A,1,2026-02-30",
            'shipped_at: "2026-02-30" is not on the calendar or the clock; correct the date or the time',
        ),
        (
            "R1,A,1,2026-03-31T14:05+99:00",
            'shipped_at: "2026-03-31T14:05+99:00" is not on the calendar or the clock; correct the date or the time',
        ),
        ("R1,A,1,0001-01-01", 'shipped_at: "0001-01-01" is out of range; write a year from 2000 to 2099'),
    ],
)
def test_a_row_that_would_have_to_be_guessed_at_is_refused(shipments: Read, row: str, fault: str) -> None:
    file = shipments(f"{SHORT}{row}\n")
    assert faults(file) == [f"shipments.csv:2: {fault}"]
    assert file.rows == ()


def test_a_file_with_a_byte_order_mark_semicolons_and_windows_line_ends_is_read(shipments: Read) -> None:
    content = "\ufeffvendor_invoice_number;sku;quantity;serial_numbers;shipped_at\r\nR1;00123;2;x|y;2026-03-31\r\n"
    (row,) = shipments(content).rows
    assert (row.sku, row.serial_numbers) == ("00123", ("x", "y"))


def test_windows_1252_is_read_while_it_needs_no_letters_beyond_ascii_in_an_id(shipments: Read) -> None:
    file = shipments(f"{HEADER}R1,,A,1,,2026-03-31,T1,UPS,\nR1,,A,1,,2026-03-31,T2,Spédition,\n".encode("cp1252"))
    assert faults(file) == [
        'shipments.csv:3: carrier: "Spédition" has letters in an unknown encoding; save the file as CSV UTF-8'
    ]
    assert kept(file) == [2]


# Which good rows are kept beside bad ones.


def test_a_bad_row_keeps_its_shipment_back_and_no_other(shipments: Read) -> None:
    file = shipments(
        HEADER
        + "R1,,A,1,,2026-03-31,T1,,\n"
        + "R1,,B,x,,2026-03-31,T1,,\n"
        + "R1,,A,1,,2026-03-31,T2,,\n"
        + "R2,,A,1,,2026-03-31,T1,,\n"
        + "r1,,C,1,,2026-04-01,t1,,\n"
    )
    assert (kept(file), left_out(file), len(file.faults)) == ([4, 5], [2, 6], 1)


def test_shipments_without_numbers_are_told_apart_by_their_moment(shipments: Read) -> None:
    rows = "R1,A,1,2026-03-31\nR1,B,x,2026-03-31T00:00\nR1,A,1,2026-04-01\n"
    assert (kept(shipments(SHORT + rows)), left_out(shipments(SHORT + rows))) == ([4], [2])


def test_the_vendors_reference_tells_shipments_apart_before_the_tracking_number(shipments: Read) -> None:
    rows = "R1,,A,1,,2026-03-31,T1,,7\nR1,,B,x,,2026-03-31,T1,,8\nR1,,C,1,,2026-03-31,T2,,8\n"
    assert (kept(shipments(HEADER + rows)), left_out(shipments(HEADER + rows))) == ([2], [4])


def test_a_row_whose_moment_cannot_be_read_may_belong_to_any_shipment_of_its_order(shipments: Read) -> None:
    rows = "R1,A,1,2026-03-31\nR1,B,1,soon\nR2,A,1,2026-03-31\n"
    assert (kept(shipments(SHORT + rows)), left_out(shipments(SHORT + rows))) == ([4], [2])


def test_a_row_whose_reference_cannot_be_read_may_belong_to_any_shipment_of_its_order(shipments: Read) -> None:
    rows = "R1,,A,1,,2026-03-31,T1,,\nR1,,B,1,,2026-03-31,T1,,7\u200b\nR2,,A,1,,2026-03-31,T1,,\n"
    assert (kept(shipments(HEADER + rows)), left_out(shipments(HEADER + rows))) == ([4], [2])


def test_a_row_whose_moment_cannot_be_read_still_has_its_tracking_number(shipments: Read) -> None:
    rows = "R1,,A,1,,2026-03-31,T1,,\nR1,,B,1,,soon,T2,,\nR1,,B,1,,2026-03-31,T2,,\n"
    assert (kept(shipments(HEADER + rows)), left_out(shipments(HEADER + rows))) == ([2], [4])


def test_a_row_without_an_order_may_belong_to_any_with_its_reference(shipments: Read) -> None:
    rows = "R1,,A,1,,2026-03-31,T1,,\n,,B,1,,2026-03-31,T1,,\nR2,,A,1,,2026-03-31,T1,,\n,17,A,1,,2026-03-31,T1,,\n"
    more = "R1,,A,1,,2026-03-31,T2,,\n"
    assert (kept(shipments(HEADER + rows + more)), left_out(shipments(HEADER + rows + more))) == ([6], [2, 4, 5])


@pytest.mark.parametrize(("bad", "good"), [("R1,", ",17"), (",17", "R1,")])
def test_an_order_that_is_named_in_the_other_way_may_be_the_same(shipments: Read, bad: str, good: str) -> None:
    rows = f"{bad},A,x,,2026-03-31,T1,,\n{good},A,1,,2026-03-31,T1,,\n{good},A,1,,2026-03-31,T2,,\n"
    assert (kept(shipments(HEADER + rows)), left_out(shipments(HEADER + rows))) == ([4], [3])


def test_a_row_of_another_width_spoils_the_orders_that_it_names(shipments: Read) -> None:
    rows = "R1,A,1,2026-03-31\n r1 ,B,1\nR2,A,1,2026-03-31\nR3,A,1,2026-03-31,UPS, R2 \n"
    file = shipments(SHORT + rows + "R4,A,1,2026-03-31\n???\n")
    assert len(file.faults) == 3
    assert (kept(file), left_out(file)) == ([6], [2, 4])


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (
            "vendor_invoice_number,sku,quantity,shipped_at,serial_number\nR1,A,1,2026-03-31,x\n",
            "shipments.csv:1: serial_number: unknown column; nearest valid name: serial_numbers",
        ),
        (
            "vendor_invoice_number,sku,shipped_at\nR1,A,2026-03-31\n",
            "shipments.csv:1: quantity: column is missing; add a column named quantity",
        ),
        (
            SHORT + 'R1,A,1,2026-03-31\nR1,"B,1,2026-03-31\n',
            ('shipments.csv:3: a quoted text does not end where it should; write "" for a quote inside a quoted text'),
        ),
        (b"", "shipments.csv: is empty; the first line should be vendor_invoice_number,order_id,sku"),
        (b"PK\x03\x04rest", "shipments.csv: is an Excel workbook; save it as CSV UTF-8"),
    ],
)
def test_what_cannot_be_trusted_as_a_table_has_faults_and_no_rows(
    shipments: Read, content: str | bytes, fault: str
) -> None:
    file = shipments(content)
    (told,) = faults(file)
    assert told.startswith(fault)
    assert (file.rows, file.left_out) == ((), ())


def test_a_file_that_is_not_there_has_a_fault(tmp_path: Path) -> None:
    (fault,) = read_shipments(tmp_path / "no.csv").faults
    assert str(fault).startswith(f"{tmp_path}/no.csv: does not exist")


def test_the_first_faults_are_told_and_the_others_counted(shipments: Read) -> None:
    file = shipments(SHORT + "R1,A,x,2026-03-31\n" * (MOST_FAULTS + 7) + "R2,A,1,2026-03-31\n")
    assert len(file.faults) == MOST_FAULTS + 1
    assert faults(file)[-1] == "shipments.csv: and 7 more faults"
    assert kept(file) == [MOST_FAULTS + 9]


cells = st.tuples(
    st.sampled_from(["R1", "r1", "R2", ""]),
    st.sampled_from(["", "", "17"]),
    st.sampled_from(["A", "B"]),
    st.sampled_from(["1", "2", "x"]),
    st.just(""),
    st.sampled_from(["2026-03-31", "2026-04-01", "soon"]),
    st.sampled_from(["", "T1", "t2"]),
    st.just(""),
    st.sampled_from(["", "", "7"]),
)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(cells, max_size=8))
def test_a_row_is_kept_left_out_or_told_and_no_shipment_is_cut_in_two(
    shipments: Read, rows: list[tuple[str, ...]]
) -> None:
    file = shipments(HEADER + "".join(",".join(row) + "\n" for row in rows))
    bad = {fault.line for fault in file.faults}
    if 0 not in bad:
        assert sorted([*kept(file), *left_out(file), *bad]) == list(range(2, 2 + len(rows)))
    whole = {(shipment.order.key, shipment.reference.casefold()) for shipment in group_rows(file.rows)}
    broken = {(shipment.order.key, shipment.reference.casefold()) for shipment in group_rows(file.left_out)}
    assert not whole & broken
    # A bad row that can be placed has nothing of its shipment among the kept ones.
    for line, row in enumerate(rows, start=2):
        reference = (row[8] or row[6] or f"{row[5]}T00:00:00").casefold()
        if line in bad and bool(row[0]) != bool(row[1]):
            assert (OrderReference(row[0], row[1]).key, reference) not in whole


def test_100_000_rows_half_of_them_bad_are_read_in_seconds(shipments: Read) -> None:
    rows = "".join(f"R{n // 4},A{n},{'x' if n % 8 < 4 else 1},2026-03-31\n" for n in range(100_000))
    started = time.process_time()
    file = shipments(SHORT + rows)
    assert (
        time.process_time() - started < 8
    )  # 1.5 s at a load of 5 on two processors: the margin is for a busier machine
    assert len(file.rows) == 50_000
    assert file.left_out == ()
