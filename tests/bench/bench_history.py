"""The sales history: what writing pulls and reading tables of demand cost, each beside PostgreSQL alone.

`python -m tests.bench.bench_history [LOCATIONS]` prints the table and writes `bench-results/history.json`. A location
has 1,000 SKUs of which a fifth sells each day, 73,000 rows a year. The floor of writing is one statement that inserts
as many rows into a plain table of the same columns; that of reading is PostgreSQL's own sum of the same rows.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from rich.console import Console
from rich.table import Table
from sqlalchemy import text

from replenisher.database import history_months, recorded_days, sales_history
from replenisher.database.migrate import migrate
from replenisher.database.sales_history import Line as SalesLine
from replenisher.database.sales_history import Pull
from replenisher.database.session import Database
from replenisher.embedded import embedded_servers
from replenisher.planning.daily_demand import daily_demand
from replenisher.planning.history import SALES_KINDS, DemandRules
from replenisher.purchasing.platform import ReportWindow
from tests.bench.results import Line, keep, machine, repeated

LOCATIONS, SKUS, DAYS = 28, 1_000, 365
LOCATIONS_AT_ONCE = 8
START = date(2025, 1, 1)
YEAR = ReportWindow(START, START + timedelta(days=DAYS - 1))
COMPANY = "14146"
PLAIN = (
    "CREATE TABLE plain (company text, location text, sku text, business_date date, sold int, returned int, other int)"
)


def seconds_of(work: Callable[[], object]) -> float:
    """Seconds that the work takes, waits for the server included."""
    began = time.monotonic()
    work()
    return time.monotonic() - began


def lines_between(first: int, last: int) -> list[SalesLine]:
    """The lines of a location on these days of the year: a fifth of its SKUs sells each day."""
    return [
        SalesLine(START + timedelta(days=day), f"{day}-{sku}", f"SKU-{sku:04}", "sold/1/1/", "sold", 1)
        for day in range(first, last + 1)
        for sku in range(SKUS)
        if (day * 7 + sku) % 5 == 0
    ]


def pull(database: Database, location: str, first: int, last: int, lines: Sequence[SalesLine]) -> None:
    """Let a pull tell these lines, as a run does."""
    window = ReportWindow(START + timedelta(days=first), START + timedelta(days=last))
    now = datetime.now(UTC)
    one = Pull(COMPANY, location, window, now, window.end, SALES_KINDS, whole_documents=True)
    with database.transaction() as session:
        sales_history.take_turn(session, COMPANY, location)
        sales_history.replace_window(session, one, lines)


def writing_lines(database: Database) -> list[Line]:
    """Write a month of eight locations, and read it again: nothing new, and a day that is new."""
    places = [f"written-{number}" for number in range(8)]
    month, week = lines_between(0, 29), lines_between(22, 29)
    next_day = [*lines_between(23, 29), *lines_between(30, 30)]
    with database.transaction() as session:
        session.execute(text(PLAIN))
        plain = "INSERT INTO plain SELECT '1', '2', 'SKU', :day, 1, 0, 0 FROM generate_series(1, :rows)"
        floor = seconds_of(lambda: session.execute(text(plain), {"day": START, "rows": len(month)}))
    done = [
        (
            "a month of a location, all new",
            [seconds_of(lambda p=p: pull(database, p, 0, 29, month)) for p in places],
            month,
        ),
        (
            "eight days again, nothing new",
            [seconds_of(lambda p=p: pull(database, p, 22, 29, week)) for p in places],
            week,
        ),
        (
            "eight days, one of them new",
            [seconds_of(lambda p=p: pull(database, p, 23, 30, next_day)) for p in places],
            next_day,
        ),
    ]
    return [_line(what, seconds, len(lines), floor * len(lines) / len(month)) for what, seconds, lines in done]


def fill(database: Database, locations: int) -> int:
    """Write a year of sums straight into the table; gives how many rows."""
    statement = text("""
        INSERT INTO daily_sales
        SELECT :company, :place, 'SKU-' || to_char(sku, 'FM0000'), :start + day, 1 + (day + sku) % 3, 0, 0, 0, 0
        FROM generate_series(0, :skus - 1) sku, generate_series(0, :days - 1) day WHERE (day * 7 + sku) % 5 = 0
    """)
    values = {"company": COMPANY, "start": START, "skus": SKUS, "days": DAYS}
    rows = 0
    for place in range(locations):
        with database.transaction() as session:
            done = session.execute(statement, values | {"place": f"L{place}"})
            rows += int(getattr(done, "rowcount"))  # noqa: B009 - a cursor's result has it, its type hides it
    with database.engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("VACUUM ANALYZE daily_sales"))
    return rows


def read(database: Database, locations: Sequence[str]) -> None:
    """Read a year of these locations into tables of demand, block by block."""
    for first in range(0, len(locations), LOCATIONS_AT_ONCE):
        block = locations[first : first + LOCATIONS_AT_ONCE]
        with database.transaction() as session:
            recorded = recorded_days.recorded_days(session, COMPANY, block, YEAR)
        series = [(location, f"SKU-{sku:04}") for location in block for sku in range(SKUS)]
        daily_demand(series, recorded, START, DAYS, DemandRules())


def reading_lines(database: Database, locations: int) -> list[Line]:
    """Fill the history and read all of it."""
    rows = 0

    def filled() -> None:
        nonlocal rows
        rows = fill(database, locations)

    wrote = seconds_of(filled)
    places = [f"L{number}" for number in range(locations)]

    def summed() -> None:
        with database.transaction() as session:
            session.execute(text("SELECT count(*), sum(sold) FROM daily_sales WHERE location LIKE 'L%'"))

    summed()
    floor = min(seconds_of(summed) for _ in range(3))
    seconds = [seconds_of(lambda: read(database, places)) for _ in range(3)]
    what = f"{locations * SKUS:,} series x {DAYS} days into tables"
    return [_line("sums filled in by SQL", [wrote], rows, None), _line(what, seconds, rows, floor)]


def _line(what: str, seconds: list[float], rows: int, floor: float | None) -> Line:
    line = repeated(what, seconds, rows=rows)
    speed = round(rows / line["seconds_median"])
    return {**line, "rows_a_second": speed, "floor_seconds": None if floor is None else round(floor, 4)}


def run(locations: int) -> list[Line]:
    """Measure writing and reading on a server of its own."""
    with tempfile.TemporaryDirectory() as folder, embedded_servers(Path(folder)) as servers:
        database = Database(servers.database_url)
        migrate(database)
        with database.transaction() as session:
            history_months.ensure_months(session, YEAR.start, YEAR.end)
        lines = [*writing_lines(database), *reading_lines(database, locations)]
        database.close()
    return lines


def main() -> None:
    """Print the table and keep the figures."""
    before = machine()
    lines = run(int(sys.argv[1]) if len(sys.argv) > 1 else LOCATIONS)
    made = Table("what", "rows", "seconds", "rows/s", "floor s", title="sales history")
    for line in lines:
        floor = "" if line["floor_seconds"] is None else f"{line['floor_seconds']:.3f}"
        made.add_row(
            line["what"], f"{line['rows']:,}", f"{line['seconds_median']:.3f}", f"{line['rows_a_second']:,}", floor
        )
    console = Console()
    console.print(made)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    console.print(f"peak memory of this process {peak:,.0f} MB; kept in {keep('history', before, lines)}")


if __name__ == "__main__":
    main()
