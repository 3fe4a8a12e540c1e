"""The three-way match of one order: what differs, in sentences, with the amount that is in question."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replenisher.purchasing.audited_products import OurOrder, ToldReceipt, covers
from replenisher.purchasing.order_details import DetailedOrder, OrderedProduct, ReceivedProduct
from replenisher.purchasing.platform import NoticeLine, RequestLine
from replenisher.purchasing.three_way import OF_AN_ORDER, Comparison, compare_order, total

COST = Decimal("2.50")
CATALOG = "55c8b270-63b9-a095-d975-9a730b3dacb4"
OURS = OurOrder(7, "R0000000000000000A", "order-1", "11412", "confirmed", (RequestLine("A", 10, COST),))
PHONES = replace(OURS, announced=(NoticeLine("A", 5, ("p", "q", "r", "s", "t")),))


def ordered(sku: str, units: int, cost: Decimal | None = COST, catalog_id: str = "") -> OrderedProduct:
    return OrderedProduct(sku, units, cost, catalog_id)


def received(
    sku: str, units: int, cost: Decimal | None = None, serial: str = "", catalog_id: str = ""
) -> ReceivedProduct:
    return ReceivedProduct(sku, units, cost, catalog_id, serial)


def theirs(
    receipts: Sequence[ReceivedProduct] | None = (),
    orders: Sequence[OrderedProduct] | None = (ordered("A", 10),),
    *,
    full: bool = False,
) -> DetailedOrder:
    """The platform's order: as we ordered it, with these receipts."""
    return DetailedOrder(
        "order-1",
        "R0000000000000000A",
        "11412",
        "60455",
        "Committed",
        full,
        ordered=None if orders is None else tuple(orders),
        received=None if receipts is None else tuple(receipts),
    )


def compared(
    order: DetailedOrder,
    told: Sequence[ToldReceipt] | int | None = None,
    ours: OurOrder = OURS,
    tolerance: str = "0",
    **skus: str,
) -> Comparison:
    """Compare; `told` as a number is units of A."""
    rows = [ToldReceipt("A", told)] if isinstance(told, int) else told
    return compare_order(ours, order, rows, skus=skus, cost_tolerance=Decimal(tolerance))


def amounts(comparison: Comparison) -> dict[str, Decimal | None]:
    """Amounts by kind, of an order where each kind is told at most once."""
    found = {one.kind: one.amount for one in comparison.differences}
    assert len(found) == len(comparison.differences)
    return found


def sentences(comparison: Comparison) -> dict[str, str]:
    return {one.kind: one.sentence for one in comparison.differences}


def test_the_worked_example() -> None:
    announced = replace(OURS, announced=(NoticeLine("A", 10),))
    found = compared(theirs([received("A", 8, Decimal("2.75"))], full=True), 9, announced)
    assert amounts(found) == {
        "audit_received": Decimal("2.50"),
        "audit_short": Decimal("2.50"),
        "audit_cost": Decimal("2.00"),
    }
    assert sentences(found) == {
        "audit_received": "A: 8 received on the order, 9 by the receiving report",
        "audit_short": "A: fully received with 9 of 10 announced; 1 missing",
        "audit_cost": "A: our cost is 2.50, theirs 2.75 on 8 received",
    }
    assert (found.ordered, found.announced, found.told, found.received) == (10, 10, 9, 8)
    assert total(found.differences) == Decimal("7.00")


@pytest.mark.parametrize("units", [0, 4, 10])
def test_papers_that_agree_say_nothing(units: int) -> None:
    found = compared(theirs([received("A", units)] if units else [], full=units == 10), units)
    assert (found.differences, found.notes, found.unsaid) == ((), (), frozenset())


