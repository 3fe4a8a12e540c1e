"""Which rule plans which row: the most specific one that matches, on the run's business date.

A rule says what it is for (`Scope`) and by which policy those rows are planned. What a scope does not name, it leaves
open. Of two rules that match a row the more specific wins: the one that names the first of these that the other does
not, in the order **SKU, location, category, region, class, age, company**. So a rule for a SKU beats any rule for a
category, and a rule for a SKU at a location beats one for the SKU.

Reports tell a category as a path, " >> Accessories >> Car mounts". A rule may name any step of it, or the path from its
beginning; of two rules that name the same things the one whose category lies deeper wins, and at one depth the path.

Two rules that name the same things, share a value of each, and are in force on a common day would tie. That can be
seen in the rules alone, so it is a fault of the rules before any run, and `choose` never meets a tie.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import combinations, groupby
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import pandas as pd

from replenisher.errors import PlanningInputError

PATH = ">>"
"""What stands between two steps of a category's path."""

NO_RULE = -1
"""The place of the rule of a row that none matches."""

NAMES = ("skus", "locations", "categories", "regions", "classes", "ages", "companies")
"""What a scope can name, the most specific first."""

SINGULAR = dict(zip(NAMES, ("SKU", "location", "category", "region", "class", "age", "company"), strict=True))


