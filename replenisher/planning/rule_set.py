"""The rules of a run as a whole, and as a document that the archive keeps and gives back unchanged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from replenisher.planning.choosing import Ages, PolicyRule, Scope

_SETS = ("skus", "locations", "categories", "regions", "classes", "companies")


@dataclass(frozen=True)
class PlanningRuleSet:
    """The rules of a file, and the region of each location that lies in one."""

    rules: tuple[PolicyRule, ...] = ()
    regions: Mapping[str, str] = field(default_factory=dict)


def document_of(rule_set: PlanningRuleSet) -> dict[str, Any]:
    """Write rules as plain data; `rule_set_of` reads them."""
    return {"rules": [_as_data(rule) for rule in rule_set.rules], "regions": dict(sorted(rule_set.regions.items()))}


def rule_set_of(document: Mapping[str, Any]) -> PlanningRuleSet:
    """Read rules from plain data that `document_of` wrote."""
    return PlanningRuleSet(tuple(_as_rule(data) for data in document["rules"]), dict(document["regions"]))


def _as_data(rule: PolicyRule) -> dict[str, Any]:
    scope = rule.scope
    named = {name: getattr(scope, name) for name in _SETS}
    return {
        "name": rule.name,
        "policy": rule.policy,
        "scope": {name: None if values is None else sorted(values) for name, values in named.items()},
        "ages": None if scope.ages is None else [scope.ages.first, scope.ages.below],
        "parameters": dict(sorted(rule.parameters.items())),
        "first_day": None if rule.first_day is None else rule.first_day.isoformat(),
        "last_day": None if rule.last_day is None else rule.last_day.isoformat(),
        "place": rule.place,
    }


def _as_rule(data: Mapping[str, Any]) -> PolicyRule:
    sets = {name: None if values is None else frozenset(values) for name, values in data["scope"].items()}
    first, last = (data["first_day"], data["last_day"])
    ages = None if data["ages"] is None else Ages(*data["ages"])
    return PolicyRule(
        data["name"],
        data["policy"],
        Scope(**sets, ages=ages),
        dict(data["parameters"]),
        None if first is None else date.fromisoformat(first),
        None if last is None else date.fromisoformat(last),
        data["place"],
    )
