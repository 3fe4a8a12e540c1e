"""A run by rules from the archive alone: bit for bit, by another rules file, by another configuration, and refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import update

from replenisher.database.models import PlanningRun
from replenisher.errors import ConfigurationError, PlanningInputError
from replenisher.workflows.plan.rehearse import rehearse
from replenisher.workflows.replay import Replay, other_rules, replay
from tests.workflows.conftest import Opened
from tests.workflows.ruled_shop import DAY, RULES, RuledShop, explained, reopened, ruled_run

EVERY = ("COVER", "SERVED", "LOTS", "NEW", "QUIET", "PLAIN")
OWN_LEVELS = {"COVER": 7, "SERVED": 7, "LOTS": 12, "NEW": 7, "QUIET": 7, "PLAIN": 7}
"""What is ordered of each at 2 on hand by minimum 3 and maximum 9, in packs of 6 of LOTS."""


def becomes(ruled: RuledShop, found: Replay) -> dict[str, int]:
    """Units of each SKU after a replay at the first location: what changed, and what stayed."""
    (frame,) = ruled.frames(found.run)
    here = frame[(frame["location"] == ruled.here).to_numpy()]
    stayed = dict(zip(here["sku"], here["order_quantity"].tolist(), strict=True))
    rows = found.frame[(found.frame["location"] == ruled.here).to_numpy()]
    return stayed | dict(zip(rows["sku"], rows["after"].tolist(), strict=True))


def test_a_ruled_run_comes_out_bit_for_bit_though_files_history_and_settings_have_changed(
    opened: Opened, tmp_path: Path
) -> None:
    ruled = opened()
    run = ruled_run(ruled)
    (frame,) = ruled.frames(run)
    assert set(frame["rule"].dropna()) == {"cover", "served", "lots"}
    (tmp_path / "rules.yaml").write_text("rules: []\n")
    ruled.tills = {}
    ruled.today += DAY
    ruled.know(1)
    reopened(ruled, calendars=[], planning={"trigger": "at_or_below"})
    found = replay(ruled.shop.services, run)
    assert (found.same, found.differing, found.rows) == (True, [], 12)
    assert {sku: explained(ruled, sku, run).order_quantity for sku in EVERY} == becomes(ruled, found)


def test_a_run_with_a_history_and_a_calendar_and_without_rules_comes_out_bit_for_bit_too(opened: Opened) -> None:
    ruled = opened("rules: []\n")
    run = ruled_run(ruled)
    (frame,) = ruled.frames(run)
    assert ("rule" in frame, "rate_per_day" in frame, "order_day" in frame) == (False, True, True)
    assert replay(ruled.shop.services, run).same
    assert {sku: explained(ruled, sku, run).order_quantity for sku in EVERY} == OWN_LEVELS


def test_a_rehearsal_plans_what_the_run_orders(opened: Opened) -> None:
    ruled = opened()
    run = ruled_run(ruled)
    company = ruled.company
    found = rehearse(ruled.shop.services, company, None, lambda *_: None)
    (frame,) = ruled.frames(run)
    (rehearsed,) = found.frames
    assert [one.units for one in found.locations] == [sum(frame["order_quantity"]) // 2] * 2
    for name in ("rule", "rate_per_day", "reorder_point", "order_up_to_level", "lot", "order_quantity"):
        assert rehearsed[name].astype("object").equals(frame[name].astype("object")), name


def test_by_another_rules_file_only_the_rows_that_it_plans_otherwise_change(opened: Opened, tmp_path: Path) -> None:
    ruled = opened()
    run = ruled_run(ruled)
    before = becomes(ruled, replay(ruled.shop.services, run))
    other = tmp_path / "other.yaml"
    other.write_text(RULES.replace("most_days: 21", "most_days: 14"))
    found = replay(ruled.shop.services, run, other_rules(ruled.company.id, other))
    after = becomes(ruled, found)
    assert (before["COVER"], after["COVER"]) == (40, 26)
    assert {sku for sku in EVERY if before[sku] != after[sku]} == {"COVER", "QUIET"}
    assert found.units_before - found.units_after == 2 * sum(before[sku] - after[sku] for sku in EVERY)


def test_by_the_same_rules_file_again_nothing_changes(opened: Opened, tmp_path: Path) -> None:
    ruled = opened()
    run = ruled_run(ruled)
    assert replay(ruled.shop.services, run, other_rules(ruled.company.id, tmp_path / "rules.yaml")).same


def test_by_a_file_without_rules_every_row_is_ordered_by_its_own_levels(opened: Opened, tmp_path: Path) -> None:
    ruled = opened()
    run = ruled_run(ruled)
    none = tmp_path / "none.yaml"
    none.write_text("rules: []\n")
    assert becomes(ruled, replay(ruled.shop.services, run, other_rules(ruled.company.id, none))) == OWN_LEVELS


def test_another_configuration_brings_its_settings_and_its_own_rules_file_or_none(
    opened: Opened, tmp_path: Path
) -> None:
    ruled = opened()
    run = ruled_run(ruled)
    before = becomes(ruled, replay(ruled.shop.services, run))
    here, there = (tmp_path / name for name in ("replenisher.yaml", "elsewhere.yaml"))
    there.write_text(here.read_text().replace("  rules_file: rules.yaml\n", ""))
    assert there.read_text() != here.read_text()
    found = replay(ruled.shop.services, run, other_rules(ruled.company.id, there))
    assert becomes(ruled, found) == OWN_LEVELS
    (tmp_path / "none.yaml").write_text("rules: []\n")
    there.write_text(here.read_text().replace("rules_file: rules.yaml", "rules_file: none.yaml"))
    assert becomes(ruled, replay(ruled.shop.services, run, other_rules(ruled.company.id, there))) == OWN_LEVELS
    there.write_text(here.read_text().replace("rules_file:", "planning: {maximum_line_quantity: 6}\n  rules_file:"))
    found = replay(ruled.shop.services, run, other_rules(ruled.company.id, there))
    assert becomes(ruled, found) == {sku: min(units, 6) for sku, units in before.items()}
    assert max(before.values()) > 6


def test_a_fault_of_another_rules_file_is_told_by_line_and_nothing_is_replayed(opened: Opened, tmp_path: Path) -> None:
    ruled = opened()
    bad = tmp_path / "bad.yaml"
    bad.write_text("rules:\n  - name: one\n    policy: order_upto\n")
    with pytest.raises(ConfigurationError, match=r"bad\.yaml:3: rules\[0\]\.policy: there is no such policy"):
        other_rules(ruled.company.id, bad)


def test_a_row_that_the_rules_at_hand_do_not_lead_to_is_refused_an_explanation(opened: Opened) -> None:
    """The archived rules are exchanged for others: the row's own figures no longer follow from them."""
    ruled = opened()
    run = ruled_run(ruled)
    services, inputs = ruled.shop.services, ruled.shop.run(run).inputs
    document = services.archive.get_document(inputs["policy_rules"])
    document["rules"][0]["parameters"]["most_days"] = 22
    forged = inputs | {"policy_rules": services.archive.put_document(document)}
    with services.database.transaction() as session:
        session.execute(update(PlanningRun).where(PlanningRun.id == run).values(inputs=forged))
    told = r"rule 'cover' leads to minimum, maximum and lot \(14, 44, 0\), and the row was planned with \(14, 42, 0\)"
    with pytest.raises(PlanningInputError, match=told):
        explained(ruled, "COVER", run)
    assert explained(ruled, "SERVED", run).order_quantity == ruled.row(run, "SERVED")["order_quantity"]
    found = replay(services, run)
    assert (found.same, "order_up_to_level" in found.differing) == (False, True)
