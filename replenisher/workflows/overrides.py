"""Overrides as planners set, import and withdraw them: everything is checked first, and written whole or not at all.

1. What a row is by itself: levels or a quantity, its minimum not above its maximum, a reason (`purchasing.overrides`).
2. What it names: a location that a run has listed, a SKU that the location's newest planned report holds, a last date
   that has not passed, and for levels a policy that looks at them.
3. All rows are written in one transaction; one in force before gives way to its successor and stays in the history.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

from replenisher.config import CompanySettings, Settings
from replenisher.database import companies, overrides, run_batches, runs
from replenisher.database.override_models import Override
from replenisher.database.session import Session
from replenisher.errors import FileFault, IllegalMoveError, NotFoundError, PlannerFileError
from replenisher.intake.overrides import read_overrides
from replenisher.logs import get_logger
from replenisher.planning.policies.asking import Policy
from replenisher.purchasing.overrides import NewOverride, OverrideKind
from replenisher.services import Services
from replenisher.workflows.explain import nearest

log = get_logger(__name__)

Fault = tuple[NewOverride, str, str]
"""An override, the column that is at fault, and what to do."""


@dataclass(frozen=True)
class OverridesSet:
    """The overrides that were written, and what could not be checked about them."""

    company: str
    rows: tuple[Override, ...]
    warnings: tuple[str, ...]


def overriding_company(settings: Settings, company_id: str | None) -> CompanySettings:
    """Find the company: the given one, or the only one there is. Raises NotFoundError otherwise."""
    if company_id is not None:
        return settings.company(company_id)
    if len(settings.companies) != 1:
        those = ", ".join(company.id for company in settings.companies)
        raise NotFoundError(f"name the company with --company; there are {those}")
    return settings.companies[0]


def today_of(session: Session, company: CompanySettings) -> date:
    """Give the company's business date."""
    return companies.now(session).astimezone(ZoneInfo(company.time_zone)).date()


def set_override(
    services: Services, company: CompanySettings, new: NewOverride, *, actor: str, for_run: int | None = None
) -> OverridesSet:
    """Set one override; `for_run` binds a quantity to a run that has not begun.

    Raises NotFoundError for an unknown location, SKU or run, and IllegalMoveError for anything else that cannot be.
    """
    faults, warnings = _checked(services, company, [new])
    for _, column, problem in faults:
        kind = NotFoundError if column in ("location", "sku") else IllegalMoveError
        raise kind(f"{column}: {problem}")
    if for_run is not None:
        _check_run(services, company, new, for_run)
    return _write(services, company, [new], warnings, actor=actor, for_run=for_run)


def import_overrides(services: Services, company: CompanySettings, path: Path, *, actor: str) -> OverridesSet:
    """Import an overrides file, all of it or nothing. Raises PlannerFileError with every fault, by line."""
    rows = read_overrides(path)
    faults, warnings = _checked(services, company, rows)
    if faults:
        raise PlannerFileError([FileFault(str(path), one.line, column, problem) for one, column, problem in faults])
    return _write(services, company, rows, warnings, actor=actor)


def withdraw_override(services: Services, override_id: int, *, actor: str) -> str:
    """Withdraw an override; gives a sentence for the person.

    Raises NotFoundError when there is none with this id, IllegalMoveError when a run used it or it is withdrawn.
    """
    with services.database.transaction() as session:
        found = overrides.of_id(session, override_id, date.min)
        if found is None:
            raise NotFoundError(f"there is no override {override_id}; see `replenisher overrides list --all`")
        row = found.override
        if not overrides.withdraw(session, override_id, actor=actor):
            used = f"run {row.used_by_run} has used it" if row.used_by_run else f"it is {found.state.value} already"
            raise IllegalMoveError(f"override {override_id} cannot be withdrawn: {used}")
        under_way = runs.open_run_of(session, row.company)
    log.info("override_withdrawn", override_id=override_id, company=row.company, actor=actor)
    told = f"override {override_id} withdrawn: {row.sku} at location {row.location}"
    if under_way is not None and under_way.state != "open":
        told += f"; run {under_way.id} had begun before and still plans by what it read then"
    return told


def _checked(services: Services, company: CompanySettings, new: Sequence[NewOverride]) -> tuple[list[Fault], list[str]]:
    locations = sorted({one.location for one in new})
    with services.database.transaction() as session:
        today = today_of(session, company)
        known = list(companies.known_locations(session, company.id))
        frames = run_batches.newest_frames(session, company.id, locations)
    skus = _skus(services, frames)
    faults = [
        (one, column, problem)
        for one in new
        for column, problem in (*one.faults(), *_against(company, one, today, known, skus.get(one.location)))
    ]
    unchecked = [location for location in locations if location in known and location not in skus]
    told = f"no run has planned location {', '.join(unchecked)} yet, so its SKUs were not checked"
    return faults, [told] if unchecked else []


def _skus(services: Services, frames: Mapping[str, tuple[int, str]]) -> dict[str, set[str]]:
    """Read the SKUs of each location's newest planned report, each frame once."""
    by_frame: dict[str, list[str]] = {}
    for location, (_, frame) in frames.items():
        by_frame.setdefault(frame, []).append(location)
    found: dict[str, set[str]] = {location: set() for location in frames}
    for frame, locations in by_frame.items():
        rows = services.archive.get_frame(frame, columns=["location", "sku"], only=[("location", "in", locations)])
        for location, sku in zip(rows["location"].astype("str"), rows["sku"].astype("str"), strict=True):
            found[location].add(sku)
    return found


def _against(
    company: CompanySettings, one: NewOverride, today: date, known: Sequence[str], skus: Iterable[str] | None
) -> Iterator[tuple[str, str]]:
    """Hold an override against what is known of its location."""
    if one.location not in known:
        listed = nearest(one.location, known) if known else "no run has listed any yet; start one: `replenisher run`"
        yield "location", f"company {company.id} has no location {one.location}; {listed}"
    elif skus is not None and one.sku not in skus:
        hint = nearest(one.sku, sorted(skus))
        yield "sku", f"the newest planned report of location {one.location} has no SKU {one.sku}; {hint}"
    if one.until < today:
        yield "until", f"{one.until} has passed; write the last date on which it shall hold, {today} or later"
    if one.kind is OverrideKind.LEVELS and one.quantity is None and company.planning.policy is Policy.SELL_THROUGH:
        yield "minimum", "the company is planned by sell_through, which looks at no levels; set a quantity instead"


def _check_run(services: Services, company: CompanySettings, new: NewOverride, run_id: int) -> None:
    if new.kind is not OverrideKind.QUANTITY:
        raise IllegalMoveError("only a quantity is bound to a run; levels hold until their date")
    with services.database.transaction() as session:
        run = runs.run_of(session, run_id)
    if run is None or run.company != company.id:
        raise NotFoundError(f"company {company.id} has no run {run_id}; see `replenisher status`")
    if run.state != "open":
        raise IllegalMoveError(
            f"run {run_id} is {run.state} and has read its overrides; leave --run out to bind the quantity to the "
            f"next run that plans location {new.location}"
        )


def _write(
    services: Services,
    company: CompanySettings,
    new: Sequence[NewOverride],
    warnings: Sequence[str],
    *,
    actor: str,
    for_run: int | None = None,
) -> OverridesSet:
    with services.database.transaction() as session:
        rows = overrides.add(session, company.id, new, actor=actor, for_run=for_run)
    log.info("overrides_set", company=company.id, overrides=len(rows), actor=actor)
    return OverridesSet(company.id, tuple(rows), tuple(warnings))
