"""Lines of papers have keys of their own: the same every time they are read, however they are sorted or cut."""

from __future__ import annotations

import random

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from replenisher.errors import ReportRefusedError
from replenisher.gateways.cmi.papers import receipt_movements, sale_movements
from replenisher.gateways.reports import RECEIVING, SALES, make_frame
from replenisher.purchasing.stock import Movement, MovementKind

Line = tuple[str, str, str, str, int]


def sales(*lines: Line, days: int = 0) -> pd.DataFrame:
    """Each line is invoice, SKU, action, serial number, quantity; the invoice's number tells its day."""
    moments = [pd.Timestamp("2026-11-02 10:00") + pd.Timedelta(days=days + len(line[0])) for line in lines]
    return make_frame(
        SALES,
        {
            "location": ["36"] * len(lines),
            "invoice_id": [line[0] for line in lines],
            "line": list(range(1, len(lines) + 1)),
            "original_invoice_id": [""] * len(lines),
            "sku": [line[1] for line in lines],
            "action": [line[2] for line in lines],
            "serial_number": [line[3] for line in lines],
            "quantity": [line[4] for line in lines],
            "list_price": [0] * len(lines),
            "sold_at": list(moments),
        },
    )


def receipts(*lines: tuple[str, str, str, str, int, str]) -> pd.DataFrame:
    """Each line is receiving number, order number, SKU, serial number, quantity, moment."""
    columns = ("receiving_id", "platform_order_id", "sku", "serial_numbers", "quantity")
    values: dict[str, list[object]] = {name: [line[at] for line in lines] for at, name in enumerate(columns)}
    return make_frame(
        RECEIVING,
        values
        | {
            "location": ["36"] * len(lines),
            "line": list(range(1, len(lines) + 1)),
            "received_at": [pd.Timestamp(line[5]) for line in lines],
        },
    )


def names(movements: list[Movement]) -> set[tuple[MovementKind, str, str]]:
    return {(one.kind, one.document, one.key) for one in movements}


ANY_LINE = st.tuples(
    st.sampled_from(["A", "AB", "ABC"]),
    st.sampled_from(["NA", "00123"]),
    st.sampled_from(["sold", "refunded"]),
    st.sampled_from(["", "356938035643809"]),
    st.integers(-3, 3),
)


@given(lines=st.lists(ANY_LINE, max_size=12), seed=st.integers(0, 9))
def test_every_line_has_a_key_of_its_own_whatever_the_order_of_the_lines(lines: list[Line], seed: int) -> None:
    movements = sale_movements(sales(*lines))
    assert len(names(movements)) == len(lines)
    shuffled = random.Random(seed).sample(lines, len(lines))  # noqa: S311 - no secret
    assert set(sale_movements(sales(*shuffled))) == set(movements)


@given(lines=st.lists(ANY_LINE, max_size=12))
def test_a_window_that_holds_fewer_papers_gives_the_papers_it_holds_the_same_keys(lines: list[Line]) -> None:
    whole = sale_movements(sales(*lines))
    part = sale_movements(sales(*(line for line in lines if line[0] != "A")))
    assert set(part) == {one for one in whole if one.document != "A"}


@given(
    lines=st.lists(st.tuples(st.sampled_from(["R1", "R2", ""]), st.integers(0, 2), st.integers(1, 4)), max_size=12),
    since=st.integers(1, 4),
)
def test_a_window_that_begins_later_gives_the_lines_of_its_days_the_same_keys_under_whatever_number(
    lines: list[tuple[str, int, int]], since: int
) -> None:
    told = [(number, "PO7", "NA", "", units, f"2026-11-0{day} 10:00") for number, units, day in lines]
    whole = receipt_movements(receipts(*told))
    part = receipt_movements(receipts(*(line for line in told if line[5] >= f"2026-11-0{since}")))
    assert len(names(whole)) == len(lines)
    assert set(part) == {one for one in whole if one.moved_at.day >= since}


@pytest.mark.parametrize("quantity", [2, -2])
def test_a_refund_is_a_return_of_as_many_units_whichever_sign_it_has(quantity: int) -> None:
    sold, refunded = sale_movements(sales(("A", "NA", "sold", "", 2), ("A", "NA", "refunded", "", quantity)))
    assert (sold.kind, sold.units) == (MovementKind.SALE, 2)
    assert (refunded.kind, refunded.units) == (MovementKind.RETURN, 2)


def test_two_receipts_without_a_number_on_two_days_are_two_papers() -> None:
    first, second = receipt_movements(
        receipts(("", "", "NA", "", 5, "2026-11-02 10:00"), ("", "", "NA", "", 5, "2026-11-03 10:00"))
    )
    assert first.document != second.document


def test_receipts_of_one_order_without_a_number_are_a_paper_for_each_day() -> None:
    """Or a window that holds only the later day would take it for the earlier one, and goods would be lost."""
    days = [("", "CORNWPO7", "NA", "", 5, f"2026-11-{day} 10:00") for day in ("02", "20")]
    both, (later,) = receipt_movements(receipts(*days)), receipt_movements(receipts(days[1]))
    assert [one.document for one in both] == ["CORNWPO7, 2026-11-02", "CORNWPO7, 2026-11-20"]
    assert later == both[1]


def test_a_receipt_of_less_than_nothing_refuses_the_report_and_one_of_nothing_does_not() -> None:
    with pytest.raises(ReportRefusedError, match="-1 units were received"):
        receipt_movements(receipts(("R1", "", "NA", "", -1, "2026-11-02 10:00")))
    (nothing,) = receipt_movements(receipts(("R1", "", "NA", "", 0, "2026-11-02 10:00")))
    assert nothing.units == 0
