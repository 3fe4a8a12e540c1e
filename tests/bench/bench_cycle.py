"""A whole cycle (fetch, plan, record) by two real Celery worker processes, beside fetching and parsing alone.

`python -m tests.bench.bench_cycle` prints the table and writes `bench-results/cycle.json`. Both sides read the same
bytes from the same server, in turn, with the same number of processes and threads. Processor time is told beside the
clock, for that is less disturbed by whatever else the machine does; PostgreSQL's own is not in it.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.table import Column, Table

from replenisher.config import Platform as PlatformSettings
from tests.bench.daemon import COMPANIES, Daemon, daemon
from tests.bench.plain_fetching import PARSERS, PlainFetching
from tests.bench.proc import processor_seconds
from tests.bench.rendered_platform import rendered_platform
from tests.bench.results import Line, keep, machine, repeated

LOCATIONS, SKUS = 200, 1_000
PROCESSES = 2
THREADS = int(PlatformSettings.model_fields["threads"].default)
REPEATS = 3

COLUMNS = {
    "seconds_median": "times_the_floor",
    "seconds_best": "times_the_floor_best",
    "processor_seconds": "times_the_floor_processor",
}

STAGES = """
    SELECT extract(epoch FROM min(l.requested_at)), extract(epoch FROM max(b.planned_at)), count(*), sum(l.rows),
           sum(l.ordering_rows)
    FROM run_batches b JOIN run_locations l ON l.run_id = b.run_id AND l.batch = b.number
    WHERE b.run_id = :run AND l.state = 'planned'"""


def cycle(running: Daemon, company: str, workers: Sequence[int]) -> Line:
    """Open a run for a company of its own, wait until it is closed, and time it and its stages."""
    before = [processor_seconds(one) for one in workers]
    began, started = time.time(), time.perf_counter()
    run = running.open_run(company)
    running.wait(lambda: running.is_closed(run))
    seconds = time.perf_counter() - started
    processor = sum(processor_seconds(one) - earlier for one, earlier in zip(workers, before, strict=True))
    first_request, last_batch, locations, rows, lines = running.ask(STAGES, run=run)
    (orders,) = running.ask("SELECT count(*) FROM purchase_orders WHERE run_id = :run", run=run)
    assert (locations, rows, orders) == (LOCATIONS, LOCATIONS * SKUS, LOCATIONS), "a location was left out"
    running.set_aside(company)
    return {
        "seconds": seconds,
        "processor": processor,
        "until the first request": float(first_request) - began,
        "until the last batch": float(last_batch) - began,
        "order_lines": int(lines),
    }


def run() -> list[Line]:
    """Measure the floor and the cycle in turn, after one of each that does not count."""
    with (
        tempfile.TemporaryDirectory() as folder,
        rendered_platform(LOCATIONS, SKUS) as platform,
        daemon(Path(folder), platform, SKUS) as running,
        PlainFetching(platform.inventory_urls(), processes=PROCESSES, threads=THREADS) as floor,
        running.workers(PROCESSES) as workers,
    ):
        cycle(running, COMPANIES[0], workers)
        floors: dict[str, list[tuple[float, float]]] = {parser: [] for parser in PARSERS}
        cycles = []
        for company in COMPANIES[1 : REPEATS + 1]:
            for parser, measured in floors.items():
                measured.append(floor.seconds(parser, LOCATIONS * SKUS))
            cycles.append(cycle(running, company, workers))
    more = {"locations": LOCATIONS, "skus": SKUS, "processes": PROCESSES, "threads": THREADS, "bytes": platform.bytes}
    return [*_floor_lines(floors, more), _cycle_line(cycles, floors, more)]


def _floor_lines(floors: dict[str, list[tuple[float, float]]], more: Line) -> list[Line]:
    return [
        repeated(
            f"floor: fetch, parse ({parser})",
            [seconds for seconds, _ in measured],
            processor_seconds=round(median(processor for _, processor in measured), 3),
            **more,
        )
        for parser, measured in floors.items()
    ]


def _cycle_line(cycles: list[Line], floors: dict[str, list[tuple[float, float]]], more: Line) -> Line:
    seconds = [one["seconds"] for one in cycles]
    floor, floor_processor = zip(*floors["msgspec"], strict=True)
    processor = median(one["processor"] for one in cycles)
    stages = [name for name in cycles[0] if name.startswith("until")]
    return repeated(
        "fetch, plan, record",
        seconds,
        times_the_floor=round(median(seconds) / median(floor), 2),
        times_the_floor_best=round(min(seconds) / min(floor), 2),
        processor_seconds=round(processor, 3),
        times_the_floor_processor=round(processor / median(floor_processor), 2),
        rows_per_second=round(LOCATIONS * SKUS / median(seconds)),
        stages={name: round(median(one[name] for one in cycles), 3) for name in stages},
        order_lines=cycles[0]["order_lines"],
        **more,
    )


def table(lines: list[Line]) -> Table:
    """Lay the lines out for people."""
    title = f"{LOCATIONS} locations x {SKUS:,} SKUs, {PROCESSES} processes, {THREADS} threads each"
    shown = Table(Column("seconds", no_wrap=True), title=title, caption="x: times the floor with msgspec")
    for heading in ("median", "x", "best", "x", "CPU", "x"):
        shown.add_column(heading, justify="right", no_wrap=True)
    for line in lines:
        cells = []
        for name, times in COLUMNS.items():
            cells += [f"{line[name]:.2f}", f"{line[times]:.1f}" if times in line else ""]
        shown.add_row(line["what"], *cells)
    for stage, seconds_median in lines[-1]["stages"].items():
        shown.add_row(f"  {stage}", f"{seconds_median:.2f}")
    return shown


def main() -> None:
    """Measure, print the table and keep the figures."""
    before = machine()
    lines = run()
    Console().print(table(lines))
    keep("cycle", before, lines)


if __name__ == "__main__":
    main()
