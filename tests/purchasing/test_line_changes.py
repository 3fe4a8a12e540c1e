"""What a person's change of an order's lines comes to, and every reason why it may not be made."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replenisher.errors import IllegalMoveError
from replenisher.planning.frames import LARGEST_QUANTITY
from replenisher.purchasing.line_changes import LineChange, Plan, planned_change
from replenisher.purchasing.platform import RequestLine

A, B = RequestLine("A", 5, Decimal("2.50")), RequestLine("B", 2, None)


def planned(
    change: LineChange, *, received: dict[str, int] | None = None, announced: dict[str, int] | None = None
) -> Plan:
    costs = {"A": Decimal(9), "C": Decimal("1.20")}
    return planned_change([A, B], change, received=received or {}, announced=announced or {}, costs=costs)


def test_the_worked_example() -> None:
    plan = planned(LineChange({"A": 7}, {"C": 1}), announced={"B": 2})
    assert plan.wanted == (RequestLine("A", 7, Decimal("2.50")), B, RequestLine("C", 1, Decimal("1.20")))
    assert (plan.update, plan.add, plan.remove) == (plan.wanted[:1], plan.wanted[2:], ())
    for change in (
        LineChange(remove=("B",)),
        LineChange({"B": 1}),
        LineChange(add_units={"A": 1}),
        LineChange({"D": 1}),
    ):
        with pytest.raises(IllegalMoveError):
            planned(change, announced={"B": 2})


def test_a_new_product_without_a_known_cost_has_none_and_a_removed_line_is_gone() -> None:
    plan = planned(LineChange(add_units={"D": 4}, remove=("A",)))
    assert plan.wanted == (B, RequestLine("D", 4, None))
    assert plan.remove == ("A",)


def test_a_line_may_be_set_to_exactly_what_is_announced_and_a_quantity_to_its_bounds() -> None:
    assert planned(LineChange({"A": 3}), announced={"A": 3}).wanted[0].quantity == 3
    assert planned(LineChange({"A": 1})).wanted[0].quantity == 1
    assert planned(LineChange({"A": LARGEST_QUANTITY})).wanted[0].quantity == LARGEST_QUANTITY


def test_what_is_so_already_is_not_sent_beside_what_is_not() -> None:
    assert planned(LineChange({"A": 5, "B": 3})).update == (RequestLine("B", 3, None),)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (LineChange({"A": 0}), "A: 0 is no number of units"),
        (LineChange({"A": -2}), "A: -2 is no number of units"),
        (LineChange(add_units={"C": LARGEST_QUANTITY + 1}), "C: 10000001 is no number of units"),
        (LineChange({"X": 1}), "X: not on the order"),
        (LineChange(remove=("X",)), "X: not on the order"),
        (LineChange(add_units={"A": 1}), "A: on the order already; set its quantity instead"),
        (LineChange({"A": 6}, remove=("A",)), "A: named more than once"),
        (LineChange(remove=("A", "A")), "A: named more than once"),
        (LineChange({"A": 5}), "nothing would change"),
        (LineChange(), "nothing would change"),
        (LineChange(remove=("A", "B")), "an order keeps at least one line"),
    ],
)
def test_a_change_that_cannot_be_made_says_why(change: LineChange, words: str) -> None:
    with pytest.raises(IllegalMoveError, match=words):
        planned(change)


@pytest.mark.parametrize("change", [LineChange({"A": 6}), LineChange(remove=("A",))])
def test_a_line_of_which_anything_was_received_stays_as_it_is(change: LineChange) -> None:
    with pytest.raises(IllegalMoveError, match="A: 1 received already"):
        planned(change, received={"A": 1})
    assert planned(change, received={"B": 1}).wanted


def test_every_reason_is_told_at_once() -> None:
    with pytest.raises(IllegalMoveError) as told:
        planned(LineChange({"A": 0, "X": 1}, remove=("B",)), announced={"B": 1})
    assert [part.split(":")[0] for part in str(told.value).split("; ")] == ["A", "X", "B"]


units = st.integers(-3, 6)
skus = st.sampled_from("ABCD")


@given(
    st.dictionaries(skus, units), st.dictionaries(skus, units), st.lists(skus, max_size=3), st.dictionaries(skus, units)
)
def test_whatever_is_asked_units_are_never_negative_and_announced_units_stay_on_the_order(
    set_units: dict[str, int], add_units: dict[str, int], remove: list[str], announced: dict[str, int]
) -> None:
    announced = {sku: count for sku, count in announced.items() if sku in "AB" and 0 < count <= 2}
    try:
        plan = planned(LineChange(set_units, add_units, tuple(remove)), announced=announced)
    except IllegalMoveError:
        return
    wanted = {line.sku: line.quantity for line in plan.wanted}
    assert len(wanted) == len(plan.wanted) > 0
    assert all(count > 0 for count in wanted.values())
    assert all(wanted[sku] >= count for sku, count in announced.items())
    there = {"A": 5, "B": 2}
    for line in plan.update:
        there[line.sku] = line.quantity
    there |= {line.sku: line.quantity for line in plan.add}
    for sku in plan.remove:
        del there[sku]
    assert there == wanted
