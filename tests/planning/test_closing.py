"""The close of a run: a shortage, a budget and the minimum per order together, over the rows of all locations."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from replenisher.planning.closing import (
    CLOSE_INPUT,
    CloseLimits,
    CloseReason,
    CloseRules,
    close_rows,
    describe_close,
)
from replenisher.planning.fair_share.shortage import ShareMethod
from replenisher.planning.policies.asking import Policy
from replenisher.planning.reasons import Reason


def asking(location: str, sku: str, quantity: int, **values: Any) -> dict[str, Any]:
    """A row that orders so much, in single units at 1.00."""
    row = {
        "location": location,
        "sku": sku,
        "order_quantity": quantity,
        "unit_cost": 10_000,
        "cost_known": True,
        "lead_time_days": 3,
        "case_pack": 1,
        "minimum_order_quantity": 0,
        "inventory_position": 0,
        "reorder_point": 10,
        "order_up_to_level": 24,
        "sold_not_reordered": 0,
        "reasons": Reason.BELOW_MINIMUM.bit,
    }
    return row | values


def frame(*rows: dict[str, Any]) -> pd.DataFrame:
    made = pd.DataFrame(list(rows), columns=list(CLOSE_INPUT))
    whole = {name: "int64" for name in CLOSE_INPUT if name not in ("location", "sku", "cost_known")}
    return made.astype({"location": "str", "sku": "str", "cost_known": "bool"} | whole)


def supply(**units: int | tuple[int, int]) -> pd.DataFrame:
    """What there is of each SKU, or what there is and what of it is claimed."""
    pairs = {sku: both if isinstance(both, tuple) else (both, 0) for sku, both in units.items()}
    columns = {"units": [both[0] for both in pairs.values()], "claimed": [both[1] for both in pairs.values()]}
    return pd.DataFrame({"sku": pd.Series(list(pairs), dtype="str")} | columns).astype(dict.fromkeys(columns, "int64"))


def quantities(rows: pd.DataFrame, limits: CloseLimits, rules: CloseRules | None = None) -> list[tuple[int, int, Any]]:
    """After the shortage, after the budget and the reason, in the order of location and SKU."""
    done = close_rows(rows, limits, rules or CloseRules()).rows
    reasons = [None if pd.isna(reason) else str(reason) for reason in done["reason"]]
    return list(zip(done["after_shortage"].tolist(), done["after_budget"].tolist(), reasons, strict=True))


THREE = frame(
    asking("A", "X", 24, case_pack=4, inventory_position=0),
    asking("B", "X", 24, case_pack=4, inventory_position=2),
    asking("C", "X", 8, case_pack=4, inventory_position=4),
)
"""The example of the documents: 46 units in packs of 4 for 24, 24 and 8."""


def test_a_shortage_and_then_a_budget_cut_the_example_of_the_documents() -> None:
    limits = CloseLimits(supply=supply(X=46), budget=(400_000, 100_000))
    closed = close_rows(THREE, limits, CloseRules())
    assert closed.rows["after_shortage"].tolist() == [20, 20, 4]
    assert closed.rows["after_budget"].tolist() == [20, 8, 0]
    assert closed.frame.to_dict("list") == {
        "location": ["A", "B", "C"],
        "sku": ["X"] * 3,
        "planned": [24, 24, 8],
        "after_shortage": [20, 20, 4],
        "after_budget": [20, 8, 0],
        "reason": ["cut_by_shortage", "cut_by_budget", "no_budget"],
    }
    assert closed.supply is not None
    assert closed.supply.to_dict("records") == [{"sku": "X", "units": 46, "claimed": 0, "asked": 56, "given": 44}]
    assert (closed.asked_value, closed.given_value) == (440_000, 280_000)


def test_without_limits_nothing_is_touched() -> None:
    closed = close_rows(THREE, CloseLimits(), CloseRules())
    assert closed.rows["after_budget"].tolist() == [24, 24, 8]
    assert (len(closed.frame), closed.supply, closed.below_minimum) == (0, None, frozenset())


def test_a_run_without_ordering_rows_closes_with_nothing() -> None:
    closed = close_rows(frame(), CloseLimits(supply=supply(X=1), budget=(0, 0)), CloseRules())
    assert (len(closed.rows), len(closed.frame), closed.given_value) == (0, 0, 0)


@pytest.mark.parametrize(("units", "claimed", "given"), [(56, 0, 56), (55, 0, 52), (60, 4, 56), (60, 5, 52), (3, 9, 0)])
def test_what_orders_claim_is_taken_off_what_there_is_and_never_leaves_less_than_nothing(
    units: int, claimed: int, given: int
) -> None:
    closed = close_rows(THREE, CloseLimits(supply=supply(X=(units, claimed))), CloseRules())
    assert closed.rows["after_shortage"].sum() == given


def test_a_sku_that_the_stock_does_not_name_is_not_limited_unless_the_rules_say_that_there_is_none() -> None:
    limits = CloseLimits(supply=supply(Y=1))
    assert [after for after, *_ in quantities(THREE, limits)] == [24, 24, 8]
    nothing = quantities(THREE, limits, CloseRules(unnamed_is_nothing=True))
    assert nothing == [(0, 0, "no_supply")] * 3


def test_a_class_with_a_lower_number_is_served_first() -> None:
    rules = CloseRules(priorities={"C": 0, "A": 2})
    assert [after for after, *_ in quantities(THREE, CloseLimits(supply=supply(X=36)), rules)] == [4, 24, 8]


def test_a_location_with_an_older_order_gives_its_share_to_the_others() -> None:
    limits = CloseLimits(overtaken=frozenset({"A"}), supply=supply(X=32))
    assert quantities(THREE, limits) == [(0, 0, "older_order_approved"), (24, 24, None), (8, 8, None)]


def test_a_quantity_that_is_no_whole_number_of_packs_is_shared_in_the_unit_that_divides_all() -> None:
    rows = frame(asking("A", "X", 6, case_pack=4), asking("B", "X", 4, case_pack=4))
    assert [after for after, *_ in quantities(rows, CloseLimits(supply=supply(X=5)))] == [2, 2]
    assert [paid for _, paid, _ in quantities(rows, CloseLimits(budget=(60_000, 0)))] == [6, 0]


def test_need_decides_who_is_paid_and_a_row_of_unknown_cost_takes_nothing() -> None:
    rows = frame(
        asking("A", "X", 5, inventory_position=9),
        asking("B", "X", 5, inventory_position=1),
        asking("C", "X", 5, cost_known=False),
    )
    assert quantities(rows, CloseLimits(budget=(60_000, 0))) == [
        (5, 1, "cut_by_budget"),
        (5, 5, None),
        (5, 5, None),
    ]


def test_a_budget_that_is_overspent_already_pays_for_nothing() -> None:
    assert quantities(THREE, CloseLimits(budget=(100, 200)))[0] == (24, 0, "no_budget")


def test_sell_through_goes_by_what_is_owed() -> None:
    rows = frame(
        asking("A", "X", 2, sold_not_reordered=2, inventory_position=-99),
        asking("B", "X", 9, sold_not_reordered=9, inventory_position=99),
    )
    rules = CloseRules(method=ShareMethod.BY_NEED, policy=Policy.SELL_THROUGH)
    assert [after for after, *_ in quantities(rows, CloseLimits(supply=supply(X=9)), rules)] == [0, 9]


@pytest.mark.parametrize(
    ("units", "least", "held"),
    [(52, 44, {"C"}), (56, 44, set()), (52, 4, set()), (52, 5, {"C"}), (0, 44, set())],
)
def test_an_order_that_a_shortage_leaves_below_its_minimum_is_held_and_one_of_nothing_is_no_order(
    units: int, least: int, held: set[str]
) -> None:
    """52 units are 24, 24 and 4. The order of A, 43 in all, is not cut: whether it is held is for the plan to say."""
    rows = pd.concat([THREE, frame(asking("A", "Y", 19))], ignore_index=True)
    rules = CloseRules(minimum_order_units=least, priorities={"A": 0, "B": 0})
    closed = close_rows(rows, CloseLimits(supply=supply(X=units, Y=min(units, 19))), rules)
    assert closed.below_minimum == held


def test_equality_with_the_minimum_value_is_enough() -> None:
    rules = CloseRules(minimum_order_value=200_000)
    limits = CloseLimits(supply=supply(X=46))
    assert close_rows(THREE, limits, rules).below_minimum == {"C"}
    assert close_rows(THREE, limits, replace(rules, minimum_order_value=200_001)).below_minimum == {"A", "B", "C"}


def test_an_order_that_was_planned_below_its_minimum_stays_held() -> None:
    marked = asking("A", "X", 3, reasons=Reason.BELOW_MINIMUM.bit | Reason.ORDER_BELOW_MINIMUM.bit)
    assert close_rows(frame(marked), CloseLimits(), CloseRules()).below_minimum == {"A"}
    assert close_rows(frame(marked), CloseLimits(supply=supply(X=0)), CloseRules()).below_minimum == frozenset()


def test_every_reason_of_the_close_is_documented_in_the_words_that_people_see_and_no_other() -> None:
    text = (Path(__file__).parents[2] / "docs" / "planning.md").read_text(encoding="utf-8")
    table = text.split("The close of a run has reasons of its own", 1)[1].split("\n## ", 1)[0]
    documented = dict(re.findall(r"^\| `(\w+)` \| .+? \| (.+?) \|$", table, re.MULTILINE))
    assert documented == {reason.value: describe_close(reason) for reason in CloseReason}


# Laws

ROWS = st.builds(
    asking,
    st.sampled_from("ABCDE"),
    st.sampled_from("XYZ"),
    st.integers(1, 12).map(lambda packs: packs * 6),
    case_pack=st.sampled_from([1, 2, 3, 6]),
    unit_cost=st.integers(1, 90_000),
    cost_known=st.booleans(),
    minimum_order_quantity=st.sampled_from([0, 5, 12]),
    inventory_position=st.integers(-5, 20),
    reorder_point=st.integers(0, 30),
    order_up_to_level=st.integers(0, 60),
)
RUNS = st.lists(ROWS, max_size=12, unique_by=lambda row: (row["location"], row["sku"])).map(lambda rows: frame(*rows))
UNITS = st.integers(0, 150)
RULES = st.builds(
    CloseRules,
    method=st.sampled_from(ShareMethod),
    priorities=st.dictionaries(st.sampled_from("ABCDE"), st.integers(0, 3)),
    unnamed_is_nothing=st.booleans(),
)
LIMITS = st.builds(
    CloseLimits,
    overtaken=st.frozensets(st.sampled_from("ABCDE"), max_size=1),
    supply=st.none() | st.fixed_dictionaries({"X": UNITS, "Y": UNITS}).map(lambda units: supply(**units)),
    budget=st.none() | st.tuples(st.integers(0, 3_000_000), st.integers(0, 1_000_000)),
)


@given(rows=RUNS, limits=LIMITS, rules=RULES)
def test_no_more_is_given_than_there_is_and_no_more_paid_than_is_left(
    rows: pd.DataFrame, limits: CloseLimits, rules: CloseRules
) -> None:
    closed = close_rows(rows, limits, rules)
    done = closed.rows
    assert (done["after_shortage"] <= done["planned"]).all()
    assert (done["after_budget"] <= done["after_shortage"]).all()
    assert (done["after_budget"] >= 0).all()
    if limits.supply is not None:
        given_units = done.groupby("sku")["after_shortage"].sum().to_dict()
        for sku, units in zip(limits.supply["sku"], limits.supply["units"], strict=True):
            assert given_units.get(sku, 0) <= units
    if limits.budget is not None:
        known = done[done["cost_known"]]
        assert (known["after_budget"] * known["unit_cost"]).sum() <= max(limits.budget[0] - limits.budget[1], 0)


@given(rows=RUNS, limits=LIMITS, rules=RULES)
def test_every_cut_has_the_reason_of_the_step_that_made_it_and_nothing_else_has_one(
    rows: pd.DataFrame, limits: CloseLimits, rules: CloseRules
) -> None:
    closed = close_rows(rows, limits, rules)
    done = closed.rows
    assert (done["reason"].notna() == (done["after_budget"] < done["planned"])).all()
    assert len(closed.frame) == done["reason"].notna().sum()
    nothing = done["reason"].isin(["no_supply", "no_budget", "older_order_approved"])
    assert (nothing == (done["after_budget"] == 0)).all()
    assert (done.loc[done["reason"].isin(["no_supply", "older_order_approved"]), "after_shortage"] == 0).all()
    by_budget = done["reason"].isin(["no_budget", "cut_by_budget"])
    assert (by_budget == (done["after_budget"] < done["after_shortage"])).all()


@given(rows=RUNS, limits=LIMITS, rules=RULES, more=st.integers(1, 30), sku=st.sampled_from("XY"))
def test_more_supply_gives_no_location_less_of_it(
    rows: pd.DataFrame, limits: CloseLimits, rules: CloseRules, more: int, sku: str
) -> None:
    if limits.supply is None:
        return
    units = limits.supply["units"] + more * (limits.supply["sku"] == sku)
    richer = replace(limits, supply=limits.supply.assign(units=units))
    before, after = (close_rows(rows, one, rules).rows for one in (limits, richer))
    assert (after["after_shortage"] >= before["after_shortage"]).all()


@given(rows=RUNS, limits=LIMITS, rules=RULES, more=st.integers(1, 500_000))
def test_more_budget_gives_no_location_less(
    rows: pd.DataFrame, limits: CloseLimits, rules: CloseRules, more: int
) -> None:
    if limits.budget is None:
        return
    richer = replace(limits, budget=(limits.budget[0] + more, limits.budget[1]))
    before, after = (close_rows(rows, one, rules).rows for one in (limits, richer))
    assert (after["after_budget"] >= before["after_budget"]).all()


@given(rows=RUNS, limits=LIMITS, rules=RULES, data=st.data())
def test_the_order_of_rows_and_of_the_stock_file_changes_nothing(
    rows: pd.DataFrame, limits: CloseLimits, rules: CloseRules, data: st.DataObject
) -> None:
    shuffled = rows.iloc[data.draw(st.permutations(range(len(rows))))].reset_index(drop=True)
    turned = limits if limits.supply is None else replace(limits, supply=limits.supply.iloc[::-1])
    one, other = close_rows(rows, limits, rules), close_rows(shuffled, turned, rules)
    pd.testing.assert_frame_equal(one.rows, other.rows)
    assert one.below_minimum == other.below_minimum


@given(rows=RUNS, limits=LIMITS, rules=RULES)
def test_a_close_writes_into_nothing_that_it_is_given(
    rows: pd.DataFrame, limits: CloseLimits, rules: CloseRules
) -> None:
    kept, stock = rows.copy(), None if limits.supply is None else limits.supply.copy()
    close_rows(rows, limits, rules)
    pd.testing.assert_frame_equal(rows, kept)
    if limits.supply is not None and stock is not None:
        pd.testing.assert_frame_equal(limits.supply, stock)
