"""Runs by rules, from fetched sales to orders: each policy's levels, what rows without a rule keep, and why."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, update

from replenisher.database.models import Order
from replenisher.purchasing.states import OrderState
from replenisher.workflows.why_not import why_not
from tests.database.rows import add_order, add_run
from tests.workflows.conftest import Opened
from tests.workflows.ruled_shop import (
    DAY,
    DAYS,
    TWO_A_DAY,
    every_day,
    explained,
    reopened,
    row,
    ruled_run,
    texts,
    weekly,
)


def test_each_row_is_ordered_by_the_policy_of_its_rule_and_one_without_a_rule_by_its_own_levels(
    opened: Opened,
) -> None:
    """2 a day at every location; 4 days to cover is a demand of 8, of which 12 cover nine tenths (Poisson)."""
    ruled = opened()
    ruled.tills = TWO_A_DAY
    ruled.holds(row("COVER", 13), row("SERVED", 5), row("LOTS", 12), row("PLAIN", 2), row("QUIET", 1))
    ruled.know(60)
    run = ruled.plan()
    expected = {"COVER": 42 - 13, "SERVED": 12 - 5, "LOTS": 12, "PLAIN": 9 - 2, "QUIET": 4 - 1}
    assert ruled.ordered(run) == {
        (location, sku): units for location in ruled.shop.locations for sku, units in expected.items()
    }
    levels = {sku: ruled.row(run, sku) for sku in expected}
    assert {
        sku: (one["reorder_point"], one["order_up_to_level"], one["lot"], one["at_or_below"])
        for sku, one in levels.items()
    } == {
        "COVER": (14, 42, 0, False),
        "SERVED": (12, 12, 0, False),
        "LOTS": (12, 24, 12, True),
        "PLAIN": (3, 9, 0, False),
        "QUIET": (4, 4, 0, False),
    }
    assert all((one["set_reorder_point"], one["set_order_up_to_level"]) == (3, 9) for one in levels.values())


def test_a_ruled_row_is_explained_by_demand_supply_rule_and_levels(opened: Opened, tmp_path: Path) -> None:
    ruled = opened()
    ruled.tills = TWO_A_DAY
    ruled.holds(row("LOTS", 1), row("PLAIN", 2))
    ruled.know(60)
    run = ruled.plan()
    told = texts(ruled, "LOTS", run)
    assert told["demand"].startswith("2 a day, spread 0; sales of 60 days count; ADI 1.00 is below 1.32")
    assert told["supply"] == "lead time 3 days (the product's), and 1 more until the next order's goods"
    place = f"{tmp_path / 'rules.yaml'}:10"
    assert told["rule"] == f"'lots' ({place}): reorder_point_lot with cycle_service 0.9, lot 10"
    assert told["minimum"] == "12, by the policy (set 3 by the retailer)"
    assert told["maximum"] == "24, by the policy (set 9 by the retailer)"
    assert told["lot"] == "whole lots of 12, until the row would no longer ask"
    assert told["trigger"] == "position 1 is at or below the minimum 12"
    assert told["whole lots"] == "1 of 12 = 12"
    assert explained(ruled, "LOTS", run).order_quantity == 12
    plain = texts(ruled, "PLAIN", run)
    assert plain["rule"] == "no rule is for this row, so its minimum and maximum hold"
    assert (plain["minimum"], plain["maximum"]) == ("3, set by the retailer", "9, set by the retailer")


def test_with_sales_of_too_few_days_a_row_keeps_its_levels_and_says_so_and_the_next_day_it_follows_its_rule(
    opened: Opened,
) -> None:
    """Boundary at equality: `least_known_days` is 28, and today is not over."""
    ruled = opened()
    ruled.tills = TWO_A_DAY
    ruled.holds(row("COVER", 2), everywhere=False)
    ruled.know(27)
    run = ruled.plan()
    assert ruled.ordered(run) == {(ruled.here, "COVER"): 7}
    told = explained(ruled, "COVER", run)
    assert "Sales of too few days are known to go by demand" in " ".join(step.text for step in told.steps)
    assert "not followed, for too few days of sales are known" in texts(ruled, "COVER", run)["rule"]
    ruled.today += DAY
    ruled.know(7)
    run = ruled.plan()
    assert ruled.ordered(run) == {(ruled.here, "COVER"): 40}
    assert not ruled.row(run, "COVER")["demand_unknown"]


def test_a_new_product_sells_as_its_predecessor_did(opened: Opened) -> None:
    """OLD sold 3 a day until NEW came ten days ago; the location was read for the first time before that."""
    ruled = opened()
    ruled.tills = {
        "OLD": lambda days_ago: 3 if days_ago > 10 else 0,
        "NEW": lambda days_ago: 3 if days_ago <= 10 else 0,
        "COVER": every_day(1),
    }
    ruled.today -= 11 * DAY
    ruled.holds(row("COVER", 50), everywhere=False)
    ruled.know(60)
    ruled.plan()
    ruled.today += 11 * DAY
    ruled.holds(row("COVER", 50), row("NEW", 5), everywhere=False)
    ruled.know(20)
    run = ruled.plan()
    new = ruled.row(run, "NEW")
    assert (new["rate_per_day"], new["lent_days"], new["days_used"]) == (pytest.approx(3), 61, 71)
    assert ruled.ordered(run) == {(ruled.here, "NEW"): 63 - 5}
    assert "61 days are the predecessor's" in texts(ruled, "NEW", run)["demand"]


def test_the_lead_time_measured_on_received_orders_takes_the_place_of_the_product_s(opened: Opened) -> None:
    """Five orders took six days each: 7 days to cover is a demand of 14, of which 19 cover nine tenths (Poisson)."""
    ruled = opened()
    ruled.tills = TWO_A_DAY
    ruled.holds(row("SERVED", 5))
    ruled.know(60)
    with ruled.shop.services.database.transaction() as session:
        company = {"company": ruled.company.id}
        past = add_run(session, **company)
        for _ in range(5):
            order = add_order(session, past, state=OrderState.RECEIVED, is_due=False, location=ruled.here, **company)
            ends = func.now() - timedelta(days=1)
            begun = {"accepted_at": ends - timedelta(days=6), "received_at": ends}
            session.execute(update(Order).where(Order.id == order).values(**begun))
    run = ruled.plan()
    # Five orders are the company's too, so a location with none of its own has their lead time.
    assert ruled.ordered(run) == {(location, "SERVED"): 19 - 5 for location in ruled.shop.locations}
    assert texts(ruled, "SERVED", run)["supply"].startswith("lead time 6 days (measured here)")


def test_with_lead_time_product_nothing_is_measured(opened: Opened) -> None:
    ruled = opened(planning={"lead_time": "product"})
    ruled.tills = TWO_A_DAY
    ruled.holds(row("SERVED", 5), everywhere=False)
    ruled.know(60)
    run = ruled.plan()
    assert ruled.ordered(run) == {(ruled.here, "SERVED"): 12 - 5}
    assert "lead_times" not in ruled.shop.run(run).inputs


def test_on_an_order_day_an_order_lasts_until_the_goods_of_the_next_one_are_there(opened: Opened) -> None:
    """Three days of lead time and seven to the next order: a demand of 20, of which 26 cover nine tenths (Poisson)."""
    ruled = opened()
    ruled.tills = TWO_A_DAY
    ruled.holds(row("SERVED", 5), row("PLAIN", 2), everywhere=False)
    reopened(ruled, calendars=[weekly(ruled, 0)])
    ruled.know(60)
    run = ruled.plan()
    assert ruled.ordered(run) == {(ruled.here, "SERVED"): 26 - 5, (ruled.here, "PLAIN"): 7}
    told = texts(ruled, "SERVED", run)
    assert told["supply"] == ("lead time 3 days (by the location's calendar), and 7 more until the next order's goods")


def test_an_order_is_expected_when_the_calendar_says_that_its_goods_come(opened: Opened) -> None:
    """The products say three days."""
    ruled = opened()
    ruled.holds(row("PLAIN", 2), everywhere=False)
    for lead_time in (5, 1):
        reopened(ruled, calendars=[weekly(ruled, 0, lead_time_days=lead_time)])
        run = ruled.plan()
        (order,) = ruled.shop.orders(run)
        assert ruled.row(run, "PLAIN")["lead_time_days"] == lead_time
        assert order.estimated_arrival_date == ruled.today + lead_time * DAY


def test_on_a_day_without_an_order_nothing_is_ordered_and_every_row_says_so(opened: Opened) -> None:
    ruled = opened()
    ruled.tills = TWO_A_DAY
    ruled.holds(row("SERVED", 5), row("PLAIN", 2), row("QUIET", 90))
    other = ruled.shop.locations[1]
    always = {"name": "always", "lead_time_days": 3, "weekdays": list(DAYS), "locations": [other]}
    reopened(ruled, calendars=[weekly(ruled, 1), always])
    ruled.know(60)
    run = ruled.plan()
    assert {location for location, _ in ruled.ordered(run)} == {other}
    assert {ruled.row(run, sku)["reason"] for sku in ("SERVED", "PLAIN", "QUIET")} == {"not_an_order_day"}
    assert texts(ruled, "SERVED", run)["excluded"] == "The location's calendar has no order on this date."
    (found,) = why_not(ruled.shop.services, ruled.company, run_id=run).reasons
    assert (found.reason, found.rows, found.locations) == ("not_an_order_day", 2, 1)


def test_after_the_cut_off_a_day_of_orders_is_over(opened: Opened) -> None:
    """It is noon, exactly; at the cut-off itself it is too late."""
    ruled = opened()
    ruled.holds(row("PLAIN", 2), everywhere=False)
    reopened(ruled, calendars=[weekly(ruled, 0, cut_off="12:00")])
    assert ruled.ordered(ruled.plan()) == {}
    reopened(ruled, calendars=[weekly(ruled, 0, cut_off="12:01")])
    assert ruled.ordered(ruled.plan()) == {(ruled.here, "PLAIN"): 7}


def test_a_run_whose_rules_file_has_a_fault_ends_with_the_line_and_orders_nothing(
    opened: Opened, tmp_path: Path
) -> None:
    ruled = opened()
    ruled.holds(row("PLAIN", 2))
    (tmp_path / "rules.yaml").write_text("rules:\n  - name: one\n    policy: order_upto\n")
    with pytest.raises(AssertionError, match=r"rules\.yaml:3: rules\[0\]\.policy: there is no such policy"):
        ruled.plan()
    (matter,) = ruled.shop.matters("planner_file")
    assert "nearest valid name: order_up_to" in matter.message
    assert ruled.shop.orders() == []
    (tmp_path / "rules.yaml").write_text("rules: []\n")
    assert ruled.ordered(ruled.plan()) != {}
    assert ruled.shop.matters("planner_file") == []


def test_a_second_run_on_unchanged_input_orders_nothing_more(opened: Opened) -> None:
    ruled = opened()
    run = ruled_run(ruled)
    ordered = ruled.ordered(run)
    for location in ruled.shop.locations:
        reopened_rows = [{**one, "on_order": ordered.get((location, one["sku"]), 0)} for one in ruled.shelves[location]]
        ruled.shelves[location] = reopened_rows
    again = ruled.plan()
    assert ruled.ordered(again) == {}
    assert sum(ordered.values()) > 0


def test_phantom_stock_is_told_once_for_a_location_and_settles_when_it_sells_again(opened: Opened) -> None:
    """2 a day until twenty days ago, and nothing since, with 9 on hand: the chance of that is exp(-40)."""
    ruled = opened()
    ruled.tills = {"COVER": lambda days_ago: 2 if days_ago > 20 else 0, "PLAIN": every_day(2)}
    ruled.holds(row("COVER", 9), row("PLAIN", 9), everywhere=False)
    ruled.know(60)
    ruled.plan()
    ruled.plan()
    (matter,) = ruled.shop.matters("phantom_stock")
    assert matter.location == ruled.here
    assert "SKU COVER: 9 on hand and nothing sold for 20 days, where 2 a day are usual" in matter.message
    assert "less than guards.phantom_probability = 0.001" in matter.message
    ruled.tills = {"COVER": lambda days_ago: 2 if days_ago > 20 or days_ago < 1 else 0, "PLAIN": every_day(2)}
    ruled.today += DAY
    ruled.know(7)
    ruled.plan()
    assert ruled.shop.matters("phantom_stock") == []


def test_phantom_stock_is_not_looked_for_where_the_setting_is_0(opened: Opened) -> None:
    ruled = opened(guards={"phantom_probability": 0})
    ruled.tills = {"COVER": lambda days_ago: 2 if days_ago > 20 else 0}
    ruled.holds(row("COVER", 9), everywhere=False)
    ruled.know(60)
    ruled.plan()
    assert ruled.shop.matters("phantom_stock") == []


def test_a_row_that_cannot_be_planned_is_an_exception_and_its_neighbours_go_on(opened: Opened) -> None:
    ruled = opened()
    ruled.tills = {**TWO_A_DAY, "COVER": every_day(900_000)}
    ruled.holds(row("COVER", 13), row("SERVED", 5), everywhere=True)
    ruled.know(60)
    run = ruled.plan()
    assert ruled.ordered(run) == {(location, "SERVED"): 7 for location in ruled.shop.locations}
    assert {one.location for one in ruled.shop.matters("level_beyond")} == set(ruled.shop.locations)
    assert (
        "1 SKU(s) (COVER) with a level beyond 10,000,000 units" in ruled.shop.matter("level_beyond", ruled.here).message
    )
    assert "which no shelf holds" in explained(ruled, "COVER", run).steps[-1].text
    ruled.shop.world.folder.joinpath("rules.yaml").write_text("rules: []\n")
    reopened(ruled)
    ruled.plan()
    assert ruled.shop.matters("level_beyond") == []
