"""What the demonstration prints: figures per cycle, one explained line, and where to look next."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from replenisher.database import exceptions, orders, run_batches, runs
from replenisher.database.session import Session
from replenisher.services import Services

SHOWN_EXCEPTIONS = 5


@dataclass(frozen=True)
class CycleFigures:
    """What one run of one company came to."""

    company: str
    run_id: int
    locations_read: int
    locations_refused: int
    rows: int
    ordering_rows: int
    units: int
    orders: Mapping[str, int]
    biggest: tuple[str, str] | None
    """Location and SKU of the run's largest order line."""

    @classmethod
    def of(cls, session: Session, run_id: int) -> CycleFigures:
        """Add up what the database holds of a run."""
        run = runs.run_of(session, run_id)
        locations = run_batches.locations_of(session, run_id)
        placed = orders.listed(session, run_id=run_id, limit=10_000)
        states = Counter(location.state for location in locations)
        return cls(
            company="" if run is None else run.company,
            run_id=run_id,
            locations_read=states["planned"],
            locations_refused=states["refused"] + states["missing"],
            rows=sum(location.rows or 0 for location in locations),
            ordering_rows=sum(location.ordering_rows or 0 for location in locations),
            units=sum(location.units or 0 for location in locations),
            orders=dict(Counter(order.state for order in placed)),
            biggest=orders.biggest_line(session, run_id),
        )


def print_cycle(console: Console, title: str, figures: Sequence[CycleFigures], names: Mapping[str, str]) -> None:
    """Print one table for a cycle, a row per company, under the `names` that people know companies by."""
    table = Table(title=title, title_justify="left", title_style="bold")
    for name in ("company", "run", "locations read", "refused", "rows planned", "lines", "units"):
        table.add_column(name, justify="left" if name == "company" else "right")
    table.add_column("orders by state", overflow="fold")
    for one in figures:
        states = ", ".join(f"{count} {state}" for state, count in sorted(one.orders.items())) or "none"
        numbers = (one.locations_read, one.locations_refused, one.rows, one.ordering_rows, one.units)
        table.add_row(names[one.company], str(one.run_id), *(f"{number:,}" for number in numbers), states)
    console.print()
    console.print(table)


def print_orders(console: Console, services: Services) -> None:
    """Print where every order of both cycles stands by now."""
    with services.database.transaction() as session:
        states = orders.counts_by_state(session)
    table = Table(title="All orders now", title_justify="left", title_style="bold")
    table.add_column("state")
    table.add_column("orders", justify="right")
    table.add_column("units", justify="right")
    for state, (count, units) in sorted(states.items()):
        table.add_row(state, f"{count:,}", f"{units:,}")
    console.print()
    console.print(table)


def print_exceptions(console: Console, session: Session) -> None:
    """Print how many open exceptions there are of each kind, and the newest ones."""
    counts = exceptions.counts(session)
    table = Table(title="Top exceptions", title_justify="left", title_style="bold", show_lines=False)
    table.add_column("kind")
    table.add_column("open", justify="right")
    table.add_column("the latest of them", overflow="fold")
    for kind, count in list(counts.items())[:SHOWN_EXCEPTIONS]:
        latest = exceptions.listed(session, kind=kind, limit=1)
        table.add_row(kind, str(count), escape(latest[0].message) if latest else "")
    console.print()
    console.print(table if counts else "No open exceptions.")


def print_explanation(console: Console, services: Services, figures: Sequence[CycleFigures]) -> None:
    """Print the exceptions, and the arithmetic of the cycle's largest line."""
    from replenisher.cli.explain import print_row  # noqa: PLC0415 - the frames it reads take a second to import

    with services.database.transaction() as session:
        print_exceptions(console, session)
    for one in figures:
        if one.biggest is not None:
            location, sku = one.biggest
            console.print("\n[bold]One line explained[/bold]")
            print_row(console, services, company=one.company, location=location, sku=sku)
            return


def print_next_steps(console: Console, config: Path, folder: Path, seconds: float, times: Mapping[str, object]) -> None:
    """Print where to look next."""
    shortened = ", ".join(f"{name} {value}" for name, value in times.items())
    program = _program()
    console.print(f"\nDone in {seconds:.1f} s. Waits were shortened for it, in seconds: {shortened}.")
    table = Table(title="Where to look next", title_justify="left", title_style="bold", box=None, show_header=False)
    table.add_column(overflow="fold")
    table.add_column(overflow="fold")
    table.add_row(f"{program} -c {config} orders list", "every order, with its state")
    table.add_row(f"{program} -c {config} exceptions list", "what a person should look at")
    table.add_row(f"{program} -c {config} explain --location L --sku S", "the arithmetic of any row")
    table.add_row(f"{folder}/daemon.log", "logs of sandbox, worker and beat")
    table.add_row(f"{program} up --sandbox", "the daemon, kept running, with Flower")
    console.print()
    console.print(table)


def _program() -> str:
    """Give the command as it was typed, so that the lines can be copied; a path below this folder stays short."""
    typed = Path(sys.argv[0])
    return str(typed.relative_to(Path.cwd())) if typed.is_relative_to(Path.cwd()) else str(typed)