@pytest.mark.parametrize(
    ("orders", "sentence", "amount"),
    [
        ([ordered("A", 12)], "A: we ordered 10, their order says 12", "5.00"),
        ([ordered("A", 9)], "A: we ordered 10, their order says 9", "2.50"),
        ([], "A: we ordered 10, their order says nothing of it", "25.00"),
        ([ordered("A", 10), ordered("B", 3, Decimal(4))], "B: we never ordered it, their order says 3", "12.00"),
        ([ordered("A", 10), ordered("B", 3, None)], "B: we never ordered it, their order says 3", None),
    ],
)
def test_another_quantity_or_product_on_their_order(
    orders: list[OrderedProduct], sentence: str, amount: str | None
) -> None:
    found = compared(theirs(orders=orders), 0)
    assert sentences(found) == {"audit_ordered": sentence}
    assert amounts(found) == {"audit_ordered": None if amount is None else Decimal(amount)}


def test_rows_of_the_same_product_add_up() -> None:
    rows = [received("A", 1, serial=serial) for serial in "abcd"]
    assert compared(theirs(rows, [ordered("A", 4), ordered("A", 6)]), 4).differences == ()


def test_another_cost_counts_on_what_is_ordered_until_something_is_received() -> None:
    dearer = [ordered("A", 10, Decimal("2.75"))]
    assert amounts(compared(theirs(orders=dearer), 0)) == {"audit_cost": Decimal("2.50")}
    assert amounts(compared(theirs([received("A", 4)], dearer), 4)) == {"audit_cost": Decimal("1.00")}
    assert amounts(compared(theirs([received("A", 4, Decimal("2.00"))], dearer), 4)) == {"audit_cost": Decimal("2.00")}
    assert amounts(compared(theirs([received("A", 4, COST)], dearer), 4)) == {}


@pytest.mark.parametrize(("tolerance", "told"), [("2.4999", True), ("2.50", False), ("2.51", False)])
def test_a_cost_difference_up_to_the_tolerance_is_none(tolerance: str, told: bool) -> None:
    found = compared(theirs(orders=[ordered("A", 10, Decimal("2.75"))]), 0, tolerance=tolerance)
    assert bool(found.differences) is told


def test_the_tolerance_is_for_the_whole_order() -> None:
    two = replace(OURS, lines=(*OURS.lines, RequestLine("B", 10, COST)))
    rows = [ordered("A", 10, Decimal("2.60")), ordered("B", 10, Decimal("2.40"))]
    assert compared(theirs(orders=rows), [], two, tolerance="2.00").differences == ()
    found = compared(theirs(orders=rows), [], two, tolerance="1.99").differences
    assert [(one.sku, one.amount) for one in found] == [("A", Decimal("1.00")), ("B", Decimal("1.00"))]


@pytest.mark.parametrize("nobody_knows", ["ours", "theirs"])
def test_a_cost_that_one_side_does_not_know_is_no_difference(nobody_knows: str) -> None:
    ours = replace(OURS, lines=(RequestLine("A", 10, None),)) if nobody_knows == "ours" else OURS
    order = theirs(orders=[ordered("A", 10, None if nobody_knows == "theirs" else Decimal(9))])
    assert compared(order, 0, ours).differences == ()


@pytest.mark.parametrize(("on_order", "by_report"), [(3, 5), (5, 3), (0, 2), (2, 0)])
def test_the_order_and_the_report_tell_different_units(on_order: int, by_report: int) -> None:
    rows = [received("A", on_order)] if on_order else []
    found = compared(theirs(rows), by_report)
    assert amounts(found) == {"audit_received": Decimal("5.00")}
    assert f"{on_order} received on the order, {by_report} by" in sentences(found)["audit_received"]


def test_without_a_report_that_covers_the_receipts_nothing_is_said_of_it_but_a_note() -> None:
    found = compared(theirs([received("A", 3)]), None)
    assert (found.differences, found.told) == ((), None)
    assert found.notes == ("no receiving report tells of all its receipts",)
    assert found.unsaid == {"audit_received"}


