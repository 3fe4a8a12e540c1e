"""`exceptions`: what a person should look at, and saying that it is settled."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from replenisher.cli.exits import ExitCode
from replenisher.cli.options import CompanyOption, ConfigOption, JsonOption, LimitOption, connected
from replenisher.cli.screen import add_row, literal, messages, minute, out, print_json, table

if TYPE_CHECKING:
    from replenisher.database.models import PlannerException

exceptions = typer.Typer(help="What a person should look at.", no_args_is_help=True)


@exceptions.command("list")
def list_exceptions(
    config: ConfigOption = None,
    *,
    company: CompanyOption = None,
    kind: Annotated[str | None, typer.Option("--kind", help="Only this kind, such as order_held.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Settled ones too.")] = False,
    limit: LimitOption = 200,
    as_json: JsonOption = False,
) -> None:
    """List what is open, the newest first."""
    from replenisher.database import exceptions as queries  # noqa: PLC0415 - `--help` must not wait for it

    with connected(config) as services:
        if company is not None:
            services.settings.company(company)
        with services.database.transaction() as session:
            found = queries.listed(session, company=company, kind=kind, everything=everything, limit=limit)
    if as_json:
        print_json([_as_data(one) for one in found])
        return
    if not found:
        out().print(literal("no exceptions" if everything else "no open exceptions"))
        return
    made = table("id", "kind", "company", "seen", "times", "message", right=("id", "times"), keep=("kind", "seen"))
    for one in found:
        state = "" if one.resolved_at is None else " (settled)"
        add_row(made, one.id, one.kind + state, one.company, minute(one.last_seen_at), one.times_seen, one.message)
    out().print(made)
    if len(found) == limit:
        messages().print(literal(f"only the newest {limit} are shown; see more with --limit"))


def _as_data(one: PlannerException) -> dict[str, object]:
    names = ("id", "company", "kind", "subject", "location", "sku", "report", "run_id", "order_id", "message")
    times = ("raised_at", "last_seen_at", "times_seen", "resolved_at")
    return {name: getattr(one, name) for name in (*names, *times)}


@exceptions.command("resolve")
def resolve_exceptions(
    ids: Annotated[list[int], typer.Argument(metavar="ID...", help="Ids as `exceptions list` shows them.")],
    config: ConfigOption = None,
) -> None:
    """Say that exceptions are settled; what is still wrong is raised again."""
    from replenisher.database import exceptions as queries  # noqa: PLC0415 - `--help` must not wait for it

    failed = False
    with connected(config) as services:
        for one in ids:
            with services.database.transaction() as session:
                settled = queries.resolve_one(session, one)
            failed = failed or not settled
            where = out() if settled else messages()
            where.print(literal(f"exception {one}: {'settled' if settled else 'there is no open one with this id'}"))
    if failed:
        raise typer.Exit(ExitCode.NOT_ALLOWED)