@dataclass(frozen=True)
class Ages:
    """Days since a row was first seen: from `first` on, and less than `below` where there is one."""

    first: int = 0
    below: int | None = None

    def __post_init__(self) -> None:
        """Refuse what holds no day."""
        if self.first < 0 or (self.below is not None and self.below <= self.first):
            raise PlanningInputError(f"ages from {self.first} to below {self.below} days hold no day")

    def holds(self, age_days: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
        """Tell which ages are among these."""
        held = age_days >= self.first
        return held if self.below is None else held & (age_days < self.below)

    def meets(self, other: Ages) -> bool:
        """Tell whether some age is among both."""
        return self._before_end(other.first) and other._before_end(self.first)

    def _before_end(self, day: int) -> bool:
        return self.below is None or day < self.below


@dataclass(frozen=True)
class Scope:
    """What a rule is for; None leaves open what it stands for. An empty set would match nothing and is refused."""

    skus: frozenset[str] | None = None
    locations: frozenset[str] | None = None
    categories: frozenset[str] | None = None
    regions: frozenset[str] | None = None
    classes: frozenset[str] | None = None
    ages: Ages | None = None
    companies: frozenset[str] | None = None

    def __post_init__(self) -> None:
        """Refuse a scope that nothing can be in."""
        for name in NAMES:
            if getattr(self, name) == frozenset():
                raise PlanningInputError(f"{name} is empty: leave it out, or name what the rule is for")

    @property
    def named(self) -> tuple[bool, ...]:
        """Which of NAMES the scope names; compared as a tuple it is how specific the scope is."""
        return tuple(getattr(self, name) is not None for name in NAMES)


@dataclass(frozen=True)
class PolicyRule:
    """A policy with its parameters for the rows of a scope, in force from `first_day` to `last_day` inclusive.

    `place` is where a person wrote the rule (file and line), for messages.
    """

    name: str
    policy: str
    scope: Scope = field(default_factory=Scope)
    parameters: Mapping[str, float] = field(default_factory=dict)
    first_day: date | None = None
    last_day: date | None = None
    place: str = ""

    def __post_init__(self) -> None:
        """Refuse a rule that is never in force."""
        if self.first_day is not None and self.last_day is not None and self.last_day < self.first_day:
            raise PlanningInputError(f"{self}: its last day {self.last_day} is before its first day {self.first_day}")

    def __str__(self) -> str:
        """Name the rule as its messages do."""
        return f"{self.place}: rule {self.name!r}" if self.place else f"rule {self.name!r}"

    def in_force(self, day: date) -> bool:
        """Tell whether the rule holds on a business date."""
        return not (self.first_day is not None and day < self.first_day) and not (
            self.last_day is not None and day > self.last_day
        )


def check_rules(rules: Sequence[PolicyRule]) -> Sequence[PolicyRule]:
    """Return the rules unchanged if no two of them can tie; raise PlanningInputError naming every pair that can.

    Worked example: "phones" for category Phones and "west" for region west never tie, for a category is more specific.
    Two rules for category Phones tie, unless one ends before the other begins.
    """
    faults = [tie for one, other in combinations(rules, 2) if (tie := tie_of(one, other))]
    doubled = {rule.name for rule in rules if sum(rule.name == other.name for other in rules) > 1}
    faults += [f"{rule}: another rule has the same name" for rule in rules if rule.name in doubled]
    if faults:
        raise PlanningInputError("; ".join(faults))
    return rules


def _can_tie(one: PolicyRule, other: PolicyRule) -> bool:
    if one.scope.named != other.scope.named or not _meet_in_time(one, other):
        return False
    pairs = [(getattr(one.scope, name), getattr(other.scope, name)) for name in NAMES]
    return all(_meet(first, second) for first, second in pairs if first is not None)


def _meet(first: frozenset[str] | Ages, second: frozenset[str] | Ages) -> bool:
    if isinstance(first, Ages):
        return first.meets(cast(Ages, second))
    return not first.isdisjoint(cast(frozenset[str], second))


def _meet_in_time(one: PolicyRule, other: PolicyRule) -> bool:
    starts = (one.first_day or date.min, other.first_day or date.min)
    ends = (one.last_day or date.max, other.last_day or date.max)
    return max(starts) <= min(ends)


def tie_of(one: PolicyRule, other: PolicyRule) -> str:
    """Say what two rules would tie about and what to do; empty where they cannot tie."""
    if not _can_tie(one, other):
        return ""
    shared = []
    for name in NAMES:
        first, second = getattr(one.scope, name), getattr(other.scope, name)
        if isinstance(first, frozenset):
            shared.append(f"{SINGULAR[name]} {min(first & second)!r}")
    what = " ".join(shared) or ("the same ages" if one.scope.ages else "every row")
    return (
        f"{one} and {other} both match {what} and are equally specific: "
        "let one of them name more, share nothing, or end before the other begins"
    )


@dataclass(frozen=True)
class RowFacts:
    """What rules look at, a value per row: `region` is "" where a location is in none, `age_days` is int64."""

    sku: pd.Categorical
    location: pd.Categorical
    category: pd.Categorical
    demand_class: pd.Categorical
    region: pd.Categorical
    age_days: npt.NDArray[np.int64]


def choose(rules: Sequence[PolicyRule], facts: RowFacts, company: str, day: date) -> npt.NDArray[np.int16]:
    """Give for each row the place of its rule among `rules`, NO_RULE where none matches.

    Takes rules that `check_rules` has accepted; the result does not depend on their order, nor on that of the rows.

    Worked example: a rule for category Phones and one for SKU PH1, which is a phone: PH1 has the second, every other
    phone the first, and everything else NO_RULE.
    """
    chosen = np.full(facts.age_days.size, NO_RULE, dtype=np.int16)
    holding = [
        place
        for place, rule in enumerate(rules)
        if rule.in_force(day) and (rule.scope.companies is None or company in rule.scope.companies)
    ]
    for _, alike in groupby(
        sorted(holding, key=lambda place: rules[place].scope.named), lambda one: rules[one].scope.named
    ):
        _write(chosen, {place: rules[place].scope for place in alike}, facts)
    return chosen


def _write(chosen: npt.NDArray[np.int16], scopes: Mapping[int, Scope], facts: RowFacts) -> None:
    """Write rules that name the same things over those that name less; a deeper category over one less deep."""
    by_category = next(iter(scopes.values())).categories is not None
    deepest = np.zeros(len(chosen), dtype=np.int16) if by_category else None
    for place, scope in scopes.items():
        masks = list(_masks(scope, facts))
        if deepest is not None and scope.categories is not None:
            depth = _depths(facts.category, scope.categories)
            masks.append(depth > deepest)
        matched = np.logical_and.reduce(masks) if masks else np.ones(len(chosen), dtype=np.bool_)
        chosen[matched] = place
        if deepest is not None:
            np.copyto(deepest, depth, where=matched)


def steps_of(category: str) -> tuple[str, ...]:
    """Give the steps of a category's path, the widest first; a category that is no path is one step."""
    return tuple(step for part in category.split(PATH) if (step := part.strip()))


def _depths(column: pd.Categorical, wanted: frozenset[str]) -> npt.NDArray[np.int16]:
    """Tell how deep in each row's category the deepest of these lies, 0 where none of them does."""
    asked = {steps_of(one) for one in wanted}
    found = [max((_depth(steps_of(str(text)), one) for one in asked), default=0) for text in column.categories]
    # One more at the end, for the code -1 of a row that has no category.
    depths: npt.NDArray[np.int16] = np.array([*found, 0], dtype=np.int16)
    return cast(npt.NDArray[np.int16], depths[column.codes])


def _depth(steps: tuple[str, ...], asked: tuple[str, ...]) -> int:
    if len(asked) > 1:
        return 2 * len(asked) + 1 if steps[: len(asked)] == asked else 0
    return max((2 * place for place, step in enumerate(steps, 1) if (step,) == asked), default=0)


def _masks(scope: Scope, facts: RowFacts) -> Iterator[npt.NDArray[np.bool_]]:
    columns: dict[str, pd.Categorical] = {
        "skus": facts.sku,
        "locations": facts.location,
        "regions": facts.region,
        "classes": facts.demand_class,
    }
    for name, column in columns.items():
        wanted = getattr(scope, name)
        if wanted is not None:
            yield _among(column, wanted)
    if scope.ages is not None:
        yield scope.ages.holds(facts.age_days)


def _among(column: pd.Categorical, wanted: frozenset[str]) -> npt.NDArray[np.bool_]:
    """Look each category up once, and each row by its code."""
    known = column.categories.isin(list(wanted))
    # One more at the end, for the code -1 of a row that has no category.
    found: npt.NDArray[Any] = np.append(known, False)
    return cast(npt.NDArray[np.bool_], found[column.codes])