@pytest.mark.parametrize(
    ("announced", "units", "kinds"),
    [
        (0, 9, {"audit_short": Decimal("2.50")}),
        (0, 10, {}),
        (0, 11, {"audit_over": Decimal("2.50")}),
        (6, 5, {"audit_short": Decimal("2.50")}),
        (6, 6, {}),
        (6, 7, {"audit_over": Decimal("2.50")}),
    ],
)
def test_a_fully_received_order_is_held_against_what_was_announced_else_ordered(
    announced: int, units: int, kinds: dict[str, Decimal]
) -> None:
    ours = replace(OURS, announced=(NoticeLine("A", announced),) if announced else ())
    assert amounts(compared(theirs([received("A", units)], full=True), units, ours)) == kinds
    assert amounts(compared(theirs([received("A", units)], full=True), None, ours)) == kinds


def test_until_it_is_fully_received_less_may_be_on_its_way_but_more_is_too_many() -> None:
    assert compared(theirs([received("A", 9)]), 9).differences == ()
    assert amounts(compared(theirs([received("A", 11)]), 11)) == {"audit_over": Decimal("2.50")}


def test_of_an_order_with_notices_a_product_that_was_not_announced_is_not_missing() -> None:
    two = replace(PHONES, lines=(*OURS.lines, RequestLine("B", 4, COST)), announced=(NoticeLine("B", 4),))
    assert (
        compared(theirs([received("B", 4)], [ordered("A", 10), ordered("B", 4)], full=True), None, two).differences
        == ()
    )


def test_a_received_product_that_nobody_ordered_is_too_many() -> None:
    found = compared(theirs([received("X", 2, Decimal(3))]), [ToldReceipt("X", 2)])
    assert (amounts(found), sentences(found)) == (
        {"audit_over": Decimal("6")},
        {"audit_over": "X: 2 received of 0 ordered; 2 too many"},
    )


def serial_rows(serials: str) -> list[ReceivedProduct]:
    return [received("A", 1, serial=serial) for serial in serials]


def test_a_swapped_unit_is_one_unit_named_by_both_its_numbers() -> None:
    found = compared(theirs(serial_rows("pqrsx"), full=True), 5, PHONES)
    assert amounts(found) == {"audit_serials": COST}
    assert sentences(found) == {"audit_serials": "A: received and never announced: x; announced and never received: t"}


def test_an_announced_serial_number_may_be_on_its_way_until_all_is_received() -> None:
    assert compared(theirs(serial_rows("pqrs")), 4, PHONES).differences == ()
    assert sentences(compared(theirs(serial_rows("pqrsx")), 5, PHONES)) == {
        "audit_serials": "A: received and never announced: x"
    }


def test_units_that_are_short_or_over_are_not_priced_again_by_their_serial_numbers() -> None:
    short = compared(theirs(serial_rows("pqrs"), full=True), 4, PHONES)
    assert amounts(short) == {"audit_short": COST, "audit_serials": Decimal(0)}
    over = compared(theirs(serial_rows("pqrstx")), 6, PHONES)
    assert amounts(over) == {"audit_over": COST, "audit_serials": Decimal(0)}
    apart = compared(theirs(serial_rows("pqrs"), full=True), 5, PHONES)
    assert amounts(apart) == {"audit_received": COST, "audit_serials": Decimal(0)}


def test_serial_numbers_are_compared_without_case_or_blanks_and_those_of_the_report_count() -> None:
    assert compared(theirs(serial_rows("PQRST"), full=True), 5, PHONES).differences == ()
    told = [ToldReceipt("A", 5, (" p", "Q ", "r", "s", "t"))]
    assert compared(theirs([received("A", 5)], full=True), told, PHONES).differences == ()


def test_units_without_a_serial_number_may_be_any_of_them() -> None:
    ours = replace(PHONES, announced=(NoticeLine("A", 5, ("p", "q", "r", "s")),))
    assert compared(theirs(serial_rows("pqrsx"), full=True), 5, ours).differences == ()
    rows = [*serial_rows("pqrs"), received("A", 1)]
    assert compared(theirs(rows, full=True), 5, PHONES).differences == ()
    assert set(amounts(compared(theirs(serial_rows("pqrxy"), full=True), 5, ours))) == {"audit_serials"}


