"""`guards`: what each location's reports are judged by, and taking a refused one for good."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from replenisher.cli.listing import CsvOption, show
from replenisher.cli.options import (
    CompanyOption,
    ConfigOption,
    JsonOption,
    ReasonOption,
    connected,
    each_of,
    given_reason,
    person,
)
from replenisher.cli.screen import literal, out

if TYPE_CHECKING:
    from replenisher.database.report_models import JudgedReport
    from replenisher.services import Services
    from replenisher.workflows.report_guards import RememberedLocation

guards = typer.Typer(help="Reports that were refused, and what they are judged by: list, accept.", no_args_is_help=True)

FIGURES = ("run_id", "business_date", "rows", "on_hand", "sold", "first_read_on", "verdict", "reason")
HISTORY = ("report_days", "fingerprint", "judged_at", "accepted_at", "accepted_by", "accept_reason")
HEADINGS = {
    "run_id": "run",
    "business_date": "read on",
    "rows": "rows",
    "on_hand": "on hand",
    "sold": "sold",
    "first_read_on": "same since",
    "verdict": "verdict",
}
"""Columns of a report."""


@guards.command("list")
def list_reports(
    config: ConfigOption = None,
    *,
    company: CompanyOption = None,
    location: Annotated[
        str | None, typer.Option("--location", metavar="ID", help="Only this one, with every report remembered of it.")
    ] = None,
    refused: Annotated[bool, typer.Option("--refused", help="Only locations whose last report was refused.")] = False,
    csv_file: CsvOption = None,
    as_json: JsonOption = False,
) -> None:
    """List each location's last report with its verdict, and the medians that the next one is judged by."""
    from replenisher.workflows.report_guards import remembered_locations  # noqa: PLC0415 - for `--help`

    with connected(config) as services:
        found = remembered_locations(services, company, location)
    shown = [one for one in found if not refused or one.newest.verdict == "refused"]
    names = {**HEADINGS, "usual_on_hand": "usual on hand", "usual_sold": "usual sold", "why": "why"}
    columns = {"company": "company", "location": "location", **names}
    nothing = "no location's last report was refused" if refused else "no report has been judged yet"
    show([_row(one) for one in shown], columns, nothing=nothing, csv_file=csv_file, as_json=as_json)
    if location is None or as_json:
        return
    for one in shown:
        title = f"Reports of location {one.location} of company {one.company}, the newest first"
        rows = [_report(report) | {"why": _why(report)} for report in reversed(one.reports)]
        show(rows, HEADINGS | {"why": "why"}, nothing="", csv_file=None, as_json=False, title=title)


def _row(one: RememberedLocation) -> dict[str, object]:
    newest = {name: getattr(one.newest, name) for name in FIGURES}
    medians = {"usual_on_hand": _units(one.usual_on_hand), "usual_sold": _units(one.usual_sold)}
    told = {"company": one.company, "location": one.location, **newest, **medians, "why": _why(one.newest)}
    return told | {"reports": [_report(report) for report in one.reports]}


def _report(report: JudgedReport) -> dict[str, object]:
    return {name: getattr(report, name) for name in (*FIGURES, *HISTORY)}


def _units(median: float | None) -> int | float | None:
    """Give a median as a whole number where it is one."""
    return int(median) if median is not None and median.is_integer() else median


def _why(report: JudgedReport) -> str:
    """Say why it was refused, or who accepted it and why."""
    if report.accepted_by is not None:
        return f"accepted by {report.accepted_by}: {report.accept_reason}"
    return report.reason or ""


@guards.command("accept")
def accept_reports(
    config: ConfigOption = None,
    *,
    company: Annotated[str, typer.Option("--company", metavar="ID", help="The company.")],
    location: Annotated[
        list[str], typer.Option("--location", metavar="ID", help="The location; may be given several times.")
    ],
    reason: ReasonOption,
) -> None:
    """Take the newest refused report of locations for good: the next ones are judged by it, not by those before."""
    from replenisher.workflows.report_guards import accept_report  # noqa: PLC0415 - `--help` must not wait for it

    given, actor = given_reason(reason), person()

    def told(services: Services, text: str) -> str:
        done = accept_report(services, company, text, actor=actor, reason=given)
        figures = f"{done.rows:,} rows, {done.on_hand:,} on hand, {done.sold:,} sold"
        return f"location {text}: its report of run {done.run_id} ({figures}) is the last good one"

    each_of(location, config, told, "accepted")
    out().print(literal(f"The next run goes by it; to plan now: `replenisher run --company {company}`"))
