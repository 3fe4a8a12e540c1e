"""`status`: where everything stands, on one screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer
from rich.console import Console

from replenisher.cli.options import ConfigOption, JsonOption, settings_from
from replenisher.cli.run_pages import cut_at_close
from replenisher.cli.screen import ago, counted, facts, instant, literal, out, print_json, slot

if TYPE_CHECKING:
    from replenisher.workflows.overview import CompanyOverview, JobFigures, Overview, RunFigures
    from replenisher.workflows.servers import ServersNamed


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(rich_help_panel="Daily work")(status)


def status(config: ConfigOption = None, *, as_json: JsonOption = False) -> None:
    """Show servers, daemon, and for each company the last run, orders, exceptions and what comes next."""
    from replenisher.services import opened  # noqa: PLC0415 - `--help` must not wait for it
    from replenisher.workflows.overview import overview  # noqa: PLC0415 - as above
    from replenisher.workflows.servers import embedded_parts, servers_named  # noqa: PLC0415 - as above

    settings = settings_from(config)
    embedded = embedded_parts(settings)
    with opened(settings) as services:
        servers = servers_named(settings, embedded)
        found = overview(services)
    if as_json:
        print_json({"servers": servers, "daemon": found})
        return
    console = out()
    console.print(facts(_daemon(servers, found)))
    for company in found.companies:
        _print_company(console, company)


def _daemon(servers: ServersNamed, found: Overview) -> list[tuple[str, object]]:
    migrated = found.revision == found.needed_revision
    at = found.revision or "no tables"
    beats = [f"{name}: {ago(seconds)}" for name, seconds in found.heartbeats.items()]
    waited = found.oldest_due_order_seconds
    return [
        ("database", servers.database),
        ("broker", servers.broker if servers.broker_answers else literal(f"{servers.broker}: no answer", "red")),
        ("archive", servers.archive),
        (
            "migrations",
            f"at {at}, up to date"
            if migrated
            else literal(f"at {at}, {found.needed_revision} is needed: run `replenisher migrate`", "red"),
        ),
        ("last seen", ", ".join(beats)),
        ("oldest due order", f"due {ago(waited)}" if waited is not None else "none is waiting" if migrated else None),
    ]


def _print_company(console: Console, company: CompanyOverview) -> None:
    console.print()
    console.print(literal(f"{company.name} (company {company.id})", "bold"))
    console.print(facts(_company(company)))


def _company(company: CompanyOverview) -> list[tuple[str, object]]:
    zone = company.time_zone
    placed = {state: f"{count.orders:,} {state} ({count.units:,} units)" for state, count in company.orders.items()}
    paused = f"since {instant(company.paused_at)}: {company.pause_reason}" if company.paused_at else None
    return [
        ("  standing", _standing(company)),
        ("  paused", paused and literal(paused, "bold red")),
        ("  next run", f"{slot(company.next_slot)} {zone}" if company.next_slot else "no schedule: only by hand"),
        ("  last run", _run(company.last_run)),
        ("  orders", ", ".join(placed.values()) or "none"),
        ("  shipment notices", counted(company.notices) if company.notices else None),
        ("  customers' items", counted(company.fulfilments) if company.fulfilments else None),
        ("  sale orders", counted(company.sale_orders) if company.sale_orders else None),
        ("  open exceptions", counted(company.exceptions)),
        *((f"  {job.job}", _job(job)) for job in company.jobs if job.next_at is not None),
    ]


def _standing(company: CompanyOverview) -> object:
    if company.standing is None:
        return f"not asked yet, over {company.channel}"
    told = f"{company.standing} at {instant(company.standing_seen_at)}, over {company.channel}"
    return told if company.standing == "enabled" else literal(told, "red")


def _job(job: JobFigures) -> object:
    told = f"{job.cadence}; next {instant(job.next_at)}; last done {instant(job.last_done_at) or 'never'}"
    if job.last_error is None:
        return told
    return literal(f"{told}; failed {job.failures} in a row: {job.last_error}", "red")


def _run(run: RunFigures | None) -> str:
    if run is None:
        return "none yet"
    told = f"{run.id} ({run.kind}, slot {slot(run.slot)}), {run.state}"
    if run.reason:
        return f"{told}: {run.reason}"
    cuts = cut_at_close(run)
    return f"{told}; locations: {counted(run.locations)}" + (f"; {cuts}" if cuts else "")
