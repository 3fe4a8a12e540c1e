"""The planners' rules file: which rows are planned by which policy, and in which regions locations lie.

1. Read as the configuration is: every fault with file, line and key, all of them at once.
2. Each rule's policy and parameters are checked against the catalogue of policies.
3. No two rules may tie, and every region that a rule names must have locations.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import combinations
from pathlib import Path
from typing import Annotated

from pydantic import Field, ValidationError

from replenisher.config.document import Document, Fault, Place, read
from replenisher.config.faults import faults_of
from replenisher.config.kinds import Section, Text, nearest
from replenisher.errors import ConfigurationError, PlanningInputError
from replenisher.planning.choosing import PATH, Ages, PolicyRule, Scope, steps_of, tie_of
from replenisher.planning.policies.catalogue import CATALOGUE, check_parameters
from replenisher.planning.rule_set import PlanningRuleSet

Names = Annotated[tuple[Text, ...], Field(min_length=1)]
Days = Annotated[int, Field(ge=0, le=36_500)]

DEMAND_CLASSES = ("smooth", "intermittent", "erratic", "lumpy", "too_new", "none")
"""What a row's demand can be; `planning.demand` tells which it is."""


class AgeSettings(Section):
    """Days since the row was first seen."""

    first: Days = Field(default=0, description="From this day on.", examples=[0])
    below: Days | None = Field(default=None, description="Less than so many days; nothing = no end.", examples=[60])


class MatchSettings(Section):
    """What a rule is for; what is left out is left open."""

    sku: Names | None = Field(default=None, description="These SKUs.", examples=[["00123"]])
    location: Names | None = Field(default=None, description="These locations.", examples=[["11412"]])
    category: Names | None = Field(
        default=None,
        description="These categories of the report: any step of a category's path, or the path from its beginning.",
        examples=[["Phones"]],
    )
    region: Names | None = Field(default=None, description="Locations of these regions.", examples=[["west"]])
    demand_class: Names | None = Field(default=None, description="These classes of demand.", examples=[["lumpy"]])
    age_days: AgeSettings | None = Field(default=None, description="How old the row is.")
    company: Names | None = Field(default=None, description="These companies.", examples=[["14146"]])


class RuleSettings(Section):
    """One rule; the most specific rule that matches a row plans it."""

    name: Text = Field(description="A name for messages and explanations.", examples=["phones in the west"])
    match: MatchSettings = Field(default=MatchSettings(), description="What it is for; nothing = every row.")
    policy: Text = Field(description="The policy, by its name in docs/policies.md.", examples=["order_up_to"])
    parameters: dict[str, float] = Field(
        default={}, description="The policy's parameters.", examples=[{"cycle_service": 0.95}]
    )
    first_day: date | None = Field(default=None, description="In force from this day on.", examples=["2026-11-01"])
    last_day: date | None = Field(default=None, description="In force until this day.", examples=["2026-12-31"])


class RulesFile(Section):
    """The whole file."""

    regions: dict[str, Names] = Field(
        default={}, description="Locations of each region.", examples=[{"west": ["11412", "11413"]}]
    )
    rules: tuple[RuleSettings, ...] = Field(default=(), description="The rules, in any order.")


def is_rules_file(path: Path) -> bool:
    """Tell a rules file from a configuration: it has rules or regions, and no companies."""
    values = read(path).values
    return "companies" not in values and bool({"rules", "regions"} & values.keys())


def read_rules(path: Path) -> PlanningRuleSet:
    """Read a rules file. Raises ConfigurationError with one line for every fault: file, line, key, what to do."""
    document = read(path)
    try:
        content = RulesFile.model_validate(document.values)
    except ValidationError as error:
        found = [*faults_of(error, RulesFile), *_unknown_policies(document)]
        raise ConfigurationError(_told(document, found)) from None
    rules, faults = _rules(document, content)
    faults += [*_region_faults(content), *_tie_faults(rules)]
    if faults or document.faults:
        raise ConfigurationError(_told(document, faults))
    regions = {location: region for region, locations in content.regions.items() for location in locations}
    return PlanningRuleSet(tuple(rule for _, rule in rules), regions)


