"""What limits orders together: a vendor's shortage, budgets, the close of a run; and the calendar, beside plain numpy.

`python -m tests.bench.bench_limits` prints the table and writes `bench-results/limits.json`. Each floor does the bulk
of the same work in as few numpy steps as we can: a shortage by largest remainders, which more supply may turn against a
location; a budget by one sort and one running sum; a calendar by numpy's own business days, without zones or cut-offs.
"""

from __future__ import annotations

import resource
from collections.abc import Callable
from datetime import UTC, datetime, time
from statistics import median

import numpy as np
import numpy.typing as npt
import pandas as pd
from rich.console import Console
from rich.table import Table

from replenisher.planning.budget import Budgets, Spending, keep_budgets
from replenisher.planning.calendar.dates import dates_of_locations
from replenisher.planning.calendar.order_days import WeeklyOrders
from replenisher.planning.calendar.review import MONDAY_TO_FRIDAY, LeadTimeIn, ReviewCalendar
from replenisher.planning.closing import CloseLimits, CloseRules, close_rows
from replenisher.planning.fair_share.shortage import Requests, ShareMethod, Supply, share_supply
from replenisher.planning.reasons import Reason
from tests.bench.bench_demand import measured
from tests.bench.results import Line, keep, machine, repeated

SKUS, LOCATIONS = 100_000, 50
BUDGET_ROWS, BUDGETS = 1_000_000, 20
CLOSE_SKUS = 4_000
CALENDARS = 2_000

Whole = npt.NDArray[np.int64]


