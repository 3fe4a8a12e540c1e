"""`history`: what a SKU sold day by day, how long orders take, and older days fetched from the platform."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from replenisher.cli.exits import ExitCode
from replenisher.cli.listing import CsvOption, show
from replenisher.cli.options import CompanyOption, ConfigOption, JsonOption, connected
from replenisher.cli.progress import counting
from replenisher.cli.screen import literal, messages, out, print_json

if TYPE_CHECKING:
    from replenisher.workflows.history.read import ShownDay

history = typer.Typer(help="Daily sales and lead times, as the daemon keeps them.", no_args_is_help=True)

LONGEST_BAR = 40
UNITS = ("sold", "returned", "exchanged", "transferred", "other", "demand")
LocationOption = Annotated[str, typer.Option("--location", metavar="ID", help="The location.")]


def _day(written: datetime) -> date:
    return written.date()


@history.command("show")
def show_history(
    config: ConfigOption = None,
    *,
    location: LocationOption,
    sku: Annotated[str, typer.Option("--sku", help="The SKU, exactly as the report has it.")],
    company: CompanyOption = None,
    days: Annotated[int, typer.Option("--days", min=1, max=3660, help="How many days back, today included.")] = 28,
    csv_file: CsvOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show the days of one SKU: units by what became of them, demand, and days that do not count."""
    from replenisher.workflows.history.read import company_of, last_days, shown_days  # noqa: PLC0415 - for `--help`

    with connected(config) as services:
        whose = company_of(services, location, company)
        found = shown_days(services, whose, location, sku, last_days(services, whose, days))
    most = max((one.demand for one in found), default=0)
    rows = [
        {"business_date": one.business_date, **{name: getattr(one, name) for name in UNITS}, "mark": mark_of(one)}
        for one in found
    ]
    headings = {"business_date": "day", **{name: name for name in UNITS}, "mark": ""}
    if as_json or csv_file is not None:
        show(rows, headings, nothing="", csv_file=csv_file, as_json=as_json)
    if as_json:
        return
    title = f"{sku} at location {location} of {whose.name}"
    barred = [row | {"bar": bar(one.demand, most)} for row, one in zip(rows, found, strict=True)]
    show(barred, headings | {"bar": "demand"}, nothing="", csv_file=None, as_json=False, title=title)
    counting_days = [one for one in found if one.known and not one.stock_out]
    out().print(literal(told_of(counting_days, len(found))))


def mark_of(day: ShownDay) -> str:
    """Say what is particular of a day: it does not count, or it tells only that so many or more were wanted."""
    if not day.known:
        return "not known"
    if day.stock_out:
        return "out of stock"
    return "sold out" if day.sold_out else ""


def bar(units: int, most: int) -> str:
    """Draw the units as a bar, the most of all days as the longest; a day with any has a stroke at least."""
    return "█" * max(round(units / most * LONGEST_BAR), 1) if units else ""


def told_of(counting: list[ShownDay], of: int) -> str:
    """Sum the days that count up in a sentence."""
    units = sum(one.demand for one in counting)
    if not counting:
        return f"none of {of:,} days counts"
    return f"{len(counting):,} of {of:,} days count: {units:,} units, {units / len(counting):.3g} a day"


@history.command("lead-times")
def lead_times(
    config: ConfigOption = None,
    *,
    company: Annotated[str, typer.Option("--company", metavar="ID", help="The company.")],
    days: Annotated[int, typer.Option("--days", min=1, max=3660, help="Orders received in so many days.")] = 366,
    csv_file: CsvOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show how long our orders took from being taken by the platform to being received, by location and in all."""
    from replenisher.database.lead_times import LEAST_ORDERS, measured_lead_times  # noqa: PLC0415 - for `--help`

    with connected(config) as services:
        whose = services.settings.company(company)
        with services.database.transaction() as session:
            measured = measured_lead_times(session, whose.id, since_days=days)
    rows = [
        {
            "location": "all" if location is None else location,
            "orders": one.orders,
            "median_days": round(one.median_days, 2),
            "spread_days": round(one.spread_days, 2),
            "mean_days": round(one.mean_days, 2),
            "enough": one.orders >= LEAST_ORDERS,
        }
        for location, one in sorted(measured.items(), key=lambda row: (row[0] is None, row[0] or ""))
    ]
    headings = {"orders": "orders", "median_days": "median days", "spread_days": "spread", "mean_days": "mean days"}
    nothing = f"no order of company {whose.id} was received in {days:,} days"
    show(rows, {"location": "location", **headings}, nothing=nothing, csv_file=csv_file, as_json=as_json)


@history.command("fetch")
def fetch(
    config: ConfigOption = None,
    *,
    company: Annotated[str, typer.Option("--company", metavar="ID", help="The company.")],
    start: Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"], help="First business date.")],
    end: Annotated[datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="Last one; else today.")] = None,
    location: Annotated[list[str] | None, typer.Option("--location", metavar="ID", help="Only these.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Read the sales of older days from the platform into the history; what was known of them is replaced."""
    from replenisher.workflows.history.fetch import fetch_history  # noqa: PLC0415 - `--help` must not wait for it

    with connected(config) as services, counting() as progress:
        task = progress.add_task("reading sales", total=None)
        found = fetch_history(
            services,
            services.settings.company(company),
            _day(start),
            None if end is None else _day(end),
            only=location,
            tell=lambda done, of: progress.update(task, completed=done, total=of),
        )
    if as_json:
        print_json({"windows": found.windows, "locations": found.locations, "failed": found.failed})
    else:
        out().print(literal(f"{found.locations:,} locations, {found.windows:,} reports read"))
    for where, reason in found.failed.items():
        messages().print(literal(f"{where}: not read: {reason}"), soft_wrap=True)
    if found.failed:
        raise typer.Exit(ExitCode.PROBLEMS)
