"""What the settings give to the rest of the program."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
import yaml
from pydantic import ValidationError

from replenisher.config import Settings, effective
from replenisher.errors import NotFoundError
from replenisher.planning.constraints import Damping
from replenisher.planning.policies.asking import Rounding, Trigger
from replenisher.planning.position import PositionWeights
from replenisher.planning.proposal import Rules
from replenisher.purchasing.approval import ApprovalRules

Loaded = Callable[..., Settings]
LAST = "      unlisted: order"


def test_relative_paths_count_from_the_folder_of_the_file(loaded: Loaded, tmp_path: Path) -> None:
    settings = loaded(("vendor:", "levels_file: config.yaml\nvendor:"))
    assert settings.data_folder == tmp_path / "var"
    assert settings.levels_file == tmp_path / "config.yaml"
    assert settings.archive_address() == (tmp_path / "var" / "archive").as_uri()


def test_paths_may_be_absolute_or_in_the_home_folder(loaded: Loaded) -> None:
    assert loaded(("vendor:", "data_folder: /srv/replenisher\nvendor:")).data_folder == Path("/srv/replenisher")
    assert loaded(("vendor:", "data_folder: ~/replenisher\nvendor:")).data_folder == Path.home() / "replenisher"


def test_the_archive_may_be_elsewhere(loaded: Loaded) -> None:
    assert loaded(("vendor:", "archive_url: s3://bucket/x\nvendor:")).archive_address() == "s3://bucket/x"


def test_settings_cannot_be_changed(loaded: Loaded) -> None:
    with pytest.raises(ValidationError, match="frozen"):
        loaded().times.lease = 3.0  # type: ignore[misc]


def test_a_company_is_found_by_its_id_and_a_near_miss_is_told(loaded: Loaded) -> None:
    settings = loaded()
    company = settings.company("14146")
    assert settings.platform_of(company) is settings.platforms["retail"]
    with pytest.raises(NotFoundError, match=r"no company 14147 in the configuration; nearest: 14146 \(Kentel\)"):
        settings.company("14147")
    with pytest.raises(NotFoundError, match="no company xyz in the configuration; configured: 14146"):
        settings.company("xyz")


def test_a_company_may_have_files_of_its_own(loaded: Loaded, tmp_path: Path) -> None:
    (tmp_path / "own.csv").touch()
    common = ("vendor:", "products_file: config.yaml\nlevels_file: config.yaml\nvendor:")
    settings = loaded(common, (LAST, f"{LAST}\n    products_file: own.csv\n    levels_file: own.csv"))
    company = settings.companies[0]
    assert settings.products_file_of(company) == settings.levels_file_of(company) == tmp_path / "own.csv"
    company = loaded(common).companies[0]
    assert settings.products_file_of(company) == settings.levels_file_of(company) == tmp_path / "config.yaml"


def test_the_inventory_report_is_always_pulled_and_none_twice(loaded: Loaded) -> None:
    settings = loaded((LAST, f"{LAST}\n    reports: [sales, sales]"))
    assert settings.companies[0].reports == ("inventory", "sales")


def test_the_defaults_are_the_rules_planning_and_purchasing_have_by_themselves(loaded: Loaded) -> None:
    company = loaded().companies[0]
    assert company.planning_rules() == Rules(unlisted="order")
    assert company.approval_rules() == ApprovalRules()


def test_planning_rules_are_handed_on_with_money_in_ten_thousandths(loaded: Loaded) -> None:
    rules = """
      trigger: at_or_below
      rounding: nearest
      never_to_zero: no
      maximum_line_quantity: 5
      maximum_order_lines: 6
      maximum_order_units: 7
      maximum_order_value: 1234.5678
      minimum_order_units: 3
      minimum_order_value: 1.5
      below_order_minimum: top_up
      rounding_threshold_percent: 80
      unmapped: exclude
      damping: {units: 2, level_percent: 10, value: 0.5, floor_percent: 20}
      weights: {backordered: demand, transfer_out: subtract, allocated: 0}"""
    assert loaded((LAST, LAST + rules)).companies[0].planning_rules() == Rules(
        weights=PositionWeights(backordered=-1, transfer_out=-1, allocated=0),
        trigger=Trigger.AT_OR_BELOW,
        rounding=Rounding.NEAREST,
        never_to_zero=False,
        maximum_line_quantity=5,
        maximum_order_lines=6,
        maximum_order_units=7,
        maximum_order_value=12_345_678,
        minimum_order_units=3,
        minimum_order_value=15_000,
        below_order_minimum="top_up",
        rounding_threshold_percent=80,
        damping=Damping(units=2, level_percent=10, value=5_000, floor_percent=20),
        unlisted="order",
        unmapped="exclude",
    )


@pytest.mark.parametrize(("word", "weight"), [("count", 1), ("included_in_on_order", 0), ("ignore", 0), ("demand", -1)])
def test_what_backordered_means_is_a_weight(loaded: Loaded, word: str, weight: int) -> None:
    settings = loaded((LAST, f"{LAST}\n      weights: {{backordered: {word}}}"))
    assert settings.companies[0].planning_rules().weights.backordered == weight


def test_approval_limits_are_exact_amounts_and_may_be_lifted(loaded: Loaded) -> None:
    rules = loaded((LAST, f"{LAST}\n    approval: {{value_limit: 0.1, change_factor: 2.5}}"))
    assert rules.companies[0].approval_rules() == ApprovalRules(
        value_limit=Decimal("0.1"), change_factor=Decimal("2.5")
    )
    lifted = loaded((LAST, f"{LAST}\n    approval: {{value_limit: null, automatic: off}}"))
    assert lifted.companies[0].approval_rules() == ApprovalRules(value_limit=None, automatic=False)


def test_the_effective_settings_are_a_configuration_with_every_default(loaded: Loaded) -> None:
    settings = loaded()
    shown = yaml.safe_load(effective(settings))
    assert shown["platforms"]["retail"]["password"] == "***"
    assert shown["times"]["look_ups"] == [30.0, 120.0, 300.0, 900.0]
    assert shown["companies"][0]["approval"]["value_limit"] == "500.00"
    restored = effective(settings)
    for name in ("PASSWORD", "CLIENT_SECRET"):
        restored = restored.replace("'***'", f"${{env:{name}}}", 1)
    assert loaded(text=restored) == settings