def share_lines() -> list[Line]:
    """Share 100,000 SKUs among 50 locations each, every one of them short, by each method."""
    random = np.random.default_rng(21)
    rows = SKUS * LOCATIONS
    pack = random.choice(np.array([1, 2, 6, 12]), SKUS)
    packs = random.integers(1, 20, rows)
    sku = np.repeat(np.arange(SKUS), LOCATIONS)
    asked = np.add.reduceat(packs, np.arange(0, rows, LOCATIONS))
    supply = Supply(units=asked * pack * random.integers(20, 95, SKUS) // 100, case_pack=pack)
    requests = Requests(
        sku=sku,
        rank=np.tile(np.arange(LOCATIONS), SKUS),
        quantity=packs * pack[sku],
        priority=np.zeros(rows, dtype=np.int64),
        position=random.integers(0, 20, rows),
        level=random.integers(20, 60, rows),
        need=random.random(rows),
    )
    whole = supply.units // pack
    given = share_supply(requests, supply, ShareMethod.PROPORTIONAL).given
    assert np.array_equal(given, _remainders(packs, asked, whole).sum(axis=1) * pack), "the floor gives another total"
    floor = measured(lambda: _remainders(packs, asked, whole))
    return [
        _beside(
            f"shortage, {method.value}: 100,000 SKUs x 50",
            lambda m=method: share_supply(requests, supply, m),
            floor,
            rows,
        )
        for method in ShareMethod
    ]


def _remainders(packs: Whole, asked: Whole, whole: Whole) -> Whole:
    """Share by largest remainders: a row for each SKU."""
    exact = packs.reshape(SKUS, LOCATIONS) * (whole / asked)[:, None]
    given = exact.astype(np.int64)
    left = whole - given.sum(axis=1)
    place = np.argsort(np.argsort(given - exact, axis=1, kind="stable"), axis=1, kind="stable")
    share: Whole = given + (place < left[:, None])
    return share


def budget_line() -> Line:
    """Cut a million rows to 20 budgets that pay for half of them."""
    random = np.random.default_rng(22)
    quantity = random.integers(1, 20, BUDGET_ROWS)
    spending = Spending(
        budget=random.integers(0, BUDGETS, BUDGET_ROWS),
        need=random.random(BUDGET_ROWS),
        rank=np.arange(BUDGET_ROWS),
        quantity=quantity,
        case_pack=np.ones_like(quantity),
        smallest_lot=np.ones_like(quantity),
        unit_cost=random.integers(1_000, 90_000, BUDGET_ROWS),
    )
    value = (quantity * spending.unit_cost).astype(np.float64)
    amount = (np.bincount(spending.budget, value) / 2).astype(np.int64)
    budgets = Budgets(amount, np.zeros_like(amount))

    def by_hand() -> Whole:
        order = np.lexsort((-spending.need, spending.budget))
        paid = np.cumsum(value[order])
        before = np.concatenate([[0.0], np.cumsum(np.bincount(spending.budget, value))])[spending.budget[order]]
        kept: Whole = np.zeros_like(quantity)
        kept[order] = quantity[order] * (paid - before <= amount[spending.budget[order]])
        return kept

    differing = np.count_nonzero(keep_budgets(spending, budgets).quantity != by_hand())
    assert differing <= BUDGETS, "the floor keeps other rows than those at which a budget ends"
    return _beside(
        "budgets: 20 over 1,000,000 rows", lambda: keep_budgets(spending, budgets), measured(by_hand), BUDGET_ROWS
    )


def close_line() -> Line:
    """Close a run of 200,000 ordering rows, short of everything and half paid for; the floor sorts and adds them up."""
    random = np.random.default_rng(23)
    count = CLOSE_SKUS * LOCATIONS
    location, sku = np.divmod(np.arange(count), CLOSE_SKUS)
    whole = {
        "order_quantity": random.integers(1, 20, count) * 6,
        "unit_cost": random.integers(1_000, 90_000, count),
        "lead_time_days": 3,
        "case_pack": 6,
        "minimum_order_quantity": 0,
        "inventory_position": random.integers(0, 10, count),
        "reorder_point": random.integers(10, 20, count),
        "order_up_to_level": random.integers(20, 60, count),
        "sold_not_reordered": 0,
        "reasons": Reason.BELOW_MINIMUM.bit,
    }
    texts = {
        "location": pd.Series(location).map("{:05d}".format).astype("str"),
        "sku": pd.Series(sku).map("SKU-{:06d}".format).astype("str"),
    }
    rows = pd.DataFrame(texts | whole).assign(cost_known=True).sample(frac=1, random_state=1, ignore_index=True)
    asked = rows.groupby("sku")["order_quantity"].sum()
    stock = pd.DataFrame({"sku": asked.index.astype("str"), "units": asked.to_numpy() // 2, "claimed": 0})
    value = int((rows["order_quantity"] * rows["unit_cost"]).sum())
    limits, rules = CloseLimits(supply=stock, budget=(value // 4, 0)), CloseRules()

    def by_hand() -> object:
        return rows.sort_values(["location", "sku"]).groupby("sku")["order_quantity"].sum()

    return _beside(
        "close of a run: 4,000 SKUs x 50 locations", lambda: close_rows(rows, limits, rules), measured(by_hand), count
    )


def calendar_line() -> Line:
    """Give the order and delivery dates of 2,000 locations whose calendars all differ."""
    zones = ("America/New_York", "America/Regina", "Europe/London", "Australia/Sydney")
    calendars = {
        f"{number:05d}": ReviewCalendar(
            zone=zones[number % len(zones)],
            order_days=(WeeklyOrders(MONDAY_TO_FRIDAY),),
            cut_off=time(8 + number // len(zones) % 12, number // 60 % 60),
            lead_time_days=1 + number % 9,
            lead_time_in=LeadTimeIn.BUSINESS_DAYS,
        )
        for number in range(CALENDARS)
    }
    instant = datetime(2026, 11, 27, 14, 0, tzinfo=UTC)
    lead = np.array([calendar.lead_time_days for calendar in calendars.values()])
    today = np.full(CALENDARS, np.datetime64("2026-11-27"))

    def by_hand() -> object:
        ordered = np.busday_offset(today, 0, roll="forward")
        following = np.busday_offset(ordered, 1)
        return np.busday_offset(ordered, lead), np.busday_offset(following, lead)

    return _beside(
        "calendar: 2,000 locations, all different",
        lambda: dates_of_locations(calendars, instant),
        measured(by_hand),
        CALENDARS,
    )


def _beside(what: str, work: Callable[[], object], floor: list[float], rows: int) -> Line:
    line = repeated(what, measured(work), floor_seconds=round(median(floor), 4))
    seconds = float(line["seconds_median"])
    return line | {
        "rows_per_second": round(rows / seconds),
        "times_the_floor": round(seconds / max(median(floor), 1e-4), 1),
    }


def main() -> None:
    """Measure, print, and keep."""
    before = machine()
    lines = [calendar_line(), budget_line(), close_line(), *share_lines()]
    table = Table("what", title="Shortage, budget, close and calendar, on one core")
    for name in ("seconds", "rows/s", "floor s", "times the floor"):
        table.add_column(name, justify="right")
    for line in lines:
        figures = (f"{line['seconds_median']:.2f}", f"{line['rows_per_second']:,}", f"{line['floor_seconds']:.4f}")
        table.add_row(str(line["what"]), *figures, f"{line['times_the_floor']:,}")
    console = Console(highlight=False, width=130)
    console.print(table)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    path = keep("limits", before, [*lines, {"what": "peak memory", "gigabytes": round(peak, 2)}])
    console.print(f"peak memory {peak:.2f} GB; figures in {path}")


if __name__ == "__main__":
    main()
