"""Levels by rule: each policy's by hand, what is kept where a rule cannot be followed, and what is then ordered."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from replenisher.errors import PlanningInputError
from replenisher.planning.choosing import Ages, PolicyRule, Scope
from replenisher.planning.levels_by_rule import (
    BY_RULE,
    LEAD_TIME_DTYPE,
    with_demand,
    with_rules,
    with_supply,
    without_rules,
)
from replenisher.planning.policies.asking import Policy, Rounding, Trigger
from replenisher.planning.policies.catalogue import CATALOGUE
from replenisher.planning.proposal import Rules, plan
from replenisher.planning.reasons import Reason, reasons_in
from tests.planning import anything
from tests.planning.anything_ruled import rule_sets, ruled_snapshots
from tests.planning.ruled import COMPANY, by, levels, of, rule, ruled, sells, waits
from tests.planning.shelves import override, product, quantities, reasons, shelf

# All that the thorough profile asks for takes a law minutes on a busy machine.
pytestmark = pytest.mark.timeout(900)

COVER = rule("days_of_cover", least_days=7, most_days=21)
Levels = tuple[int, int, int, bool]


def one(rate: float, *, sd: float | None = None, of_product: dict[str, Any] | None = None) -> pd.DataFrame:
    """A row that sells so much, waits for nothing and is looked at every day."""
    return waits(sells(of(shelf(), products=[product(**(of_product or {}))]), rate, sd), 0)


BY_HAND: list[tuple[str, PolicyRule, Callable[[], pd.DataFrame], Levels]] = [
    ("its own", rule("min_max"), lambda: one(6), (10, 30, 0, False)),
    ("S of example 4.7", rule("order_up_to", cycle_service=0.8), lambda: one(6), (8, 8, 0, False)),
    ("fill rate by hand", rule("order_up_to", fill_rate=0.78), lambda: one(2, sd=2), (3, 3, 0, False)),
    ("r of example 4.7", rule("reorder_point_lot", cycle_service=0.8, lot=24), lambda: one(6), (8, 32, 24, True)),
    (
        "a lot in whole packs",
        rule("reorder_point_lot", cycle_service=0.8, lot=20),
        lambda: one(6, of_product={"pack": 6}),
        (8, 32, 24, True),
    ),
    (
        "the economic lot of example 3.1, 304.05",
        rule("reorder_point_lot", cycle_service=0.8, order_cost=8, holding_rate_per_year=0.225),
        lambda: one(1300 / 365, sd=0),
        (5, 310, 305, True),
    ),
    (
        "K 64, h 1 and p 9 a period",
        rule("optimal_s_s", cycle_service=0.9, order_cost=0.64, holding_rate_per_year=3.65),
        lambda: one(64),
        (55, 74, 0, True),
    ),
    ("7 and 21 days of 1.5", COVER, lambda: one(1.5), (11, 32, 0, False)),
    (
        "red 90, yellow 120, green 70",
        rule("dynamic_buffer"),
        lambda: waits(one(10), 12, review=7),
        (210, 280, 0, False),
    ),
    (
        "p 4 and h 1",
        rule("newsvendor", days_left=1, shortage_cost=4, leftover_cost=1),
        lambda: one(6),
        (8, 8, 0, False),
    ),
]


@pytest.mark.parametrize(("_", "policy", "row", "expected"), BY_HAND, ids=[case[0] for case in BY_HAND])
def test_a_policy_gives_the_levels_that_the_textbook_or_a_pencil_gives(
    _: str, policy: PolicyRule, row: Callable[[], pd.DataFrame], expected: Levels
) -> None:
    frame = with_rules(row(), by(policy), Rules())
    assert levels(frame) == [expected]
    assert (frame["rule"].tolist(), frame["policy"].tolist()) == ([policy.name], [policy.policy])
    assert frame["levels_by_policy"].tolist() == [policy.policy != "min_max"]
    assert (frame["set_reorder_point"].tolist(), frame["set_order_up_to_level"].tolist()) == ([10], [30])


def test_every_policy_of_the_catalogue_is_worked_out_by_hand_here() -> None:
    assert {policy.policy for _, policy, _, _ in BY_HAND} == set(CATALOGUE)


def test_the_lead_time_of_a_product_counts_where_no_other_is_known() -> None:
    """6 a day, one day of lead time and one to the next look: a demand of 12, of which 15 cover four fifths."""
    frame = sells(of(shelf(), products=[product(lead_time_days=1)]), 6)
    assert levels(with_rules(frame, by(rule("order_up_to", cycle_service=0.8)), Rules())) == [(15, 15, 0, False)]


def test_a_lead_time_that_varies_asks_for_more() -> None:
    sure, unsure = (waits(sells(of(shelf()), 5), 4, spread=spread) for spread in (0, 2))
    served = by(rule("order_up_to", cycle_service=0.95))
    (low, *_), (high, *_) = levels(with_rules(sure, served, Rules()))[0], levels(with_rules(unsure, served, Rules()))[0]
    assert low < high


# ---- what is kept where a rule cannot be followed


@pytest.mark.parametrize("company_trigger", Trigger)
def test_a_row_without_a_rule_keeps_its_levels_and_the_company_s_trigger(company_trigger: Trigger) -> None:
    rules = Rules(trigger=company_trigger)
    frame = with_rules(
        sells(of(shelf("A"), shelf("B")), 2), by(rule("days_of_cover", "B", least_days=1, most_days=2)), rules
    )
    at = company_trigger is Trigger.AT_OR_BELOW
    assert levels(frame) == [(10, 30, 0, at), (2, 4, 0, False)]
    assert frame["rule"].isna().tolist() == [True, False]
    assert frame["levels_by_policy"].tolist() == [False, True]


@pytest.mark.parametrize("rate_known", [False, None])
def test_where_too_few_days_are_known_a_row_keeps_its_levels_and_says_so(rate_known: bool | None) -> None:
    """So it is too where nothing at all is known of demand."""
    snapshot = of(shelf(on_hand=9)) if rate_known is None else sells(of(shelf(on_hand=9)), 2, known_rate=False)
    frame = ruled(snapshot, COVER)
    assert levels(frame) == [(10, 30, 0, False)]
    assert (frame["demand_unknown"].tolist(), frame["levels_by_policy"].tolist()) == ([True], [False])
    assert quantities(frame) == [21]
    assert Reason.DEMAND_UNKNOWN in reasons_in(int(frame["reasons"].iloc[0]))


def test_a_rule_that_needs_no_demand_is_followed_without() -> None:
    frame = ruled(of(shelf()), rule("min_max", presentation_minimum=12))
    assert levels(frame) == [(12, 30, 0, False)]
    assert (frame["demand_unknown"].tolist(), frame["levels_by_policy"].tolist()) == ([False], [True])


def test_what_the_shelf_must_show_holds_where_demand_is_not_known() -> None:
    frame = ruled(
        of(shelf("A", minimum=1, maximum=2), shelf("B", minimum=0, maximum=0)),
        rule("days_of_cover", least_days=7, most_days=21, presentation_minimum=4),
    )
    assert levels(frame) == [(4, 4, 0, False), (4, 4, 0, False)]
    assert quantities(frame) == [4, 4]
    assert frame["demand_unknown"].tolist() == [True, True]


def test_a_row_that_sells_nothing_orders_nothing_whatever_its_levels_were() -> None:
    frame = ruled(sells(of(shelf(on_hand=0)), 0), COVER)
    assert levels(frame) == [(0, 0, 0, False)]
    assert (quantities(frame), reasons(frame)) == ([0], ["at_or_above_minimum"])
    assert not frame["demand_unknown"].any()


@pytest.mark.parametrize(
    "policy",
    [
        rule("reorder_point_lot", cycle_service=0.9, lot=12),
        rule("reorder_point_lot", fill_rate=0.9, order_cost=5),
        rule("optimal_s_s", order_cost=5),
        rule("order_up_to", cycle_service=0.9),
        rule("dynamic_buffer"),
        rule("newsvendor", days_left=30, shortage_cost=9, leftover_cost=1),
    ],
    ids=lambda policy: f"{policy.policy} {' '.join(policy.parameters)}",
)
def test_no_policy_orders_what_sells_nothing_not_even_a_lot_at_or_below_0(policy: PolicyRule) -> None:
    frame = ruled(sells(of(shelf(on_hand=0), products=[product(least=6)]), 0), policy)
    assert levels(frame) == [(0, 0, 0, False)]
    assert quantities(frame) == [0]


def test_a_row_that_sells_nothing_is_filled_to_what_the_shelf_must_show_and_no_further() -> None:
    show = rule("days_of_cover", least_days=7, most_days=21, presentation_minimum=4)
    frame = ruled(sells(of(shelf("A", on_hand=3), shelf("B", on_hand=4)), 0), show)
    assert levels(frame) == [(4, 4, 0, False)] * 2
    assert quantities(frame) == [1, 0]


def test_what_is_promised_of_a_row_that_sells_nothing_is_ordered() -> None:
    frame = ruled(sells(of(shelf(on_hand=0, allocated=2)), 0), COVER)
    assert quantities(frame) == [2]


@pytest.mark.parametrize(("floor", "expected"), [(8, (8, 32)), (9, (8, 32)), (10, (9, 32)), (40, (39, 40))])
def test_at_or_below_one_less_is_the_same_floor(floor: int, expected: tuple[int, int]) -> None:
    """Reorder point 8 and lot 24: a row that asks at 8 or below never falls below 9."""
    lots = rule("reorder_point_lot", cycle_service=0.8, lot=24, presentation_minimum=floor)
    assert levels(with_rules(one(6), by(lots), Rules())) == [(*expected, 24, True)]


def test_levels_the_wrong_way_round_stay_a_fault_of_the_levels() -> None:
    frame = ruled(sells(of(shelf(minimum=9, maximum=4)), 2), rule("min_max"))
    assert reasons(frame) == ["levels_inverted"]
    assert reasons(ruled(sells(of(shelf(minimum=9, maximum=4)), 2), COVER)) == ["below_minimum"]


def test_levels_that_the_planners_set_to_0_are_stronger_than_any_rule() -> None:
    """0 for both says "never order this here"; the retailer's 0 says only that nobody set any."""
    frame = ruled(
        sells(of(shelf("A"), shelf("B", minimum=0, maximum=0), levels=[override("A", minimum=0, maximum=0)]), 2), COVER
    )
    assert (quantities(frame), reasons(frame)) == ([0, 42], ["levels_set_to_zero", "below_minimum"])
    assert frame["rule"].isna().tolist() == [True, False]


