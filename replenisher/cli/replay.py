"""`replay`: a past run planned again from the archive, by its own rules or by others, before anything is ordered."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from replenisher.cli.exits import ExitCode
from replenisher.cli.options import ConfigOption, JsonOption, connected
from replenisher.cli.progress import counting
from replenisher.cli.rule_table import print_by_rule
from replenisher.cli.screen import add_row, literal, messages, money, out, print_json, slot, table

if TYPE_CHECKING:
    from replenisher.services import Services
    from replenisher.workflows.replay import OtherRules, Replay

DEAREST = 10
"""Changed rows shown."""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(rich_help_panel="Daily work")(replay)


def replay(
    run: Annotated[int, typer.Argument(metavar="RUN", help="The run, as `replenisher status` numbers it.")],
    config: ConfigOption = None,
    *,
    rules: Annotated[
        Path | None,
        typer.Option(
            "--rules",
            metavar="FILE",
            help="Plan by another rules file, or by the settings and rules of another configuration.",
        ),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", metavar="FILE", help="Write every row whose quantity changes as CSV.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Plan a past run again from the archive; with other rules, show what they would have ordered instead."""
    from replenisher.workflows.replay import replay as plan_again  # noqa: PLC0415 - `--help` must not wait for it
    from replenisher.workflows.replay import write_rows  # noqa: PLC0415 - as above

    with connected(config) as services, counting() as progress:
        other = None if rules is None else _other(services, run, rules)
        task = progress.add_task(f"run {run}: batches planned again", total=None)
        found = plan_again(services, run, other, lambda done, of: progress.update(task, completed=done, total=of))
    if output is not None:
        messages().print(literal(f"{write_rows(found, output):,} rows written to {output}"), soft_wrap=True)
    if as_json:
        print_json({name: value for name, value in vars(found).items() if name != "frame"})
    else:
        _print(out(), found)
    if not found.same and not found.other_rules:
        raise typer.Exit(ExitCode.PROBLEMS)


def _other(services: Services, run: int, rules: Path) -> OtherRules:
    from replenisher.workflows.replay import other_rules  # noqa: PLC0415 - as above
    from replenisher.workflows.why_not import company_of_run  # noqa: PLC0415 - as above

    return other_rules(company_of_run(services, run).id, rules)


def _print(console: Console, found: Replay) -> None:
    title = f"Run {found.run} of company {found.company} ({found.kind}, slot {slot(found.slot)} {found.time_zone})"
    console.print(literal(f"{title}: {_verdict(found)}", "bold"))
    print_by_rule(console, found.by_rule)
    if not found.locations:
        return
    right = ("rows changed", "lines", "new lines", "units", "new units", "value", "new value")
    made = table("location", *right, right=right)
    for one in found.locations:
        add_row(
            made,
            one.location,
            f"{one.changed_rows:,}",
            f"{one.lines_before:,}",
            f"{one.lines_after:,}",
            f"{one.units_before:,}",
            f"{one.units_after:,}",
            money(one.value_before),
            money(one.value_after),
        )
    console.print(made)
    _print_rows(console, found)


def _verdict(found: Replay) -> str:
    if found.same:
        rows = f"{found.rows:,} rows come out exactly as recorded"
        return f"{rows}; the other rules change nothing" if found.other_rules else rows
    if found.other_rules:
        units = f"{found.units_before:,} units become {found.units_after:,}"
        worth = f"{money(found.value_before)} at cost becomes {money(found.value_after)}"
        return f"{len(found.frame):,} of {found.rows:,} rows order otherwise; {units}, {worth}"
    engines = f"it was planned by replenisher {found.engine_then}, this is {found.engine_now}"
    return f"not as recorded in {', '.join(found.differing)}; {engines}"


def _print_rows(console: Console, found: Replay) -> None:
    """Print the rows that change most, by value and then by units."""
    rows = found.frame
    change = (rows["after"] - rows["before"]).abs()
    worth = change * rows["unit_cost"].where(rows["cost_known"], 0)
    first = rows.assign(change=change, worth=worth).sort_values(
        ["worth", "change", "location", "sku"], ascending=[False, False, True, True]
    )
    title = f"The {DEAREST} largest changes" if len(rows) > DEAREST else "What changes"
    made = table("location", "sku", "was", "becomes", "because", title=title, right=("was", "becomes"))
    names = ("location", "sku", "before", "after", "reason_before", "reason_after")
    shown = first.head(DEAREST)
    for location, sku, was, becomes, why, then in zip(*(shown[name] for name in names), strict=True):
        because = str(then) if str(why) == str(then) else f"{why}, now {then}"
        add_row(made, location, sku, f"{was:,}", f"{becomes:,}", because)
    console.print(made)
