"""`levels`: take over a levels file, and set the platform's minima and maxima to it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from replenisher.cli.exits import ExitCode
from replenisher.cli.options import CompanyOption, ConfigOption, JsonOption, settings_from
from replenisher.cli.progress import counting
from replenisher.cli.screen import add_row, counted, literal, messages, out, print_json, table

if TYPE_CHECKING:
    from replenisher.config import CompanySettings
    from replenisher.services import Services
    from replenisher.workflows.levels import Levels, LevelsImport
    from replenisher.workflows.push_levels import LocationPushed

levels = typer.Typer(help="Planners' minimum and maximum levels.", no_args_is_help=True)


@levels.callback()
def _group() -> None:
    """Keep `import` a command of its own, for a group of one command would lose its name."""


@levels.command("import")
def import_levels(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The new levels file: location, sku, min, max.")],
    config: ConfigOption = None,
    *,
    company: CompanyOption = None,
    push: Annotated[
        bool,
        typer.Option("--push", help="Also set minima and maxima at the platform, where set_platform_levels allows it."),
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would change.")] = False,
    limit: Annotated[int, typer.Option("--limit", min=1, max=100_000, help="Most changes shown.")] = 20,
    as_json: JsonOption = False,
) -> None:
    """Check a levels file, show what changes, and put it in place of the one in force."""
    from replenisher.services import opened  # noqa: PLC0415 - `--help` must not wait for it
    from replenisher.workflows.levels import compare_levels, put_in_place, target_of  # noqa: PLC0415 - as above
    from replenisher.workflows.push_levels import companies_to_push  # noqa: PLC0415 - as above

    with opened(settings_from(config)) as services:
        of = None if company is None else services.settings.company(company)
        pushed_to = companies_to_push(services, target_of(services.settings, of), of) if push else []
        found = compare_levels(services, file, of)
        if not dry_run:
            put_in_place(found)
        if not as_json:
            _print(found, limit, dry_run=dry_run)
        pushed = [one for to in pushed_to for one in _push(services, to, found, dry_run=dry_run)]
    if as_json:
        print_json(_as_data(found, pushed, limit))
    elif push:
        _print_pushed(pushed, dry_run=dry_run)
    if not all(one.is_done for one in pushed):
        raise typer.Exit(ExitCode.PROBLEMS)


def _push(services: Services, company: CompanySettings, found: LevelsImport, *, dry_run: bool) -> list[LocationPushed]:
    from replenisher.workflows.push_levels import push_levels  # noqa: PLC0415 - `--help` must not wait for it

    with counting() as progress:
        task = progress.add_task(f"{company.name}: locations compared and set", total=None)
        return push_levels(
            services,
            company,
            found.levels,
            foreign=len(found.companies) > 1,
            rehearse=dry_run,
            tell=lambda done, total: progress.update(task, completed=done, total=total or None),
        )


def _print(found: LevelsImport, limit: int, *, dry_run: bool) -> None:
    for warning in found.warnings:
        messages().print(literal(f"warning: {warning}", "yellow"), soft_wrap=True)
    console = out()
    console.print(literal(f"{found.file}: {found.rows:,} rows; {counted(found.counts())} against {found.target}"))
    if found.differences:
        made = table("location", "sku", "minimum", "maximum", "", keep=("location", "sku", "minimum", "maximum"))
        for one in found.differences[:limit]:
            low, high = _moved(one.before, one.after, "minimum"), _moved(one.before, one.after, "maximum")
            what = "added" if one.before is None else "removed" if one.after is None else "changed"
            add_row(made, one.location, one.sku, low, high, what)
        console.print(made)
    hidden = len(found.differences) - limit
    if hidden > 0:
        messages().print(literal(f"{hidden:,} smaller changes are not shown; see more with --limit"))
    if dry_run:
        console.print(literal("nothing was changed: this was a dry run"))
    elif found.replaced:
        kept = f"; the former file is kept as {found.kept}" if found.kept else ""
        console.print(literal(f"{found.target} is in force from the next run on{kept}"), soft_wrap=True)
    else:
        console.print(literal(f"{found.target} is the same already; nothing was changed"), soft_wrap=True)


def _moved(before: Levels | None, after: Levels | None, name: str) -> str:
    old, new = getattr(before, name, None), getattr(after, name, None)
    if old is None or new is None:
        return f"{old if new is None else new:,}"
    return f"{old:,}" if old == new else f"{old:,} → {new:,}"


def _print_pushed(pushed: list[LocationPushed], *, dry_run: bool) -> None:
    console = out()
    made = table(
        "company", "location", "equal", "would be set" if dry_run else "set", "refused", "problem", right=("equal",)
    )
    for one in pushed:
        changed = len(one.wanted) if dry_run else len(one.outcomes) - len(one.refused)
        add_row(made, one.company, one.location, f"{one.equal:,}", f"{changed:,}", f"{len(one.refused):,}", one.error)
    console.print(made)
    for one in pushed:
        for outcome in one.refused:
            told = f"location {one.location}, SKU {outcome.change.sku}: not set: {outcome.refusal}"
            console.print(literal(told, "yellow"), soft_wrap=True)
    if dry_run:
        console.print(literal("nothing was set at the platform: this was a dry run"))


def _as_data(found: LevelsImport, pushed: list[LocationPushed], limit: int) -> dict[str, object]:
    return {
        "file": found.file,
        "target": found.target,
        "companies": found.companies,
        "rows": found.rows,
        "counts": found.counts(),
        "differences": found.differences[:limit],
        "warnings": found.warnings,
        "replaced": found.replaced,
        "kept": found.kept,
        "pushed": pushed,
    }
