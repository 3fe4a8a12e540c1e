"""Rules that choose: the most specific wins, a tie is a fault of the rules, and dates are inclusive."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from replenisher.errors import PlanningInputError
from replenisher.planning.choosing import NAMES, NO_RULE, Ages, PolicyRule, RowFacts, Scope, check_rules, choose

DAY = date(2026, 11, 27)
ROWS = list(product(("PH1", "PH2", "00123"), ("11412", "NA"), (0, 59, 60)))


def category_of(sku: str) -> str:
    return "Phones" if sku.startswith("PH") else "Cases"


def facts(rows: list[tuple[str, str, int]] = ROWS) -> RowFacts:
    skus = [sku for sku, _, _ in rows]
    return RowFacts(
        sku=pd.Categorical(skus),
        location=pd.Categorical([location for _, location, _ in rows]),
        category=pd.Categorical([category_of(sku) for sku in skus]),
        demand_class=pd.Categorical(["lumpy" if sku == "PH2" else "smooth" for sku in skus]),
        region=pd.Categorical(["west" if location == "11412" else "" for _, location, _ in rows]),
        age_days=np.array([age for _, _, age in rows], dtype=np.int64),
    )


def rule(name: str, **scope: Any) -> PolicyRule:
    sets = {key: value if isinstance(value, Ages) else frozenset(value) for key, value in scope.items()}
    return PolicyRule(name, "min_max", Scope(**sets))


def chosen(*rules: PolicyRule, day: date = DAY, company: str = "14146") -> dict[tuple[str, str, int], str]:
    found = choose(check_rules(rules), facts(), company, day)
    return {row: rules[place].name for row, place in zip(ROWS, found.tolist(), strict=True) if place != NO_RULE}


def test_the_more_specific_rule_wins_whatever_the_order_of_the_rules() -> None:
    rules = (rule("phones", categories=["Phones"]), rule("one phone", skus=["PH1"]), rule("all"))
    for order in (rules, rules[::-1]):
        found = chosen(*order)
        assert {row: found[row] for row in ROWS} == {
            row: {"PH1": "one phone", "PH2": "phones", "00123": "all"}[row[0]] for row in ROWS
        }


@pytest.mark.parametrize("place", range(len(NAMES) - 1))
def test_what_stands_first_among_the_names_beats_everything_after_it(place: int) -> None:
    values: dict[str, Any] = {
        "skus": ["PH1"],
        "locations": ["11412"],
        "categories": ["Phones"],
        "regions": ["west"],
        "classes": ["smooth"],
        "ages": Ages(0, 60),
        "companies": ["14146"],
    }
    first = rule("first", **{NAMES[place]: values[NAMES[place]]})
    others = rule("others", **{name: values[name] for name in NAMES[place + 1 :]})
    assert chosen(others, first)[("PH1", "11412", 0)] == "first"


def test_a_row_that_no_rule_matches_has_none() -> None:
    assert chosen(rule("nowhere", locations=["elsewhere"])) == {}
    assert chosen(rule("other company", companies=["20871"])) == {}
    assert chosen() == {}


def test_a_location_in_no_region_is_in_no_rule_for_a_region() -> None:
    assert {location for _, location, _ in chosen(rule("west", regions=["west"]))} == {"11412"}


@pytest.mark.parametrize(
    ("ages", "held"), [(Ages(0, 60), {0, 59}), (Ages(60), {60}), (Ages(59, 60), {59}), (Ages(), {0, 59, 60})]
)
def test_ages_hold_their_first_day_and_not_the_one_below_which_they_are(ages: Ages, held: set[int]) -> None:
    assert {age for _, _, age in chosen(rule("young", ages=ages))} == held


@pytest.mark.parametrize(
    ("first", "last", "holds"),
    [
        (None, None, True),
        (DAY, DAY, True),
        (date(2026, 11, 28), None, False),
        (None, date(2026, 11, 26), False),
        (date(2026, 11, 1), date(2026, 12, 31), True),
    ],
)
def test_a_rule_is_in_force_on_its_first_and_on_its_last_day(
    first: date | None, last: date | None, holds: bool
) -> None:
    dated = replace(rule("season"), first_day=first, last_day=last)
    assert (len(chosen(dated)) == len(ROWS)) == holds


def test_rules_of_one_scope_follow_each_other_in_time() -> None:
    before = replace(rule("before", categories=["Phones"]), last_day=date(2026, 11, 26))
    after = replace(rule("after", categories=["Phones"]), first_day=DAY)
    assert set(chosen(before, after).values()) == {"after"}
    assert set(chosen(before, after, day=date(2026, 11, 26)).values()) == {"before"}


@pytest.mark.parametrize(
    ("one", "other", "told"),
    [
        (rule("a"), rule("b"), "both match every row"),
        (rule("a", categories=["Phones", "Cases"]), rule("b", categories=["Phones"]), "both match category 'Phones'"),
        (
            rule("a", skus=["1", "2"], locations=["L"]),
            rule("b", skus=["2"], locations=["L", "M"]),
            "SKU '2' location 'L'",
        ),
        (rule("a", ages=Ages(0, 10)), rule("b", ages=Ages(9)), "the same ages"),
    ],
)
def test_two_rules_that_would_tie_are_named_with_what_they_share(one: PolicyRule, other: PolicyRule, told: str) -> None:
    with pytest.raises(PlanningInputError) as refused:
        check_rules([replace(one, place="rules.yaml:3"), replace(other, place="rules.yaml:9")])
    assert "rules.yaml:3: rule 'a' and rules.yaml:9: rule 'b'" in str(refused.value)
    assert told in str(refused.value)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (rule("a", categories=["Phones"]), rule("b", categories=["Cases"])),
        (rule("a", categories=["Phones"]), rule("b", regions=["west"])),
        (rule("a", ages=Ages(0, 10)), rule("b", ages=Ages(10))),
        (rule("a", skus=["1"], locations=["L"]), rule("b", skus=["1"], locations=["M"])),
        (
            replace(rule("a"), last_day=date(2026, 11, 26)),
            replace(rule("b"), first_day=date(2026, 11, 27)),
        ),
    ],
)
def test_rules_that_cannot_tie_are_accepted(one: PolicyRule, other: PolicyRule) -> None:
    assert check_rules([one, other]) == [one, other]


def test_a_name_stands_for_one_rule() -> None:
    with pytest.raises(PlanningInputError, match="another rule has the same name"):
        check_rules([rule("a", skus=["1"]), rule("a", skus=["2"])])


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda: rule("a", skus=[]), "skus is empty"),
        (lambda: Ages(5, 5), "hold no day"),
        (lambda: Ages(-1), "hold no day"),
        (lambda: replace(rule("a"), first_day=DAY, last_day=date(2026, 11, 26)), "is before its first day"),
    ],
)
def test_what_can_match_nothing_is_refused(make: Any, told: str) -> None:
    with pytest.raises(PlanningInputError, match=told):
        make()


SCOPES = st.builds(
    Scope,
    skus=st.none() | st.frozensets(st.sampled_from(["PH1", "PH2", "00123"]), min_size=1),
    locations=st.none() | st.frozensets(st.sampled_from(["11412", "NA"]), min_size=1),
    categories=st.none() | st.frozensets(st.sampled_from(["Phones", "Cases"]), min_size=1),
    regions=st.none() | st.just(frozenset({"west"})),
    classes=st.none() | st.frozensets(st.sampled_from(["smooth", "lumpy"]), min_size=1),
    ages=st.none() | st.sampled_from([Ages(0, 60), Ages(60), Ages(0, 59), Ages(59)]),
    companies=st.none() | st.sampled_from([frozenset({"14146"}), frozenset({"20871"})]),
)
RULES = st.lists(SCOPES, max_size=6).map(
    lambda scopes: [PolicyRule(f"rule {number}", "min_max", scope) for number, scope in enumerate(scopes)]
)


def by_definition(rules: list[PolicyRule], row: tuple[str, str, int]) -> list[str]:
    """Every rule that matches a row and that no other matching rule beats, read from the module's own words."""
    sku, location, age = row
    values = {
        "skus": sku,
        "locations": location,
        "categories": category_of(sku),
        "regions": "west" if location == "11412" else "",
        "classes": "lumpy" if sku == "PH2" else "smooth",
        "companies": "14146",
    }
    matching = []
    for one in rules:
        sets = {name: getattr(one.scope, name) for name in values}
        young = one.scope.ages is None or (
            one.scope.ages.first <= age and (one.scope.ages.below is None or age < one.scope.ages.below)
        )
        if young and all(wanted is None or values[name] in wanted for name, wanted in sets.items()):
            matching.append(one)
    best = max((one.scope.named for one in matching), default=None)
    return [one.name for one in matching if one.scope.named == best]


