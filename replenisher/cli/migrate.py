"""`migrate`: bring the tables to the version this program needs."""

from __future__ import annotations

from typing import Annotated

import typer

from replenisher.cli.exits import ExitCode
from replenisher.cli.options import ConfigOption, settings_from
from replenisher.cli.screen import literal, out


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(rich_help_panel="Setting up")(migrate)


def migrate(
    config: ConfigOption = None,
    *,
    revision: Annotated[
        str, typer.Option("--revision", help="Where to go: head (the newest), a revision, or base (no tables).")
    ] = "head",
    check: Annotated[bool, typer.Option("--check", help="Change nothing; exit 7 when a migration is due.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before going back, which deletes data.")] = False,
) -> None:
    """Create the tables, or bring them to the version this program needs."""
    from replenisher.database import migrate as migrations  # noqa: PLC0415 - `--help` must not wait for it
    from replenisher.services import opened  # noqa: PLC0415 - as above

    with opened(settings_from(config)) as services:
        services.database.ping()
        before, head = migrations.current_revision(services.database), migrations.head_revision()
        if check:
            out().print(literal(f"the database is at {before or 'base (no tables)'}, this program needs {head}"))
            raise typer.Exit(ExitCode.OK if before == head else ExitCode.PROBLEMS)
        if before is not None and migrations.goes_back(revision, before) and not yes:
            typer.confirm(f"Going from {before} back to {revision} deletes tables with their data. Do it?", abort=True)
        before, after = migrations.migrate(services.database, revision)
    names = [name or "base (no tables)" for name in (before, after)]
    told = f"the database was at {names[0]} and is at {names[1]} now"
    out().print(literal(told if before != after else f"the database is at {names[1]} already: nothing to do"))
