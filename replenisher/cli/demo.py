"""`replenisher demo`: two planning cycles with real servers, real workers and a sandbox, and what came of them."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import IO

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from replenisher import services as wiring
from replenisher.cli import trial
from replenisher.cli.demo_combinations import COMBINATIONS, Combination
from replenisher.cli.demo_report import CycleFigures, print_cycle, print_explanation, print_next_steps, print_orders
from replenisher.cli.demo_shipments import print_notices, under_way, write_shipments
from replenisher.cli.demo_tour import Tour
from replenisher.cli.processes import BEAT, WORKER, Child, Children, module
from replenisher.config import load
from replenisher.database import orders, run_batches, runs
from replenisher.database.migrate import migrate
from replenisher.errors import ReplenisherError
from replenisher.intake.products import read_serial_kinds
from replenisher.purchasing.states import OrderState
from replenisher.services import Services
from replenisher.workflows.approve import approve_order
from replenisher.workflows.counts import import_counts
from replenisher.workflows.plan.due import open_manual_run
from replenisher.workflows.ship.importing import import_shipments

FOLDER = Path("var/demo")
ALL = "all"
CHANNELS = {name: (Combination("", name),) * 2 for name in ("vendor_inventory", "vmi", "cmi")} | {ALL: COMBINATIONS}
"""What `--channel` may say, and how the companies are served."""
SIZES = {ALL: ("--locations", "3", "--skus", "120")}
"""Of the sandbox; a tour of all interfaces has more companies, and fewer locations of each."""
USUAL_SIZES = ("--locations", "12", "--skus", "250")
CREATION = {ALL: ("--creation-delay", "4")}
"""Seconds until an accepted order is there; a tour asks for each one's status before, however busy the machine is."""
SHORT_TIMES = {
    "sweep": 0.5,
    "rehint": 5.0,
    "polls": [0.5, 1.0, 2.0],
    "track_every": 2.0,
    "look_ups": [1.0, 2.0, 5.0],
    "settle_window": 30.0,
    "resubmit_wait": 1.0,
}
"""Seconds; a live daemon waits minutes. The demonstration says so when it ends."""

LEFT_HELD = 2
WAIT_SECONDS = 120.0
DAYS = 7
MOVING = (OrderState.APPROVED, OrderState.SUBMITTING, OrderState.ACCEPTED, OrderState.UNKNOWN)


def demo(folder: Path = FOLDER, channel: str = "vendor_inventory") -> None:
    """Run two cycles with a week of sales between them; everything stays in `folder` to be looked at.

    `channel` is one of CHANNELS. What is confirmed in the first cycle is shipped, so that it arrives as announced.
    `all` also has customers' orders, sales of the vendor's own and every command of a person.

    Raises ReplenisherError when a step does not end within two minutes, naming the log to read.
    """
    console = Console(highlight=False)
    started = time.monotonic()
    with ExitStack() as stack:
        trial.fresh_folder(folder)
        log = stack.enter_context((folder / "daemon.log").open("w"))
        children = Children(lambda name, line: _write(log, name, line))
        stack.callback(children.stop, 20.0)
        progress = stack.enter_context(_progress(console))
        services, config = _start(stack, folder, children, progress, channel)
        _count(services, folder, progress)
        tour = Tour(services, folder, config, progress, partial(_wait, children)) if channel == ALL else None
        if tour is not None:
            tour.before_the_first_cycle()
        first = _cycle(services, children, progress, "cycle 1", days_ahead=0)
        if tour is not None:
            tour.between_ordering_and_shipping()
        _ship(services, folder, children, progress)
        task = progress.add_task(f"{DAYS} days pass: customers buy, orders arrive", total=1)
        trial.advance(folder, DAYS)
        progress.advance(task)
        second = _cycle(services, children, progress, "cycle 2", days_ahead=DAYS)
        if tour is not None:
            tour.at_the_end()
        progress.stop()
        names = {company.id: company.name for company in services.settings.companies}
        print_cycle(console, "Cycle 1, first plan", first, names)
        print_cycle(console, f"Cycle 2, {DAYS} days later", second, names)
        print_orders(console, services)
        print_notices(console, services)
        if tour is not None:
            tour.print(console)
        print_explanation(console, services, second)
        if tour is not None:
            tour.print_operations(console)
        print_next_steps(console, config, folder, time.monotonic() - started, SHORT_TIMES)
        children.stop(20.0)


def _write(log: IO[str], name: str, line: str) -> None:
    log.write(f"{name:>8} | {line}\n")
    log.flush()


def _progress(console: Console) -> Progress:
    return Progress(
        SpinnerColumn(finished_text="✓"),
        TextColumn("{task.description}"),
        BarColumn(bar_width=30),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
    )


