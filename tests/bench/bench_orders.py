"""Orders submitted per second, beside the bare POST of the same bodies plus two commits on the same PostgreSQL.

`python -m tests.bench.bench_orders` prints the table and writes `bench-results/orders.json`. Once by one thread that
calls the workflow, once by two real Celery worker processes. The server answers 202 at once. We open a connection for
each order, so that a stale one never leaves it in doubt; the floor keeps its connection, and one line shows it without.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from functools import partial
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.table import Column, Table
from sqlalchemy import update

from replenisher.database import companies, runs
from replenisher.database.models import PlanningRun
from replenisher.database.orders import order_of
from replenisher.gateways.vendor_inventory.orders import order_body
from replenisher.purchasing.platform import RequestLine
from replenisher.workflows.approve import approve_proposals
from replenisher.workflows.plan.due import open_manual_run
from replenisher.workflows.plan.proposals import NewOrder, write_orders
from replenisher.workflows.submit import request_of, submit_order
from tests.bench.daemon import COMPANIES, Daemon, daemon
from tests.bench.plain_posting import PlainPosting
from tests.bench.rendered_platform import VENDOR, rendered_platform
from tests.bench.rendered_reports import location_ids, skus
from tests.bench.results import Line, keep, machine, repeated

ORDERS, LINES = 300, 10
PROCESSES = 2
REPEATS = 3
ACCEPTED = "SELECT count(*) FROM purchase_orders WHERE company = :company AND state = 'accepted'"


def approved_orders(running: Daemon, company_id: str) -> list[int]:
    """Write approved orders of a closed run, the way a run does; the company stays paused, so nothing is sent yet."""
    company = running.services.settings.company(company_id)
    run_id = open_manual_run(running.services, company)
    lines = tuple(RequestLine(sku, 6, Decimal("5.50")) for sku in skus(LINES))
    new = [NewOrder(one, one, one, date(2024, 1, 8), lines) for one in location_ids(ORDERS)]
    with running.services.database.transaction() as session:
        companies.pause(session, company_id, "until the clock starts")
        session.execute(update(PlanningRun).where(PlanningRun.id == run_id).values(state="closed", next_at=None))
        run = runs.run_of(session, run_id)
        assert run is not None
        made = write_orders(session, run, company, new)
        approve_proposals(session, company, made, actor="bench")
    return [one.id for one in made]


def bodies(running: Daemon, orders: list[int]) -> list[bytes]:
    """Render what we shall send, for the floor to send the same."""
    with running.services.database.transaction() as session:
        found = [order_of(session, order) for order in orders]
        return [order_body(request_of(session, order), VENDOR) for order in found if order is not None]


def timed(running: Daemon, company: str, submit: Callable[[], None]) -> float:
    """Let the company's orders go and time until the last one is accepted."""
    with running.services.database.transaction() as session:
        companies.resume(session, company)
    started = time.perf_counter()
    submit()
    running.wait(lambda: running.ask(ACCEPTED, company=company) == (ORDERS,))
    return time.perf_counter() - started


def submit_all(running: Daemon, orders: list[int]) -> None:
    """Call the workflow for each order."""
    for order in orders:
        submit_order(running.services, order)


def one_thread(running: Daemon, orders: dict[str, list[int]], floor: PlainPosting) -> list[Line]:
    """Submit in this process, one after another; the floor in turn with it."""
    kept, fresh, ours = [], [], []
    for company in COMPANIES[:REPEATS]:
        kept.append(floor.seconds(1, keep_connection=True))
        fresh.append(floor.seconds(1, keep_connection=False))
        ours.append(timed(running, company, partial(submit_all, running, orders[company])))
    return lines_of("1 process", kept, fresh, ours)


def by_workers(running: Daemon, floor: PlainPosting) -> list[Line]:
    """Let real workers submit what the sweeper finds; the floor in turn with it."""
    kept, fresh, ours = [], [], []
    with running.workers(PROCESSES):
        for company in COMPANIES[REPEATS : 2 * REPEATS]:
            kept.append(floor.seconds(PROCESSES, keep_connection=True))
            fresh.append(floor.seconds(PROCESSES, keep_connection=False))
            ours.append(timed(running, company, lambda: None))
            running.set_aside(company)
    return lines_of(f"{PROCESSES} workers", kept, fresh, ours)


def lines_of(how: str, kept: list[float], fresh: list[float], ours: list[float]) -> list[Line]:
    """Give the lines of one way to submit; times the floor by the medians."""
    named = (
        ("floor: POST, two commits", kept),
        ("floor, new connections", fresh),
        ("submit_order", ours),
    )
    return [
        repeated(
            what,
            seconds,
            how=how,
            orders=ORDERS,
            lines_per_order=LINES,
            orders_per_second=round(ORDERS / median(seconds), 1),
            orders_per_second_best=round(ORDERS / min(seconds), 1),
            times_the_floor=round(median(seconds) / median(kept), 2),
        )
        for what, seconds in named
    ]


def run() -> list[Line]:
    """Measure both ways to submit; every order is written before the clock starts."""
    with (
        tempfile.TemporaryDirectory() as folder,
        rendered_platform(1, 1) as platform,
        daemon(Path(folder), platform, LINES) as running,
    ):
        orders = {company: approved_orders(running, company) for company in COMPANIES[: 2 * REPEATS]}
        same = bodies(running, orders[COMPANIES[0]])
        with PlainPosting(running.servers.database_url, platform.order_url(), same) as floor:
            return [*one_thread(running, orders, floor), *by_workers(running, floor)]


def table(lines: list[Line]) -> Table:
    """Lay the lines out for people."""
    title = f"{ORDERS} orders of {LINES} lines"
    shown = Table(Column("how", no_wrap=True), Column("what", no_wrap=True), title=title)
    for heading in ("orders/s", "best", "x floor"):
        shown.add_column(heading, justify="right", no_wrap=True)
    for line in lines:
        figures = [f"{line[name]:,.0f}" for name in ("orders_per_second", "orders_per_second_best")]
        shown.add_row(line["how"], line["what"], *figures, f"{line['times_the_floor']:.2f}")
    return shown


def main() -> None:
    """Measure, print the table and keep the figures."""
    before = machine()
    lines = run()
    Console().print(table(lines))
    keep("orders", before, lines)


if __name__ == "__main__":
    main()