@given(RULES)
def test_accepted_rules_never_tie_and_each_row_has_the_best_by_definition(rules: list[PolicyRule]) -> None:
    expected = {row: by_definition(rules, row) for row in ROWS}
    try:
        check_rules(rules)
    except PlanningInputError:
        return
    assert all(len(best) <= 1 for best in expected.values())
    assert chosen(*rules) == {row: best[0] for row, best in expected.items() if best}


@given(RULES, st.permutations(ROWS))
def test_the_order_of_the_rows_changes_nothing(rules: list[PolicyRule], rows: list[tuple[str, str, int]]) -> None:
    try:
        check_rules(rules)
    except PlanningInputError:
        return
    found = dict(zip(rows, choose(rules, facts(rows), "14146", DAY).tolist(), strict=True))
    assert found == dict(zip(ROWS, choose(rules, facts(), "14146", DAY).tolist(), strict=True))


PATHS = (" >> Accessories >> Car mounts", " >> Accessories >> Cases", " >> Phones", "Cases", "")


def by_path(*rules: PolicyRule) -> list[str | None]:
    """The rule of a row of each of PATHS."""
    skus = [f"S{place}" for place in range(len(PATHS))]
    same = pd.Categorical(["x"] * len(PATHS))
    ages = np.zeros(len(PATHS), dtype=np.int64)
    paths = pd.Categorical([path or None for path in PATHS])
    rows = RowFacts(pd.Categorical(skus), same, paths, same, same, ages)
    found = [choose(check_rules(order), rows, "14146", DAY).tolist() for order in (rules, rules[::-1])]
    names = [None if place == NO_RULE else rules[place].name for place in found[0]]
    assert names == [None if place == NO_RULE else rules[::-1][place].name for place in found[1]]
    return names


