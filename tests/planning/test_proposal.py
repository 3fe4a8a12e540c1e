from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from replenisher.errors import PlanningInputError
from replenisher.planning.frames import SNAPSHOT, empty
from replenisher.planning.proposal import STEPS, Rules, plan
from replenisher.planning.reasons import REASON_DTYPE
from tests.planning.shelves import flying, known, planned, product, quantities, shelf


def test_every_intermediate_number_of_a_row_is_kept() -> None:
    row = shelf(on_hand=4, on_order=2, allocated=1)
    proposal = planned(row, products=[product(pack=6, least=36, most=40)], rules=Rules(maximum_order_units=36))
    assert proposal["inventory_position"].tolist() == [5]
    assert proposal["triggered"].tolist() == [True]
    assert proposal[list(STEPS)].iloc[0].tolist() == [25, 30, *[36] * 8]
    assert quantities(proposal) == [36]
    assert proposal["reason"].tolist() == ["raised_to_minimum_order"]


def test_the_columns_of_a_plan_are_those_of_the_snapshot_and_the_steps() -> None:
    snapshot = known([shelf()])
    added = ["inventory_position", "triggered", *STEPS, "order_quantity", "reasons", "reason"]
    proposal = plan(snapshot, Rules())
    assert proposal.columns.tolist() == [*snapshot.columns, *added]
    assert proposal["reason"].dtype == REASON_DTYPE


def test_many_locations_are_planned_in_one_frame() -> None:
    shelves = [shelf("A", location=f"L{number}", on_hand=number) for number in range(12)]
    proposal = planned(*shelves, in_flight=[flying("A", 5, location="L3")])
    assert quantities(proposal) == [30, 29, 28, 22, 26, 25, 24, 23, 22, 21, 0, 0]


def test_a_plan_of_nothing_is_an_empty_plan() -> None:
    proposal = plan(empty(SNAPSHOT), Rules())
    assert len(proposal) == 0
    assert proposal["order_quantity"].dtype == np.int64


def test_the_index_of_the_snapshot_is_kept() -> None:
    proposal = plan(known([shelf("A"), shelf("B")]).set_axis([7, 3], axis=0), Rules())
    assert proposal.index.tolist() == [7, 3]
    assert quantities(proposal) == [30, 30]


def test_a_plan_read_again_can_be_planned_again() -> None:
    rules = Rules(maximum_order_lines=1)
    first = planned(shelf("B"), shelf("A"), rules=rules)
    again = plan(first[list(SNAPSHOT.columns)], rules)
    pd.testing.assert_frame_equal(again, first, check_like=True)


def test_skus_rank_by_their_text_whatever_the_order_of_the_categories_is() -> None:
    snapshot = known([shelf("A"), shelf("B"), shelf("C")])
    turned = snapshot.assign(sku=snapshot["sku"].cat.reorder_categories(["C", "A", "B"]))
    assert quantities(plan(turned, Rules(maximum_order_lines=1))) == [30, 0, 0]


@pytest.mark.parametrize("name", SNAPSHOT.columns)
def test_a_snapshot_that_lacks_a_column_is_refused(name: str) -> None:
    with pytest.raises(PlanningInputError, match=f"snapshot: column {name} is missing"):
        plan(known([shelf()]).drop(columns=name), Rules())


def test_a_snapshot_whose_quantities_are_floats_is_refused() -> None:
    snapshot = known([shelf()])
    with pytest.raises(PlanningInputError, match="snapshot: column on_hand should be whole, not float64"):
        plan(snapshot.assign(on_hand=np.nan), Rules())


def test_a_plan_changed_by_hand_changes_neither_the_snapshot_nor_its_other_columns() -> None:
    snapshot = known([shelf(on_hand=4)])
    proposal = plan(snapshot, Rules())
    proposal.loc[0, ["on_hand", "order_quantity"]] = 99
    assert snapshot["on_hand"].tolist() == [4]
    assert proposal["after_maximum_order_value"].tolist() == [26]
