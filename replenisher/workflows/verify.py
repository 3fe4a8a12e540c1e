"""Check a configuration before anything depends on it: planners' files, what is odd, and the platforms themselves."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from replenisher.channels import channel_key, make_channel
from replenisher.config import CompanySettings, Settings
from replenisher.errors import ConfigurationError, GatewayError
from replenisher.gateways.channel import Channel
from replenisher.intake.text_file import read_text
from replenisher.planning.choosing import PolicyRule
from replenisher.planning.levels_by_rule import NO_DEMAND_NEEDED
from replenisher.planning.rule_set import PlanningRuleSet
from replenisher.workflows.planners_files import PRODUCTS, RULES, planners_files
from replenisher.workflows.standings import ENABLED, standings_of

SHOWN = 5


@dataclass(frozen=True)
class PlannersFile:
    """A planners' file that could be read: which, and how many rows it has."""

    path: Path
    kind: str
    rows: int


@dataclass
class FilesChecked:
    """What was found in the planners' files: the good ones, every fault of the others, and what looks odd."""

    files: list[PlannersFile] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class CompanyConnected:
    """What a platform answered about one company; `error` when it did not.

    `standing` is enabled, pending or disabled, `not listed` when the platform lists no such company, and empty when it
    was not answered.
    """

    company: str
    name: str
    platform: str
    channel: str
    standing: str
    enabled: bool
    locations: int
    missing_locations: list[str]
    error: str | None = None


def check_files(settings: Settings) -> FilesChecked:
    """Read the planners' files of every company, each file once, and look at what they leave out."""
    found = FilesChecked()
    read_ones: dict[tuple[str, Path], pd.DataFrame | PlanningRuleSet] = {}
    pairs: set[tuple[str, Path, Path]] = set()
    for company in settings.companies:
        files = planners_files(settings, company)
        for kind, path, read in files:
            if (kind, path) not in read_ones:
                content = _read(path, kind, read, found)
                if content is not None:
                    read_ones[kind, path] = content
        products_file = settings.products_file_of(company)
        if products_file is not None:
            pairs |= {(kind, path, products_file) for kind, path, _ in files if kind != PRODUCTS}
    found.warnings.extend(_company_warnings(settings, read_ones))
    for kind, path, products_file in sorted(pairs):
        content, products = read_ones.get((kind, path)), read_ones.get((PRODUCTS, products_file))
        if content is not None and isinstance(products, pd.DataFrame):
            found.warnings.extend(_unlisted(path, _skus(content), products))
    return found


def _read(
    path: Path, kind: str, read: Callable[[Path], pd.DataFrame | PlanningRuleSet], found: FilesChecked
) -> pd.DataFrame | PlanningRuleSet | None:
    try:
        content = read(path)
        if kind != RULES and not read_text(path).is_utf8:
            found.warnings.append(f"{path}: is not UTF-8 and was read as Windows-1252; save it as CSV UTF-8")
    except ConfigurationError as error:
        found.faults.extend(str(error).splitlines())
        return None
    rows = len(content) if isinstance(content, pd.DataFrame) else len(content.rules)
    found.files.append(PlannersFile(path, kind, rows))
    if not rows:
        found.warnings.append(f"{path}: has no {'rules' if kind == RULES else 'rows'}")
    return content


def _skus(content: pd.DataFrame | PlanningRuleSet) -> set[str]:
    if isinstance(content, pd.DataFrame):
        return set(content["sku"])
    return {sku for rule in content.rules for sku in rule.scope.skus or ()}


def _unlisted(path: Path, skus: set[str], products: pd.DataFrame) -> Iterator[str]:
    if not len(products):
        return
    unknown = sorted(skus - set(products["sku"]))
    if unknown:
        shown = ", ".join(unknown[:SHOWN]) + (", …" if len(unknown) > SHOWN else "")
        yield f"{path}: {len(unknown)} SKU(s) are not in the products file: {shown}"


def _company_warnings(
    settings: Settings, read_ones: Mapping[tuple[str, Path], pd.DataFrame | PlanningRuleSet]
) -> Iterator[str]:
    for company in settings.companies:
        name = f"company {company.id} ({company.name})"
        if company.schedule is None:
            yield f"{name}: has no schedule; it is planned only by `replenisher run`"
        if company.approval.automatic and company.approval.value_limit is None:
            yield f"{name}: orders of any value go out by themselves (approval.value_limit is empty)"
        if company.guards.accept_empty:
            yield f"{name}: an empty report is believed (guards.accept_empty is true)"
        file = settings.rules_file_of(company)
        rules = None if file is None else read_ones.get((RULES, file))
        if isinstance(rules, PlanningRuleSet) and "sales" not in company.reports:
            needing = [rule.name for rule in rules.rules if rule.policy != NO_DEMAND_NEEDED and _is_for(rule, company)]
            if needing:
                yield (
                    f"{name}: {file} has rules that go by demand ({', '.join(needing[:SHOWN])}), and `sales` is not "
                    "among the company's reports: they are not followed"
                )


def _is_for(rule: PolicyRule, company: CompanySettings) -> bool:
    return rule.scope.companies is None or company.id in rule.scope.companies


def connect(settings: Settings) -> list[CompanyConnected]:
    """Sign in to every platform and ask which companies and locations are enabled; writes nothing anywhere."""
    answers: list[CompanyConnected] = []
    for key in dict.fromkeys(channel_key(company) for company in settings.companies):
        here = [company for company in settings.companies if channel_key(company) == key]
        channel = make_channel(settings, here[0])
        try:
            answers.extend(_platform(channel, here))
        finally:
            channel.close()
    return answers


def _platform(channel: Channel, here: list[CompanySettings]) -> Iterator[CompanyConnected]:
    try:
        standings = standings_of(channel.relationships(), here)
    except GatewayError as error:
        for company in here:
            yield _connected(company, "", error=str(error))
        return
    for company in here:
        yield _company(channel, company, standings[company.id])


def _company(channel: Channel, company: CompanySettings, standing: str) -> CompanyConnected:
    if standing != ENABLED:
        return _connected(company, standing)
    try:
        listed = {location.id for location in channel.locations(company.id)}
    except GatewayError as refused:
        return _connected(company, standing, error=str(refused))
    return _connected(company, standing, listed)


def _connected(
    company: CompanySettings, standing: str, listed: Collection[str] = (), error: str | None = None
) -> CompanyConnected:
    readable = standing == ENABLED and error is None
    return CompanyConnected(
        company=company.id,
        name=company.name,
        platform=company.platform,
        channel=company.channel,
        standing=standing,
        enabled=standing == ENABLED,
        locations=len(listed),
        missing_locations=[one for one in company.locations if one not in listed] if readable else [],
        error=error,
    )
