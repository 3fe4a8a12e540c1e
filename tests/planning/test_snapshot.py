from __future__ import annotations

import pandas as pd
import pytest

from replenisher.errors import PlanningInputError
from replenisher.planning.frames import IN_FLIGHT, INVENTORY, LEVELS, PRODUCTS, SNAPSHOT, check, empty
from replenisher.planning.snapshot import orphans, snapshot
from tests.planning.shelves import flying, frame, known, override, product, shelf


def test_there_is_one_row_per_location_and_sku_in_the_order_of_the_report() -> None:
    shelves = [shelf("B"), shelf("A"), shelf("B", location="L0")]
    result = known(shelves, products=[product("A"), product("B")])
    pairs = result[["location", "sku"]].astype("str").to_numpy().tolist()
    assert pairs == [["L1", "B"], ["L1", "A"], ["L0", "B"]]
    check(result, SNAPSHOT)


@pytest.mark.parametrize("sku", ["00123", "NA", "nan", "None", "1e5", "\u00c9tui", "E\u0301tui", "ケース", " A "])
def test_ids_stay_the_exact_text_they_are(sku: str) -> None:
    result = known(
        [shelf(sku), shelf("other")], [product(sku, pack=7)], [override(sku, minimum=1, maximum=2)], [flying(sku, 3)]
    )
    assert result["sku"].tolist() == [sku, "other"]
    assert result.loc[0, ["case_pack", "reorder_point", "in_flight"]].tolist() == [7, 1, 3]


def test_00123_and_123_are_two_products() -> None:
    result = known([shelf("00123"), shelf("123")], [product("123", pack=6), product("00123", pack=4)])
    assert result["case_pack"].tolist() == [4, 6]


def test_products_are_joined_by_sku_at_every_location() -> None:
    shelves = [shelf("A"), shelf("A", location="L2")]
    result = known(shelves, [product("A", pack=6, least=12, most=48, cost=99_900, discontinued=True), product("Z")])
    expected = {
        "case_pack": 6,
        "minimum_order_quantity": 12,
        "maximum_line_quantity": 48,
        "unit_cost": 99_900,
        "cost_known": True,
        "lead_time_days": 3,
        "discontinued": True,
        "listed": True,
    }
    for name, value in expected.items():
        assert result[name].tolist() == [value, value], name


def test_without_a_products_file_single_units_of_unknown_cost_are_planned() -> None:
    result = known([shelf()], products=None)
    assert result[["case_pack", "minimum_order_quantity", "maximum_line_quantity", "unit_cost"]].iloc[0].tolist() == [
        1,
        0,
        0,
        0,
    ]
    assert result[["cost_known", "discontinued", "listed"]].iloc[0].tolist() == [False, False, True]


def test_a_sku_that_the_products_file_lacks_is_not_listed() -> None:
    result = known([shelf("A"), shelf("B")], [product("B", pack=6)])
    assert result["listed"].tolist() == [False, True]
    assert result["case_pack"].tolist() == [1, 6]
    assert result["cost_known"].tolist() == [False, True]


def test_an_empty_products_file_lists_nothing() -> None:
    assert known([shelf()], products=[])["listed"].tolist() == [False]


def test_the_planners_levels_win_over_the_retailers_which_stay_visible() -> None:
    result = known([shelf("A"), shelf("B")], levels=[override("A", minimum=2, maximum=4)])
    assert result["reorder_point"].tolist() == [2, 10]
    assert result["order_up_to_level"].tolist() == [4, 30]
    assert result["retailer_reorder_point"].tolist() == [10, 10]
    assert result["retailer_order_up_to_level"].tolist() == [30, 30]
    assert result["levels_source"].tolist() == ["planner", "retailer"]


def test_zero_is_a_value_in_an_override() -> None:
    result = known([shelf()], levels=[override(minimum=0, maximum=0)])
    assert result[["reorder_point", "order_up_to_level"]].iloc[0].tolist() == [0, 0]
    assert result["levels_source"].tolist() == ["planner"]


def test_an_override_of_one_location_leaves_the_others_alone() -> None:
    result = known([shelf(), shelf(location="L2")], levels=[override(location="L2", minimum=1, maximum=2)])
    assert result["reorder_point"].tolist() == [10, 1]


def test_units_in_flight_are_joined_and_zero_where_there_are_none() -> None:
    result = known([shelf("A"), shelf("B")], in_flight=[flying("B", 6), flying("A", 9, location="L9")])
    assert result["in_flight"].tolist() == [0, 6]


