"""Planning core: rows per second from a checked snapshot to quantities and reasons, beside hand-written numpy.

`python -m tests.bench.bench_planning` prints the table and writes `bench-results/planning.json`. Both sides run in the
same process on the same arrays, one after the other; the quantities and main reasons of the floor must equal ours.
The joins that make the snapshot, and planning with maximums per order, are on lines of their own.
"""

from __future__ import annotations

import json
import resource
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from rich.console import Console
from rich.table import Table

from replenisher.planning.constraints import Damping
from replenisher.planning.frames import FLAG, SNAPSHOT, WHOLE
from replenisher.planning.policies.asking import Rounding
from replenisher.planning.proposal import Rules, plan
from replenisher.planning.reasons import Reason
from replenisher.planning.snapshot import snapshot

SIZES = (1_000, 10_000, 100_000, 1_000_000)
SKUS_PER_LOCATION = 1_000
RESULTS = Path("bench-results/planning.json")

Arrays = dict[str, npt.NDArray[Any]]
CODE = {reason: code for code, reason in enumerate(Reason)}


def inputs(rows: int) -> dict[str, pd.DataFrame]:
    """Make reports of many locations: one row in five is below its minimum, a few are excluded."""
    random = np.random.default_rng(rows)
    location, sku = np.divmod(np.arange(rows), SKUS_PER_LOCATION)
    minimum = random.integers(0, 20, rows)
    whole = {
        name: random.integers(0, most, rows) for name, most in (("on_order", 5), ("backordered", 2), ("allocated", 3))
    }
    inventory = pd.DataFrame(
        {
            "location": pd.Series(location).map("{:05d}".format).astype("str"),
            "sku": pd.Series(sku).map("SKU-{:06d}".format).astype("str"),
            "category": pd.Series(["Cases"] * rows, dtype="str"),
            "reorder_point": minimum,
            "order_up_to_level": minimum + random.integers(0, 30, rows),
            "levels_locked": False,
            "do_not_order": random.random(rows) < 0.02,
            "on_hand": random.integers(-1, 40, rows),
            **whole,
            **dict.fromkeys(("on_uncommitted_order", "transfer_in", "transfer_out", "sold"), 0),
            "retail_price": 99_900,
        }
    )
    skus = min(rows, SKUS_PER_LOCATION)
    products = pd.DataFrame(
        {
            "sku": inventory["sku"].iloc[:skus],
            "case_pack": random.choice([1, 1, 6, 12], skus),
            "minimum_order_quantity": random.choice([0, 0, 10], skus),
            "maximum_line_quantity": random.choice([0, 0, 48], skus),
            "unit_cost": random.integers(1_000, 90_000, skus),
            "cost_known": random.random(skus) < 0.98,
            "lead_time_days": 3,
            "discontinued": random.random(skus) < 0.02,
        }
    )
    ids = inventory[["location", "sku"]]
    levels = ids.sample(rows // 20, random_state=1).assign(reorder_point=4, order_up_to_level=9)
    in_flight = ids.sample(rows // 10, random_state=2).assign(in_flight=3)
    return {"inventory": inventory, "products": products, "levels": levels, "in_flight": in_flight}


EVERYTHING = Rules(
    rounding=Rounding.THRESHOLD,
    rounding_threshold_percent=70,
    maximum_line_quantity=60,
    damping=Damping(units=2, level_percent=10, value=20_000),
    maximum_order_lines=SKUS_PER_LOCATION,
    maximum_order_units=10_000,
    maximum_order_value=1_000_000_000,
    minimum_order_units=4_000,
    below_order_minimum="top_up",
    unmapped="exclude",
)
"""Every constraint is set; the maximums per order hold, and every location's order is short of its minimum."""


def with_limits(ready: pd.DataFrame) -> pd.DataFrame:
    """Give a snapshot every column that a constraint can look at."""
    random = np.random.default_rng(7)
    rows = len(ready)
    return ready.assign(
        business_date=np.int64(739_947),
        last_order_date=random.choice(np.array([0, 0, 0, 739_946, 739_947]), rows),
        snoozed_until=random.choice(np.array([0, 0, 0, 739_947, 739_948]), rows),
        mapped=random.random(rows) < 0.98,
        shelf_capacity=random.choice(np.array([0, 0, 40, 80]), rows),
        rate_per_day=random.choice([0.0, 0.25, 0.5, 1 / 3, 2.5], rows),
    )


def by_hand(columns: Arrays) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int8]]:
    """Plan the default rules in as few numpy steps as we can: quantities and main reasons, nothing kept in between."""
    minimum, maximum = columns["reorder_point"], columns["order_up_to_level"]
    position = columns["on_hand"] + columns["on_order"]
    for name in ("on_uncommitted_order", "backordered", "transfer_in", "in_flight"):
        position += columns[name]
    position -= columns["allocated"]
    reason = np.full(position.size, CODE[Reason.AT_OR_ABOVE_MINIMUM], dtype=np.int8)
    reason[position < minimum] = CODE[Reason.BELOW_MINIMUM]
    reason[maximum < minimum] = CODE[Reason.LEVELS_INVERTED]
    unset = (maximum <= 0) & (minimum <= 0)
    reason[unset] = CODE[Reason.LEVELS_MISSING]
    reason[unset & columns["from_planner"]] = CODE[Reason.LEVELS_SET_TO_ZERO]
    reason[~columns["listed"]] = CODE[Reason.NOT_LISTED]
    reason[columns["discontinued"]] = CODE[Reason.DISCONTINUED]
    reason[columns["do_not_order"]] = CODE[Reason.DO_NOT_ORDER]
    rows = np.flatnonzero(reason == CODE[Reason.BELOW_MINIMUM])
    pack, least, most = (columns[n][rows] for n in ("case_pack", "minimum_order_quantity", "maximum_line_quantity"))
    wanted = -(-(maximum[rows] - position[rows]) // pack) * pack
    raised = np.maximum(wanted, -(-least // pack) * pack)
    room = np.where(most > 0, most // pack * pack, raised)
    cut = np.where(room < least, 0, np.minimum(raised, room))
    code = np.where(raised > wanted, CODE[Reason.RAISED_TO_MINIMUM_ORDER], CODE[Reason.BELOW_MINIMUM])
    code[cut < raised] = CODE[Reason.CUT_TO_LINE_MAXIMUM]
    code[room < least] = CODE[Reason.LINE_MAXIMUM_BELOW_MINIMUM_ORDER]
    code[room == 0] = CODE[Reason.LINE_MAXIMUM_BELOW_CASE_PACK]
    quantity = np.zeros(position.size, dtype=np.int64)
    quantity[rows] = cut
    reason[rows] = code
    return quantity, reason


def timed(work: Callable[[], object], repeats: int) -> float:
    """Time one thing by the median of its repeats, in seconds, after one that is not counted."""
    return timed_in_turn([work], repeats)[0]


def timed_in_turn(works: list[Callable[[], object]], repeats: int) -> list[float]:
    """Time several things in turn, so that a busy machine slows all of them; the median of each, in seconds."""
    seconds: list[list[float]] = [[] for _ in works]
    for _ in range(repeats + 1):
        for work, kept in zip(works, seconds, strict=True):
            begin = time.perf_counter()
            work()
            kept.append(time.perf_counter() - begin)
    return [median(kept[1:]) for kept in seconds]


def figures(what: str, rows: int, seconds: float) -> dict[str, Any]:
    """Give one line of the table."""
    return {"what": what, "rows": rows, "seconds": seconds, "rows_per_second": round(rows / seconds)}


def measure(rows: int) -> list[dict[str, Any]]:
    """Measure one batch size: plan, its floor, plan with maximums per order, and the snapshot."""
    given = inputs(rows)
    ready = snapshot(**given)
    columns = {name: ready[name].to_numpy() for name, kind in SNAPSHOT.columns.items() if kind in (WHOLE, FLAG)}
    columns["from_planner"] = (ready["levels_source"] == "planner").to_numpy()
    proposal = plan(ready, Rules())
    quantity, reason = by_hand(columns)
    assert np.array_equal(quantity, proposal["order_quantity"].to_numpy()), "the floor plans something else"
    assert np.array_equal(reason, proposal["reason"].cat.codes.to_numpy()), "the floor gives other reasons"
    repeats = 15 if rows >= 100_000 else 50
    ours, floor = timed_in_turn([lambda: plan(ready, Rules()), lambda: by_hand(columns)], repeats)
    limits = Rules(maximum_order_lines=150, maximum_order_units=2_000, maximum_order_value=100_000_000)
    limited = with_limits(ready)
    return [
        figures("plan", rows, ours) | {"times_the_floor": round(ours / floor, 2)},
        figures("floor: hand-written numpy", rows, floor),
        figures("plan, every order beyond its maximums", rows, timed(lambda: plan(ready, limits), repeats)),
        figures("every constraint, orders topped up", rows, timed(lambda: plan(limited, EVERYTHING), repeats)),
        figures("snapshot (checks and joins)", rows, timed(lambda: snapshot(**given), 5)),
    ]


def run() -> list[dict[str, Any]]:
    """Measure every batch size; each line also holds the process's peak resident memory so far, in MB."""
    lines: list[dict[str, Any]] = []
    for rows in SIZES:
        measured = measure(rows)
        peak = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
        lines.extend(line | {"peak_rss_megabytes": peak} for line in measured)
    return lines


def table(lines: list[dict[str, Any]]) -> Table:
    """Lay the lines out for people."""
    shown = Table("what", title="Planning core, one process, one thread")
    for heading in ("rows", "rows/s", "x floor", "peak MB"):
        shown.add_column(heading, justify="right")
    for line in lines:
        counts = [f"{line[name]:,}" for name in ("rows", "rows_per_second")]
        shown.add_row(line["what"], *counts, str(line.get("times_the_floor", "")), str(line["peak_rss_megabytes"]))
    return shown


def main() -> None:
    """Measure, print the table and keep the figures."""
    lines = run()
    Console().print(table(lines))
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(lines, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