def test_a_planner_s_other_levels_give_way_to_a_rule_and_stay_visible() -> None:
    frame = ruled(sells(of(shelf(), levels=[override(minimum=0, maximum=5)]), 2), COVER)
    assert levels(frame) == [(14, 42, 0, False)]
    assert (frame["set_reorder_point"].tolist(), frame["set_order_up_to_level"].tolist()) == ([0], [5])
    assert frame["levels_source"].tolist() == ["planner"]


# ---- what is then ordered


@pytest.mark.parametrize(("on_hand", "allocated", "expected"), [(9, 0, 0), (8, 0, 24), (0, 15, 24), (0, 16, 48)])
def test_a_row_in_lots_orders_as_many_as_it_takes_until_it_no_longer_asks(
    on_hand: int, allocated: int, expected: int
) -> None:
    """At or below 8: at 8 one lot of 24, at -15 one makes 9, at -16 one makes 8, which still asks."""
    row = waits(sells(of(shelf(on_hand=on_hand, allocated=allocated)), 6), 0)
    frame = ruled(row, rule("reorder_point_lot", cycle_service=0.8, lot=24))
    assert (quantities(frame), frame["raw_quantity"].tolist()) == ([expected], [expected])
    assert reasons(frame) == ["at_or_below_minimum" if expected else "above_minimum"]


