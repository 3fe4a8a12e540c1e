"""Which order at the platform is ours, and whether it is what we asked for."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from replenisher.purchasing.matching import differences, find_ours
from replenisher.purchasing.platform import OrderSummary, PlatformLine, PlatformOrder, PlatformStatus, RequestLine

OURS = "R6HKXRK767FHJXD4D7"
ASKED = (RequestLine("00123", 12, Decimal("2.50")), RequestLine("NA", 6, None))


def summary(order_id: str, reference: str) -> OrderSummary:
    return OrderSummary(order_id, reference, PlatformStatus.COMMITTED)


def shown(*lines: tuple[str, int], reference: str = OURS) -> PlatformOrder:
    """The platform's order with these SKUs and quantities."""
    return PlatformOrder(
        "po-1",
        reference,
        PlatformStatus.COMMITTED,
        lines=tuple(PlatformLine(sku, quantity, 0, unit_cost=Decimal(99)) for sku, quantity in lines),
    )


def test_ours_is_found_among_strangers() -> None:
    listed = [summary("po-1", "SOMEBODY-ELSE"), summary("po-2", f" {OURS.lower()} "), summary("po-3", "")]
    assert [order.platform_order_id for order in find_ours(listed, OURS)] == ["po-2"]


def test_an_order_that_nobody_lists_is_not_found() -> None:
    assert find_ours([], OURS) == []
    assert find_ours([summary("po-1", OURS[:-1])], OURS) == []


def test_one_order_listed_twice_is_no_duplicate() -> None:
    assert len(find_ours([summary("po-1", OURS), summary("po-1", OURS)], OURS)) == 1


def test_two_orders_with_our_reference_are_both_found() -> None:
    assert len(find_ours([summary("po-1", OURS), summary("po-2", OURS)], OURS)) == 2


def test_equal_content_has_no_differences_whatever_it_costs() -> None:
    assert differences(OURS, ASKED, shown(("NA", 6), ("00123", 12))) == ()


def test_a_line_that_the_platform_split_is_added_up() -> None:
    assert differences(OURS, ASKED, shown(("00123", 5), ("NA", 6), ("00123", 7))) == ()


def test_another_quantity_shows() -> None:
    assert differences(OURS, ASKED, shown(("00123", 11), ("NA", 6))) == (
        "00123: asked for 12, the platform's order says 11",
    )


def test_a_missing_line_and_a_line_never_asked_for_show() -> None:
    assert differences(OURS, ASKED, shown(("00123", 12), ("123", 6))) == (
        "123: on the platform's order with 6, never asked for",
        "NA: asked for 6, not on the platform's order",
    )


def test_a_foreign_reference_shows_first() -> None:
    found = differences(OURS, ASKED, shown(("00123", 12), reference="X"))
    assert found[0] == "the platform's order carries the reference 'X', not ours"
    assert len(found) == 2


quantities = st.dictionaries(st.text(min_size=1, max_size=3), st.integers(1, 50), max_size=6)


@given(quantities, quantities)
def test_there_are_no_differences_exactly_when_both_orders_say_the_same(
    ours: dict[str, int], theirs: dict[str, int]
) -> None:
    asked = [RequestLine(sku, quantity, None) for sku, quantity in ours.items()]
    assert (differences(OURS, asked, shown(*theirs.items())) == ()) == (ours == theirs)
