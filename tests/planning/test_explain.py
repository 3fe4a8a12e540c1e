from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings

from replenisher.errors import PlanningInputError
from replenisher.planning.explain import ExplainStep, explain_row
from replenisher.planning.policies.asking import Rounding, Trigger
from replenisher.planning.position import PositionWeights
from replenisher.planning.proposal import Rules, plan
from tests.planning import anything
from tests.planning.shelves import Row, flying, override, planned, product, shelf


def explained(row: Row, *, rules: Rules | None = None, **files: list[Row] | None) -> dict[str, str]:
    """Plan one shelf and give the explanation as texts by label."""
    proposal = planned(row, rules=rules, **files)
    return {step.label: step.text for step in explain_row(proposal.iloc[0], rules or Rules())}


def test_a_planner_can_check_the_arithmetic_of_an_order_by_hand() -> None:
    row = shelf(on_hand=4, on_order=2, allocated=1, transfer_out=3)
    rules = Rules(maximum_line_quantity=24)
    steps = explained(row, rules=rules, products=[product(pack=6, least=12, cost=78_769)], in_flight=[flying(units=1)])
    assert steps == {
        "on hand": "4 x weight +1 = +4",
        "on order": "2 x weight +1 = +2",
        "on uncommitted order": "0 x weight +1 = 0",
        "backordered": "0 x weight +1 = 0",
        "transfer in": "0 x weight +1 = 0",
        "transfer out": "3 x weight 0 = 0",
        "allocated": "1 x weight -1 = -1",
        "in flight": "1 x weight +1 = +1",
        "inventory position": "+4 +2 -1 +1 = 6",
        "minimum": "10, set by the retailer",
        "maximum": "30, set by the retailer",
        "trigger": "position 6 is below the minimum 10",
        "missing to maximum": "30 - 6 = 24",
        "case pack": "24 stays; packs of 6, rounding up",
        "minimum order quantity": "24 stays; at least 12",
        "maximum per line": "24 stays; product none set, company at most 24",
        "shelf capacity": "24 stays; none set",
        "too small": "24 stays; none set",
        "maximum lines per order": "24 stays; none set; 40 % of the minimum is missing",
        "maximum units per order": "24 stays; none set",
        "maximum value per order": "24 stays; none set; unit cost 7.8769",
        "minimum per order": "24 stays; none set",
        "order quantity": "The inventory position is below the minimum.",
    }


def test_a_row_that_orders_nothing_shows_how_far_it_is_from_its_minimum() -> None:
    steps = explained(shelf(on_hand=10), rules=Rules())
    assert steps["trigger"] == "position 10 is not below the minimum 10"
    assert steps["order quantity"] == "The inventory position is not below the minimum."
    assert "case pack" not in steps


def test_the_other_trigger_is_told_in_its_own_words() -> None:
    steps = explained(shelf(on_hand=10), rules=Rules(trigger=Trigger.AT_OR_BELOW))
    assert steps["trigger"] == "position 10 is at or below the minimum 10"


def test_every_exclusion_is_told_and_no_trigger() -> None:
    proposal = planned(shelf(do_not_order=True), products=[product(discontinued=True)])
    steps = explain_row(proposal.iloc[0], Rules())
    assert [step.text for step in steps if step.label == "excluded"] == [
        "The retailer marked the product do-not-order.",
        "The products file says that the product is discontinued.",
    ]
    assert "trigger" not in {step.label for step in steps}


def test_the_planners_levels_are_told_beside_the_retailers() -> None:
    steps = explained(shelf(), levels=[override(minimum=0, maximum=5)])
    assert steps["minimum"] == "0, set by the planner (the retailer says 10)"
    assert steps["maximum"] == "5, set by the planner (the retailer says 30)"
    assert steps["inventory position"] == "0 = 0"


def test_stock_below_zero_is_told_as_reported_and_as_counted() -> None:
    steps = explained(shelf(on_hand=-4))
    assert steps["on hand"] == "0 x weight +1 = 0 (reported -4, counted as 0)"
    notes = [
        step.text
        for step in explain_row(planned(shelf(on_hand=-4, on_order=-1)).iloc[0], Rules())
        if step.label == "note"
    ]
    assert len(notes) == 3
    assert notes[0] == "The report says less than nothing is on hand; planned as 0."


def test_the_overshoot_over_the_maximum_is_shown() -> None:
    steps = explained(shelf(on_hand=5), products=[product(pack=6)])
    assert steps["case pack"] == "25 -> 30; packs of 6, rounding up. Rounded up to whole case packs."
    assert steps["overshoot"] == "5 + 30 - 30 = 5 above the maximum (whole packs, minimum order)"


def test_the_steps_after_a_row_is_stopped_are_left_out() -> None:
    rules = Rules(rounding=Rounding.DOWN, never_to_zero=False)
    steps = explained(shelf(on_hand=9, maximum=12), rules=rules, products=[product(pack=6)])
    assert steps["case pack"].startswith("3 -> 0; packs of 6, rounding down. Less than a case pack is missing")
    assert "minimum order quantity" not in steps
    assert "overshoot" not in steps


def test_a_quantity_lifted_to_reach_the_minimum_says_that_and_not_only_rounded_up() -> None:
    steps = explained(shelf(minimum=18, maximum=20), rules=Rules(rounding=Rounding.DOWN), products=[product(pack=15)])
    assert "would have left the position where it asks for goods again" in steps["case pack"]


def test_the_limits_of_an_order_are_told_with_what_they_cut() -> None:
    rules = Rules(maximum_order_lines=9, maximum_order_units=25, maximum_order_value=123_400)
    steps = explained(shelf(), rules=rules, products=[product(cost=10_000)])
    assert steps["maximum lines per order"] == (
        "30 stays; at most 9; 100 % of the minimum is missing; smallest lot 1, unit cost 1"
    )
    assert steps["maximum units per order"].startswith("30 -> 25; at most 25. Cut to the whole case packs")
    assert steps["maximum value per order"].startswith("25 -> 12; at most 12.34; unit cost 1. Cut to the whole")


def test_a_cost_that_is_not_known_is_not_told_as_zero() -> None:
    assert explained(shelf())["maximum value per order"] == "30 stays; none set; unit cost not known"


def test_a_row_may_come_as_plain_values_read_from_an_archive() -> None:
    proposal = planned(shelf())
    record = proposal.to_dict("records")[0]
    assert explain_row(record, Rules()) == explain_row(proposal.iloc[0], Rules())


def test_rules_that_did_not_make_the_row_are_refused() -> None:
    row = planned(shelf(on_hand=10, transfer_out=1)).iloc[0]
    with pytest.raises(PlanningInputError, match="it was planned with other weights"):
        explain_row(row, Rules(weights=PositionWeights(transfer_out=-1)))
    with pytest.raises(PlanningInputError, match="another trigger"):
        explain_row(row, Rules(trigger=Trigger.AT_OR_BELOW))


@given(anything.snapshots(), anything.rules())
@settings(max_examples=25, deadline=None)
def test_every_number_explained_is_the_one_that_the_plan_holds(snapshot: pd.DataFrame, rules: Rules) -> None:
    for row in plan(snapshot, rules).to_dict("records"):
        steps = explain_row(row, rules)
        assert all(step.value == row[step.column] for step in steps if step.column)
        assert _last_quantity(steps) == row["order_quantity"]


def _last_quantity(steps: list[ExplainStep]) -> int:
    """Follow the quantities step by step to the last one told."""
    told = [step.value for step in steps if step.column == "raw_quantity" or step.column.startswith("after_")]
    return told[-1] if told else 0
