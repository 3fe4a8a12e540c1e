"""What a run plans on is read once, kept in the archive, and given back as it was; and what a frame then knows."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from replenisher.database.lead_times import LeadTime
from replenisher.errors import ConfigurationError
from replenisher.planning.demand.rows import COLUMNS, OLDER_THAN_KNOWN
from replenisher.planning.rule_set import PlanningRuleSet
from replenisher.workflows.history.estimate import Wanted, estimated_demand
from replenisher.workflows.plan.batch import frozen
from replenisher.workflows.plan.inputs import Inputs, freeze_inputs, frozen_inputs, read_inputs, rule_set_of_run
from tests.workflows.conftest import Opened
from tests.workflows.ruled_shop import DAY, RuledShop, every_day, reopened, row, weekly

REGIONS = """\
regions:
  west: ["1", "2"]
rules:
  - name: young
    match: {region: [west], age_days: {first: 3, below: 60}, demand_class: [lumpy], company: ["14146"]}
    policy: order_up_to
    parameters: {fill_rate: 0.97}
    first_day: 2026-11-01
    last_day: 2026-12-31
  - name: all
    policy: min_max
"""


def inputs_of(ruled: RuledShop) -> Inputs:
    return read_inputs(ruled.shop.services, ruled.company, ruled.today, ruled.noon)


def test_inputs_come_back_from_the_archive_as_they_were(opened: Opened, tmp_path: Path) -> None:
    (tmp_path / "levels.csv").write_text("location,sku,min,max\n15,PLAIN,4,9\n")
    ruled = opened(REGIONS, levels_file="levels.csv")
    ruled.holds(row("PLAIN", 2))
    read = inputs_of(ruled)
    run = ruled.shop.run(ruled.plan())
    kept = frozen_inputs(ruled.shop.services, run)
    assert (kept.rule_set, kept.business_date, kept.instant) == (read.rule_set, run.slot.date(), run.opened_at)
    assert len(kept.rule_set.rules) == 2
    for name in ("products", "levels"):
        pd.testing.assert_frame_equal(getattr(kept, name), getattr(read, name))
    assert set(run.inputs) == {"rules", "products", "levels", "policy_rules", "close"}


def test_measured_lead_times_come_back_with_those_of_the_whole_company(opened: Opened) -> None:
    ruled = opened()
    services = ruled.shop.services
    found = {"15": LeadTime(5, 6.5, 0.25, 7.125), None: LeadTime(9, 1 / 3, 0.1, 2.0)}
    names = freeze_inputs(services, ruled.company, Inputs(ruled.today, ruled.noon, lead_times=found))
    assert set(names) == {"rules", "lead_times"}
    ruled.holds(row("PLAIN", 2))
    run = ruled.shop.run(ruled.plan())
    run.inputs = names
    kept = frozen_inputs(services, run)
    assert kept.lead_times == found
    assert (kept.products, kept.levels, kept.rule_set) == (None, None, PlanningRuleSet())


def test_without_rules_nothing_is_measured_and_nothing_of_them_is_kept(opened: Opened) -> None:
    ruled = opened("rules: []\n")
    ruled.holds(row("PLAIN", 2))
    run = ruled.shop.run(ruled.plan())
    assert set(run.inputs) == {"rules", "products", "close"}
    assert rule_set_of_run(ruled.shop.services, run) == PlanningRuleSet()


def test_a_run_keeps_the_settings_that_it_was_started_with(opened: Opened) -> None:
    ruled = opened(demand={"least_known_days": 20, "estimator": "croston"}, guards={"phantom_probability": 0.01})
    reopened(ruled, calendars=[weekly(ruled, 0, holidays=["2026-12-25"])])
    ruled.holds(row("PLAIN", 2))
    run = ruled.shop.run(ruled.plan())
    before = ruled.company
    reopened(ruled, calendars=[], demand={}, guards={}, planning={"trigger": "at_or_below"})
    assert ruled.company != before
    kept = frozen(ruled.shop.services, ruled.company, run)
    for name in ("planning", "guards", "demand", "calendars", "report_days"):
        assert getattr(kept, name) == getattr(before, name)


@pytest.mark.parametrize("content", ["rules:\n  - name: a\n", "- 1\n"])
def test_a_fault_of_the_rules_file_is_told_when_it_is_read(opened: Opened, tmp_path: Path, content: str) -> None:
    ruled = opened()
    (tmp_path / "rules.yaml").write_text(content)
    with pytest.raises(ConfigurationError, match=r"rules\.yaml:\d"):
        inputs_of(ruled)


# ---- what the frame of a run knows


def test_where_no_sales_are_read_a_rule_by_demand_is_not_followed(opened: Opened) -> None:
    ruled = opened(reports=["inventory"])
    ruled.holds(row("COVER", 2), everywhere=False)
    run = ruled.plan()
    found = ruled.row(run, "COVER")
    assert (found["demand_unknown"], "rate_per_day" in found, found["order_quantity"]) == (True, False, 7)


def test_supply_is_told_where_rules_or_calendars_go_by_it_and_demand_where_sales_are_read(opened: Opened) -> None:
    ruled = opened("rules: []\n")
    ruled.holds(row("PLAIN", 2), everywhere=False)
    ruled.know(3)
    found = ruled.row(ruled.plan(), "PLAIN")
    assert ("rate_per_day" in found, "expected_lead_time_days" in found, "order_day" in found) == (True, False, False)
    reopened(ruled, calendars=[weekly(ruled, 0)])
    found = ruled.row(ruled.plan(), "PLAIN")
    assert ("rule" in found, found["expected_lead_time_days"], found["order_day"]) == (False, 3.0, True)


# ---- demand from the history


def wanted(ruled: RuledShop, *skus: str, follows: dict[str, str] | None = None) -> Wanted:
    rows = [(location, sku, "Cases") for sku in skus for location in ruled.shop.locations]
    return Wanted(pd.DataFrame(rows, columns=["location", "sku", "category"]), follows or {})


def test_every_row_has_its_demand_in_its_own_place_however_the_history_is_cut_into_blocks(
    opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    ruled = opened()
    ruled.tills = {"A": every_day(1), "B": every_day(2), "OLD": every_day(3)}
    ruled.know(40)
    asked = wanted(ruled, "B", "NEW", "A", "nothing", follows={"NEW": "OLD"})
    whole = estimated_demand(ruled.shop.services, ruled.company, asked, ruled.today)
    assert whole is not None
    assert tuple(whole.columns) == COLUMNS
    assert whole["rate_per_day"].tolist() == pytest.approx([2, 2, 0, 0, 1, 1, 0, 0])
    monkeypatch.setattr("replenisher.workflows.history.read.SERIES_AT_ONCE", 1)
    cut = estimated_demand(ruled.shop.services, ruled.company, asked, ruled.today)
    pd.testing.assert_frame_equal(cut, whole)


def test_the_run_s_own_day_does_not_count_though_it_may_be_over_by_now(opened: Opened) -> None:
    ruled = opened()
    ruled.tills = {"A": lambda days_ago: 50 if days_ago == 0 else 1}
    ruled.know(40)
    run_day = ruled.today
    for now in (run_day, run_day + DAY):
        ruled.today = now
        ruled.know(3)
    found = estimated_demand(ruled.shop.services, ruled.company, wanted(ruled, "A"), run_day)
    assert found is not None
    assert (found["rate_per_day"].tolist(), found["known_days"].tolist()) == (pytest.approx([1, 1]), [40, 40])


def test_only_so_many_days_count_as_the_settings_say(opened: Opened) -> None:
    ruled = opened(demand={"days": 28})
    ruled.tills = {"A": lambda days_ago: 1 if days_ago <= 28 else 99}
    ruled.know(40)
    found = estimated_demand(ruled.shop.services, ruled.company, wanted(ruled, "A"), ruled.today)
    assert found is not None
    assert (found["rate_per_day"].tolist(), found["known_days"].tolist()) == (pytest.approx([1, 1]), [28, 28])


def test_a_product_is_as_old_as_its_listing_and_old_where_nothing_was_listed_before(opened: Opened) -> None:
    ruled = opened()
    ruled.today -= 5 * DAY
    ruled.holds(row("PLAIN", 50), everywhere=False)
    ruled.plan()
    ruled.today += 2 * DAY
    ruled.holds(row("PLAIN", 50), row("COVER", 50), everywhere=False)
    ruled.plan()
    ruled.today += 3 * DAY
    asked = wanted(ruled, "PLAIN", "COVER", "QUIET")
    found = estimated_demand(ruled.shop.services, ruled.company, asked, ruled.today)
    assert found is not None
    ages = dict(zip(zip(asked.rows["location"], asked.rows["sku"], strict=True), found["age_days"], strict=True))
    here, there = ruled.shop.locations
    assert [ages[here, sku] for sku in ("PLAIN", "COVER", "QUIET")] == [OLDER_THAN_KNOWN, 3, 0]
    assert {ages[there, sku] for sku in ("PLAIN", "COVER", "QUIET")} == {OLDER_THAN_KNOWN}


def test_no_rows_have_no_demand(opened: Opened) -> None:
    ruled = opened()
    assert estimated_demand(ruled.shop.services, ruled.company, wanted(ruled), ruled.today) is None
