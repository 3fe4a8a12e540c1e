from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from replenisher.errors import PlanningInputError
from replenisher.planning.exclusions import excluded
from replenisher.planning.explain import explain_row
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


TODAY = date(2026, 11, 27).toordinal()


@pytest.mark.parametrize(
    ("last", "until", "told"),
    [
        (TODAY - 1, 0, "past_last_order_date"),
        (TODAY, 0, "below_minimum"),
        (TODAY + 1, 0, "below_minimum"),
        (0, TODAY + 1, "snoozed"),
        (0, TODAY, "below_minimum"),
        (0, 0, "below_minimum"),
    ],
)
def test_a_product_is_ordered_up_to_its_last_date_and_again_from_the_day_it_was_snoozed_to(
    last: int, until: int, told: str
) -> None:
    file = [product(last_order_date=last, snoozed_until=until)]
    proposal = planned(shelf(business_date=TODAY), products=file)
    assert (quantities(proposal), reasons(proposal)) == ([30 if told == "below_minimum" else 0], [told])


def test_each_location_has_a_business_date_of_its_own() -> None:
    rows = shelf(business_date=TODAY), shelf(location="L2", business_date=TODAY + 1)
    assert quantities(planned(*rows, products=[product(last_order_date=TODAY)])) == [30, 0]


def test_dates_without_a_business_date_are_refused_not_guessed_at() -> None:
    with pytest.raises(PlanningInputError, match="need the column business_date beside them"):
        planned(shelf(), products=[product(snoozed_until=TODAY)])


@pytest.mark.parametrize(("unmapped", "told"), [("exclude", "not_mapped"), ("order", "below_minimum")])
def test_a_product_that_is_not_mapped_is_excluded_by_setting(unmapped: str, told: str) -> None:
    rules = Rules(unmapped=unmapped)
    assert reasons(planned(shelf(), products=[product(mapped=False)], rules=rules)) == [told]
    assert reasons(planned(shelf(), products=[product(mapped=True)], rules=rules)) == ["below_minimum"]


def test_the_gate_takes_what_is_known_right_before_an_order_goes_out() -> None:
    lines = {
        "do_not_order": np.array([False, True, False, False]),
        "discontinued": np.array([False, False, True, False]),
        "business_date": np.full(4, TODAY),
        "snoozed_until": np.array([0, 0, 0, TODAY + 1]),
    }
    found = [reasons_in(bits) for bits in excluded(lines)]
    assert found == [[], [Reason.DO_NOT_ORDER], [Reason.DISCONTINUED], [Reason.SNOOZED]]


def test_the_dates_that_exclude_are_explained() -> None:
    proposal = planned(shelf(business_date=TODAY), products=[product(last_order_date=TODAY - 1)])
    (told,) = [step.text for step in explain_row(proposal.iloc[0], Rules()) if step.label == "excluded"]
    assert told.endswith("passed. Last order date 2026-11-26, the run's date is 2026-11-27.")
