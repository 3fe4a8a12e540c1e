from __future__ import annotations

import numpy as np
import pytest

from replenisher.errors import PlanningInputError
from replenisher.planning.position import TERMS, PositionWeights, inventory_position
from replenisher.planning.proposal import Rules
from tests.planning.shelves import flying, planned, quantities, shelf


def test_the_position_is_stock_and_supply_less_what_is_promised() -> None:
    row = shelf(
        on_hand=4, on_order=6, on_uncommitted_order=1, backordered=2, transfer_in=3, transfer_out=5, allocated=7
    )
    proposal = planned(row, in_flight=[flying(units=8)])
    assert proposal["inventory_position"].tolist() == [4 + 6 + 1 + 2 + 3 - 7 + 8]


def test_back_orders_are_supply_by_default() -> None:
    assert quantities(planned(shelf(on_hand=2, backordered=10))) == [0]


def test_a_retailer_whose_on_order_holds_the_back_order_counts_it_once() -> None:
    rules = Rules(weights=PositionWeights(backordered=0))
    assert quantities(planned(shelf(on_hand=2, on_order=5, backordered=5), rules=rules)) == [23]


def test_a_retailer_whose_back_orders_are_demand_orders_for_them() -> None:
    rules = Rules(weights=PositionWeights(backordered=-1))
    assert quantities(planned(shelf(on_hand=8, backordered=3), rules=rules)) == [25]


def test_units_moving_out_may_be_subtracted_by_setting() -> None:
    assert quantities(planned(shelf(on_hand=10, transfer_out=1))) == [0]
    rules = Rules(weights=PositionWeights(transfer_out=-1))
    assert quantities(planned(shelf(on_hand=10, transfer_out=1), rules=rules)) == [21]


def test_a_weight_may_be_larger_than_one() -> None:
    columns = {name: np.array([2]) for name in TERMS}
    weights = PositionWeights(on_hand=3, on_order=0, on_uncommitted_order=0, backordered=0, transfer_in=0, allocated=-2)
    assert inventory_position(columns, weights).tolist() == [3 * 2 - 2 * 2 + 2]


def test_the_terms_are_not_written_to() -> None:
    columns = {name: np.array([2]) for name in TERMS}
    inventory_position(columns, PositionWeights())
    assert all(column.tolist() == [2] for column in columns.values())


@pytest.mark.parametrize("weight", [101, -101, 0.5, True, "1"])
def test_a_weight_that_is_no_small_whole_number_is_refused(weight: int) -> None:
    with pytest.raises(PlanningInputError, match="position weight allocated should be a whole number from -100 to 100"):
        PositionWeights(allocated=weight)