def _start(
    stack: ExitStack, folder: Path, children: Children, progress: Progress, channel: str
) -> tuple[Services, Path]:
    task = progress.add_task("starting PostgreSQL, Valkey, sandbox and workers", total=4)
    served = CHANNELS[channel]
    size = ("--companies", str(len(served)), *SIZES.get(channel, USUAL_SIZES))
    trial.write_planners_files(folder, size)
    children.start(trial.sandbox_child(folder, (*size, *CREATION.get(channel, ()))))
    settings_of = {
        place: dict(one.settings) | ({"name": one.name} if one.name else {}) for place, one in enumerate(served)
    }
    channels = [one.channel for one in served]
    config = trial.write_configuration(folder, trial.wait_for_sandbox(folder), SHORT_TIMES, channels, settings_of)
    progress.advance(task)
    settings = load(config)
    stack.enter_context(wiring.servers(settings))
    progress.advance(task)
    services = wiring.build(settings)
    stack.callback(services.close)
    migrate(services.database)
    progress.advance(task)
    stack.callback(children.stop, 20.0)
    environment = {"REPLENISHER_CONFIG": str(config.absolute())}
    children.start(Child("worker", module(WORKER), environment))
    children.start(Child("beat", module(BEAT), environment))
    progress.advance(task)
    return services, config


def _count(services: Services, folder: Path, progress: Progress) -> None:
    """Import what is on the shelves of companies whose platform does not report it."""
    derived = [company for company in services.settings.companies if company.channel == "cmi"]
    if not derived:
        return
    task = progress.add_task("counts of the shelves imported", total=len(derived))
    for company in derived:
        stores = {location.id for location in services.channel(company).locations(company.id)}
        path = trial.counts_of(folder, company.id, stores)
        import_counts(services, path, actor="person:demo", company_id=company.id)
        progress.advance(task)


def _ship(services: Services, folder: Path, children: Children, progress: Progress) -> None:
    """Pack confirmed orders, import the file of shipments, and wait until the platform has taken the notices."""
    path = write_shipments(services, folder, read_serial_kinds(folder / "products.csv"))
    task = progress.add_task("shipments imported, notices sent", total=None)
    import_shipments(services, path, keep_good=False, actor="person:demo")

    def settled() -> bool:
        found, moving = under_way(services)
        progress.update(task, total=found, completed=found - moving)
        return moving == 0

    _wait(children, settled, "sending notices")


def _cycle(
    services: Services, children: Children, progress: Progress, name: str, *, days_ahead: int
) -> list[CycleFigures]:
    """Open a run of every company and wait until its orders are where they can get to."""
    ahead = timedelta(days=days_ahead)
    ids = [open_manual_run(services, company, ahead=ahead) for company in services.settings.companies]
    planning = progress.add_task(f"{name}: locations read and planned", total=None)

    def planned() -> bool:
        with services.database.transaction() as session:
            found = [location for run in ids for location in run_batches.locations_of(session, run)]
            states = [run.state for one in ids if (run := runs.run_of(session, one)) is not None]
        done = sum(location.state != "pending" for location in found)
        progress.update(planning, total=len(found) or None, completed=done)
        return all(state in ("closed", "failed") for state in states)

    _wait(children, planned, "planning")
    _approve_as_planner(services, ids, progress, name)
    sending = progress.add_task(f"{name}: orders sent and confirmed", total=None)

    def settled() -> bool:
        with services.database.transaction() as session:
            found = [order for run in ids for order in orders.listed(session, run_id=run, limit=10_000)]
        moving = sum(OrderState(order.state) in MOVING for order in found)
        progress.update(sending, total=len(found), completed=len(found) - moving)
        return moving == 0

    _wait(children, settled, "sending")
    with services.database.transaction() as session:
        return [CycleFigures.of(session, run) for run in ids]


def _approve_as_planner(services: Services, run_ids: list[int], progress: Progress, name: str) -> None:
    """Do what a planner would: look at the held orders and approve them, all but a few."""
    with services.database.transaction() as session:
        found = [
            order for run in run_ids for order in orders.listed(session, run_id=run, states=["held"], limit=10_000)
        ]
    wanted = found[: max(0, len(found) - LEFT_HELD)]
    task = progress.add_task(f"{name}: a planner approves {len(wanted)} of {len(found)} held orders", total=len(wanted))
    for order in wanted:
        approve_order(services, order.vendor_invoice_number, actor="person:demo")
        progress.advance(task)


def _wait(children: Children, done: Callable[[], bool], what: str) -> None:
    until = time.monotonic() + WAIT_SECONDS
    while not done():
        if time.monotonic() > until:
            raise ReplenisherError(f"{what} did not end within {WAIT_SECONDS:g} s; read daemon.log in the data folder")
        children.tend(0.2)
