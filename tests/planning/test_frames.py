from __future__ import annotations

from decimal import Decimal

import pandas as pd
import pytest

from replenisher.errors import PlanningInputError
from replenisher.planning.frames import (
    CONTRACTS,
    IN_FLIGHT,
    INVENTORY,
    LARGEST_QUANTITY,
    LEVELS,
    PRODUCTS,
    SNAPSHOT,
    Contract,
    check,
    check_columns,
    empty,
    from_money,
    to_money,
)
from tests.planning.shelves import flying, frame, known, override, product, shelf


@pytest.mark.parametrize("contract", CONTRACTS, ids=lambda contract: contract.name)
def test_a_frame_without_rows_keeps_every_contract(contract: Contract) -> None:
    assert check(empty(contract), contract).empty


def test_frames_as_planning_receives_them_are_accepted() -> None:
    inventory = frame(INVENTORY, [shelf("00123", on_hand=-3), shelf("NA")])
    assert check(inventory, INVENTORY) is inventory
    assert check(frame(PRODUCTS, [product(pack=12)]), PRODUCTS)["case_pack"].tolist() == [12]
    assert len(check(frame(LEVELS, [override(minimum=0, maximum=0)]), LEVELS)) == 1
    assert len(check(frame(IN_FLIGHT, [flying(units=LARGEST_QUANTITY)]), IN_FLIGHT)) == 1
    assert len(check(known([shelf()]), SNAPSHOT)) == 1


def test_ids_may_be_categories() -> None:
    assert len(check(frame(IN_FLIGHT, [flying()]).astype({"sku": "category"}), IN_FLIGHT)) == 1


def test_extra_columns_are_allowed() -> None:
    assert "colour" in check(frame(IN_FLIGHT, [flying()]).assign(colour="red"), IN_FLIGHT)


def test_a_missing_column_is_named() -> None:
    with pytest.raises(PlanningInputError, match="inventory report: column on_hand is missing"):
        check(frame(INVENTORY, [shelf()]).drop(columns="on_hand"), INVENTORY)


@pytest.mark.parametrize(
    ("column", "dtype"),
    [("on_hand", "float64"), ("on_hand", "Int64"), ("on_hand", "int32"), ("do_not_order", "int64"), ("sku", "object")],
)
def test_a_column_of_another_dtype_is_named(column: str, dtype: str) -> None:
    with pytest.raises(PlanningInputError, match=f"column {column} should be .*, not {dtype}"):
        check(frame(INVENTORY, [shelf()]).astype({column: dtype}), INVENTORY)


def test_numbers_are_no_ids() -> None:
    with pytest.raises(PlanningInputError, match="column sku should be text, not int64"):
        check(frame(IN_FLIGHT, [flying()]).assign(sku=123), IN_FLIGHT)


def test_a_snapshot_needs_ids_as_categories() -> None:
    with pytest.raises(PlanningInputError, match="snapshot: column sku should be named, not str"):
        check_columns(known([shelf()]).astype({"sku": "str"}), SNAPSHOT)


def test_an_id_that_is_missing_breaks_the_contract() -> None:
    with pytest.raises(PlanningInputError, match="in flight: column sku has missing values"):
        check(frame(IN_FLIGHT, [flying(), flying("B")]).assign(sku=pd.array(["A", None], dtype="str")), IN_FLIGHT)


def test_a_repeated_sku_of_a_location_breaks_the_contract() -> None:
    with pytest.raises(PlanningInputError, match="inventory report: location and sku repeat"):
        check(frame(INVENTORY, [shelf("A"), shelf("A", on_hand=5)]), INVENTORY)


def test_the_same_sku_at_two_locations_is_accepted() -> None:
    assert len(check(frame(INVENTORY, [shelf("A"), shelf("A", location="L2")]), INVENTORY)) == 2


@pytest.mark.parametrize(
    ("contract", "row", "column"),
    [
        (PRODUCTS, product(pack=0), "case_pack"),
        (PRODUCTS, product(least=-1), "minimum_order_quantity"),
        (PRODUCTS, product(most=-1), "maximum_line_quantity"),
        (LEVELS, override(minimum=-1, maximum=5), "reorder_point"),
        (IN_FLIGHT, flying(units=-1), "in_flight"),
        (IN_FLIGHT, flying(units=LARGEST_QUANTITY + 1), "in_flight"),
        (INVENTORY, shelf(on_hand=LARGEST_QUANTITY + 1), "on_hand"),
        (INVENTORY, shelf(allocated=-LARGEST_QUANTITY - 1), "allocated"),
    ],
)
def test_a_value_that_cannot_be_is_named(contract: Contract, row: dict[str, object], column: str) -> None:
    with pytest.raises(PlanningInputError, match=f"column {column} has values outside"):
        check(frame(contract, [row]), contract)


def test_money_is_exact_both_ways() -> None:
    assert to_money(Decimal("9.99")) == 99_900
    assert from_money(99_900) == Decimal("9.99")
    assert from_money(1) == Decimal("0.0001")


def test_money_finer_than_ten_thousandths_is_refused() -> None:
    with pytest.raises(ValueError, match="more than four decimal places"):
        to_money(Decimal("0.00001"))
