"""How runs and rehearsals look: one table, what was refused and why, what comes next."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.console import Console

from replenisher.cli.screen import add_row, counted, literal, money, table

if TYPE_CHECKING:
    from replenisher.workflows.overview import RunFigures
    from replenisher.workflows.plan.rehearse import Rehearsal

TOP = 3
"""Reasons shown for each location."""


def print_runs(console: Console, done: Sequence[RunFigures]) -> None:
    """Print what runs did: locations, rows, orders by state, what was not planned, exceptions."""
    if not done:
        return
    right = ("run", "rows", "ordering", "orders", "units", "value")
    made = table("company", "run", "state", "locations", "rows", "ordering", "orders", "units", "value", right=right)
    for run in done:
        orders = sum(count.orders for count in run.orders.values())
        units = sum(count.units for count in run.orders.values())
        figures = (f"{run.rows:,}", f"{run.ordering_rows:,}", f"{orders:,}", f"{units:,}", money(run.value))
        add_row(made, run.company, run.id, run.state, counted(run.locations), *figures)
    console.print(made)
    for run in done:
        if run.reason:
            console.print(literal(f"run {run.id} {run.state}: {run.reason}", "red"))
        for one in run.unplanned:
            console.print(literal(f"{one.state}: {one.reason}", "yellow"))
        if run.orders:
            placed = [f"{count.orders:,} {state} ({count.units:,} units)" for state, count in run.orders.items()]
            console.print(literal(f"orders of run {run.id}: {', '.join(placed)}"))
        cuts = cut_at_close(run)
        if cuts:
            console.print(literal(f"at the close of run {run.id}: {cuts}", "yellow"))
        if run.exceptions:
            console.print(literal(f"exceptions of run {run.id}: {counted(run.exceptions)}"))
    _print_next(console, done)


def cut_at_close(run: RunFigures) -> str:
    """Say what a shortage and the budget cut at the close of a run; nothing where neither did."""
    told = []
    if run.shortage_asked:
        told.append(f"vendor shortage, {run.shortage_given or 0:,} of {run.shortage_asked:,} units given")
    if run.budget_cut:
        told.append(f"{money(run.budget_cut)} cut by the budget")
    return "; ".join(told)


def _print_next(console: Console, done: Sequence[RunFigures]) -> None:
    states = {state for run in done for state in run.orders}
    if "approved" in states:
        console.print(literal("approved orders are sent by a worker: see that `replenisher up` is running"))
    if "held" in states:
        console.print(literal("held orders wait for you: `replenisher orders list --state held`"))
    if any(run.exceptions for run in done):
        console.print(literal("look at the exceptions: `replenisher exceptions list`"))


def print_rehearsals(console: Console, found: Sequence[Rehearsal]) -> None:
    """Print what would be ordered at each location, and why."""
    for rehearsal in found:
        right = ("rows", "ordering", "units", "value", "no cost")
        made = table("location", "rows", "ordering", "units", "value", "no cost", "most frequent reasons", right=right)
        for one in rehearsal.locations:
            top = dict(list(one.reasons.items())[:TOP])
            figures = (f"{one.rows:,}", f"{one.ordering_rows:,}", f"{one.units:,}", money(one.value))
            add_row(made, one.location, *figures, one.lines_without_cost or "", counted(top))
        console.print(
            literal(f"company {rehearsal.company}, dry run: nothing was written, nothing will be sent", "bold")
        )
        if rehearsal.locations:
            console.print(made)
        for location, why in rehearsal.refused.items():
            told = why if location in why else f"location {location}: {why}"
            console.print(literal(f"refused: {told}", "yellow"))


def rehearsal_as_data(found: Rehearsal) -> dict[str, object]:
    """Put a rehearsal into plain data, its frames left out."""
    return {"company": found.company, "locations": found.locations, "refused": found.refused}
