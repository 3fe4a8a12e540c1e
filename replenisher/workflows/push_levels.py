"""Set minima and maxima at the platform to those of the levels file, location by location, only where they differ."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from replenisher.config import CompanySettings
from replenisher.errors import ConfigurationError, CredentialsError, GatewayError
from replenisher.gateways.channel import Channel
from replenisher.purchasing.platform import LevelChange, LevelOutcome
from replenisher.services import Services
from replenisher.workflows.levels import Levels
from replenisher.workflows.plan.reports import report_window


@dataclass(frozen=True)
class LocationPushed:
    """What became of one location's levels: rows that are equal already, and an outcome for each that is not.

    In a rehearsal nothing is sent, and `wanted` are the changes that would be. `error` when the location could not
    be read or set as a whole.
    """

    company: str
    location: str
    equal: int = 0
    wanted: list[LevelChange] = field(default_factory=list)
    outcomes: list[LevelOutcome] = field(default_factory=list)
    error: str = ""

    @property
    def refused(self) -> list[LevelOutcome]:
        """Give the changes that the platform did not take."""
        return [one for one in self.outcomes if one.refusal]

    @property
    def is_done(self) -> bool:
        """Tell whether every difference was taken."""
        return not self.error and not self.refused


def companies_to_push(services: Services, target: Path, company: CompanySettings | None) -> list[CompanySettings]:
    """Choose whose levels are set: the named company, else every company of the file that allows it.

    Raises ConfigurationError naming the setting when none may, or saying which channel cannot set levels at all.
    """
    settings = services.settings
    served = [company] if company else [one for one in settings.companies if settings.levels_file_of(one) == target]
    chosen = [one for one in served if one.set_platform_levels]
    if not chosen:
        whose = ", ".join(one.id for one in served)
        raise ConfigurationError(
            f"set_platform_levels of company {whose} is false; set it to true to let `levels import --push` "
            "change minima and maxima at the platform"
        )
    for one in chosen:
        if not services.channel(one).sets_levels:
            raise ConfigurationError(f"channel {one.channel} of company {one.id} cannot set minima and maxima; vmi can")
    return chosen


def push_levels(
    services: Services,
    company: CompanySettings,
    levels: Mapping[tuple[str, str], Levels],
    *,
    foreign: bool,
    rehearse: bool,
    tell: Callable[[int, int], None],
) -> list[LocationPushed]:
    """Set the levels that differ at every location of the company that the file names; `tell` how many are done.

    `foreign` allows locations of other companies in the file, which are passed over; else they are an error. One
    location that fails does not stop the others. Raises CredentialsError, and GatewayError when the list of locations
    cannot be read. Setting twice changes nothing.
    """
    channel = services.channel(company)
    listed = {location.id for location in channel.locations(company.id)}
    named = sorted({location for location, _ in levels if location in listed or not foreign})
    pushed: list[LocationPushed] = []
    tell(0, len(named))
    for location in named:
        wanted = {sku: level for (place, sku), level in levels.items() if place == location}
        if location in listed:
            pushed.append(_location(channel, company, location, wanted, rehearse=rehearse))
        else:
            pushed.append(LocationPushed(company.id, location, error="not enabled for this company"))
        tell(len(pushed), len(named))
    return pushed


def _location(
    channel: Channel, company: CompanySettings, location: str, wanted: Mapping[str, Levels], *, rehearse: bool
) -> LocationPushed:
    try:
        window = report_window(company, channel.platform_now())
        read = channel.inventory(company.id, [location], window)[location]
        if isinstance(read, CredentialsError):
            raise read
        if isinstance(read, Exception):
            return LocationPushed(company.id, location, error=str(read))
        changes = differing(wanted, read[0])
        equal = len(wanted) - len(changes)
        outcomes = channel.set_levels(company.id, location, changes) if changes and not rehearse else []
    except CredentialsError:
        raise
    except GatewayError as error:
        return LocationPushed(company.id, location, error=str(error))
    return LocationPushed(company.id, location, equal, changes, outcomes)


def differing(wanted: Mapping[str, Levels], report: pd.DataFrame) -> list[LevelChange]:
    """List the levels that the report shows otherwise, or not at all."""
    columns = (report["sku"], report["reorder_point"], report["order_up_to_level"])
    shown = {str(sku): Levels(int(minimum), int(maximum)) for sku, minimum, maximum in zip(*columns, strict=True)}
    return [LevelChange(sku, level.minimum, level.maximum) for sku, level in wanted.items() if shown.get(sku) != level]
