"""`explain`: why a quantity is what it is, on one screen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from replenisher.cli.options import CompanyOption, ConfigOption, JsonOption, connected
from replenisher.cli.screen import add_row, facts, instant, literal, out, print_json, slot, table

if TYPE_CHECKING:
    from replenisher.planning.explain import ExplainStep
    from replenisher.services import Services
    from replenisher.workflows.explain import Explanation

STRONG = frozenset({"inventory position", "order quantity"})


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(rich_help_panel="Daily work")(explain)


def explain(
    config: ConfigOption = None,
    *,
    location: Annotated[str, typer.Option("--location", metavar="ID", help="The location.")],
    sku: Annotated[str, typer.Option("--sku", help="The SKU, exactly as the report has it.")],
    company: CompanyOption = None,
    run: Annotated[int | None, typer.Option("--run", metavar="ID", help="This run instead of the newest.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Explain a quantity: every term, the levels, every constraint, the report it came from, the order it ended in."""
    from replenisher.workflows.explain import explain as gather  # noqa: PLC0415 - `--help` must not wait for it

    with connected(config) as services:
        found = gather(services, location, sku, company_id=company, run_id=run)
    if as_json:
        print_json(found)
    else:
        print_explanation(out(), found)


def print_row(console: Console, services: Services, *, company: str, location: str, sku: str) -> None:
    """Explain and print one row of the newest run that planned the location."""
    from replenisher.workflows.explain import explain as gather  # noqa: PLC0415 - `--help` must not wait for it

    print_explanation(console, gather(services, location, sku, company_id=company))


def print_explanation(console: Console, found: Explanation) -> None:
    """Print an explanation on one screen."""
    place = (
        f"location {found.location} ({found.location_name})" if found.location_name else f"location {found.location}"
    )
    planned = "" if found.closed_quantity == found.order_quantity else f" ({found.order_quantity:,} were planned)"
    told = f"{found.sku} at {place} of {found.company_name}: order {found.closed_quantity:,}{planned}"
    console.print(literal(told, "bold"))
    console.print(facts(_sources(found)))
    made = table("step", "arithmetic", "result", right=("result",), keep=("step",))
    for step in found.steps:
        style = "bold" if step.label in STRONG else ""
        add_row(made, step.label, step.text, _result(step), style=style)
    console.print(made)
    for told in found.overrides:
        console.print(literal(told))
    for change in found.close_changes:
        console.print(literal(f"at the close of the run: {change}", "yellow"))
    console.print(literal(ended_in(found)))


def _result(step: ExplainStep) -> str:
    """Write the number that a step ends in; a step that ends in none has none."""
    if step.column == "triggered":
        return "yes" if step.value else "no"
    return f"{step.value:,}" if step.column or step.label == "overshoot" else ""


def _sources(found: Explanation) -> list[tuple[str, object]]:
    asked = f"asked {instant(found.asked_at)}"
    if found.asked_at is not None and found.answered_at is not None:
        asked += f", answered {(found.answered_at - found.asked_at).total_seconds():.2f} s later"
    size = f"{found.report_rows or 0:,} rows, {found.report_bytes or 0:,} bytes"
    return [
        ("run", f"{found.run} ({found.kind}, slot {slot(found.slot)} {found.time_zone}), {found.run_state}"),
        (f"{found.report} report", f"{asked}, {size}"),
        ("planned", f"{instant(found.planned_at)} by replenisher {found.engine_version}"),
    ]


def ended_in(found: Explanation) -> str:
    """Say what became of the quantity."""
    order = found.order
    if order is not None:
        received = f", {order.received:,} received" if order.received else ""
        held = f" because {'; '.join(order.hold_reasons)}" if order.state == "held" else ""
        told = f"in order {order.vendor_invoice_number}: {order.quantity:,} units{received}"
        return f"{told}; the order is {order.state}{held}"
    if found.order_quantity == 0:
        return "in no order: nothing was needed"
    if found.close_changes:
        return "in no order"
    return f"in no order yet: run {found.run} is {found.run_state}"
