"""A shop whose vendor has too little: only the SKUs of a test are ordered, and each location asks for what it says."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import event

from replenisher.database import run_batches
from replenisher.workflows.plan.batch import plan_batch
from replenisher.workflows.plan.start import start_run
from tests.workflows.conftest import OpenShop
from tests.workflows.shop import Shop

SKU, OTHER = "00123", "NA"
PRODUCTS = f"sku,case_pack,cost\n{SKU},4,1.00\n{OTHER},1,2.00\n"
FAR_AHEAD = "2026-01-01"
"""As long ago as the figures of a test file are old: every order of the test has been written since."""


def write_stock(folder: Path, as_of: str = FAR_AHEAD, **units: int) -> None:
    """Write the vendor's stock file; a SKU is named `sku_00123`."""
    rows = [f"{name.removeprefix('sku_')},{count},{as_of}" for name, count in units.items()]
    (folder / "stock.csv").write_text("\n".join(["sku,units,as_of", *rows]) + "\n")


def short_shop(open_shop: OpenShop, folder: Path, *sandbox: str, **changes: Any) -> Shop:
    """Open it with the two products of PRODUCTS and the stock file that was written."""
    (folder / "products.csv").write_text(PRODUCTS)
    return open_shop("--retailer-orders", "0", *sandbox, **{"vendor_stock_file": "stock.csv", **changes})


def asks(shop: Shop, wanted: Mapping[str, int], sku: str = SKU, **values: int) -> None:
    """Let each location ask for a SKU up to so many units, whatever is on its way."""
    for location, units in wanted.items():
        level = {"minimum": units, "maximum": units} if units else {"minimum": 0, "maximum": 9}
        stock = {
            "in_stock": 0 if units else 9,
            "allocated": 0,
            "transfer_in": 0,
            "do_not_order": False,
            **level,
            **values,
        }
        shop.world.admin.set_stock(int(location), sku, **stock)


def locations_of(shop: Shop, company: int) -> list[str]:
    return [str(location) for location in shop.world.sandbox["companies"][company]["locations"]]


def every_location(shop: Shop) -> list[str]:
    return [one for company in range(len(shop.world.sandbox["companies"])) for one in locations_of(shop, company)]


def planned(shop: Shop, *, company: int = 0, locations: list[str] | None = None) -> int:
    """A run of which every batch is planned, ready to close."""
    run = shop.open(locations, company=company)
    start_run(shop.services, run)
    with shop.services.database.transaction() as session:
        numbers = [batch.number for batch in run_batches.batches_of(session, run)]
    for number in numbers:
        plan_batch(shop.services, run, number)
    return run


def ordered(shop: Shop, run: int, sku: str = SKU) -> dict[str, int]:
    """Units of a SKU that the orders of a run hold, by location."""
    found = {order.location: shop.lines(order) for order in shop.orders(run)}
    return {place: line.quantity for place, lines in sorted(found.items()) for line in lines if line.sku == sku}


@contextmanager
def after_the_first(shop: Shop, part: str, do: Callable[[], object]) -> Iterator[None]:
    """Let this happen once, right after the first statement that holds this text."""
    engine, waiting = shop.services.database.engine, [do]

    def executed(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if waiting and part in statement:
            waiting.pop()()

    event.listen(engine, "after_cursor_execute", executed)
    yield
    event.remove(engine, "after_cursor_execute", executed)
    assert waiting == []
