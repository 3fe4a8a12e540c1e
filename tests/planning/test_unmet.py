"""Rows that ask for goods and get none, and what they lack."""

from __future__ import annotations

from replenisher.planning.policies.asking import Policy, Rounding, Trigger
from replenisher.planning.proposal import Rules, plan
from replenisher.planning.unmet import unmet
from tests.planning.shelves import Row, known, product, shelf


def found(*shelves: Row, rules: Rules | None = None, products: list[Row] | None = None) -> list[Row]:
    rules = rules or Rules(unlisted="order")
    rows = unmet(plan(known(list(shelves), products), rules), rules.policy)
    return [{str(name): value for name, value in row.items()} for row in rows.to_dict("records")]


def test_a_row_that_may_not_be_ordered_lacks_what_is_missing_to_its_maximum_at_cost() -> None:
    (one,) = found(shelf(on_hand=2, minimum=5, maximum=9, do_not_order=True), products=[product(cost=15_000)])
    assert (one["sku"], one["reason"], one["missing"], one["worth"]) == ("A", "do_not_order", 7, 105_000)


def test_what_orders_something_and_what_needs_nothing_is_not_unmet() -> None:
    rows = (shelf("ORDERED", minimum=5, maximum=9), shelf("FULL", minimum=5, maximum=9, on_hand=5))
    assert found(*rows) == []


def test_the_minimum_itself_is_unmet_only_where_the_trigger_says_so() -> None:
    row = shelf(on_hand=5, minimum=5, maximum=9, do_not_order=True)
    assert found(row) == []
    (one,) = found(row, rules=Rules(trigger=Trigger.AT_OR_BELOW, unlisted="order"))
    assert one["missing"] == 4


def test_a_cost_that_is_not_known_is_worth_nothing_and_says_so() -> None:
    (one,) = found(shelf(do_not_order=True), products=[product(cost=None)])
    assert (one["missing"], one["worth"], bool(one["cost_known"])) == (30, 0, False)


def test_levels_the_wrong_way_round_lack_nothing_and_are_still_told() -> None:
    (one,) = found(shelf(on_hand=6, minimum=10, maximum=5))
    assert (one["reason"], one["missing"]) == ("levels_inverted", 0)


def test_what_rounding_leaves_out_is_unmet() -> None:
    rules = Rules(rounding=Rounding.DOWN, never_to_zero=False)
    (one,) = found(shelf(on_hand=9, minimum=10, maximum=12), products=[product(pack=6)], rules=rules)
    assert (one["reason"], one["missing"]) == ("rounded_to_zero", 3)


def test_with_sell_through_what_is_owed_is_missing_whatever_the_levels() -> None:
    rows = known([shelf(minimum=0, maximum=0, do_not_order=True)]).assign(sold_not_reordered=4)
    planned = plan(rows, Rules(policy=Policy.SELL_THROUGH, unlisted="order"))
    (missing,) = unmet(planned, Policy.SELL_THROUGH)["missing"]
    assert missing == 4
