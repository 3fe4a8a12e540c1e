"""`probe`: what the platform really does, found out by reading alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from replenisher.cli.exits import ExitCode
from replenisher.cli.options import ConfigOption, JsonOption, settings_from
from replenisher.cli.progress import naming
from replenisher.cli.screen import add_row, facts, instant, literal, messages, out, plain, print_json, table

if TYPE_CHECKING:
    from replenisher.gateways.observations import Check, Observation
    from replenisher.workflows.probe import ProbeReport


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(rich_help_panel="Setting up")(probe)


def probe(
    company: Annotated[str, typer.Argument(metavar="COMPANY", help="The company whose interface is asked.")],
    config: ConfigOption = None,
    *,
    location: Annotated[
        str | None, typer.Option("--location", metavar="ID", help="Read the reports of this location.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", metavar="FILE", help="Also write everything that was found as JSON.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Ask a company's interface what it does where the documents disagree; reads only, writes nothing."""
    from replenisher.services import opened  # noqa: PLC0415 - `--help` must not wait for it
    from replenisher.workflows.probe import probe as ask  # noqa: PLC0415 - as above
    from replenisher.workflows.probe import write_report  # noqa: PLC0415 - as above

    with opened(settings_from(config)) as services, naming() as progress:
        task = progress.add_task(f"company {company}: starting", total=None)
        found = ask(
            services,
            company,
            location,
            lambda asked: progress.update(task, description=f"company {company}: {asked}"),
        )
    if output is not None:
        write_report(output, json.dumps(found, indent=2, ensure_ascii=False, default=plain) + "\n")
        messages().print(literal(f"{output}: written"))
    if as_json:
        print_json(found)
    else:
        _print(out(), found)
    if not found.answered:
        raise typer.Exit(ExitCode.PLATFORM)
    if found.needs_person:
        raise typer.Exit(ExitCode.PROBLEMS)


def _print(console: Console, found: ProbeReport) -> None:
    console.print(literal(f"{found.name} (company {found.company})", "bold"))
    console.print(
        facts(
            [
                ("interface", f"{found.channel} of platform {found.platform}"),
                ("location", found.location or "none was read"),
                ("reports", f"{found.window.start} to {found.window.end}"),
                ("probed", f"{instant(found.probed_at)}, {found.seconds:.1f} s, reads only"),
            ]
        )
    )
    console.print()
    console.print(_checks(found.checks))
    console.print()
    console.print(_observations(found.observations))
    _print_to_do(console, found)


def _checks(checks: list[Check]) -> object:
    made = table(
        "asked", "answered", "ms", "bytes", "rows", "problem", right=("ms", "bytes", "rows"), title="What was asked"
    )
    for one in checks:
        answered = literal("yes" if one.answered else "no", "" if one.answered else "red")
        add_row(
            made, one.asked, answered, f"{one.milliseconds:,}", _number(one.size_bytes), _number(one.rows), one.problem
        )
    return made


def _number(value: int | None) -> str:
    return "" if value is None else f"{value:,}"


def _observations(observations: list[Observation]) -> object:
    made = table(
        "question",
        "seen here",
        "the documents say",
        "replenisher",
        keep=("question",),
        title="Where the documents disagree or are silent",
    )
    for one in observations:
        shown = literal(one.seen) if one.seen else literal(f"not answered: {one.unanswered}", "dim")
        style = "yellow" if one.attention or one.setting else ""
        add_row(made, one.question, shown, one.documents, one.handled, style=style)
    return made


def _print_to_do(console: Console, found: ProbeReport) -> None:
    console.print()
    told = [one for one in found.observations if one.attention or one.setting]
    for one in told:
        change = f"; set {one.setting}" if one.setting else ""
        console.print(literal(f"{one.question}: {one.attention}{change}", "yellow"), soft_wrap=True)
    missed = sum(not check.answered for check in found.checks)
    if missed:
        console.print(literal(f"{missed} of {len(found.checks)} reads were not answered", "yellow"), soft_wrap=True)
    if not told and not missed:
        console.print(literal("nothing needs a person's attention"))