def test_a_rule_names_any_step_of_a_category_s_path_or_the_path_from_its_beginning() -> None:
    assert by_path(rule("r", categories=["Accessories"])) == ["r", "r", None, None, None]
    assert by_path(rule("r", categories=["Cases"])) == [None, "r", None, "r", None]
    assert by_path(rule("r", categories=["Accessories>>Cases"])) == [None, "r", None, None, None]
    assert by_path(rule("r", categories=[" >> Accessories >> Cases"])) == [None, "r", None, None, None]
    assert by_path(rule("r", categories=["Cases >> Accessories"])) == [None] * 5
    assert by_path(rule("r", categories=["Car", "accessories"])) == [None] * 5


def test_of_two_categories_the_deeper_one_wins_and_the_path_at_one_depth() -> None:
    wide, deep = rule("wide", categories=["Accessories"]), rule("deep", categories=["Cases"])
    path = rule("path", categories=["Accessories >> Cases"])
    assert by_path(wide, deep) == ["wide", "deep", None, "deep", None]
    assert by_path(wide, deep, path) == ["wide", "path", None, "deep", None]
    several = rule("several", categories=["Phones", "Car mounts"])
    assert by_path(wide, several) == ["several", "wide", "several", None, None]


def test_what_a_rule_names_besides_weighs_more_than_how_deep_its_category_lies() -> None:
    west = rule("west", categories=["Accessories"], classes=["x"])
    assert by_path(rule("deep", categories=["Cases"]), west) == ["west", "west", None, "deep", None]
