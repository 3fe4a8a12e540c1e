"""Small, usual orders go out by themselves; the others wait, each with every reason."""

from __future__ import annotations

from decimal import Decimal
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replenisher.purchasing.approval import ApprovalRules, decide, order_value
from replenisher.purchasing.platform import RequestLine

RULES = ApprovalRules()
NO_LIMIT = ApprovalRules(value_limit=None)
HISTORY = (Decimal(90), Decimal(100), Decimal(110))

money = st.decimals(0, 10_000, places=2)
histories = st.lists(money, max_size=12)


def worth(value: str) -> list[RequestLine]:
    """An order of exactly this value."""
    return [RequestLine("00123", 1, Decimal(value))]


def test_the_value_is_quantity_times_cost() -> None:
    lines = [RequestLine("A", 12, Decimal("2.50")), RequestLine("B", 3, Decimal("0.3333"))]
    assert order_value(lines) == Decimal("30.9999")
    assert order_value([]) == 0


def test_a_line_without_cost_leaves_the_value_unknown() -> None:
    assert order_value([RequestLine("A", 1, Decimal(5)), RequestLine("B", 1, None)]) is None


@pytest.mark.parametrize(("value", "approved"), [("499.99", True), ("500.00", True), ("500.01", False)])
def test_an_order_up_to_the_value_limit_goes_out(value: str, approved: bool) -> None:
    decision = decide(worth(value), [], RULES)
    assert decision.approved is approved
    assert decision.reasons == (() if approved else (f"value {value} is above the limit of 500.00",))


@pytest.mark.parametrize(("value", "approved"), [("300.00", True), ("300.01", False)])
def test_an_order_up_to_three_times_the_median_goes_out(value: str, approved: bool) -> None:
    decision = decide(worth(value), HISTORY, RULES)
    assert decision.approved is approved
    if not approved:
        (reason,) = decision.reasons
        assert reason == "value 300.01 is more than 3 times the median 100.00 of this location's last 3 orders"


def test_an_order_above_both_limits_names_both() -> None:
    assert len(decide(worth("600.00"), HISTORY, RULES).reasons) == 2


def test_with_two_orders_behind_it_only_the_value_limit_counts() -> None:
    assert decide(worth("499.00"), HISTORY[:2], RULES).approved
    assert not decide(worth("499.00"), HISTORY, RULES).approved


def test_only_the_last_eight_orders_are_compared_with() -> None:
    recent = [Decimal(10)] * 8
    assert not decide(worth("30.01"), [*recent, *[Decimal(1000)] * 20], NO_LIMIT).approved
    # The median of an even number of orders is the mean of the middle two: 10 and 20 give 15, three times that is 45.
    mixed = [Decimal(10)] * 4 + [Decimal(20)] * 4
    assert decide(worth("45.00"), mixed, NO_LIMIT).approved
    assert not decide(worth("45.01"), mixed, NO_LIMIT).approved


def test_without_a_limit_any_usual_value_goes_out() -> None:
    assert decide(worth("1000000.00"), [], NO_LIMIT).approved


def test_a_line_without_cost_waits_with_its_sku_and_is_not_valued_zero() -> None:
    lines = [RequestLine("NA", 1, None), RequestLine("00123", 1, Decimal(900))]
    # The known part alone passes the limit; it is still not called the order's value.
    assert decide(lines, HISTORY, RULES).reasons == ("1 line(s) without a cost: NA",)


@pytest.mark.parametrize(("count", "end"), [(5, "s4"), (6, "s4 …")])
def test_at_most_five_lines_without_cost_are_named(count: int, end: str) -> None:
    (reason,) = decide([RequestLine(f"s{number}", 1, None) for number in range(count)], [], RULES).reasons
    assert reason.startswith(f"{count} line(s) without a cost: s0, s1")
    assert reason.endswith(end)


def test_a_company_may_want_to_see_every_order() -> None:
    decision = decide(worth("0.01"), [], ApprovalRules(automatic=False))
    assert not decision.approved
    assert "approval.automatic" in decision.reasons[0]


@given(money, money, histories)
def test_a_smaller_order_is_never_held_when_a_larger_one_goes_out(
    first: Decimal, second: Decimal, history: list[Decimal]
) -> None:
    smaller, larger = sorted((first, second))
    if decide(worth(str(larger)), history, RULES).approved:
        assert decide(worth(str(smaller)), history, RULES).approved


@given(money, histories)
def test_a_looser_limit_never_holds_more(value: Decimal, history: list[Decimal]) -> None:
    strict = ApprovalRules(value_limit=Decimal(100), change_factor=Decimal(2))
    if decide(worth(str(value)), history, strict).approved:
        assert decide(worth(str(value)), history, RULES).approved


@given(st.lists(st.tuples(st.integers(1, 999), st.none() | money), min_size=1, max_size=8), st.randoms())
def test_the_order_of_the_lines_does_not_matter_to_the_decision(
    drawn: list[tuple[int, Decimal | None]], chance: Random
) -> None:
    lines = [RequestLine("same", quantity, cost) for quantity, cost in drawn]
    shuffled = list(lines)
    chance.shuffle(shuffled)
    assert decide(lines, HISTORY, RULES) == decide(shuffled, HISTORY, RULES)