def _told(document: Document, faults: list[Fault]) -> str:
    every = sorted([*document.faults, *faults], key=lambda fault: fault.line or document.line_of(fault.place))
    return "\n".join(document.report(fault) for fault in every)


def _rules(document: Document, content: RulesFile) -> tuple[list[tuple[Place, PolicyRule]], list[Fault]]:
    made: list[tuple[Place, PolicyRule]] = []
    faults: list[Fault] = []
    for number, settings in enumerate(content.rules):
        place: Place = ("rules", number)
        found = list(_faults_of_rule(settings, place))
        faults += found
        if not found:
            where = f"{document.file}:{document.line_of(place)}"
            made.append((place, _rule(settings, where)))
    return made, faults


def _faults_of_rule(settings: RuleSettings, place: Place) -> Iterator[Fault]:
    unknown = _unknown_policy(settings.policy)
    if unknown:
        yield Fault((*place, "policy"), unknown)
    else:
        try:
            check_parameters(settings.policy, settings.parameters)
        except PlanningInputError as error:
            yield Fault((*place, "parameters"), str(error))
    for name in settings.match.demand_class or ():
        if name not in DEMAND_CLASSES:
            text = f"{name!r} is no class of demand; there are {', '.join(DEMAND_CLASSES)}"
            yield Fault((*place, "match", "demand_class"), text)
    age = settings.match.age_days
    if age is not None and age.below is not None and age.below <= age.first:
        text = f"from {age.first} to below {age.below} days there is no day"
        yield Fault((*place, "match", "age_days"), text)
    if settings.first_day and settings.last_day and settings.last_day < settings.first_day:
        yield Fault((*place, "last_day"), f"{settings.last_day} is before the first day {settings.first_day}")


def _unknown_policy(name: str) -> str:
    """Say that there is no policy of this name; empty where there is."""
    if name in CATALOGUE:
        return ""
    meant = nearest(name, CATALOGUE)
    hint = f"; nearest valid name: {meant}" if meant else ""
    return f"there is no such policy; there are {', '.join(CATALOGUE)}{hint}"


def _unknown_policies(document: Document) -> Iterator[Fault]:
    """Look for policies that do not exist in a file whose shape is not right."""
    rules = document.values.get("rules")
    for number, rule in enumerate(rules if isinstance(rules, list) else ()):
        name = rule.get("policy") if isinstance(rule, dict) else None
        if isinstance(name, str) and _unknown_policy(name):
            yield Fault(("rules", number, "policy"), _unknown_policy(name))


def _rule(settings: RuleSettings, where: str) -> PolicyRule:
    match = settings.match
    sets = {
        "skus": match.sku,
        "locations": match.location,
        "categories": match.category and tuple(f" {PATH} ".join(steps_of(one)) for one in match.category),
        "regions": match.region,
        "classes": match.demand_class,
        "companies": match.company,
    }
    scope = Scope(
        **{name: None if values is None else frozenset(values) for name, values in sets.items()},
        ages=None if match.age_days is None else Ages(match.age_days.first, match.age_days.below),
    )
    return PolicyRule(
        settings.name, settings.policy, scope, settings.parameters, settings.first_day, settings.last_day, where
    )


def _region_faults(content: RulesFile) -> Iterator[Fault]:
    """Find locations that lie in two regions, and regions that rules name and nobody has described."""
    first: dict[str, str] = {}
    for region, locations in content.regions.items():
        for location in locations:
            other = first.setdefault(location, region)
            if other != region:
                yield Fault(("regions", region), f"location {location} is in region {other} already")
    for number, rule in enumerate(content.rules):
        for region in rule.match.region or ():
            if region not in content.regions:
                meant = nearest(region, content.regions)
                hint = f"; nearest: {meant}" if meant else ""
                text = f"region {region!r} has no locations: name them under `regions`{hint}"
                yield Fault(("rules", number, "match", "region"), text)


def _tie_faults(rules: list[tuple[Place, PolicyRule]]) -> Iterator[Fault]:
    for (_, one), (place, other) in combinations(rules, 2):
        if one.name == other.name:
            yield Fault((*place, "name"), f"{one} has the same name; give each its own")
        tie = tie_of(one, other)
        if tie:
            yield Fault(place, tie)
