"""`resume`: go on with a company that was paused, because a person has corrected the cause."""

from __future__ import annotations

from typing import Annotated

import typer

from replenisher.cli.options import ConfigOption, connected
from replenisher.cli.screen import literal, out


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(rich_help_panel="Daily work")(resume)


def resume(
    config: ConfigOption = None,
    *,
    company: Annotated[str, typer.Option("--company", metavar="ID", help="The paused company.")],
) -> None:
    """Go on with a company that was paused, once the cause is corrected."""
    from replenisher.workflows.pauses import resume_company  # noqa: PLC0415 - `--help` must not wait for it

    with connected(config) as services:
        resume_company(services, company)
        name = services.settings.company(company).name
    out().print(literal(f"company {company} ({name}) is resumed; what is due goes on within seconds"))
