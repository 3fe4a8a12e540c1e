"""A whole cycle (fetch, plan, record) by two real Celery worker processes, beside fetching and parsing alone.

`python -m tests.bench.bench_cycle` prints the table and writes `bench-results/cycle.json`. Both sides read the same
bytes from the same server, in turn, with the same number of processes and threads.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.table import Table

from replenisher.config import Platform as PlatformSettings
from tests.bench.daemon import Daemon, daemon
from tests.bench.plain_fetching import PARSERS, PlainFetching
from tests.bench.rendered_platform import rendered_platform
from tests.bench.results import Line, keep, machine, repeated

LOCATIONS, SKUS = 200, 1_000
PROCESSES = 2
THREADS = int(PlatformSettings.model_fields["threads"].default)
REPEATS = 3

STAGES = """
    SELECT extract(epoch FROM min(l.requested_at)), extract(epoch FROM max(b.planned_at)), count(*), sum(l.rows),
           sum(l.ordering_rows)
    FROM run_batches b JOIN run_locations l ON l.run_id = b.run_id AND l.batch = b.number
    WHERE b.run_id = :run AND l.state = 'planned'"""


def cycle(running: Daemon, company: str) -> Line:
    """Open a run, wait until it is closed, and time it and its stages for a company of its own."""
    began, started = time.time(), time.perf_counter()
    run = running.open_run(company)
    running.wait(lambda: running.ask("SELECT state FROM planning_runs WHERE id = :run", run=run) == ("closed",))
    seconds = time.perf_counter() - started
    first_request, last_batch, locations, rows, lines = running.ask(STAGES, run=run)
    (orders,) = running.ask("SELECT count(*) FROM purchase_orders WHERE run_id = :run", run=run)
    assert (locations, rows, orders) == (LOCATIONS, LOCATIONS * SKUS, LOCATIONS), "a location was left out"
    running.set_aside(company)
    return {
        "seconds": seconds,
        "until_first_request": float(first_request) - began,
        "until_last_batch": float(last_batch) - began,
        "order_lines": int(lines),
    }
