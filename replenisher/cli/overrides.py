"""`overrides`: levels and quantities that planners set by hand, each with its reason and its last day."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from replenisher.cli.options import (
    CompanyOption,
    ConfigOption,
    JsonOption,
    LimitOption,
    connected,
    each_of,
    given_reason,
    person,
)
from replenisher.cli.screen import add_row, literal, messages, out, print_json, table

if TYPE_CHECKING:
    from replenisher.database.override_models import Override
    from replenisher.workflows.overrides import OverridesSet

overrides = typer.Typer(help="Levels and quantities set by hand: set, list, withdraw, import.", no_args_is_help=True)
LevelOption = Annotated[int | None, typer.Option(min=0, max=10_000_000, help="Units, with the other level; 0 too.")]
LOOKS = ("id", "company", "location", "sku", "kind", "reorder_point", "order_up_to_level", "quantity", "until")
HISTORY = ("reason", "set_by", "set_at", "for_run", "used_by_run", "withdrawn_at", "withdrawn_by", "replaced_by")


@overrides.command("set")
def set_one(
    config: ConfigOption = None,
    *,
    location: Annotated[str, typer.Option("--location", metavar="ID", help="The location.")],
    sku: Annotated[str, typer.Option("--sku", help="The SKU, exactly as the report has it.")],
    minimum: LevelOption = None,
    maximum: LevelOption = None,
    quantity: Annotated[
        int | None, typer.Option(min=0, max=10_000_000, help="Units to order once; 0 orders nothing.")
    ] = None,
    until: Annotated[str, typer.Option("--until", metavar="DATE", help="The last day, such as 2026-03-31.")],
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; kept in the history.")],
    run: Annotated[
        int | None, typer.Option("--run", metavar="ID", help="Bind a quantity to this run instead of the next one.")
    ] = None,
    company: CompanyOption = None,
    as_json: JsonOption = False,
) -> None:
    """Set levels until a date, or the quantity of one run; what was in force before gives way to it."""
    from replenisher.purchasing.overrides import NewOverride  # noqa: PLC0415 - `--help` must not wait for it
    from replenisher.workflows.overrides import overriding_company, set_override  # noqa: PLC0415 - as above

    new = NewOverride(location, sku, minimum, maximum, quantity, _day(until), given_reason(reason))
    with connected(config) as services:
        whose = overriding_company(services.settings, company)
        done = set_override(services, whose, new, actor=person(), for_run=run)
    _tell(done, as_json=as_json)


@overrides.command("import")
def import_file(
    file: Annotated[
        Path,
        typer.Argument(metavar="FILE", help="CSV: location, sku, minimum, maximum, quantity, until, reason."),
    ],
    config: ConfigOption = None,
    *,
    company: CompanyOption = None,
    as_json: JsonOption = False,
) -> None:
    """Import overrides; all of a file or nothing."""
    from replenisher.workflows.overrides import import_overrides, overriding_company  # noqa: PLC0415 - as above

    with connected(config) as services:
        whose = overriding_company(services.settings, company)
        done = import_overrides(services, whose, file, actor=person())
    _tell(done, as_json=as_json)


@overrides.command("list")
def list_overrides(
    config: ConfigOption = None,
    *,
    company: CompanyOption = None,
    location: Annotated[str | None, typer.Option("--location", metavar="ID", help="Only this location.")] = None,
    expired: Annotated[bool, typer.Option("--expired", help="Those that ran out without being used.")] = False,
    everything: Annotated[bool, typer.Option("--all", help="Used, withdrawn and replaced ones too.")] = False,
    limit: LimitOption = 200,
    as_json: JsonOption = False,
) -> None:
    """List what is in force, the newest first."""
    from replenisher.database.overrides import listed  # noqa: PLC0415 - `--help` must not wait for it
    from replenisher.workflows.overrides import overriding_company, today_of  # noqa: PLC0415 - as above

    with connected(config) as services:
        whose = overriding_company(services.settings, company)
        with services.database.transaction() as session:
            today = today_of(session, whose)
            found = listed(
                session, whose.id, today, location=location, expired=expired, everything=everything, limit=limit
            )
    if as_json:
        print_json([_as_data(one.override) | {"state": one.state.value} for one in found])
        return
    if not found:
        out().print(literal("no overrides" if everything else "no expired ones" if expired else "none in force"))
        return
    made = table("id", "location", "sku", "sets", "until", "state", "by", "reason", right=("id",), keep=("id", "sets"))
    for one in found:
        row, state = one.override, one.state.value.replace("_", " ")
        state += f" by run {row.used_by_run}" if row.used_by_run else ""
        state += f" by {row.replaced_by}" if row.replaced_by and not row.used_by_run else ""
        add_row(made, row.id, row.location, row.sku, _sets(row), row.until, state, row.set_by, row.reason)
    out().print(made)
    if len(found) == limit:
        messages().print(literal(f"only the newest {limit} are shown; see more with --limit"))


@overrides.command("withdraw")
def withdraw(
    ids: Annotated[list[str], typer.Argument(metavar="ID...", help="Ids as `overrides list` shows them.")],
    config: ConfigOption = None,
) -> None:
    """Withdraw overrides: no run that begins from now on looks at them; they stay in the history."""
    from replenisher.workflows.overrides import withdraw_override  # noqa: PLC0415 - `--help` must not wait for it

    for text in ids:
        if not text.isdecimal() or int(text) >= 2**63:
            raise typer.BadParameter(f"{text!r} is no id of an override", param_hint="ID")
    each_of(ids, config, lambda services, text: withdraw_override(services, int(text), actor=person()), "withdrawn")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no date; write one such as 2026-03-31", param_hint="--until") from None


def _sets(row: Override) -> str:
    if row.quantity is None:
        return f"minimum {row.reorder_point:,}, maximum {row.order_up_to_level:,}"
    return f"quantity {row.quantity:,} for {f'run {row.for_run}' if row.for_run else 'one run'}"


def _as_data(row: Override) -> dict[str, Any]:
    return {name: getattr(row, name) for name in (*LOOKS, *HISTORY)}


def _tell(done: OverridesSet, *, as_json: bool) -> None:
    if as_json:
        print_json([_as_data(row) for row in done.rows])
    elif len(done.rows) == 1:
        (row,) = done.rows
        place = f"{row.sku} at location {row.location}"
        out().print(literal(f"override {row.id}: {place}: {_sets(row)}, until {row.until}"))
    else:
        out().print(literal(f"company {done.company}: {len(done.rows):,} overrides set"))
    for warning in done.warnings:
        messages().print(literal(f"warning: {warning}", style="yellow"), soft_wrap=True)
