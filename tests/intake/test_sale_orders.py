"""The sale orders file: rows become whole orders, and every fault is told with its line."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from replenisher.intake.sale_orders import SaleFile, read_sale_orders

HEADER = "printable_id,location,customer_id,created_at,sku,quantity,price"
PRODUCT = "55c8b270-63b9-a095-d975-9a730b3dacb4"


def read(tmp_path: Path, *rows: str, header: str = HEADER) -> SaleFile:
    path = tmp_path / "sales.csv"
    path.write_text("\n".join((header, *rows)) + "\n")
    return read_sale_orders(path)


def faults(found: SaleFile) -> list[str]:
    return [str(fault).rpartition("/")[2] for fault in found.faults]


ROW = "W1,11412,ann,2026-11-20T10:00,00123,2,9.99"


def test_rows_of_one_number_are_one_order_with_its_lines_counted(tmp_path: Path) -> None:
    found = read(tmp_path, ROW, "W2,11412,ann,2026-11-20,NA,1,0", "W1,11412,ann,2026-11-20T10:00,NA,1,24.5")
    assert not found.faults
    first, second = found.orders
    assert [(item.line_number, item.sku, item.quantity, item.price) for item in first.items] == [
        (1, "00123", 2, Decimal("9.99")),
        (2, "NA", 1, Decimal("24.5")),
    ]
    assert (first.file_lines, second.file_lines) == ((2, 4), (3,))
    assert first.invoice is None


def test_payments_and_charges_that_every_row_repeats_are_there_once(tmp_path: Path) -> None:
    header = f"{HEADER},payment_amount,auth_code,shipping_amount,shipping_type,discount_amount,discount_code,invoice"
    found = read(
        tmp_path,
        f"{ROW},30.00,A1,3.50,Courier,1.00,HELLO,yes",
        "W1,11412,ann,2026-11-20T10:00,NA,1,24.5,30.00,A1,3.50,Courier,,,yes",
        header=header,
    )
    (order,) = found.orders
    (payment,), (shipping,), (discount,) = order.payments, order.shipping, order.discounts
    assert (payment.amount, payment.auth_code) == (Decimal("30.00"), "A1")
    assert (shipping.amount, shipping.name, shipping.of_lines) == (Decimal("3.50"), "Courier", (1, 2))
    assert (discount.code, discount.of_lines) == ("HELLO", (1,))
    assert order.invoice is True


def test_a_line_that_is_told_again_adds_its_next_tax(tmp_path: Path) -> None:
    header = f"{HEADER},line,tax_name,taxable_amount,tax_rate,tax"
    found = read(tmp_path, f"{ROW},7,GST,19.98,0.05,1.00", f"{ROW},7,PST,19.98,0.06,1.20", header=header)
    (item,) = found.orders[0].items
    assert item.line_number == 7
    assert [(tax.name, tax.rate) for tax in item.taxes] == [("GST", Decimal("0.05")), ("PST", Decimal("0.06"))]


def test_a_returned_unit_is_minus_one(tmp_path: Path) -> None:
    (order,) = read(tmp_path, "W1,11412,ann,2026-11-20,A,-1,9.99,SN1", header=f"{HEADER},serial_number").orders
    assert (order.items[0].quantity, order.items[0].serial_number) == (-1, "SN1")


def test_a_catalog_id_does_as_well_as_a_sku(tmp_path: Path) -> None:
    (order,) = read(
        tmp_path, f"W1,11412,ann,2026-11-20,,1,9.99,{PRODUCT.upper()}", header=f"{HEADER},catalog_id"
    ).orders
    assert (order.items[0].sku, order.items[0].catalog_id) == ("", PRODUCT)


@pytest.mark.parametrize(
    ("header", "row", "told"),
    [
        (HEADER, "W1,11412,ann,2026-11-20,A,0,9.99", 'sales.csv:3: quantity: "0" is out of range'),
        (HEADER, "W1,11412,ann,2026-11-20,A,-2,9.99", 'sales.csv:3: quantity: "-2" is negative'),
        (HEADER, "W1,11412,ann,2026-11-20,A,1,-9.99", 'sales.csv:3: price: "-9.99" is negative'),
        (HEADER, "W1,11412,ann,2026-11-20,A,1,9.99999", "write an amount such as 12.50, with at most 4 decimals"),
        (HEADER, "W1,11412,ann,soon,A,1,9.99", "sales.csv:3: created_at:"),
        (HEADER, "W1,11412,ann,2026-11-20,,1,9.99", "sales.csv:3: sku: is empty, and so is catalog_id"),
        (
            f"{HEADER},catalog_id",
            "W1,11412,ann,2026-11-20,A,1,9.99,7",
            "is not an id of the catalog; write one such as",
        ),
        (f"{HEADER},item_type", "W1,11412,ann,2026-11-20,A,1,9.99,instok", "nearest valid word: in_stock"),
    ],
)
def test_a_bad_row_is_told_and_keeps_its_own_order_out(tmp_path: Path, header: str, row: str, told: str) -> None:
    good = "GOOD,11412,ann,2026-11-20,A,1,9.99" + "," * (header.count(",") - HEADER.count(","))
    found = read(tmp_path, good, row, header=header)
    assert told in faults(found)[0]
    assert [order.printable_id for order in found.orders] == ["GOOD"]


def test_rows_that_contradict_each_other_are_told(tmp_path: Path) -> None:
    found = read(tmp_path, ROW, "W1,15,bob,2026-11-20T10:00,NA,1,24.5")
    assert faults(found) == [
        "sales.csv:3: location: differs from line 2; every row of order W1 says the same",
        "sales.csv:3: customer_id: differs from line 2; every row of order W1 says the same",
    ]
    assert found.orders == ()


@pytest.mark.parametrize(
    ("amount", "name"),
    [
        ("payment_amount", "auth_code"),
        ("payment_amount", "transaction_number"),
        ("payment_amount", "payment_token"),
        ("shipping_amount", "shipping_type"),
        ("discount_amount", "discount_name"),
        ("discount_amount", "discount_code"),
    ],
)
def test_what_goes_with_an_amount_is_not_dropped_silently_without_it(tmp_path: Path, amount: str, name: str) -> None:
    header = f"{HEADER},{amount},{name}"
    found = read(tmp_path, f"{ROW},,X1", header=header)
    assert faults(found) == [f"sales.csv:2: {name}: is filled, and {amount} is empty; fill both or neither"]
    assert found.orders == ()
    assert len(read(tmp_path, f"{ROW},1.50,X1", header=header).orders) == 1


def test_a_line_told_in_two_ways_is_told(tmp_path: Path) -> None:
    again = ROW.replace("9.99", "8.99")
    found = read(tmp_path, f"{ROW},1", f"{again},1", header=f"{HEADER},line")
    assert faults(found) == ["sales.csv:3: price: differs from line 2, which is line 1 of the order too"]
    some = read(tmp_path, f"{ROW},1", f"{ROW},", header=f"{HEADER},line")
    assert faults(some) == ["sales.csv:3: line: is empty, and other rows of the order have one; number all or none"]


def test_a_row_whose_number_cannot_be_read_keeps_every_order_out(tmp_path: Path) -> None:
    found = read(tmp_path, ROW, ",11412,ann,2026-11-20,A,1,9.99")
    assert "sales.csv:3: printable_id" in faults(found)[0]
    assert found.orders == ()


def test_a_file_that_is_no_table_has_its_fault_and_no_orders(tmp_path: Path) -> None:
    found = read(tmp_path, "A,1", header="sku,units")
    assert found.orders == ()
    assert found.faults
