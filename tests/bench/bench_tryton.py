"""Order points: Tryton's own computation beside our plan of the same rows.

`python -m tests.bench.bench_tryton` prints the table and writes `bench-results/tryton.json`. `make bench` installs
Tryton (the extra `bench`) from the package index; without it this says so and ends.

Tryton works on its own tables, in SQLite in memory, the fastest place it has: it adds up stock from moves, compares it
with each order point, and writes purchase requests. Ours goes from frames as reports give them through checks, joins,
every constraint and reasons to order quantities. Neither asks a platform or writes to a server. Both plan the same
order points with the same stock, and the quantities must be equal.
"""

from __future__ import annotations

import functools
import importlib.util
import os
import sys
import time
import warnings
from datetime import UTC, datetime
from decimal import Decimal
from statistics import median
from typing import Any

import numpy as np
import pandas as pd
from rich.console import Console
from rich.table import Table

from replenisher.planning.frames import INVENTORY, PRODUCTS, TEXT, WHOLE, empty
from replenisher.planning.proposal import Rules, plan
from replenisher.planning.snapshot import snapshot
from tests.bench.results import keep, machine, repeated

ORDER_POINTS = (250, 1_000)
REPEATS = 3
MINIMUM, MAXIMUM = 10, 30


def stock(count: int) -> list[int]:
    """Give what is on hand of each product: half of them are below their minimum."""
    return [number % 20 + 1 for number in range(count)]


def ours(count: int) -> tuple[list[float], int]:
    """Plan as many order points of one location; gives the seconds of each repeat and the units ordered."""
    sku = pd.Series(range(count)).map("SKU-{:06d}".format).astype("str")
    nothing = {name: 0 if kind == WHOLE else False for name, kind in INVENTORY.columns.items() if kind != TEXT}
    told = {"location": "11412", "sku": sku, "category": "Cases", "on_hand": stock(count)}
    levels = {"reorder_point": MINIMUM, "order_up_to_level": MAXIMUM}
    inventory = pd.DataFrame(nothing | told | levels).astype(empty(INVENTORY).dtypes.to_dict())
    plain = {name: 0 if kind == WHOLE else False for name, kind in PRODUCTS.columns.items() if kind != TEXT}
    products = pd.DataFrame(plain | {"sku": sku, "case_pack": 1, "unit_cost": 10_000, "cost_known": True})
    products = products.astype(empty(PRODUCTS).dtypes.to_dict())
    units, seconds = 0, []
    for _ in range(REPEATS):
        began = time.perf_counter()
        units = int(plan(snapshot(inventory, products), Rules())["order_quantity"].to_numpy().sum())
        seconds.append(time.perf_counter() - began)
    return seconds, units


def tryton(count: int) -> tuple[list[float], int]:
    """Let Tryton compute as many order points of one warehouse; the database is made outside of the clock."""
    from trytond.pool import Pool
    from trytond.transaction import Transaction

    with Transaction().start(_database(), 1, context={}) as transaction:
        from trytond.modules.company.tests import create_company, set_company

        with set_company(create_company(name=f"Acme {count}")):
            requests = Pool().get("purchase.request")
            products = _shelves(Pool(), count)
            seconds: list[float] = []
            for _ in range(REPEATS):
                began = time.perf_counter()
                requests.generate_requests(products)
                seconds.append(time.perf_counter() - began)
            units = sum(int(one.quantity) for one in requests.search([]))
        transaction.rollback()
    return seconds, units


@functools.cache
def _database() -> str:
    """Make Tryton's database with the modules, once."""
    os.environ.setdefault("DB_NAME", ":memory:")
    warnings.simplefilter("ignore", DeprecationWarning)
    from trytond.tests.test_tryton import DB_NAME, activate_module

    activate_module(["stock_supply"])
    return str(DB_NAME)


def _shelves(pool: Any, count: int) -> list[Any]:
    """Make products with an order point and a stock each."""
    (unit,) = pool.get("product.uom").search([("name", "=", "Unit")])
    (warehouse,) = pool.get("stock.location").search([("type", "=", "warehouse")], limit=1)
    (elsewhere,) = pool.get("stock.location").search([("type", "=", "lost_found")], limit=1)
    common = {"type": "goods", "default_uom": unit.id, "list_price": Decimal(1), "products": [("create", [{}])]}
    purchased = {"purchasable": True, "purchase_uom": unit.id}
    templates = pool.get("product.template").create(
        [{**common, **purchased, "name": f"SKU-{number:06d}"} for number in range(count)]
    )
    products = [template.products[0] for template in templates]
    here = {"location": warehouse.id, "type": "purchase", "min_quantity": MINIMUM, "target_quantity": MAXIMUM}
    pool.get("stock.order_point").create([{**here, "product": product.id} for product in products])
    today = datetime.now(tz=UTC).date()
    way = {"from_location": elsewhere.id, "to_location": warehouse.storage_location.id, "unit": unit.id}
    moves = pool.get("stock.move").create(
        [
            {**way, "product": product.id, "quantity": units, "planned_date": today, "effective_date": today}
            for product, units in zip(products, stock(count), strict=True)
        ]
    )
    pool.get("stock.move").do(moves)
    return products


def main() -> int:
    """Measure both, print and keep the figures."""
    console = Console(highlight=False)
    if importlib.util.find_spec("trytond") is None:
        console.print("Tryton is not installed: `make bench` installs it, or `pip install .[bench]`")
        return 0
    before, lines = machine(), []
    table = Table("order points", "Tryton, s per thousand", "ours, ms per thousand", "ratio", box=None)
    for count in ORDER_POINTS:
        theirs, their_units = tryton(count)
        seconds, units = ours(count)
        assert (
            units
            == their_units
            == int(np.where(np.array(stock(count)) < MINIMUM, MAXIMUM, 0).sum())
            - sum(one for one in stock(count) if one < MINIMUM)
        ), f"Tryton orders {their_units} units and we {units}"
        ratio = median(theirs) / median(seconds)
        lines += [repeated(f"tryton {count}", theirs), repeated(f"ours {count}", seconds, ratio=round(ratio, 1))]
        per_thousand = [1_000 * median(one) / count for one in (theirs, seconds)]
        table.add_row(f"{count:,}", f"{per_thousand[0]:.2f}", f"{1_000 * per_thousand[1]:.2f}", f"{ratio:,.0f}")
    console.print(table)
    console.print(f"figures in {keep('tryton', before, lines)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