def test_rows_that_ask_below_and_rows_that_ask_at_or_below_lie_side_by_side_each_in_its_own_words() -> None:
    stock = waits(sells(of(*(shelf(sku, on_hand=8) for sku in "ABCD")), 6), 0)
    frame = ruled(
        stock,
        rule("order_up_to", "A", cycle_service=0.8),
        rule("reorder_point_lot", "B", cycle_service=0.8, lot=12),
        rule("min_max", "C"),
    )
    assert quantities(frame) == [0, 12, 22, 22]
    assert reasons(frame) == ["at_or_above_minimum", "at_or_below_minimum", "below_minimum", "below_minimum"]


def test_a_trigger_of_the_company_is_not_that_of_a_policy() -> None:
    stock = waits(sells(of(shelf("A", on_hand=8), shelf("B", on_hand=10)), 6), 0)
    served = rule("order_up_to", "A", cycle_service=0.8)
    frame = ruled(stock, served, company_rules=Rules(trigger=Trigger.AT_OR_BELOW))
    assert (quantities(frame), reasons(frame)) == ([0, 20], ["at_or_above_minimum", "at_or_below_minimum"])


@pytest.mark.parametrize(("on_hand", "expected"), [(7, 96), (8, 48)])
def test_rounding_down_goes_by_the_row_s_own_trigger(on_hand: int, expected: int) -> None:
    """At or below 55, packs of 48: from 7 one pack makes 55, which still asks, so two are ordered; from 8 it is 56."""
    row = waits(sells(of(shelf(on_hand=on_hand), products=[product(pack=48)]), 64), 0)
    best = rule("optimal_s_s", cycle_service=0.9, order_cost=0.64, holding_rate_per_year=3.65)
    frame = ruled(row, best, company_rules=Rules(rounding=Rounding.DOWN, trigger=Trigger.BELOW))
    assert levels(frame) == [(55, 74, 0, True)]
    assert quantities(frame) == [expected]


