"""May a line that was planned still be ordered? Every reason why not, at the very day, and nothing else."""

from __future__ import annotations

from datetime import date

import pytest

from replenisher.errors import PlanningInputError
from replenisher.planning.frames import PRODUCTS
from replenisher.planning.last_check import stopped
from replenisher.planning.rules import Rules
from tests.planning.shelves import Row, frame, product

TODAY = date(2026, 11, 27).toordinal()


def codes(*products: Row, skus: tuple[str, ...] = ("A",), rules: Rules | None = None, **more: list[str]) -> object:
    """The reasons' codes by SKU for lines on 27 November."""
    files = frame(PRODUCTS, list(products))
    found = stopped(skus, files, rules or Rules(), business_date=TODAY, **more)
    return {sku: [reason.value for reason in why] for sku, why in found.items()}


def test_a_line_that_may_be_ordered_is_not_named() -> None:
    assert codes(product(), product("B", discontinued=True)) == {}


def test_a_product_that_was_discontinued_is_stopped_and_its_neighbours_are_not() -> None:
    assert codes(product("A"), product("B", discontinued=True), skus=("A", "B")) == {"B": ["discontinued"]}


@pytest.mark.parametrize(("last", "why"), [(TODAY - 1, ["past_last_order_date"]), (TODAY, []), (0, [])])
def test_a_product_is_ordered_up_to_and_on_its_last_order_date(last: int, why: list[str]) -> None:
    assert codes(product(last_order_date=last)) == ({"A": why} if why else {})


@pytest.mark.parametrize(("until", "why"), [(TODAY + 1, ["snoozed"]), (TODAY, []), (0, [])])
def test_a_product_is_ordered_again_from_its_snoozed_until_on(until: int, why: list[str]) -> None:
    assert codes(product(snoozed_until=until)) == ({"A": why} if why else {})


@pytest.mark.parametrize(("setting", "why"), [("exclude", ["not_listed"]), ("order", [])])
def test_a_product_that_the_file_lost_goes_by_the_setting(setting: str, why: list[str]) -> None:
    assert codes(product("B"), rules=Rules(unlisted=setting)) == ({"A": why} if why else {})


@pytest.mark.parametrize(("setting", "why"), [("exclude", ["not_mapped"]), ("order", [])])
def test_a_product_that_lost_its_catalog_id_goes_by_the_setting(setting: str, why: list[str]) -> None:
    assert codes(product(mapped=False), rules=Rules(unmapped=setting)) == ({"A": why} if why else {})


def test_what_the_retailer_marked_and_what_a_planner_set_to_zero_is_stopped() -> None:
    files = [product("A"), product("B"), product("C")]
    found = codes(*files, skus=("A", "B", "C"), do_not_order=["B", "X"], set_to_zero=["C", "Y"])
    assert found == {"B": ["do_not_order"], "C": ["set_to_zero_by_planner"]}


def test_every_reason_is_told_the_main_one_first() -> None:
    gone = product(discontinued=True, last_order_date=TODAY - 1, snoozed_until=TODAY + 1)
    found = codes(gone, do_not_order=["A"], set_to_zero=["A"])
    every = ["do_not_order", "discontinued", "past_last_order_date", "snoozed", "set_to_zero_by_planner"]
    assert found == {"A": every}


def test_without_a_products_file_only_the_retailer_and_the_planners_stop_a_line() -> None:
    found = stopped(["A", "B"], None, Rules(), business_date=TODAY, do_not_order=["B"])
    assert [(sku, [reason.value for reason in why]) for sku, why in found.items()] == [("B", ["do_not_order"])]


def test_an_order_without_lines_has_none_that_are_stopped() -> None:
    assert stopped([], None, Rules(), business_date=TODAY) == {}


def test_ids_are_text_as_they_are_written() -> None:
    assert codes(product("00123"), product("NA"), skus=("00123", "NA", "123")) == {"123": ["not_listed"]}


def test_a_products_frame_that_breaks_its_contract_is_refused() -> None:
    files = frame(PRODUCTS, [product()]).drop(columns="discontinued")
    with pytest.raises(PlanningInputError, match="column discontinued is missing"):
        stopped(["A"], files, Rules(), business_date=TODAY)
