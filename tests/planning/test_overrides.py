"""What planners set by hand: 0 is a value, a quantity is taken as written, and what must not be ordered is not."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
import pytest

from replenisher.errors import PlanningInputError
from replenisher.planning.comparison import same_plan, snapshot_of
from replenisher.planning.explain import explain_row
from replenisher.planning.frames import empty
from replenisher.planning.overrides import OVERRIDES, with_overrides
from replenisher.planning.proposal import Rules, plan
from replenisher.planning.reasons import Reason, reasons_in
from tests.planning.shelves import Row, known, product, quantities, reasons, shelf
from tests.planning.shelves import override as levels_row

UNTIL = date(2026, 12, 31).toordinal()


def by_hand(sku: str = "A", *, location: str = "L1", **sets: int) -> Row:
    """An override of levels (minimum, maximum) or of a quantity."""
    return {
        "id": 7,
        "location": location,
        "sku": sku,
        "kind": "quantity" if "quantity" in sets else "levels",
        "reorder_point": sets.get("minimum", 0),
        "order_up_to_level": sets.get("maximum", 0),
        "quantity": sets.get("quantity", 0),
        "until": UNTIL,
        "reason": "opening weekend",
        "set_by": "person:anna",
    }


def overridden(shelves: list[Row], rows: list[Row], rules: Rules | None = None, **files: Any) -> pd.DataFrame:
    overrides = pd.DataFrame(rows).astype(empty(OVERRIDES).dtypes.to_dict()) if rows else empty(OVERRIDES)
    return plan(with_overrides(known(shelves, **files), overrides), rules or Rules())


def marks(proposal: pd.DataFrame, row: int = 0) -> set[str]:
    """The reasons of a row, apart from what is said of a product without a cost."""
    return {reason.value for reason in reasons_in(int(proposal["reasons"].iloc[row]))} - {"cost_unknown"}


def test_levels_set_by_hand_win_over_the_levels_file_and_the_retailer() -> None:
    file = [levels_row("A", minimum=5, maximum=9), levels_row("B", minimum=5, maximum=9)]
    proposal = overridden([shelf("A"), shelf("B"), shelf("C")], [by_hand("A", minimum=2, maximum=3)], levels=file)
    assert quantities(proposal) == [3, 9, 30]
    assert proposal["levels_source"].tolist() == ["override", "planner", "retailer"]
    assert proposal["retailer_order_up_to_level"].tolist() == [30, 30, 30]


def test_levels_of_zero_set_by_hand_order_nothing_here() -> None:
    proposal = overridden([shelf("A")], [by_hand("A", minimum=0, maximum=0)])
    assert (quantities(proposal), reasons(proposal)) == ([0], ["levels_set_to_zero"])


def test_a_minimum_of_zero_set_by_hand_is_a_value_too() -> None:
    assert quantities(overridden([shelf("A", on_hand=0)], [by_hand("A", minimum=0, maximum=9)])) == [0]


@pytest.mark.parametrize(
    ("quantity", "ordered", "reason", "notes"),
    [
        (12, 12, "set_by_planner", set()),
        (7, 7, "set_by_planner", {"breaks_case_pack"}),
        (0, 0, "set_to_zero_by_planner", set()),
    ],
)
def test_a_quantity_set_by_hand_is_taken_as_written(quantity: int, ordered: int, reason: str, notes: set[str]) -> None:
    proposal = overridden([shelf("A")], [by_hand("A", quantity=quantity)], products=[product("A", pack=6)])
    assert proposal["after_damping"].tolist() == [30]
    assert proposal["after_override"].tolist() == quantities(proposal) == [ordered]
    assert reasons(proposal) == [reason]
    assert marks(proposal) - {reason, "below_minimum"} == notes


def test_the_neighbours_of_a_quantity_set_by_hand_are_planned_as_ever() -> None:
    shelves = [shelf("A"), shelf("B", on_hand=4), shelf("A", location="L2", on_hand=20)]
    alone = overridden(shelves, [])
    beside = overridden(shelves, [by_hand("A", quantity=5)])
    assert "after_override" not in alone
    pd.testing.assert_frame_equal(alone.iloc[1:], beside.drop(columns=["after_override", "override_quantity"]).iloc[1:])


def test_a_row_that_asks_for_nothing_orders_what_a_planner_sets() -> None:
    proposal = overridden([shelf("A", on_hand=12)], [by_hand("A", quantity=5)])
    assert proposal[["raw_quantity", "after_damping", "after_override"]].iloc[0].tolist() == [0, 0, 5]
    assert (quantities(proposal), marks(proposal)) == ([5], {"set_by_planner"})


@pytest.mark.parametrize(
    ("reported", "made", "reason"),
    [
        ({"do_not_order": True}, {}, "do_not_order"),
        ({}, {"discontinued": True}, "discontinued"),
        ({}, {"last_order_date": UNTIL - 1}, "past_last_order_date"),
        ({}, {"snoozed_until": UNTIL + 1}, "snoozed"),
    ],
)
def test_what_must_not_be_ordered_is_not_ordered_by_hand_either(
    reported: dict[str, Any], made: dict[str, Any], reason: str
) -> None:
    proposal = overridden(
        [shelf("A", business_date=UNTIL, **reported)], [by_hand("A", quantity=5)], products=[product("A", **made)]
    )
    assert (quantities(proposal), reasons(proposal)) == ([0], [reason])


def test_a_sku_that_is_not_listed_is_not_ordered_by_hand_either() -> None:
    proposal = overridden([shelf("A")], [by_hand("A", quantity=5)], products=[product("B")])
    assert (quantities(proposal), reasons(proposal)) == ([0], ["not_listed"])


@pytest.mark.parametrize("minimum_and_maximum", [(0, 0), (9, 3)], ids=["levels_missing", "levels_inverted"])
def test_levels_that_cannot_be_worked_with_do_not_stop_a_quantity_set_by_hand(
    minimum_and_maximum: tuple[int, int],
) -> None:
    low, high = minimum_and_maximum
    proposal = overridden([shelf("A", minimum=low, maximum=high)], [by_hand("A", quantity=5)])
    assert (quantities(proposal), marks(proposal)) == ([5], {"set_by_planner"})


@pytest.mark.parametrize(
    ("quantity", "is_beyond"), [(8, False), (9, True), (4, False), (3, True)], ids=["at", "over", "least", "below"]
)
def test_a_quantity_beyond_line_or_minimum_order_says_so_and_stays(quantity: int, is_beyond: bool) -> None:
    proposal = overridden([shelf("A")], [by_hand("A", quantity=quantity)], products=[product("A", most=8, least=4)])
    assert quantities(proposal) == [quantity]
    assert ("beyond_a_limit" in marks(proposal)) == is_beyond


@pytest.mark.parametrize(("quantity", "is_beyond"), [(20, False), (21, True)])
def test_a_quantity_beyond_the_shelf_says_so_and_stays(quantity: int, is_beyond: bool) -> None:
    proposal = overridden(
        [shelf("A", on_hand=5)], [by_hand("A", quantity=quantity)], products=[product("A", shelf_capacity=25)]
    )
    assert quantities(proposal) == [quantity]
    assert ("beyond_a_limit" in marks(proposal)) == is_beyond


def test_within_an_orders_maximum_the_planners_quantity_has_its_place_first() -> None:
    shelves = [shelf("A", on_hand=9), shelf("B"), shelf("C")]
    proposal = overridden(shelves, [by_hand("A", quantity=25)], Rules(maximum_order_units=40))
    assert quantities(proposal) == [25, 15, 0]
    assert reasons(proposal) == ["set_by_planner", "cut_to_order_units", "no_room_in_order_units"]
    assert "beyond_a_limit" not in marks(proposal)


def test_a_planners_quantity_that_alone_passes_the_orders_maximum_stays_and_says_so() -> None:
    proposal = overridden([shelf("A"), shelf("B")], [by_hand("A", quantity=41)], Rules(maximum_order_units=40))
    assert quantities(proposal) == [41, 0]
    assert "beyond_a_limit" in marks(proposal)


def test_an_order_is_topped_up_around_a_planners_quantity_and_never_in_it() -> None:
    rules = Rules(minimum_order_units=20, below_order_minimum="top_up")
    shelves = [shelf("A", on_hand=9), shelf("B", on_hand=9, maximum=14)]
    proposal = overridden(shelves, [by_hand("A", quantity=6)], rules)
    assert quantities(proposal) == [6, 14]
    held = overridden(shelves[:1], [by_hand("A", quantity=6)], rules)
    assert (quantities(held), marks(held)) == ([6], {"set_by_planner", "below_minimum", "order_below_minimum"})


def test_a_planners_quantity_comes_out_the_same_when_the_run_is_replayed() -> None:
    proposal = overridden([shelf("A"), shelf("B")], [by_hand("A", quantity=5), by_hand("B", minimum=1, maximum=2)])
    assert same_plan(proposal, plan(snapshot_of(proposal), Rules()))


def test_overrides_change_nothing_that_they_are_given() -> None:
    before = known([shelf("A"), shelf("B")])
    copy = before.copy(deep=True)
    rows = [by_hand("A", quantity=5), by_hand("B", minimum=1, maximum=2)]
    with_overrides(before, pd.DataFrame(rows).astype(empty(OVERRIDES).dtypes.to_dict()))
    pd.testing.assert_frame_equal(before, copy)


def test_an_override_for_another_location_or_an_unknown_sku_changes_nothing() -> None:
    before = known([shelf("A"), shelf("B", location="L2")])
    rows = [by_hand("A", location="L2", quantity=5), by_hand("Z", quantity=5), by_hand("B", location="L3", quantity=5)]
    after = with_overrides(before, pd.DataFrame(rows).astype(empty(OVERRIDES).dtypes.to_dict()))
    assert after is before


def test_two_overrides_of_one_kind_for_a_row_are_refused() -> None:
    with pytest.raises(PlanningInputError, match="location and sku and kind repeat"):
        overridden([shelf("A")], [by_hand("A", quantity=5), by_hand("A", quantity=6)])


def test_the_explanation_shows_what_would_have_been_ordered_and_what_was_set() -> None:
    proposal = overridden([shelf("A", on_hand=4)], [by_hand("A", quantity=7)], products=[product("A", pack=6)])
    told = {step.label: step.text for step in explain_row(proposal.iloc[0], Rules())}
    assert told["case pack"].startswith("26 -> 30")
    assert told["planner's quantity"].startswith("30 -> 7; 7 for this run")
    assert told["order quantity"] == "The planners set this run's quantity, and it is taken as written."
    assert [step.value for step in explain_row(proposal.iloc[0], Rules()) if step.label == "order quantity"] == [7]


def test_the_explanation_of_a_row_that_asked_for_nothing_begins_with_the_quantity_set() -> None:
    proposal = overridden([shelf("A", on_hand=12), shelf("B")], [by_hand("A", quantity=5)])
    told = {step.label: step.text for step in explain_row(proposal.iloc[0], Rules())}
    assert told["missing to maximum"] == "nothing was asked for"
    assert told["planner's quantity"].startswith("0 -> 5; 5 for this run")
    beside = {step.label: step.text for step in explain_row(proposal.iloc[1], Rules())}
    assert beside["planner's quantity"] == "30 stays; none set"


def test_levels_set_by_hand_are_named_in_the_explanation() -> None:
    proposal = overridden([shelf("A")], [by_hand("A", minimum=2, maximum=3)])
    told = {step.label: step.text for step in explain_row(proposal.iloc[0], Rules())}
    assert told["minimum"] == "2, set by an override (the retailer says 10)"


def test_every_zero_set_by_hand_has_a_reason_that_stops() -> None:
    proposal = overridden([shelf("A"), shelf("B", on_hand=50)], [by_hand("A", quantity=0), by_hand("B", quantity=0)])
    assert reasons(proposal) == [Reason.SET_TO_ZERO_BY_PLANNER.value] * 2
