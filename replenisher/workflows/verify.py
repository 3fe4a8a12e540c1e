"""Check a configuration before anything depends on it: planners' files, what is odd, and the platforms themselves."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from replenisher.channels import channel_key, make_channel
from replenisher.config import CompanySettings, Settings
from replenisher.config.rules_file import read_rules
from replenisher.errors import ConfigurationError, GatewayError
from replenisher.gateways.channel import Channel
from replenisher.intake.levels import read_levels
from replenisher.intake.products import read_products
from replenisher.intake.text_file import read_text
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
    products: dict[Path, pd.DataFrame] = {}
    levels: dict[Path, pd.DataFrame] = {}
    for company in settings.companies:
        for path, kind, read, kept in (
            (settings.products_file_of(company), "products", read_products, products),
            (settings.levels_file_of(company), "levels", read_levels, levels),
        ):
            if path is not None and path not in kept:
                kept[path] = _read(path, kind, read, found)
    for rules_file in dict.fromkeys(settings.rules_file_of(company) for company in settings.companies):
        if rules_file is not None:
            _read_rules(rules_file, found)
    found.warnings.extend(_company_warnings(settings))
    for levels_file, products_file in sorted({_pair(settings, company) for company in settings.companies}, key=str):
        if levels_file is not None and products_file is not None:
            found.warnings.extend(_unlisted(levels_file, levels[levels_file], products[products_file]))
    return found


def _pair(settings: Settings, company: CompanySettings) -> tuple[Path | None, Path | None]:
    return settings.levels_file_of(company), settings.products_file_of(company)


def _read(path: Path, kind: str, read: Callable[[Path], pd.DataFrame], found: FilesChecked) -> pd.DataFrame:
    try:
        frame = read(path)
        if not read_text(path).is_utf8:
            found.warnings.append(f"{path}: is not UTF-8 and was read as Windows-1252; save it as CSV UTF-8")
    except ConfigurationError as error:
        found.faults.extend(str(error).splitlines())
        return pd.DataFrame({"sku": pd.Series([], dtype="str")})
    found.files.append(PlannersFile(path, kind, len(frame)))
    if not len(frame):
        found.warnings.append(f"{path}: has no rows")
    return frame


def _read_rules(path: Path, found: FilesChecked) -> None:
    try:
        rules = read_rules(path).rules
    except ConfigurationError as error:
        found.faults.extend(str(error).splitlines())
        return
    found.files.append(PlannersFile(path, "rules", len(rules)))


def _unlisted(path: Path, levels: pd.DataFrame, products: pd.DataFrame) -> Iterator[str]:
    if not len(products):
        return
    unknown = sorted(set(levels["sku"]) - set(products["sku"]))
    if unknown:
        shown = ", ".join(unknown[:SHOWN]) + (", …" if len(unknown) > SHOWN else "")
        yield f"{path}: {len(unknown)} SKU(s) are not in the products file: {shown}"


def _company_warnings(settings: Settings) -> Iterator[str]:
    for company in settings.companies:
        name = f"company {company.id} ({company.name})"
        if company.schedule is None:
            yield f"{name}: has no schedule; it is planned only by `replenisher run`"
        if company.approval.automatic and company.approval.value_limit is None:
            yield f"{name}: orders of any value go out by themselves (approval.value_limit is empty)"
        if company.guards.accept_empty:
            yield f"{name}: an empty report is believed (guards.accept_empty is true)"


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
