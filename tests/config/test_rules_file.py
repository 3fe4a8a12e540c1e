"""The planners' rules file: what it may say, and every fault with its file, line and key, all at once."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from textwrap import dedent

import pytest

from replenisher.config.rules_file import read_rules
from replenisher.errors import ConfigurationError
from replenisher.planning.choosing import Ages

WHOLE = """
    regions:
      west: ["11412", "00007"]
      east: ["20001"]
    rules:
      - name: everything
        policy: min_max
      - name: phones in the west
        match:
          category: [Phones]
          region: [west]
          age_days:
            first: 60
        policy: order_up_to
        parameters:
          cycle_service: 0.95
          presentation_minimum: 2
        first_day: 2026-11-01
        last_day: 2026-12-31
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "rules.yaml"
    path.write_text(dedent(text))
    return path


def faults(folder: Path, text: str) -> list[str]:
    with pytest.raises(ConfigurationError) as refused:
        read_rules(written(folder, text))
    return [line.replace(f"{folder}/", "") for line in str(refused.value).splitlines()]


def test_a_whole_file_is_read(tmp_path: Path) -> None:
    found = read_rules(written(tmp_path, WHOLE))
    everything, phones = found.rules
    assert (everything.policy, everything.parameters, any(everything.scope.named)) == ("min_max", {}, False)
    assert (phones.scope.categories, phones.scope.regions, phones.scope.ages) == ({"Phones"}, {"west"}, Ages(60))
    assert dict(phones.parameters) == {"cycle_service": 0.95, "presentation_minimum": 2}
    assert (phones.first_day, phones.last_day) == (date(2026, 11, 1), date(2026, 12, 31))
    assert phones.place == f"{tmp_path / 'rules.yaml'}:8"
    assert found.regions == {"11412": "west", "00007": "west", "20001": "east"}


def test_an_empty_list_of_rules_is_no_fault(tmp_path: Path) -> None:
    assert read_rules(written(tmp_path, "rules: []\n")).rules == ()


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        ("policy: order_upto\nparameters: {cycle_service: 0.9}", "rules[0].policy: there is no such policy"),
        ("policy: order_upto", "nearest valid name: order_up_to"),
        ("policy: order_up_to", "rules[0].parameters: order_up_to takes exactly one of cycle_service and fill_rate"),
        ("policy: order_up_to\nparameters: {cycle_service: 95}", "cycle_service should be from 0.5 to 0.9999 (share)"),
        ("policy: order_up_to\nparameters: {cycle_service: high}", "should be a number"),
        ("policy: min_max\nmatch: {sku: []}", "rules[0].match.sku: should have at least one entry"),
        ("policy: min_max\nmatch: {skus: [A]}", "rules[0].match.skus: "),
        ("policy: min_max\nmatch: {demand_class: [sleepy]}", "'sleepy' is no class of demand; there are smooth"),
        ("policy: min_max\nmatch: {region: [wets]}", "region 'wets' has no locations: name them under `regions`"),
        ("policy: min_max\nmatch: {age_days: {first: 9, below: 9}}", "from 9 to below 9 days there is no day"),
        ("policy: min_max\nfirst_day: 2026-12-01\nlast_day: 2026-11-30", "2026-11-30 is before the first day"),
        ("policy: min_max\nfirst_day: tomorrow", "rules[0].first_day: "),
        ("match: {sku: [A]}", "rules[0].policy: is missing"),
    ],
)
def test_a_fault_names_file_line_and_key(tmp_path: Path, rule: str, told: str) -> None:
    indented = rule.replace("\n", "\n    ")
    text = f"regions:\n  west: ['1']\nrules:\n  - name: one\n    {indented}\n"
    found = faults(tmp_path, text)
    assert any(told in line for line in found), found
    assert all(line.startswith("rules.yaml:") for line in found)


def test_two_rules_that_tie_are_told_at_the_second_with_both_places(tmp_path: Path) -> None:
    text = """
        rules:
          - name: one
            match: {category: [Phones, Cases]}
            policy: min_max
          - name: other
            match: {category: [Cases]}
            policy: min_max
    """
    (line,) = faults(tmp_path, text)
    assert line.startswith("rules.yaml:6: rules[1]: ")
    assert "rules.yaml:3: rule 'one' and rules.yaml:6: rule 'other' both match category 'Cases'" in line


def test_every_fault_is_told_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    text = """
        regions:
          west: ["1"]
          east: ["1"]
        rules:
          - name: one
            policy: magic
          - name: twice
            match: {sku: [A]}
            policy: min_max
          - name: twice
            match: {sku: [B]}
            policy: order_up_to
            parameters: {cycle_service: 0.9}
          - name: two
            policy: days_of_cover
    """
    found = faults(tmp_path, text)
    assert [line.split(": ")[1] for line in found] == [
        "regions.east",
        "rules[0].policy",
        "rules[2].name",
        "rules[3].parameters",
    ]


def test_a_file_that_is_not_there_or_no_mapping_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="does not exist"):
        read_rules(tmp_path / "none.yaml")
    assert faults(tmp_path, "- 1\n")[0].startswith("rules.yaml:1: should be a mapping")


def test_a_policy_that_does_not_exist_is_told_beside_a_key_that_does_not(tmp_path: Path) -> None:
    text = """
        rules:
          - name: one
            match: {categorie: [Phones]}
            policy: days_off_cover
    """
    found = faults(tmp_path, text)
    assert [line.split(": ")[1] for line in found] == ["rules[0].match.categorie", "rules[0].policy"]
    assert found[1].endswith("nearest valid name: days_of_cover")
