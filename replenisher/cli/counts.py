"""`counts`: import counts of stock that no report tells, and list them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from replenisher.cli.options import CompanyOption, ConfigOption, JsonOption, LimitOption, connected, person
from replenisher.cli.progress import naming
from replenisher.cli.screen import add_row, literal, messages, out, print_json, slot, table

if TYPE_CHECKING:
    from replenisher.workflows.counts import CountsImported

counts = typer.Typer(help="Counts of stock that no report tells (channel cmi): import, list.", no_args_is_help=True)
SHOWN = 20


@counts.command("import")
def import_file(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV: location, sku, quantity, counted_at.")],
    config: ConfigOption = None,
    *,
    company: CompanyOption = None,
    as_json: JsonOption = False,
) -> None:
    """Import counts; all of a file or nothing. Each is told with the units that it differs from what was derived."""
    from replenisher.workflows.counts import import_counts  # noqa: PLC0415 - `--help` must not wait for it

    with connected(config) as services, naming() as progress:
        task = progress.add_task("reading the file", total=None)
        result = import_counts(
            services,
            file,
            actor=person(),
            company_id=company,
            tell=lambda text: progress.update(task, description=text),
        )
    if as_json:
        print_json([{"drift": one.drift, **vars(one)} for one in result.counted])
    else:
        _print(result)
    for warning in result.warnings:
        messages().print(literal(f"warning: {warning}", style="yellow"), soft_wrap=True)


def _print(result: CountsImported) -> None:
    console = out()
    there = f", {result.already_there:,} were there already" if result.already_there else ""
    console.print(literal(f"company {result.company}: {len(result.counted):,} counts imported{there}"))
    drifting = sorted((one for one in result.counted if one.drift), key=lambda one: -abs(one.drift or 0))
    if not drifting:
        return
    made = table("location", "sku", "counted at", "counted", "derived", "drift", right=("counted", "derived", "drift"))
    for one in drifting[:SHOWN]:
        add_row(made, one.location, one.sku, slot(one.counted_at), one.quantity, one.derived, f"{one.drift:+,d}")
    console.print(made)
    if len(drifting) > SHOWN:
        messages().print(literal(f"only the {SHOWN} largest of {len(drifting):,} differences are shown"))


@counts.command("list")
def list_counts(
    config: ConfigOption = None,
    *,
    company: CompanyOption = None,
    location: Annotated[str | None, typer.Option("--location", metavar="ID", help="Only this location.")] = None,
    limit: LimitOption = 50,
    as_json: JsonOption = False,
) -> None:
    """List counts, the newest import first."""
    from replenisher.database.stock_book import latest_counts  # noqa: PLC0415 - `--help` must not wait for it
    from replenisher.workflows.counts import counting_company  # noqa: PLC0415 - as above

    with connected(config) as services:
        whose = counting_company(services.settings, company)
        with services.database.transaction() as session:
            found = latest_counts(session, whose.id, location=location, limit=limit)
    names = ("location", "sku", "counted_at", "quantity", "drift", "imported_by")
    if as_json:
        print_json([{name: getattr(one, name) for name in names} for one in found])
        return
    made = table("location", "sku", "counted at", "counted", "drift", "by", right=("counted", "drift"))
    for one in found:
        drift = "" if one.drift is None else f"{one.drift:+,d}"
        add_row(made, one.location, one.sku, slot(one.counted_at), one.quantity, drift, one.imported_by)
    out().print(made)