@pytest.mark.parametrize(
    ("order", "unsaid"),
    [
        (theirs(orders=None), {"audit_ordered"}),
        (theirs(None, full=True), {"audit_received", "audit_short", "audit_over", "audit_serials"}),
    ],
)
def test_a_list_that_is_not_told_makes_a_note_and_no_difference(order: DetailedOrder, unsaid: set[str]) -> None:
    found = compared(order, 0)
    assert (found.differences, found.unsaid, len(found.notes)) == ((), unsaid, 1)


def test_an_order_told_without_any_products_says_nothing() -> None:
    found = compared(theirs(None, None, full=True), 10)
    assert (found.differences, found.received) == ((), None)
    assert found.unsaid == set(OF_AN_ORDER) - {"audit_not_listed"}


def test_a_product_without_an_sku_is_known_by_its_catalog_id() -> None:
    rows = [received("", 10, catalog_id=CATALOG.upper())]
    order = theirs(rows, [ordered("", 10, catalog_id=CATALOG)], full=True)
    found = compare_order(OURS, order, [ToldReceipt("A", 10)], skus={CATALOG: "A"})
    assert (found.differences, found.notes) == ((), ())


def test_a_product_that_cannot_be_named_is_a_note_and_may_be_what_seems_to_be_missing() -> None:
    order = theirs([received("", 10, catalog_id=CATALOG)], [ordered("", 10, catalog_id=CATALOG)], full=True)
    found = compared(order, 10)
    assert found.differences == ()
    assert found.notes == (
        f"a product ordered there has no SKU, and the products file has no catalog id {CATALOG}",
        f"a product received there has no SKU, and the products file has no catalog id {CATALOG}",
    )
    assert found.unsaid == set(OF_AN_ORDER) - {"audit_not_listed"}
    assert found.received == 10


def test_what_is_too_many_is_told_even_beside_a_product_that_cannot_be_named() -> None:
    rows = [received("A", 11), received("", 1, catalog_id=CATALOG)]
    assert amounts(compared(theirs(rows), 11)) == {"audit_over": COST}


DAY = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("days_ago", "created_days_ago", "covered"),
    [
        ((0, 35), None, True),
        ((36,), None, False),
        ((36,), 35, True),
        ((36,), 36, False),
        ((None,), None, False),
        ((None,), 3, True),
        ((-1,), 3, False),
        ((), None, True),
    ],
)
def test_a_report_covers_receipts_that_are_dated_within_it_or_whose_order_is(
    days_ago: tuple[int | None, ...], created_days_ago: int | None, covered: bool
) -> None:
    rows = [
        replace(received("A", 1), received_at=None if ago is None else DAY - timedelta(days=ago)) for ago in days_ago
    ]
    created = None if created_days_ago is None else DAY - timedelta(days=created_days_ago)
    order = replace(theirs(rows), created_at=created)
    start = date(2026, 3, 2) - timedelta(days=35)
    assert covers(start, date(2026, 3, 2), order, lambda moment: moment.date()) is covered


skus = st.sampled_from(["A", "B", "00123"])
units = st.integers(0, 12)
costs = st.sampled_from([None, Decimal("2.50"), Decimal("2.75"), Decimal("0.3333")])
lines = st.dictionaries(skus, st.tuples(st.integers(1, 12), costs), min_size=1)
order_rows = st.lists(st.builds(ordered, skus, units, costs), max_size=5)
receipt_rows = st.lists(st.builds(received, skus, units, costs, st.sampled_from(["", "p", "Q", "x"])), max_size=6)
told_rows = st.none() | st.lists(st.builds(ToldReceipt, skus, units), max_size=4)
notice_rows = st.lists(
    st.builds(NoticeLine, skus, st.integers(1, 9), st.sampled_from([(), ("p",), ("P", "q")])), max_size=3
)


