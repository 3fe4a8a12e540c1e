"""A company without a stock report: its shelves are counted once, and its papers tell the rest."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from replenisher.database.stock_book import known_from
from replenisher.database.stock_models import StockMovement
from replenisher.embedded import EmbeddedServers
from replenisher.intake.products import read_products
from replenisher.workflows.explain import explain
from replenisher.workflows.plan.rehearse import rehearse
from tests.workflows.counted_shop import CountedShop, opened_counted_shop

OpenCountedShop = Callable[..., CountedShop]


@pytest.fixture
def open_counted_shop(tmp_path: Path, database_url: str, servers: EmbeddedServers) -> Iterator[OpenCountedShop]:
    """Open a shop with options of the sandbox and settings of planning."""
    with ExitStack() as stack:

        def opened(*sandbox: str, **planning: Any) -> CountedShop:
            shop = opened_counted_shop(tmp_path, database_url, servers.broker_url, *sandbox, **planning)
            return stack.enter_context(shop)

        yield opened


def check_book_against_shelves(shop: CountedShop) -> None:
    for location in shop.locations:
        derived = {sku: one.on_hand for sku, one in shop.book(location).items()}
        assert derived == shop.shelves(location)


def test_a_company_that_counted_its_shelves_plans_orders_and_knows_them_after_days_of_business(
    open_counted_shop: OpenCountedShop,
) -> None:
    shop = open_counted_shop("--partial-share", "0.5", "--lead-time-days", "1")
    counted = shop.count_shelves()
    assert len(counted.counted) == sum(len(shop.shelves(location)) for location in shop.locations)
    first = shop.plan()
    assert shop.places(first) == dict.fromkeys(shop.locations, "planned")
    orders = shop.work_until_states("confirmed", run=first)
    assert sorted(order.location for order in orders) == sorted(shop.locations)
    check_book_against_shelves(shop)
    for days in (1, 3, 2):
        shop.world.admin.advance(days)
        run = shop.plan()
        assert shop.places(run) == dict.fromkeys(shop.locations, "planned")
        check_book_against_shelves(shop)
    moved = [one for location in shop.locations for one in shop.book(location).values()]
    assert all(sum(getattr(one, name) for one in moved) > 0 for name in ("received", "sold", "returned"))
    assert shop.matters("report_not_read") == []
    shop.check_orders_as_written()


def test_a_second_run_on_the_same_shelves_orders_nothing(open_counted_shop: OpenCountedShop) -> None:
    shop = open_counted_shop()
    shop.count_shelves()
    first = shop.plan()
    assert len(shop.work_until_states("confirmed", run=first)) == len(shop.locations)
    assert shop.orders(shop.plan()) == []
    shop.check_orders_as_written()


def test_shelves_that_nobody_counted_order_nothing(open_counted_shop: OpenCountedShop) -> None:
    shop = open_counted_shop()
    run = shop.plan()
    assert shop.places(run) == dict.fromkeys(shop.locations, "planned")
    assert shop.orders(run) == []
    assert {one.on_hand for location in shop.locations for one in shop.book(location).values()} <= {None}
    here = shop.locations[0]
    rows = [explain(shop.services, here, sku, company_id=shop.company).row for sku in shop.shelves(here)]
    assert {(row["on_hand_source"], row["order_quantity"]) for row in rows} == {("not_counted", 0)}
    # A row may be stopped by something that comes before, as do-not-order.
    assert "not_counted" in {row["reason"] for row in rows}


def test_a_counted_location_is_ordered_for_beside_one_that_nobody_counted(open_counted_shop: OpenCountedShop) -> None:
    shop = open_counted_shop()
    here, *others = shop.locations
    every = (shop.world.folder / "counts.csv").read_text().splitlines(keepends=True)
    kept = [line for line in every[1:] if line.startswith(f"{here},")]
    (shop.world.folder / "counts.csv").write_text("".join([every[0], *kept]))
    shop.count_shelves()
    run = shop.plan()
    assert shop.places(run) == dict.fromkeys(shop.locations, "planned")
    assert {order.location for order in shop.orders(run)} == {here}
    derived = {location: {one.on_hand for one in shop.book(location).values()} for location in others}
    assert all(units <= {None} for units in derived.values())
    # Counted afterwards, the others are ordered for as well; what was ordered is not ordered again.
    (shop.world.folder / "counts.csv").write_text("".join(every))
    shop.count_shelves()
    assert {order.location for order in shop.orders(shop.plan())} == set(others)


def test_what_was_sold_is_ordered_once_in_whole_packs_without_any_count(open_counted_shop: OpenCountedShop) -> None:
    shop = open_counted_shop(policy="sell_through")
    assert shop.orders(shop.plan()) == [], "what was sold before the book was opened is no debt"
    opened = {location: shop.lines_sold(location) for location in shop.locations}
    shop.world.admin.advance(2)
    second = shop.plan()
    sold = {
        (location, sku): units - opened[location][sku]
        for location in shop.locations
        for sku, units in shop.lines_sold(location).items()
    }
    orders = shop.work_until_states("confirmed", run=second)
    products = read_products(shop.world.folder / "products.csv").set_index("sku")
    ordered = {(order.location, line.sku): line.quantity for order in orders for line in shop.lines(order)}
    owed = {
        (location, sku): one.sold_not_reordered
        for location in shop.locations
        for sku, one in shop.book(location).items()
        if one.sold_not_reordered
    }
    assert ordered
    # What may not be ordered (discontinued, do not order) stays owed; no SKU is both.
    assert owed.keys().isdisjoint(ordered)
    assert owed.keys() | ordered.keys() == {where for where, units in sold.items() if units > 0}
    for (location, sku), units in ordered.items():
        pack, least = (int(products.loc[sku, name]) for name in ("case_pack", "minimum_order_quantity"))
        assert units % pack == 0
        assert sold[location, sku] <= units < max(sold[location, sku], least) + pack
    assert shop.orders(shop.plan()) == []
    shop.check_orders_as_written()


def test_a_rehearsal_sees_what_was_read_and_writes_nothing_into_the_book(open_counted_shop: OpenCountedShop) -> None:
    shop = open_counted_shop()
    shop.count_shelves()
    company = shop.services.settings.companies[0]
    rehearsed = rehearse(shop.services, company, None, lambda *_: None)
    assert rehearsed.refused == {}
    assert sum(location.units for location in rehearsed.locations) > 0
    with shop.services.database.transaction() as session:
        assert known_from(session, shop.company, shop.locations[0]) is None
        assert session.execute(select(func.count()).select_from(StockMovement)).scalar_one() == 0
