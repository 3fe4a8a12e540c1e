"""Take over a levels file: check it, say what changes, and put it in place of the one in force.

1. Find the file that the configuration names for the company, or for all.
2. Read the new file; every fault stops it. SKUs and locations that nobody knows are told.
3. Compare it with the file in force, the largest changes first.
4. Put it in place at once; the former file stays beside it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd

from replenisher.config import CompanySettings, Settings
from replenisher.database import companies
from replenisher.database.migrate import check_migrated
from replenisher.errors import ConfigurationError, DatabaseError, PlannerFileError
from replenisher.intake.levels import read_levels
from replenisher.intake.products import read_products
from replenisher.intake.replacing import former_of, replace_file
from replenisher.services import Services

SHOWN = 8


@dataclass(frozen=True)
class Levels:
    """Minimum and maximum of one SKU at one location, in units."""

    minimum: int
    maximum: int


@dataclass(frozen=True)
class LevelDifference:
    """One row that is added (`before` is None), removed (`after` is None) or changed."""

    location: str
    sku: str
    before: Levels | None
    after: Levels | None

    @property
    def size(self) -> int:
        """Give by how many units the two levels move together."""
        old, new = self.before or Levels(0, 0), self.after or Levels(0, 0)
        return abs(new.minimum - old.minimum) + abs(new.maximum - old.maximum)


@dataclass
class LevelsImport:
    """What a levels file would change; `kept` and `replaced` once it was put in place.

    `differences` has the largest changes first. `rows` counts those of the new file.
    """

    file: Path
    target: Path
    companies: list[str]
    rows: int
    differences: list[LevelDifference]
    warnings: list[str] = field(default_factory=list)
    replaced: bool = False
    kept: Path | None = None
    content: bytes = field(default=b"", repr=False)
    levels: dict[tuple[str, str], Levels] = field(default_factory=dict, repr=False)

    def counts(self) -> dict[str, int]:
        """Count the rows that are added, changed and removed."""
        added = sum(one.before is None for one in self.differences)
        removed = sum(one.after is None for one in self.differences)
        return {"added": added, "changed": len(self.differences) - added - removed, "removed": removed}


def compare_levels(services: Services, file: Path, company: CompanySettings | None) -> LevelsImport:
    """Check a levels file and compare it with the one in force; changes nothing.

    Raises PlannerFileError with every fault of the file, ConfigurationError when no file is configured to be replaced.
    """
    settings = services.settings
    target = target_of(settings, company)
    former_of(target)  # a link is refused before anything else is looked at
    content, levels = _read_still(file)
    if target.exists() and file.exists() and target.samefile(file):
        raise ConfigurationError(f"{file}: is the levels file in force already; keep the new one beside it")
    served = [one for one in settings.companies if settings.levels_file_of(one) == target]
    before, told = _in_force(target)
    after = by_place(levels)
    found = LevelsImport(
        file=file,
        target=target,
        companies=[one.id for one in served],
        rows=len(levels),
        differences=sorted(_differences(before, after), key=lambda one: (-one.size, one.location, one.sku)),
        warnings=told,
        content=content,
        levels=after,
    )
    found.warnings += [*_unlisted_skus(settings, served, levels), *_unknown_locations(services, served, levels)]
    if not len(levels):
        found.warnings.append(f"{file}: has no rows; the retailer's own levels would hold everywhere")
    return found


def put_in_place(found: LevelsImport) -> None:
    """Put the checked file in place of the one in force; the same content again changes nothing."""
    if found.target.exists() and found.target.read_bytes() == found.content:
        return
    found.kept = replace_file(found.target, found.content, datetime.now(UTC))
    found.replaced = True


def target_of(settings: Settings, company: CompanySettings | None) -> Path:
    """Find the configured file to replace; ConfigurationError says what to configure when there is none.

    A common file is not replaced in the name of one company while it serves others.
    """
    if company is None:
        if settings.levels_file is None:
            own = [one.id for one in settings.companies if one.levels_file is not None]
            other = f", or name a company that has one with --company ({', '.join(own[:SHOWN])})" if own else ""
            raise ConfigurationError(f"no levels_file is configured to be replaced; set levels_file{other}")
        return Path(settings.levels_file)
    target = settings.levels_file_of(company)
    if target is None:
        raise ConfigurationError(
            f"no levels_file is configured for company {company.id}; set levels_file of the company, or for all"
        )
    if company.levels_file is None and len(settings.companies) > 1:
        raise ConfigurationError(
            f"company {company.id} has no levels_file of its own: {target} serves other companies too. "
            "Leave --company out to replace it for all, or set levels_file of the company"
        )
    return Path(target)


def by_place(levels: pd.DataFrame) -> dict[tuple[str, str], Levels]:
    """Give the levels by location and SKU."""
    columns = (levels["location"], levels["sku"], levels["reorder_point"], levels["order_up_to_level"])
    return {
        (str(location), str(sku)): Levels(int(minimum), int(maximum))
        for location, sku, minimum, maximum in zip(*columns, strict=True)
    }


def _read_still(file: Path) -> tuple[bytes, pd.DataFrame]:
    """Read bytes and rows of the same file; ConfigurationError when it changed in between."""
    levels = read_levels(file)
    content = file.read_bytes()
    again = read_levels(file)
    if not levels.equals(again) or file.read_bytes() != content:
        raise ConfigurationError(f"{file}: changed while it was read; try again when it is written")
    return content, levels


def _in_force(target: Path) -> tuple[dict[tuple[str, str], Levels], list[str]]:
    try:
        return by_place(read_levels(target)), []
    except PlannerFileError as error:
        return {}, [f"the file in force has {len(error.faults)} fault(s), so every row counts as added: {target}"]


def _differences(
    before: dict[tuple[str, str], Levels], after: dict[tuple[str, str], Levels]
) -> Iterator[LevelDifference]:
    for place in before.keys() | after.keys():
        old, new = before.get(place), after.get(place)
        if old != new:
            yield LevelDifference(*place, old, new)


def _unlisted_skus(settings: Settings, served: list[CompanySettings], levels: pd.DataFrame) -> Iterator[str]:
    for path in dict.fromkeys(settings.products_file_of(company) for company in served):
        if path is None:
            continue
        unknown = sorted(set(levels["sku"]) - set(read_products(path)["sku"]))
        if unknown:
            yield f"{len(unknown)} SKU(s) are not in {path}: {_some(unknown)}"


def _unknown_locations(services: Services, served: list[CompanySettings], levels: pd.DataFrame) -> Iterator[str]:
    known: set[str] = set()
    try:
        check_migrated(services.database)
        with services.database.transaction() as session:
            for company in served:
                known |= {*companies.known_locations(session, company.id), *company.locations}
    except DatabaseError as error:
        yield f"locations are not checked: {error}"
        return
    if not known:
        yield "locations are not checked: no run has listed any yet"
        return
    unknown = sorted(set(levels["location"]) - known)
    if unknown:
        whose = ", ".join(one.id for one in served)
        yield f"{len(unknown)} location(s) are not known to company {whose}: {_some(unknown)}"


def _some(names: list[str]) -> str:
    return ", ".join(names[:SHOWN]) + (", …" if len(names) > SHOWN else "")
