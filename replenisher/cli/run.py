"""`run`: plan now, in this process; workers send what is approved."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import Progress, TaskID

from replenisher.cli.exits import ExitCode, code_of
from replenisher.cli.options import CompanyOption, ConfigOption, JsonOption, connected
from replenisher.cli.progress import counting
from replenisher.cli.run_pages import print_rehearsals, print_runs, rehearsal_as_data
from replenisher.cli.screen import literal, messages, out, print_json
from replenisher.errors import NotFoundError, ReplenisherError

if TYPE_CHECKING:
    from replenisher.config import CompanySettings, Settings
    from replenisher.services import Services
    from replenisher.workflows.overview import RunFigures
    from replenisher.workflows.plan.by_hand import Standing
    from replenisher.workflows.plan.rehearse import Rehearsal


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(rich_help_panel="Daily work")(run)


def run(
    config: ConfigOption = None,
    *,
    company: CompanyOption = None,
    location: Annotated[
        list[str] | None,
        typer.Option("--location", metavar="ID", help="Only this location; may be given several times."),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Write nothing; show what would be ordered.")] = False,
    output: Annotated[
        Path | None, typer.Option("--output", metavar="FILE", help="With --dry-run: write every row as CSV.")
    ] = None,
    join: Annotated[bool, typer.Option("--join", help="Go on with a run that is open, if there is one.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Fetch the reports and plan now, for one company or for all."""
    if output is not None and not dry_run:
        raise typer.BadParameter("needs --dry-run", param_hint="--output")
    if join and (dry_run or location):
        raise typer.BadParameter("cannot be combined with --dry-run or --location", param_hint="--join")
    with connected(config) as services:
        wanted = _companies(services.settings, company, location)
        if dry_run:
            codes = _rehearse(services, wanted, location, output, as_json=as_json)
        else:
            codes = _carry_out(services, wanted, location, join=join, as_json=as_json)
    if codes:
        raise typer.Exit(codes[0])


def _companies(settings: Settings, company: str | None, location: list[str] | None) -> list[CompanySettings]:
    if company is not None:
        return [settings.company(company)]
    if location and len(settings.companies) > 1:
        raise typer.BadParameter("needs --company, for there are several companies", param_hint="--location")
    return list(settings.companies)


def _carry_out(
    services: Services, wanted: list[CompanySettings], location: list[str] | None, *, join: bool, as_json: bool
) -> list[ExitCode]:
    """Run each company; an error of one is told and does not stop the others."""
    from replenisher.workflows.overview import run_figures  # noqa: PLC0415 - `--help` must not wait for it

    done: list[RunFigures] = []
    codes: list[ExitCode] = []
    with counting() as progress:
        for company in wanted:
            try:
                figures = run_figures(services, _run_one(services, company, location, progress, join=join))
                _check_asked(figures, location)
                done.append(figures)
            except ReplenisherError as error:
                progress.console.print(literal(f"error: {error}"), soft_wrap=True)
                codes.append(code_of(error))
    if as_json:
        print_json(done)
    else:
        print_runs(out(), done)
    if any(figures.state != "closed" for figures in done):
        codes.append(ExitCode.FAILED)
    if any(figures.unplanned for figures in done):
        codes.append(ExitCode.PROBLEMS)
    return codes


def _run_one(
    services: Services, company: CompanySettings, location: list[str] | None, progress: Progress, *, join: bool
) -> int:
    from replenisher.workflows.plan.by_hand import carry_out, open_or_join  # noqa: PLC0415 - as above

    run_id = open_or_join(services, company, location, join=join)
    task = progress.add_task(f"{company.name}: locations read and planned", total=None)
    told: set[str] = set()

    def tell(standing: Standing) -> None:
        waiting = " (the platform does not answer; it is asked again until the cut-off)" if standing.postponed else ""
        if standing.postponed and standing.trouble and standing.trouble not in told:
            told.add(standing.trouble)
            progress.console.print(literal(f"waiting: {standing.trouble}"), soft_wrap=True)
        described = f"{company.name}: locations read and planned{waiting}"
        progress.update(task, total=standing.total or None, completed=standing.done, description=described)

    try:
        carry_out(services, run_id, tell)
    except KeyboardInterrupt:
        left = f"run {run_id} stays open: a worker goes on with it, or `replenisher run --company {company.id} --join`"
        messages().print(literal(left), soft_wrap=True)
        raise
    return run_id


def _check_asked(figures: RunFigures, location: list[str] | None) -> None:
    """Raise NotFoundError when nothing of what was asked for could be planned because it is not enabled."""
    if location and figures.state == "closed" and not figures.locations:
        raise NotFoundError(
            f"company {figures.company} has not enabled location {', '.join(location)}; nothing was planned. "
            "`replenisher check-config --connect` shows what is enabled"
        )


def _rehearse(
    services: Services, wanted: list[CompanySettings], location: list[str] | None, output: Path | None, *, as_json: bool
) -> list[ExitCode]:
    from replenisher.workflows.plan.rehearse import rehearse, write_rows  # noqa: PLC0415 - as above

    found: list[Rehearsal] = []
    codes: list[ExitCode] = []
    with counting() as progress:
        for company in wanted:
            task = progress.add_task(f"{company.name}: locations read and planned", total=None)
            try:
                found.append(rehearse(services, company, location, _teller(progress, task)))
            except ReplenisherError as error:
                progress.console.print(literal(f"error: {error}"), soft_wrap=True)
                codes.append(code_of(error))
    if output is not None:
        rows = write_rows(found, output)
        messages().print(literal(f"{output}: {rows:,} rows written"))
    if as_json:
        print_json([rehearsal_as_data(one) for one in found])
    else:
        print_rehearsals(out(), found)
    if any(one.refused for one in found):
        codes.append(ExitCode.PROBLEMS if any(one.locations for one in found) else ExitCode.NOT_ALLOWED)
    return codes


def _teller(progress: Progress, task: TaskID) -> Callable[[int, int], None]:
    return lambda done, total: progress.update(task, completed=done, total=total or None)