def test_on_a_day_without_an_order_nothing_is_ordered_however_little_is_left() -> None:
    frame = ruled(sells(of(shelf("A"), shelf("B")), 2).assign(order_day=np.array([False, True])), COVER)
    assert (quantities(frame), reasons(frame)) == ([0, 42], ["not_an_order_day", "below_minimum"])
    plain = plan(of(shelf()).assign(order_day=np.array([False])), Rules())
    assert reasons(plain) == ["not_an_order_day"]


def test_sell_through_knows_no_levels_and_no_rules() -> None:
    snapshot = sells(of(shelf()), 2)
    assert with_rules(snapshot, by(COVER), Rules(policy=Policy.SELL_THROUGH)) is snapshot
    assert with_rules(snapshot, by(), Rules()) is snapshot


# ---- which rule


def test_the_most_specific_rule_that_is_in_force_on_the_row_s_own_date_plans_it() -> None:
    day = anything.TODAY
    rules = (
        rule("days_of_cover", name="all", least_days=1, most_days=1),
        rule("days_of_cover", "A", name="sku", least_days=2, most_days=2),
        PolicyRule("west", "days_of_cover", Scope(regions=frozenset({"west"})), {"least_days": 3, "most_days": 3}),
        PolicyRule("young", "days_of_cover", Scope(ages=Ages(0, 30)), {"least_days": 4, "most_days": 4}),
        PolicyRule("lumpy", "days_of_cover", Scope(classes=frozenset({"lumpy"})), {"least_days": 5, "most_days": 5}),
        PolicyRule("ours", "days_of_cover", Scope(companies=frozenset({COMPANY})), {"least_days": 6, "most_days": 6}),
        PolicyRule("theirs", "min_max", Scope(companies=frozenset({"1"}), skus=frozenset({"A"}))),
    )
    shelves = [shelf(sku, location=place) for place in ("L1", "L2") for sku in "ABCD"]
    snapshot = sells(of(*shelves), 1).assign(
        age_days=np.array([0, 90, 29, 30] * 2),
        demand_class=pd.Categorical(["smooth", "smooth", "smooth", "lumpy"] * 2),
        business_date=np.array([day] * 4 + [day + 1] * 4),
    )
    found = with_rules(snapshot, by(*rules, L2="west"), Rules())["rule"].tolist()
    assert found == ["sku", "ours", "young", "lumpy", "sku", "west", "west", "west"]


def test_a_rule_that_begins_tomorrow_plans_the_location_where_tomorrow_is_already() -> None:
    day = anything.TODAY
    begins = PolicyRule(
        "new year", "days_of_cover", Scope(), {"least_days": 1, "most_days": 2}, first_day=date.fromordinal(day + 1)
    )
    snapshot = sells(of(shelf(), shelf(location="L2")), 3).assign(business_date=np.array([day, day + 1]))
    assert levels(with_rules(snapshot, by(begins), Rules())) == [(10, 30, 0, False), (3, 6, 0, False)]


def test_a_policy_that_cannot_be_followed_names_its_place_among_the_rules() -> None:
    bad = rule("order_up_to", name="bad")
    with pytest.raises(PlanningInputError, match="policy 1, order_up_to: order_up_to takes exactly one of"):
        with_rules(sells(of(shelf()), 2), by(rule("min_max", "B"), bad), Rules())


