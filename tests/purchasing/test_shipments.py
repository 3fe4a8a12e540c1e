"""Rows of a file put together into shipments, and the number that each shipment has for ever."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replenisher.purchasing.platform import NoticeLine
from replenisher.purchasing.reference import ALPHABET, check_character, vendor_invoice_number
from replenisher.purchasing.shipments import OrderReference, ShipmentRow, group_rows, moment_text, shipment_number

MONDAY = datetime.fromisoformat("2026-03-02T00:00")
R1 = OrderReference(vendor_invoice_number="R1")


def row(sku: str = "A", quantity: int = 1, *serials: str, order: OrderReference = R1, **more: Any) -> ShipmentRow:
    """A row of a file, shipped on Monday."""
    return ShipmentRow(order, sku, quantity, MONDAY, serials, **more)


rows = st.lists(
    st.builds(
        ShipmentRow,
        order=st.sampled_from([R1, OrderReference(" r1"), OrderReference("R2"), OrderReference("", "17")]),
        sku=st.sampled_from(["A", "a", "00123"]),
        quantity=st.integers(1, 9),
        shipped_at=st.sampled_from([MONDAY, MONDAY + timedelta(days=1)]),
        serial_numbers=st.lists(st.sampled_from(["x", "X", " y ", "z"]), max_size=3).map(tuple),
        tracking_number=st.sampled_from(["", "T1", "t1"]),
        carrier=st.sampled_from(["", "UPS"]),
        shipment=st.sampled_from(["", "1"]),
        line=st.integers(2, 99),
    ),
    max_size=12,
)


def test_the_worked_example_two_shipments_of_one_order() -> None:
    first, second = group_rows(
        [
            row("A", 2, "x", "y", tracking_number="T1"),
            row("B", 1, tracking_number="T1"),
            row("A", 1, "z", tracking_number="T1"),
            row("A", 4, tracking_number="T2"),
        ]
    )
    assert first.lines == (NoticeLine("A", 3, ("x", "y", "z")), NoticeLine("B", 1))
    assert (first.reference, first.tracking_number) == ("T1", "T1")
    assert second.lines == (NoticeLine("A", 4),)


def test_the_vendors_own_reference_wins_over_the_tracking_number_and_that_over_the_date() -> None:
    assert row(shipment="7", tracking_number="T1").reference == "7"
    assert row(tracking_number="T1").reference == "T1"
    assert row().reference == "2026-03-02T00:00:00"


def test_parcels_of_one_shipment_keep_all_tracking_numbers_and_the_earliest_moment() -> None:
    later = replace(
        row("B", 1, shipment="7", tracking_number="T1", carrier="UPS"), shipped_at=MONDAY + timedelta(hours=5)
    )
    (shipment,) = group_rows([later, row("A", 1, shipment="7", tracking_number="T2"), row("C", 1, shipment="7")])
    assert (shipment.tracking_number, shipment.carrier, shipment.shipped_at) == ("T1 T2", "UPS", MONDAY)


def test_one_moment_in_two_zones_is_one_shipment_and_a_local_moment_another() -> None:
    in_utc = replace(row(), shipped_at=MONDAY.replace(tzinfo=UTC))
    elsewhere = replace(row(), shipped_at=in_utc.shipped_at.astimezone(timezone(timedelta(hours=-5))))
    assert len(group_rows([in_utc, elsewhere])) == 1
    assert len(group_rows([in_utc, row()])) == 2
    assert moment_text(MONDAY) == "2026-03-02T00:00:00"


def test_one_order_in_another_case_is_the_same_order_but_an_id_is_another_name() -> None:
    assert len(group_rows([row(), row(order=OrderReference(" r1"))])) == 1
    assert len(group_rows([row(), row(order=OrderReference(order_id="R1"))])) == 2


def test_one_reference_in_another_case_is_the_same_shipment_under_the_same_number() -> None:
    (shipment,) = group_rows([row(tracking_number="1z9"), row("B", tracking_number="1Z9")])
    assert shipment_number("R1", shipment.reference) == shipment_number("R1", "1z9")


def test_serial_numbers_lose_the_blanks_around_them_and_keep_their_case() -> None:
    (shipment,) = group_rows([row("A", 2, " b ", "A1")])
    assert shipment.lines == (NoticeLine("A", 2, ("A1", "b")),)


def test_a_shipment_knows_the_lines_of_its_file() -> None:
    (shipment,) = group_rows([replace(row(), line=5), replace(row("B"), line=2)])
    assert shipment.file_lines == (2, 5)
    assert shipment == group_rows([replace(row(), line=9), replace(row("B"), line=8)])[0]


def test_no_rows_are_no_shipments() -> None:
    assert group_rows([]) == ()


@given(rows, st.randoms())
def test_the_order_of_rows_changes_no_shipment(given_rows: list[ShipmentRow], chance: Random) -> None:
    shuffled = list(given_rows)
    chance.shuffle(shuffled)
    assert Counter(group_rows(shuffled)) == Counter(group_rows(given_rows))


@given(rows)
def test_no_unit_and_no_serial_number_is_lost_or_made(given_rows: list[ShipmentRow]) -> None:
    units: Counter[str] = Counter()
    serials: Counter[str] = Counter()
    for shipment in group_rows(given_rows):
        assert [line.sku for line in shipment.lines] == sorted({line.sku for line in shipment.lines})
        for line in shipment.lines:
            units[line.sku] += line.quantity
            serials.update(line.serial_numbers)
    asked: Counter[str] = Counter()
    for one in given_rows:
        asked[one.sku] += one.quantity
    assert units == asked
    assert serials == Counter(serial.strip() for one in given_rows for serial in one.serial_numbers)


def test_the_number_of_a_shipment_never_changes() -> None:
    # Pinned: a notice sent before an upgrade must be found by the number computed after it.
    assert shipment_number("R6HKXRK767FHJXD4D7", "T1") == "SRX2M8QZ55TWQYT3BH"


@given(st.text(min_size=1), st.text(min_size=1))
def test_a_number_fits_the_platform(number: str, reference: str) -> None:
    found = shipment_number(number, reference)
    assert len(found) == 18  # the shortest field of all interfaces takes 20
    assert found.startswith("S")
    assert set(found[1:]) <= set(ALPHABET)
    assert check_character(found[1:-1]) == found[-1]


def test_case_and_blanks_do_not_make_another_number() -> None:
    assert shipment_number(" r6hk ", "t1 ") == shipment_number("R6HK", "T1")


@pytest.mark.parametrize("other", [("R2", "T1"), ("R1", "T2"), ("R1T", "1")])
def test_every_part_of_the_key_counts(other: tuple[str, str]) -> None:
    assert shipment_number(*other) != shipment_number("R1", "T1")


def test_a_shipment_is_never_numbered_like_an_order() -> None:
    assert vendor_invoice_number("1", "2", "manual", MONDAY, 1)[0] != shipment_number("R1", "T1")[0]


def test_an_order_reference_is_written_as_it_was_given() -> None:
    assert str(R1) == "R1"
    assert str(OrderReference(order_id="17")) == "17"
