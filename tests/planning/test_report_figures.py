"""What is remembered of a report: the same content has the same fingerprint, and no other has."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from replenisher.planning.frames import FLAG, INVENTORY, TEXT, empty
from replenisher.planning.report_figures import figures_of


def report(*rows: dict[str, Any]) -> pd.DataFrame:
    """A report with these rows; what a row does not say is 0, no, or the word `same`."""
    usual = {TEXT: "same", FLAG: False}
    plain = {name: usual.get(kind, 0) for name, kind in INVENTORY.columns.items()}
    dtypes = {TEXT: "str", FLAG: "bool"}
    kinds = {name: dtypes.get(kind, "int64") for name, kind in INVENTORY.columns.items()}
    return pd.DataFrame([plain | row for row in rows]).astype(kinds)


THREE = (
    {"sku": "00123", "on_hand": 5, "sold": 1},
    {"sku": "NA", "on_hand": 7, "sold": 0},
    {"sku": "=A1", "on_hand": -2, "sold": 3},
)


def fingerprint(*rows: dict[str, Any]) -> str:
    return figures_of(report(*rows)).fingerprint


def test_the_worked_example() -> None:
    figures = figures_of(report(*THREE))
    assert (figures.rows, figures.on_hand, figures.sold) == (3, 12, 4)


def test_more_returned_than_sold_takes_nothing_from_other_rows() -> None:
    assert figures_of(report({"sku": "a", "sold": -9}, {"sku": "b", "sold": 4})).sold == 4


def test_an_empty_report_has_figures_too() -> None:
    figures = figures_of(empty(INVENTORY))
    assert (figures.rows, figures.on_hand, figures.sold) == (0, 0, 0)
    assert figures.fingerprint == figures_of(empty(INVENTORY)).fingerprint != fingerprint(*THREE)


@given(st.permutations(THREE))
def test_the_order_of_rows_does_not_matter(rows: list[dict[str, Any]]) -> None:
    assert fingerprint(*rows) == fingerprint(*THREE)


def test_a_category_is_the_text_that_it_holds() -> None:
    as_category = report(*THREE).astype({"sku": "category", "location": "category"})
    assert figures_of(as_category) == figures_of(report(*THREE))


@pytest.mark.parametrize("name", [name for name in INVENTORY.columns if name != "sku"])
def test_a_value_that_changes_in_any_column_is_another_report(name: str) -> None:
    changed = {TEXT: "other", FLAG: True}.get(INVENTORY.columns[name], 99)
    assert fingerprint({**THREE[0], name: changed}, *THREE[1:]) != fingerprint(*THREE)


def test_where_one_text_ends_and_the_next_begins_is_seen() -> None:
    texts = [("a", "b,c"), ("a,b", "c"), ("a", 'b","c')]
    found = {fingerprint({"sku": "1", "category": one}, {"sku": "2", "category": two}) for one, two in texts}
    assert len(found) == len(texts)


def test_a_report_is_not_written_into() -> None:
    frame = report(*THREE)
    before = frame.copy(deep=True)
    figures_of(frame)
    pd.testing.assert_frame_equal(frame, before)
