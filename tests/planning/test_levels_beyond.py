"""Levels that no shelf holds: their row orders nothing and says why, and its neighbours are planned."""

from __future__ import annotations

from replenisher.planning.explain import explain_row
from replenisher.planning.frames import LARGEST_QUANTITY
from replenisher.planning.proposal import Rules
from replenisher.planning.rule_set import PlanningRuleSet
from tests.planning.ruled import of, rule, ruled, sells
from tests.planning.shelves import quantities, reasons, shelf


def test_a_level_that_no_shelf_holds_stops_its_row_alone_and_is_explained() -> None:
    cover = rule("days_of_cover", least_days=365, most_days=730)
    rows = sells(of(shelf("A"), shelf("B")), [20_000.0, 0.5])
    frame = ruled(rows, cover)
    assert (quantities(frame), reasons(frame)) == ([0, 365], ["level_beyond", "below_minimum"])
    assert frame["order_up_to_level"].tolist() == [LARGEST_QUANTITY, 365]
    steps = explain_row(frame.iloc[0].to_dict(), Rules(), PlanningRuleSet((cover,)))
    assert "which no shelf holds" in steps[-1].text


def test_a_level_may_reach_what_a_shelf_holds_at_most_and_not_pass_it() -> None:
    cover = rule("days_of_cover", least_days=1, most_days=10)
    most = LARGEST_QUANTITY / 10
    frame = ruled(sells(of(shelf("A", on_hand=LARGEST_QUANTITY), shelf("B")), [most, most + 0.1]), cover)
    assert frame["level_beyond"].tolist() == [False, True]
    assert reasons(frame) == ["at_or_above_minimum", "level_beyond"]
