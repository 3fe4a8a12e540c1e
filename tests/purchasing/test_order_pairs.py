"""Which of the platform's orders is ours, which of ours it lacks, and which bear a reference that they should not."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replenisher.purchasing.audited_products import OurOrder
from replenisher.purchasing.order_details import DetailedOrder, OrderedProduct
from replenisher.purchasing.order_pairs import further_order, not_listed, pair_orders, unknown_orders
from replenisher.purchasing.platform import RequestLine
from replenisher.purchasing.reference import is_of_our_kind, vendor_invoice_number

SLOT = datetime.fromisoformat("2026-03-02T06:00")
ONE, TWO, THREE = (vendor_invoice_number("1102", "11412", "scheduled", SLOT, number) for number in range(3))
LINES = (RequestLine("A", 4, Decimal("2.50")), RequestLine("B", 6, None))


def ours(number: int, reference: str, platform_id: str) -> OurOrder:
    return OurOrder(number, reference, platform_id, "11412", "confirmed", LINES)


def theirs(platform_id: str, reference: str, day: int | None = 1, cost: Decimal | None = Decimal(3)) -> DetailedOrder:
    created = None if day is None else datetime(2026, 3, day, tzinfo=UTC)
    rows = (OrderedProduct("A", 5, cost),)
    return DetailedOrder(platform_id, reference, "11412", "60455", "Created", False, created_at=created, ordered=rows)


FIRST, SECOND = ours(1, ONE, "id-1"), ours(2, TWO, "id-2")


def test_an_order_is_found_by_its_id_in_any_case_whatever_its_reference() -> None:
    found = pair_orders([FIRST], [theirs("ID-1", "")])
    assert [(one.order_id, order.platform_order_id) for one, order in found.found] == [(1, "ID-1")]
    assert (found.lacking, found.further, found.others) == ((), (), ())


def test_an_order_with_another_id_there_is_found_by_its_reference() -> None:
    found = pair_orders([FIRST], [theirs("other", f" {ONE.lower()} ")])
    assert [(one.order_id, order.platform_order_id) for one, order in found.found] == [(1, "other")]


def test_the_id_goes_before_the_reference_and_the_other_one_is_a_duplicate() -> None:
    found = pair_orders([FIRST], [theirs("older", ONE, 1), theirs("id-1", ONE, 2)])
    assert [order.platform_order_id for _, order in found.found] == ["id-1"]
    (duplicate,) = found.further
    told = further_order(*duplicate)
    assert (told.kind, told.vendor_invoice_number, told.amount) == ("audit_unknown_order", ONE, Decimal(15))
    assert told.sentence == "order older bears the reference of our order 1 too: a duplicate with 5 units"


def test_of_several_with_our_reference_and_no_id_the_oldest_is_ours() -> None:
    found = pair_orders([FIRST], [theirs("b", ONE, 3), theirs("c", ONE, 2), theirs("a", ONE, 2)])
    assert [order.platform_order_id for _, order in found.found] == ["a"]
    assert [order.platform_order_id for order, _ in found.further] == ["c", "b"]


def test_an_order_that_is_anothers_by_its_id_is_not_taken_by_its_reference() -> None:
    found = pair_orders([FIRST, SECOND], [theirs("id-1", TWO)])
    assert [(one.order_id, order.platform_order_id) for one, order in found.found] == [(1, "id-1")]
    assert [one.order_id for one in found.lacking] == [2]


def test_an_order_of_ours_that_the_list_lacks_is_told_with_what_is_known_of_its_value() -> None:
    (lacking,) = pair_orders([FIRST], []).lacking
    (told,) = not_listed(lacking).differences
    assert (told.kind, told.amount) == ("audit_not_listed", Decimal("10.00"))
    assert told.sentence == "we hold it as confirmed with 10 units, and the platform's list of orders in full lacks it"
    (unpriced,) = not_listed(replace(FIRST, lines=(LINES[1],))).differences
    assert unpriced.amount is None


def test_one_that_was_confirmed_a_moment_ago_may_be_missing_yet() -> None:
    told = not_listed(replace(FIRST, just_confirmed=True))
    assert (told.differences, len(told.notes), "audit_not_listed" in told.unsaid) == ((), 1, True)


def test_a_reference_of_our_kind_that_we_never_gave_is_a_stray() -> None:
    (told,) = unknown_orders([theirs("x", THREE.lower(), cost=None)], set())
    assert (told.vendor_invoice_number, told.amount) == (THREE, None)
    assert told.sentence == "order x bears a reference of our kind that we never gave: a stray with 5 units"


@pytest.mark.parametrize("reference", ["", "PO-1102", "R1234", THREE[:-1] + ("A" if THREE[-1] != "A" else "B")])
def test_the_retailers_own_references_are_none_of_our_business(reference: str) -> None:
    assert unknown_orders([theirs("x", reference)], set()) == []


def test_an_older_order_of_ours_is_known_and_a_second_with_its_reference_is_a_duplicate() -> None:
    known = {THREE.casefold()}
    assert unknown_orders([theirs("x", THREE)], known) == []
    (told,) = unknown_orders([theirs("y", THREE, 2), theirs("x", THREE, 1)], known)
    assert told.sentence == "order y bears the reference of an order of ours too: a duplicate with 5 units"


def test_our_kind_of_reference_is_known_by_its_letters_and_its_check_character() -> None:
    assert [is_of_our_kind(text) for text in (ONE, f" {ONE.lower()} ", "S" + ONE[1:], ONE + "0", ONE[:-2])] == [
        True,
        True,
        False,
        False,
        False,
    ]


ids = st.sampled_from(["id-1", "ID-2", "id-3", "id-4"])
listed = st.lists(st.builds(theirs, ids, st.sampled_from([ONE, TWO.lower(), THREE, ""]), st.none() | st.integers(1, 9)))


@given(listed.map(lambda orders: list({one.platform_order_id: one for one in orders}.values())))
def test_every_order_is_in_one_place_whatever_the_list_holds_and_in_any_order(orders: list[DetailedOrder]) -> None:
    found = pair_orders([FIRST, SECOND], orders)
    placed = [order for _, order in found.found] + [order for order, _ in found.further] + list(found.others)
    assert sorted(one.platform_order_id for one in placed) == sorted(one.platform_order_id for one in orders)
    assert sorted([one.order_id for one, _ in found.found] + [one.order_id for one in found.lacking]) == [1, 2]
    assert pair_orders([FIRST, SECOND], orders[::-1]) == found