# ---- demand and supply beside the rows


@pytest.mark.parametrize(("days", "expected"), [(27, False), (28, True), (29, True)])
def test_a_rate_is_known_from_so_many_days_on(days: int, expected: bool) -> None:
    demand = pd.DataFrame({"rate_per_day": [2.0], "known_days": [days]})
    assert with_demand(of(shelf()), demand, 28)["rate_known"].tolist() == [expected]


def supply(**columns: list[Any]) -> pd.DataFrame:
    frame = pd.DataFrame(
        {"lead_time_sd_days": [0.5, 1.5], "review_period_days": [1.0, 7.0], **columns}, index=["L2", "L1"]
    )
    return frame.assign(lead_time_source=pd.Categorical(frame["lead_time_source"], dtype=LEAD_TIME_DTYPE))


def test_each_row_has_its_location_s_supply_and_its_product_s_lead_time_where_that_has_none() -> None:
    rows = of(
        shelf("A"), shelf("A", location="L2"), shelf("B"), products=[product("A"), product("B", lead_time_days=9)]
    )
    frame = with_supply(rows, supply(expected_lead_time_days=[4.5, np.nan], lead_time_source=["measured", "product"]))
    assert frame["expected_lead_time_days"].tolist() == [3.0, 4.5, 9.0]
    assert frame["lead_time_source"].tolist() == ["product", "measured", "product"]
    assert frame["review_period_days"].tolist() == [7.0, 1.0, 7.0]
    assert frame["lead_time_sd_days"].tolist() == [1.5, 0.5, 1.5]
    assert (frame["lead_time_days"].tolist(), "order_day" in frame) == ([3, 3, 9], False)


def test_a_calendar_s_lead_time_takes_the_place_of_the_product_s_in_whole_days() -> None:
    rows = of(shelf(), shelf(location="L2"), products=[product()])
    frame = with_supply(
        rows,
        supply(expected_lead_time_days=[4.5, 6.0], lead_time_source=["measured", "calendar"], order_day=[True, False]),
    )
    assert frame["lead_time_days"].tolist() == [6, 3]
    assert frame["order_day"].tolist() == [False, True]


# ---- laws


@given(ruled_snapshots(), rule_sets(), st.sampled_from(Trigger))
def test_a_row_among_others_has_the_levels_that_it_has_alone(
    snapshot: pd.DataFrame, rules: tuple[PolicyRule, ...], trigger: Trigger
) -> None:
    settings = Rules(trigger=trigger)
    together = with_rules(snapshot, by(*rules, L1="west"), settings)
    parts = [snapshot.iloc[[number]] for number in range(len(snapshot))]
    alone = [with_rules(part, by(*rules, L1="west"), settings) for part in parts]
    for number, part in enumerate(alone):
        pd.testing.assert_frame_equal(part, together.iloc[[number]])


@given(ruled_snapshots(), rule_sets())
def test_what_a_rule_gave_can_be_taken_back_and_nothing_was_written_to(
    snapshot: pd.DataFrame, rules: tuple[PolicyRule, ...]
) -> None:
    before = snapshot.copy(deep=True)
    frame = with_rules(snapshot, by(*rules), Rules())
    pd.testing.assert_frame_equal(snapshot, before)
    pd.testing.assert_frame_equal(without_rules(frame), before)
    assert without_rules(snapshot) is snapshot
    assert not rules or set(BY_RULE) <= set(frame.columns)


@given(ruled_snapshots().filter(len), rule_sets().filter(len), st.randoms(use_true_random=False))
def test_the_order_of_rows_and_of_rules_changes_no_levels(
    snapshot: pd.DataFrame, rules: tuple[PolicyRule, ...], random: Any
) -> None:
    order, turned = list(range(len(snapshot))), list(rules)
    random.shuffle(order)
    random.shuffle(turned)
    found = with_rules(snapshot, by(*rules, L2="west"), Rules())
    shuffled = with_rules(snapshot.iloc[order], by(*turned, L2="west"), Rules()).sort_index()
    assert levels(shuffled) == levels(found)
    assert shuffled["rule"].astype("object").equals(found["rule"].astype("object"))
