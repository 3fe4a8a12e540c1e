"""Lines of reports as the history keeps them: each with its day, its kind and a key that stays, and what is demand."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from replenisher.planning.history import (
    COLUMNS,
    LEAST_LINES,
    DemandRules,
    demand,
    has_shrunk,
    sales_lines,
    transfer_lines,
)

Row = tuple[str, str, str, str, int, str]
"""Invoice, SKU, action, serial number, quantity, moment (empty for none)."""


def sales(rows: list[Row]) -> pd.DataFrame:
    names = ("invoice_id", "sku", "action", "serial_number")
    frame = pd.DataFrame(
        {name: pd.Series([row[place] for row in rows], dtype="str") for place, name in enumerate(names)}
    )
    moments = pd.to_datetime([row[5] or None for row in rows], format="ISO8601").astype("datetime64[us]")
    return frame.assign(quantity=np.array([row[4] for row in rows], dtype=np.int64), sold_at=moments)


def told(frame: pd.DataFrame) -> set[tuple[Any, ...]]:
    days = frame["business_date"].dt.strftime("%Y-%m-%d")
    return set(frame.assign(business_date=days)[list(COLUMNS)].itertuples(index=False, name=None))


def test_two_equal_lines_of_an_invoice_are_two_sales_and_a_refund_is_neither() -> None:
    rows: list[Row] = [
        ("7", "A", "sold", "", 1, "2026-03-02T10:00"),
        ("7", "A", "refunded", "", -1, "2026-03-02T10:00"),
        ("7", "A", "sold", "", 1, "2026-03-02T10:00"),
    ]
    assert told(sales_lines(sales(rows))) == {
        ("2026-03-02", "7", "A", "sold/1/1/", "sold", 1),
        ("2026-03-02", "7", "A", "sold/1/2/", "sold", 1),
        ("2026-03-02", "7", "A", "returned/1/1/", "returned", 1),
    }


def test_the_days_are_those_of_the_wall_clock_up_to_the_last_moment_before_midnight() -> None:
    rows: list[Row] = [
        ("1", "A", "sold", "", 1, "2026-03-02T23:59:59.999999"),
        ("2", "A", "sold", "", 1, "2026-03-03T00:00:00"),
    ]
    assert {(line[0], line[1]) for line in told(sales_lines(sales(rows)))} == {("2026-03-02", "1"), ("2026-03-03", "2")}


@pytest.mark.parametrize(
    ("action", "quantity", "kind"),
    [
        ("sold", 2, "sold"),
        ("sold", -2, "returned"),
        ("refunded", 2, "returned"),
        ("refunded", -2, "returned"),
        ("exchanged", 2, "exchanged"),
        ("exchanged", -2, "returned"),
        ("lent", 2, "other"),
        ("lent", -2, "other"),
    ],
)
def test_what_became_of_units_follows_from_the_word_and_the_sign(action: str, quantity: int, kind: str) -> None:
    (line,) = told(sales_lines(sales([("1", "A", action, "", quantity, "2026-03-02")])))
    assert line[4:] == (kind, 2)


def test_a_line_without_a_date_or_without_units_is_left_out() -> None:
    rows: list[Row] = [("1", "A", "sold", "", 1, ""), ("2", "A", "sold", "", 0, "2026-03-02")]
    made = sales_lines(sales(rows))
    assert len(made) == 0
    assert list(made.columns) == list(COLUMNS)
    assert len(sales_lines(sales([]))) == 0


def test_a_serial_number_of_any_characters_never_makes_two_lines_one() -> None:
    rows: list[Row] = [
        ("1", "A/B", "sold", "", 1, "2026-03-02"),
        ("1", "A", "sold", "B/", 1, "2026-03-02"),
        ("1", "A", "sold", "1/1/", 1, "2026-03-02"),
        ("1", "A", "sold", "", 1, "2026-03-02"),
    ]
    assert len(told(sales_lines(sales(rows)))) == 4


lines = st.tuples(
    st.sampled_from(["1", "2"]),
    st.sampled_from(["A", "A/1", "B"]),
    st.sampled_from(["sold", "refunded", "exchanged", "gift"]),
    st.sampled_from(["", "S", "1/S"]),
    st.integers(-2, 2),
    st.sampled_from(["", "2026-03-01T09:00", "2026-03-02T09:00", "2026-03-02T21:00"]),
)


@given(st.lists(lines, max_size=12), st.randoms(use_true_random=False))
def test_lines_are_the_same_whatever_the_order_of_the_rows_and_none_is_lost(rows: list[Row], shuffle: Any) -> None:
    other = list(rows)
    shuffle.shuffle(other)
    made = told(sales_lines(sales(rows)))
    assert made == told(sales_lines(sales(other)))
    assert len(made) == sum(1 for row in rows if row[5] and row[4])
    units = Counter[tuple[str, str]]()
    for row in rows:
        if row[5] and row[4]:
            units[row[5][:10], row[1]] += abs(row[4])
    kept = Counter[tuple[str, str]]()
    for line in made:
        kept[line[0], line[2]] += line[5]
    assert kept == units


@given(st.lists(lines, max_size=12))
def test_a_narrower_window_tells_the_same_lines_of_its_days(rows: list[Row]) -> None:
    whole = told(sales_lines(sales(rows)))
    narrow = told(sales_lines(sales([row for row in rows if row[5][:10] == "2026-03-02"])))
    assert narrow == {line for line in whole if line[0] == "2026-03-02"}


def transfers(*rows: tuple[str, str, str, int, str]) -> pd.DataFrame:
    names = ("transfer_id", "from_location", "sku")
    frame = pd.DataFrame(
        {name: pd.Series([row[place] for row in rows], dtype="str") for place, name in enumerate(names)}
    )
    moments = pd.to_datetime([row[4] or None for row in rows], format="ISO8601").astype("datetime64[us]")
    empty = pd.Series([""] * len(rows), dtype="str")
    return frame.assign(serial_numbers=empty, shipped=[row[3] for row in rows], shipped_at=moments)


def test_a_transfer_is_a_line_of_the_location_that_shipped_it_on_the_day_it_left() -> None:
    frame = transfers(("9", "15", "A", 4, "2026-03-02T08:00"), ("9", "16", "B", 2, "2026-03-02T08:00"))
    assert told(transfer_lines(frame, "15")) == {("2026-03-02", "9", "A", "transferred/4/1/", "transferred", 4)}


def test_a_transfer_of_which_nothing_has_left_or_nobody_says_when_is_no_line() -> None:
    frame = transfers(("9", "15", "A", 0, "2026-03-02T08:00"), ("10", "15", "A", 4, ""))
    assert len(transfer_lines(frame, "15")) == 0


def whole(*values: int) -> Any:
    return np.array(values, dtype=np.int64)


def test_only_what_was_sold_is_demand_unless_the_rules_say_more() -> None:
    day = (whole(5), whole(2), whole(1), whole(3))
    assert demand(*day, DemandRules()).tolist() == [5]
    assert demand(*day, DemandRules(subtract_returns=True, count_exchanges=True)).tolist() == [4]
    assert demand(*day, DemandRules(count_transfers=True)).tolist() == [8]


def test_returns_never_take_a_day_below_nothing() -> None:
    rules = DemandRules(subtract_returns=True)
    assert demand(whole(1, 2, 3), whole(2, 2, 2), whole(0, 0, 0), whole(0, 0, 0), rules).tolist() == [0, 0, 1]


def test_demand_leaves_what_it_was_given_as_it_was() -> None:
    sold, returned = whole(3), whole(1)
    demand(sold, returned, whole(1), whole(1), DemandRules(True, True, True))
    assert (sold.tolist(), returned.tolist()) == ([3], [1])


@pytest.mark.parametrize(
    ("known", "told_lines", "shrunk"),
    [
        (20, 12, False),
        (20, 11, True),
        (LEAST_LINES - 1, 0, False),
        (LEAST_LINES, 0, True),
        (0, 0, False),
        (100, 300, False),
    ],
)
def test_a_report_is_doubted_when_it_tells_less_than_its_share_of_enough_known_lines(
    known: int, told_lines: int, shrunk: bool
) -> None:
    assert has_shrunk(known, told_lines, 0.6) is shrunk


def test_a_share_of_nothing_doubts_no_report() -> None:
    assert has_shrunk(1000, 0, 0.0) is False
