from __future__ import annotations

import pytest

from replenisher.errors import PlanningInputError
from replenisher.planning.proposal import Rules
from replenisher.planning.reasons import Reason, reasons_in
from tests.planning.shelves import override, planned, product, quantities, reasons, shelf


def test_a_product_marked_do_not_order_is_never_ordered() -> None:
    proposal = planned(shelf(do_not_order=True))
    assert (quantities(proposal), reasons(proposal)) == ([0], ["do_not_order"])


def test_a_discontinued_product_is_never_ordered() -> None:
    proposal = planned(shelf(), products=[product(discontinued=True)])
    assert (quantities(proposal), reasons(proposal)) == ([0], ["discontinued"])


def test_a_product_that_the_products_file_lacks_is_not_ordered_by_default() -> None:
    proposal = planned(shelf("A"), shelf("B"), products=[product("B")])
    assert quantities(proposal) == [0, 30]
    assert reasons(proposal) == ["not_listed", "below_minimum"]


def test_a_product_that_the_products_file_lacks_may_be_ordered_by_setting() -> None:
    proposal = planned(shelf("A"), products=[product("B")], rules=Rules(unlisted="order"))
    assert quantities(proposal) == [30]
    assert Reason.COST_UNKNOWN in reasons_in(proposal["reasons"].iloc[0])


def test_without_a_products_file_nothing_is_unlisted() -> None:
    assert quantities(planned(shelf(), products=None)) == [30]


def test_a_shelf_without_levels_orders_nothing_even_when_more_is_promised_than_there_is() -> None:
    proposal = planned(shelf(minimum=0, maximum=0, allocated=5))
    assert (quantities(proposal), reasons(proposal)) == ([0], ["levels_missing"])


def test_planners_can_say_zero() -> None:
    proposal = planned(shelf(), levels=[override(minimum=0, maximum=0)])
    assert (quantities(proposal), reasons(proposal)) == ([0], ["levels_set_to_zero"])


def test_a_maximum_below_the_minimum_orders_nothing() -> None:
    proposal = planned(shelf(minimum=10, maximum=9))
    assert (quantities(proposal), reasons(proposal)) == ([0], ["levels_inverted"])


def test_a_maximum_at_the_minimum_is_not_inverted() -> None:
    assert reasons(planned(shelf(minimum=10, maximum=10))) == ["below_minimum"]


def test_a_minimum_without_a_maximum_is_inverted_not_missing() -> None:
    assert reasons(planned(shelf(minimum=5, maximum=0))) == ["levels_inverted"]


def test_every_exclusion_that_applies_is_kept_and_the_first_is_the_main_one() -> None:
    proposal = planned(shelf(do_not_order=True, minimum=9, maximum=1), products=[product(discontinued=True)])
    found = reasons_in(proposal["reasons"].iloc[0])
    assert found == [Reason.DO_NOT_ORDER, Reason.DISCONTINUED, Reason.LEVELS_INVERTED]
    assert reasons(proposal) == ["do_not_order"]


def test_an_excluded_row_still_shows_that_it_is_below_its_minimum() -> None:
    proposal = planned(shelf(do_not_order=True))
    assert proposal["triggered"].tolist() == [True]
    assert proposal["raw_quantity"].tolist() == [0]


def test_stock_below_zero_is_noted_on_rows_that_order_and_on_rows_that_do_not() -> None:
    proposal = planned(shelf("A", on_hand=-1), shelf("B", on_hand=-1, do_not_order=True), shelf("C", on_order=-1))
    assert reasons(proposal) == ["below_minimum", "do_not_order", "below_minimum"]
    assert [Reason.NEGATIVE_ON_HAND in reasons_in(bits) for bits in proposal["reasons"]] == [True, True, False]
    assert [Reason.NEGATIVE_OPEN_QUANTITY in reasons_in(bits) for bits in proposal["reasons"]] == [False, False, True]


def test_an_unknown_wish_for_unlisted_products_is_refused() -> None:
    with pytest.raises(PlanningInputError, match="unlisted should be exclude or order, not keep"):
        Rules(unlisted="keep")
