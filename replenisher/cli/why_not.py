"""`why-not`: what is missing and was not ordered, by reason, with the money at stake."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from replenisher.cli.options import CompanyOption, ConfigOption, JsonOption, connected
from replenisher.cli.screen import add_row, literal, messages, money, out, print_json, slot, table
from replenisher.errors import NotFoundError, ReplenisherError

if TYPE_CHECKING:
    from replenisher.config import CompanySettings
    from replenisher.services import Services
    from replenisher.workflows.why_not import UnmetReason, UnmetRow, WhyNot


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("why-not", rich_help_panel="Daily work")(why_not)


def why_not(
    config: ConfigOption = None,
    *,
    company: CompanyOption = None,
    location: Annotated[
        list[str] | None,
        typer.Option("--location", metavar="ID", help="Only this location; may be given several times."),
    ] = None,
    run: Annotated[int | None, typer.Option("--run", metavar="ID", help="This run instead of the newest.")] = None,
    reason: Annotated[
        str | None, typer.Option("--reason", metavar="CODE", help="Only this reason, by its code in the table.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", metavar="FILE", help="Write every row as CSV, the dearest first.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """List what is below its minimum and was not ordered, by reason and money at stake."""
    from replenisher.workflows.why_not import write_rows  # noqa: PLC0415 - `--help` must not wait for it

    with connected(config) as services:
        wanted = _companies(services, company, location, run)
        found, errors = _gather(services, wanted, location, run, reason)
    if not found:
        raise errors[0]
    if output is not None:
        count = write_rows(found, output)
        messages().print(literal(f"{count:,} rows written to {output}"), soft_wrap=True)
    if as_json:
        print_json([_as_data(one) for one in found])
    else:
        for one in found:
            _print(out(), one)
    for error in errors:
        messages().print(literal(f"note: {error}"), soft_wrap=True)


def _companies(
    services: Services, company: str | None, location: list[str] | None, run: int | None
) -> list[CompanySettings]:
    from replenisher.workflows.why_not import company_of_run  # noqa: PLC0415 - as above

    if company is not None:
        return [services.settings.company(company)]
    if run is not None:
        return [company_of_run(services, run)]
    if location and len(services.settings.companies) > 1:
        raise typer.BadParameter("needs --company, for there are several companies", param_hint="--location")
    return list(services.settings.companies)


def _gather(
    services: Services,
    wanted: list[CompanySettings],
    location: list[str] | None,
    run: int | None,
    reason: str | None,
) -> tuple[list[WhyNot], list[ReplenisherError]]:
    """Ask for each company; one that has planned nothing yet does not hide the others."""
    from replenisher.workflows import why_not as workflow  # noqa: PLC0415 - as above

    found: list[WhyNot] = []
    errors: list[ReplenisherError] = []
    for one in wanted:
        try:
            found.append(workflow.why_not(services, one, run_id=run, locations=location, reason=reason))
        except NotFoundError as error:
            errors.append(error)
    return found, errors


def _as_data(found: WhyNot) -> dict[str, object]:
    return {name: value for name, value in vars(found).items() if name != "frame"}


def _print(console: Console, found: WhyNot) -> None:
    told = f"run {found.run} ({found.kind}, slot {slot(found.slot)} {found.time_zone})"
    if not found.reasons:
        text = f"Company {found.company}, {told}: nothing that is below its minimum was left without an order"
        console.print(literal(text, "bold"))
        return
    units, value = sum(one.units for one in found.reasons), sum((one.value for one in found.reasons), start=Decimal(0))
    rows = sum(one.rows for one in found.reasons)
    text = f"Company {found.company}, {told}: {rows:,} of {found.rows_below:,} rows below their minimum order nothing"
    console.print(literal(f"{text}; {units:,} units, {money(value)} at cost", "bold"))
    made = table(
        "reason",
        "rows",
        "locations",
        "units",
        "at cost",
        "what it means",
        right=("rows", "locations", "units", "at cost"),
    )
    for one in found.reasons:
        counts = (f"{one.rows:,}", f"{one.locations:,}", f"{one.units:,}", _value(one))
        add_row(made, one.reason, *counts, f"{one.text} For example {'; '.join(_told(row) for row in one.examples)}.")
    console.print(made)


def _value(one: UnmetReason) -> str:
    unknown = f" + {one.rows_without_cost:,} without cost" if one.rows_without_cost else ""
    return f"{money(one.value)}{unknown}"


def _told(row: UnmetRow) -> str:
    return f"{row.sku} at {row.location}: {row.missing:,} missing"
