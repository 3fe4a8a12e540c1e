"""`check-config`: everything that can be known to be wrong before the daemon runs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from replenisher.cli.exits import ExitCode
from replenisher.cli.options import ConfigOption, JsonOption, config_path, settings_from
from replenisher.cli.screen import add_row, literal, messages, out, print_json, table
from replenisher.errors import ConfigurationError

if TYPE_CHECKING:
    from replenisher.workflows.verify import CompanyConnected, FilesChecked


PENDING_OR_DISABLED = {
    "pending": "the retailer's grant waits to be taken up: activate it at the platform",
    "disabled": "the relationship is disabled: ask the retailer",
}


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("check-config", rich_help_panel="Setting up")(check_config)


def check_config(
    config: ConfigOption = None,
    *,
    show: Annotated[bool, typer.Option("--show", help="Print every setting that holds, secrets masked.")] = False,
    connect: Annotated[
        bool, typer.Option("--connect", help="Also sign in to the platforms and look for companies and locations.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Check the configuration and the planners' files; with --connect the platforms too."""
    from replenisher.config import effective  # noqa: PLC0415 - `--help` must not wait for it
    from replenisher.workflows import verify  # noqa: PLC0415 - as above

    try:
        settings = settings_from(config)
    except ConfigurationError as error:
        if as_json:
            print_json(_answer(config_path(config), faults=str(error).splitlines()))
        raise
    files = verify.check_files(settings)
    answers = verify.connect(settings) if connect and not files.faults else []
    if as_json:
        answer = _answer(config_path(config), faults=files.faults)
        answer |= {"warnings": files.warnings, "files": files.files, "platforms": answers}
        print_json(answer | ({"settings": effective(settings)} if show else {}))
    elif show:
        out().print(literal(effective(settings).rstrip()), soft_wrap=True)
    if files.faults:
        raise ConfigurationError("\n".join(files.faults))
    if not as_json:
        told = f"{config_path(config)} is correct: {_counted(len(settings.companies), 'company', 'companies')}"
        _print_outcome(told, files, answers)
    _end(answers)


def _answer(path: Path, faults: list[str]) -> dict[str, object]:
    return {"file": str(path), "ok": not faults, "faults": faults}


def _counted(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"


def _print_outcome(told: str, files: FilesChecked, answers: list[CompanyConnected]) -> None:
    console = out()
    console.print(literal(told))
    for file in files.files:
        rows = _counted(file.rows, "rule", "rules") if file.kind == "rules" else _counted(file.rows, "row", "rows")
        of_kind = "" if file.kind == "rules" else f" of {file.kind}"
        console.print(literal(f"{file.path}: {rows}{of_kind}"))
    for warning in files.warnings:
        messages().print(literal(f"warning: {warning}", style="yellow"), soft_wrap=True)
    if not answers:
        return
    made = table("company", "name", "platform", "channel", "standing", "locations", "problem", right=("locations",))
    for one in answers:
        standing = one.standing or "not known"
        add_row(made, one.company, one.name, one.platform, one.channel, standing, one.locations, _problem(one))
    console.print(made)


def _problem(one: CompanyConnected) -> str:
    if one.error:
        return one.error
    if one.standing in PENDING_OR_DISABLED:
        return PENDING_OR_DISABLED[one.standing]
    if not one.enabled:
        return "the platform does not list the company: the retailer has not enabled us, or the id is wrong"
    if one.missing_locations:
        return f"not enabled: {', '.join(one.missing_locations)}"
    return "" if one.locations else "no location is enabled"


def _end(answers: list[CompanyConnected]) -> None:
    if any(one.error for one in answers):
        raise typer.Exit(ExitCode.PLATFORM)
    if any(_problem(one) for one in answers):
        raise typer.Exit(ExitCode.PROBLEMS)
