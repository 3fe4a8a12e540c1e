"""What holds for rows that are planned by rules, whatever their demand, supply, policy and limits are."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from replenisher.planning.choosing import PolicyRule
from replenisher.planning.comparison import same_plan, snapshot_of
from replenisher.planning.explain import explain_row
from replenisher.planning.levels_by_rule import with_rules, without_rules
from replenisher.planning.proposal import Rules, plan
from replenisher.planning.reasons import Effect, reasons_in
from replenisher.planning.rule_set import document_of, rule_set_of
from tests.planning import anything
from tests.planning.anything_ruled import rule_sets, ruled_snapshots
from tests.planning.ruled import by

# All that the thorough profile asks for takes a law minutes on a busy machine.
pytestmark = pytest.mark.timeout(900)


def planned(snapshot: pd.DataFrame, chosen: tuple[PolicyRule, ...], rules: Rules) -> pd.DataFrame:
    return plan(with_rules(snapshot, by(*chosen, L2="west"), rules), rules)


@given(ruled_snapshots(capped=False), rule_sets(), anything.rules(capped=False))
def test_a_second_run_on_unchanged_input_orders_nothing(
    snapshot: pd.DataFrame, chosen: tuple[PolicyRule, ...], rules: Rules
) -> None:
    first = planned(snapshot, chosen, rules)
    more = snapshot.assign(in_flight=snapshot["in_flight"] + first["order_quantity"])
    assert not planned(more, chosen, rules)["order_quantity"].any()


@given(ruled_snapshots().filter(len), rule_sets(), anything.rules(), st.data())
def test_more_on_hand_never_means_a_larger_order(
    snapshot: pd.DataFrame, chosen: tuple[PolicyRule, ...], rules: Rules, data: st.DataObject
) -> None:
    row, more = data.draw(st.integers(0, len(snapshot) - 1)), data.draw(st.integers(1, 30))
    richer = snapshot.assign(on_hand=snapshot["on_hand"] + more * (np.arange(len(snapshot)) == row))
    before, after = (int(planned(one, chosen, rules)["order_quantity"].iloc[row]) for one in (snapshot, richer))
    assert after <= before


@given(ruled_snapshots().filter(len), rule_sets(), anything.rules(), st.randoms(use_true_random=False))
def test_neither_the_order_of_the_rows_nor_the_batches_of_locations_change_anything(
    snapshot: pd.DataFrame, chosen: tuple[PolicyRule, ...], rules: Rules, random: Any
) -> None:
    together = planned(snapshot, chosen, rules)
    order = list(range(len(snapshot)))
    random.shuffle(order)
    pd.testing.assert_frame_equal(planned(snapshot.iloc[order], chosen, rules).sort_index(), together)
    for location in set(snapshot["location"].astype("str")):
        here = (snapshot["location"] == location).to_numpy()
        pd.testing.assert_frame_equal(planned(snapshot.loc[here], chosen, rules), together.loc[here])


@given(ruled_snapshots(), rule_sets(), anything.rules())
def test_every_row_that_orders_nothing_says_why_and_no_other_row_is_stopped(
    snapshot: pd.DataFrame, chosen: tuple[PolicyRule, ...], rules: Rules
) -> None:
    for row in planned(snapshot, chosen, rules)[["order_quantity", "reasons", "reason"]].to_dict("records"):
        found = reasons_in(row["reasons"])
        assert found[0].value == row["reason"]
        assert any(reason.effect is Effect.STOPS for reason in found) is (row["order_quantity"] == 0)


@given(ruled_snapshots(), rule_sets().filter(len), anything.rules())
def test_lots_are_whole_and_as_many_as_it_takes_until_the_row_would_no_longer_ask(
    snapshot: pd.DataFrame, chosen: tuple[PolicyRule, ...], rules: Rules
) -> None:
    frame = planned(snapshot, chosen, rules)
    asked = frame[(frame["lot"] > 0).to_numpy() & (frame["raw_quantity"] > 0).to_numpy()]
    assert (asked["raw_quantity"] % asked["lot"] == 0).all()
    after = asked["inventory_position"] + asked["raw_quantity"]
    assert (after > asked["reorder_point"]).all()
    assert (after - asked["lot"] <= asked["reorder_point"]).all()


@given(ruled_snapshots(), rule_sets(), anything.rules())
def test_every_row_is_explained_with_the_numbers_that_the_plan_holds(
    snapshot: pd.DataFrame, chosen: tuple[PolicyRule, ...], rules: Rules
) -> None:
    rule_set = by(*chosen, L2="west").rule_set
    for row in planned(snapshot, chosen, rules).to_dict("records"):
        steps = explain_row(row, rules, rule_set)
        assert all(step.value == row[step.column] for step in steps if step.column)
        told = [step.value for step in steps if step.column == "raw_quantity" or step.column.startswith("after_")]
        assert (told[-1] if told else 0) == row["order_quantity"]


@given(ruled_snapshots(), rule_sets(), rule_sets(), anything.rules())
def test_a_plan_by_other_rules_leads_back_to_the_first_one(
    snapshot: pd.DataFrame, chosen: tuple[PolicyRule, ...], others: tuple[PolicyRule, ...], rules: Rules
) -> None:
    """What `replay` lives by: a recorded plan holds all that it takes to plan it again, by its own rules or others."""
    first = planned(snapshot, chosen, rules)
    elsewhere = planned(without_rules(snapshot_of(first)), others, rules)
    assert same_plan(planned(without_rules(snapshot_of(elsewhere)), chosen, rules), first)


@given(rule_sets())
def test_rules_come_back_from_a_document_as_they_were(chosen: tuple[PolicyRule, ...]) -> None:
    rule_set = by(*chosen, L1="west").rule_set
    assert rule_set_of(document_of(rule_set)) == rule_set
    assert rule_set_of(document_of(replace(rule_set, regions={}))) == replace(rule_set, regions={})
