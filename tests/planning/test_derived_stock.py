"""Stock that no report tells: what is counted, what is not, and what was sold and is to be ordered again."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replenisher.errors import PlanningInputError
from replenisher.planning.explain import explain_row
from replenisher.planning.frames import IN_FLIGHT, INVENTORY, LEVELS, PRODUCTS, STOCK_BOOK, Contract, empty
from replenisher.planning.policies.asking import Policy, Rounding, Trigger
from replenisher.planning.proposal import Rules, plan
from replenisher.planning.snapshot import snapshot, with_levels_only
from tests.planning.shelves import Row, frame, known, override, planned, product, shelf

WITH_BOOK = Contract("inventory with a book", INVENTORY.columns | STOCK_BOOK.columns, ("location", "sku"))
COUNTED_AT = "2026-11-02T08:30"
SELL_THROUGH = Rules(policy=Policy.SELL_THROUGH)


def counted(sku: str = "A", *, on_hand: int = 4, owed: int = 0, **more: Any) -> Row:
    figures = {"counted": on_hand, "received_since_count": 0, "sold_since_count": 0, "returned_since_count": 0}
    figures |= {"sold_not_reordered": owed, "sold_since_opening": owed, "ordered_since_opening": 0}
    return shelf(sku, on_hand=on_hand, **{**figures, "on_hand_source": "derived", "counted_at": COUNTED_AT, **more})


def never_counted(sku: str = "A", *, owed: int = 0, **more: Any) -> Row:
    return counted(sku, on_hand=0, owed=owed, **{"on_hand_source": "not_counted", "counted_at": "", **more})


def proposal(*rows: Row, rules: Rules, products: list[Row] | None = None) -> pd.DataFrame:
    catalog = None if products is None else frame(PRODUCTS, products)
    return plan(snapshot(frame(WITH_BOOK, list(rows)), catalog, None, empty(IN_FLIGHT)), rules)


def test_a_counted_shelf_is_planned_like_a_reported_one() -> None:
    assert proposal(counted(on_hand=4), rules=Rules())["order_quantity"].tolist() == [26]


def test_what_was_never_counted_orders_nothing_instead_of_everything() -> None:
    rows = proposal(never_counted("A"), counted("B", on_hand=0), rules=Rules())
    assert rows["order_quantity"].tolist() == [0, 30]
    assert rows["reason"].astype("str").tolist() == ["not_counted", "below_minimum"]


def test_a_plain_report_is_reported_and_owes_nothing() -> None:
    rows = known([shelf()])
    assert rows["on_hand_source"].astype("str").tolist() == ["reported"]
    assert rows["sold_not_reordered"].tolist() == [0]


def test_products_that_only_the_levels_name_become_rows_that_are_not_counted() -> None:
    levels = frame(LEVELS, [override("A", minimum=1, maximum=2), override("NEW", minimum=3, maximum=9)])
    rows = with_levels_only(frame(WITH_BOOK, [counted("A")]), levels, ["L1"])
    assert rows[["sku", "on_hand_source"]].to_numpy().tolist() == [["A", "derived"], ["NEW", "not_counted"]]
    planned_rows = plan(snapshot(rows, None, levels, empty(IN_FLIGHT)), Rules())
    assert planned_rows["reason"].astype("str").tolist() == ["at_or_above_minimum", "not_counted"]
    assert planned_rows["order_up_to_level"].tolist() == [2, 9]


def test_levels_of_other_locations_and_levels_already_there_add_nothing() -> None:
    levels = frame(LEVELS, [override("A", minimum=1, maximum=2), override("B", location="L2", minimum=1, maximum=2)])
    one = frame(WITH_BOOK, [counted("A")])
    assert with_levels_only(one, levels, ["L1"]) is one
    nothing = empty(WITH_BOOK)
    assert with_levels_only(nothing, levels, ["L1", "L2"])["sku"].tolist() == ["A", "B"]


def test_a_frame_with_half_a_book_breaks_its_contract() -> None:
    half = frame(WITH_BOOK, [counted()]).drop(columns="counted")
    with pytest.raises(PlanningInputError, match="derived stock: column counted is missing"):
        snapshot(half, None, None, empty(IN_FLIGHT))


def test_a_word_that_says_neither_counted_nor_not_refuses_the_frame_instead_of_passing_for_counted() -> None:
    odd = frame(WITH_BOOK, [counted("A"), counted("B", on_hand_source="guessed")])
    with pytest.raises(PlanningInputError, match="on_hand_source has other words than reported, derived, not_counted"):
        snapshot(odd, None, None, empty(IN_FLIGHT))


def test_what_was_sold_is_ordered_again_in_whole_packs_without_count_or_levels() -> None:
    row = never_counted(owed=5, minimum=0, maximum=0)
    rows = proposal(row, rules=SELL_THROUGH, products=[product(pack=3)])
    assert rows["order_quantity"].tolist() == [6]
    assert rows["reason"].astype("str").tolist() == ["sold_since"]


def test_one_sold_unit_asks_and_none_does_not() -> None:
    rows = proposal(never_counted("A", owed=0), never_counted("B", owed=1), rules=SELL_THROUGH)
    assert rows["order_quantity"].tolist() == [0, 1]
    assert rows["reason"].astype("str").tolist() == ["nothing_sold", "sold_since"]


def test_the_trigger_setting_does_not_make_nothing_ask() -> None:
    rules = Rules(policy=Policy.SELL_THROUGH, trigger=Trigger.AT_OR_BELOW)
    assert proposal(never_counted(owed=0), rules=rules)["reason"].astype("str").tolist() == ["nothing_sold"]


@pytest.mark.parametrize(
    ("row", "catalog", "reason"),
    [
        (never_counted(owed=5, do_not_order=True), None, "do_not_order"),
        (never_counted(owed=5), [product(discontinued=True)], "discontinued"),
        (never_counted(owed=5), [product("B")], "not_listed"),
    ],
)
def test_what_must_not_be_ordered_is_not_ordered_again(row: Row, catalog: list[Row] | None, reason: str) -> None:
    rows = proposal(row, rules=SELL_THROUGH, products=catalog)
    assert (rows["order_quantity"].tolist(), rows["reason"].astype("str").tolist()) == ([0], [reason])


def test_an_order_maximum_gives_the_most_owed_first() -> None:
    rules = Rules(policy=Policy.SELL_THROUGH, maximum_order_lines=1)
    assert proposal(never_counted("A", owed=2), never_counted("B", owed=9), rules=rules)["order_quantity"].tolist() == [
        0,
        9,
    ]


@settings(deadline=None, max_examples=20)
@given(
    sold=st.lists(st.integers(0, 40), min_size=1, max_size=12),
    pack=st.integers(1, 12),
    rounding=st.sampled_from(Rounding),
)
def test_over_any_runs_what_was_sold_is_ordered_and_less_than_a_pack_more(
    sold: list[int], pack: int, rounding: Rounding
) -> None:
    rules = Rules(policy=Policy.SELL_THROUGH, rounding=rounding)
    total = ordered = 0
    for units in sold:
        total += units
        for _ in range(2):
            owed = max(0, total - ordered)
            (quantity,) = proposal(never_counted(owed=owed), rules=rules, products=[product(pack=pack)])[
                "order_quantity"
            ]
            again = ordered
            ordered += int(quantity)
        assert ordered == again, "a second run on unchanged input ordered something"
        assert total <= ordered < total + pack


@settings(deadline=None, max_examples=20)
@given(stock=st.integers(0, 60), more=st.integers(0, 60))
def test_a_larger_derived_stock_never_means_a_larger_order(stock: int, more: int) -> None:
    rows = proposal(counted("A", on_hand=stock), counted("B", on_hand=stock + more), rules=Rules())
    first, second = rows["order_quantity"].tolist()
    assert second <= first


def explained(row: Row, rules: Rules, products: list[Row] | None = None) -> dict[str, str]:
    rows = proposal(row, rules=rules, products=products)
    return {step.label: step.text for step in explain_row(rows.iloc[0], rules)}


def test_a_derived_stock_is_explained_by_what_it_is_made_of() -> None:
    row = counted(on_hand=9, counted=12, received_since_count=6, sold_since_count=10, returned_since_count=1)
    told = explained(row, Rules())
    assert told["on hand"] == (
        "9 x weight +1 = +9; derived: counted 12 (2026-11-02 08:30) + received 6 - sold 10 + returned 1 since"
    )


def test_a_stock_that_is_not_known_is_explained_as_such() -> None:
    told = explained(never_counted(), Rules())
    assert told["on hand"] == "0 x weight +1 = 0; not known: no count of it has been imported"
    assert told["excluded"] == "What is on hand is not known: no count of it has been imported."


def test_sell_through_is_explained_without_levels() -> None:
    told = explained(never_counted(owed=5), SELL_THROUGH, [product(pack=3)])
    assert told["sold, not reordered"] == ("sold 5 - ordered 0 since the book was opened: 5 owed; no levels are needed")
    assert told["trigger"] == "5 is more than 0"
    assert told["owed"] == "5 sold and not reordered"
    assert told["case pack"].startswith("5 -> 6; packs of 3, rounding up")
    assert told["overshoot"] == "6 - 5 = 1 more than was sold; they are sold before more is asked for"
    assert "minimum" not in told
    assert explained(never_counted(owed=0), SELL_THROUGH)["trigger"] == "0 is not more than 0"


@pytest.mark.parametrize(
    ("sold", "ordered", "owed", "text"),
    [
        (12, 7, 5, "sold 12 - ordered 7 since the book was opened: 5 owed; no levels are needed"),
        (7, 7, 0, "sold 7 - ordered 7 since the book was opened: 0 owed; no levels are needed"),
        (5, 6, 0, "sold 5 - ordered 6 since the book was opened: 0 owed, 1 ahead; no levels are needed"),
        (-2, 0, 0, "sold -2 - ordered 0 since the book was opened: 0 owed, 2 ahead; no levels are needed"),
    ],
)
def test_what_is_owed_is_explained_by_what_was_sold_and_ordered(sold: int, ordered: int, owed: int, text: str) -> None:
    row = never_counted(owed=owed, sold_since_opening=sold, ordered_since_opening=ordered)
    assert explained(row, SELL_THROUGH)["sold, not reordered"] == text


def test_an_explanation_by_another_policy_is_refused() -> None:
    row = planned(shelf(on_hand=0)).iloc[0]
    with pytest.raises(PlanningInputError, match="another policy"):
        explain_row(row, SELL_THROUGH)
