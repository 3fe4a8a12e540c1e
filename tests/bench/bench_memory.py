"""Peak memory of one worker child that plans whole runs of 50 and of 200 locations x 1,000 SKUs by itself.

`python -m tests.bench.bench_memory` prints the table and writes `bench-results/memory.json`. A fresh Celery worker with
one child for each size; two runs one after another, so that what is kept for ever would show. Peaks are Linux's VmHWM.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.table import Column, Table

from tests.bench.daemon import COMPANIES, Daemon, daemon
from tests.bench.proc import peak_megabytes
from tests.bench.rendered_platform import rendered_platform
from tests.bench.results import Line, keep, machine

SIZES = (50, 200)
SKUS = 1_000
RUNS = 2
IMPORTS = "import replenisher.tasks.app, replenisher.tasks.steps; from tests.bench.proc import peak_megabytes; "


def imports_alone(running: Daemon) -> Line:
    """Measure a process that imports what a worker imports, and does nothing."""
    command = [sys.executable, "-c", IMPORTS + "print(peak_megabytes())"]
    environment = {**os.environ, "REPLENISHER_CONFIG": str(running.config)}
    told = subprocess.run(command, check=True, capture_output=True, text=True, env=environment).stdout
    return {"what": "imports alone", "peak_megabytes": round(float(told), 1)}


def peaks(running: Daemon, locations: list[str], companies: tuple[str, ...]) -> list[Line]:
    """Start a worker with one child and measure its peak when it is up and after each run."""
    lines: list[Line] = []
    with running.workers(1) as (child,):
        lines.append({"what": "child, up", "locations": len(locations), "peak_megabytes": peak_megabytes(child)})
        for number, company in enumerate(companies, start=1):
            run = running.open_run(company, locations)
            running.wait(partial(running.is_closed, run))
            (planned,) = running.ask("SELECT sum(rows) FROM run_locations WHERE run_id = :run", run=run)
            assert planned == len(locations) * SKUS, f"{planned} rows were planned"
            peak = peak_megabytes(child)
            running.set_aside(company)
            what = f"child, after run {number}"
            lines.append({"what": what, "locations": len(locations), "rows": int(planned), "peak_megabytes": peak})
    return [{**line, "peak_megabytes": round(line["peak_megabytes"], 1)} for line in lines]


def run() -> list[Line]:
    """Measure the imports and both sizes."""
    with (
        tempfile.TemporaryDirectory() as folder,
        rendered_platform(max(SIZES), SKUS) as platform,
        daemon(Path(folder), platform, SKUS) as running,
    ):
        lines = [imports_alone(running)]
        for place, size in enumerate(SIZES):
            lines += peaks(running, platform.locations[:size], COMPANIES[place * RUNS :][:RUNS])
    return lines


def table(lines: list[Line]) -> Table:
    """Lay the lines out for people."""
    shown = Table(Column("what", no_wrap=True), title=f"One worker child, {SKUS:,} SKUs a location")
    for heading in ("locations", "rows", "peak MB"):
        shown.add_column(heading, justify="right", no_wrap=True)
    for line in lines:
        counts = [f"{line[name]:,}" if name in line else "" for name in ("locations", "rows")]
        shown.add_row(line["what"], *counts, f"{line['peak_megabytes']:.0f}")
    return shown


def main() -> None:
    """Measure, print the table and keep the figures."""
    before = machine()
    lines = run()
    Console().print(table(lines))
    keep("memory", before, lines)


if __name__ == "__main__":
    main()