def test_less_than_nothing_on_hand_counts_as_nothing_and_is_flagged() -> None:
    result = known([shelf("A", on_hand=-4), shelf("B", on_hand=0), shelf("C", on_hand=1)])
    assert result["on_hand"].tolist() == [0, 0, 1]
    assert result["on_hand_reported"].tolist() == [-4, 0, 1]
    assert result["negative_on_hand"].tolist() == [True, False, False]


@pytest.mark.parametrize(
    "name", ["on_order", "on_uncommitted_order", "backordered", "transfer_in", "transfer_out", "allocated"]
)
def test_an_over_received_order_does_not_lower_the_stock(name: str) -> None:
    result = known([shelf("A", **{name: -2}), shelf("B", **{name: 2})])
    assert result[name].tolist() == [0, 2]
    assert result["negative_open_quantity"].tolist() == [True, False]


def test_in_flight_units_and_overrides_that_meet_no_row_are_not_lost() -> None:
    inventory = frame(INVENTORY, [shelf("A"), shelf("B", location="L2")])
    in_flight = frame(IN_FLIGHT, [flying("A", 1), flying("B", 2), flying("C", 3), flying("A", 4, location="L3")])
    assert orphans(inventory, in_flight)["in_flight"].tolist() == [2, 3, 4]
    levels = frame(LEVELS, [override("A", minimum=1, maximum=2), override("a", minimum=3, maximum=4)])
    assert orphans(inventory, levels)["sku"].tolist() == ["a"]
    assert orphans(inventory, empty(IN_FLIGHT)).empty
    assert len(orphans(empty(INVENTORY), in_flight)) == 4


def test_nothing_reported_makes_an_empty_snapshot() -> None:
    result = known([])
    assert len(result) == 0
    check(result, SNAPSHOT)


def test_a_frame_filtered_before_is_read_by_position_not_by_its_old_index() -> None:
    inventory = frame(INVENTORY, [shelf("A"), shelf("B", on_hand=5), shelf("C", on_hand=7)]).iloc[1:]
    result = snapshot(inventory, None, None, frame(IN_FLIGHT, [flying("C", 2)]))
    assert result["sku"].tolist() == ["B", "C"]
    assert result["on_hand"].tolist() == [5, 7]
    assert result["in_flight"].tolist() == [0, 2]


def test_ids_may_come_as_categories_of_their_own() -> None:
    inventory = frame(INVENTORY, [shelf("B"), shelf("A")]).astype({"sku": "category", "location": "category"})
    products = frame(PRODUCTS, [product("Z"), product("A", pack=2), product("B", pack=3)]).astype({"sku": "category"})
    assert snapshot(inventory, products, None, empty(IN_FLIGHT))["case_pack"].tolist() == [3, 2]


@pytest.mark.parametrize("broken", ["inventory", "products", "levels", "in_flight"])
def test_a_frame_that_repeats_a_row_refuses_the_snapshot(broken: str) -> None:
    frames = {
        "inventory": frame(INVENTORY, [shelf()]),
        "products": frame(PRODUCTS, [product()]),
        "levels": frame(LEVELS, [override(minimum=1, maximum=2)]),
        "in_flight": frame(IN_FLIGHT, [flying()]),
    }
    frames[broken] = pd.concat([frames[broken], frames[broken]])
    with pytest.raises(PlanningInputError, match="repeat"):
        snapshot(**frames)


def test_the_frames_given_are_not_written_to() -> None:
    frames = {
        "inventory": frame(INVENTORY, [shelf(on_hand=-1, on_order=-1)]),
        "products": frame(PRODUCTS, [product()]),
        "levels": frame(LEVELS, [override(minimum=1, maximum=2)]),
        "in_flight": frame(IN_FLIGHT, [flying()]),
    }
    copies = {name: given.copy(deep=True) for name, given in frames.items()}
    snapshot(**frames)
    for name, given in frames.items():
        pd.testing.assert_frame_equal(given, copies[name])


def test_the_snapshot_stays_as_it_is_when_the_frames_change_later() -> None:
    inventory = frame(INVENTORY, [shelf(on_hand=3, sold=4)]).astype({"category": "category"})
    result = snapshot(inventory, None, None, empty(IN_FLIGHT))
    before = result.copy(deep=True)
    for name, changed in {"on_hand": 9, "sold": 9, "reorder_point": 1, "do_not_order": True}.items():
        inventory.loc[0, name] = changed
    inventory.loc[0, "category"] = None
    pd.testing.assert_frame_equal(result, before)