def our_order(held: dict[str, tuple[int, Decimal | None]], announced: Sequence[NoticeLine] = ()) -> OurOrder:
    rows = tuple(RequestLine(sku, quantity, cost) for sku, (quantity, cost) in held.items())
    return replace(OURS, lines=rows, announced=tuple(announced))


@given(lines)
def test_an_order_that_went_as_ordered_and_announced_differs_in_nothing(
    held: dict[str, tuple[int, Decimal | None]],
) -> None:
    ours = our_order(held, [NoticeLine(sku, quantity) for sku, (quantity, _) in held.items()])
    order = theirs(
        [received(sku, quantity, cost) for sku, (quantity, cost) in held.items()],
        [ordered(sku, quantity, cost) for sku, (quantity, cost) in held.items()],
        full=True,
    )
    told = [ToldReceipt(sku, quantity) for sku, (quantity, _) in held.items()]
    assert compare_order(ours, order, told, skus={}).differences == ()


@given(lines, notice_rows, receipt_rows, order_rows, told_rows, st.booleans(), st.randoms())
def test_the_order_of_rows_changes_nothing(  # noqa: PLR0917 - every paper there is
    held: dict[str, tuple[int, Decimal | None]],
    announced: list[NoticeLine],
    receipts: list[ReceivedProduct],
    orders: list[OrderedProduct],
    told: list[ToldReceipt] | None,
    full: bool,
    random: Random,
) -> None:
    first = compare_order(our_order(held, announced), theirs(receipts, orders, full=full), told, skus={})
    for rows in (announced, receipts, orders, told or []):
        random.shuffle(rows)  # type: ignore[arg-type]
    assert (
        replace(
            compare_order(our_order(held, announced), theirs(receipts, orders, full=full), told, skus={}),
            ours=first.ours,
        )
        == first
    )


@given(st.integers(1, 12), units, units)
def test_each_unit_in_question_is_priced_once(base: int, on_order: int, by_report: int) -> None:
    ours = replace(OURS, lines=(RequestLine("A", base, COST),))
    rows = [received("A", on_order)] if on_order else []
    closed = total(compared(theirs(rows, None, full=True), by_report, ours).differences)
    still_open = total(compared(theirs(rows, None), by_report, ours).differences)
    assert closed == COST * (max(base, on_order, by_report) - min(base, on_order, by_report))
    assert still_open == closed - COST * max(base - max(on_order, by_report), 0)


@given(lines, lines, receipt_rows, receipt_rows, order_rows, order_rows)
def test_the_differences_of_products_apart_add_up(  # noqa: PLR0917 - two of each paper
    held: dict[str, tuple[int, Decimal | None]],
    more: dict[str, tuple[int, Decimal | None]],
    receipts: list[ReceivedProduct],
    more_receipts: list[ReceivedProduct],
    orders: list[OrderedProduct],
    more_orders: list[OrderedProduct],
) -> None:
    """Two sets of products that have none in common make the same differences together as apart."""
    others = {f"{sku}-2": held_line for sku, held_line in more.items()}
    other_receipts = [replace(row, sku=f"{row.sku}-2") for row in more_receipts]
    other_orders = [replace(row, sku=f"{row.sku}-2") for row in more_orders]

    def found(
        lines_of: dict[str, tuple[int, Decimal | None]], rows: list[ReceivedProduct], on_order: list[OrderedProduct]
    ) -> set[tuple[str, str, Decimal | None]]:
        comparison = compare_order(our_order(lines_of), theirs(rows, on_order, full=True), [], skus={})
        return {(one.kind, one.sku, one.amount) for one in comparison.differences}

    assert found(held, receipts, orders) | found(others, other_receipts, other_orders) == found(
        held | others, receipts + other_receipts, orders + other_orders
    )
